"""What every channel promises through which something comes back: checked on all, with what the far side signs."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.channel_harness import (
    AT,
    Pushed,
    a_page,
    deliver,
    gateway_channel,
    pagerduty_channel,
    webpush_channel,
)
from contracts.pagerduty_stand_in import PagerDuty, happening
from contracts.pagerduty_stand_in import signed as signed_by_pagerduty
from contracts.push_stand_in import PushService
from contracts.twilio_stand_in import Twilio, calling
from sirenbook.channels import Callback, NotGenuine, Reply, TwoWay
from sirenbook.channels.sms import SmsChannel
from sirenbook.channels.voice import VoiceChannel

BASE = "https://siren.example/callback"
THREAD = "here.INC-12"
Answers = tuple[TwoWay, Pushed, Callback]
KINDS = ("sms", "voice", "webpush", "pagerduty")


def by_sms(folder: Path, twilio: Twilio) -> Answers:
    fields = {"MessageSid": "SM1", "From": "+14155550123", "Body": "ack 4711"}
    return gateway_channel(SmsChannel, twilio.url, folder), Pushed(), calling(f"{BASE}/sms/in", "in", fields, AT)


def by_voice(folder: Path, twilio: Twilio) -> Answers:
    back = calling(f"{BASE}/voice/tok.en/key", "tok.en/key", {"CallSid": "CA1", "Digits": "1"}, AT)
    return gateway_channel(VoiceChannel, twilio.url, folder), Pushed(), back


def by_webpush(folder: Path, push: PushService) -> Answers:
    channel, house = webpush_channel(push, folder)
    browser = house.subscribe(push.browser())
    deliver(channel, a_page(to="ada", answer_url=f"{BASE}/webpush/tok.en"))
    rest = browser.read[0]["shown"].removeprefix("/callback/webpush/")
    return channel, house, Callback("POST", f"{BASE}/webpush/{rest}", rest, {}, b"", AT)


def by_pagerduty(folder: Path, pagerduty: PagerDuty) -> Answers:
    channel = pagerduty_channel(pagerduty.url, folder, webhook_secret_env="PAGER_SIGNS")
    body = happening("incident.acknowledged", THREAD, AT)
    back = Callback("POST", f"{BASE}/pagerduty/events", "events", signed_by_pagerduty(body), body, AT)
    return channel, Pushed(), back


@pytest.fixture(params=KINDS)
def answers(
    request: pytest.FixtureRequest, tmp_path: Path, twilio: Twilio, push: PushService, pagerduty: PagerDuty
) -> Answers:
    makers: dict[str, Callable[[], Answers]] = {
        "sms": lambda: by_sms(tmp_path, twilio),
        "voice": lambda: by_voice(tmp_path, twilio),
        "webpush": lambda: by_webpush(tmp_path, push),
        "pagerduty": lambda: by_pagerduty(tmp_path, pagerduty),
    }
    channel, house, back = makers[request.param]()
    channel.join(house)
    return channel, house, back


def call(channel: Any, callback: Callback) -> Reply:
    async def once() -> Reply:
        try:
            return await channel.called(callback)
        finally:
            await channel.close()

    return asyncio.run(once())


def test_what_comes_back_is_heard_under_one_name_however_often(answers: Answers) -> None:
    """So that the house acts on it once: the name is the far side's own, not made anew."""
    channel, house, back = answers
    assert call(channel, back).status < 300
    call(channel, back)
    first, again = house.words
    assert (first.kind, first.once) == (again.kind, again.once) and first.once
    assert first.token or first.code or first.thread


@pytest.mark.parametrize("spoil", ["no headers", "body", "address", "method"])
def test_what_was_changed_on_the_way_is_not_believed(answers: Answers, spoil: str) -> None:
    """Whatever its far side signs: the form, the body, or the address alone."""
    channel, house, back = answers
    if not back.headers and spoil in ("no headers", "body"):
        spoil = "address"
    bad = {
        "no headers": replace(back, headers={}),
        "body": replace(back, body=back.body.replace(b"1", b"2")),
        "address": replace(back, url=back.url[:-1] + "x", rest=back.rest[:-1] + "x"),
        "method": replace(back, method="GET"),
    }[spoil]
    with pytest.raises(NotGenuine):
        call(channel, bad)
    assert house.words == []

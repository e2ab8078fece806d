"""PagerDuty: one alert for each incident, from its trigger to its end, within what Events v2 takes."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.channel_harness import AT, Pushed, a_page, deliver, pagerduty_channel
from contracts.pagerduty_stand_in import ROUTING_KEY, SIGNED_WITH, PagerDuty, happening, signed
from contracts.stand_ins import Yard, black_hole, nonsense, reset
from sirenbook.channels import Callback, ChannelFault, NotGenuine, User
from sirenbook.channels.pagerduty import PagerDutyChannel, signature
from sirenbook.model.intent import Notification

THREAD = "here.INC-12"


def told(moment: str, **more: object) -> Notification:
    return a_page(to="default", thread=THREAD, moment=moment, demands=moment == "called", **more)


def test_an_incident_is_one_alert_that_ends_with_it(pagerduty: PagerDuty, tmp_path: Path) -> None:
    channel = pagerduty_channel(pagerduty.url, tmp_path)
    deliver(channel, told("called"), told("called", key="again"))
    assert pagerduty.alerts == {THREAD: "triggered"}
    deliver(pagerduty_channel(pagerduty.url, tmp_path), told("acknowledged"))
    assert pagerduty.alerts == {THREAD: "acknowledged"}
    (receipt,) = deliver(pagerduty_channel(pagerduty.url, tmp_path), told("resolved"))
    assert pagerduty.alerts == {} and (receipt.outcome, receipt.provider_id) == ("accepted", THREAD)


def test_what_demands_nothing_wakes_nobody(pagerduty: PagerDuty, tmp_path: Path) -> None:
    deliver(pagerduty_channel(pagerduty.url, tmp_path), a_page(to="default", demands=False))
    assert [kind for kind, _ in pagerduty.sound] == ["change"] and pagerduty.alerts == {}


@pytest.mark.parametrize(
    ("severity", "rank", "word"),
    [
        ("P0 Critical", 0, "critical"),
        ("P1", 1, "error"),
        ("P2 Low", 2, "warning"),
        ("P9", 9, "info"),
        ("Sev X", 3, "error"),
    ],
)
def test_severities_are_told_in_its_words(
    pagerduty: PagerDuty, tmp_path: Path, severity: str, rank: int, word: str
) -> None:
    channel = pagerduty_channel(pagerduty.url, tmp_path, severities={"sev x": "error"})
    deliver(channel, a_page(to="default", severity=severity, rank=rank))
    assert pagerduty.sound[0][1]["payload"]["severity"] == word


def test_a_key_that_is_unknown_there_is_refused_without_telling_it(pagerduty: PagerDuty, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("w" * 32)
    services = {"database": {"routing_key_file": "key"}}
    channel = pagerduty_channel(pagerduty.url, tmp_path, services=services)
    known, foreign, unknown = deliver(channel, a_page(to="default"), a_page(to="database"), a_page(to="nowhere"))
    assert [r.outcome for r in (known, foreign, unknown)] == ["accepted", "refused", "refused"]
    assert "'routing_key' is invalid" in foreign.detail and "nowhere" in unknown.detail
    assert ROUTING_KEY not in foreign.detail + unknown.detail and len(pagerduty.requests) == 2


def test_too_many_are_sent_again_when_it_says_so(pagerduty: PagerDuty, tmp_path: Path) -> None:
    pagerduty.limited = 1
    (receipt,) = deliver(pagerduty_channel(pagerduty.url, tmp_path), a_page(to="default"))
    assert (receipt.outcome, receipt.retry_after, receipt.provider_down) == ("failed", 7.0, True)


def test_an_event_stays_far_below_the_limit(pagerduty: PagerDuty, tmp_path: Path) -> None:
    long = "👩‍👩‍👧" * 50_000
    page = a_page(to="default", title=long, text=long, person=long, facts=((long, long),) * 99, thread=long)
    (receipt,) = deliver(pagerduty_channel(pagerduty.url, tmp_path), page)
    [(_, body)] = pagerduty.requests
    assert receipt.outcome == "accepted" and len(body) < 100_000 and json.loads(body)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"routing_key_env": "OLD"}, "32 letters"),
        ({"services": ["x"]}, "services"),
        ({"services": {"x": {"routing_key": "canary"}}}, "itself"),
        ({"severities": {"P1": "bad"}}, "severities"),
        ({"users": {"PXPGF42": "Ada"}}, "users"),
        ({"webhook_secret": "canary"}, "itself"),
        ({"api": "ftp://x"}, "api"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, settings: dict[str, object], word: str) -> None:
    with pytest.raises(ChannelFault, match=word) as fault:
        pagerduty_channel("http://127.0.0.1:1", tmp_path, **settings)
    assert fault.value.help and "canary" not in str(fault.value)


Listening = tuple[PagerDutyChannel, Pushed]


@pytest.fixture
def listening(pagerduty: PagerDuty, tmp_path: Path) -> Listening:
    signs = {"webhook_secret_env": "PAGER_SIGNS", "api_token_env": "PAGER_API", "api": pagerduty.url}
    channel, house = pagerduty_channel(pagerduty.url, tmp_path, **signs), Pushed()
    channel.join(house)
    return channel, house


def back(body: bytes, *secrets: str) -> Callback:
    return Callback(
        "POST", "https://siren.example/callback/pagerduty/events", "events", signed(body, *secrets), body, AT
    )


def call(channel: PagerDutyChannel, *callbacks: Callback) -> list[int]:
    async def all_() -> list[int]:
        answers = [(await channel.called(c)).status for c in callbacks]
        await channel.close()
        return answers

    return asyncio.run(all_())


def test_a_signature_is_that_of_the_specification() -> None:
    """HMAC-SHA256 of the raw body in hexadecimal digits."""
    assert signature("key", b"The quick brown fox jumps over the lazy dog") == (
        "v1=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


@pytest.mark.parametrize(
    ("kind", "heard"),
    [("acknowledged", "acknowledge"), ("resolved", "resolve"), ("escalated", ""), ("annotated", "")],
)
def test_what_a_user_does_there_is_heard_with_their_address(listening: Listening, kind: str, heard: str) -> None:
    channel, house = listening
    assert call(channel, back(happening(f"incident.{kind}", THREAD, AT))) == [200]
    said = [(w.kind, w.thread, w.by) for w in house.words]
    assert said == ([(heard, THREAD, User("Ada@Example.com", "Ada Obi"))] if heard else [])


def test_everybody_to_whom_it_is_given_is_named(listening: Listening) -> None:
    channel, house = listening
    call(channel, back(happening("incident.reassigned", THREAD, AT, to=("PLH1HKV", "PNOBODY"))))
    whom = [(w.kind, w.whom.email, w.whom.name) for w in house.words]
    assert whom == [("assign", "ben@example.com", "Ben Roe"), ("assign", "", "User PNOBODY")]
    assert len({w.once for w in house.words}) == 2


def test_what_we_told_it_ourselves_is_not_heard_again(listening: Listening) -> None:
    """An acknowledgement by the Events API comes back as the deed of an integration; nobody's is nobody's."""
    channel, house = listening
    ours = {"id": "PX", "type": "inbound_integration_reference", "summary": "Sirenbook"}
    call(channel, *(back(happening("incident.resolved", THREAD, AT, by=agent)) for agent in (ours, None)))
    assert house.words == []


@pytest.mark.parametrize("minutes", [-61, 6])
def test_what_is_old_or_of_the_future_changes_nothing(listening: Listening, minutes: int) -> None:
    """It is answered well: whoever is refused three times is not told any more."""
    channel, house = listening
    event = happening("incident.acknowledged", THREAD, AT + timedelta(minutes=minutes))
    assert call(channel, back(event)) == [200] and house.words == []


def test_secrets_may_change_and_each_service_may_have_its_own(pagerduty: PagerDuty, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(ROUTING_KEY)
    (tmp_path / "signs").write_text("s" * 32)
    services = {"database": {"routing_key_file": "key", "webhook_secret_file": "signs"}}
    house = Pushed()
    channel = pagerduty_channel(pagerduty.url, tmp_path, webhook_secret_env="PAGER_SIGNS", services=services)
    channel.join(house)
    body = happening("incident.acknowledged", THREAD, AT)
    assert call(channel, back(body), back(body, "s" * 32), back(body, "guess", SIGNED_WITH)) == [200] * 3
    for wrong in (back(body, "guess"), back(body, *["guess"] * 20, SIGNED_WITH)):
        with pytest.raises(NotGenuine):
            call(channel, wrong)
    deaf = pagerduty_channel(pagerduty.url, tmp_path)
    deaf.join(house)
    with pytest.raises(NotGenuine):
        call(deaf, back(body, ""))


def test_without_the_api_its_users_are_those_of_the_settings(pagerduty: PagerDuty, tmp_path: Path) -> None:
    house = Pushed()
    settings = {"webhook_secret_env": "PAGER_SIGNS", "users": {"PXPGF42": "ada@harbour.example"}}
    channel = pagerduty_channel(pagerduty.url, tmp_path, **settings)
    channel.join(house)
    call(channel, back(happening("incident.resolved", THREAD, AT)))
    call(channel, back(happening("incident.resolved", THREAD, AT, by="PLH1HKV")))
    assert [w.by for w in house.words] == [User("ada@harbour.example", "Ada Obi"), User("", "Ben Roe")]
    assert pagerduty.requests == []


@pytest.mark.parametrize("fault", [black_hole, reset, nonsense])
def test_an_api_that_is_away_costs_the_address_and_not_the_word(
    pagerduty: PagerDuty, yard: Yard, tmp_path: Path, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sirenbook.channels.pagerduty.ASKING", 0.2)
    house, api = Pushed(), f"http://127.0.0.1:{yard.raw(fault)}"
    settings = {"webhook_secret_env": "PAGER_SIGNS", "api_token_env": "PAGER_API", "api": api}
    channel = pagerduty_channel(pagerduty.url, tmp_path, **settings)
    channel.join(house)
    assert call(channel, back(happening("incident.acknowledged", THREAD, AT))) == [200]
    assert [w.by for w in house.words] == [User("", "Ada Obi")]


def test_an_incident_that_does_not_bear_our_key_is_found_by_its_alert(
    listening: Listening, pagerduty: PagerDuty
) -> None:
    channel, house = listening
    house.knows = {THREAD}
    pagerduty.alerts[THREAD] = "triggered"
    call(channel, back(happening("incident.acknowledged", None, AT)))
    assert [w.thread for w in house.words if w.thread in house.knows] == [THREAD]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"event": 1}', b'{"event": {"id": "x", "event_type": "pagey.ping"}}']
)
def test_what_is_signed_and_means_nothing_is_answered_well(listening: Listening, body: bytes) -> None:
    channel, house = listening
    assert call(channel, back(body)) == [200] and house.words == []

"""Web push: what a browser can read and what a lock screen may show, and browsers that are there no more."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.channel_harness import AT, Pushed, a_page, deliver, webpush_channel
from contracts.push_stand_in import CURVE, PushService, unb64
from sirenbook.channels import Callback, NotGenuine
from sirenbook.channels.push_crypto import Unusable, Vapid, encrypted
from sirenbook.model.intent import Device, Notification

BASE = "https://siren.example/callback/webpush/tok.en"


def page(**more: Any) -> Notification:
    return a_page(to="ada", answer_url=BASE, **more)


def test_the_encryption_is_that_of_the_standard() -> None:
    """RFC 8291, section 5 and appendix A."""
    number = int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    theirs = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    device = Device(1, "https://push.example", theirs, "BTBZMqHH6r4Tts7J_aSIgg")
    own = ec.derive_private_key(number, CURVE)
    body = encrypted(b"When I grow up, I want to be a watermelon", device, own, unb64("DGv6ra1nlYgDCS1FRnbzlw"))
    assert body == unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_key_that_signs_is_the_same_on_every_node() -> None:
    one, two, other = (Vapid(secret, "mailto:a@b.example") for secret in (b"s" * 32, b"s" * 32, b"t" * 32))
    assert one.public_key == two.public_key != other.public_key and len(unb64(one.public_key)) == 65


def test_a_lock_screen_shows_no_more_than_it_may(push: PushService, tmp_path: Path) -> None:
    channel, house = webpush_channel(push, tmp_path)
    browser = house.subscribe(push.browser())
    deliver(channel, page(text="secret words", facts=(("customer", "Secret Ltd"),)))
    [read] = browser.read
    assert read["title"] == "P0 Critical: Checkout answers 5xx" and read["body"] == "INC-12: page for Ada"
    assert read["open"] == "/a/tok" and read["demands"] is True
    assert read["shown"].startswith("/callback/webpush/tok.en/shown/1/")
    assert "ecret" not in str(read).replace("secret-seal", "")
    [headers] = push.headers
    assert (headers["urgency"], headers["ttl"]) == ("high", "3600")


def test_every_browser_gets_it_and_one_is_enough(push: PushService, tmp_path: Path) -> None:
    channel, house = webpush_channel(push, tmp_path)
    one, two = house.subscribe(push.browser()), house.subscribe(push.browser())
    push.gone[one.id] = 410
    (receipt,) = deliver(channel, page())
    assert receipt.outcome == "accepted" and "1 of 2" in receipt.detail
    assert house.lost == [one.id] and len(two.read) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_the_way_refused(
    push: PushService, tmp_path: Path, status: int
) -> None:
    channel, house = webpush_channel(push, tmp_path)
    push.gone[house.subscribe(push.browser()).id] = status
    receipts = deliver(channel, page(), page())
    assert [r.outcome for r in receipts] == ["refused", "refused"] and "/phone" in receipts[1].detail
    assert house.lost == [1] and len(push.requests) == 1


def test_a_push_service_that_is_full_is_asked_again_when_it_says(push: PushService, tmp_path: Path) -> None:
    channel, house = webpush_channel(push, tmp_path)
    house.subscribe(push.browser())
    push.limited = 1
    (receipt,) = deliver(channel, page())
    assert (receipt.outcome, receipt.retry_after) == ("failed", 11.0)


def test_a_browser_within_our_own_house_is_not_pushed_to(push: PushService, tmp_path: Path) -> None:
    """Whoever is logged in could name any address as that of their browser."""
    channel, house = webpush_channel(push, tmp_path, allow=[])
    house.subscribe(push.browser())
    (receipt,) = deliver(channel, page())
    assert receipt.outcome == "refused" and not push.requests


@pytest.mark.parametrize(("key", "auth"), [("", ""), ("BB", "AAAA"), ("B" + "A" * 86, "A" * 22), ("ü", "ü")])
def test_keys_that_cannot_be_are_refused(key: str, auth: str) -> None:
    with pytest.raises(Unusable):
        encrypted(b"x", Device(1, "https://push.example", key, auth))


def call(channel: Any, rest: str, method: str = "POST") -> int:
    back = Callback(method, f"https://siren.example/callback/webpush/{rest}", rest, {}, b"", AT)
    return int(asyncio.run(channel.called(back)).status)


def test_what_was_shown_is_heard_by_its_own_seal_only(push: PushService, tmp_path: Path) -> None:
    channel, house = webpush_channel(push, tmp_path)
    browser = house.subscribe(push.browser())
    deliver(channel, page())
    rest = browser.read[0]["shown"].removeprefix("/callback/webpush/")
    assert call(channel, rest) == call(channel, rest) == 204
    assert {(w.kind, w.token, w.once) for w in house.words} == {("shown", "tok.en", house.words[0].once)}
    assert house.seen_ == [1, 1]
    for forged in (
        rest[:-1] + "x",
        rest.replace("/1/", "/2/"),
        rest.replace("tok", "kot"),
        "tok.en/shown/1/é",
        "x",
    ):
        with pytest.raises(NotGenuine):
            call(channel, forged)
    with pytest.raises(NotGenuine):
        call(channel, rest, "GET")


def test_without_the_house_it_says_so(push: PushService, tmp_path: Path) -> None:
    (receipt,) = deliver(Pushed.bare(push, tmp_path), page())
    assert receipt.outcome == "refused"

"""What every channel promises, checked on all of them against real servers."""

import asyncio
import re
import unicodedata
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from contracts import channel_harness as harness
from contracts.channel_harness import Harness, a_page, deliver, hostile
from contracts.pagerduty_stand_in import PagerDuty
from contracts.push_stand_in import PushService
from contracts.slack_stand_in import SlackServer
from contracts.stand_ins import HttpServer, SmtpServer, Yard, black_hole, closed_port, drip, nonsense, reset, says
from contracts.twilio_stand_in import Twilio
from sirenbook.channels import ChannelFault
from sirenbook.channels.settings import secrets_from
from sirenbook.channels.sms import SmsChannel
from sirenbook.channels.voice import VoiceChannel
from sirenbook.model.provenance import Provenance

KINDS = ("console", "folder", "smtp", "ntfy", "webhook", "slack", "pagerduty", "sms", "voice", "webpush")
HOSTILE = dict(hostile())
FIELDS = ("key", "to", "person", "incident", "severity", "title", "text", "why", "url", "ack_url", "facts")


@pytest.fixture(params=KINDS)
def plug(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    http: HttpServer,
    smtp: SmtpServer,
    slack: SlackServer,
    pagerduty: PagerDuty,
    twilio: Twilio,
    push: PushService,
) -> Harness:
    made = {
        "console": lambda: harness.console(tmp_path),
        "folder": lambda: harness.mail_folder(tmp_path),
        "smtp": lambda: harness.smtp(tmp_path, smtp),
        "ntfy": lambda: harness.ntfy(tmp_path, http),
        "webhook": lambda: harness.webhook(tmp_path, http),
        "slack": lambda: harness.slack(tmp_path, slack),
        "pagerduty": lambda: harness.pagerduty(tmp_path, pagerduty),
        "sms": lambda: harness.sms(tmp_path, twilio),
        "webpush": lambda: harness.webpush(tmp_path, push),
        "voice": lambda: harness.voice(tmp_path, twilio),
    }
    return made[request.param]()


def test_every_channel_is_found_by_its_entry_point() -> None:
    found = {e.name: e.load() for e in entry_points(group="sirenbook.channels")}
    assert {"console", "email", "ntfy", "slack", "webhook"} <= set(found)
    assert all(found[name].name == name for name in ("console", "email", "ntfy", "slack", "webhook"))


def test_a_page_arrives_with_what_a_woken_person_needs(plug: Harness) -> None:
    (receipt,) = deliver(plug.make(), a_page(to=plug.to))
    assert receipt.outcome == "accepted", receipt
    (got,) = plug.arrived()
    needed = ["P0 Critical", "Checkout answers 5xx", "INC-12", "/a/tok" if plug.shy else "playbook.md:42"]
    needed += [] if plug.shy else ["Page the primary on-call", "Nobody has acknowledged"]
    needed += (
        [] if plug.mute or plug.shy else ["https://siren.example/a/tok", "https://siren.example/i/12", "checkout"]
    )
    assert [word for word in needed if word not in got.words] == []
    assert "DRILL" not in got.words


def test_a_drill_and_a_late_page_say_so(plug: Harness) -> None:
    deliver(plug.make(), a_page(to=plug.to, drill=True, late=37))
    (got,) = plug.arrived()
    assert "DRILL" in got.words and (plug.shy or "37 s" in got.words)


def test_without_an_acknowledge_link_there_is_none(plug: Harness) -> None:
    deliver(plug.make(), a_page(to=plug.to, demands=False, ack_url=None, url="javascript:alert(1)"))
    (got,) = plug.arrived()
    assert "Acknowledge" not in got.words and "javascript" not in got.words


def test_a_repeated_attempt_has_the_same_name(plug: Harness) -> None:
    channel = plug.make()
    deliver(channel, a_page(to=plug.to), a_page(to=plug.to, attempt=2))
    deliver(plug.make(), a_page(to=plug.to, key="INC-12:p2:0"))
    names = [got.name for got in plug.arrived()]
    assert len(set(names)) == (1 if names[0] == "" else 2)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(plug: Harness, text: str) -> None:
    words = HOSTILE[text]
    values = {"why": Provenance(file=words, line=1, quote=words), "facts": ((words, words),) * 3}
    pages = [a_page(**{"to": plug.to, "key": where, where: values.get(where, words)}) for where in FIELDS]
    receipts = deliver(plug.make(), *pages)
    odd = [(f, r) for f, r in zip(FIELDS, receipts, strict=True) if r.outcome != "accepted"]
    assert all(field == "to" and receipt.outcome == "refused" for field, receipt in odd), odd
    assert_calm("".join(receipt.detail for receipt in receipts))
    got = plug.arrived()
    assert len(got) == len(FIELDS) - len(odd)
    for one in got:
        assert_untouched(one)


def assert_calm(text: str) -> None:
    """Nothing in it moves a cursor, turns text around or breaks a line."""
    kinds = {unicodedata.category(c) for c in text if c not in "\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def assert_untouched(got: harness.Arrived) -> None:
    if isinstance(got.raw, str):
        assert_calm(got.raw)
    elif isinstance(got.raw, tuple):
        mail, plain, html = got.raw
        assert_calm(mail["Subject"])
        assert_calm(plain.replace("\n", ""))
        assert mail["Bcc"] is None and len(mail.get_all("Subject")) == 1 and not mail.defects
        assert re.search(r"<(script|img)", html, re.IGNORECASE) is None
        assert 'href="javascript' not in html and "{{" not in html.replace("{{7*7}}", "")
    elif "message" in got.raw:
        assert_calm(got.raw["title"])
        assert_calm(got.raw["message"].replace("\n", ""))
        assert len(got.raw["message"].encode()) <= 4096
        assert all(a["action"] == "view" and a["url"].startswith("https://") for a in got.raw["actions"])
    elif "blocks" in got.raw:
        assert_calm(got.words.replace("\n", ""))
        assert "<!" not in got.raw["text"] and len(got.raw["text"]) <= 2000
        said = [t["text"] for t in harness.objects(got.raw["blocks"]) if t.get("type") == "mrkdwn"]
        assert all("<" not in t and ">" not in t for t in said)
        urls = [b["url"] for b in harness.objects(got.raw["blocks"]) if "url" in b]
        assert all(u.startswith("https://") for u in urls)
    else:
        assert len(str(got.raw)) < 200_000 and not str(got.raw["url"]).startswith("javascript")


NETWORKED = {
    "smtp": lambda port, folder: harness.email_channel(port, folder, timeout=0.3),
    "ntfy": lambda port, folder: harness.ntfy_channel(f"http://127.0.0.1:{port}", folder, timeout=0.3),
    "webhook": lambda port, folder: harness.webhook_channel(folder, url=f"http://127.0.0.1:{port}/x", timeout=0.3),
    "pagerduty": lambda port, folder: harness.pagerduty_channel(f"http://127.0.0.1:{port}", folder, timeout=0.3),
    "sms": lambda port, folder: harness.gateway_channel(
        SmsChannel, f"http://127.0.0.1:{port}", folder, timeout=0.3
    ),
    "voice": lambda port, folder: harness.gateway_channel(
        VoiceChannel, f"http://127.0.0.1:{port}", folder, timeout=0.3
    ),
    "slack": lambda port, folder: harness.slack_channel(f"http://127.0.0.1:{port}/api", folder, timeout=0.3),
    "webpush": lambda port, folder: harness.webpush_at(f"http://127.0.0.1:{port}", folder, timeout=0.3),
}
TO = {
    "smtp": "ada@example.com",
    "ntfy": "ada-oncall",
    "webhook": "",
    "slack": "U0000ADA",
    "pagerduty": "default",
    "sms": "+14155550123",
    "voice": "+14155550123",
    "webpush": "ada",
}


@pytest.mark.parametrize("kind", NETWORKED)
@pytest.mark.parametrize(
    "fault", [black_hole, reset, drip, nonsense, None], ids=lambda f: getattr(f, "__name__", "nobody")
)
def test_a_broken_wire_fails_and_counts_against_the_far_side(
    yard: Yard, tmp_path: Path, kind: str, fault: object
) -> None:
    port = yard.raw(fault) if callable(fault) else closed_port()
    (receipt,) = deliver(NETWORKED[kind](port, tmp_path), a_page(to=TO[kind]))
    assert (receipt.outcome, receipt.provider_down) == ("failed", True), receipt
    assert "canary" not in receipt.detail


@pytest.mark.parametrize("kind", [kind for kind in NETWORKED if kind != "smtp"])
@pytest.mark.parametrize(
    ("status", "wait"), [("429 Too Many Requests\r\nRetry-After: 9", 9), ("500 Internal Server Error", None)]
)
def test_a_provider_that_cannot_take_it_now_is_told_from_one_that_never_will(
    yard: Yard, tmp_path: Path, kind: str, status: str, wait: float | None
) -> None:
    """The page is tried again, goes on by another way meanwhile, and the provider is left alone."""
    (receipt,) = deliver(NETWORKED[kind](yard.raw(says(status)), tmp_path), a_page(to=TO[kind]))
    assert (receipt.outcome, receipt.provider_down) == ("failed", True), receipt
    assert wait is None or receipt.retry_after == wait


@pytest.mark.parametrize("kind", NETWORKED)
def test_cancelling_cancels(yard: Yard, tmp_path: Path, kind: str) -> None:
    async def impatient() -> None:
        async with asyncio.timeout(0.05):
            await NETWORKED[kind](yard.raw(black_hole), tmp_path).send(a_page(to=TO[kind]))

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("email", "password"),
        ("ntfy", "token"),
        ("webhook", "secret"),
        ("slack", "bot_token"),
        ("pagerduty", "routing_key"),
        ("sms", "auth_token"),
        ("voice", "auth_token"),
    ],
)
def test_a_literal_secret_is_refused_with_the_mend(tmp_path: Path, name: str, secret: str) -> None:
    (point,) = entry_points(group="sirenbook.channels", name=name)
    with pytest.raises(ChannelFault) as fault:
        point.load().from_settings({secret: "canary-secret"}, secrets_from({}, tmp_path), tmp_path)
    assert f"{secret}_env" in fault.value.help and "canary" not in str(fault.value)


@pytest.mark.parametrize("name", ["console", "email", "ntfy", "pagerduty", "slack", "sms", "voice", "webhook"])
def test_a_misspelt_line_is_refused(tmp_path: Path, name: str) -> None:
    (point,) = entry_points(group="sirenbook.channels", name=name)
    with pytest.raises(ChannelFault, match="tiemout"):
        point.load().from_settings({"tiemout": 3}, secrets_from({}, tmp_path), tmp_path)

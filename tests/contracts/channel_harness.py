"""How the contract suite sets each channel up, and reads what arrived on the far side."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.pagerduty_stand_in import API_TOKEN, ROUTING_KEY, SIGNED_WITH, PagerDuty
from contracts.push_stand_in import Browser, PushService
from contracts.slack_stand_in import APP, BOT, SlackServer
from contracts.stand_ins import HttpServer, SmtpServer, parse
from contracts.twilio_stand_in import ACCOUNT, AUTH_TOKEN, SENDER, Twilio, said
from sirenbook.channels import Channel, Heard, Word
from sirenbook.channels.console import ConsoleChannel
from sirenbook.channels.email import EmailChannel
from sirenbook.channels.ntfy import NtfyChannel
from sirenbook.channels.pagerduty import PagerDutyChannel
from sirenbook.channels.settings import secrets_from
from sirenbook.channels.slack import SlackChannel
from sirenbook.channels.sms import SmsChannel
from sirenbook.channels.voice import VoiceChannel
from sirenbook.channels.webhook import WebhookChannel
from sirenbook.channels.webpush import WebPushChannel
from sirenbook.model.intent import Device, Notification, Receipt
from sirenbook.model.provenance import Provenance

AT = datetime(2026, 11, 21, 3, 14, 15, tzinfo=UTC)
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
ENVIRONMENT = {
    "PAGER": ROUTING_KEY,
    "PAGER_SIGNS": SIGNED_WITH,
    "PAGER_API": API_TOKEN,
    "TWILIO": AUTH_TOKEN,
    "HOOK": WEBHOOK_SECRET,
    "NTFY": "tk_canary",
    "MAIL": "canary-secret",
    "OLD": "canary-wrong",
}
ENVIRONMENT |= {"SLACK_BOT": BOT, "SLACK_APP": APP}
LOCAL = {"allow": ["127.0.0.1"]}


def a_page(**changes: Any) -> Notification:
    """A page as the engine makes them."""
    fields: dict[str, Any] = {
        "key": "INC-12:p1:0",
        "to": "ada@example.com",
        "person": "Ada",
        "incident": "INC-12",
        "severity": "P0 Critical",
        "title": "Checkout answers 5xx",
        "text": "Nobody has acknowledged for 5 min.",
        "why": Provenance(file="playbook.md", line=42, quote="Page the primary on-call"),
        "demands": True,
        "url": "https://siren.example/i/12",
        "at": AT,
        "ack_url": "https://siren.example/a/tok",
        "facts": (("service", "checkout"), ("firing", "3 of 4")),
    }
    return Notification(**{**fields, **changes})


def deliver(channel: Channel, *notifications: Notification) -> list[Receipt]:
    """Send by the channel, in a loop of its own, and close it."""

    async def all_() -> list[Receipt]:
        receipts = [await channel.send(n) for n in notifications]
        await channel.close()
        await channel.close()
        return receipts

    return asyncio.run(all_())


@dataclass
class Arrived:
    """One delivery as it was found on the far side: every word shown, and the name it is known by."""

    words: str
    name: str
    raw: Any = field(repr=False)


@dataclass
class Harness:
    """One channel with a far side that takes everything."""

    to: str
    make: Callable[[], Channel]
    arrived: Callable[[], list[Arrived]]
    shy: bool = False
    """Others may see it: it says no more than how grave, what and whose."""
    mute: bool = False
    """It has no place for links."""


def console(folder: Path) -> Harness:
    written: list[str] = []

    def read() -> list[Arrived]:
        return [Arrived(line, "", line) for line in "".join(written).split("\n")[:-1]]

    return Harness("stderr", lambda: ConsoleChannel(written.append), read)


def mail_folder(folder: Path) -> Harness:
    def make() -> Channel:
        return EmailChannel.from_settings({"folder": "mail"}, secrets_from({}, folder), folder)

    def read() -> list[Arrived]:
        return [_mail(file.read_bytes()) for file in sorted((folder / "mail").iterdir())]

    return Harness("ada@example.com", make, read)


def smtp(folder: Path, server: SmtpServer) -> Harness:
    def read() -> list[Arrived]:
        return [_mail(bytes(mail.original_content or b"")) for mail in server.mails]

    return Harness("ada@example.com", lambda: email_channel(server.port, folder), read)


def ntfy(folder: Path, server: HttpServer) -> Harness:
    def read() -> list[Arrived]:
        bodies = [json.loads(body) for _, body in server.requests]
        words = [
            "\n".join([b["title"], b["message"], *(a["label"] + ": " + a["url"] for a in b["actions"])])
            for b in bodies
        ]
        return [Arrived(w, b["sequence_id"], b) for w, b in zip(words, bodies, strict=True)]

    return Harness("ada-oncall", lambda: ntfy_channel(server.url, folder), read)


def webhook(folder: Path, server: HttpServer) -> Harness:
    def read() -> list[Arrived]:
        return [_verified(request.headers, body) for request, body in server.requests]

    return Harness(server.url + "/hook", lambda: webhook_channel(folder), read)


def slack(folder: Path, server: SlackServer) -> Harness:
    server.reset()
    ada = server.user("U0000ADA", "ada@example.com")

    def read() -> list[Arrived]:
        found = server.messages(ada)
        return [Arrived("\n".join(_words(m["blocks"])), m["client_msg_id"], m) for m in found]

    return Harness(ada, lambda: slack_channel(server.api, folder), read)


def _words(blocks: Any) -> Iterator[str]:
    """Every word shown in blocks, and every address that a button opens."""
    for each in objects(blocks):
        yield from (each[k] for k in ("text", "url") if isinstance(each.get(k), str))


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in blocks, whatever it stands in."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from objects(each)


def slack_channel(api: str, folder: Path, **more: Any) -> SlackChannel:
    tokens = {"bot_token_env": "SLACK_BOT", "app_token_env": "SLACK_APP"}
    settings = {"api": api, **tokens, "pace": 0, **LOCAL, **more}
    return SlackChannel.from_settings(settings, secrets_from(ENVIRONMENT, folder), folder)


def pagerduty(folder: Path, server: PagerDuty) -> Harness:
    return Harness("default", lambda: pagerduty_channel(server.url, folder), server.arrived)


def sms(folder: Path, server: Twilio) -> Harness:
    def read() -> list[Arrived]:
        return [Arrived(f["Body"], "", f["Body"].replace("\n", "")) for f in server.messages]

    return Harness("+14155550123", lambda: gateway_channel(SmsChannel, server.url, folder), read)


def voice(folder: Path, server: Twilio) -> Harness:
    def read() -> list[Arrived]:
        return [Arrived(said(f["Twiml"]), "", said(f["Twiml"]).replace("\n", "")) for f in server.calls]

    return Harness("+14155550123", lambda: gateway_channel(VoiceChannel, server.url, folder), read, mute=True)


class Pushed:
    """A house with browsers in it, which keeps what it hears."""

    def __init__(self) -> None:
        self.browsers: dict[int, Browser] = {}
        self.lost: list[int] = []
        self.seen_: list[int] = []
        self.words: list[Word] = []
        self.knows: set[str] = set()
        """The threads of its incidents; where none is named it knows them all."""

    def subscribe(self, browser: Browser) -> Browser:
        self.browsers[browser.id] = browser
        return browser

    def secret(self, purpose: str) -> bytes:
        return purpose.encode().ljust(32, b".")

    async def devices(self, address: str) -> list[Device]:
        return [b.device for b in self.browsers.values() if b.id not in self.lost] if address == "ada" else []

    async def lose(self, device: int) -> None:
        self.lost.append(device)

    async def seen(self, device: int) -> None:
        self.seen_.append(device)

    async def hear(self, channel: str, word: Word) -> Heard:
        self.words.append(word)
        known = not self.knows or word.thread in self.knows
        return Heard("done", "") if known else Heard("unknown", "")

    @staticmethod
    def bare(server: PushService, folder: Path, **more: Any) -> WebPushChannel:
        server.now = AT.timestamp()
        return WebPushChannel.from_settings({**LOCAL, **more}, secrets_from(ENVIRONMENT, folder), folder)


def webpush_channel(server: PushService, folder: Path, **more: Any) -> tuple[WebPushChannel, Pushed]:
    channel, house = Pushed.bare(server, folder, **more), Pushed()
    channel.join(house)
    return channel, house


def webpush_at(server: str, folder: Path, **more: Any) -> WebPushChannel:
    """Web push to a browser whose push service is at an address."""
    channel = WebPushChannel.from_settings({**LOCAL, **more}, secrets_from(ENVIRONMENT, folder), folder)
    house = Pushed()
    house.subscribe(Browser(server))
    channel.join(house)
    return channel


def webpush(folder: Path, server: PushService) -> Harness:
    browser = server.browser()

    def make() -> Channel:
        channel, house = webpush_channel(server, folder)
        house.subscribe(browser)
        return channel

    def read() -> list[Arrived]:
        topics = [h["topic"] for h in server.headers]
        words = ["\n".join([m["title"], m["body"], m["open"]]) for m in browser.read]
        return [Arrived(w, n, w.replace("\n", "")) for w, n in zip(words, topics, strict=True)]

    return Harness("ada", make, read, shy=True)


def pagerduty_channel(server: str, folder: Path, **more: Any) -> PagerDutyChannel:
    settings = {"server": server, "routing_key_env": "PAGER", **LOCAL, **more}
    return PagerDutyChannel.from_settings(settings, secrets_from(ENVIRONMENT, folder), folder)


def gateway_channel(kind: Any, server: str, folder: Path, **more: Any) -> Any:
    settings = {"server": server, "account": ACCOUNT, "auth_token_env": "TWILIO", "from": SENDER, **LOCAL, **more}
    return kind.from_settings(settings, secrets_from(ENVIRONMENT, folder), folder)


def email_channel(port: int, folder: Path, **more: Any) -> EmailChannel:
    settings = {"host": "127.0.0.1", "port": port, "tls": "none", "from": "Siren <siren@example.com>", **more}
    return EmailChannel.from_settings(settings, secrets_from(ENVIRONMENT, folder), folder)


def ntfy_channel(server: str, folder: Path, **more: Any) -> NtfyChannel:
    settings = {"server": server, "token_env": "NTFY", **LOCAL, **more}
    return NtfyChannel.from_settings(settings, secrets_from(ENVIRONMENT, folder), folder)


def webhook_channel(folder: Path, **more: Any) -> WebhookChannel:
    lookup = {"lookup": more.pop("lookup")} if "lookup" in more else {}
    settings = {"secret_env": "HOOK", **LOCAL, **more}
    return WebhookChannel.from_settings(settings, secrets_from(ENVIRONMENT, folder), folder, **lookup)


def _mail(content: bytes) -> Arrived:
    mail = parse(content)
    plain, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    return Arrived(mail["Subject"] + "\n" + plain, mail["Message-ID"], (mail, plain, html))


def _verified(headers: Any, body: bytes) -> Arrived:
    """Checks the signature from the specification alone, without the code under test."""
    name, moment, signatures = (headers[f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
    mac = hmac.new(b"k" * 32, b".".join([name.encode(), moment.encode(), body]), hashlib.sha256).digest()
    assert signatures == "v1," + base64.b64encode(mac).decode()
    assert moment == str(int(AT.timestamp()))
    assert headers["idempotency-key"] == name
    data = json.loads(body)["data"]
    why = f"{data['why']['file']}:{data['why']['line']} {data['why']['quote']}"
    facts = [f"{label}: {value}" for label, value in data["facts"]]
    shown = [data[key] or "" for key in ("severity", "title", "text", "person", "incident", "url", "ack_url")]
    late = [f"{data['late']} s"] if data["late"] else []
    return Arrived("\n".join([*shown, why, *facts, *late, "DRILL" if data["drill"] else ""]), name, data)


def hostile() -> Iterator[tuple[str, str]]:
    """Texts that have broken something somewhere, by name."""
    yield "script", '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    yield "header", "boom\r\nBcc: evil@example.com\r\n\r\nnew body\n.\nRSET"
    yield "ansi", "\x1b[2J\x1b]0;owned\x07 fine\x9b31m"
    yield "bidi", "\u202egpj.exe\u2066 \u200f\u061c"
    yield "nul", "a\x00b\x7f\x85\u2028c\u2029"
    yield "emoji", "👩‍👩‍👧‍👦 Ωμέγα 🏴‍☠️ ไทย"
    yield "surrogate", "lone \ud800 half"
    yield "template", "{{7*7}} {0.__class__} ${7*7} %s %(x)s"
    yield "address", "javascript:alert(1)"
    yield "long", "x" * 100_000
    yield "long lines", 'ÿ"\\\n' * 25_000
    yield "empty", ""
    yield "blank", " \t\r\n "

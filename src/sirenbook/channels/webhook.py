"""Hands pages to other programs: signed JSON by the Standard Webhooks rules, so that the receiver can trust it."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import msgspec

from sirenbook.channels import ChannelFault, Secrets
from sirenbook.channels.answer import caught, from_status, refused
from sirenbook.channels.destination import Lookup, resolve
from sirenbook.channels.escaping import link, token
from sirenbook.channels.outgoing import KEYS, Post
from sirenbook.channels.settings import Settings
from sirenbook.channels.wording import MAX_FACTS, manner
from sirenbook.model.intent import Notification, Receipt

LIMIT = 4000
KEY_HELP = 'make one with: echo "whsec_$(openssl rand -base64 32)"'


class WebhookChannel:
    """Posts to the address of the contact method, or to the one in the settings."""

    name = "webhook"

    def __init__(self, post: Post, key: bytes, url: str = "") -> None:
        self._post = post
        self._key = key
        self._url = url

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path, *, lookup: Lookup = resolve
    ) -> Self:
        """Reads `[channels.webhook]`: url, secret_env or secret_file, allow, ca_file, timeout."""
        read = Settings(cls.name, settings, secrets, known=("url", *KEYS), secret=("secret",))
        url = read.text("url") if read.has("url") else ""
        if url and not link(url):
            raise ChannelFault(f"{read.table} has url = {url!r}", 'write url = "https://…"')
        return cls(Post.from_settings(read, folder, lookup), _key(read), url)

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt; the same key signs as the same webhook-id every time."""
        return await caught(self._deliver(notification))

    async def _deliver(self, notification: Notification) -> Receipt:
        own = re.match(r"https?:", notification.to, re.IGNORECASE)
        url = link(notification.to) if own else self._url
        if not url:
            return refused("no address: give the contact method an https:// one, or [channels.webhook] a url")
        body = msgspec.json.encode(content(notification))
        answer = await self._post(url, body, headers(self._key, notification, body))
        return from_status(answer.status, answer.headers, notification.at)

    async def close(self) -> None:
        """Let go of connections."""
        await self._post.close()


def headers(key: bytes, notification: Notification, body: bytes) -> dict[str, str]:
    """What identifies and signs one attempt."""
    name, moment = token(notification.key), notification.at
    return {
        "webhook-id": name,
        "webhook-timestamp": _seconds(moment),
        "webhook-signature": signature(key, name, moment, body),
        "Idempotency-Key": name,
    }


def signature(key: bytes, name: str, at: datetime, body: bytes) -> str:
    """The Standard Webhooks signature of these very bytes."""
    signed = f"{name}.{_seconds(at)}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def content(notification: Notification) -> dict[str, Any]:
    """The body. It does not name the attempt: one key, one content, for receivers that compare."""
    why = notification.why
    return {
        "type": f"incident.{manner(notification)}",
        "timestamp": notification.at.isoformat(),
        "data": {
            "key": token(notification.key),
            "incident": _sound(notification.incident),
            "severity": _sound(notification.severity),
            "title": _sound(notification.title),
            "text": _sound(notification.text),
            "person": _sound(notification.person),
            "why": {"file": _sound(why.file), "line": why.line, "quote": _sound(why.quote)},
            "url": link(notification.url),
            "ack_url": link(notification.ack_url) or None,
            "facts": [[_sound(label), _sound(value)] for label, value in notification.facts[:MAX_FACTS]],
            "late": notification.late,
            "drill": notification.drill,
        },
    }


def _sound(text: str) -> str:
    """The text as it is, but bounded and encodable; JSON escapes it, and showing it is up to the receiver."""
    return text[:LIMIT].encode("utf-8", "replace").decode("utf-8")


def _key(read: Settings) -> bytes:
    secret = read.secret("secret")
    if secret is None:
        raise ChannelFault(f"{read.table} has no secret to sign with", f"write secret_env; {KEY_HELP}")
    if not secret.startswith("whsec_"):
        raise ChannelFault(f"the secret of {read.table} does not start with whsec_", KEY_HELP)
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < 24:
        raise ChannelFault(f"the secret of {read.table} is not base64 of 24 bytes or more", KEY_HELP)
    return key

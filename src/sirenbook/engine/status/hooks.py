"""Calls the webhooks of subscribers: signed, never into our own house, and only those that answered a challenge."""

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from sirenbook.channels.answer import caught, from_status, refused
from sirenbook.channels.destination import Guard, GuardedTransport
from sirenbook.channels.escaping import token
from sirenbook.channels.outgoing import Answer, Post
from sirenbook.channels.webhook import signature
from sirenbook.model.intent import Receipt
from sirenbook.store.status import Notice


class Hooks:
    """Posts to addresses that strangers gave: public ones, and those that [status] allows."""

    def __init__(self, allow: Iterable[str]) -> None:
        self._post = Post(GuardedTransport(Guard(allow, table="[status]")))

    async def close(self) -> None:
        """Let go of connections."""
        await self._post.close()

    async def tell(self, url: str, secret: bytes, notice: Notice, now: datetime, *, more: str, end: str) -> Receipt:
        """Send a piece of news."""
        data = {
            "key": notice.key,
            "at": notice.at.isoformat(),
            "subject": notice.subject,
            "text": notice.text,
            "components": list(notice.components),
            "url": more,
            "unsubscribe": end,
        }
        return await caught(self._tell(url, secret, _body("status.update", data, now), notice.key, now))

    async def _tell(self, url: str, secret: bytes, body: bytes, key: str, now: datetime) -> Receipt:
        answer = await self._send(url, secret, body, key, now)
        return from_status(answer.status, answer.headers, now)

    async def challenge(self, url: str, secret: bytes, challenge: str, now: datetime) -> Receipt:
        """Ask whether an address wants to hear of the page: it does if it sends the challenge back.

        The secret that later messages are signed with comes with it: only who reads there gets to know it.
        """
        return await caught(self._challenge(url, secret, challenge, now))

    async def _challenge(self, url: str, secret: bytes, challenge: str, now: datetime) -> Receipt:
        shown = "whsec_" + base64.b64encode(secret).decode()
        body = _body("status.challenge", {"challenge": challenge, "secret": shown}, now)
        answer = await self._send(url, secret, body, "challenge", now)
        receipt = from_status(answer.status, answer.headers, now)
        if receipt.outcome != "accepted":
            return refused(receipt.detail)
        if not hmac.compare_digest(_echo(answer.body), challenge.encode()):
            return refused("the challenge did not come back")
        return receipt

    async def _send(self, url: str, secret: bytes, body: bytes, key: str, now: datetime) -> Answer:
        name = token(key)
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(secret, name, now, body),
            "Idempotency-Key": name,
        }
        return await self._post(url, body, headers)


def _body(kind: str, data: dict[str, Any], now: datetime) -> bytes:
    return msgspec.json.encode({"type": kind, "timestamp": now.isoformat(), "data": data})


def _echo(body: bytes) -> bytes:
    """What came back: the challenge alone, or as JSON under its name."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    said = found.get("challenge") if isinstance(found, dict) else found
    return said.encode() if isinstance(said, str) else body.strip()

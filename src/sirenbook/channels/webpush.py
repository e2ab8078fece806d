"""Pushes pages to people's own browsers by Web Push: encrypted for each, and nobody in between needs an account."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from sirenbook.channels import Callback, ChannelFault, House, NotGenuine, Reply, Secrets, Word
from sirenbook.channels.answer import accepted, caught, from_status, refused
from sirenbook.channels.destination import Lookup, resolve
from sirenbook.channels.escaping import clip, digest, link, one_line
from sirenbook.channels.outgoing import KEYS, Post
from sirenbook.channels.push_crypto import Unusable, Vapid, encrypted
from sirenbook.channels.settings import Settings
from sirenbook.channels.wording import heading, opening
from sirenbook.model.intent import Device, Notification, Receipt

PAGE_LIFETIME, WORD_LIFETIME = 3600, 12 * 3600
"""Seconds for which the push service keeps what a phone cannot take just now."""
GONE = (404, 410)


class WebPushChannel:
    """Pushes to all browsers that the person of a contact method has subscribed on the page `/phone`.

    On the lock screen stands what, how grave and whose; all else is behind the signed link.
    """

    name = "webpush"

    def __init__(self, post: Post, contact: str) -> None:
        self._post = post
        self._contact = contact
        self._house: House | None = None
        self._vapid: Vapid | None = None

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path, *, lookup: Lookup = resolve
    ) -> Self:
        """Reads `[channels.webpush]`: contact, allow, ca_file, timeout."""
        read = Settings(cls.name, settings, secrets, known=("contact", *KEYS))
        contact = read.text("contact", "mailto:sirenbook@localhost")
        if not contact.startswith(("mailto:", "https://")):
            raise ChannelFault(
                f"{read.table} has contact = {contact!r}", 'write contact = "mailto:ops@example.org"'
            )
        return cls(Post.from_settings(read, folder, lookup), contact)

    def join(self, house: House) -> None:
        """Learn of the house: whose browsers there are, and the key that signs."""
        self._house = house
        self._vapid = Vapid(house.secret("web push"), self._contact)

    @property
    def public_key(self) -> str:
        """What browsers must be given to take pushes from here."""
        return self._vapid.public_key if self._vapid else ""

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt, to every browser at once; one that takes it is enough."""
        return await caught(self._deliver(notification))

    async def _deliver(self, notification: Notification) -> Receipt:
        if self._house is None or self._vapid is None:
            return refused("web push works only while Sirenbook is up")
        devices = await self._house.devices(notification.to)
        if not devices:
            return refused("no browser has subscribed: open /phone on the telephone")
        tries = [caught(self._push(self._house, self._vapid, each, notification)) for each in devices]
        receipts = await asyncio.gather(*tries)
        return _best(receipts)

    async def _push(self, house: House, vapid: Vapid, device: Device, notification: Notification) -> Receipt:
        body = msgspec.json.encode(content(notification, self._shown_at(notification, device.id)))
        try:
            sealed = encrypted(body, device)
        except Unusable as fault:
            await house.lose(device.id)
            return refused(str(fault))
        lifetime = PAGE_LIFETIME if notification.demands else WORD_LIFETIME
        headers = {
            "Authorization": vapid.authorization(device.endpoint, notification.at),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(lifetime),
            "Urgency": "high" if notification.demands else "normal",
            "Topic": digest(notification.key),
        }
        answer = await self._post(device.endpoint, sealed, headers)
        if answer.status in GONE:
            await house.lose(device.id)
            return refused(f"answered {answer.status}: this browser takes pushes no more; subscribe it again")
        return from_status(answer.status, answer.headers, notification.at, one_line(_text(answer.body), 120))

    def _shown_at(self, notification: Notification, device: int) -> str:
        """Where the browser says that it showed this, signed so that nobody else can."""
        path = urlsplit(notification.answer_url).path
        if not path:
            return ""
        return f"{path}/shown/{device}/{self._seal(path.rpartition('/')[2], str(device))}"

    def _seal(self, token: str, device: str) -> str:
        key = self._house.secret("web push shown") if self._house else b""
        return hmac.new(key, f"{token} {device}".encode(), hashlib.sha256).hexdigest()[:32]

    async def called(self, callback: Callback) -> Reply:
        """A browser says that it showed a page, as often as it likes. Raises NotGenuine."""
        token, _, rest = callback.rest.partition("/shown/")
        device, _, seal = rest.partition("/")
        if self._house is None or callback.method != "POST":
            raise NotGenuine("only browsers of ours call here")
        if not hmac.compare_digest(self._seal(token, device).encode(), seal.encode()) or not device.isdecimal():
            raise NotGenuine("this receipt was not signed here")
        await self._house.seen(int(device))
        await self._house.hear(self.name, Word("shown", f"{digest(token)} {device}", token))
        return Reply(status=204)

    async def close(self) -> None:
        """Let go of connections."""
        await self._post.close()


def content(notification: Notification, shown_at: str) -> dict[str, Any]:
    """What the browser gets: what a lock screen may show, and where a touch leads on the same host."""
    ack, url = link(notification.ack_url), link(notification.url)
    return {
        "title": clip(heading(notification), 200),
        "body": clip(opening(notification), 200),
        "tag": digest(notification.thread or notification.key),
        "demands": notification.demands,
        "open": _path(ack or url),
        "shown": shown_at,
    }


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _best(receipts: Sequence[Receipt]) -> Receipt:
    """The receipt of a person who has several browsers."""
    taken = [r for r in receipts if r.outcome == "accepted"]
    if taken:
        return accepted(f"taken for {len(taken)} of {len(receipts)} browsers; {taken[0].detail}")
    return next((r for r in receipts if r.outcome == "failed"), receipts[0])


def _text(body: bytes) -> str:
    return body[:300].decode("utf-8", "replace")

"""Pushes pages to a phone through ntfy, with a button that opens the acknowledge page."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import msgspec

from sirenbook.channels import ChannelFault, Secrets
from sirenbook.channels.answer import accepted, caught, from_status, refused
from sirenbook.channels.destination import Lookup, resolve
from sirenbook.channels.escaping import clip_bytes, digest, lines, link, one_line
from sirenbook.channels.outgoing import KEYS, Answer, Post
from sirenbook.channels.settings import Settings
from sirenbook.channels.wording import facts, heading, lateness, opening, why
from sirenbook.model.intent import Notification, Receipt

SERVER = "https://ntfy.sh"
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
# ntfy takes 4,096 bytes of text and 8,192 of JSON in all; what is longer it refuses, or turns into an attachment.
TEXT_BYTES, TITLE_BYTES, LINK_LENGTH = 3900, 600, 700


class NtfyChannel:
    """Publishes to the topic of the contact method, on the server of the settings or of a full address."""

    name = "ntfy"

    def __init__(self, post: Post, server: str = SERVER, access: str | None = None) -> None:
        self._post = post
        self._server = server.rstrip("/")
        self._access = access

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path, *, lookup: Lookup = resolve
    ) -> Self:
        """Reads `[channels.ntfy]`: server, token_env or token_file, allow, ca_file, timeout."""
        read = Settings(cls.name, settings, secrets, known=("server", *KEYS), secret=("token",))
        server = read.text("server", SERVER)
        if not link(server):
            raise ChannelFault(f"{read.table} has server = {server!r}", f'write server = "{SERVER}"')
        access = read.secret("token")
        if access is not None and not re.fullmatch(r"[!-~]+", access):
            raise ChannelFault(f"the token of {read.table} has blanks or odd letters in it", "copy it again")
        return cls(Post.from_settings(read, folder, lookup), server, access)

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt; a repeated one replaces the first on the phone instead of joining it."""
        return await caught(self._deliver(notification))

    async def _deliver(self, notification: Notification) -> Receipt:
        server, topic = self._place(notification.to)
        if not TOPIC.fullmatch(topic):
            return refused("not a topic: 1 to 64 letters, digits, - and _, or https://server/topic")
        body = msgspec.json.encode(content(notification, topic))
        answer = await self._post(server, body, self._headers(server))
        return self._receipt(answer, notification)

    def _place(self, to: str) -> tuple[str, str]:
        server, _, topic = link(to).rpartition("/")
        return (server, topic) if server else (self._server, to)

    def _headers(self, server: str) -> dict[str, str]:
        """The token is for the server of the settings; another one has no business knowing it."""
        return {"Authorization": f"Bearer {self._access}"} if self._access and server == self._server else {}

    def _receipt(self, answer: Answer, notification: Notification) -> Receipt:
        said = _fields(answer.body)
        if 200 <= answer.status < 300:
            return accepted(f"answered {answer.status}", name=str(said.get("id", "")))
        reason = one_line(str(said.get("error", "")), 120)
        if self._access:
            reason = reason.replace(self._access, "…")
        return from_status(answer.status, answer.headers, notification.at, reason)

    async def close(self) -> None:
        """Let go of connections."""
        await self._post.close()


def content(notification: Notification, topic: str) -> dict[str, Any]:
    """What ntfy publishes. The button only opens a page: one that acknowledges by itself is touched by accident."""
    body: dict[str, Any] = {
        "topic": topic,
        "title": clip_bytes(heading(notification), TITLE_BYTES),
        "message": clip_bytes(_words(notification), TEXT_BYTES),
        "priority": 5 if notification.demands else 3,
        "tags": ["rotating_light" if notification.demands else "information_source"],
        "sequence_id": digest(notification.key),
        "actions": _actions(notification),
    }
    if click := link(notification.url, LINK_LENGTH):
        body["click"] = click
    return body


def _words(notification: Notification) -> str:
    parts = [
        opening(notification),
        f"Why you: {why(notification)}",
        "\n".join(f"{label}: {value}" for label, value in facts(notification)),
        lateness(notification),
        lines(notification.text, 4000),
    ]
    return "\n".join(part for part in parts if part)


def _actions(notification: Notification) -> list[dict[str, str]]:
    pairs = (("Acknowledge", notification.ack_url), ("Incident", notification.url))
    return [
        {"action": "view", "label": label, "url": url}
        for label, address in pairs
        if (url := link(address, LINK_LENGTH))
    ]


def _fields(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return {}

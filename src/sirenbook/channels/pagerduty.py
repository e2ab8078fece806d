"""Triggers, acknowledges and resolves in PagerDuty by Events v2: for those who carry that pager already."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import msgspec

from sirenbook.channels import ChannelFault, Secrets
from sirenbook.channels.answer import accepted, caught, from_status, refused
from sirenbook.channels.destination import Lookup, resolve
from sirenbook.channels.escaping import clip, digest, lines, link, one_line
from sirenbook.channels.outgoing import KEYS, Answer, Post
from sirenbook.channels.settings import Settings
from sirenbook.channels.wording import facts, heading, lateness, why
from sirenbook.model.intent import Notification, Receipt

SERVER = "https://events.pagerduty.com"
DEFAULT = "default"
SUMMARY, DEDUP_KEY, WORDS = 1024, 255, 8000
SEVERITIES = ("critical", "error", "warning", "info")
ACTIONS = {"called": "trigger", "acknowledged": "acknowledge", "resolved": "resolve"}


class PagerDutyChannel:
    """Sends events to the service that a contact method names; `default` is the one of `routing_key`.

    Pages of one incident share a dedup key, so PagerDuty has one alert of it, whose end is told as well. What
    demands nothing goes out as a change event: it is on record there and wakes nobody.
    """

    name = "pagerduty"
    follows = True

    def __init__(self, post: Post, server: str, keys: Mapping[str, str], severities: Mapping[str, str]) -> None:
        self._post = post
        self._server = server.rstrip("/")
        self._keys = keys
        self._severities = severities

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path, *, lookup: Lookup = resolve
    ) -> Self:
        """Reads `[channels.pagerduty]`: routing_key_env or _file, services, severities, server, allow, …"""
        known = ("server", "services", "severities", *KEYS)
        read = Settings(cls.name, settings, secrets, known=known, secret=("routing_key",))
        server = read.text("server", SERVER)
        if not link(server):
            raise ChannelFault(f"{read.table} has server = {server!r}", f'write server = "{SERVER}"')
        keys = _keys(read, settings, secrets)
        return cls(Post.from_settings(read, folder, lookup), server, keys, _severities(read, settings))

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt; a repeated one joins the alert that the first one made."""
        return await caught(self._deliver(notification))

    async def _deliver(self, notification: Notification) -> Receipt:
        routing_key = self._keys.get(notification.to)
        if routing_key is None:
            return refused(f"no service {one_line(notification.to, 60)!r} in [channels.pagerduty]")
        if notification.demands or notification.moment != "called":
            path, body = "/v2/enqueue", event(notification, routing_key, self._severity(notification))
        else:
            path, body = "/v2/change/enqueue", change(notification, routing_key)
        answer = await self._post(self._server + path, msgspec.json.encode(body), {})
        return _receipt(answer, notification, routing_key)

    def _severity(self, notification: Notification) -> str:
        """PagerDuty's word for a severity: as the settings say, else by how grave it is."""
        named = notification.severity.casefold()
        for name, word in self._severities.items():
            if named == name or named.startswith(name + " "):
                return word
        return SEVERITIES[min(max(notification.rank, 0), len(SEVERITIES) - 1)]

    async def close(self) -> None:
        """Let go of connections."""
        await self._post.close()


def event(notification: Notification, routing_key: str, severity: str) -> dict[str, Any]:
    """An event of the alert of an incident."""
    body: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": ACTIONS[notification.moment],
        "dedup_key": _dedup_key(notification),
    }
    if notification.moment != "called":
        return body
    return body | {
        "client": "Sirenbook",
        "client_url": link(notification.url),
        "links": _links(notification),
        "payload": {**_payload(notification), "severity": severity},
    }


def change(notification: Notification, routing_key: str) -> dict[str, Any]:
    """A change event: on record, and nobody is paged."""
    return {"routing_key": routing_key, "links": _links(notification), "payload": _payload(notification)}


def _payload(notification: Notification) -> dict[str, Any]:
    incident = one_line(notification.incident, 40)
    return {
        "summary": clip(f"{heading(notification)} ({incident})", SUMMARY),
        "source": incident or "sirenbook",
        "timestamp": notification.at.isoformat(),
        "custom_details": {
            "for": one_line(notification.person, 80),
            "why": why(notification),
            **{f"fact {n}": f"{label}: {value}" for n, (label, value) in enumerate(facts(notification), 1)},
            "late": lateness(notification),
            "text": lines(notification.text, WORDS),
        },
    }


def _links(notification: Notification) -> list[dict[str, str]]:
    pairs = (("Acknowledge in Sirenbook", notification.ack_url), ("Incident", notification.url))
    return [{"href": url, "text": label} for label, address in pairs if (url := link(address))]


def _dedup_key(notification: Notification) -> str:
    name = notification.thread or notification.key
    return name if len(name) <= DEDUP_KEY and name.isascii() and name.isprintable() else digest(name)


def _receipt(answer: Answer, notification: Notification, routing_key: str) -> Receipt:
    said = _fields(answer.body)
    if 200 <= answer.status < 300:
        return accepted(f"answered {answer.status}", name=str(said.get("dedup_key", "")))
    errors = said.get("errors")
    words = [said.get("message"), *(errors if isinstance(errors, list) else ())]
    reason = one_line("; ".join(str(w) for w in words if w), 200).replace(routing_key, "…")
    return from_status(answer.status, answer.headers, notification.at, reason)


def _fields(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return {}


def _keys(read: Settings, settings: Mapping[str, Any], secrets: Secrets) -> dict[str, str]:
    """The routing key of each service, by its name here."""
    help_ = 'write routing_key_env = "PAGERDUTY_KEY": the integration key of an Events API v2 integration'
    services = settings.get("services", {})
    if not isinstance(services, dict) or not all(isinstance(t, dict) for t in services.values()):
        raise ChannelFault(f"{read.table} has services that are no tables", help_)
    tables = {n: f"[channels.pagerduty.services.{n}]" for n in services}
    named = {
        n: Settings("pagerduty", t, secrets, secret=("routing_key",), table=tables[n]) for n, t in services.items()
    }
    found = {name: each.secret("routing_key") for name, each in {DEFAULT: read, **named}.items()}
    keys = {name: key for name, key in found.items() if key}
    if not keys:
        raise ChannelFault(f"{read.table} has no routing key", help_)
    if odd := next(
        (n for n, key in keys.items() if not (len(key) == 32 and key.isascii() and key.isalnum())), None
    ):
        raise ChannelFault(
            f"the routing key of {odd} in {read.table} is not 32 letters and digits", "copy it again"
        )
    return keys


def _severities(read: Settings, settings: Mapping[str, Any]) -> dict[str, str]:
    words = settings.get("severities", {})
    if not isinstance(words, dict) or not all(word in SEVERITIES for word in words.values()):
        raise ChannelFault(
            f"{read.table} has severities = {words!r}",
            f'write severities = {{P1 = "critical"}}, with {", ".join(SEVERITIES)}',
        )
    return {str(name).casefold(): str(word) for name, word in words.items()}

"""Triggers, acknowledges and resolves in PagerDuty by Events v2, and hears by webhooks v3 what people do there."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

import httpx2
import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from sirenbook.channels import Callback, ChannelFault, House, NotGenuine, Reply, Secrets, User, Word
from sirenbook.channels.answer import accepted, caught, from_status, refused
from sirenbook.channels.destination import DestinationRefused, Lookup, NameNotFound, resolve
from sirenbook.channels.escaping import clip, digest, lines, link, one_line
from sirenbook.channels.outgoing import KEYS, Answer, Post
from sirenbook.channels.settings import Settings
from sirenbook.channels.wording import facts, heading, lateness, why
from sirenbook.model.intent import Notification, Receipt

log = structlog.get_logger()

SERVER = "https://events.pagerduty.com"
API = "https://api.pagerduty.com"
DEFAULT = "default"
SUMMARY, DEDUP_KEY, WORDS = 1024, 255, 8000
SEVERITIES = ("critical", "error", "warning", "info")
ACTIONS = {"called": "trigger", "acknowledged": "acknowledge", "resolved": "resolve"}
OLDEST, AHEAD = timedelta(hours=1), timedelta(minutes=5)
"""How old an event may be, which PagerDuty tells again for 20 minutes, and how far its clock may be ahead."""
ASKING = 1.5
"""Seconds for which its API is asked who somebody is: it wants to be answered in five."""
MOST_KNOWN, MOST_ASSIGNED, LARGEST_ANSWER = 1000, 20, 256 * 1024
SECRETS = ("routing_key", "webhook_secret", "api_token")
_KEY_HELP = 'write routing_key_env = "PAGERDUTY_KEY": the integration key of an Events API v2 integration'
_DEEDS: Mapping[str, Literal["acknowledge", "resolve", "assign"]] = {
    "incident.acknowledged": "acknowledge",
    "incident.resolved": "resolve",
    "incident.reassigned": "assign",
    "incident.delegated": "assign",
}


class PagerDutyChannel:
    """Sends events to the service that a contact method names; `default` is the one of `routing_key`.

    Pages of one incident share a dedup key, so PagerDuty has one alert of it, whose end is told as well. What
    demands nothing goes out as a change event: it is on record there and wakes nobody. What people do with the
    alert comes back at /callback/pagerduty/events.
    """

    name = "pagerduty"
    follows = True

    def __init__(
        self, post: Post, server: str, keys: Mapping[str, str], severities: Mapping[str, str], ears: "Ears"
    ) -> None:
        self._post = post
        self._server = server.rstrip("/")
        self._keys = keys
        self._severities = severities
        self._ears = ears

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path, *, lookup: Lookup = resolve
    ) -> Self:
        """Reads `[channels.pagerduty]`: routing_key_env or _file, webhook_secret_env, services, users, …"""
        known = ("server", "api", "services", "severities", "users", *KEYS)
        read = Settings(cls.name, settings, secrets, known=known, secret=SECRETS)
        server, api = _address(read, "server", SERVER), _address(read, "api", API)
        keys = _secrets(read, settings, secrets, "routing_key")
        _check_keys(read, keys)
        post = Post.from_settings(read, folder, lookup)
        signed_with = tuple(_secrets(read, settings, secrets, "webhook_secret").values())
        ears = Ears(post, api, signed_with, read.secret("api_token") or "", _users(read, settings))
        return cls(post, server, keys, _severities(read, settings), ears)

    def join(self, house: House) -> None:
        """Learn of the house."""
        self._ears.house = house

    async def called(self, callback: Callback) -> Reply:
        """What somebody did in PagerDuty. Raises NotGenuine."""
        return await self._ears.called(callback)

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


class Agent(Struct):
    """Who did something in PagerDuty, or was given something: a user, or a program."""

    id: str = ""
    type: str = ""
    summary: str = ""


class Concerned(Struct):
    """The incident that an event is about; its key is the dedup key of the event that began it."""

    id: str = ""
    incident_key: str | None = None
    assignees: list[Agent] = []


class Happening(Struct):
    """What is read of an event; one of another kind of resource has another `data`."""

    id: str
    event_type: str
    occurred_at: datetime
    agent: Agent | None = None
    data: msgspec.Raw = msgspec.Raw()


class Envelope(Struct):
    """The body of a webhook v3."""

    event: Happening


class Ears:
    """Verifies what PagerDuty calls back with, and tells the house which person did what."""

    def __init__(
        self, post: Post, api: str, secrets: tuple[str, ...], token: str, users: Mapping[str, str]
    ) -> None:
        self.house: House | None = None
        self._post = post
        self._api = api.rstrip("/")
        self._secrets = secrets
        self._token = token
        self._emails = dict(users)

    async def called(self, callback: Callback) -> Reply:
        """Hear one event. What is sound and means nothing here is answered well: it would only come again."""
        house = self._checked(callback)
        try:
            event = msgspec.json.decode(callback.body, type=Envelope).event
        except (msgspec.DecodeError, RecursionError):
            return Reply()
        kind = _DEEDS.get(event.event_type)
        if kind is None or event.agent is None or event.agent.type != "user_reference":
            return Reply()  # what we told it ourselves comes back as done by an integration
        if not -AHEAD <= callback.at - _aware(event.occurred_at) <= OLDEST:
            log.warning("an event of PagerDuty is too old, or of the future", id=one_line(event.id, 60))
            return Reply()
        await self._tell(house, kind, event, event.agent)
        return Reply()

    def _checked(self, callback: Callback) -> House:
        given = callback.headers.get("x-pagerduty-signature", "").split(",")[:10]
        ours = [signature(secret, callback.body) for secret in self._secrets]
        genuine = any(hmac.compare_digest(o.encode(), g.strip().encode()) for o in ours for g in given)
        if self.house is None or callback.method != "POST" or callback.rest != "events" or not genuine:
            raise NotGenuine("it was not signed with a webhook_secret of [channels.pagerduty]")
        return self.house

    async def _tell(
        self, house: House, kind: Literal["acknowledge", "resolve", "assign"], event: Happening, agent: Agent
    ) -> None:
        try:
            incident = msgspec.json.decode(event.data, type=Concerned)
        except msgspec.DecodeError:
            return
        given = incident.assignees[:MOST_ASSIGNED] if kind == "assign" else ()
        by, *whom = await asyncio.gather(*map(self._user, (agent, *given)))
        nobody = [User()] if kind != "assign" else []
        words = [Word(kind, f"{event.id} {n}", by=by, whom=each) for n, each in enumerate(whom or nobody)]
        for word in words:
            heard = await house.hear("pagerduty", replace(word, thread=incident.incident_key or "?"))
            if heard.outcome == "unknown" and (key := await self._alert_key(incident.id)):
                heard = await house.hear("pagerduty", replace(word, thread=key))
            log.info("heard from PagerDuty", what=kind, outcome=heard.outcome, text=heard.text)

    async def _user(self, agent: Agent) -> User:
        """Who a user is: as the settings say, else as its API does; without either by the name alone."""
        if agent.id not in self._emails and len(self._emails) < MOST_KNOWN:
            found = (await self._ask(f"users/{quote(agent.id, safe='')}")).get("user")
            if isinstance(found, dict) and isinstance(found.get("email"), str):
                self._emails[agent.id] = found["email"]
        return User(self._emails.get(agent.id, ""), one_line(agent.summary, 80))

    async def _alert_key(self, incident: str) -> str:
        """The dedup key of an incident's first alert, where the incident itself does not bear it."""
        alerts = (await self._ask(f"incidents/{quote(incident, safe='')}/alerts?limit=1")).get("alerts")
        first = alerts[0] if isinstance(alerts, list) and alerts else {}
        return str(first.get("alert_key") or "") if isinstance(first, dict) else ""

    async def _ask(self, what: str) -> dict[str, Any]:
        """What its API says; nothing where it says nothing in time, or there is no token to ask with."""
        if not self._token:
            return {}
        accept = "application/vnd.pagerduty+json;version=2"
        headers = {"Authorization": f"Token token={self._token}", "Accept": accept}
        try:
            async with asyncio.timeout(ASKING):
                answer = await self._post.get(f"{self._api}/{what}", headers, limit=LARGEST_ANSWER)
        except (httpx2.HTTPError, DestinationRefused, NameNotFound, OSError, TimeoutError) as fault:
            log.warning("PagerDuty's API does not answer", what=what, fault=type(fault).__name__)
            return {}
        return _fields(answer.body) if answer.status == 200 else {}


def signature(secret: str, body: bytes) -> str:
    """What PagerDuty writes beside a body."""
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _address(read: Settings, key: str, usual: str) -> str:
    address = read.text(key, usual)
    if not link(address):
        raise ChannelFault(f"{read.table} has {key} = {address!r}", f'write {key} = "{usual}"')
    return address


def _users(read: Settings, settings: Mapping[str, Any]) -> dict[str, str]:
    """The e-mail addresses of users, by their id in PagerDuty."""
    users = settings.get("users", {})
    if not isinstance(users, dict) or not all(isinstance(e, str) and "@" in e for e in users.values()):
        raise ChannelFault(f"{read.table} has users = {users!r}", 'write users = {PXPGF42 = "mira@example.org"}')
    return {str(user): email for user, email in users.items()}


def _secrets(read: Settings, settings: Mapping[str, Any], secrets: Secrets, key: str) -> dict[str, str]:
    """A secret of each service, by its name here."""
    services = settings.get("services", {})
    if not isinstance(services, dict) or not all(isinstance(t, dict) for t in services.values()):
        raise ChannelFault(f"{read.table} has services that are no tables", _KEY_HELP)
    tables = {n: f"[channels.pagerduty.services.{n}]" for n in services}
    named = {n: Settings("pagerduty", t, secrets, secret=SECRETS[:2], table=tables[n]) for n, t in services.items()}
    found = {name: each.secret(key) for name, each in {DEFAULT: read, **named}.items()}
    return {name: secret for name, secret in found.items() if secret}


def _check_keys(read: Settings, keys: Mapping[str, str]) -> None:
    """Refuse routing keys that cannot be any."""
    if not keys:
        raise ChannelFault(f"{read.table} has no routing key", _KEY_HELP)
    if odd := next(
        (n for n, key in keys.items() if not (len(key) == 32 and key.isascii() and key.isalnum())), None
    ):
        raise ChannelFault(
            f"the routing key of {odd} in {read.table} is not 32 letters and digits", "copy it again"
        )


def _severities(read: Settings, settings: Mapping[str, Any]) -> dict[str, str]:
    words = settings.get("severities", {})
    if not isinstance(words, dict) or not all(word in SEVERITIES for word in words.values()):
        raise ChannelFault(
            f"{read.table} has severities = {words!r}",
            f'write severities = {{P1 = "critical"}}, with {", ".join(SEVERITIES)}',
        )
    return {str(name).casefold(): str(word) for name, word in words.items()}

"""A street of providers, each behind a proxy that breaks it for some people, and who is reached by what there."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from itsdangerous import URLSafeSerializer

from contracts.pagerduty_stand_in import ROUTING_KEY, PagerDuty
from contracts.push_stand_in import Browser, PushService
from contracts.slack_stand_in import APP, BOT, SlackServer
from contracts.stand_ins import HttpServer, Yard, certificate
from contracts.twilio_stand_in import ACCOUNT, AUTH_TOKEN, SENDER, Twilio
from real.fault_proxy import FAULTS, FaultProxy
from real.postbox import Postbox
from real.running import ONE_BY_ONE, House

CHANNELS = ("ntfy", "webhook", "email", "pagerduty", "sms", "voice", "slack", "webpush")
UNTRUSTED, NAMELESS = "untrusted", "nameless"
"""Faults that come before a request is read: a certificate that nobody vouches for, a name that leads nowhere."""
GROUPS = {
    "Primary On-Call": [f"{channel}-{fault}" for channel in CHANNELS for fault in FAULTS],
    "Secondary On-Call": [f"{channel}-{UNTRUSTED}" for channel in CHANNELS],
    "Engineering Manager": [f"{channel}-{NAMELESS}" for channel in CHANNELS],
}
"""One person for each channel and fault, called by it."""
EVERYBODY = [person for group in GROUPS.values() for person in group]
NUMBERS = {person: f"+1415555{number:04d}" for number, person in enumerate(EVERYBODY, 100)}
MEMBERS = {person: "U" + person.replace("-", "").upper() for person in EVERYBODY}
NOWHERE = "nowhere.invalid"


class Street:
    """The providers, and the second ways, which always work."""

    def __init__(self, yard: Yard, postbox: Postbox, folder: Path) -> None:
        self._second = HttpServer(yard)
        self._folder = folder
        self._tls = HttpServer(yard, certificate(folder))
        self._postbox = postbox
        self._ntfy, self._webhook = HttpServer(yard), HttpServer(yard)
        self._pagerduty, self._twilio = PagerDuty(yard), Twilio(yard)
        self._slack, self._push = SlackServer(yard), PushService(yard)
        for person, member in MEMBERS.items():
            self._slack.user(member, f"{person}@harbour.example")
        servers = (self._ntfy, self._webhook, postbox, self._pagerduty)
        servers += (self._twilio, self._twilio, self._slack, self._push)
        self._proxies = {
            channel: FaultProxy(yard, server.port, _marks(channel), mail=channel == "email")
            for channel, server in zip(CHANNELS, servers, strict=True)
        }
        self._gate = FaultProxy(yard, self._second.port, {})

    def hold(self, holds: bool) -> None:
        """Whether everything is taken and nothing answered."""
        for proxy in (*self._proxies.values(), self._gate):
            proxy.holds = holds

    def _server(self, channel: str, fault: str) -> str:
        if fault == NAMELESS:
            return f"http://{NOWHERE}"
        if fault == UNTRUSTED:
            return f"https://localhost:{self._tls.port}"
        return f"http://127.0.0.1:{self._proxies[channel].port}"

    def subscribe(self, house: House) -> None:
        """Have a browser of each person who is paged by Web Push take pushes."""
        query = """insert into device (person, endpoint, key, auth, label, added_at)
            values (%s, %s, %s, %s, 'phone', clock_timestamp())"""
        with house.connect() as connection:
            [(now,)] = connection.execute("select extract(epoch from clock_timestamp())").fetchall()
        self._push.now = float(now)
        for person in (p for p in EVERYBODY if p.startswith("webpush")):
            browser = Browser("")
            browser.endpoint = f"{self._server('webpush', person.partition('-')[2])}/push/{person}"
            self._push.browsers[f"/push/{person}"] = browser
            device = browser.device
            with house.connect() as connection:
                connection.execute(query, (person, device.endpoint, device.key, device.auth))

    def bindings(self, fault: str = "") -> str:
        """sirenbook.toml with all providers behind their proxies, or meeting one fault of the wire."""
        tables: dict[str, dict[str, object]] = {
            channel: {"server": self._server(channel, fault), "allow": ["127.0.0.1", "::1"]} for channel in CHANNELS
        }
        tables["slack"]["api"] = f"{tables['slack'].pop('server')}/api"
        del tables["webhook"]["server"], tables["webpush"]["server"]
        tables["email"] = {"from": "sirenbook@harbour.example", **self._relay(fault)}
        for channel in ("sms", "voice"):
            tables[channel] |= {"account": ACCOUNT, "from": SENDER}
        tables["slack"]["pace"] = 0
        for channel, name, word in _SECRETS:
            (self._folder / f"{channel}-{name}").write_text(word)
            tables[channel][f"{name}_file"] = str(self._folder / f"{channel}-{name}")
        lines = ['fallback = ["deputy"]', *self._people(), "[targets]"]
        lines += [f"{json.dumps(name)} = {json.dumps(group)}" for name, group in GROUPS.items()]
        for channel, table in tables.items():
            lines += [f"[channels.{channel}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
        return "\n".join([*lines, ONE_BY_ONE])

    def _relay(self, fault: str) -> dict[str, object]:
        if not fault:
            return {"host": "127.0.0.1", "port": self._proxies["email"].port, "tls": "none"}
        host = NOWHERE if fault == NAMELESS else "localhost"
        return {"host": host, "port": self._tls.port, "tls": "implicit"}

    def _people(self) -> Iterator[str]:
        elsewhere = f"http://localhost:{self._gate.port}"  # another host: no failing provider's circuit is about it
        yield f'[people.deputy]\ncontact = [{{channel = "ntfy", to = "{elsewhere}/deputy"}}]'
        for person in EVERYBODY:
            channel, _, fault = person.partition("-")
            addresses = {
                "webhook": f"{self._server('webhook', fault)}/{person}",
                "email": f"{person}@harbour.example",
                "pagerduty": "default",
                "sms": NUMBERS[person],
                "voice": NUMBERS[person],
                "slack": MEMBERS[person],
            }
            first = f'{{channel = "{channel}", to = "{addresses.get(channel, person)}"}}'
            other = "ntfy" if channel == "webhook" else "webhook"
            second = f'{{channel = "{other}", to = "{elsewhere}/{person}", after = "10m"}}'
            yield f"[people.{person}]\ncontact = [{first}, {second}]"

    def arrived(self, incident: str) -> dict[str, list[str]]:
        """The names of the pages of an incident that came by second ways, by person."""
        found: dict[str, list[str]] = {}
        for request, body in list(self._second.requests):
            said = json.loads(body)
            person = request.url.path[1:] or str(said["topic"])
            name = request.headers.get("webhook-id") or str(said["sequence_id"])
            if incident in body.decode():
                found.setdefault(person, []).append(name)
        return found

    def taken(self, incident: str) -> Counter[tuple[str, str]]:
        """What the providers themselves took of an incident: for whom, under which name, how often."""
        return Counter((person, name) for person, name, words in self._taken() if incident in words)

    def _taken(self) -> Iterator[tuple[str, str, str]]:
        for _, body in list(self._ntfy.requests):
            yield json.loads(body)["topic"], json.loads(body)["sequence_id"], body.decode()
        for request, body in list(self._webhook.requests):
            yield request.url.path[1:], request.headers["webhook-id"], body.decode()
        for mail in list(self._postbox.got):
            yield mail.to.partition("@")[0], mail.key, mail.subject
        for _, event in list(self._pagerduty.sound):
            yield event["payload"]["custom_details"]["for"], event["dedup_key"], json.dumps(event)
        people = {number: person for person, number in NUMBERS.items()}
        for fields in list(self._twilio.messages):
            yield people[fields["To"]], "", fields["Body"]
        for fields in list(self._twilio.calls):  # what is said is fetched from an address of ours
            token = fields["Url"].partition("/callback/voice/")[2].partition("/")[0]
            _, (_, number, *_) = URLSafeSerializer("").loads_unsafe(token)
            yield people[fields["To"]], "", f"INC-{number}"
        for path, browser in self._push.browsers.items():
            yield from ((path.removeprefix("/push/"), push["tag"], str(push)) for push in list(browser.read))
        for person, member in MEMBERS.items():
            found = self._slack.messages(member)
            yield from ((person, message["client_msg_id"], str(message)) for message in list(found))


_SECRETS = (
    ("webhook", "secret", "whsec_" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="),
    ("pagerduty", "routing_key", ROUTING_KEY),
    ("sms", "auth_token", AUTH_TOKEN),
    ("voice", "auth_token", AUTH_TOKEN),
    ("slack", "bot_token", BOT),
    ("slack", "app_token", APP),
)


def _marks(channel: str) -> dict[bytes, str]:
    """What a request to a provider has in it that is meant for somebody, with the fault that it meets."""
    people = {f"{channel}-{fault}": fault for fault in FAULTS}
    return {_mark(channel, person).encode(): fault for person, fault in people.items()}


def _mark(channel: str, person: str) -> str:
    marks = {
        "ntfy": f'"topic":"{person}"',
        "pagerduty": f'"for":"{person}"',
        "email": f"<{person}@",
        "sms": NUMBERS[person][1:],
        "voice": NUMBERS[person][1:],
        "slack": MEMBERS[person],
    }
    return marks.get(channel, f"/{person} ")

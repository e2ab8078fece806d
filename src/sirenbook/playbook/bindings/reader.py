"""Reads sirenbook.toml: who the playbook's names are, how to reach them, and which labels mean what."""

from collections.abc import Iterable, Iterator
from typing import Any

from sirenbook.model.bindings import (
    Answerer,
    Bindings,
    ContactMethod,
    Grouping,
    Person,
    Storms,
    Testing,
    fold,
)
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.hours import BusinessHours
from sirenbook.model.policy import Rotation
from sirenbook.model.provenance import Provenance
from sirenbook.model.rotation import Rotation as Rotating
from sirenbook.model.status import CustomerList
from sirenbook.playbook.bindings.access import read_access
from sirenbook.playbook.bindings.checks import read_checks
from sirenbook.playbook.bindings.drafts import demo_bindings, toml_for
from sirenbook.playbook.bindings.hours import read_hours
from sirenbook.playbook.bindings.identity import read_oidc, read_teams
from sirenbook.playbook.bindings.reachability import check_bindings
from sirenbook.playbook.bindings.rotations import is_duty, read_duty, read_rotations
from sirenbook.playbook.bindings.status import read_customers, read_status
from sirenbook.playbook.bindings.steps import read_executors, read_parameters, read_runners, read_stepping
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_reading import (
    Kind,
    dotted,
    people_ids,
    plain_text,
    read_settings,
    read_table,
    read_texts,
    read_value,
)
from sirenbook.playbook.bindings.toml_text import TomlText, suggestion
from sirenbook.playbook.bindings.values import (
    BUILT_IN_CHANNELS,
    RECEIPTS,
    address,
    hours_of_day,
    positive,
    turn_seconds,
    url,
    variable,
    wait_seconds,
)

__all__ = ["check_bindings", "demo_bindings", "read_bindings", "toml_for"]

_TABLES = (
    "people",
    "rotations",
    "targets",
    "labels",
    "grouping",
    "business_hours",
    "storms",
    "testing",
    "channels",
    "watchdog",
    "answers",
    "server",
    "steps",
    "parameters",
    "executors",
    "runners",
    "security",
    "status",
    "customers",
    "checks",
    "oidc",
    "teams",
    "access",
)
_ADDRESS_HELP = {
    "email": 'Write it as to = "mira@example.org".',
    "ntfy": 'Write the topic, of letters, digits, "-" and "_", or the whole address "https://ntfy.sh/topic".',
    "sms": 'Write the number with its country: to = "+14155550123".',
    "voice": 'Write the number with its country: to = "+14155550123".',
    "slack": 'Write a member id "U012AB3CD", a channel "#incidents" or its id, or an e-mail address.',
    "webhook": 'Write the whole address: to = "https://example.org/hook".',
}


def read_bindings(text: str, file: str, stated: Rotation | None = None) -> tuple[Bindings, tuple[Diagnostic, ...]]:
    """What a sirenbook.toml binds, and what is wrong with it; whatever is sound is kept.

    `stated` is what the playbook says of its rotation, for what the file leaves out.
    """
    toml = TomlText(text, file)
    top = read_table(toml, (), toml.values, ("fallback", "service_labels", *_TABLES))
    inside = {name: read_table(toml, (name,), top.get(name, {})) for name in _TABLES}
    channels = _channels(toml, inside["channels"])
    people = _people(toml, inside["people"], {*channels, *BUILT_IN_CHANNELS})
    grouping = read_table(toml, ("grouping",), inside["grouping"], ("by", "service_labels"))
    server = read_table(toml, ("server",), inside["server"], ("public_url",))
    hours = read_hours(toml, ("business_hours",), inside["business_hours"], BusinessHours())
    rotations = read_rotations(toml, inside["rotations"], people, stated, hours.zone)
    public_url = read_value(toml, ("server", "public_url"), server, _PUBLIC_URL)
    parameters = read_parameters(toml, inside["parameters"])
    status = read_status(toml, top, parameters)
    customers = read_customers(toml, inside["customers"], status)
    _mail_goes_out(toml, people, customers, channels.get("email", {}))
    bindings = Bindings(
        people=people,
        rotations=rotations,
        targets=_targets(toml, inside["targets"], people, rotations),
        fallback=people_ids(toml, read_texts(toml, ("fallback",), top.get("fallback", [])), people),
        severity_labels=_severity_labels(toml, inside["labels"]),
        service_labels=_labels(toml, ("grouping", "service_labels"), grouping)
        or _labels(toml, ("service_labels",), top)
        or Bindings().service_labels,
        grouping=Grouping(by=_labels(toml, ("grouping", "by"), grouping) or Grouping().by),
        business_hours=hours,
        storms=_storms(toml, inside["storms"]),
        testing=_testing(toml, inside["testing"]),
        channels=channels,
        watchdog=_watchdog(toml, inside["watchdog"]),
        answers=_answers(toml, inside["answers"]),
        public_url=public_url.rstrip("/") if public_url else None,
        stepping=read_stepping(toml, inside["steps"]),
        parameters=parameters,
        executors={
            n: read_settings(toml, ("executors", n), t) for n, t in read_executors(toml, inside["executors"])
        },
        runners=read_runners(toml, inside["runners"]),
        readers=_readers(toml, inside["security"], people, rotations),
        status=status,
        customers=customers,
        checks=read_checks(toml, inside["checks"]),
        oidc=read_oidc(toml, top),
        teams=read_teams(toml, inside["teams"], people, hours),
        access=read_access(toml, inside["access"], people),
        places=_places(toml),
    )
    return bindings, tuple(sorted(toml.found, key=lambda d: (d.at.line, d.at.column)))


def _labels(toml: TomlText, path: Path, table: dict[str, Any]) -> tuple[str, ...]:
    found = read_texts(toml, path, table[str(path[-1])]) if path[-1] in table else []
    return tuple(dict.fromkeys(label for _, label in found))


_PUBLIC_URL = Kind(url, 'Write public_url = "https://pager.example.org".')


def _people(toml: TomlText, table: dict[str, Any], channels: set[str]) -> dict[str, Person]:
    return {id_: _person(toml, id_, value, channels) for id_, value in table.items()}


def _person(toml: TomlText, id_: str, value: object, channels: set[str]) -> Person:
    path: Path = ("people", id_)
    table = read_table(toml, path, value, ("name", "contact", "quiet"))
    name = read_value(toml, (*path, "name"), table, Kind(plain_text, f'Write name = "{id_.title()}".', "SB303"))
    contact = table.get("contact", [])
    items = contact if isinstance(contact, list) else [contact]
    if not items:
        toml.report("SB304", path, f"{name or id_} has no contact, so no page can reach them.", _CONTACT)
    read = [_method(toml, (*path, "contact", n), item, channels) for n, item in enumerate(items)]
    quiet = read_value(toml, (*path, "quiet"), table, _QUIET)
    return Person(id_, name or id_, tuple(m for m in read if m is not None), quiet)


_QUIET = Kind(hours_of_day, 'Write quiet = "22:00-07:00": notifications wait for its end, pages never do.')
_CONTACT = 'Write contact = [{channel = "email", to = "mira@example.org"}].'
_CONTACT_TEXT = Kind(plain_text, _CONTACT, "SB303")
_WAIT = Kind(wait_seconds, 'Write after = "2m", or "30s", or "1h".')
_RECEIPT = Kind(wait_seconds, 'Write receipt = "15s", or "0s" to wait for none.')


def _method(toml: TomlText, path: Path, item: object, channels: set[str]) -> ContactMethod | None:
    """One contact method; None, with a finding, when a page could not use it."""
    if not isinstance(item, dict):
        toml.report("SB303", path, f"An entry of {dotted(path)} must say channel and to.", _CONTACT)
        return None
    table = read_table(toml, path, item, ("channel", "to", "after", "severities", "receipt"))
    for key in ("channel", "to"):
        if key not in table:
            toml.report("SB303", path, f'An entry of {dotted(path)} lacks "{key}".', _CONTACT)
    channel = read_value(toml, (*path, "channel"), table, _CONTACT_TEXT)
    to = read_value(toml, (*path, "to"), table, _CONTACT_TEXT)
    wait = read_value(toml, (*path, "after"), table, _WAIT)
    if channel is None or to is None:
        return None
    if channel not in channels:
        known = suggestion(channel, channels)
        help_ = f"{known}Use one of {', '.join(sorted(channels))}, or set the channel up in [channels.{channel}]."
        toml.report("SB307", (*path, "channel"), f'There is no channel "{channel}".', help_)
        return None
    kind = Kind(lambda to: address(channel, str(to)), _ADDRESS_HELP.get(channel, _CONTACT), "SB308")
    sound = read_value(toml, (*path, "to"), table, kind)
    if sound is None:
        return None
    named = read_texts(toml, (*path, "severities"), table.get("severities", []))
    severities = tuple(fold(name) for _, name in named)
    usual = ContactMethod(channel, sound).after
    return ContactMethod(
        channel, sound, usual if wait is None else wait, severities, _receipt(toml, path, table, channel)
    )


def _receipt(toml: TomlText, path: Path, table: dict[str, Any], channel: str) -> int:
    """How long a device may say nothing; a channel whose devices never do cannot be waited for."""
    wait = read_value(toml, (*path, "receipt"), table, _RECEIPT)
    if wait is not None and channel in BUILT_IN_CHANNELS and channel not in RECEIPTS:
        text = f"Nothing that goes by {channel} says that it has arrived, so receipt has no effect."
        toml.report("SB302", (*path, "receipt"), text, 'Write after = "…" at the method that follows.', "warning")
        return 0
    return RECEIPTS.get(channel, 0) if wait is None else wait


def _targets(
    toml: TomlText, table: dict[str, Any], people: dict[str, Person], rotations: dict[str, Rotating]
) -> dict[str, tuple[Answerer, ...]]:
    targets: dict[str, tuple[Answerer, ...]] = {}
    for name, value in table.items():
        path: Path = ("targets", name)
        if fold(name) in targets:
            help_ = "Names match whatever their case and spacing; keep one of the lines."
            toml.report("SB311", path, f'"{name}" is bound twice; the first binding holds.', help_)
            continue
        if value == []:
            toml.report("SB304", path, f'"{name}" is bound to nobody.', f'Write "{name}" = "mira".')
        targets[fold(name)] = tuple(_answerers(toml, path, value, people, rotations))
    return targets


def _answerers(
    toml: TomlText, path: Path, value: object, people: dict[str, Person], rotations: dict[str, Rotating]
) -> Iterator[Answerer]:
    """The people and duties that a name is bound to."""
    words = read_texts(toml, path, value)
    yield from people_ids(toml, [w for w in words if not is_duty(w[1], people)], people)
    duties = (read_duty(toml, where, word, rotations) for where, word in words if is_duty(word, people))
    yield from (d for d in duties if d is not None)


def _readers(
    toml: TomlText, inside: dict[str, Any], people: dict[str, Person], rotations: dict[str, Rotating]
) -> tuple[Answerer, ...]:
    """Who sees every restricted incident."""
    table = read_table(toml, ("security",), inside, ("readers",))
    return tuple(_answerers(toml, ("security", "readers"), table.get("readers", []), people, rotations))


def _severity_labels(toml: TomlText, labels: dict[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for label, value in labels.items():
        table = read_table(toml, ("labels", label), value)
        kind = Kind(plain_text, 'Write critical = "P1".', "SB303")
        read = {word: read_value(toml, ("labels", label, word), table, kind) for word in table}
        found[label] = {word: severity for word, severity in read.items() if severity is not None}
    return found


_ALONE = Kind(positive, "Write alone = 6: so many messages a minute reach a person one by one.")
_PAUSE = Kind(wait_seconds, 'Write pause = "15s": bundles of the rest are so far apart.')


def _storms(toml: TomlText, inside: dict[str, Any]) -> Storms:
    path: Path = ("storms",)
    table = read_table(toml, path, inside, ("alone", "pause"))
    alone = read_value(toml, (*path, "alone"), table, _ALONE)
    pause = read_value(toml, (*path, "pause"), table, _PAUSE)
    default = Storms()
    return Storms(alone or default.alone, pause or default.pause)


_TEST_HELP = 'Write every = "30 days", before_shift = "1 day", stale = "45 days".'


def _testing(toml: TomlText, inside: dict[str, Any]) -> Testing:
    path: Path = ("testing",)
    table = read_table(toml, path, inside, ("every", "before_shift", "stale"))
    kind = Kind(turn_seconds, _TEST_HELP)
    read = {key: read_value(toml, (*path, key), table, kind) for key in table}
    return Testing(**{key: seconds for key, seconds in read.items() if seconds is not None})


def _channels(toml: TomlText, table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    channels: dict[str, dict[str, Any]] = {}
    for name, value in table.items():
        path: Path = ("channels", name)
        meant = suggestion(name, BUILT_IN_CHANNELS)
        if name not in BUILT_IN_CHANNELS and meant:
            help_ = f"{meant}Leave it if a channel of that name is installed."
            toml.report("SB302", path, f'"{name}" is not a built-in channel.', help_, "warning")
        settings = read_settings(toml, path, read_table(toml, path, value))
        channels[name] = read_table(toml, path, settings, BUILT_IN_CHANNELS.get(name))
    return channels


def _mail_goes_out(
    toml: TomlText, people: dict[str, Person], customers: Iterable[CustomerList], email: dict[str, Any]
) -> None:
    """Mail needs a relay or a folder; without either, everybody who is reached by mail is reached by nothing."""
    users = [p.name for p in people.values() if any(m.channel == "email" for m in p.methods)]
    users += [c.name for c in customers]
    if users and not {"host", "folder"} & email.keys():
        text = f"Mail to {users[0]}{' and others' if len(users) > 1 else ''} has nowhere to go."
        help_ = 'Write host and from under [channels.email], or folder = "mail" to have it written into files.'
        toml.report("SB312", ("channels", "email"), text, help_)


_WATCHDOG = {
    "ping": Kind(url, 'Write ping = "https://hc-ping.com/…".'),
    "webhook": Kind(url, 'Write webhook = "https://example.org/hook".'),
    "email": Kind(lambda to: address("email", str(to)), 'Write email = "ops@example.org".'),
    "ping_env": Kind(variable, 'Write ping_env = "WATCHDOG_PING".'),
    "webhook_env": Kind(variable, 'Write webhook_env = "WATCHDOG_WEBHOOK".'),
    "ping_file": Kind(plain_text, 'Write ping_file = "/path/to/it".'),
    "webhook_file": Kind(plain_text, 'Write webhook_file = "/path/to/it".'),
}


def _watchdog(toml: TomlText, inside: dict[str, Any]) -> dict[str, Any]:
    path: Path = ("watchdog",)
    table = read_table(toml, path, inside, _WATCHDOG)
    found = {key: read_value(toml, (*path, key), table, _WATCHDOG[key]) for key in table}
    return {key: value for key, value in found.items() if value is not None}


def _answers(toml: TomlText, table: dict[str, Any]) -> dict[str, str]:
    def text(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value) if isinstance(value, int) else plain_text(value)

    kind = Kind(text, 'Write it in double quotes, such as "48 h".', "SB303")
    read = {".".join(path[1:]): read_value(toml, path, inner, kind) for path, inner in _leaves(("answers",), table)}
    return {key: value for key, value in read.items() if value is not None}


def _leaves(path: tuple[str, ...], table: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every entry with the table it stands in; `a.b = 1`, which TOML nests, is the entry `a.b`."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves((*path, key), value)
        else:
            yield (*path, key), table


def _places(toml: TomlText) -> dict[str, Provenance]:
    """The place of every entry by its dotted key, a target's by its folded name."""
    places: dict[str, Provenance] = {}
    for path in toml.places:
        if len(path) <= 3 and all(isinstance(p, str) for p in path):
            name = dotted(path)
            places[fold(name) if path[0] == "targets" else name] = toml.at(path)
    return places

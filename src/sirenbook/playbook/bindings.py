"""Reads sirenbook.toml: who the playbook's names are, how to reach them, and which labels mean what."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from sirenbook.model.bindings import Bindings, BusinessHours, ContactMethod, Grouping, Person, Storms, fold
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.binding_checks import check_bindings
from sirenbook.playbook.binding_drafts import demo_bindings, toml_for
from sirenbook.playbook.binding_values import (
    BUILT_IN_CHANNELS,
    address,
    opening_minutes,
    positive,
    url,
    variable,
    wait_seconds,
    weekdays,
    zone_name,
)
from sirenbook.playbook.step_bindings import read_executors, read_parameters, read_stepping
from sirenbook.playbook.toml_places import Path
from sirenbook.playbook.toml_text import TomlText, is_secret, suggestion

__all__ = ["check_bindings", "demo_bindings", "read_bindings", "toml_for"]

T = TypeVar("T")

_TABLES = (
    "people",
    "targets",
    "labels",
    "grouping",
    "business_hours",
    "storms",
    "channels",
    "watchdog",
    "answers",
    "server",
    "steps",
    "parameters",
    "executors",
)
_ADDRESS_HELP = {
    "email": 'Write it as to = "mira@example.org".',
    "ntfy": 'Write the topic, of letters, digits, "-" and "_", or the whole address "https://ntfy.sh/topic".',
    "webhook": 'Write the whole address: to = "https://example.org/hook".',
}


def read_bindings(text: str, file: str) -> tuple[Bindings, tuple[Diagnostic, ...]]:
    """What a sirenbook.toml binds, and what is wrong with it; whatever is sound is kept."""
    toml = TomlText(text, file)
    top = _table(toml, (), toml.values, ("fallback", "service_labels", *_TABLES))
    inside = {name: _table(toml, (name,), top.get(name, {})) for name in _TABLES}
    channels = _channels(toml, inside["channels"])
    people = _people(toml, inside["people"], {*channels, *BUILT_IN_CHANNELS})
    _mail_goes_out(toml, people, channels.get("email", {}))
    grouping = _table(toml, ("grouping",), inside["grouping"], ("by", "service_labels"))
    server = _table(toml, ("server",), inside["server"], ("public_url",))
    public_url = _value(toml, ("server", "public_url"), server, _PUBLIC_URL)
    bindings = Bindings(
        people=people,
        targets=_targets(toml, inside["targets"], people),
        fallback=_people_ids(toml, ("fallback",), top.get("fallback", []), people),
        severity_labels=_severity_labels(toml, inside["labels"]),
        service_labels=_labels(toml, ("grouping", "service_labels"), grouping)
        or _labels(toml, ("service_labels",), top)
        or Bindings().service_labels,
        grouping=Grouping(by=_labels(toml, ("grouping", "by"), grouping) or Grouping().by),
        business_hours=_business_hours(toml, inside["business_hours"]),
        storms=_storms(toml, inside["storms"]),
        channels=channels,
        watchdog=_watchdog(toml, inside["watchdog"]),
        answers=_answers(toml, inside["answers"]),
        public_url=public_url.rstrip("/") if public_url else None,
        stepping=read_stepping(toml, inside["steps"]),
        parameters=read_parameters(toml, inside["parameters"]),
        executors={n: _settings(toml, ("executors", n), t) for n, t in read_executors(toml, inside["executors"])},
        places=_places(toml),
    )
    return bindings, tuple(sorted(toml.found, key=lambda d: (d.at.line, d.at.column)))


def _table(toml: TomlText, path: Path, value: object, known: Iterable[str] | None = None) -> dict[str, Any]:
    """A table's entries, without the ones that nothing here understands."""
    if not isinstance(value, dict):
        toml.report("SB303", path, f"{_name(path)} must be a table.", f"Write it below a line [{_name(path)}].")
        return {}
    if known is None:
        return value
    names = tuple(known)
    for key in value.keys() - set(names):
        where = f"in [{_name(path)}]" if path else "at the top"
        help_ = f"{suggestion(key, names)}Known {where}: {', '.join(names)}."
        toml.report("SB302", (*path, key), f'"{key}" is not known {where} and was left out.', help_, "warning")
    return {key: value[key] for key in names if key in value}


def _name(path: Path) -> str:
    return ".".join(str(p) for p in path if isinstance(p, str))


class _Kind(NamedTuple, Generic[T]):
    """How a value is read, and the help and code when it cannot be."""

    read: Callable[[object], T]
    help: str
    code: str = "SB310"


def _value(toml: TomlText, path: Path, table: dict[str, Any], kind: _Kind[T]) -> T | None:
    """One value as its kind reads it; None when it is not there or not sound."""
    if path[-1] not in table:
        return None
    try:
        return kind.read(table[str(path[-1])])
    except ValueError as error:
        said = str(error)
        toml.report(kind.code, path, f"{_name(path)}: {said}{'' if said[-1] in '.?' else '.'}", kind.help)
        return None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("this must be a text in double quotes")
    return value.strip()


def _texts(toml: TomlText, path: Path, value: object) -> list[tuple[Path, str]]:
    """One text or a list of texts, each with its place."""
    items = list(enumerate(value)) if isinstance(value, list) else None
    pairs = [(path, value)] if items is None else [((*path, n), item) for n, item in items]
    for where, item in pairs:
        if not isinstance(item, str) or not item.strip():
            toml.report("SB303", where, f"{_name(path)} must hold texts.", 'Write "text" or ["one", "two"].')
    return [(where, item.strip()) for where, item in pairs if isinstance(item, str) and item.strip()]


def _labels(toml: TomlText, path: Path, table: dict[str, Any]) -> tuple[str, ...]:
    found = _texts(toml, path, table[str(path[-1])]) if path[-1] in table else []
    return tuple(dict.fromkeys(label for _, label in found))


_PUBLIC_URL = _Kind(url, 'Write public_url = "https://pager.example.org".')


def _people(toml: TomlText, table: dict[str, Any], channels: set[str]) -> dict[str, Person]:
    return {id_: _person(toml, id_, value, channels) for id_, value in table.items()}


def _person(toml: TomlText, id_: str, value: object, channels: set[str]) -> Person:
    path: Path = ("people", id_)
    table = _table(toml, path, value, ("name", "contact"))
    name = _value(toml, (*path, "name"), table, _Kind(_text, f'Write name = "{id_.title()}".', "SB303"))
    contact = table.get("contact", [])
    items = contact if isinstance(contact, list) else [contact]
    if not items:
        toml.report("SB304", path, f"{name or id_} has no contact, so no page can reach them.", _CONTACT)
    read = [_method(toml, (*path, "contact", n), item, channels) for n, item in enumerate(items)]
    return Person(id=id_, name=name or id_, methods=tuple(m for m in read if m is not None))


_CONTACT = 'Write contact = [{channel = "email", to = "mira@example.org"}].'
_CONTACT_TEXT = _Kind(_text, _CONTACT, "SB303")
_WAIT = _Kind(wait_seconds, 'Write after = "2m", or "30s", or "1h".')


def _method(toml: TomlText, path: Path, item: object, channels: set[str]) -> ContactMethod | None:
    """One contact method; None, with a finding, when a page could not use it."""
    if not isinstance(item, dict):
        toml.report("SB303", path, f"An entry of {_name(path)} must say channel and to.", _CONTACT)
        return None
    table = _table(toml, path, item, ("channel", "to", "after"))
    for key in ("channel", "to"):
        if key not in table:
            toml.report("SB303", path, f'An entry of {_name(path)} lacks "{key}".', _CONTACT)
    channel = _value(toml, (*path, "channel"), table, _CONTACT_TEXT)
    to = _value(toml, (*path, "to"), table, _CONTACT_TEXT)
    wait = _value(toml, (*path, "after"), table, _WAIT)
    if channel is None or to is None:
        return None
    if channel not in channels:
        known = suggestion(channel, channels)
        help_ = f"{known}Use one of {', '.join(sorted(channels))}, or set the channel up in [channels.{channel}]."
        toml.report("SB307", (*path, "channel"), f'There is no channel "{channel}".', help_)
        return None
    kind = _Kind(lambda to: address(channel, str(to)), _ADDRESS_HELP.get(channel, _CONTACT), "SB308")
    sound = _value(toml, (*path, "to"), table, kind)
    if sound is None:
        return None
    return ContactMethod(channel, sound) if wait is None else ContactMethod(channel, sound, wait)


def _people_ids(toml: TomlText, path: Path, value: object, people: dict[str, Person]) -> tuple[str, ...]:
    """The ids of the people named here, by id or by name; who is unknown is left out with a finding."""
    by_name = {fold(p.name): p.id for p in people.values()} | {fold(i): i for i in people}
    ids: list[str] = []
    for where, word in _texts(toml, path, value):
        id_ = word if word in people else by_name.get(fold(word))
        if id_ is not None:
            ids.append(id_)
            continue
        help_ = f"{suggestion(word, by_name.values())}Write an id of [people], or add [people.{_bare(word)}]."
        toml.report("SB305", where, f'Nobody in [people] is "{word}".', help_)
    return tuple(dict.fromkeys(ids))


def _bare(word: str) -> str:
    return word if word.replace("-", "").replace("_", "").isalnum() and word.isascii() else f'"{word}"'


def _targets(toml: TomlText, table: dict[str, Any], people: dict[str, Person]) -> dict[str, tuple[str, ...]]:
    targets: dict[str, tuple[str, ...]] = {}
    for name, value in table.items():
        path: Path = ("targets", name)
        if fold(name) in targets:
            help_ = "Names match whatever their case and spacing; keep one of the lines."
            toml.report("SB311", path, f'"{name}" is bound twice; the first binding holds.', help_)
            continue
        if value == []:
            toml.report("SB304", path, f'"{name}" is bound to nobody.', f'Write "{name}" = "mira".')
        targets[fold(name)] = _people_ids(toml, path, value, people)
    return targets


def _severity_labels(toml: TomlText, labels: dict[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for label, value in labels.items():
        table = _table(toml, ("labels", label), value)
        kind = _Kind(_text, 'Write critical = "P1".', "SB303")
        read = {word: _value(toml, ("labels", label, word), table, kind) for word in table}
        found[label] = {word: severity for word, severity in read.items() if severity is not None}
    return found


_ZONE = _Kind(zone_name, 'Write zone = "Europe/Berlin", or "UTC".', "SB306")
_DAYS = _Kind(weekdays, 'Write days = "Mon-Fri", or "Mon, Wed, Sat".')
_HOURS = _Kind(opening_minutes, 'Write hours = "09:00-17:00".')


def _business_hours(toml: TomlText, inside: dict[str, Any]) -> BusinessHours:
    """Business hours, each part by itself: what is not sound stays at its default."""
    path: Path = ("business_hours",)
    table = _table(toml, path, inside, ("zone", "days", "hours"))
    usual = BusinessHours()
    zone = _value(toml, (*path, "zone"), table, _ZONE)
    days = _value(toml, (*path, "days"), table, _DAYS)
    hours = _value(toml, (*path, "hours"), table, _HOURS)
    start, end = hours or (usual.start, usual.end)
    return BusinessHours(zone=zone or usual.zone, start=start, end=end, days=days or usual.days)


_ALONE = _Kind(positive, "Write alone = 6: so many messages a minute reach a person one by one.")
_PAUSE = _Kind(wait_seconds, 'Write pause = "15s": bundles of the rest are so far apart.')


def _storms(toml: TomlText, inside: dict[str, Any]) -> Storms:
    path: Path = ("storms",)
    table = _table(toml, path, inside, ("alone", "pause"))
    alone = _value(toml, (*path, "alone"), table, _ALONE)
    pause = _value(toml, (*path, "pause"), table, _PAUSE)
    default = Storms()
    return Storms(alone or default.alone, pause or default.pause)


def _channels(toml: TomlText, table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    channels: dict[str, dict[str, Any]] = {}
    for name, value in table.items():
        path: Path = ("channels", name)
        meant = suggestion(name, BUILT_IN_CHANNELS)
        if name not in BUILT_IN_CHANNELS and meant:
            help_ = f"{meant}Leave it if a channel of that name is installed."
            toml.report("SB302", path, f'"{name}" is not a built-in channel.', help_, "warning")
        settings = _settings(toml, path, _table(toml, path, value))
        channels[name] = _table(toml, path, settings, BUILT_IN_CHANNELS.get(name))
    return channels


def _mail_goes_out(toml: TomlText, people: dict[str, Person], email: dict[str, Any]) -> None:
    """Mail needs a relay or a folder; without either, everybody who is reached by mail is reached by nothing."""
    users = [p.name for p in people.values() if any(m.channel == "email" for m in p.methods)]
    if users and not {"host", "folder"} & email.keys():
        text = f"Mail to {users[0]}{' and others' if len(users) > 1 else ''} has nowhere to go."
        help_ = 'Write host and from under [channels.email], or folder = "mail" to have it written into files.'
        toml.report("SB312", ("channels", "email"), text, help_)


def _settings(toml: TomlText, path: Path, table: dict[str, Any]) -> dict[str, Any]:
    """A channel's settings without literal secrets: a file that is shared and committed must not hold any."""
    kept: dict[str, Any] = {}
    for key, value in table.items():
        here: Path = (*path, key)
        if isinstance(value, dict):
            kept[key] = _settings(toml, here, value)
        elif is_secret(key):
            text = f"{_name(here)} holds a secret in plain text and was left out."
            toml.report("SB309", here, text, _instead_of_secret(key))
        elif key.endswith("_env"):
            named = _value(toml, here, table, _Kind(variable, _instead_of_secret(key), "SB309"))
            kept |= {key: named} if named else {}
        else:
            kept[key] = value
    return kept


def _instead_of_secret(key: str) -> str:
    bare = key.removesuffix("_env")
    upper = bare.upper().replace("-", "_")
    return (
        f'Put it into an environment variable and write {bare}_env = "{upper}", or into a file and write '
        f'{bare}_file = "/path/to/it"; then change the secret, for it was written down.'
    )


_WATCHDOG = {
    "ping": _Kind(url, 'Write ping = "https://hc-ping.com/…".'),
    "webhook": _Kind(url, 'Write webhook = "https://example.org/hook".'),
    "email": _Kind(lambda to: address("email", str(to)), 'Write email = "ops@example.org".'),
    "ping_env": _Kind(variable, 'Write ping_env = "WATCHDOG_PING".'),
    "webhook_env": _Kind(variable, 'Write webhook_env = "WATCHDOG_WEBHOOK".'),
    "ping_file": _Kind(_text, 'Write ping_file = "/path/to/it".'),
    "webhook_file": _Kind(_text, 'Write webhook_file = "/path/to/it".'),
}


def _watchdog(toml: TomlText, inside: dict[str, Any]) -> dict[str, Any]:
    path: Path = ("watchdog",)
    table = _table(toml, path, inside, _WATCHDOG)
    found = {key: _value(toml, (*path, key), table, _WATCHDOG[key]) for key in table}
    return {key: value for key, value in found.items() if value is not None}


def _answers(toml: TomlText, table: dict[str, Any]) -> dict[str, str]:
    def text(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value) if isinstance(value, int) else _text(value)

    kind = _Kind(text, 'Write it in double quotes, such as "48 h".', "SB303")
    read = {".".join(path[1:]): _value(toml, path, inner, kind) for path, inner in _leaves(("answers",), table)}
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
            name = _name(path)
            places[fold(name) if path[0] == "targets" else name] = toml.at(path)
    return places

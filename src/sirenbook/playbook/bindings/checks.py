"""Reads [checks] of sirenbook.toml: what is looked at, how often, and how grave it is when it fails."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, NamedTuple

from sirenbook.model.check import (
    Check,
    Command,
    Dns,
    Heartbeat,
    Http,
    Postgres,
    Probe,
    Redis,
    Stated,
    Tcp,
    Tls,
)
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_reading import Kind, plain_text, read_table, read_value
from sirenbook.playbook.bindings.toml_text import TomlText
from sirenbook.playbook.bindings.values import flag, positive, turn_seconds, url, variable, wait_seconds

MOST = 500
_SHORTEST = 5
_LONGEST_TIMEOUT = 60
_LONGEST_PERIOD = 366 * 86_400
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_PLACE = re.compile(r"(?:\[(?P<inner>[0-9A-Fa-f:.%]+)\]|(?P<host>[^\s:/@\[\]]{1,253}))(?::(?P<port>\d{1,5}))?")
_REDIS = re.compile(r"(?:(rediss?)://)?(.*)")


class Place(NamedTuple):
    """A server: its name and port."""

    host: str
    port: int


def _place(default: int) -> Callable[[object], Place]:
    def read(value: object) -> Place:
        found = _PLACE.fullmatch(value.strip()) if isinstance(value, str) else None
        port = int(found["port"] or default) if found else 0
        if found is None or not 0 < port < 65_536:
            raise ValueError(f"{value!r} is no server and port")
        return Place(found["inner"] or found["host"], port)

    return read


def _redis(value: object) -> tuple[Place, bool]:
    found = _REDIS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is no server and port")
    return _place(6379)(found[2].rstrip("/")), found[1] == "rediss"


def _period(value: object) -> int:
    """Seconds of `30s`, `5m`, `24h`, `2 days`, `1 week`."""
    try:
        seconds = wait_seconds(value)
    except ValueError:
        seconds = turn_seconds(value)
    if not _SHORTEST <= seconds <= _LONGEST_PERIOD:
        raise ValueError(f"{value!r} is not an amount of time from {_SHORTEST} seconds to a year")
    return seconds


def _timeout(value: object) -> int:
    seconds = wait_seconds(value)
    if not 1 <= seconds <= _LONGEST_TIMEOUT:
        raise ValueError(f"{value!r} is not a time-out from one second to {_LONGEST_TIMEOUT}")
    return seconds


def _within(value: object) -> float:
    """Seconds of `800ms` or `2s`."""
    found = re.fullmatch(r"(\d{1,6})\s*ms", value.strip()) if isinstance(value, str) else None
    seconds = int(found[1]) / 1000 if found else float(wait_seconds(value))
    if not 0 < seconds <= _LONGEST_TIMEOUT:
        raise ValueError(f"{value!r} is not a time up to {_LONGEST_TIMEOUT} seconds")
    return seconds


def _status(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 100 <= value <= 599:
        raise ValueError(f"{value!r} is no status of HTTP")
    return value


def _values(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(v, str | int | float) for v in value.values()):
        raise ValueError("this must be a table of fields and what they are to hold")
    return tuple((name, _spelled(held)) for name, held in value.items())


def _spelled(held: object) -> str:
    """A value as JSON spells it, a text as it is."""
    return str(held).lower() if isinstance(held, bool) else str(held)


def _ip(value: object) -> str:
    try:
        return str(ip_address(str(value)))
    except ValueError:
        raise ValueError(f"{value!r} is no address") from None


_ENV = Kind(variable, 'Write the name of an environment variable: dsn_env = "CHECK_DSN".', "SB309")
_FILE = Kind(plain_text, 'Write dsn_file = "/path/to/it".', "SB303")
_MORE: dict[str, tuple[str, Kind[Any]]] = {
    "status": ("status", Kind(_status, "Write status = 200.")),
    "contains": ("contains", Kind(plain_text, 'Write contains = "ok".', "SB303")),
    "json": ("values", Kind(_values, 'Write json = {"status" = "ok", "database.ready" = true}.', "SB303")),
    "within": ("within", Kind(_within, 'Write within = "800ms".')),
    "ca_file": ("ca_file", Kind(plain_text, 'Write ca_file = "/path/to/authority.pem".', "SB303")),
    "days": ("days", Kind(positive, "Write days = 14.")),
    "address": ("address", Kind(_ip, 'Write address = "192.0.2.7".')),
    "password_env": ("password_env", _ENV),
    "password_file": ("password_file", _FILE),
    "grace": ("grace", Kind(_period, 'Write grace = "10m".')),
}
_TARGETS: dict[str, tuple[Kind[Any], tuple[str, ...]]] = {
    "http": (
        Kind(url, 'Write http = "https://api.example.org/health".'),
        ("status", "contains", "json", "within", "ca_file"),
    ),
    "tcp": (Kind(_place(0), 'Write tcp = "db.example.org:5432".'), ()),
    "tls": (Kind(_place(443), 'Write tls = "api.example.org:443".'), ("days", "ca_file")),
    "dns": (Kind(lambda v: _place(1)(v).host, 'Write dns = "api.example.org".'), ("address",)),
    "dsn_env": (_ENV, ()),
    "dsn_file": (_FILE, ()),
    "redis": (
        Kind(_redis, 'Write redis = "cache.example.org:6379", or "rediss://…" with TLS.'),
        ("password_env", "password_file", "ca_file"),
    ),
    "command": (Kind(plain_text, 'Write command = "kubectl get --raw /readyz".', "SB303"), ()),
    "heartbeat": (Kind(_period, 'Write heartbeat = "24h": so often it calls.'), ("grace",)),
    "playbook": (Kind(flag, "Write playbook = true."), ()),
}
_COMMON: dict[str, tuple[str, Kind[Any]]] = {
    "every": ("period", Kind(_period, 'Write every = "1m".')),
    "timeout": ("timeout", Kind(_timeout, 'Write timeout = "10s".')),
    "for": ("failures", Kind(positive, "Write for = 3: after so many failures in a row an alert fires.")),
    "critical": ("critical", Kind(flag, "Write critical = true.")),
}
_LABELS = ("severity", "service")


def read_checks(toml: TomlText, table: dict[str, Any]) -> dict[str, Check]:
    """The tables [checks.…]; one that cannot be read is left out with a finding."""
    found: dict[str, Check] = {}
    for name, value in list(table.items()):
        check = _check(toml, name, value)
        if check is not None and len(found) >= MOST:
            toml.report("SB303", ("checks", name), f"There are more than {MOST} checks.", "Take some of them out.")
            break
        if check is not None:
            found[name] = check
    return found


def _check(toml: TomlText, name: str, value: object) -> Check | None:
    path: Path = ("checks", name)
    kinds = [k for k in _TARGETS if isinstance(value, dict) and k in value]
    if len(kinds) != 1 or not _NAME.fullmatch(name):
        text = f"checks.{name} must say one thing to look at{f', not {len(kinds)}' if kinds else ''}."
        toml.report("SB303", path, text, f"Write one of {', '.join(_TARGETS)} below a line [checks.api].")
        return None
    kind = kinds[0]
    asked = () if kind == "heartbeat" else ("every", "timeout", "for")
    known = (kind, *_TARGETS[kind][1], *asked, "critical", *_LABELS, "labels")
    inside = read_table(toml, path, value, known)
    held = read_value(toml, (*path, kind), inside, _TARGETS[kind][0])
    if held is None or held is False:
        return None
    common = {
        field: read for key, (field, k) in _COMMON.items() if (read := read_value(toml, (*path, key), inside, k))
    }
    if kind == "heartbeat":
        common |= {"period": held, "failures": 1}
    probe = _probe(toml, path, kind, held, inside)
    return Check(name=name, probe=probe, labels=_labels(toml, path, inside), why=toml.at(path), **common)


def _probe(toml: TomlText, path: Path, kind: str, held: Any, inside: dict[str, Any]) -> Probe:
    more: dict[str, Any] = {}
    for key in _TARGETS[kind][1]:
        field, read = _MORE[key]
        found = read_value(toml, (*path, key), inside, read)
        if found is not None:
            more[field] = found
    return _MADE[kind](held, more)


def _heartbeat(period: int, more: dict[str, Any]) -> Probe:
    return Heartbeat(more.get("grace", max(period // 10, 60)))


_MADE: dict[str, Callable[[Any, dict[str, Any]], Probe]] = {
    "http": lambda held, more: Http(held, **more),
    "tcp": lambda held, more: Tcp(*held),
    "tls": lambda held, more: Tls(*held, **more),
    "dns": lambda held, more: Dns(held, **more),
    "dsn_env": lambda held, more: Postgres(dsn_env=held),
    "dsn_file": lambda held, more: Postgres(dsn_file=held),
    "redis": lambda held, more: Redis(held[0].host, held[0].port, held[1], **more),
    "command": lambda held, more: Command(held),
    "heartbeat": _heartbeat,
    "playbook": lambda held, more: Stated(),
}


def _labels(toml: TomlText, path: Path, inside: dict[str, Any]) -> dict[str, str]:
    kind = Kind(plain_text, 'Write severity = "P1".', "SB303")
    labels = read_table(toml, (*path, "labels"), inside.get("labels", {}))
    found = {name: read_value(toml, (*path, "labels", name), labels, kind) for name in labels}
    found |= {name: read_value(toml, (*path, name), inside, kind) for name in _LABELS if name in inside}
    return {name: text for name, text in found.items() if text is not None}

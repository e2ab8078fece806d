"""What one look means: how a check stands from now on, whether its alert fires or ends, when to look again."""

import hashlib
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.timeline import span
from sirenbook.model.alert import Alert
from sirenbook.model.check import Check, Dns, Heartbeat, Http, Redis, Seen, Stand, Standing, Tcp, Tls

REPEAT = timedelta(hours=4)
"""After so long an alert that still holds is told again: its incident may have been resolved by hand meanwhile."""
_FIRST_WITHIN = 10
"""Seconds over which the first looks are spread, so that checks do not all look at the same instant for ever."""


class Verdict(Struct, frozen=True):
    """How a check stands after a look, and the alert that is to be told, if one is."""

    stand: Stand
    alert: Alert | None = None


def after(check: Check, before: Stand, seen: Seen, now: datetime) -> Verdict:
    """What a look comes to."""
    failures = 0 if seen.well else before.failures + 1
    down = not seen.well and (before.standing == "down" or failures >= check.failures)
    standing: Standing = "well" if seen.well else "down" if down else "failing"
    was_well = before.standing == "well"
    same = before.standing != "new" and was_well == seen.well
    stand = Stand(
        name=check.name,
        standing=standing,
        since=before.since if same else now,
        failures=failures,
        looked_at=now,
        seconds=seen.seconds,
        detail=seen.detail,
        beat_at=before.beat_at,
        told=before.told,
        told_at=before.told_at,
    )
    return (
        Verdict(replace(stand, told="telling"), alert_of(check, stand)) if _to_tell(stand, now) else Verdict(stand)
    )


def _to_tell(stand: Stand, now: datetime) -> bool:
    if stand.standing == "down":
        return stand.told != "yes" or stand.told_at is None or now - stand.told_at >= REPEAT
    return stand.standing == "well" and stand.told != "no"


def told(stand: Stand, now: datetime) -> Stand:
    """How it stands once its alert, or the end of it, is committed."""
    return replace(stand, told="yes", told_at=now) if stand.standing == "down" else replace(stand, told="no")


def alert_of(check: Check, stand: Stand) -> Alert:
    """The alert of a check: firing while it is down, resolved else."""
    labels = {"alertname": check.name, "check": check.kind, "severity": "critical" if check.critical else "warning"}
    rows = f"{stand.failures} looks in a row" if stand.failures > 1 else ""
    parts = (rows, target(check), str(check.why) if check.why.stated else "")
    return Alert(
        key=key_of(check.name),
        status="firing" if stand.standing == "down" else "resolved",
        labels=labels | check.labels,
        annotations={"summary": f"{check.name}: {stand.detail}", "description": "; ".join(filter(None, parts))},
        starts_at=stand.since,
    )


def key_of(name: str) -> str:
    """The identity of a check's alert."""
    return f"check:{name}"


def end_of(stand: Stand) -> Alert:
    """The end of the alert of a check that is no more."""
    return Alert(
        key_of(stand.name), "resolved", {"alertname": stand.name}, {"summary": "it is no longer looked at"}
    )


def target(check: Check) -> str:
    """What is looked at, in words; without what may be a secret in an address."""
    match check.probe:
        case Http(url=url):
            bare = url.partition("?")[0].partition("#")[0]
            scheme, sign, rest = bare.partition("://")
            host, slash, path = rest.partition("/")
            return f"{scheme}{sign}{host.rpartition('@')[2]}{slash}{path}"
        case Tcp(host=host, port=port) | Tls(host=host, port=port) | Redis(host=host, port=port):
            return f"{host}:{port}"
        case Dns(name=name):
            return name
        case Heartbeat(grace=grace):
            return f"every {span(check.period)}, {span(grace)} late at most"
        case _:
            return getattr(check.probe, "text", "")


def silence(check: Check, stand: Stand, made_at: datetime, up_since: datetime, now: datetime) -> Seen:
    """Whether a heartbeat is late; a call that was due while nobody here could hear it gets its grace again."""
    heard = stand.beat_at or made_at
    late = heard + _patience(check)
    if late < up_since:
        late = up_since + timedelta(seconds=max(_grace(check), 60))
    ago = f"{span(int((now - heard).total_seconds()))} ago"
    if now < late:
        return Seen(True, f"heard {ago}" if stand.beat_at else "not heard yet")
    return Seen(False, f"silent: heard {ago}" if stand.beat_at else f"silent: never heard, and made {ago}")


def _grace(check: Check) -> int:
    return check.probe.grace if isinstance(check.probe, Heartbeat) else 0


def _patience(check: Check) -> timedelta:
    return timedelta(seconds=check.period + _grace(check))


def first_look(check: Check, now: datetime) -> datetime:
    """When a check that was just made is looked at first."""
    if isinstance(check.probe, Heartbeat):
        return now + _patience(check)
    spread = min(check.period, _FIRST_WITHIN) * 1000
    return now + timedelta(milliseconds=int(digest(check)[:8], 16) % spread)


def next_look(check: Check, stand: Stand, slot: datetime, now: datetime) -> datetime:
    """When to look again: a period after the last slot, whatever was missed since; a heartbeat when it is late."""
    if isinstance(check.probe, Heartbeat):
        late = (stand.beat_at or slot) + _patience(check)
        return late if stand.standing == "well" and late > now else now + timedelta(seconds=min(check.period, 60))
    period = timedelta(seconds=check.period)
    return slot + period * (max((now - slot) // period, 0) + 1)


def heard(check: Check, now: datetime) -> datetime:
    """When a heartbeat that was heard just now will be late."""
    return now + _patience(check)


def digest(check: Check) -> str:
    """The name of what a check looks at: it begins anew when this changes. Where it is written does not count."""
    text = msgspec.json.encode(replace(check, why=type(check.why)("", 0, "")))
    return hashlib.blake2b(text, digest_size=8).hexdigest()

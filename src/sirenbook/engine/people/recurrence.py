"""Events that repeat, by the rules of RFC 5545: the local times at which they begin, within a while."""

import warnings
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

from sirenbook.model.wall import shown

MOST = 1000
_LARGEST = 1000
_PARTS = {
    "DAILY": {"BYDAY", "BYMONTH"},
    "WEEKLY": {"BYDAY", "BYMONTH"},
    "MONTHLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
}
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}


class Unruly(ValueError):
    """A rule that is none, or one that this does not follow; the text says which part."""


def occurrences(
    begins: datetime, zone: ZoneInfo, rule: str, more: Iterable[datetime], span: tuple[datetime, datetime]
) -> list[datetime]:
    """The local times at which an event begins in a while: by a rule (or none) from `begins` on, and `more`."""
    start, end = (shown(at, zone) for at in span)
    every = rruleset()
    every.rdate(begins)
    if rule:
        with warnings.catch_warnings():  # COUNT and our own end together: the first of them that is reached ends it
            warnings.simplefilter("ignore", DeprecationWarning)
            every.rrule(rrulestr(_sound(rule, begins, zone, end), dtstart=begins))
    for each in more:
        every.rdate(each)
    found = list(islice(every.xafter(start, inc=True), MOST + 1)) if start <= end else []
    if len(found) > MOST:
        raise Unruly(f"it repeats more than {MOST} times")
    return [each for each in found if each <= end]


def _sound(rule: str, begins: datetime, zone: ZoneInfo, end: datetime) -> str:
    """The rule with an end that is a local time, as the rest of it is. Raises Unruly."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";") if part)
    kind = parts.get("FREQ", "")
    unknown = parts.keys() - _ALWAYS - _PARTS.get(kind, set())
    if kind not in _PARTS or unknown:
        raise Unruly(f"rules such as {next(iter(sorted(unknown)), f'FREQ={kind[:20]}')[:40]} are not followed")
    _check_sizes(parts, begins)
    until = min(_until(parts["UNTIL"], zone), end) if "UNTIL" in parts else end
    parts["UNTIL"] = f"{until:%Y%m%dT%H%M%S}"
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        rrulestr(text, dtstart=begins)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise Unruly(f"{rule[:60]!r} is no rule") from error
    return text


def _check_sizes(parts: dict[str, str], begins: datetime) -> None:
    """Refuse what would be counted for a very long time before anything comes of it."""
    for name in ("INTERVAL", "COUNT"):
        text = parts.get(name, "1")
        if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _LARGEST:
            raise Unruly(f"{name} must be a number from 1 to {_LARGEST}")
    day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[begins.weekday()]
    wanted = parts.get("BYDAY", day).split(",")
    if parts["FREQ"] == "DAILY" and int(parts.get("INTERVAL", "1")) % 7 == 0 and day not in wanted:
        raise Unruly("every seventh day is never one of its BYDAY")


def _until(text: str, zone: ZoneInfo) -> datetime:
    """The last local time of a rule: written in UTC, local, or as a day, which it includes."""
    try:
        if text.endswith("Z"):
            return shown(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), zone)
        if "T" in text:
            return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - by the clocks of the event's zone
        return datetime.strptime(f"{text}T235959", "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except (ValueError, OverflowError):
        raise Unruly(f"UNTIL={text[:40]} is no time") from None

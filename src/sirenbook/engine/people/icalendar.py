"""Calendars as RFC 5545 has them: shifts written for other programs, events of other programs read."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.people.recurrence import Unruly, occurrences
from sirenbook.model.wall import first, shown

LARGEST = 1024 * 1024
MOST_EVENTS = 1000
_WIDTH = 75
_PROPERTY = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:]*))*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=(?:"([^"]*)"|([^";:]*))')
_ESCAPED = re.compile(r"\\([\\;,nN])")
EACH = "\x1f"
"""Between the name of an event that repeats and the time of one of its occurrences."""
UTC_ZONE = ZoneInfo("UTC")
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


class Malformed(ValueError):
    """A text that is no calendar, or an event that cannot be understood; the text says which line and why."""


class Entry(Struct, frozen=True):
    """One event: its lasting name, from when to when, and what it says. `attendees` are addresses."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    description: str = ""
    attendees: tuple[str, ...] = ()


class _Value(Struct, frozen=True):
    """A property of an event: its parameters, text and line."""

    text: str
    parameters: dict[str, str]
    line: int


_Event = dict[str, list[_Value]]


def write(name: str, entries: Iterable[Entry], now: datetime) -> str:
    """A calendar that other programs can subscribe to; times are in UTC, so that no program must know our zones."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sirenbook//On call//EN", "CALSCALE:GREGORIAN"]
    lines += [f"X-WR-CALNAME:{_escape(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    for entry in entries:
        lines += ["BEGIN:VEVENT", f"UID:{_escape(entry.uid)}", f"DTSTAMP:{_stamp(now)}"]
        lines += [f"DTSTART:{_stamp(entry.start)}", f"DTEND:{_stamp(entry.end)}"]
        lines += [f"SUMMARY:{_escape(entry.summary)}"]
        lines += [f"DESCRIPTION:{_escape(entry.description)}"] * bool(entry.description)
        lines += ["TRANSP:TRANSPARENT", "END:VEVENT"]
    return "".join(f"{_fold(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escape(text: str) -> str:
    spelt = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", spelt.replace("\n", "\\n"))


def _fold(line: str) -> str:
    """A line cut after 75 octets, never within a character."""
    parts, room = [""], _WIDTH
    for character in line:
        size = len(character.encode())
        if size > room:
            parts.append("")
            room = _WIDTH - 1
        parts[-1] += character
        room -= size
    return "\r\n ".join(parts)


def read(text: str, zone: tzinfo, span: tuple[datetime, datetime]) -> tuple[Entry, ...]:
    """The events of a calendar; `zone` is for times that name none. Raises Malformed.

    Those that repeat are told one by one as they come to pass within `span`; cancelled ones are left out.
    """
    if len(text) > LARGEST:
        raise Malformed(f"the calendar is longer than {LARGEST >> 20} MiB")
    events = list(_events(text.lstrip("\ufeff")))
    if not events and "BEGIN:VCALENDAR" not in text.upper():
        raise Malformed("this is no calendar: it has no line BEGIN:VCALENDAR")
    moved = {(_uid(e), _instant(e["RECURRENCE-ID"][0], zone)) for e, _ in events if "RECURRENCE-ID" in e}
    told = (each for event, number in events for each in _entries(event, number, zone, span))
    kept = (e for e, master in told if not (master and (_base(e.uid), e.start) in moved))
    found = tuple(islice(kept, MOST_EVENTS + 1))
    if len(found) > MOST_EVENTS:
        raise Malformed(f"more than {MOST_EVENTS} events, those that repeat counted each time")
    return found


def _base(uid: str) -> str:
    return uid.partition(EACH)[0]


def _uid(event: _Event) -> str:
    return event["UID"][0].text.strip()[:250].replace(EACH, "") if "UID" in event else ""


def _events(text: str) -> Iterator[tuple[_Event, int]]:
    """The properties of every event, and the line of its end."""
    event: _Event | None = None
    inner, count = 0, 0
    for number, line in _unfolded(text):
        upper = line.strip().upper()
        if upper == "BEGIN:VEVENT":
            event, inner, count = {}, 0, count + 1
            if count > MOST_EVENTS:
                raise Malformed(f"line {number}: more than {MOST_EVENTS} events")
        elif upper == "END:VEVENT" and event is not None:
            yield event, number
            event = None
        elif event is not None and upper.startswith(("BEGIN:", "END:")):
            inner += 1 if upper.startswith("BEGIN:") else -1
        elif event is not None and not inner and line.strip():
            name, value = _property(line, number)
            event.setdefault(name, []).append(value)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Whole lines with the number of their first part."""
    whole: tuple[int, str] | None = None
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and whole is not None:
            whole = (whole[0], whole[1] + line[1:])
            continue
        if whole is not None:
            yield whole
        whole = (number, line)
    if whole is not None:
        yield whole


def _property(line: str, number: int) -> tuple[str, _Value]:
    found = _PROPERTY.fullmatch(line)
    if found is None:
        raise Malformed(f"line {number}: this is no property: {line[:60]!r}")
    parameters = {n.upper(): quoted or bare for n, quoted, bare in _PARAMETER.findall(found[2])}
    return found[1].upper(), _Value(found[3], parameters, number)


def _entries(
    event: _Event, number: int, zone: tzinfo, span: tuple[datetime, datetime]
) -> Iterator[tuple[Entry, bool]]:
    """An event, or each time that it comes to pass; and whether its own rule says so."""
    entry = _entry(event, number, zone)
    if "STATUS" in event and event["STATUS"][0].text.strip().upper() == "CANCELLED":
        return
    if "RECURRENCE-ID" in event:
        yield replace(entry, uid=_each(entry.uid, _instant(event["RECURRENCE-ID"][0], zone))), False
    elif "RRULE" in event or "RDATE" in event:
        yield from ((each, True) for each in _repeated(entry, event, zone, span))
    else:
        yield entry, False


def _repeated(entry: Entry, event: _Event, zone: tzinfo, span: tuple[datetime, datetime]) -> Iterator[Entry]:
    """Every time that it comes to pass, by the clocks of its own zone: a shift from 9 to 9 stays one."""
    begin = event["DTSTART"][0]
    own = UTC_ZONE if begin.text.strip().upper().endswith("Z") else _zone(begin, zone)
    begins, ends = shown(entry.start, own), shown(entry.end, own)
    rules = event.get("RRULE", [])
    if len(rules) > 1:
        raise Malformed(f"line {rules[1].line}: an event has one rule at most")
    more = [shown(_instant(v, zone), own) for v in _listed(event, "RDATE")]
    without = {shown(_instant(v, zone), own) for v in _listed(event, "EXDATE")}
    try:
        found = occurrences(begins, own, rules[0].text if rules else "", more, span)
    except Unruly as error:
        raise Malformed(f"line {rules[0].line if rules else begin.line}: {error}") from error
    for each in found:
        if each not in without:
            start, end = first(each, own), first(each + (ends - begins), own)
            yield replace(entry, uid=_each(entry.uid, start), start=start, end=end)


def _each(uid: str, start: datetime) -> str:
    """The name of one time that an event comes to pass."""
    return f"{uid}{EACH}{_stamp(start)}"


def _listed(event: _Event, name: str) -> Iterator[_Value]:
    """Each of the times that a property lists."""
    for value in event.get(name, []):
        yield from (_Value(part, value.parameters, value.line) for part in value.text.split(","))


def _entry(event: _Event, number: int, zone: tzinfo) -> Entry:
    if "DTSTART" not in event or not _uid(event):
        raise Malformed(f"line {number}: the event before lacks {'DTSTART' if 'DTSTART' not in event else 'UID'}")
    start = _instant(event["DTSTART"][0], zone)
    return Entry(
        uid=_uid(event),
        start=start,
        end=_end(event, start, zone),
        summary=_text(event, "SUMMARY"),
        description=_text(event, "DESCRIPTION"),
        attendees=tuple(v.text.lower().removeprefix("mailto:").strip() for v in event.get("ATTENDEE", [])),
    )


def _end(event: _Event, start: datetime, zone: tzinfo) -> datetime:
    if "DTEND" in event:
        end = _instant(event["DTEND"][0], zone)
    elif "DURATION" in event:
        end = start + _duration(event["DURATION"][0])
    else:
        begin = event["DTSTART"][0]
        end = _instant(begin, zone, timedelta(days="T" not in begin.text.upper()))
    if end <= start:
        raise Malformed(f"line {event['DTSTART'][0].line}: the event ends no later than it begins")
    return end


def _duration(value: _Value) -> timedelta:
    found = _DURATION.fullmatch(value.text.strip().upper().removeprefix("+"))
    if found is None:
        raise Malformed(f"line {value.line}: {value.text[:40]!r} is no duration")
    weeks, days, hours, minutes, seconds = (int(g or 0) for g in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _instant(value: _Value, zone: tzinfo, later: timedelta = timedelta(0)) -> datetime:
    """A time of a calendar as an instant: in UTC, in the zone it names, or in ours; a date is its midnight."""
    text = value.text.strip().upper()
    try:
        if text.endswith("Z"):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) + later
        form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
        shows = datetime.strptime(text, form) + later  # noqa: DTZ007 - a local time, by the clocks of its zone
    except (ValueError, OverflowError):
        raise Malformed(f"line {value.line}: {value.text[:40]!r} is no time") from None
    return first(shows, _zone(value, zone))


def _zone(value: _Value, zone: tzinfo) -> ZoneInfo:
    name = value.parameters.get("TZID", getattr(zone, "key", "UTC"))
    try:
        return ZoneInfo(name.lstrip("/"))
    except (KeyError, ValueError, OSError):
        raise Malformed(f"line {value.line}: there is no time zone {name[:60]!r}") from None


def _text(event: _Event, name: str) -> str:
    said = event[name][0].text if name in event else ""
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], said)[:2000]

"""The invitation to the meeting about a review, as iCalendar (RFC 5545): when, who, and the playbook's agenda."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sirenbook.incident.context import Context
from sirenbook.incident.visibility import unless_confidential
from sirenbook.model.bindings import Person
from sirenbook.model.event import Entry
from sirenbook.model.incident import Incident
from sirenbook.model.readiness import Meeting
from sirenbook.model.review_event import ReviewScheduled

_REVIEW = re.compile(r"review|post-?mortem|retro|incident", re.IGNORECASE)
_LONGEST_LINE = 74


def agenda(context: Context) -> Meeting | None:
    """The meeting that the playbook lays out for a review, if it lays out one."""
    meetings = context.policy.readiness.meetings
    return next((x for x in meetings if _REVIEW.search(x.title)), meetings[0] if len(meetings) == 1 else None)


def invitation(context: Context, incident: Incident, entries: Sequence[Entry], url: str) -> str:
    """The invitation; empty while no meeting is scheduled. Everybody who did something for the incident comes.

    Calendars are read by others too: a restricted incident keeps its title to itself.
    """
    meeting = incident.aftermath.meeting if incident.aftermath else None
    if meeting is None:
        return ""
    changes = sum(isinstance(x.event, ReviewScheduled) for x in entries)
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sirenbook//Review//EN", "METHOD:PUBLISH", "BEGIN:VEVENT"),
        f"UID:{incident.number}-review@sirenbook",
        f"SEQUENCE:{changes - 1}",
        f"DTSTAMP:{_instant(context.now)}",
        f"DTSTART:{_instant(meeting.at)}",
        f"DTEND:{_instant(meeting.at + timedelta(minutes=meeting.minutes))}",
        f"SUMMARY:{_text(f'Review of {incident.number}: {unless_confidential(incident).title}')}",
        f"DESCRIPTION:{_text(_description(context, url))}",
        f"URL:{_text(url)}",
        *_attendees(context, entries),
        *("END:VEVENT", "END:VCALENDAR"),
    ]
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line))


def _description(context: Context, url: str) -> str:
    laid_out = agenda(context)
    lines = [url]
    if laid_out is not None:
        lines += [f"- {x.what}{f' ({x.minutes} min)' if x.minutes else ''}" for x in laid_out.agenda]
        if laid_out.attendees:
            lines.append(f"Who comes: {', '.join(laid_out.attendees)}")
    return "\n".join(lines)


def _attendees(context: Context, entries: Sequence[Entry]) -> Iterator[str]:
    ids = dict.fromkeys(by for x in entries if (by := getattr(x.event, "by", "")))
    for person in (context.bindings.people.get(i) for i in ids):
        address = _mail(person) if person is not None else ""
        if person is not None and address:
            name = re.sub(r'["\r\n\x00-\x1f]', "", person.name)
            yield f'ATTENDEE;CN="{name}":mailto:{address}'


def _mail(person: Person) -> str:
    found = (m.to for m in person.methods if re.fullmatch(r"[\w.+-]+@[\w.-]+", m.to, re.ASCII))
    return next(found, "")


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A value in which no character means anything to a calendar."""
    bare = "".join(c for c in value if c == "\n" or c.isprintable())
    return re.sub(r"([\\;,])", r"\\\1", bare).replace("\n", "\\n")


def _fold(line: str) -> Iterator[str]:
    """A line of at most 75 octets, going on with a blank at the start of the next; no character is cut."""
    row, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LONGEST_LINE:
            yield row
            row, size = " ", 1
        row, size = row + character, size + octets
    yield row

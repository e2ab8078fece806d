"""The chat room of an incident's own, where the playbook has one made: its name, and that it is there."""

import re
from datetime import UTC, datetime

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.timeline import person_name, phase
from sirenbook.incident.visibility import unless_confidential
from sirenbook.model.command import OpenRoom
from sirenbook.model.incident import Incident
from sirenbook.model.promise import Outlet
from sirenbook.model.provenance import default
from sirenbook.model.update_event import RoomOpened

_PART = re.compile(
    r"YYYY|YY|MM|DD|HH|SS|[<{\[](?P<name>[^<>{}\[\]]+)[>}\]]|[NX]{3,}|(?<=-)(?P<word>(?:SHORT[-_])?[A-Z][A-Z_]+)|(?<=-)(?:id|number|nnn|xxx)$"
)
_LONGEST_TITLE = 40


def wanted(context: Context, incident: Incident) -> Outlet | None:
    """The room that the playbook has made for such an incident; None where it has none made."""
    for outlet in context.policy.outlets:
        if outlet.kind == "chat" and outlet.pattern:
            named = [set(u.severities) for u in outlet.uses]
            if any(not s or incident.severity in s for s in named):
                return outlet
    return None


def room_name(pattern: str, incident: Incident) -> str:
    """The name that the playbook's pattern gives: `#incident-YYYY-MM-DD` filled in from the incident.

    A restricted one gives no word of its own to it: names are read in lists and on lock screens.
    """
    incident = unless_confidential(incident)
    at = (incident.opened_at or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(UTC)
    parts, place = [], 0
    hours = False
    for found in _PART.finditer(pattern):
        parts.append(pattern[place : found.start()])
        parts.append(_value(found, incident, at, after_hours=hours))
        hours = hours or found[0] == "HH"
        place = found.end()
    return "".join([*parts, pattern[place:]])


def _value(found: re.Match[str], incident: Incident, at: datetime, *, after_hours: bool) -> str:
    clock = {"YYYY": "%Y", "YY": "%y", "MM": "%M" if after_hours else "%m", "DD": "%d", "HH": "%H", "SS": "%S"}
    if found[0] in clock:
        return f"{at:{clock[found[0]]}}"
    return _named((found["name"] or found["word"] or "id").lower(), incident, at)


def _named(name: str, incident: Incident, at: datetime) -> str:
    if re.search(r"date|yyyy", name):
        return f"{at:%Y-%m-%d}"
    if re.search(r"time|hh", name):
        return f"{at:%H%M%S}"
    if re.search(r"sev|prio|level", name):
        return incident.severity.lower()
    if re.search(r"title|name|desc|summary|service|component|topic|slug", name):
        return re.sub(r"[^a-z0-9]+", "-", incident.title.lower())[:_LONGEST_TITLE].strip("-")
    return str(incident.id)


def topic(context: Context, incident: Incident) -> str:
    """What a room is about, in one line: severity, state, who leads, and the incident's number."""
    commander = next((h.person for h in incident.roles if h.kind == "commander"), "")
    leads = commander or incident.acknowledged_by or ""
    word = "commander" if commander else "with"
    who = f"{word} {person_name(context.bindings, leads)}" if leads else "nobody has it yet"
    drill = "DRILL · " if incident.drill else ""
    state = f"{incident.state} ({phase(incident)})" if incident.state else phase(incident)
    return f"{drill}{context.severity(incident).full_name} · {state} · {who} · {incident.number} {incident.title}"


def responders(incident: Incident) -> tuple[str, ...]:
    """Whoever was paged for it, has it, or has a role in it."""
    people = [p.person for p in incident.pages] + [h.person for h in incident.roles]
    return tuple(dict.fromkeys(p for p in (*people, incident.acknowledged_by or "") if p))


def hushed(incident: Incident, *, private: bool) -> bool:
    """Whether nothing may be told in a room: everybody reads it, and few may see the incident."""
    return incident.confidential and not private


def open_(course: Course, command: OpenRoom) -> None:
    """Note that a room was made; told twice, once."""
    outlet = wanted(course.context, course.incident)
    why = outlet.why if outlet else default("a room of its own")
    if command.name not in course.incident.rooms:
        course.happen(RoomOpened(command.chat, command.room, command.name, why, command.private))


def opened(incident: Incident, event: RoomOpened, at: datetime) -> Incident:
    """Fold a room."""
    return replace(incident, rooms=(*incident.rooms, event.name))

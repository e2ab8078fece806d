"""On-call shifts as a calendar to subscribe to, and overrides from the calendar that a team keeps already."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sirenbook.engine.people import icalendar
from sirenbook.engine.people.icalendar import Entry
from sirenbook.engine.people.oncall import PLACES, Unsound, calendar
from sirenbook.engine.station import Station
from sirenbook.incident.timeline import person_name
from sirenbook.model.bindings import Bindings, Person
from sirenbook.model.rotation import Shift
from sirenbook.store.overrides import Wanted

LOOK_BACK = timedelta(days=35)
LOOK_AHEAD = timedelta(days=182)


def feed(station: Station, rotation: str, place: int) -> str:
    """The shifts of a duty as a calendar. An entry keeps its name while its shift stays. Raises Unsound."""
    bindings, now = station.engine.books.bindings, station.now()
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - LOOK_BACK
    found = calendar(bindings, rotation, place, start, start + LOOK_BACK + LOOK_AHEAD)
    duty = rotation if not place else f"{rotation} {PLACES[place]}"
    entries = (_entry(bindings, shift, duty) for shift in found.shifts if shift.end > now or shift.start > start)
    return icalendar.write(f"On call: {duty}", entries, now)


def _entry(bindings: Bindings, shift: Shift, duty: str) -> Entry:
    name = person_name(bindings, shift.person)
    uid = f"{duty.replace(' ', '.')}.{shift.person}.{shift.start:%Y%m%dT%H%M%SZ}@sirenbook"
    return Entry(uid, shift.start, shift.end, f"{name} on call ({duty})")


def wanted_from(bindings: Bindings, text: str, rotation: str, now: datetime) -> list[Wanted]:
    """The overrides that a calendar asks for: each event puts the person whom it names on call. Raises Unsound.

    What repeats is taken as far as half a year ahead; what of it is over already is left out.
    """
    zone = ZoneInfo(bindings.business_hours.zone)
    try:
        entries = icalendar.read(text, zone, (now - LOOK_BACK, now + LOOK_AHEAD))
    except icalendar.Malformed as error:
        raise Unsound(str(error)) from error
    if not entries:
        raise Unsound("the calendar has no events")
    entries = tuple(e for e in entries if icalendar.EACH not in e.uid or e.end > now)
    if not entries:
        raise Unsound("nothing that repeats in this calendar comes to pass within half a year")
    return [_wanted(bindings, entry, rotation) for entry in entries]


def _wanted(bindings: Bindings, entry: Entry, rotation: str) -> Wanted:
    found = list(_named(bindings, entry))
    if len(found) != 1:
        why = "names several people" if found else "names nobody of [people]"
        raise Unsound(f"the event “{entry.summary[:80]}” of {entry.start:%Y-%m-%d} {why}; write one name into it")
    return Wanted(
        kind="calendar",
        rotation=rotation,
        person=found[0].id,
        start=entry.start,
        end=entry.end,
        note=entry.summary[:200],
        uid=f"{rotation}:{entry.uid}",
    )


def _named(bindings: Bindings, entry: Entry) -> Iterator[Person]:
    """The people whom an event names: by an attendee's address, else by name or id in its words."""
    invited = [p for p in bindings.people.values() if any(m.to.lower() in entry.attendees for m in p.methods)]
    yield from invited or [p for p in bindings.people.values() if _says(entry.summary, p)]


def _says(summary: str, person: Person) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(w)}(?!\w)", summary, re.IGNORECASE) for w in (person.name, person.id))

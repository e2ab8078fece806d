"""Who is on call through a week, as a grid for a page: a row for each duty, a cell for each day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from sirenbook.engine.people import oncall
from sirenbook.engine.people.oncall import PLACES
from sirenbook.incident.timeline import person_name
from sirenbook.model.bindings import Bindings
from sirenbook.model.wall import first, local, shown


class Piece(Struct, frozen=True):
    """Somebody's part of a day, or a gap in it (no name); times of the day are empty where it is the whole day."""

    name: str
    times: str
    mine: bool = False


class Row(Struct, frozen=True):
    """A duty through the week: its parts for each day."""

    rotation: str
    place: str
    days: tuple[tuple[Piece, ...], ...]


class Week(Struct, frozen=True):
    """Seven days with every duty of every rotation."""

    days: tuple[date, ...]
    rows: tuple[Row, ...]


class Reader(Struct, frozen=True):
    """Who looks at the grid: by which bindings, whose clocks, and which person they are."""

    bindings: Bindings
    zone: ZoneInfo
    person: str


def week(reader: Reader, monday: date) -> Week:
    """The week that begins on a day."""
    days = tuple(monday + timedelta(days=n) for n in range(7))
    duties = [(n, p) for n, r in reader.bindings.rotations.items() for p in range(min(2, len(r.members)))]
    rows = (Row(n, PLACES[p], tuple(_cell(reader, n, p, day) for day in days)) for n, p in duties)
    return Week(days, tuple(rows))


def _cell(reader: Reader, name: str, place: int, day: date) -> tuple[Piece, ...]:
    start, end = (first(local(day + timedelta(days=n), 0), reader.zone) for n in (0, 1))
    found = oncall.calendar(reader.bindings, name, place, start, end)
    parts = [(s.start, s.end, s.person) for s in found.shifts] + [(g.start, g.end, "") for g in found.gaps]
    return tuple(_piece(reader, person, _times(reader.zone, (start, end), part)) for *part, person in sorted(parts))


def _piece(reader: Reader, person: str, times: str) -> Piece:
    name = person_name(reader.bindings, person) if person else ""
    return Piece(name, times, bool(person) and person == reader.person)


def _times(zone: ZoneInfo, day: tuple[datetime, datetime], part: list[datetime]) -> str:
    """From when to when within the day; empty at an end that is the day's own."""
    begins = f"{shown(part[0], zone):%H:%M}" if part[0] > day[0] else ""
    ends = f"{shown(part[1], zone):%H:%M}" if part[1] < day[1] else ""
    return f"{begins}–{ends}" if begins or ends else ""

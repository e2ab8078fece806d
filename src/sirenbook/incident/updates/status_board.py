"""The public status page as a whole: how each component fares and fared, from public incidents and maintenance."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from sirenbook.model.status import CONDITIONS, Condition, Maintenance, PublicIncident, Span, StatusPage
from sirenbook.model.wall import first

DAYS = 90
"""How many days the bars show, today included."""
RECENT = timedelta(days=7)
AHEAD = timedelta(days=60)
DOWN: tuple[Condition, ...] = ("partial outage", "major outage")
"""What counts as down."""


class Known(Struct, frozen=True):
    """What the page is made of; `since` is when this installation began to know how things fare."""

    page: StatusPage
    incidents: Sequence[PublicIncident]
    maintenance: Sequence[Maintenance]
    zone: ZoneInfo
    since: datetime


class Day(Struct, frozen=True):
    """One day of a component: how it fared at its worst, for how many seconds it was down; None before we knew."""

    day: date
    condition: Condition | None
    down: int = 0


class Line(Struct, frozen=True):
    """One component: how it fares, how it fared each day, and for which part of the time it was not down."""

    name: str
    condition: Condition
    days: tuple[Day, ...]
    uptime: float | None


class Board(Struct, frozen=True):
    """The page: how everything fares, what is open, what is planned, what lately was."""

    title: str
    now: datetime
    condition: Condition
    lines: tuple[Line, ...]
    open: tuple[PublicIncident, ...]
    past: tuple[PublicIncident, ...]
    maintenance: tuple[Maintenance, ...]
    maintained: tuple[Maintenance, ...]

    @property
    def words(self) -> str:
        """How everything fares, in a sentence."""
        if self.condition == "operational":
            return "We look into a disturbance" if self.open else "All systems operational"
        return _WORDS[self.condition]


_WORDS = {
    "maintenance": "Maintenance is under way",
    "degraded": "Some systems are slower or worse than usual",
    "partial outage": "Some systems are down",
    "major outage": "A major outage",
}


def board(known: Known, now: datetime) -> Board:
    """The page at a moment."""
    newest = sorted(known.incidents, key=lambda i: i.began, reverse=True)
    open_ = tuple(i for i in newest if i.over_at is None)
    under_way = [m for m in known.maintenance if m.state(now) == "under way"]
    days = _days(now, known.zone)
    lines = []
    for name in (c.name for c in known.page.components):
        bars = tuple(_bar(known, name, day, now) for day in days)
        condition = _condition(name, open_, under_way)
        lines.append(Line(name, condition, bars, _uptime(bars, now, known.since)))
    whole = max(
        (*(x.condition for x in lines), *(_worst(i) for i in open_), _maintained(under_way)), key=CONDITIONS.index
    )
    return Board(
        title=known.page.title,
        now=now,
        condition=whole,
        lines=tuple(lines),
        open=open_,
        past=tuple(i for i in newest if i.over_at is not None and i.over_at > now - RECENT),
        maintenance=tuple(
            sorted((m for m in known.maintenance if m.end > now and m.start < now + AHEAD), key=lambda m: m.start)
        ),
        maintained=tuple(
            sorted((m for m in known.maintenance if now - RECENT < m.end <= now), key=lambda m: m.end, reverse=True)
        ),
    )


def _worst(incident: PublicIncident) -> Condition:
    return incident.latest.impact


def _maintained(under_way: Sequence[Maintenance]) -> Condition:
    return "maintenance" if under_way else "operational"


def _condition(name: str, open_: Iterable[PublicIncident], under_way: Iterable[Maintenance]) -> Condition:
    told: list[Condition] = [i.latest.impact for i in open_ if name in i.components]
    told += ["maintenance" for m in under_way if name in m.components]
    return max(told, key=CONDITIONS.index, default="operational")


def _days(now: datetime, zone: ZoneInfo) -> list[date]:
    today = now.astimezone(zone).date()
    return [today - timedelta(days=n) for n in reversed(range(DAYS))]


def _bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A day by the clocks of its zone, which may be 23 or 25 hours."""
    midnights = (first(datetime.combine(d, time()), zone) for d in (day, day + timedelta(days=1)))
    start, end = midnights
    return start, end


def _bar(known: Known, name: str, day: date, now: datetime) -> Day:
    start, end = _bounds(day, known.zone)
    spans = [s for i in known.incidents for s in i.spans if name in s.components]
    touching = [s for s in spans if s.start < end and (s.end or now) > start]
    if end <= known.since and not touching:
        return Day(day, None)
    conditions: list[Condition] = [s.impact for s in touching]
    planned = (m for m in known.maintenance if name in m.components and not m.called_off)
    conditions += ["maintenance" for m in planned if m.start < min(end, now) and m.end > start]
    quiet: Condition = "operational"
    worst = max(conditions, key=CONDITIONS.index, default=quiet)
    return Day(day, worst, _down(touching, start, min(end, now), now))


def _down(spans: Iterable[Span], start: datetime, end: datetime, now: datetime) -> int:
    """For how many seconds of a while it was down; spans that overlap count once."""
    pieces = sorted((max(s.start, start), min(s.end or now, end)) for s in spans if s.impact in DOWN)
    total, reached = 0.0, start
    for begin, finish in pieces:
        total += max((finish - max(begin, reached)).total_seconds(), 0)
        reached = max(reached, finish)
    return round(total)


def _uptime(bars: Sequence[Day], now: datetime, since: datetime) -> float | None:
    """For which part of the time that we know of it was not down; None where we know of none."""
    known = (now - max(since, now - timedelta(days=len(bars)))).total_seconds()
    return max(0.0, 1 - sum(b.down for b in bars) / known) if known > 0 else None


def by_month(incidents: Iterable[PublicIncident], zone: ZoneInfo) -> list[tuple[str, list[PublicIncident]]]:
    """Incidents by the month in which they began, such as `2026-11`, the newest first."""
    months: dict[str, list[PublicIncident]] = {}
    for incident in sorted(incidents, key=lambda i: i.began, reverse=True):
        months.setdefault(f"{incident.began.astimezone(zone):%Y-%m}", []).append(incident)
    return list(months.items())

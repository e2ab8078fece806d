"""Who is on call: rotations of layers that take turns by the clocks on the wall, and overrides over them.

A hand-off that the clocks skip happens as they jump. One that they show twice begins the new turn at the first time
and ends the old one at the last: for that while both are on call, and nobody never is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from sirenbook.model.provenance import Provenance
from sirenbook.model.wall import DAY, first, last, local, shown

HOLIDAY = 7
"""The weekday of holidays: a day off is neither Monday nor Sunday."""
SHORTEST = 3600
"""The shortest turn in seconds: clocks must not be able to skip several of them unseen."""
_JUMP = 3 * 3600
"""More than clocks are ever moved by, in seconds."""


class Window(Struct, frozen=True, omit_defaults=True):
    """When a layer holds: minutes of the day on these weekdays (0 = Monday, 7 = holidays); past midnight if it
    ends no later than it begins."""

    days: tuple[int, ...]
    start: int = 0
    end: int = DAY

    def bounds(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when to when it holds on one day."""
        end = self.end + DAY if self.end <= self.start else self.end
        return first(local(day, self.start), zone), last(local(day, end), zone)


class Layer(Struct, frozen=True, omit_defaults=True, dict=True):
    """Members who take turns of `period` seconds on the wall, the first one from `anchor`, a local time.

    Without windows it holds always. `zone_why` and the like tell the line that says so.
    """

    members: tuple[str, ...]
    period: int
    anchor: datetime
    zone: str = "UTC"
    windows: tuple[Window, ...] = ()
    period_why: Provenance = field(default_factory=lambda: Provenance("", 0, ""))
    handoff_why: Provenance = field(default_factory=lambda: Provenance("", 0, ""))

    @cached_property
    def clock(self) -> ZoneInfo:
        """The zone's clocks."""
        return ZoneInfo(self.zone)

    def turn(self, number: int) -> tuple[datetime, datetime]:
        """From when to when a turn lasts."""
        begin = self.anchor + timedelta(seconds=number * self.period)
        return first(begin, self.clock), last(begin + timedelta(seconds=self.period), self.clock)

    def turns(self, at: datetime) -> tuple[int, ...]:
        """The turns in which an instant lies, the newest first: one, and two while clocks show an hour again."""
        bounds = ((n, self.turn(n)) for n in reversed(self._numbers(at, at)))
        return tuple(n for n, (begin, end) in bounds if begin <= at < end)

    def _numbers(self, start: datetime, end: datetime) -> range:
        """The turns of a while by what clocks show, and those that a change of the clocks may bring into it."""
        low, high = ((shown(at, self.clock) - self.anchor) // timedelta(seconds=self.period) for at in (start, end))
        moved = 1 + _JUMP // self.period
        return range(low - moved, high + moved + 1)

    def holds(self, at: datetime, holidays: Sequence[date] = ()) -> bool:
        """Whether the layer's windows are open."""
        if not self.windows:
            return True
        return any(begin <= at < end for begin, end in self._openings(at, at, holidays))

    def _openings(
        self, start: datetime, end: datetime, holidays: Sequence[date]
    ) -> Iterator[tuple[datetime, datetime]]:
        """The windows of every day that has to do with a while."""
        day = shown(start, self.clock).date() - timedelta(days=2)
        until = shown(end, self.clock).date() + timedelta(days=1)
        while day <= until:
            weekday = HOLIDAY if day in holidays else day.weekday()
            yield from (w.bounds(day, self.clock) for w in self.windows if weekday in w.days)
            day += timedelta(days=1)

    def changes(self, start: datetime, end: datetime, holidays: Sequence[date] = ()) -> Iterator[datetime]:
        """Every instant around a while at which somebody else may be on call."""
        if len(self.members) > 1:
            for number in self._numbers(start, end):
                yield from self.turn(number)
        for bounds in self._openings(start, end, holidays):
            yield from bounds

    def order(self, number: int) -> tuple[str, ...]:
        """Everybody in the order in which they come after one another, from a turn on."""
        begin = number % len(self.members)
        return tuple(dict.fromkeys(self.members[begin:] + self.members[:begin]))


class Override(Struct, frozen=True, omit_defaults=True):
    """Somebody on call in place of whose turn it is, or of one person wherever they are in line, for a while.

    `rotation` "" means every one. Later overrides win.
    """

    id: int
    rotation: str
    person: str
    start: datetime
    end: datetime
    instead_of: str = ""
    note: str = ""

    def concerns(self, rotation: str) -> bool:
        """Whether it holds for a rotation."""
        return self.rotation in ("", rotation)

    def over(self, line: tuple[str, ...]) -> tuple[str, ...]:
        """The line with one person taking another's place; who is replaced goes to its end."""
        if not line or (self.instead_of and self.instead_of not in line):
            return line
        away = self.instead_of or line[0]
        put = [self.person if p == away else p for p in line if p in (away,) or p != self.person]
        return tuple(dict.fromkeys([*put, away]))


class Shift(Struct, frozen=True):
    """A while for which one person has a duty without a break."""

    start: datetime
    end: datetime
    person: str


class Segment(Struct, frozen=True):
    """A while in which the same lines of people are on call: several while a hand-off overlaps, none in a gap."""

    start: datetime
    end: datetime
    lines: tuple[tuple[str, ...], ...]

    def holders(self, place: int) -> tuple[str, ...]:
        """Who has the duty of this place: 0 for the primary, 1 for the next in turn."""
        return tuple(dict.fromkeys(line[place] for line in self.lines if place < len(line)))


class Rotation(Struct, frozen=True, omit_defaults=True):
    """A rotation by name. Of its layers the last one that holds decides, and those beneath it follow."""

    name: str
    layers: tuple[Layer, ...]
    holidays: tuple[date, ...] = ()

    @property
    def members(self) -> tuple[str, ...]:
        """Everybody who takes turns."""
        return tuple(dict.fromkeys(m for layer in self.layers for m in layer.members))

    def lines(self, at: datetime, overrides: Sequence[Override] = ()) -> tuple[tuple[str, ...], ...]:
        """The people on call in their order; whoever comes in first where a hand-off overlaps."""
        found = list(self._turns(at))
        now = [o for o in overrides if o.concerns(self.name) and o.start <= at < o.end]
        for override in now:
            if found:
                found = [override.over(line) for line in found]
            elif not override.instead_of:  # nobody has a turn: the override fills the gap
                found = [(override.person,)]
        return tuple(dict.fromkeys(found))

    def _turns(self, at: datetime) -> Iterator[tuple[str, ...]]:
        """The lines of the last layer that holds, followed by those of the layers beneath it."""
        holding = [x for x in reversed(self.layers) if x.members and x.holds(at, self.holidays)]
        beneath = [x.order(x.turns(at)[0]) for x in holding[1:]]
        for number in holding[0].turns(at) if holding else ():
            yield tuple(dict.fromkeys(chain(holding[0].order(number), *beneath)))

    def holders(self, at: datetime, place: int = 0, overrides: Sequence[Override] = ()) -> tuple[str, ...]:
        """Who has a duty at an instant."""
        return Segment(at, at, self.lines(at, overrides)).holders(place)

    def segments(self, start: datetime, end: datetime, overrides: Sequence[Override] = ()) -> tuple[Segment, ...]:
        """A while cut wherever somebody else is on call; exact, because nothing changes within a cut."""
        found: list[Segment] = []
        for begin, until in pairwise([start, *self.changes(start, end, overrides), end]):
            lines = self.lines(begin, overrides)
            same = bool(found) and found[-1].lines == lines
            found.append(Segment(found.pop().start if same else begin, until, lines))
        return tuple(found)

    def changes(self, start: datetime, end: datetime, overrides: Sequence[Override] = ()) -> list[datetime]:
        """Every instant inside a while at which somebody else may be on call, earliest first."""
        cuts = {c for layer in self.layers for c in layer.changes(start, end, self.holidays)}
        cuts.update(c for o in overrides if o.concerns(self.name) for c in (o.start, o.end))
        return sorted(c for c in cuts if start < c < end)

    def until(
        self, at: datetime, person: str, place: int = 0, overrides: Sequence[Override] = ()
    ) -> datetime | None:
        """When somebody who has a duty hands it over; None where that is not within a month."""
        ahead = self.changes(at, at + timedelta(days=31), overrides)
        return next((c for c in ahead if person not in self.holders(c, place, overrides)), None)

    def shifts(
        self, start: datetime, end: datetime, place: int = 0, overrides: Sequence[Override] = ()
    ) -> tuple[Shift, ...]:
        """Who has a duty from when to when, earliest first; cut at both ends of the while."""
        running: dict[str, datetime] = {}
        done: list[Shift] = []
        for segment in (*self.segments(start, end, overrides), Segment(end, end, ())):
            holders = segment.holders(place)
            over = [p for p in running if p not in holders]
            done += [Shift(running.pop(p), segment.start, p) for p in over]
            for person in holders:
                running.setdefault(person, segment.start)
        return tuple(sorted(done, key=lambda s: (s.start, s.end)))

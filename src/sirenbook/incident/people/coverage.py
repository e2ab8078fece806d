"""Coverage proven ahead: for every instant and severity who is paged, by which way, and who is if one is missing.

Exact, not sampled: a while is cut wherever a rotation changes hands, seen from every level of the ladder.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.calendar import business_add
from sirenbook.model.bindings import Bindings, fold
from sirenbook.model.hours import BusinessHours
from sirenbook.model.policy import Policy, Severity
from sirenbook.model.provenance import Provenance

UNSTATED = 900
"""Seconds after which the backup is paged where the playbook states no time to acknowledge."""
Ways = Mapping[str, Sequence[str]]
"""The working ways to each person, by id; without any, nobody is reached."""


class TimedLevel(Struct, frozen=True):
    """One paging level of a severity: which names are called so many seconds after an incident opens.

    `again`: in silence all are paged again, whoever has their duty by then.
    """

    after: int
    business: bool
    targets: tuple[str, ...]
    why: Provenance
    again: bool = False

    def at(self, opened: datetime, hours: BusinessHours) -> datetime:
        """When it is reached by an incident that opened then."""
        if self.business:
            at = business_add(hours, opened, self.after)
            return business_add(hours, at, 0) if self.after % 86_400 == 0 else at
        return opened + timedelta(seconds=self.after)


class Called(Struct, frozen=True):
    """Whom a level reaches: people by id, those with a working way; and the names that lead to nobody."""

    level: TimedLevel
    people: tuple[str, ...]
    nobody: tuple[str, ...]


class Stretch(Struct, frozen=True):
    """A while in which every incident that opens pages the same people, level by level."""

    start: datetime
    end: datetime
    called: tuple[Called, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who is paged, in order."""
        return tuple(dict.fromkeys(p for each in self.called for p in each.people))

    def without(self, person: str) -> Called | None:
        """The first level that still reaches somebody when one person does not answer; None where none does."""
        return next((c for c in self.called if any(p != person for p in c.people)), None)


class Coverage(Struct, frozen=True):
    """A severity through a while. One that pages nobody by the playbook has no stretches.

    `team` is the one in whose incidents it is so, where a level waits for business hours and theirs are their own.
    """

    severity: str
    levels: tuple[TimedLevel, ...]
    stretches: tuple[Stretch, ...]
    team: str = ""

    @property
    def title(self) -> str:
        """What to call it."""
        return f"{self.severity} of team {self.team}" if self.team else self.severity


def coverage(policy: Policy, bindings: Bindings, ways: Ways, start: datetime, end: datetime) -> list[Coverage]:
    """Every severity through a while, by each calendar that it may have."""
    return [
        _coverage(Coverage(severity.name, levels, (), team), _by_calendar(bindings, team), ways, (start, end))
        for severity in policy.severities
        for levels in (tuple(timed_levels(policy, severity)),)
        for team in ("", *(_own_calendars(bindings) if any(x.business for x in levels) else ()))
    ]


def _own_calendars(bindings: Bindings) -> tuple[str, ...]:
    return tuple(name for name, team in bindings.teams.items() if team.hours not in (None, bindings.business_hours))


def _by_calendar(bindings: Bindings, team: str) -> Bindings:
    own = bindings.teams[team].hours if team else None
    return replace(bindings, business_hours=own) if own else bindings


def _coverage(whole: Coverage, bindings: Bindings, ways: Ways, span: tuple[datetime, datetime]) -> Coverage:
    levels = whole.levels
    cuts = sorted({c for level in levels for c in _cuts(level, bindings, *span)}) if levels else []
    stretches: list[Stretch] = []
    for begin, until in pairwise([span[0], *cuts, span[1]] if levels else []):
        called = tuple(_called(level, bindings, ways, begin) for level in levels)
        same = bool(stretches) and stretches[-1].called == called
        stretches.append(Stretch(stretches.pop().start if same else begin, until, called))
    return replace(whole, stretches=tuple(stretches))


def timed_levels(policy: Policy, severity: Severity) -> Iterator[TimedLevel]:
    """The paging levels of a severity in their order: the backup among them, and at the end all of them again."""
    stated = [x for x in policy.levels_of(severity.name) if x.after is not None and x.manner == "page"]
    levels = [TimedLevel(x.after or 0, x.business, x.who, x.why) for x in stated]
    backup = policy.backup
    if levels and backup and not any(fold(backup) in map(fold, x.targets) for x in levels):
        clock = severity.ack or policy.ack or severity.response
        wait, business = (clock.seconds, clock.business) if clock else (UNSTATED, False)
        business = business or severity.name in policy.patient
        levels.append(TimedLevel(wait, business, (backup,), policy.backup_why or policy.on_call_why))
    levels.sort(key=lambda x: x.after)
    yield from levels
    if len(levels) > 1:
        last = levels[-1]
        before = dict.fromkeys(t for x in levels[:-1] for t in x.targets if t not in last.targets)
        yield TimedLevel(last.after, last.business, tuple(before), last.why, again=True)


def _called(level: TimedLevel, bindings: Bindings, ways: Ways, opened: datetime) -> Called:
    at = level.at(opened, bindings.business_hours)
    people: dict[str, None] = {}
    nobody: list[str] = []
    for target in level.targets:
        reached = [p.id for p in bindings.reach(target, at) if ways.get(p.id)]
        people.update(dict.fromkeys(reached))
        if not reached:
            nobody.append(target)
    return Called(level, tuple(people), tuple(nobody))


def _cuts(level: TimedLevel, bindings: Bindings, start: datetime, end: datetime) -> Iterator[datetime]:
    """The openings inside a while from which on a level falls upon somebody else."""
    hours = bindings.business_hours
    first, last = level.at(start, hours), level.at(end, hours)
    changes = {c for target in level.targets for c in bindings.changes(target, first, last)}
    for change in changes:
        if level.business:
            cut = _earliest(lambda at: level.at(at, hours), change, start, end)
        else:
            cut = change - timedelta(seconds=level.after)
        if start < cut < end:
            yield cut


def _earliest(
    when: Callable[[datetime], datetime], change: datetime, before: datetime, after: datetime
) -> datetime:
    """The first opening, to the second, with which a clock that never runs backwards reaches a change."""
    if when(before) >= change:
        return before
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if when(middle) >= change:
            after = middle
        else:
            before = middle
    return after

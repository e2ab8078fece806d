"""The proof of coverage as people and programs read it: who is paged when, by which way, and what is wrong."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from sirenbook.incident.people import coverage as ahead
from sirenbook.incident.people.coverage_findings import While, findings
from sirenbook.incident.timeline import person_name
from sirenbook.model.bindings import Bindings
from sirenbook.model.diagnostic import Grade
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance


class Reached(Struct, frozen=True):
    """Somebody whom a page reaches, and by which working channels, in their order."""

    person: str
    name: str
    ways: tuple[str, ...]


class Step(Struct, frozen=True):
    """One step of a ladder: so many seconds after an incident opens, whom it reaches, which names lead nowhere.

    `again`: in silence all are paged again, whoever has their duty by then.
    """

    after: int
    again: bool
    business: bool
    targets: tuple[str, ...]
    people: tuple[Reached, ...]
    nobody: tuple[str, ...]


class Missing(Struct, frozen=True):
    """If one person does not answer: who is reached first instead, after how many seconds; nobody where empty."""

    person: str
    after: int | None
    people: tuple[Reached, ...]


class Stretch(Struct, frozen=True):
    """A while in which every incident of a severity pages the same people, and what each one's silence leads to."""

    start: datetime
    end: datetime
    steps: tuple[Step, ...]
    without: tuple[Missing, ...]


class Severity(Struct, frozen=True):
    """A severity through the whole time; without stretches where the playbook pages nobody for it.

    `team` is the one in whose incidents it is so, where their business hours make a difference.
    """

    name: str
    stretches: tuple[Stretch, ...]
    team: str = ""


class Wrong(Struct, frozen=True):
    """A finding, with the times for which it holds and how many seconds these are in all."""

    code: str
    grade: Grade
    text: str
    help: str
    severity: str
    why: Provenance
    times: tuple[tuple[datetime, datetime], ...]
    seconds: int


class Proof(Struct, frozen=True):
    """Coverage from one instant to another: every severity at every instant, and what is wrong."""

    start: datetime
    end: datetime
    findings: tuple[Wrong, ...]
    severities: tuple[Severity, ...]


def prove(policy: Policy, bindings: Bindings, ways: ahead.Ways, start: datetime, weeks: int) -> Proof:
    """Prove who is paged in the weeks ahead. `ways` are the working channels of each person."""
    end = start + timedelta(weeks=weeks)
    found = ahead.coverage(policy, bindings, ways, start, end)
    told = _Told(bindings, ways)
    wrong = tuple(_wrong(w) for w in findings(policy, bindings, ways, found))
    return Proof(start, end, wrong, tuple(told.severity(each) for each in found))


def ways_of(bindings: Bindings, channels: Iterable[str] | None = None) -> dict[str, tuple[str, ...]]:
    """The channels to each person: those that are open, or all where it is not known which are."""
    known = None if channels is None else frozenset(channels)
    return {
        p.id: tuple(dict.fromkeys(m.channel for m in p.methods if known is None or m.channel in known))
        for p in bindings.people.values()
    }


def _wrong(found: While) -> Wrong:
    d = found.diagnostic
    return Wrong(d.code, d.grade, d.text, d.help, found.severity, d.at, found.times, found.seconds)


class _Told:
    """Puts coverage into names and channels."""

    def __init__(self, bindings: Bindings, ways: ahead.Ways) -> None:
        self._bindings = bindings
        self._ways = ways

    def severity(self, found: ahead.Coverage) -> Severity:
        """One severity through the whole time."""
        return Severity(found.severity, tuple(self._stretch(s) for s in found.stretches), found.team)

    def _stretch(self, each: ahead.Stretch) -> Stretch:
        steps = tuple(self._step(c) for c in each.called)
        return Stretch(each.start, each.end, steps, tuple(self._missing(each, p) for p in each.people))

    def _step(self, called: ahead.Called) -> Step:
        level = called.level
        return Step(
            level.after, level.again, level.business, level.targets, self._people(called.people), called.nobody
        )

    def _missing(self, each: ahead.Stretch, person: str) -> Missing:
        called = each.without(person)
        if called is None:
            return Missing(person, None, ())
        return Missing(person, called.level.after, self._people(p for p in called.people if p != person))

    def _people(self, people: Iterable[str]) -> tuple[Reached, ...]:
        return tuple(Reached(p, person_name(self._bindings, p), tuple(self._ways.get(p, ()))) for p in people)

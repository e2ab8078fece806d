"""What is wrong with coverage: gaps, levels that reach nobody, what hangs on one person, who lacks access."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from sirenbook.incident.people import access
from sirenbook.incident.people.coverage import Coverage, Stretch, Ways
from sirenbook.incident.timeline import person_name, span
from sirenbook.model.bindings import Bindings, fold
from sirenbook.model.diagnostic import Diagnostic, Grade
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance
from sirenbook.model.wall import shown

_MEND_GAP = "Put somebody on call with `sirenbook oncall override`, or give the rotation members for these hours."
_MEND_ALONE = "Bind the later levels to somebody else, or have a turn covered with `sirenbook oncall cover`."


class While(Struct, frozen=True):
    """A finding with the times for which it holds."""

    diagnostic: Diagnostic
    severity: str
    times: tuple[tuple[datetime, datetime], ...]

    @property
    def seconds(self) -> int:
        """For how long it holds in all."""
        return round(sum(((end - start) for start, end in self.times), timedelta()).total_seconds())


def findings(policy: Policy, bindings: Bindings, ways: Ways, found: Sequence[Coverage]) -> list[While]:
    """Everything that is wrong, the gravest first, then the soonest."""
    listed = [w for each in found for w in (*_gaps(bindings, each), *_alone(bindings, each))]
    listed += _unreachable(bindings, ways)
    listed += _unequipped(policy, bindings, found)
    grave = {"error": 0, "warning": 1, "note": 2}
    return sorted(listed, key=lambda w: (grave[w.diagnostic.grade], w.times[0] if w.times else ()))


def _gaps(bindings: Bindings, found: Coverage) -> Iterator[While]:
    """Names that lead to nobody, each once: an error where a page begins with them."""
    for number, level in enumerate(found.levels):
        for target in () if level.again else dict.fromkeys(level.targets):
            times = _when(found.stretches, _lacks(number, target))
            if not times:
                continue
            first = number == 0
            what = "pages nobody" if first else f"pages nobody after {span(level.after)}"
            text = f"{found.title} {what} as “{target}”: {_spelt(bindings, times)}. {_instead(bindings)}"
            code = "SB330" if first else "SB331"
            grade: Grade = "error" if first else "warning"
            yield While(Diagnostic(code, grade, text, _MEND_GAP, level.why), found.severity, times)


def _lacks(number: int, target: str) -> Callable[[Stretch], bool]:
    return lambda stretch: target in stretch.called[number].nobody


def _instead(bindings: Bindings) -> str:
    last = ", ".join(p.name for p in bindings.last_resort)
    return f"The fallback ({last}) is paged instead." if last else "There is no fallback either."


def _alone(bindings: Bindings, found: Coverage) -> Iterator[While]:
    """People without whom nobody is left: on every level of a ladder, or on its only one without a fallback."""
    for person in dict.fromkeys(p for s in found.stretches for p in s.people):
        others = [p for p in bindings.last_resort if p.id != person]
        times = _when(found.stretches, _hangs_on(person))
        if not times or (len(found.levels) == 1 and others):
            continue
        name = person_name(bindings, person)
        then = f"only the fallback ({', '.join(p.name for p in others)}) is left" if others else "nobody is left"
        text = f"{found.title} hangs on {name} alone: if they do not answer, {then}. {_spelt(bindings, times)}."
        grade: Grade = "warning" if others else "error"
        yield While(Diagnostic("SB332", grade, text, _MEND_ALONE, found.levels[-1].why), found.severity, times)


def _hangs_on(person: str) -> Callable[[Stretch], bool]:
    return lambda stretch: person in stretch.people and stretch.without(person) is None


def _unreachable(bindings: Bindings, ways: Ways) -> Iterator[While]:
    """People who take turns and have no working contact method."""
    for rotation in bindings.rotations.values():
        for person in rotation.members:
            if not ways.get(person):
                name = person_name(bindings, person)
                methods = bindings.people[person].methods if person in bindings.people else ()
                why = "none of their contact methods works here" if methods else "has no contact method"
                text = f"{name} takes turns in rotation {rotation.name} and cannot be reached: {why}."
                place = bindings.places.get(f"people.{person}", Provenance("sirenbook.toml", 1, ""))
                help_ = "Give them a contact in [people], and set its channel up."
                yield While(Diagnostic("SB333", "error", text, help_, place), "", ())


def _unequipped(policy: Policy, bindings: Bindings, found: Sequence[Coverage]) -> Iterator[While]:
    """People on call who are not said to have what the playbook requires; and what is said of nobody."""
    people = dict.fromkeys(p for each in found for s in each.stretches for p in _on_call(policy, bindings, s))
    for person in people:
        if lacks := access.lacking(policy, bindings, person):
            text = f"{person_name(bindings, person)} is on call and is not said to have: {access.listed(lacks)}."
            help_ = f'Once they have it, add "{person}" to it under [access] of sirenbook.toml.'
            yield While(Diagnostic("SB334", "warning", text, help_, lacks[0].why), "", ())
    if people and (left := access.untold(policy, bindings)):
        text = f"The playbook requires, and [access] does not say who has it: {access.listed(left)}."
        help_ = f'Write "{left[0].what}" = ["{next(iter(people))}"] under [access] of sirenbook.toml.'
        yield While(Diagnostic("SB335", "note", text, help_, left[0].why), "", ())


def _on_call(policy: Policy, bindings: Bindings, stretch: Stretch) -> Iterator[str]:
    """Who is paged there as one of those on call: whoever is paged first, the backup, and who takes turns."""
    names = {fold(t) for t in (*policy.on_call, policy.backup) if t}
    taking_turns = {p for r in bindings.rotations.values() for p in r.members}
    for called in stretch.called:
        on_call = any(fold(t) in names for t in called.level.targets)
        yield from (p for p in called.people if on_call or p in taking_turns)


def _when(stretches: Iterable[Stretch], holds: Callable[[Stretch], bool]) -> tuple[tuple[datetime, datetime], ...]:
    """The times of the stretches of which something holds, joined where they touch."""
    times: list[tuple[datetime, datetime]] = []
    for each in stretches:
        if holds(each):
            begin = times.pop()[0] if times and times[-1][1] == each.start else each.start
            times.append((begin, each.end))
    return tuple(times)


def _spelt(bindings: Bindings, times: Sequence[tuple[datetime, datetime]]) -> str:
    """The first of some times by the team's clocks, and how many more there are."""
    zone = ZoneInfo(bindings.business_hours.zone)
    begin, end = (f"{shown(at, zone):%a %d %b %H:%M}" for at in times[0])
    more = f", and {len(times) - 1} more time{'s' if len(times) > 2 else ''}" if len(times) > 1 else ""
    return f"{begin} to {end} {zone.key}{more}"

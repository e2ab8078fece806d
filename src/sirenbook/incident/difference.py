"""What two policies differ in, in terms of people and clocks: where a text only moved, nothing differs."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, Literal

from msgspec import Struct

from sirenbook.incident.criteria import stems
from sirenbook.incident.severity import find
from sirenbook.incident.timeline import span
from sirenbook.incident.updates.promises import barred, owed
from sirenbook.model.bindings import fold
from sirenbook.model.clock import Clock
from sirenbook.model.policy import Level, Policy, Severity
from sirenbook.model.provenance import Provenance

Kind = Literal["added", "removed", "renamed"]
CLOCKS = ("response", "ack", "resolution", "update")
ALIKE = 2
"""How many marks two severities of different names must share to be taken for one that was renamed."""
MOST_COMPARED = 40
"""How many severities are compared each with each: nobody has more, and a text made to harm must not take long."""


class SeverityChange(Struct, frozen=True):
    """A severity that came, went, or goes by another name."""

    kind: Kind
    before: str
    after: str
    why_before: Provenance | None = None
    why_after: Provenance | None = None


class ClockChange(Struct, frozen=True):
    """A clock that came, went, or runs otherwise; `severity` is empty where it holds for the whole playbook."""

    severity: str
    what: str
    before: Clock | None
    after: Clock | None


class LevelChange(Struct, frozen=True):
    """An escalation level that came, went, is reached at another time, or brings in others; by severities."""

    severities: tuple[str, ...]
    before: Level | None
    after: Level | None


class FactChange(Struct, frozen=True):
    """Anything else that the playbook or its bindings say: what it is about, and how it read before and after."""

    what: str
    before: str
    after: str
    why_before: Provenance | None = None
    why_after: Provenance | None = None


class Pair(Struct, frozen=True):
    """One severity under its old and its new policy; None where it does not exist."""

    before: Severity | None
    after: Severity | None


class LevelPair(Struct, frozen=True):
    """One escalation level before and after; None where it does not exist."""

    before: Level | None
    after: Level | None


def pair_severities(old: Policy, new: Policy) -> list[Pair]:
    """Every severity with what became of it: by name, else by another name for it, else by what it is like."""
    before, after = list(old.severities), list(new.severities)
    found = _take(before, after, lambda s: s.name)
    found += _take_known(before, after, old, new)
    found += _take_alike(before, after)
    pairs = [Pair(a, b) for a, b in sorted(found, key=lambda both: both[1].rank)]
    return [*pairs, *(Pair(None, b) for b in after), *(Pair(a, None) for a in before)]


def _take(before: list[Any], after: list[Any], key: Callable[[Any], Any]) -> list[tuple[Any, Any]]:
    """Take out of both lists what has the same key, each once, in their order."""
    waiting: dict[Any, list[Any]] = {}
    for each in reversed(after):
        waiting.setdefault(key(each), []).append(each)
    found = [(a, waiting[key(a)].pop()) for a in before if waiting.get(key(a))]
    _take_out(before, after, found)
    return found


def _take_out(before: list[Any], after: list[Any], found: list[tuple[Any, Any]]) -> None:
    olds, news = {id(a) for a, _ in found}, {id(b) for _, b in found}
    before[:] = [a for a in before if id(a) not in olds]
    after[:] = [b for b in after if id(b) not in news]


def _take_known(
    before: list[Severity], after: list[Severity], old: Policy, new: Policy
) -> list[tuple[Severity, Severity]]:
    """Those that the other policy knows by a label or another name."""
    found: list[tuple[Severity, Severity]] = []
    for a in before[:MOST_COMPARED]:
        b = find(new, a.name) or next((x for x in after[:MOST_COMPARED] if find(old, x.name) is a), None)
        if b in after and all(b is not taken for _, taken in found):
            found.append((a, b))
    _take_out(before, after, found)
    return found


def _take_alike(before: list[Severity], after: list[Severity]) -> list[tuple[Severity, Severity]]:
    """Those that share enough marks, the most alike first."""
    both = product(before[:MOST_COMPARED], after[:MOST_COMPARED])
    scored = sorted(((likeness(a, b), a, b) for a, b in both), key=lambda x: -x[0])
    found: list[tuple[Severity, Severity]] = []
    for score, a, b in scored:
        if score >= ALIKE and all(a is not x and b is not y for x, y in found):
            found.append((a, b))
    _take_out(before, after, found)
    return found


def likeness(a: Severity, b: Severity) -> int:
    """How many marks two severities share: label, rank, stated clocks, and words that describe them."""
    score = 2 * (a.label is not None and b.label is not None and fold(a.label) == fold(b.label))
    score += a.rank == b.rank
    for what in CLOCKS:
        one, other = getattr(a, what), getattr(b, what)
        score += one is not None and _clock_content(one) == _clock_content(other)
    return score + (_described(a) == _described(b) != frozenset())


def _described(severity: Severity) -> frozenset[str]:
    return frozenset().union(*(stems(w.quote) for w in severity.words))


def severity_changes(pairs: Sequence[Pair]) -> list[SeverityChange]:
    """Severities added, removed and renamed."""
    return [change for pair in pairs if (change := _severity_change(pair.before, pair.after)) is not None]


def _severity_change(before: Severity | None, after: Severity | None) -> SeverityChange | None:
    if before is None:
        return SeverityChange("added", "", after.full_name, None, after.why) if after else None
    if after is None:
        return SeverityChange("removed", before.full_name, "", before.why, None)
    if before.full_name == after.full_name:
        return None
    return SeverityChange("renamed", before.full_name, after.full_name, before.why, after.why)


def clock_changes(old: Policy, new: Policy, pairs: Sequence[Pair]) -> list[ClockChange]:
    """Every clock of a severity that stayed, and of the whole playbook, that is not what it was."""
    found = [
        ClockChange(pair.after.name, what, getattr(pair.before, what), getattr(pair.after, what))
        for pair in pairs
        if pair.before and pair.after
        for what in CLOCKS
    ]
    found += [ClockChange("", "ack", old.ack, new.ack), ClockChange("", "watch", old.watch, new.watch)]
    return [c for c in found if _clock_content(c.before) != _clock_content(c.after)]


def _clock_content(clock: Clock | None) -> tuple[int, bool] | None:
    return (clock.seconds, clock.business) if clock else None


def level_changes(old: Policy, new: Policy, pairs: Sequence[Pair]) -> list[LevelChange]:
    """Every escalation level of a severity that stayed that is not what it was; equal changes told once."""
    found: dict[Any, LevelChange] = {}
    for pair in pairs:
        if pair.before is None or pair.after is None:
            continue
        for levels in pair_levels(old.levels_of(pair.before.name), new.levels_of(pair.after.name)):
            key = (_level_content(levels.before), _level_content(levels.after))
            if key[0] != key[1]:
                known = found.get(key)
                severities = (*(known.severities if known else ()), pair.after.name)
                found[key] = LevelChange(severities, levels.before, levels.after)
    return list(found.values())


def pair_levels(before: Sequence[Level], after: Sequence[Level]) -> list[LevelPair]:
    """Every level with what became of it: the same, else for the same people, else at the same time."""
    olds, news = list(before), list(after)
    found = _take(olds, news, _level_content)
    found += _take(olds, news, lambda x: (_whom(x), x.until, x.manner))
    found += _take(olds, news, lambda x: (x.after, x.until, x.business))
    found += _take(olds, news, _whom)
    pairs = [LevelPair(a, b) for a, b in found]
    return [*pairs, *(LevelPair(None, b) for b in news), *(LevelPair(a, None) for a in olds)]


def _whom(level: Level) -> frozenset[str]:
    return frozenset(map(fold, level.who))


def _level_content(level: Level | None) -> tuple[Any, ...] | None:
    if level is None:
        return None
    by_hand = (level.kind, level.advised)
    return (_whom(level), level.after, level.until, level.manner, level.business, by_hand)


def fact_changes(old: Policy, new: Policy) -> list[FactChange]:
    """What else differs: who is on call, what restarts a clock, reviews, runbooks, templates, contacts, figures."""
    one, other = dict(_facts(old)), dict(_facts(new))
    return [
        FactChange(what, _said(one, what), _said(other, what), _place(one, what), _place(other, what))
        for what in dict.fromkeys((*one, *other))
        if _content(one, what) != _content(other, what)
    ]


Fact = tuple[str, Any, Provenance | None]
"""How a fact reads, what it is compared by, and where it stands."""


def _said(facts: dict[str, Fact], what: str) -> str:
    return facts[what][0] if what in facts else ""


def _content(facts: dict[str, Fact], what: str) -> Any:
    return facts[what][1] if what in facts else None


def _place(facts: dict[str, Fact], what: str) -> Provenance | None:
    return facts[what][2] if what in facts else None


def _facts(policy: Policy) -> Iterator[tuple[str, Fact]]:
    yield "who is on call", _fact(", ".join(policy.on_call), policy.on_call_why)
    if policy.backup:
        yield "who is in reserve", _fact(policy.backup, policy.backup_why)
    restart = "starts its clocks afresh" if policy.restart_on_regrade else "keeps the time that has passed"
    yield "a new severity", _fact(restart, None)
    if policy.in_doubt_higher:
        yield "in doubt", _fact("the higher severity holds", policy.in_doubt_higher)
    for review in policy.reviews:
        within = f"within {amount(review.within)}"
        yield f"{review.what}{_for(review.severities)}", _fact(within, review.within.why)
    for metric in policy.metrics:
        said = f"{metric.op} {metric.value:g} {metric.unit}".strip()
        yield f"{metric.name}{_for((metric.severity,) if metric.severity else ())}", _fact(said, metric.why)
    yield from _promised(policy)
    yield from _papers(policy)


def _promised(policy: Policy) -> Iterator[tuple[str, Fact]]:
    """What is told to whom by the clock, what never is, what security demands, and who has which role."""
    for severity in policy.severities:
        for each in owed(policy, severity):
            if each.audience != "internal" or each.every is not severity.update:
                times = [("first within", each.first), ("then every" if each.first else "every", each.every)]
                said = ", ".join(f"{words} {amount(clock)}" for words, clock in times if clock)
                why = (each.first or each.every or severity).why
                yield f"updates to {each.audience} for {severity.name}", _fact(said, why)
        if bar := barred(policy, severity, "customers"):
            yield f"words outside for {severity.name}", _fact("never", bar)
    for rule in policy.security:
        yield f"security: {rule.kind}", _fact(", ".join(rule.who) or "yes", rule.why)
    for role in policy.roles:
        yield f"role {role.name}", _fact("; ".join(d.text for d in role.duties) or "named", role.why)


def _papers(policy: Policy) -> Iterator[tuple[str, Fact]]:
    """What people work with by hand."""
    for rule in policy.alerts:
        said = f"{rule.severity or 'no severity'}, {rule.runbook or 'no runbook'}"
        yield f"alert {rule.name}", _fact(said, rule.why)
    for runbook in policy.runbooks:
        count, manual = len(runbook.commands), len(runbook.steps) - len(runbook.commands)
        said = f"{count} command{'s' if count != 1 else ''}" + (f", {manual} to do by hand" if manual else "")
        content = tuple((s.language, s.text, s.branch) for s in runbook.steps), runbook.branches
        yield f"runbook {runbook.title}", (said, content, runbook.why)
    for routine in policy.routines:
        told = routine.begins, routine.ends, tuple((s.language, s.text) for s in routine.steps)
        yield f"{routine.kind} {routine.title}", (f"{len(routine.steps)} steps", told, routine.why)
    for template in policy.templates:
        yield f"template {template.title}", (f"{len(template.text)} characters", template.text, template.why)
    for contact in policy.contacts:
        yield f"contact {contact.name}", _fact(", ".join(contact.ways), contact.why)


def _fact(said: str, why: Provenance | None) -> Fact:
    return said, said, why


def _for(severities: Sequence[str]) -> str:
    return f" for {', '.join(severities)}" if severities else ""


def amount(clock: Clock | None) -> str:
    """A clock's amount as people say it."""
    if clock is None:
        return "no time stated"
    return span(clock.seconds) + (" of business hours" if clock.business else "")

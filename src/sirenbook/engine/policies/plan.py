"""What a new playbook would change: for people and clocks, for alerts, and for open incidents. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from sirenbook.engine.policies.reading import Loaded, every_finding
from sirenbook.engine.rehearsal import whatif
from sirenbook.engine.rehearsal.rehearse import Names, Rehearsal, reaches_somebody, rehearse
from sirenbook.engine.rehearsal.whatif import Ahead, Running
from sirenbook.incident import difference
from sirenbook.incident.difference import ClockChange, FactChange, LevelChange, Pair, SeverityChange
from sirenbook.incident.rebinding import binding_changes
from sirenbook.incident.severity import classify
from sirenbook.model.bindings import fold
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance

LONGEST_LOOK = timedelta(hours=24)
AFTERWARDS = timedelta(minutes=20)
MOST_ROWS = 60
MOST_TABLES = 30
REMINDERS = ("UpdateDue", "UpdateNudged", "ResolutionAtRisk")
"""What the tables leave out: reminders follow from their clocks, which are told by themselves."""
_PLACES = re.compile(r"(?<=\w):\d+\b|\(lines [^)]*\)")


class Seen(Struct, frozen=True):
    """Alerts that came lately and agree on every label that grades them: how often, and the labels."""

    name: str
    labels: dict[str, str]
    count: int = 1


class Row(Struct, frozen=True):
    """Whom one instant of an incident reaches, by seconds since it opened: now, and under the new playbook."""

    offset: int
    before: tuple[str, ...]
    after: tuple[str, ...]


class Table(Struct, frozen=True):
    """Who would be paged when for one severity, if nobody answered; `before` is empty where it is new."""

    before: str
    after: str
    rows: tuple[Row, ...]

    @property
    def differs(self) -> bool:
        """Whether any row does."""
        return any(row.before != row.after for row in self.rows)


class TargetChange(Struct, frozen=True):
    """A name of the playbook that reaches other people than it did; nobody where `after` is empty."""

    target: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    why: Provenance | None = None


class QuestionChange(Struct, frozen=True):
    """A question whose value in force is another, although it was neither raised nor closed."""

    key: str
    before: str
    after: str
    at: Provenance


class Regrading(Struct, frozen=True):
    """An alert seen lately that would be graded otherwise, with the reasons."""

    alert: str
    count: int
    before: str
    after: str
    reason_before: str
    reason_after: str
    why: Provenance


class IncidentPlan(Struct, frozen=True):
    """One open incident. It keeps the playbook that it opened under; `instead` only tells of the new one.

    `really` is what does change for it, because people and business hours hold for every incident. `instead` holds
    pairs of what lies ahead by its own playbook and by the new one.
    """

    id: str
    title: str
    severity: str
    status: str
    policy: str
    instead: tuple[Ahead, ...] = ()
    really: tuple[Ahead, ...] = ()
    note: str = ""


class Plan(Struct, frozen=True):
    """Everything that differs between the playbook in force and a new one."""

    before: str
    after: str
    severities: list[SeverityChange] = field(default_factory=list)
    clocks: list[ClockChange] = field(default_factory=list)
    levels: list[LevelChange] = field(default_factory=list)
    facts: list[FactChange] = field(default_factory=list)
    bindings: list[FactChange] = field(default_factory=list)
    targets: list[TargetChange] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    opened: list[Question] = field(default_factory=list)
    closed: list[Question] = field(default_factory=list)
    revalued: list[QuestionChange] = field(default_factory=list)
    unmatched_answers: list[str] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    gone: list[Diagnostic] = field(default_factory=list)
    alerts: list[Regrading] = field(default_factory=list)
    incidents: list[IncidentPlan] = field(default_factory=list)

    @property
    def errors(self) -> list[Diagnostic]:
        """The errors that the new playbook brings; those that the old one has too are not its fault."""
        return [d for d in self.found if d.grade == "error"]

    @property
    def same(self) -> bool:
        """Whether nothing differs for anybody: the text may have moved or been put otherwise."""
        lists = (self.severities, self.clocks, self.levels, self.facts, self.bindings, self.targets, self.alerts)
        asked = (self.opened, self.closed, self.revalued, self.unmatched_answers, self.found, self.gone)
        return not any((*lists, *asked)) and not any(t.differs for t in self.tables)


def compare(old: Loaded, new: Loaded, running: Sequence[Running], seen: Sequence[Seen], now: datetime) -> Plan:
    """What differs when `new` follows `old`, given the open incidents and the alerts of late."""
    pairs = difference.pair_severities(old.policy, new.policy)
    was, is_ = (every_finding(x, now.date()) for x in (old, new))
    one, other = _open_questions(old.policy), _open_questions(new.policy)
    return Plan(
        before=old.policy.digest,
        after=new.policy.digest,
        severities=difference.severity_changes(pairs),
        clocks=difference.clock_changes(old.policy, new.policy, pairs),
        levels=difference.level_changes(old.policy, new.policy, pairs),
        facts=difference.fact_changes(old.policy, new.policy),
        bindings=list(binding_changes(old.bindings, new.bindings)),
        targets=list(_targets(old, new, now)),
        tables=_tables(old, new, pairs, now),
        opened=[q for key, q in other.items() if key not in one],
        closed=[q for key, q in one.items() if key not in other],
        revalued=list(_revalued(old.policy, new.policy)),
        unmatched_answers=_unmatched(old, new),
        found=_without(is_, was),
        gone=_without(was, is_),
        alerts=list(_alerts(old, new, pairs, seen)),
        incidents=[_incident(each, old, new, now) for each in running],
    )


def _open_questions(policy: Policy) -> dict[str, Question]:
    return {q.key: q for q in policy.questions if not q.answered}


def _revalued(old: Policy, new: Policy) -> Iterator[QuestionChange]:
    known = {q.key: q for q in old.questions}
    for question in new.questions:
        before = known.get(question.key)
        if before is not None and before.default != question.default:
            yield QuestionChange(question.key, before.default, question.default, question.at)


def _unmatched(old: Loaded, new: Loaded) -> list[str]:
    """Answers that fitted a question of the old playbook and fit none of the new one."""
    asked = {q.key for q in old.policy.questions}
    asks = {q.key for q in new.policy.questions}
    return [key for key in new.bindings.answers if key in asked and key not in asks]


def _without(findings: Sequence[Diagnostic], others: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The findings that are not among the others, whatever line they stand on."""
    left = Counter(map(_content, others))
    kept = []
    for each in findings:
        if left[_content(each)] > 0:
            left[_content(each)] -= 1
        else:
            kept.append(each)
    return kept


def _content(finding: Diagnostic) -> tuple[str, str, str]:
    return finding.code, finding.grade, _PLACES.sub("", finding.text)


def _targets(old: Loaded, new: Loaded, now: datetime) -> Iterator[TargetChange]:
    """Names whose people changed: those of the new playbook, each once whatever its case."""
    known = {fold(t) for t in old.policy.targets}
    for name, target in {fold(t): t for t in reversed(new.policy.targets)}.items():
        before = tuple(p.name for p in old.bindings.reach(target, now)) if name in known else ()
        after = tuple(p.name for p in new.bindings.reach(target, now))
        if before != after and (name in known or not after):
            yield TargetChange(target, before, after, _first_line(new.policy, name))


def _first_line(policy: Policy, name: str) -> Provenance:
    return next((x.why for x in policy.levels if name in map(fold, x.who)), policy.on_call_why)


def _tables(old: Loaded, new: Loaded, pairs: Sequence[Pair], now: datetime) -> list[Table]:
    """Who would be paged when, for every severity, side by side."""
    people = all(reaches_somebody(x.policy, x.bindings) for x in (old, new))
    names: Names = "people" if people else "targets"
    found = []
    for pair in pairs[:MOST_TABLES]:
        horizon = _horizon(old.policy, new.policy, pair)
        before = _played(old, pair.before.name, now, horizon, names) if pair.before else {}
        after = _played(new, pair.after.name, now, horizon, names) if pair.after else {}
        offsets = sorted(before.keys() | after.keys())
        rows = tuple(Row(at, before.get(at, ()), after.get(at, ())) for at in offsets)
        name_before, name_after = (s.name if s else "" for s in (pair.before, pair.after))
        found.append(Table(name_before, name_after, rows[:MOST_ROWS]))
    return found


def _horizon(old: Policy, new: Policy, pair: Pair) -> timedelta:
    """A little beyond the last level of either, a day at most."""
    levels = [*(old.levels_of(pair.before.name) if pair.before else ())]
    levels += new.levels_of(pair.after.name) if pair.after else ()
    last = max((x.after for x in levels if x.after is not None), default=0)
    return min(timedelta(seconds=last), LONGEST_LOOK) + AFTERWARDS


def _played(
    loaded: Loaded, severity: str, now: datetime, horizon: timedelta, names: Names
) -> dict[int, tuple[str, ...]]:
    """By seconds since it opened: whom an incident that nobody answers reaches then."""
    played: Rehearsal = rehearse(loaded.policy, loaded.bindings, severity, start=now, horizon=horizon, names=names)
    found: dict[int, dict[str, str]] = {}
    for step in played.steps:
        if step.kind in REMINDERS or not step.who:
            continue
        row = found.setdefault(round(step.offset.total_seconds()), {})
        for each in step.who:
            called = each.name if each.name == each.target else f"{each.name} ({each.target})"
            if each.demand == "page" or called not in row:  # whoever is paged needs no word besides
                row[called] = "page" if each.demand == "page" else "inform"
    return {at: tuple(sorted(f"{verb} {called}" for called, verb in row.items())) for at, row in found.items()}


def _alerts(old: Loaded, new: Loaded, pairs: Sequence[Pair], seen: Sequence[Seen]) -> Iterator[Regrading]:
    """Alerts of late that would be graded otherwise; a severity that was only renamed is the same one."""
    became = {p.before.name: p.after.name for p in pairs if p.before and p.after}
    if not (old.policy.severities and new.policy.severities):
        return
    for each in seen:
        before = classify(old.policy, old.bindings, each.labels)
        after = classify(new.policy, new.bindings, each.labels)
        if became.get(before.severity) != after.severity:
            yield Regrading(
                alert=each.name,
                count=each.count,
                before=before.severity,
                after=after.severity,
                reason_before=before.reason,
                reason_after=after.reason,
                why=after.why,
            )


def _incident(each: Running, old: Loaded, new: Loaded, now: datetime) -> IncidentPlan:
    """One open incident as it goes on, and as it would under the new playbook."""
    incident = each.incident
    foreseen = whatif.under(each, new.policy, new.bindings, now)
    return IncidentPlan(
        id=incident.number,
        title=incident.title,
        severity=incident.severity,
        status=incident.status,
        policy=incident.policy,
        instead=foreseen or (),
        really=whatif.rebound(each, old.bindings, new.bindings, now),
        note="" if foreseen is not None else f"the new playbook has no severity {incident.severity}",
    )


def distinct(alerts: Sequence[Mapping[str, str]], wanted: Sequence[str]) -> list[Seen]:
    """Alerts merged where they agree on the labels that grade them, the most frequent first."""
    counted = Counter(tuple((k, v) for k in wanted if (v := labels.get(k))) for labels in alerts)
    return [
        Seen(dict(labels).get("alertname") or "unnamed alert", dict(labels), count)
        for labels, count in counted.most_common()
    ]

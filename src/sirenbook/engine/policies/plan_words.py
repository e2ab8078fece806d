"""A plan in plain words: the same lines for a terminal, a log and a page."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sirenbook.engine.policies.plan import IncidentPlan, Plan, Regrading, Row, Table, TargetChange
from sirenbook.engine.rehearsal.whatif import Ahead
from sirenbook.incident.difference import ClockChange, FactChange, LevelChange, SeverityChange, amount
from sirenbook.incident.timeline import span
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.policy import Level
from sirenbook.model.provenance import Provenance

SAME = "Nothing changes for anybody: no clock, no level, no person, no alert."
MOST_ROWS = 8
MOST_INCIDENTS = 20
SHORT = 12
CLOCKS = {
    "response": "respond within",
    "ack": "acknowledge within",
    "resolution": "resolve within",
    "update": "status update every",
    "watch": "resolves when quiet for",
}
_VERBS = {"page": "page", "notify": "inform", "ticket": "write a ticket for"}
Clock = Callable[[datetime], str]


def words(plan: Plan, clock: Clock) -> Iterator[tuple[str, list[str]]]:
    """The plan as headings with their lines; `clock` writes an instant. Nothing where nothing differs."""
    for heading, lines in (
        ("Severities", [severity(x) for x in plan.severities]),
        ("Clocks", [clock_words(x) for x in plan.clocks]),
        ("Escalation", [level(x) for x in plan.levels]),
        ("Who would be paged when, if nobody answered", _tables(plan.tables)),
        ("Names and people", [*map(target, plan.targets), *map(fact, plan.bindings)]),
        ("Also in the playbook", [fact(x) for x in plan.facts]),
        ("Alerts of the last 30 days that would be graded otherwise", [regrading(x) for x in plan.alerts]),
        ("Questions", list(_questions(plan))),
        ("Findings", [*(finding("new", d) for d in plan.found), *(finding("gone", d) for d in plan.gone)]),
        ("Open incidents", list(_incidents(plan.incidents, clock))),
    ):
        if lines:
            yield heading, lines


def short(plan: Plan) -> list[str]:
    """The weightiest lines of a plan, a dozen at most."""
    if plan.same:
        return [SAME]
    lines = [
        *map(severity, plan.severities),
        *map(clock_words, plan.clocks),
        *map(level, plan.levels),
        *map(target, plan.targets),
        *(finding("new", d) for d in plan.found if d.grade == "error"),
        *map(regrading, plan.alerts),
        *map(fact, plan.bindings),
        *map(fact, plan.facts),
    ]
    left = len(lines) - SHORT
    return [*lines[:SHORT], *([f"… and {left} more"] if left > 0 else [])]


def severity(change: SeverityChange) -> str:
    """A severity that came, went or was renamed."""
    if change.kind == "added":
        return f"{change.after} is new{_at(change.why_after)}"
    if change.kind == "removed":
        return f"{change.before} is gone{_at(change.why_before, 'was ')}"
    return f"{change.before} is now called {change.after}{_at(change.why_after)}"


def clock_words(change: ClockChange) -> str:
    """A clock that runs otherwise: from what to what, with both lines."""
    what = CLOCKS[change.what]
    whose = f"{change.severity}: " if change.severity else ""
    before, after = change.before, change.after
    where = _both(before.why if before else None, after.why if after else None)
    if before is None:
        return f"{whose}{what} {amount(after)}, had no time{where}"
    if after is None:
        return f"{whose}{what} {amount(before)} no longer holds{where}"
    return f"{whose}{what} {amount(after)}, was {amount(before)}{where}"


def level(change: LevelChange) -> str:
    """An escalation level that came, went, moved, or brings in others."""
    whose = f"{', '.join(change.severities)}: "
    before, after = change.before, change.after
    where = _both(before.why if before else None, after.why if after else None)
    if before is None:
        assert after is not None
        return f"{whose}new: {level_words(after)}{where}"
    if after is None:
        return f"{whose}gone: {level_words(before)}{where}"
    now, then = level_words(after), level_words(before)
    if now == then:  # reached at once: the clock matters only to who has acknowledged when the severity changes
        now, then = f"{now} unless {after.until}", f"{then} unless {before.until}"
    return f"{whose}{now}; was {then}{where}"


def level_words(x: Level) -> str:
    """A level on its own: whom, when, unless what."""
    whom = f"{_VERBS[x.manner]} {', '.join(x.who)}"
    if x.after is None:
        return f"{whom} {x.by_hand(span)}"
    hours = " of business hours" if x.business else ""
    return f"{whom} after {span(x.after)}{hours} unless {x.until}" if x.after else f"{whom} at once"


def fact(change: FactChange) -> str:
    """Anything else: how it reads, how it read."""
    where = _both(change.why_before, change.why_after)
    if not change.before:
        return f"{change.what}: {change.after} (new){where}"
    if not change.after:
        return f"{change.what}: gone, was {change.before}{where}"
    if change.before == change.after:
        return f"{change.what}: changed{where}"
    return f"{change.what}: {change.after}; was {change.before}{where}"


def target(change: TargetChange) -> str:
    """A name of the playbook and the people behind it."""
    if not change.after:
        lost = f", it reached {', '.join(change.before)}" if change.before else ""
        return f"{change.target} reaches nobody{lost}{_at(change.why)}"
    return f"{change.target} reaches {', '.join(change.after)}, was {', '.join(change.before) or 'nobody'}"


def regrading(change: Regrading) -> str:
    """An alert that would be graded otherwise, and why."""
    times = f" ({change.count} lately)" if change.count > 1 else ""
    return f"{change.alert}{times}: {change.after}, was {change.before}; {change.reason_after}{_at(change.why)}"


def _tables(tables: Sequence[Table]) -> list[str]:
    return [line for table in tables if table.differs for line in _table(table)]


def _table(table: Table) -> Iterator[str]:
    name = table.after or table.before
    yield name if table.before in ("", name) or not table.after else f"{name} (was {table.before})"
    rows = [row for row in table.rows if row.before != row.after]
    said = [(text, list(same)) for text, same in groupby(rows, lambda row: row_words(row, table))]
    for text, same in said[:MOST_ROWS]:
        yield f"  {', '.join(f'+{span(row.offset)}' for row in same)}: {text}"
    if len(said) > MOST_ROWS:
        yield f"  … and at {sum(len(same) for _, same in said[MOST_ROWS:])} later times"


def row_words(row: Row, table: Table) -> str:
    """Who comes in and who is left out at one instant; of a severity that is new or gone, everybody."""
    if not table.before:
        return ", ".join(row.after)
    if not table.after:
        return f"no longer {', '.join(row.before)}"
    more = [x for x in row.after if x not in row.before]
    fewer = [x for x in row.before if x not in row.after]
    parts = [f"{'also ' if row.before else ''}{', '.join(more)}"] if more else []
    return "; ".join([*parts, *([f"no longer {', '.join(fewer)}"] if fewer else [])])


def _questions(plan: Plan) -> Iterator[str]:
    for question in plan.opened:
        yield f"open: {asked(question)}"
    for question in plan.closed:
        yield f"closed: {question.text} ({question.key})"
    for change in plan.revalued:
        yield f"{change.key}: {change.after}, was {change.before}{_at(change.at)}"
    for key in plan.unmatched_answers:
        yield f"the answer {key} in sirenbook.toml fits no question any more"


def asked(question: Question) -> str:
    """A question with the default that holds until it is answered."""
    return f"{question.text} {question.key} = {question.default}{_at(question.at)}"


def finding(state: str, found: Diagnostic) -> str:
    """A finding that came or went."""
    mend = f" {found.help}" if state == "new" else ""
    return f"{state}: {found.code} {found.grade}: {found.text}{mend}{_at(found.at)}"


def _incidents(incidents: Sequence[IncidentPlan], clock: Clock) -> Iterator[str]:
    if incidents:
        yield "Each keeps the playbook that it opened under; people and business hours hold for all."
    told = [x for x in incidents if x.instead or x.really or x.note]
    for each in told[:MOST_INCIDENTS]:
        yield f"{each.id} {each.severity} {each.title}{': ' + each.note if each.note else ''}"
        yield from (f"  changes, by the new people and hours: {really(x, clock)}" for x in each.really)
        yield from (f"  if it followed the new one: {instead(x, clock)}" for x in each.instead)
    if len(told) > MOST_INCIDENTS:
        yield f"… and {len(told) - MOST_INCIDENTS} more that would run otherwise"
    if len(told) < len(incidents):
        yield f"{len(incidents) - len(told)} would run the same under either."


def really(x: Ahead, clock: Clock) -> str:
    """What will be otherwise for an open incident: when it comes then, and when it would have come."""
    return f"{_moved(x, clock, 'was')}{_at(x.why)}"


def instead(x: Ahead, clock: Clock) -> str:
    """What would be otherwise if an open incident followed the new playbook, and what it keeps."""
    return f"{_moved(x, clock, 'it keeps')}{_at(x.why)}"


def _moved(x: Ahead, clock: Clock, before: str) -> str:
    if x.would is None:
        return f"not: {x.text}, {before} {clock(x.keeps) if x.keeps else ''}".rstrip()
    return f"at {clock(x.would)}: {x.text}" + (f", {before} {clock(x.keeps)}" if x.keeps else "")


def _at(why: Provenance | None, lead: str = "") -> str:
    return f" [{lead}{why}]" if why is not None and why.stated else ""


def _both(before: Provenance | None, after: Provenance | None) -> str:
    """Where it stands and where it stood."""
    found = [str(after)] if after is not None and after.stated else []
    if before is not None and before.stated:
        found.append(f"was {before}")
    return f" [{', '.join(found)}]" if found else ""

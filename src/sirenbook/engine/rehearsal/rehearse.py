"""Rehearses an incident on a virtual clock: who would be paged and when, by the same core that pages people."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.rehearsal.first_alert import opened_by_alert
from sirenbook.engine.rehearsal.stage import Planned, Stage
from sirenbook.engine.rehearsal.whole_life import LONGEST, WholeLife
from sirenbook.incident.after.aftermath import outstanding
from sirenbook.incident.context import Context
from sirenbook.incident.measures.timings import Timings, timings
from sirenbook.incident.timeline import describe, person_name, span
from sirenbook.model import event as e
from sirenbook.model import update_event as u
from sirenbook.model.bindings import Bindings, fold
from sirenbook.model.command import Open
from sirenbook.model.diagnostic import Question
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Level, Policy
from sirenbook.model.progress_event import PhaseReached
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.bindings.reader import demo_bindings

Names = Literal["people", "targets"]
Demand = Literal["page", "notify"]

AFTERWARDS = timedelta(hours=4)
SHORTEST = timedelta(hours=6)
ANSWERED = timedelta(minutes=4)
SOLVED = timedelta(hours=2)
"""When somebody acknowledges, and holds it to be solved, in a whole rehearsal where nothing else is asked for."""
CLEARED_BEFORE = timedelta(minutes=5)
"""How long before that the alerts end."""


class Reached(Struct, frozen=True):
    """Somebody who hears of a step: by which name of the playbook, and whether an answer is demanded."""

    name: str
    target: str
    demand: Demand


class Step(Struct, frozen=True):
    """Something that happens, so long after the start, with everybody who hears of it at once."""

    offset: timedelta
    kind: str
    text: str
    who: tuple[Reached, ...] = ()
    why: Provenance | None = None


class NotReached(Struct, frozen=True):
    """An escalation level that was not reached, and what spared it."""

    level: Level
    reason: Literal["acknowledged", "resolved", "by hand", "later"]


class Rehearsal(Struct, frozen=True):
    """One incident from beginning to end or horizon. `cut` when it was left at the most steps there may be."""

    severity: str
    start: datetime
    steps: tuple[Step, ...]
    not_reached: tuple[NotReached, ...]
    assumed: tuple[Question, ...]
    ended: Literal["resolved", "horizon", "nothing ahead"]
    cut: bool = False


def rehearse(
    policy: Policy,
    bindings: Bindings,
    severity: str,
    *,
    start: datetime,
    title: str = "A rehearsal",
    ack_after: timedelta | None = None,
    resolve_after: timedelta | None = None,
    horizon: timedelta | None = None,
    names: Names = "people",
    tells: bool = True,
    whole: bool = False,
) -> Rehearsal:
    """What follows when an incident of this severity opens at `start`. Raises KeyError for an unknown severity.

    Whoever was paged first acknowledges after `ack_after`; nobody does without it. Then they give every update when
    it is due, unless `tells` is False. A `whole` one goes on to the last action item; an update and the item are
    late in it. With `names` "people" the bindings hold as they are, gaps included; with "targets" somebody stands
    behind every name of the playbook, and steps call them by that name.
    """
    grade = policy.severity(severity)
    stage = (WholeLife if whole else Stage)(policy, _cast(policy, bindings, names), start, tells=tells)
    opening = Open(title=title, severity=grade.name, reason="rehearsed", why=grade.why, by="")
    if whole:
        opening = opened_by_alert(policy, stage.bindings, grade, start)
        ack_after, resolve_after, horizon = ack_after or ANSWERED, resolve_after or SOLVED, horizon or LONGEST
    stage.play(start, replace(opening, drill=True))
    until = start + (horizon or _horizon(stage.context(start), stage.incident))
    cut = stage.run(_plan(start, ack_after, resolve_after, alerted=whole), until)
    return Rehearsal(
        severity=grade.name,
        start=start,
        steps=(*_steps(stage, names), *(_measured(stage) if whole else _afterwards(stage))),
        not_reached=tuple(_not_reached(policy, stage.incident)),
        assumed=tuple(q for q in policy.questions if not q.answered),
        ended=stage.ending,
        cut=cut,
    )


def reaches_somebody(policy: Policy, bindings: Bindings) -> bool:
    """Whether any name of the playbook is bound to a person, so that people's names are worth showing."""
    return any(bindings.everyone(target) for target in policy.targets)


def _cast(policy: Policy, bindings: Bindings, names: Names) -> Bindings:
    """The people to rehearse with. Called as the playbook does, nobody may stand behind two names at once."""
    if names == "people":
        return bindings
    alone = replace(bindings, people={}, targets={}, fallback=())
    return demo_bindings(policy, alone)


def _plan(
    start: datetime, ack_after: timedelta | None, resolve_after: timedelta | None, *, alerted: bool
) -> list[Planned]:
    """What people do, earliest first."""
    done: list[Planned] = []
    if ack_after is not None:
        done.append((start + ack_after, "acknowledge"))
    if resolve_after is not None:
        done.append((start + resolve_after, "resolve"))
    if resolve_after is not None and alerted:
        done.append((start + max(resolve_after - CLEARED_BEFORE, timedelta(0)), "cleared"))
    return sorted(done)


def _horizon(context: Context, incident: Incident) -> timedelta:
    """Four hours after the last level, or six hours where no level is timed."""
    assert incident.graded_at is not None
    last = timedelta(0)
    for level in context.levels(incident):
        if level.after is not None:
            reached_at = context.later(incident.graded_at, level.after, level.business)
            last = max(last, reached_at - incident.graded_at)
    return last + AFTERWARDS if last else SHORTEST


def _steps(stage: Stage, names: Names) -> Iterator[Step]:
    """The entries as steps: pages and notifications belong to whatever caused them."""
    current: Step | None = None
    for entry in stage.entries:
        if isinstance(entry.event, PhaseReached):
            continue  # a rehearsal tells who is reached, and nobody is by a phase
        offset = entry.at - stage.start
        heard = _heard(entry.event, stage, names)
        if heard is not None and current is not None and current.offset == offset:
            current = replace(current, who=(*current.who, heard))
            continue
        if current is not None:
            yield current
        text = _text(entry.event, stage, names)
        why = getattr(entry.event, "why", None)
        current = Step(offset, type(entry.event).__name__, text, (heard,) if heard else (), why)
    if current is not None:
        yield current


def _afterwards(stage: Stage) -> Iterator[Step]:
    """What is due once it is over."""
    if not stage.incident.open and stage.incident.resolved_at is not None:
        for each in outstanding(stage.context(stage.incident.resolved_at), stage.incident):
            yield Step(each.due - stage.start, "Overdue", f"Due: {each.what}", (), each.why)


def _measured(stage: Stage) -> Iterator[Step]:
    """What the measures say of it at its end."""
    ends = stage.entries[-1].at
    found = timings(stage.context(ends), stage.incident.id, stage.entries)
    times = {
        "detected": found.detected,
        "acknowledged": found.acknowledged,
        "first update": found.first_update,
        "recovered": found.recovered,
    }
    told = [f"{name} {span(round(taken))}" for name, taken in times.items() if taken is not None]
    told += [f"{name} {'kept' if kept else 'missed'}" for name, kept in _targets(found) if kept is not None]
    told.append(f"updates {found.updates_kept} kept, {found.updates_missed} missed")
    told.append(f"reviews {found.reviews_kept} kept, {found.reviews_missed} missed")
    told.append(f"items {found.items_done} of {found.items} done, {len(found.pages)} pages")
    yield from (Step(ends - stage.start, "Measured", text) for text in told)


def _targets(found: Timings) -> tuple[tuple[str, bool | None], ...]:
    return ("response", found.response_kept), ("resolution", found.resolution_kept)


def _heard(event: e.Event, stage: Stage, names: Names) -> Reached | None:
    if not isinstance(event, e.Paged | e.Notified):
        return None
    demand: Demand = "page" if isinstance(event, e.Paged) else "notify"
    known = fold(event.target) in stage.bindings.targets
    name = event.target if names == "targets" and known else _called(event.person, stage, names)
    return Reached(name, event.target, demand)


def _called(person: str, stage: Stage, names: Names) -> str:
    """A person by name, or by the playbook's name for them."""
    if names == "targets":
        for target in stage.policy.targets:
            if person in stage.bindings.targets.get(fold(target), ()):
                return target
    return person_name(stage.bindings, person)


def _text(event: e.Event, stage: Stage, names: Names) -> str:
    if isinstance(event, e.Opened):
        by = f" by {event.alerts} alerts of {event.title}: {event.reason}" if event.alerts else ""
        return f"Opened as {event.severity}{by}"
    if isinstance(event, u.UpdateGiven):
        return f"{_called(event.by, stage, names)} tells {event.audience}"
    if isinstance(event, e.Acknowledged | e.Resolved):
        verb = "Acknowledged" if isinstance(event, e.Acknowledged) else "Resolved"
        return f"{verb} by {_called(event.by, stage, names)}" if event.by else verb
    return describe(event, stage.bindings).text


def _not_reached(policy: Policy, incident: Incident) -> Iterator[NotReached]:
    for level in policy.levels_of(incident.severity):
        if level.key in incident.reached:
            continue
        if level.after is None:
            yield NotReached(level, "by hand")
        elif level.until == "acknowledged" and incident.first_acknowledged_at is not None:
            yield NotReached(level, "acknowledged")
        else:
            yield NotReached(level, "later" if incident.open else "resolved")

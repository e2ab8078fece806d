"""What one incident took, beside what its playbook promised: the clocks, the levels, and how each page arrived."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.incident.context import Context
from sirenbook.incident.core import evolve
from sirenbook.incident.measures.timings import Timings, timings
from sirenbook.model import event as e
from sirenbook.model.clock import Clock
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Level
from sirenbook.model.provenance import Provenance

Verdict = Literal["kept", "missed", "not needed", "not yet"]
PUNCTUAL = 15.0
"""Seconds by which a level may be reached late and still count as kept."""
_ARRIVED = ("accepted", "delivered", "shown")


class Compared(Struct, frozen=True):
    """One promise: how many seconds it gives, how many it took, and whether it was kept."""

    what: str
    promised: int
    took: float | None
    verdict: Verdict
    why: Provenance
    business: bool = False


class Arrival(Struct, frozen=True):
    """One page: whom, when after the beginning, how many seconds until a provider took it, by which channel."""

    person: str
    target: str
    after: float
    took: float | None
    channel: str
    outcome: str
    why: Provenance


class Comparison(Struct, frozen=True):
    """Everything that can be compared of one incident."""

    timings: Timings
    promises: tuple[Compared, ...]
    arrivals: tuple[Arrival, ...]


def comparison(context: Context, incident: Incident, entries: Sequence[e.Entry]) -> Comparison:
    """One incident beside its playbook, by its whole timeline."""
    found = timings(context, incident.id, entries)
    promises = (*_clocks(context, incident, found), *_levels(context, incident, entries))
    return Comparison(found, promises, tuple(_arrivals(found, entries)))


def _clocks(context: Context, incident: Incident, found: Timings) -> Iterator[Compared]:
    severity = context.severity(incident)
    for what, clock, took, kept in (
        ("Acknowledge", severity.response, found.acknowledged, found.response_kept),
        ("Resolve", severity.resolution, found.recovered, found.resolution_kept),
    ):
        if clock is not None:
            yield _promise(what, clock, took, kept)


def _promise(what: str, clock: Clock, took: float | None, kept: bool | None) -> Compared:
    verdict: Verdict = "not yet" if kept is None else "kept" if kept else "missed"
    return Compared(what, clock.seconds, took, verdict, clock.why, clock.business)


def _levels(context: Context, incident: Incident, entries: Sequence[e.Entry]) -> Iterator[Compared]:
    reached = _reached(incident.id, entries)
    for level in context.levels(incident):
        if level.after is None:
            continue
        what = f"{level.manner.capitalize()} {', '.join(level.who)}"
        took = reached.get(level.key)
        yield Compared(what, level.after, took, _verdict(level, took, incident), level.why, level.business)


def _verdict(level: Level, took: float | None, incident: Incident) -> Verdict:
    if took is None:
        over = incident.status == "resolved" or (level.until == incident.status == "acknowledged")
        return "not needed" if over else "not yet"
    assert level.after is not None
    return "kept" if level.business or took <= level.after + PUNCTUAL else "missed"


def _reached(number: int, entries: Sequence[e.Entry]) -> dict[str, float]:
    """After how many seconds on its clock each level was reached, by its key: a snooze that ends asks afresh."""
    found: dict[str, float] = {}
    state = Incident(id=number)
    for entry in entries:
        if isinstance(entry.event, e.Escalated):
            asked = state.asked_at if entry.event.until == "acknowledged" else None
            found.setdefault(entry.event.level, (entry.at - (asked or state.graded_at or entry.at)).total_seconds())
        state = evolve(state, entry)
    return found


def _arrivals(found: Timings, entries: Sequence[e.Entry]) -> Iterator[Arrival]:
    receipts: dict[str, list[tuple[datetime, e.Delivered]]] = {}
    for entry in entries:
        if isinstance(entry.event, e.Delivered):
            receipts.setdefault(entry.event.page, []).append((entry.at, entry.event))
    for entry in entries:
        if isinstance(entry.event, e.Paged):
            yield _arrival(found, entry.at, entry.event, receipts.get(entry.event.page, []))


def _arrival(
    found: Timings, at: datetime, page: e.Paged, receipts: Sequence[tuple[datetime, e.Delivered]]
) -> Arrival:
    first = next(((when, r) for when, r in receipts if r.outcome in _ARRIVED), None)
    when, receipt = first or (receipts[-1] if receipts else (None, None))
    return Arrival(
        person=page.person,
        target=page.target,
        after=found.since_opened(at),
        took=(when - at).total_seconds() if when and first else None,
        channel=receipt.channel if receipt else "",
        outcome=receipt.outcome if receipt else "",
        why=page.why,
    )

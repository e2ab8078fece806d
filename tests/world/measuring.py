"""Measures an incident a second time, from its stored lines alone, and says where the product's figures differ."""

from collections.abc import Iterator
from datetime import datetime

from sirenbook.incident.context import Context
from sirenbook.incident.measures.timings import Timings, timings
from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Policy
from sirenbook.store.records import decode_entry
from world.retelling import Line


def differing(
    policy: Policy, bindings: Bindings, incident: int, texts: list[tuple[str, bytes]], lines: list[Line]
) -> Iterator[str]:
    """What the measures say otherwise than the lines."""
    entries = [decode_entry(text) for text, _ in texts]
    found = timings(Context(policy, bindings, lines[-1].at), incident, entries)
    yield from (f"{what}: measured {got}, told {want}" for what, got, want in _pairs(found, lines) if got != want)


def _pairs(found: Timings, lines: list[Line]) -> Iterator[tuple[str, object, object]]:
    opened = lines[0].at
    kinds = [line.kind for line in lines]
    yield "pages", len(found.pages), kinds.count("Paged")
    yield (
        "acknowledged",
        found.acknowledged,
        _seconds(opened, _first(lines, ("Acknowledged", "Snoozed", "WatchBegan"))),
    )
    updates = [line for line in lines if _is_update(line)]
    yield "first update", found.first_update, _seconds(opened, updates[0].at if updates else None)
    yield "reopened", found.reopened, kinds.count("Reopened")
    yield "recovered", found.recovered, _seconds(opened, _recovered(lines))
    if "ResponseMissed" in kinds:
        yield "response", found.response_kept, False
    if "ResolutionMissed" in kinds:
        yield "resolution", found.resolution_kept, False


def _is_update(line: Line) -> bool:
    if line.kind == "UpdateGiven":
        return bool(line.event.get("posted")) or not line.event.get("left")
    return line.kind == "Noted" and bool(line.event.get("update"))


def _seconds(opened: datetime, at: datetime | None) -> float | None:
    return None if at is None else max(0.0, (at - opened).total_seconds())


def _first(lines: list[Line], kinds: tuple[str, ...]) -> datetime | None:
    return next((line.at for line in lines if line.kind in kinds), None)


def _recovered(lines: list[Line]) -> datetime | None:
    """The end of the trouble: a clearing before an end by nobody, the beginning of a watch, else the end."""
    cleared: datetime | None = None
    solved: datetime | None = None
    end: datetime | None = None
    for line in lines:
        if line.kind == "AlertsCleared":
            cleared = line.at
        elif line.kind in ("AlertsReturned", "Reopened"):
            cleared, end = None, (None if line.kind == "Reopened" else end)
            solved = None if line.kind == "Reopened" else solved
        elif line.kind == "WatchBegan":
            solved = line.at
        elif line.kind == "Resolved":
            end = cleared if cleared and not line.event.get("by") else line.at
            end, cleared, solved = min(end, solved or end), None, None
    return end

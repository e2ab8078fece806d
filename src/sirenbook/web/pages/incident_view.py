"""One incident as its page shows it: its clocks, its escalation ladder, its timeline, and what may be done."""

import hashlib
from datetime import datetime

from msgspec import Struct

from sirenbook.engine.station import Station
from sirenbook.incident.context import Context
from sirenbook.incident.steps.verification import asked, unchecked
from sirenbook.incident.timeline import span
from sirenbook.model.event import Delivered, Entry
from sirenbook.model.identity import services_of, teams_of
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Level
from sirenbook.store.queries import Row
from sirenbook.web import view
from sirenbook.web.api.shapes import Ahead, Detail, Line, Place
from sirenbook.web.api.step_shapes import Output, Steps
from sirenbook.web.api.update_shapes import Updates
from sirenbook.web.pages.steps_view import latest_outputs
from sirenbook.web.pages.steps_view import steps as steps_of
from sirenbook.web.pages.updates_view import updates as updates_of
from sirenbook.web.rendering import counted

LARGEST_TIMELINE = 200
_ESCALATING = ("Escalated", "Silent", "SnoozeEnded")
_SOON = 120


class Clock(Struct, frozen=True):
    """One tile above the page: a running clock, or a word. `total` seconds make its bar, 0 none."""

    name: str
    tone: str = ""
    until: datetime | None = None
    since: datetime | None = None
    total: int = 0
    left: int = 0
    word: str = ""
    why: Place | None = None


class LevelLine(Struct, frozen=True):
    """One escalation level on the page."""

    key: str
    when: str
    who: tuple[str, ...]
    names: tuple[str, ...]
    state: str
    manner: str
    at: datetime | None
    why: Place
    kind: str = ""


class Screen(Struct, frozen=True):
    """Everything that an incident's page shows."""

    detail: Detail
    open: bool
    rank: int
    clocks: list[Clock]
    ladder: list[LevelLine]
    lines: list[Line]
    older: bool
    severities: tuple[str, ...]
    services: tuple[str, ...]
    teams: tuple[str, ...]
    targets: tuple[str, ...]
    mine: bool
    receipts: dict[str, Delivered]
    update_every: str
    update_why: Place | None
    shape: str
    steps: Steps
    outputs: dict[int, Output]
    steps_mark: str
    other: str = ""
    watch_for: str = ""
    watch_why: Place | None = None
    unverified: tuple[tuple[int, str], ...] = ()
    updates: Updates | None = None


async def screen(station: Station, row: Row, mine: bool, after: int = 0) -> Screen:
    """The page of an incident for those who have it, or not; of its timeline only what came after `after`."""
    context = await station.policy_of(row.incident)
    detail = await view.detail(station, row)
    signals = detail.alerts_sample
    entries = await station.queries.latest(row.incident.id, None, LARGEST_TIMELINE)
    severity = context.severity(row.incident)
    cadence, watch = severity.update, asked(context, row.incident)
    ladder_ = ladder(context, row.incident)
    steps = await steps_of(station, row.incident)
    outputs = await latest_outputs(station, row.incident, steps)
    return Screen(
        detail=detail,
        open=row.incident.open,
        rank=severity.rank,
        clocks=clocks(context, row.incident, detail.next),
        ladder=ladder_,
        lines=[view.line(e, context.bindings) for e in entries if e.seq > after],
        older=len(entries) == LARGEST_TIMELINE,
        severities=tuple(s.name for s in context.policy.severities),
        services=services_of(context.bindings.teams),
        teams=tuple(teams_of(context.bindings.teams, row.incident.service)),
        targets=_targets(context),
        mine=mine,
        receipts=_receipts(entries),
        update_every=span(cadence.seconds) if cadence else "",
        update_why=view.place(cadence.why) if cadence else None,
        shape=_shape(row.incident, mine),
        steps=steps,
        outputs=outputs,
        steps_mark=steps_mark(row.incident, outputs, [x.waits_for for x in steps.steps]),
        other=_other_policy(station, row.incident),
        watch_for=span(watch.seconds) if watch else "",
        watch_why=view.place(watch.why) if watch else None,
        unverified=tuple(unchecked(context, row.incident)),
        updates=await updates_of(station, row.incident, signals[0].labels if signals else {}),
    )


def steps_mark(incident: Incident, outputs: dict[int, Output], waits: list[str]) -> str:
    """Changes where the runbook on the page must."""
    return _mark(incident.open, incident.procedure, [(o.run, o.size, o.done) for o in outputs.values()], waits)


def _other_policy(station: Station, incident: Incident) -> str:
    """The policy of an incident that runs by an older text than new ones: its lines are elsewhere."""
    return incident.policy if incident.policy != station.engine.books.policy.digest else ""


def _receipts(entries: list[Entry]) -> dict[str, Delivered]:
    """The newest receipt for each person, from entries that come newest first."""
    found: dict[str, Delivered] = {}
    for entry in entries:
        if isinstance(entry.event, Delivered):
            found.setdefault(entry.event.person, entry.event)
    return found


def has(incident: Incident, person: str) -> bool:
    """Whether this person has nothing left to acknowledge."""
    waiting = any(p.person == person and not p.settled for p in incident.pages)
    return incident.status != "unacknowledged" and incident.snoozed_until is None and not waiting


def _targets(context: Context) -> tuple[str, ...]:
    people = [p.name for p in context.bindings.people.values()]
    return tuple(dict.fromkeys([*context.policy.targets, *people]))


def _shape(incident: Incident, mine: bool) -> str:
    """Changes where the forms of the page must."""
    marks = incident.procedure.marks if incident.procedure else ()
    parts = (incident.status, incident.severity, incident.reached, mine, len(marks))
    told = (incident.told, incident.roles, incident.approved, incident.state)
    return _mark(parts, told, incident.security, incident.restricted)


def _mark(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def clocks(context: Context, incident: Incident, ahead: list[Ahead]) -> list[Clock]:
    """The tiles above the page."""
    if not incident.open:
        took = view.seconds_between(incident.opened_at, incident.resolved_at) or 0
        return [Clock("Took", "met", word=span(took)), *_response(context, incident)]
    found = [Clock("Elapsed", since=incident.opened_at)]
    update = next((a for a in ahead if a.kind == "UpdateDue"), None)
    if update is not None:
        found.append(_counting("Next update due in", update, incident.update_from))
    escalation = next((a for a in ahead if a.kind in _ESCALATING), None)
    if escalation is not None:
        start = incident.paged_at if escalation.kind == "Silent" else incident.graded_at
        names = {"Escalated": "Escalates in", "Silent": "Pages again in", "SnoozeEnded": "Snoozed for"}
        found.append(_counting(names[escalation.kind], escalation, start))
    end = next((a for a in ahead if a.kind in ("Resolved", "Reopened")), None)
    if end is not None:
        start = incident.cleared_at or incident.watched_from
        found.append(_counting("Resolves in" if end.kind == "Resolved" else "Opens again in", end, start))
    found.extend(_response(context, incident))
    resolution = next((a for a in ahead if a.kind == "ResolutionMissed"), None)
    if resolution is not None:
        found.append(_counting("Resolve within", resolution, incident.graded_at))
    return found


def _counting(name: str, ahead: Ahead, start: datetime | None) -> Clock:
    total = view.seconds_between(start, ahead.at) or 0
    tone = "due" if ahead.in_seconds <= max(_SOON, total // 5) else ""
    return Clock(name, tone, until=ahead.at, total=max(total, 1), left=max(ahead.in_seconds, 0), why=ahead.why)


def _response(context: Context, incident: Incident) -> list[Clock]:
    """The response target: how it was met, by how much it was missed, or what is left of it."""
    target = context.severity(incident).response
    if target is None or incident.opened_at is None:
        return []
    name, why = f"Response target {span(target.seconds)}", view.place(target.why)
    taken = view.seconds_between(incident.opened_at, incident.first_acknowledged_at)
    if taken is not None:
        met = not incident.response_missed
        return [
            Clock(name, "met" if met else "missed", word=f"{counted(taken)} {'✓ met' if met else 'late'}", why=why)
        ]
    if incident.response_missed or not incident.open or incident.graded_at is None:
        return [Clock(name, "missed", word="missed", why=why)]
    at = context.later(incident.graded_at, target.seconds, target.business)
    left = round((at - context.now).total_seconds())
    tone = "due" if left <= max(_SOON, target.seconds // 5) else ""
    return [Clock(name, tone, until=at, total=max(target.seconds, 1), left=max(left, 0), why=why)]


def ladder(context: Context, incident: Incident) -> list[LevelLine]:
    """The escalation levels of the incident, told apart: reached, next, spared, and still ahead."""
    found, next_seen = [], False
    for level in context.levels(incident):
        state = _state(incident, level)
        if state == "ahead" and level.after is not None and not next_seen:
            state, next_seen = "next", True
        found.append(_level_line(context, incident, level, state))
    return found


def _state(incident: Incident, level: Level) -> str:
    if level.key in incident.reached:
        return "reached"
    if not incident.open or (level.until == "acknowledged" and incident.status == "acknowledged"):
        return "spared"
    return "by hand" if level.after is None else "ahead"


def _level_line(context: Context, incident: Incident, level: Level, state: str) -> LevelLine:
    at = None
    if level.after is not None and incident.graded_at is not None and state in ("next", "ahead"):
        at = context.later(incident.graded_at, level.after, level.business)
    names = tuple(p.name for who in level.who for p in context.bindings.reach(who, context.now))
    why = Place(level.why.file, level.why.line, level.why.quote)
    return LevelLine(level.key, _when(level), level.who, names, state, level.manner, at, why, level.kind)


def _when(level: Level) -> str:
    after = level.advised if level.after is None else level.after
    return "by hand" if after is None else span(after) if after else "at once"

"""Watches a solved incident until it has stayed solved, says what is unchecked, and reopens what comes back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.steps.phases import unfinished
from sirenbook.incident.steps.sheets import sheets
from sirenbook.incident.updates.demands import Said
from sirenbook.model.clock import Clock
from sirenbook.model.command import Refused, Resolve
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import Reopened, Resolved
from sirenbook.model.incident import Incident
from sirenbook.model.progress_event import WatchBegan


def watch(course: Course, command: Resolve, said: Said) -> bool:
    """Begin the watch that the playbook asks for before the end; False where it asks for none, or has had it."""
    incident, clock = course.incident, asked(course.context, course.incident)
    if clock is None or command.false_alarm:
        return False
    if command.at_once:
        if not command.reason.strip():
            raise Refused(f"{clock.why.quote}: say why {incident.number} is over without it")
        return False
    if incident.watched_from is not None:
        until = incident.watched_from + timedelta(seconds=incident.watched_for)
        raise Refused(f"it is watched until {until:%H:%M %Z}; to end it now, say why and that it is at once")
    unverified = tuple(text for _, text in unchecked(course.context, incident))
    reason = command.reason or "solved"
    began_ = WatchBegan(command.by, reason, clock.seconds, clock.why, unverified)
    course.happen(replace(began_, fields=said.fields, lacking=said.lacking, without=said.without))
    return True


def asked(context: Context, incident: Incident) -> Clock | None:
    """How long the playbook has a solved incident watched: as long as it says, or while something is unchecked."""
    clock = context.policy.watch
    if clock is None:
        return None
    return clock if clock.why.stated or unchecked(context, incident) else None


def unchecked(context: Context, incident: Incident) -> list[tuple[int, str]]:
    """The verification steps of runbook and phases that nobody has done, by number and words."""
    found: list[tuple[int, str]] = []
    for sheet in sheets(context.policy, incident.procedure):
        if sheet.routine is None or sheet.routine.kind == "phase":
            left = set(unfinished(sheet, incident))
            found += [(n, s.text) for n, s in sheet.numbered() if s.part == "verification" and n in left]
    return found


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The end of the watch: it is over, or open again where its alerts fire still."""
    if incident.watched_from is None:
        return
    at = (incident.cleared_at or incident.watched_from) + timedelta(seconds=incident.watched_for)
    if firing(incident):
        yield Deadline(at, Reopened(by="", reason="its alerts fire still, at the end of the watch"))
    else:
        why = context.policy.watch.why if context.policy.watch else None
        yield Deadline(
            at,
            Resolved(by=incident.solved_by, reason=incident.solution, why=why, fields=tuple(incident.said.items())),
        )


def firing(incident: Incident) -> bool:
    """Whether alerts opened it and have not cleared."""
    return incident.group is not None and incident.alerts > 0 and incident.cleared_at is None


def on_returned(course: Course, event: object) -> None:
    """An alert that comes back while it is watched opens the incident again, with its clocks afresh."""
    if course.incident.watched_from is not None:
        course.happen(Reopened(by="", reason="an alert fires again while it was watched"))


def began(incident: Incident, event: WatchBegan, at: datetime) -> Incident:
    """Fold the beginning of the watch: whoever solved it has it, and nobody is paged meanwhile."""
    return replace(
        incident,
        status="acknowledged",
        acknowledged_at=incident.acknowledged_at or at,
        acknowledged_by=incident.acknowledged_by or event.by,
        first_acknowledged_at=incident.first_acknowledged_at or at,
        snoozed_until=None,
        round=0,
        pages=tuple(replace(p, settled=True) for p in incident.pages),
        watched_from=at,
        watched_for=event.seconds,
        solved_by=event.by,
        solution=event.reason,
        said=dict(event.fields) or incident.said,
    )

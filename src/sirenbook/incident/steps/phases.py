"""How far the response has come: its phases begin by their time boxes, or when a person goes on to one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.steps.sheets import Sheet, routine_sheets
from sirenbook.model.command import EnterPhase, Refused
from sirenbook.model.deadline import Deadline
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy
from sirenbook.model.progress_event import PhaseReached
from sirenbook.model.step import Procedure

FINISHED = frozenset({"worked", "not applicable"})


def phases(policy: Policy) -> list[Sheet]:
    """The phases in their order, those after the end left out."""
    return [s for s in routine_sheets(policy) if s.routine and _counts(s)]


def _counts(sheet: Sheet) -> bool:
    return sheet.routine is not None and sheet.routine.kind == "phase" and sheet.routine.since == "opened"


def current(policy: Policy, incident: Incident) -> Sheet | None:
    """The phase that an incident is in: the one reached last, or else the first."""
    found = phases(policy)
    reached = incident.procedure.phase if incident.procedure else 0
    return next((s for s in found if s.number == reached), found[0] if found else None)


def enter(course: Course, command: EnterPhase) -> None:
    """Go on to a phase, or back to one."""
    incident = course.incident
    if not incident.open:
        raise Refused(f"{incident.number} is resolved; reopen it to go on")
    sheet = next((s for s in phases(course.context.policy) if s.number == command.phase), None)
    if sheet is None:
        raise Refused(f"the playbook has no phase {command.phase}")
    now = current(course.context.policy, incident)
    if now is None or now.number != command.phase:
        course.happen(_reached(course.context.policy, incident, sheet, command.by))


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The beginning of every phase that states one and has not been reached or passed."""
    if incident.opened_at is None:
        return
    now = current(context.policy, incident)
    for sheet in phases(context.policy):
        begins = sheet.routine.begins if sheet.routine else None
        if begins and now is not None and sheet.number > now.number:
            at = incident.opened_at + timedelta(seconds=begins)
            yield Deadline(at, _reached(context.policy, incident, sheet, ""))


def _reached(policy: Policy, incident: Incident, sheet: Sheet, by: str) -> PhaseReached:
    routine = sheet.routine
    assert routine is not None
    left = sum(len(unfinished(s, incident)) for s in phases(policy) if s.number < sheet.number)
    return PhaseReached(sheet.number, sheet.title, routine.why, by, left, routine.ends)


def unfinished(sheet: Sheet, incident: Incident) -> list[int]:
    """The numbers of its steps that nobody has ticked and that no run has done."""
    procedure = incident.procedure or Procedure("")
    ticked = {m.step for m in procedure.marks if m.verdict in FINISHED}
    ran = {r.step for r in procedure.runs if r.outcome in ("worked", "nothing") and not r.dry}
    return [number for number, _ in sheet.numbered() if number not in ticked | ran]


def reached(incident: Incident, event: PhaseReached, at: datetime) -> Incident:
    """Fold the beginning of a phase."""
    before = incident.procedure or Procedure("")
    return replace(incident, procedure=replace(before, phase=event.phase))

"""Which of several ways on people took: one of those that stand side by side, the others stay within reach."""

from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident.context import Course
from sirenbook.incident.steps.sheets import sheet_of_branch
from sirenbook.model.command import ChooseBranch, Refused
from sirenbook.model.incident import Incident
from sirenbook.model.progress_event import BranchChosen
from sirenbook.model.step import Procedure


def choose(course: Course, command: ChooseBranch) -> None:
    """Take a branch, and first those in which it is a further choice; taken already, nothing changes."""
    incident, policy = course.incident, course.context.policy
    if not incident.open:
        raise Refused(f"{incident.number} is resolved; reopen it to go on with a runbook")
    procedure = incident.procedure or Procedure("")
    sheet = sheet_of_branch(policy, procedure, command.branch)
    if sheet is None:
        raise Refused(f"{incident.number} has no branch {command.branch}")
    for number in sheet.path(command.branch):
        branch = sheet.branch(number)
        if branch is None or number in procedure.branches:
            continue
        left = tuple(sorted(sheet.beside(number) & set(procedure.branches)))
        course.happen(BranchChosen(number, branch.title, command.by, branch.why, branch.condition, left))


def chosen(incident: Incident, event: BranchChosen, at: datetime) -> Incident:
    """Fold the choice: a branch beside it that was chosen before is left."""
    before = incident.procedure or Procedure("")
    kept = tuple(b for b in before.branches if b not in event.left and b != event.branch)
    return replace(incident, procedure=replace(before, branches=(*kept, event.branch)))

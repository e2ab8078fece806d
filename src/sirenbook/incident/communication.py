"""Status updates: when the playbook's cadence makes one due, and whom to remind."""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident import oncall
from sirenbook.incident.context import Context, Course
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import UpdateDue
from sirenbook.model.incident import Incident


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The next status update by the cadence of the severity."""
    severity = context.severity(incident)
    cadence = severity.update
    if cadence is not None and incident.update_from is not None:
        at = context.later(incident.update_from, cadence.seconds, cadence.business)
        yield Deadline(at, UpdateDue(severity=severity.name, why=cadence.why))


def on_update_due(course: Course, event: UpdateDue) -> None:
    """Remind whoever has the incident; everybody who was paged while nobody has it."""
    oncall.notify_involved(course, "a status update is due", event.why)


def update_due(incident: Incident, event: UpdateDue, at: datetime) -> Incident:
    """Fold a reminder: the next one is a whole period away."""
    return replace(incident, update_from=at)

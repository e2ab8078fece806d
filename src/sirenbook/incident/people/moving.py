"""An incident that turns out to be another service's: whose it is changes, and whoever answers there is called."""

from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course, watched
from sirenbook.incident.people import escalation
from sirenbook.model.bindings import fold
from sirenbook.model.command import Move, Refused
from sirenbook.model.event import Escalated, Moved
from sirenbook.model.identity import teams_of
from sirenbook.model.incident import Incident
from sirenbook.model.provenance import default

_CALLED = ("{}", "{} team", "{} on-call", "{} on call")
"""How playbooks name the people of a team or a service, by its name."""


def move(course: Course, command: Move) -> None:
    """Make the incident another service's or team's; the same one again changes nothing."""
    incident, service = course.incident, " ".join(command.service.split())
    if not incident.open:
        raise Refused(f"{incident.number} is resolved; reopen it to move it")
    if not service:
        raise Refused("say to which service or team it moves")
    if service.casefold() != incident.service.casefold():
        course.happen(Moved(service, incident.service, command.reason, command.by))


def moved(incident: Incident, event: Moved, at: datetime) -> Incident:
    """Fold a move: who may see it, what was promised and what is owed stay as they are."""
    return replace(incident, service=event.service)


def on_moved(course: Course, event: Moved) -> None:
    """Call those whose it is now; whoever has it has it until they answer."""
    if watched(course.context, course.incident):
        return
    note = f"it is about {event.service} now{f': {event.reason}' if event.reason else ''}"
    owner = course.incident.acknowledged_by or ""
    for call in _calls(course.context, course.incident):
        course.happen(replace(call, by=event.by, note=note, relieves=owner if call.manner == "page" else ""))


def _calls(context: Context, incident: Incident) -> tuple[Escalated, ...]:
    """Whoever is called by the name of the service or its team; else whom the playbook calls at once."""
    stated = {fold(target): target for target in context.policy.targets}
    for name in (incident.service, *teams_of(context.bindings.teams, incident.service)):
        for called in (stated.get(fold(form.format(name)), form.format(name)) for form in _CALLED):
            if context.bindings.reach(called, context.now):
                why = next((x.why for x in context.policy.levels if called in x.who), default(f"moved to {name}"))
                return (Escalated("", (called,), why, manner="page"),)
    first = (x for x in context.levels(incident) if x.after == 0)
    due = (x for x in first if context.page_at(context.now, 0, x.business) <= context.now)
    return tuple(replace(escalation.escalated(x), level="") for x in due)

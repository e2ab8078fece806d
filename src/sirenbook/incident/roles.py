"""Roles of an incident: who has which, handed over with a brief."""

from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident import oncall
from sirenbook.incident.context import Context, Course
from sirenbook.model.bindings import fold
from sirenbook.model.command import AssignRole, Refused
from sirenbook.model.incident import Held, Incident
from sirenbook.model.promise import Role, RoleKind
from sirenbook.model.provenance import default
from sirenbook.model.update_event import RoleAssigned

_USUAL: tuple[tuple[str, RoleKind], ...] = (
    ("Incident Commander", "commander"),
    ("Technical Lead", "technical lead"),
    ("Communications", "communications"),
    ("Scribe", "scribe"),
)
_DUTIES_ON_CALL = ("primary", "secondary", "responder")


def roles_of(context: Context) -> tuple[Role, ...]:
    """The roles that people can have in an incident: the playbook's, and the usual ones that it does not name."""
    stated = [r for r in context.policy.roles if r.kind not in _DUTIES_ON_CALL]
    known = {r.kind for r in stated}
    usual = [Role(name, kind, default("the usual roles")) for name, kind in _USUAL if kind not in known]
    return (*stated, *usual)


def assign(course: Course, command: AssignRole) -> None:
    """Give somebody a role, or hand it over; a second time to the same person changes nothing."""
    context, incident = course.context, course.incident
    if not incident.open:
        raise Refused(f"{incident.number} is resolved; reopen it to give roles")
    role = _role(context, command.role)
    person = _person(context, command.person)
    before = next((h.person for h in incident.roles if h.role == role.name), "")
    if before != person:
        why = role.assigned[0] if role.assigned else role.why
        course.happen(RoleAssigned(role.name, role.kind, person, command.by, why, before, command.note.strip()))


def _role(context: Context, name: str) -> Role:
    roles = roles_of(context)
    for role in roles:
        if fold(name) in (fold(role.name), role.kind):
            return role
    raise Refused(f"there is no role {name!r}; there are {', '.join(r.name for r in roles)}")


def _person(context: Context, name: str) -> str:
    """Somebody whom the bindings know, or who stands alone behind a name of the playbook."""
    found = context.bindings.reach(name, context.now)
    if len(found) == 1:
        return found[0].id
    if not found:
        raise Refused(f"nobody is called {name!r}")
    raise Refused(f"{name!r} is several people: {', '.join(p.name for p in found)}")


def on_assigned(course: Course, event: RoleAssigned) -> None:
    """Tell the new holder what they have, with the brief."""
    if event.person != event.by:
        brief = f": {event.note}" if event.note else ""
        oncall.inform(course, event.person, f"you are now {event.role}{brief}", event.why)


def assigned(incident: Incident, event: RoleAssigned, at: datetime) -> Incident:
    """Fold a role: one person has it at a time."""
    others = tuple(h for h in incident.roles if h.role != event.role)
    return replace(incident, roles=(*others, Held(event.role, event.part, event.person, at)))

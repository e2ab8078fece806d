"""Roles of an incident: who has which by the playbook's rule, handed over with a brief, asked for where missing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.obligations import at_once, obligation
from sirenbook.incident.people import oncall
from sirenbook.model.bindings import fold
from sirenbook.model.command import AssignRole, Refused
from sirenbook.model.deadline import Deadline
from sirenbook.model.incident import Held, Incident, Wanting
from sirenbook.model.promise import Appointment, Obligation, Role, RoleKind
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.update_event import RoleAssigned, RoleMissing

_USUAL: tuple[tuple[str, RoleKind], ...] = (
    ("Incident Commander", "commander"),
    ("Technical Lead", "technical lead"),
    ("Communications", "communications"),
    ("Scribe", "scribe"),
)
NUDGE = timedelta(minutes=5)
"""How soon whoever has an incident is reminded of a role that nobody has, where the playbook states no time."""
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
    """Tell the new holder what they have, with the brief, and what they may not have beside it."""
    if event.person != event.by and not _paged_for_it(course, event):
        brief = f": {event.note}" if event.note else ""
        kept = "" if event.by else ", until you hand it over"
        # What is said to one must not reach everybody in their place.
        if event.person in course.context.bindings.people:
            oncall.inform(course, event.person, f"you are now {event.role}{kept}{brief}", event.why)
    found = _shared(course.context, course.incident)
    if found and event.part in ("commander", "technical lead"):
        text = f"{course.incident.severity} wants a commander who does nothing else: hand one of the two roles over"
        oncall.inform(course, event.by or event.person, text, found.why)


def _paged_for_it(course: Course, event: RoleAssigned) -> bool:
    """Whether the new holder is paged in this moment: as a dedicated commander, or by the very name of the role."""
    context, incident = course.context, course.incident
    if event.by or incident.opened_at != context.now:
        return False
    dedicated = event.part == "commander" and obligation(context, incident, "dedicated commander") is not None
    return dedicated or fold(event.role) in {fold(n) for n in at_once(context, incident)}


def assigned(incident: Incident, event: RoleAssigned, at: datetime) -> Incident:
    """Fold a role: one person has it at a time."""
    others = tuple(h for h in incident.roles if h.role != event.role)
    wanting = tuple(w for w in incident.wanting if w.role != event.role)
    return replace(incident, roles=(*others, Held(event.role, event.part, event.person, at)), wanting=wanting)


class Wanted(Struct, frozen=True):
    """A role that the playbook wants at a severity: by which line, and how soon."""

    role: Role
    why: Provenance
    appointment: Appointment | None = None
    dedicated: bool = False


def wanted(context: Context, incident: Incident) -> list[Wanted]:
    """The roles that the playbook wants somebody to have in this incident."""
    alone = obligation(context, incident, "dedicated commander")
    found = []
    for role in roles_of(context):
        lines = [a for a in role.appointments if _holds(a, incident)]
        dedicated = alone is not None and role.kind == "commander"
        if lines or dedicated:
            why = lines[0].why if lines else alone.why if alone else role.why
            found.append(Wanted(role, why, lines[0] if lines else None, dedicated))
    return found


def _holds(line: Appointment, incident: Incident) -> bool:
    """Whether a line gives the role here; who names it is said for all incidents, when it is named is not."""
    return incident.severity in line.severities or (not line.severities and not line.by)


def on_graded(course: Course) -> None:
    """Give every role whose holder the playbook knows; a dedicated commander is paged, others are told."""
    for each in _unheld(course.context, course.incident):
        name, person = _stated(course.context, each)
        if person:
            course.happen(RoleAssigned(each.role.name, each.role.kind, person, "", each.why))
            if each.dedicated:
                oncall.page(course, name, each.why, f"you are now {each.role.name}")
    if course.incident.acknowledged_by:
        on_taken(course)


def on_taken(course: Course, event: object = None) -> None:
    """Whoever takes the incident has what the playbook gives to the first responder, until they hand it over.

    Where it only says that there is a commander, that is the first responder too, but for a dedicated one.
    """
    person = course.incident.acknowledged_by or ""
    for each in _unheld(course.context, course.incident):
        line = each.appointment
        usual = each.role.kind == "commander" and line is not None and not line.who and not line.by
        if person and not each.dedicated and ((line and line.first) or usual):
            course.happen(RoleAssigned(each.role.name, each.role.kind, person, "", each.why))


def _unheld(context: Context, incident: Incident) -> list[Wanted]:
    held = {h.role for h in incident.roles}
    return [w for w in wanted(context, incident) if w.role.name not in held]


def _stated(context: Context, each: Wanted) -> tuple[str, str]:
    """The name by which the playbook says who has a role, and the one person behind it."""
    for name in _names(each):
        found = context.bindings.reach(name, context.now)
        if len(found) == 1:
            return name, found[0].id
    return "", ""


def _names(each: Wanted) -> tuple[str, ...]:
    line = each.appointment
    if line is not None and (line.first or line.by):
        return ()
    return (*(line.who if line else ()), each.role.name, *each.role.holders)


def _shared(context: Context, incident: Incident) -> Obligation | None:
    """The line by which the commander may have no other part, where they have that of the technical lead too."""
    held = {h.kind: h.person for h in incident.roles}
    both = held.get("commander") is not None and held.get("commander") == held.get("technical lead")
    return obligation(context, incident, "dedicated commander") if both else None


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The next word on every role that is missing, once somebody has the incident, ever further apart."""
    start, graded = incident.acknowledged_at, incident.graded_at
    if incident.status != "acknowledged" or start is None or graded is None:
        return
    told = {w.role: w for w in incident.wanting}
    for each in _unheld(context, incident):
        within = each.appointment.within if each.appointment else None
        first = max(start, graded + within.delta) if within else max(start, graded) + NUDGE
        yield _missing(incident, each, told.get(each.role.name), first)
    if alone := _shared(context, incident):
        role = next(h for h in incident.roles if h.kind == "commander")
        both = Wanted(Role(role.role, "commander", alone.why), alone.why)
        other = next(h.role for h in incident.roles if h.kind == "technical lead")
        last = max(h.since for h in incident.roles if h.kind in ("commander", "technical lead"))
        yield _missing(incident, both, told.get(role.role), last + NUDGE, other)


def _missing(incident: Incident, each: Wanted, last: Wanting | None, first: datetime, shared: str = "") -> Deadline:
    at = first if last is None else last.at + min(NUDGE * 2**last.round, timedelta(days=1))
    number = last.round + 1 if last else 1
    return Deadline(at, RoleMissing(each.role.name, each.role.kind, incident.severity, number, each.why, shared))


def on_missing(course: Course, event: RoleMissing) -> None:
    """Remind whoever has the incident; the second time page whom the playbook states for the role, if anybody."""
    context, incident = course.context, course.incident
    if event.round == 2 and not event.shared:
        role = next((r for r in roles_of(context) if r.name == event.role), None)
        for name in (event.role, *(role.holders if role else ())):
            if any(p.id != incident.acknowledged_by for p in context.bindings.reach(name, context.now)):
                oncall.page(course, name, event.why, f"you are called as {event.role}")
                return
    text = f"{event.severity} wants somebody as {event.role}: give the role"
    if event.shared:
        text = f"{event.severity} wants {event.role} to do nothing else: hand it or {event.shared} over"
    oncall.inform(course, incident.acknowledged_by or "", text, event.why)


def missing(incident: Incident, event: RoleMissing, at: datetime) -> Incident:
    """Fold a word on a missing role."""
    others = tuple(w for w in incident.wanting if w.role != event.role)
    return replace(incident, wanting=(*others, Wanting(event.role, event.round, at)))

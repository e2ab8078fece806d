"""Who may see a restricted incident, and the neutral stand-in for everybody else: one answer, asked everywhere.

An incident of security is restricted, and so is any other that somebody marked. Those who may see it hold a role
in it, are its on-call, or are the people whom the playbook or the owner names for security; and admins.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.model.command import Refused, Restrict
from sirenbook.model.incident import Incident
from sirenbook.model.provenance import default
from sirenbook.model.update_event import AccessOpened, AccessRestricted
from sirenbook.model.words import ATTACK

VEIL = "Restricted incident"
"""What stands in place of the title for whoever may not see it."""


UNSAID = default("")
"""What stands in place of the playbook's line: it would tell what kind of incident this is."""


class Reader(Struct, frozen=True):
    """Whoever asks: a person by id, nobody for a token that programs share; `everything` for admins."""

    person: str = ""
    everything: bool = False


NOBODY = Reader()


def may_see(context: Context, incident: Incident, reader: Reader) -> bool:
    """Whether a reader may know more of an incident than that it is there."""
    if not incident.confidential or reader.everything:
        return True
    return bool(reader.person) and reader.person in _insiders(context, incident)


def _insiders(context: Context, incident: Incident) -> Iterator[str]:
    """The ids of the people who may see a restricted incident."""
    yield from (held.person for held in incident.roles)
    yield from (page.person for page in incident.pages)
    yield incident.acknowledged_by or ""
    security = (name for rule in context.policy.security for name in rule.who)
    for name in (*(page.target for page in incident.pages), *context.policy.on_call, *security):
        yield from (p.id for p in context.bindings.reach(name, context.now))
    for each in context.bindings.readers:
        yield from context.bindings.holders(each, context.now)


def veiled(incident: Incident) -> Incident:
    """What is left of an incident for whoever may not see it: that it is there, how grave, and since when."""
    return Incident(
        id=incident.id,
        policy=incident.policy,
        title=VEIL,
        severity=incident.severity,
        status=incident.status,
        opened_at=incident.opened_at,
        resolved_at=incident.resolved_at,
        drill=incident.drill,
        restricted=True,
    )


def unless_confidential(incident: Incident) -> Incident:
    """The incident as it may stand in what many read: a restricted one is veiled, whoever reads it."""
    return veiled(incident) if incident.confidential else incident


def severity_named(context: Context, incident: Incident) -> str:
    """A severity as it may be said; of a restricted incident without its words, which may tell what it is about."""
    severity = context.severity(incident)
    if not incident.confidential:
        return severity.full_name
    if ATTACK.search(severity.name):
        return f"Severity {severity.rank + 1} of {len(context.policy.severities)}"
    return severity.name


def restrict(course: Course, command: Restrict) -> None:
    """Show an incident to few from now on, or to all again; a second time changes nothing."""
    incident = course.incident
    if command.lift and incident.security:
        raise Refused("a security incident stays restricted; say first that it is none")
    if command.lift and incident.restricted:
        course.happen(AccessOpened(command.by, command.reason))
    elif not command.lift and not incident.restricted:
        course.happen(AccessRestricted(command.by, command.reason))


def restricted(incident: Incident, event: AccessRestricted, at: datetime) -> Incident:
    """Fold the mark."""
    return replace(incident, restricted=True)


def opened(incident: Incident, event: AccessOpened, at: datetime) -> Incident:
    """Fold its end."""
    return replace(incident, restricted=False)

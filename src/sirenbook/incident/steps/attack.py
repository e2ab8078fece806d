"""An incident that somebody causes on purpose: outputs and alerts are put by before anything is changed."""

import re
from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.steps.sheets import runbook_of
from sirenbook.model.command import KeepEvidence
from sirenbook.model.incident import Incident
from sirenbook.model.progress_event import EvidenceKept
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.step import Procedure
from sirenbook.model.words import ATTACK

_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def suspected(context: Context, incident: Incident) -> Provenance | None:
    """The line by which an incident is about an attack: its runbook's, its mark's, or the words of its title."""
    runbook = runbook_of(context.policy, incident.procedure)
    if runbook is not None and runbook.security is not None:
        return runbook.security
    if incident.security:
        rules = (r.why for r in context.policy.security if r.kind == "evidence first")
        return next(rules, default("it is marked as one of security"))
    if speaks_of_attack(incident.title):
        return default("its title speaks of an attack")
    return None


def speaks_of_attack(text: str) -> bool:
    """Whether words are of an attack; an alert's name (`SecurityEventSpike`) is read as its words."""
    return ATTACK.search(_JOINED.sub(" ", text)) is not None


def must_keep(context: Context, incident: Incident) -> bool:
    """Whether evidence is to be put by before anything may be changed."""
    return suspected(context, incident) is not None and not (incident.procedure and incident.procedure.evidence)


def keep(course: Course, command: KeepEvidence) -> None:
    """Note down what was put by."""
    why = suspected(course.context, course.incident) or default("put by at somebody's word")
    course.happen(
        EvidenceKept(
            digest=command.digest,
            head=command.head,
            by=command.by,
            why=why,
            entries=command.entries,
            outputs=command.outputs,
            alerts=command.alerts,
            size=command.size,
        )
    )


def kept(incident: Incident, event: EvidenceKept, at: datetime) -> Incident:
    """Fold the evidence."""
    before = incident.procedure or Procedure("")
    return replace(incident, procedure=replace(before, evidence=event.digest))

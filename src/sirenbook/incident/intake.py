"""Alerts become incidents: which group an alert belongs to, what a batch means for an open incident."""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident.context import Course
from sirenbook.incident.severity import find, regraded
from sirenbook.model.bindings import Bindings
from sirenbook.model.command import Fold, Refused
from sirenbook.model.event import AlertsCleared, AlertsFolded, AlertsReturned
from sirenbook.model.incident import Incident
from sirenbook.model.provenance import default

_MARK = "\x1f"


def group_key(bindings: Bindings, labels: Mapping[str, str]) -> str:
    """The identity of the incident that an alert belongs to: the values of the grouping labels."""
    return _MARK.join(labels.get(name, "") for name in bindings.grouping.by)


def group_title(bindings: Bindings, labels: Mapping[str, str]) -> str:
    """What to call an incident opened by an alert: its name and, if it says, its service."""
    name = labels.get("alertname") or "Unnamed alert"
    service = service_of(bindings, labels)
    return f"{name} · {service}" if service else name


def service_of(bindings: Bindings, labels: Mapping[str, str]) -> str:
    """The service that an alert is about, by the first label that names one; nothing where none does."""
    return next((labels[x] for x in bindings.service_labels if labels.get(x)), "")


def relevant_labels(bindings: Bindings) -> tuple[str, ...]:
    """The labels that decide group, title and severity; alerts that agree on them are classified alike."""
    fixed = ("alertname", "severity", "priority", "level")
    names = (*fixed, *bindings.grouping.by, *bindings.severity_labels, *bindings.service_labels)
    return tuple(dict.fromkeys(names))


def fold(course: Course, command: Fold) -> None:
    """Let a batch of alerts change an open incident: cleared, returned, grown, or worse than thought."""
    incident = course.incident
    if not incident.open:
        raise Refused(f"{incident.number} is resolved; alerts open a new incident")
    if command.firing == 0 and incident.cleared_at is None:
        course.happen(AlertsCleared(total=command.total))
    elif command.firing and incident.cleared_at is not None:
        course.happen(AlertsReturned(sample=command.sample))
    if command.total >= 2 * max(incident.alerts, 1):
        course.happen(AlertsFolded(total=command.total, sample=command.sample))
    if command.severity is not None and command.firing:
        _raise_severity(course, command)


def _raise_severity(course: Course, command: Fold) -> None:
    """A worse alert raises the severity, unless a person has set it; none ever lowers it.

    Graded by a newer playbook, its severity may be unknown to the incident's own: in doubt, the highest.
    """
    incident, policy = course.incident, course.context.policy
    if incident.by_hand or command.severity is None:
        return
    worse = find(policy, command.severity) or policy.severities[0]
    if worse.rank < policy.severity(incident.severity).rank:
        why = command.why or default("a worse alert joined")
        course.happen(regraded(course, worse.name, command.reason, why, by="", by_hand=False))


def cleared(incident: Incident, event: AlertsCleared, at: datetime) -> Incident:
    """Fold the end of all alerts."""
    return replace(incident, cleared_at=at, alerts=max(incident.alerts, event.total))


def returned(incident: Incident, event: AlertsReturned, at: datetime) -> Incident:
    """Fold their return."""
    return replace(incident, cleared_at=None)


def folded(incident: Incident, event: AlertsFolded, at: datetime) -> Incident:
    """Fold the growth of the group."""
    return replace(incident, alerts=event.total)

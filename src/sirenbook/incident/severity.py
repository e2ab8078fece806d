"""Which severity an incident has and why, what its clocks demand, and what a change of it means."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident import escalation, oncall
from sirenbook.incident.context import Context, Course
from sirenbook.model.bindings import Bindings
from sirenbook.model.command import Refused, Regrade
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import Regraded, ResolutionMissed, ResponseMissed
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy, Severity
from sirenbook.model.provenance import Provenance, default

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_IGNORED = frozenset(("alert", "the", "a", "an", "is", "are", "of", "for", "all", "and", "or"))
_LABELS = ("severity", "priority", "level")


class Choice(Struct, frozen=True):
    """A severity chosen for an alert, the words that say why, and the line that made it so."""

    severity: str
    reason: str
    why: Provenance


def classify(policy: Policy, bindings: Bindings, labels: Mapping[str, str]) -> Choice:
    """Choose the severity of an alert: bound label, the playbook's own name for it, its words, else the highest."""
    return (
        _by_binding(policy, bindings, labels)
        or _by_alert_rule(policy, labels)
        or _by_own_name(policy, labels)
        or _by_words(policy, labels)
        or _in_doubt(policy, labels)
    )


def _by_binding(policy: Policy, bindings: Bindings, labels: Mapping[str, str]) -> Choice | None:
    for label, meanings in bindings.severity_labels.items():
        name = meanings.get(labels.get(label, ""))
        severity = find(policy, name) if name else None
        if severity is not None:
            reason = f"label {label}={labels[label]} is bound to {severity.name}"
            return Choice(severity.name, reason, severity.why)
    return None


def _by_alert_rule(policy: Policy, labels: Mapping[str, str]) -> Choice | None:
    name = labels.get("alertname", "")
    for rule in policy.alerts:
        if rule.name == name and rule.severity is not None:
            severity = find(policy, rule.severity)
            if severity is not None:
                return Choice(severity.name, f"the playbook grades {name} as {severity.name}", rule.why)
    return None


def _by_own_name(policy: Policy, labels: Mapping[str, str]) -> Choice | None:
    for label in _LABELS:
        severity = find(policy, labels.get(label, ""))
        if severity is not None:
            reason = f"label {label}={labels[label]} is the playbook's own word for {severity.name}"
            return Choice(severity.name, reason, severity.why)
    return None


def _by_words(policy: Policy, labels: Mapping[str, str]) -> Choice | None:
    """The worst severity among whose examples all the words of the alert's name stand in one phrase."""
    name = labels.get("alertname", "")
    wanted = stems(name)
    if len(wanted) < 2:
        return None
    for severity in policy.severities:
        for phrase in severity.words:
            if wanted <= stems(phrase.quote):
                return Choice(severity.name, f"{name} matches an example of {severity.name}", phrase)
    return None


def _in_doubt(policy: Policy, labels: Mapping[str, str]) -> Choice:
    highest = policy.severities[0]
    why = policy.in_doubt_higher or default("when in doubt, the highest severity")
    name = labels.get("alertname") or "this alert"
    return Choice(highest.name, f"nothing grades {name}: in doubt, the highest severity", why)


def find(policy: Policy, name: str) -> Severity | None:
    """The severity of this name, if the playbook has one."""
    try:
        return policy.severity(name) if name else None
    except KeyError:
        return None


def stems(text: str) -> frozenset[str]:
    """The words of a name or phrase, in lower case and without plural endings, for comparison."""
    words = (w.lower() for w in _WORD.findall(text))
    return frozenset(w.removesuffix("s") for w in words if w not in _IGNORED)


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The response time, until somebody has acknowledged, and the resolution target."""
    severity = context.severity(incident)
    start = incident.graded_at
    if start is None:
        return
    response, resolution = severity.response, severity.resolution
    if response and not incident.response_missed and incident.first_acknowledged_at is None:
        at = context.later(start, response.seconds, response.business)
        yield Deadline(at, ResponseMissed(severity=severity.name, why=response.why))
    if resolution and not incident.resolution_missed:
        at = context.later(start, resolution.seconds, resolution.business)
        yield Deadline(at, ResolutionMissed(severity=severity.name, why=resolution.why))


def regrade(course: Course, command: Regrade) -> None:
    """Give the incident another severity; its escalation is recomputed and pages anew."""
    incident, policy = course.incident, course.context.policy
    if not incident.open:
        raise Refused(f"{incident.number} is resolved; reopen it to grade it")
    severity = find(policy, command.severity)
    if severity is None:
        names = ", ".join(s.name for s in policy.severities)
        raise Refused(f"the playbook has no severity {command.severity!r}; it has {names}")
    if severity.name != incident.severity:
        reason = command.reason or "graded by hand"
        course.happen(regraded(course, severity.name, reason, severity.why, by=command.by, by_hand=True))


def regraded(course: Course, name: str, reason: str, why: Provenance, *, by: str, by_hand: bool) -> Regraded:
    """The event of a new severity, with the policy's rule for the clocks."""
    return Regraded(
        severity=name,
        before=course.incident.severity,
        reason=reason,
        by=by,
        why=why,
        by_hand=by_hand,
        restart=course.context.policy.restart_on_regrade,
    )


def on_response_missed(course: Course, event: ResponseMissed) -> None:
    """A severity that only informed people pages them once its response time has passed unanswered."""
    if course.incident.paged_at is None and event.severity not in course.context.policy.quiet:
        escalation.page_again(course, event.why)


def on_resolution_missed(course: Course, event: ResolutionMissed) -> None:
    """Tell those who are on it that the target has passed."""
    oncall.notify_involved(course, f"the resolution target of {event.severity} has passed", event.why)


def grade(incident: Incident, event: Regraded, at: datetime) -> Incident:
    """Fold a new severity: the levels are to be reached anew, on clocks that restart or go on."""
    return replace(
        incident,
        severity=event.severity,
        by_hand=incident.by_hand or event.by_hand,
        graded_at=at if event.restart else incident.graded_at,
        asked_at=at if event.restart else incident.asked_at,
        update_from=at,
        reached=(),
        round=0,
        response_missed=False,
        resolution_missed=False,
    )


def response_missed(incident: Incident, event: ResponseMissed, at: datetime) -> Incident:
    """Fold a missed response time."""
    return replace(incident, response_missed=True)


def resolution_missed(incident: Incident, event: ResolutionMissed, at: datetime) -> Incident:
    """Fold a missed resolution target."""
    return replace(incident, resolution_missed=True)

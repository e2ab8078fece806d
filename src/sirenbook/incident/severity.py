"""Which severity an incident has and why, what its clocks demand, and what a change of it means."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.criteria import Evidence, Observed, observe, weigh
from sirenbook.incident.people import escalation, oncall
from sirenbook.incident.timeline import span
from sirenbook.model.bindings import Bindings
from sirenbook.model.command import Refused, Regrade
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import Regraded, ResolutionAtRisk, ResolutionMissed, ResponseMissed
from sirenbook.model.incident import Incident, Told
from sirenbook.model.policy import Policy, Severity
from sirenbook.model.provenance import Provenance, default

LONGEST_WARNING = 86_400
"""How long before a resolution target passes, in seconds of its own clock, people hear of it at the most."""
_LABELS = ("severity", "priority", "level")


class Choice(Struct, frozen=True):
    """A severity chosen for an alert, the words that say why, the line that made it so, and the criteria met."""

    severity: str
    reason: str
    why: Provenance
    evidence: tuple[Evidence, ...] = ()


_NOTHING: Mapping[str, str] = {}


def classify(
    policy: Policy, bindings: Bindings, labels: Mapping[str, str], annotations: Mapping[str, str] = _NOTHING
) -> Choice:
    """Choose the severity of an alert: what its labels name outright, else its criteria, else the highest."""
    return named(policy, bindings, labels) or by_criteria(policy, observe(labels, annotations))


def named(policy: Policy, bindings: Bindings, labels: Mapping[str, str]) -> Choice | None:
    """The severity that labels name outright: bound by the owner, stated for the alert, or the playbook's word."""
    return _by_binding(policy, bindings, labels) or _by_alert_rule(policy, labels) or _by_own_name(policy, labels)


def by_hand(policy: Policy, asked: str, observed: Observed) -> Choice:
    """The severity that a person names, or `?` for what the criteria make of what they state. Raises KeyError."""
    if asked in ("", "?"):
        return by_criteria(policy, observed)
    severity = policy.severity(asked)
    why = severity.why if severity.why.stated else default("declared by hand")
    return Choice(severity.name, "declared by hand", why)


def by_criteria(policy: Policy, observed: Observed) -> Choice:
    """The gravest severity of which a criterion is met; in doubt the gravest that may be, or the highest of all."""
    found = weigh(policy, observed)
    sure = next((e for e in found if e.sure), None)
    chosen = sure or next(iter(found), None)
    if chosen is None:
        return _in_doubt(policy, observed.name)
    told = f"{' and '.join(dict.fromkeys(chosen.said))} meets a criterion of {chosen.severity}"
    reason = told if sure else f"{told}, in doubt: {chosen.missing}"
    return Choice(chosen.severity, reason, chosen.criterion.why, found)


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


def _in_doubt(policy: Policy, name: str) -> Choice:
    highest = policy.severities[0]
    why = policy.in_doubt_higher or default("when in doubt, the highest severity")
    return Choice(highest.name, f"nothing grades {name or 'this alert'}: in doubt, the highest severity", why)


def find(policy: Policy, name: str) -> Severity | None:
    """The severity of this name, if the playbook has one."""
    try:
        return policy.severity(name) if name else None
    except KeyError:
        return None


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The response time, until somebody has acknowledged, and the resolution target."""
    severity = context.severity(incident)
    start = incident.graded_at
    if start is None:
        return
    response, resolution = severity.response, severity.resolution
    if response and not incident.response_missed and incident.first_acknowledged_at is None:
        at = context.page_at(start, response.seconds, response.business)
        yield Deadline(at, ResponseMissed(severity=severity.name, why=response.why))
    if resolution and not incident.resolution_missed:
        at = context.later(start, resolution.seconds, resolution.business)
        if not incident.resolution_warned:
            warned = context.later(start, resolution.seconds - _warning(resolution.seconds), resolution.business)
            yield Deadline(warned, ResolutionAtRisk(severity.name, at, resolution.why))
        yield Deadline(at, ResolutionMissed(severity=severity.name, why=resolution.why))


def _warning(seconds: int) -> int:
    """How long before a target passes people hear of it: its last quarter, at most a day."""
    return min(seconds // 4, LONGEST_WARNING)


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


def on_resolution_at_risk(course: Course, event: ResolutionAtRisk) -> None:
    """Tell who has it while there is time to bring others in; who nobody has answered is paged anyway."""
    left = (event.at - course.context.now).total_seconds()
    if left > 0 and course.incident.status == "acknowledged":
        oncall.notify_involved(course, f"{span(int(left))} left to resolve a {event.severity}", event.why)


def on_resolution_missed(course: Course, event: ResolutionMissed) -> None:
    """Tell those who are on it that the target has passed."""
    oncall.notify_involved(course, f"the resolution target of {event.severity} has passed", event.why)


def grade(incident: Incident, event: Regraded, at: datetime) -> Incident:
    """Fold a new severity: the levels are to be reached anew, on clocks that restart or go on.

    Whose consent words need may be another's now: none that was given holds any more.
    """
    return replace(
        incident,
        severity=event.severity,
        by_hand=incident.by_hand or event.by_hand,
        graded_at=at if event.restart else incident.graded_at,
        asked_at=at if event.restart else incident.asked_at,
        update_from=at,
        promised_from=at,
        reached=(),
        round=0,
        response_missed=False,
        resolution_missed=False,
        resolution_warned=False,
        wanting=(),
        told=tuple(Told(t.audience, first_at=t.first_at, since=at) for t in incident.told),
        approved=(),
    )


def response_missed(incident: Incident, event: ResponseMissed, at: datetime) -> Incident:
    """Fold a missed response time."""
    return replace(incident, response_missed=True)


def resolution_at_risk(incident: Incident, event: ResolutionAtRisk, at: datetime) -> Incident:
    """Fold the warning of a resolution target."""
    return replace(incident, resolution_warned=True)


def resolution_missed(incident: Incident, event: ResolutionMissed, at: datetime) -> Incident:
    """Fold a missed resolution target."""
    return replace(incident, resolution_missed=True)

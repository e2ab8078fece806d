"""What is told at a moment, whatever the clocks: that it has begun, and that it is over."""

from sirenbook.incident.context import Context, Course
from sirenbook.incident.people import oncall
from sirenbook.incident.updates import demands
from sirenbook.incident.updates.communication import owner_of, standing
from sirenbook.incident.updates.promises import barred, holds, owed, told_as
from sirenbook.model.event import Resolved
from sirenbook.model.incident import Incident
from sirenbook.model.promise import OUTSIDE, Audience, Moment, Promise
from sirenbook.model.provenance import Provenance, default


def on_taken(course: Course) -> None:
    """Remind whoever takes the incident first of those who are to hear that it has begun."""
    incident, owner = course.incident, owner_of(course.incident)
    if incident.first_acknowledged_at != course.context.now:
        return
    asked = {a: why for a, why in _asked(course.context, incident, "start").items() if not _heard(incident, a)}
    if asked:
        oncall.inform(course, owner, f"tell {', '.join(asked)} that it has begun", next(iter(asked.values())))


def on_resolved(course: Course, event: Resolved) -> None:
    """Remind whoever must tell of those who are to hear of the end, and of what is still to be said.

    Those are whom the playbook names for it, those outside who heard of it, and those who were to hear and did not.
    """
    incident, owner = course.incident, owner_of(course.incident)
    asked = _asked(course.context, incident, "resolution")
    whom = {a: asked.get(a) or default("who heard of it hears of its end") for a in OUTSIDE if _heard(incident, a)}
    if not event.false_alarm:
        whom |= asked | _never_told(course.context, incident)
    if whom:
        over = "it was a false alarm" if event.false_alarm else "it is over"
        oncall.inform(course, owner, f"tell {', '.join(whom)} that {over}", next(iter(whom.values())))
    wanted = () if event.false_alarm else demands.demanded(course.context, incident, "resolution")
    lacking = demands.compose(wanted, event.reason, dict(event.fields)).lacking
    if lacking and (owner or incident.pages):
        names = ", ".join(f.name for f in lacking)
        oncall.inform(course, owner, f"it is over, and {names} is still to be said of it", lacking[0].why)


def _asked(context: Context, incident: Incident, moment: Moment) -> dict[Audience, Provenance]:
    """Whom the playbook wants told at a moment of an incident of this severity, by which line."""
    severity, policy = context.severity(incident), context.policy
    found: dict[Audience, Provenance] = {}
    for promise in policy.promises:
        if (
            moment in _moments(promise)
            and promise.bound == "must"
            and not promise.condition
            and holds(promise, severity)
        ):
            for audience in told_as(promise.audience, policy):
                found.setdefault(audience, promise.why)
    return {a: why for a, why in found.items() if not barred(policy, severity, a)}


def _moments(promise: Promise) -> tuple[Moment, ...]:
    """When a word is due: the moments that are stated; at the start, where a severity's own line states no time."""
    untimed = promise.severities and not (promise.moments or promise.first or promise.every)
    return ("start",) if untimed else promise.moments


def _never_told(context: Context, incident: Incident) -> dict[Audience, Provenance]:
    """Those outside whom the playbook gives a time for the first word, which was still to come."""
    found = (o for o in owed(context.policy, context.severity(incident)) if o.audience in OUTSIDE and o.first)
    return {o.audience: o.first.why for o in found if o.first and not _heard(incident, o.audience)}


def _heard(incident: Incident, audience: Audience) -> bool:
    return standing(incident, audience).first_at is not None

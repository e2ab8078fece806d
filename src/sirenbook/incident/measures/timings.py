"""What one incident's timeline says of how it went: how long everything took, and which promises were kept."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, field

from sirenbook.incident.after.aftermath import NOTHING_YET, holds_for, outstanding
from sirenbook.incident.context import Context
from sirenbook.incident.core import evolve
from sirenbook.incident.updates.promises import owed
from sirenbook.model import event as e
from sirenbook.model import progress_event as p
from sirenbook.model import step_event as st
from sirenbook.model.clock import Clock
from sirenbook.model.incident import Incident
from sirenbook.model.promise import OUTSIDE, Audience
from sirenbook.model.update_event import UpdateGiven


class Timings(Struct):
    """How one incident went; times taken are in seconds, None where it has not come to that.

    It was recovered when its alerts cleared or people held it to be solved, if the watch after that ended it, else
    when people said so.
    `owing` are the audiences whose update is late. `pages` are who was paged and when. `events` are those of the
    runbook's steps. `began_at` is when its first alert began to fire.
    """

    incident: int
    title: str = ""
    severity: str = ""
    service: str = ""
    alert: str = ""
    group: str | None = None
    opened_at: datetime | None = None
    began_at: datetime | None = None
    drill: bool = False
    over: bool = False
    false_alarm: bool = False
    cause: str = ""
    acknowledged: float | None = None
    recovered: float | None = None
    first_update: float | None = None
    first_outside: float | None = None
    updates_kept: int = 0
    updates_missed: int = 0
    owing: set[Audience] = field(default_factory=set)
    response_kept: bool | None = None
    resolution_kept: bool | None = None
    reopened: int = 0
    reviews_kept: int = 0
    reviews_missed: int = 0
    items: int = 0
    items_done: int = 0
    items_overdue: int = 0
    pages: list[tuple[str, datetime]] = field(default_factory=list)
    events: list[e.Event] = field(default_factory=list)

    @property
    def detected(self) -> float | None:
        """From the first alert's start to the incident."""
        if self.began_at is None or self.opened_at is None:
            return None
        return max(0.0, (self.opened_at - self.began_at).total_seconds())

    def since_opened(self, at: datetime) -> float:
        """Seconds since the incident began."""
        assert self.opened_at is not None
        return max(0.0, (at - self.opened_at).total_seconds())


def timings(context: Context, incident_id: int, entries: Iterable[e.Entry]) -> Timings:
    """How an incident went, by its timeline and the policy that it ran by; deliveries may be left out of it."""
    found, incident = Timings(incident_id), Incident(id=incident_id)
    for entry in entries:
        before, incident = incident, evolve(incident, entry)
        context = context.about(incident)
        _count(context, found, before, entry)
        found.severity, found.service = incident.severity, incident.service
    _afterwards(context, found, incident)
    return found


def _afterwards(context: Context, found: Timings, incident: Incident) -> None:
    """Count what came of reviews and action items by now; a review that is not due yet counts as neither."""
    left = incident.aftermath or NOTHING_YET
    late = {r.key for r in left.reminded if r.round}
    if incident.resolved_at is not None and not incident.false_alarm:
        asked = {f"review.{n}" for n, each in enumerate(context.policy.reviews) if holds_for(each, incident)}
        waiting = {x.key for x in outstanding(context, incident)}
        found.reviews_missed = len(asked & late)
        found.reviews_kept = len(asked - late - waiting)
    found.items = sum(x.status != "dropped" for x in left.items)
    found.items_done = sum(x.status == "done" for x in left.items)
    found.items_overdue = sum(x.status == "open" and x.due is not None and x.due < context.now for x in left.items)


def _count(context: Context, found: Timings, before: Incident, entry: e.Entry) -> None:
    """Take one event in; `before` is the incident that it happened to."""
    event, at = entry.event, entry.at
    match event:
        case e.Opened():
            found.opened_at, found.began_at = at, event.began_at
            found.title, found.alert = event.title, event.alert
            found.group, found.drill = event.group, event.drill
        case e.Acknowledged() | e.Snoozed() | p.WatchBegan():
            _acknowledged(context, found, before, at)
        case e.ResponseMissed() | e.ResolutionMissed() | e.UpdateDue():
            _missed(found, event)
        case e.Noted(update=True):
            _updated(context, found, before, "internal", at)
        case UpdateGiven(audience=audience) if event.posted or not event.left:
            _updated(context, found, before, audience, at)
        case e.Resolved():
            _resolved(context, found, before, event, at)
        case e.Reopened():
            found.over, found.recovered, found.reopened = False, None, found.reopened + 1
        case e.Paged():
            found.pages.append((event.person, at))
        case _ if isinstance(event, st.RunbookChosen | st.StepStarted | st.StepEnded | st.StepMarked):
            found.events.append(event)


def _missed(found: Timings, event: e.ResponseMissed | e.ResolutionMissed | e.UpdateDue) -> None:
    if isinstance(event, e.UpdateDue):
        found.updates_missed += event.periods
        found.owing.add(event.audience)
    elif isinstance(event, e.ResponseMissed):
        found.response_kept = False
    else:
        found.resolution_kept = False


def _acknowledged(context: Context, found: Timings, before: Incident, at: datetime) -> None:
    if found.acknowledged is None:
        found.acknowledged = found.since_opened(at)
    if before.first_acknowledged_at is None and found.response_kept is not False:
        found.response_kept = _in_time(context, before.graded_at, context.severity(before).response, at)


def _resolved(context: Context, found: Timings, before: Incident, event: e.Resolved, at: datetime) -> None:
    end = before.cleared_at if before.cleared_at is not None and not event.by else at
    end = min(end, before.watched_from or end)
    found.over, found.false_alarm, found.recovered = True, event.false_alarm, found.since_opened(end)
    found.cause = event.reason if event.by else ""
    if found.resolution_kept is not False:
        found.resolution_kept = _in_time(context, before.graded_at, context.severity(before).resolution, end)


def _updated(context: Context, found: Timings, before: Incident, audience: Audience, at: datetime) -> None:
    """Count an update that somebody was owed; a late one is counted as missed already."""
    if found.first_update is None:
        found.first_update = found.since_opened(at)
    if found.first_outside is None and audience in OUTSIDE:
        found.first_outside = found.since_opened(at)
    owed_to = [o.audience for o in owed(context.policy, context.severity(before))]
    if before.open and audience in owed_to and audience not in found.owing:
        found.updates_kept += 1
    found.owing.discard(audience)


def _in_time(context: Context, start: datetime | None, clock: Clock | None, at: datetime) -> bool | None:
    """Whether something came within a clock; None where the playbook states none."""
    if start is None or clock is None:
        return None
    return at <= context.later(start, clock.seconds, clock.business)

"""The decision: from an incident, a command and the time to events, intents and the time to wake.

Every concern brings four things: how it answers commands, how its events fold, which deadlines it sets, and what
follows from an event. They meet in the tables below and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident import intake, lifecycle, obligations, security, severity, visibility
from sirenbook.incident.after import aftermath, customer_follow_ups, items, review, trackers
from sirenbook.incident.context import Context, watched
from sirenbook.incident.people import escalation, moving, oncall, relief, roles
from sirenbook.incident.steps import attack, branches, phases, runbooks, verification
from sirenbook.incident.updates import communication, moments, rooms
from sirenbook.model import command as c
from sirenbook.model import event as e
from sirenbook.model import progress_event as p
from sirenbook.model import review_event as r
from sirenbook.model import step_event as st
from sirenbook.model import update_event as u
from sirenbook.model.deadline import Deadline
from sirenbook.model.incident import Incident
from sirenbook.model.intent import Intent
from sirenbook.model.step import Order

LARGEST_TICK = 100
"""How many deadlines one command may let happen; the rest follows in the next pass."""

_DECIDE: dict[type[Any], Callable[[Any, Any], None]] = {
    c.Open: lifecycle.open_,
    c.Fold: intake.fold,
    c.Acknowledge: lifecycle.acknowledge,
    c.Snooze: lifecycle.snooze,
    c.Escalate: escalation.escalate,
    c.Regrade: severity.regrade,
    c.Move: moving.move,
    c.Note: communication.note,
    c.Tell: communication.tell,
    c.ApproveUpdate: communication.approve,
    c.AssignRole: roles.assign,
    c.MarkSecurity: security.mark,
    c.Restrict: visibility.restrict,
    c.OpenRoom: rooms.open_,
    c.Resolve: lifecycle.resolve,
    c.Reopen: lifecycle.reopen,
    c.Receive: oncall.receive,
    c.ChooseRunbook: runbooks.choose,
    c.GiveValue: runbooks.give,
    c.RunStep: runbooks.run,
    c.MarkStep: runbooks.mark,
    c.EndStep: runbooks.end,
    c.AssignReview: review.assign,
    c.ScheduleReview: review.schedule,
    c.WriteReview: review.write,
    c.ApproveReview: review.approve,
    c.PublishReview: review.publish,
    c.FollowUp: aftermath.follow_up,
    c.AddItem: items.add,
    c.ChangeItem: items.change,
    c.ChooseBranch: branches.choose,
    c.EnterPhase: phases.enter,
    c.KeepEvidence: attack.keep,
}

_FOLD: dict[type[Any], Callable[[Incident, Any, datetime], Incident]] = {
    e.Opened: lifecycle.opened,
    e.AlertsFolded: intake.folded,
    e.AlertsCleared: intake.cleared,
    e.AlertsReturned: intake.returned,
    e.Regraded: severity.grade,
    e.Moved: moving.moved,
    e.Escalated: escalation.reached,
    e.Paged: oncall.paged,
    e.PageContinued: oncall.continued,
    e.Notified: oncall.notified,
    e.Silent: escalation.silent,
    e.ResponseMissed: severity.response_missed,
    e.ResolutionAtRisk: severity.resolution_at_risk,
    e.ResolutionMissed: severity.resolution_missed,
    e.UpdateDue: communication.update_due,
    u.UpdateNudged: communication.update_nudged,
    u.UpdateGiven: communication.update_given,
    u.UpdateApproved: communication.update_approved,
    u.RoleAssigned: roles.assigned,
    u.RoleMissing: roles.missing,
    u.SecurityMarked: security.marked,
    u.SecurityLifted: security.lifted,
    u.AccessRestricted: visibility.restricted,
    u.AccessOpened: visibility.opened,
    u.RoomOpened: rooms.opened,
    e.Acknowledged: lifecycle.acknowledged,
    e.Snoozed: lifecycle.snoozed,
    e.SnoozeEnded: lifecycle.snooze_ended,
    e.Noted: lifecycle.noted,
    e.Resolved: lifecycle.resolved,
    e.Reopened: lifecycle.reopened,
    e.Delivered: oncall.delivered,
    st.RunbookChosen: runbooks.chosen,
    st.ValueGiven: runbooks.given,
    st.StepApproved: runbooks.approved,
    st.ApprovalLapsed: runbooks.lapsed,
    st.StepStarted: runbooks.started,
    st.StepEnded: runbooks.ended,
    st.StepMarked: runbooks.marked,
    r.DueSoon: aftermath.due_soon,
    r.Overdue: aftermath.overdue,
    r.FollowedUp: aftermath.followed_up,
    r.ReviewAssigned: review.assigned,
    r.ReviewScheduled: review.scheduled,
    r.ReviewWritten: review.written,
    r.ReviewApproved: review.approved,
    r.ReviewPublished: review.published,
    r.ItemAdded: items.added,
    r.ItemChanged: items.changed,
    p.BranchChosen: branches.chosen,
    p.PhaseReached: phases.reached,
    p.WatchBegan: verification.began,
    p.EvidenceKept: attack.kept,
}


def _on_runbook(course: Any, event: st.RunbookChosen) -> None:
    security.on_runbook(course, event)
    runbooks.on_chosen(course, event)


def _on_opened(course: Any, event: e.Opened) -> None:
    security.on_opened(course, event)
    _on_graded(course, event)


def _on_resolved(course: Any, event: e.Resolved) -> None:
    moments.on_resolved(course, event)
    customer_follow_ups.on_resolved(course, event)


def _on_graded(course: Any, event: e.Opened | e.Regraded) -> None:
    obligations.on_graded(course)
    trackers.on_graded(course)
    roles.on_graded(course)


def _on_taken(course: Any, event: e.Acknowledged | e.Snoozed) -> None:
    roles.on_taken(course, event)
    moments.on_taken(course)
    if isinstance(event, e.Acknowledged):
        relief.on_taken(course, event)


_FOLLOW: dict[type[Any], Callable[[Any, Any], None]] = {
    e.AlertsReturned: verification.on_returned,
    e.Escalated: escalation.on_escalated,
    e.PageContinued: oncall.on_continued,
    e.Silent: escalation.on_silent,
    e.SnoozeEnded: escalation.on_snooze_ended,
    e.ResponseMissed: severity.on_response_missed,
    e.ResolutionAtRisk: severity.on_resolution_at_risk,
    e.ResolutionMissed: severity.on_resolution_missed,
    e.Opened: _on_opened,
    e.Regraded: _on_graded,
    e.Moved: moving.on_moved,
    e.Acknowledged: _on_taken,
    e.Snoozed: _on_taken,
    e.UpdateDue: communication.on_update_due,
    u.UpdateNudged: communication.on_update_nudged,
    u.RoleAssigned: roles.on_assigned,
    u.RoleMissing: roles.on_missing,
    u.SecurityMarked: security.on_marked,
    e.Resolved: _on_resolved,
    st.RunbookChosen: _on_runbook,
    st.ValueGiven: runbooks.on_given,
    r.DueSoon: aftermath.on_due_soon,
    r.Overdue: aftermath.on_overdue,
}

_CLOCKS = (
    escalation.deadlines,
    oncall.deadlines,
    severity.deadlines,
    communication.deadlines,
    phases.deadlines,
    roles.deadlines,
)


class Decision(Struct, frozen=True):
    """What one command led to: the incident after it, new entries, what to send and to run, when to wake."""

    incident: Incident
    entries: tuple[e.Entry, ...]
    intents: tuple[Intent, ...]
    wake_at: datetime | None
    orders: tuple[Order, ...] = ()


def decide(context: Context, incident: Incident, command: c.Command) -> Decision:
    """Carry out a command and let everything happen that is due at `context.now`.

    Pure: the same arguments give the same decision, byte for byte. Raises `Refused` where the state of the
    incident does not allow the command.
    """
    course = Unfolding(context, incident)
    if not isinstance(command, c.Tick):
        _DECIDE[type(command)](course, command)
    if isinstance(command, c.Open):
        runbooks.on_opened(course, command)
    wake_at = course.elapse()
    return Decision(course.incident, tuple(course.entries), tuple(course.intents), wake_at, tuple(course.orders))


def deadlines(context: Context, incident: Incident) -> list[Deadline]:
    """Everything that will happen to the incident if nothing else happens first, earliest first.

    While it is watched, as its alerts have cleared or somebody solved it, the end of the watch lies ahead, and the
    words that whoever has it owes until then; once it is resolved, what is left to do after it.
    """
    if not incident.seq:
        return []
    context = context.about(incident)
    found = list(aftermath.deadlines(context, incident))
    if not incident.open:
        return sorted(found, key=lambda d: d.at)
    found += [*lifecycle.deadlines(context, incident), *runbooks.deadlines(context, incident)]
    if not watched(context, incident):
        for clock in _CLOCKS:
            found.extend(clock(context, incident))
    elif incident.status == "acknowledged":
        found += communication.deadlines(context, incident)
    return sorted(found, key=lambda d: d.at)


def evolve(incident: Incident, entry: e.Entry) -> Incident:
    """Fold one entry into the incident."""
    fold = _FOLD.get(type(entry.event))
    after = fold(incident, entry.event, entry.at) if fold else incident
    return replace(after, seq=entry.seq)


def fold(incident_id: int, entries: Iterable[e.Entry]) -> Incident:
    """The incident that a whole timeline tells."""
    incident = Incident(id=incident_id)
    for entry in entries:
        incident = evolve(incident, entry)
    return incident


class Unfolding:
    """Events unfolding from one command: each is folded in, and its consequences follow, before the next."""

    def __init__(self, context: Context, incident: Incident) -> None:
        self.context = context.about(incident)
        self.incident = incident
        self.entries: list[e.Entry] = []
        self.intents: list[Intent] = []
        self.orders: list[Order] = []
        self._due: datetime | None = None

    def happen(self, event: e.Event, due: datetime | None = None) -> None:
        """Let an event happen now; `due` is the time at which it, and all that follows from it, should have."""
        self._due = due or self._due
        entry = e.Entry(seq=self.incident.seq + 1, at=self.context.now, event=event, due=self._due)
        self.incident = evolve(self.incident, entry)
        self.context = self.context.about(self.incident)
        self.entries.append(entry)
        self.intents.extend(oncall.intents(self.context, self.incident, entry))
        follow = _FOLLOW.get(type(event))
        if follow is not None:
            follow(self, event)

    def order(self, order: Order) -> None:
        """Have a step run, once what happened is committed."""
        self.orders.append(order)

    def elapse(self) -> datetime | None:
        """Let what is due happen, earliest first, each seen by the next; answers when the one after it is due."""
        ahead = deadlines(self.context, self.incident)
        for _ in range(LARGEST_TICK):
            if not ahead or ahead[0].at > self.context.now:
                break
            self.happen(ahead[0].event, due=ahead[0].at)
            self._due = None
            ahead = deadlines(self.context, self.incident)
        return ahead[0].at if ahead else None

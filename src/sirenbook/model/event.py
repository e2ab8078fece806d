"""What happened to an incident. Events are additive for ever: a field is added with a default, never changed."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.model.happened import Happened
from sirenbook.model.progress_event import BranchChosen, EvidenceKept, PhaseReached, WatchBegan
from sirenbook.model.promise import Audience
from sirenbook.model.provenance import Provenance
from sirenbook.model.review_event import (
    DueSoon,
    FollowedUp,
    ItemAdded,
    ItemChanged,
    Overdue,
    ReviewApproved,
    ReviewAssigned,
    ReviewPublished,
    ReviewScheduled,
    ReviewWritten,
)
from sirenbook.model.step_event import (
    ApprovalLapsed,
    RunbookChosen,
    StepApproved,
    StepEnded,
    StepMarked,
    StepStarted,
    ValueGiven,
)
from sirenbook.model.update_event import (
    AccessOpened,
    AccessRestricted,
    Obliged,
    RoleAssigned,
    RoleMissing,
    RoomOpened,
    SecurityLifted,
    SecurityMarked,
    UpdateApproved,
    UpdateGiven,
    UpdateNudged,
)


class Opened(Happened, frozen=True):
    """An incident began, with the severity chosen and the reason for it.

    `alert`, `service` and `began_at` are the name, the service and the start of the alert that opened it; where it
    was declared, the service is what was named, which may be a team.
    """

    title: str
    severity: str
    reason: str
    why: Provenance
    policy: str
    by: str
    group: str | None = None
    alerts: int = 0
    firing: bool = False
    drill: bool = False
    impact: str = ""
    alert: str = ""
    service: str = ""
    began_at: datetime | None = None


class AlertsFolded(Happened, frozen=True):
    """More alerts of the group arrived; counted here once per doubling, so that a storm stays readable."""

    total: int
    sample: str


class AlertsCleared(Happened, frozen=True):
    """Every alert of the incident is resolved; paging rests while the watch period runs."""

    total: int


class AlertsReturned(Happened, frozen=True):
    """An alert fires again after all had cleared; the clocks go on as if they had not."""

    sample: str


class Regraded(Happened, frozen=True):
    """The severity changed, by hand or because a worse alert joined; `restart`: the clocks start afresh."""

    severity: str
    before: str
    reason: str
    by: str
    why: Provenance
    by_hand: bool = False
    restart: bool = True


class Moved(Happened, frozen=True):
    """It turned out to be about another service, or another team's: whose it is changed."""

    service: str
    before: str
    reason: str
    by: str


class Escalated(Happened, frozen=True):
    """An escalation level was reached by its clock, or was called by a person with a note.

    `relieves` is who has the incident, where those called are to take it over from them.
    """

    level: str
    who: tuple[str, ...]
    why: Provenance
    manner: Literal["page", "notify", "ticket"] = "page"
    until: Literal["acknowledged", "resolved"] = "acknowledged"
    after: int | None = None
    by: str = ""
    note: str = ""
    relieves: str = ""


class Paged(Happened, frozen=True):
    """A page to one person began: somebody must acknowledge. With the rotation that made it theirs, until when.

    `note` is what whoever called them wants them to know.
    `instead` is the page that failed and that this one stands in for.
    """

    page: str
    person: str
    target: str
    why: Provenance
    method: int = 0
    rotation: str = ""
    until: datetime | None = None
    note: str = ""
    instead: str = ""


class PageContinued(Happened, frozen=True):
    """A page goes on by the person's next contact method, after silence or a failed delivery."""

    page: str
    person: str
    target: str
    method: int
    reason: str
    why: Provenance


class Notified(Happened, frozen=True):
    """A person is informed; nothing is demanded. `quoted` when the text was written for whoever reads there."""

    page: str
    person: str
    target: str
    text: str
    why: Provenance
    method: int = 0
    quoted: bool = False


class Unreachable(Happened, frozen=True):
    """A target of the playbook leads to nobody; the fallback is paged in its place, if there is one."""

    target: str
    fallback: tuple[str, ...]
    why: Provenance


class Silent(Happened, frozen=True):
    """Nobody acknowledged in time: all who were paged are paged again, from round three on the fallback too."""

    round: int
    why: Provenance


class ResponseMissed(Happened, frozen=True):
    """The response time passed without an acknowledgement."""

    severity: str
    why: Provenance


class ResolutionAtRisk(Happened, frozen=True):
    """Most of the time to resolve is over, and the incident is open: its target passes at `at`."""

    severity: str
    at: datetime
    why: Provenance


class ResolutionMissed(Happened, frozen=True):
    """The resolution target passed while the incident was open."""

    severity: str
    why: Provenance


class UpdateDue(Happened, frozen=True):
    """An update was promised to an audience for now and is not there.

    `round` counts those that were missed in a row, `periods` those since the last that was asked for. It is
    told `together` with another where everybody was reminded of that a moment ago.
    """

    severity: str
    why: Provenance
    audience: Audience = "internal"
    round: int = 0
    periods: int = 1
    together: bool = False


class Acknowledged(Happened, frozen=True):
    """Somebody took the incident; the clock of the unanswered page stops.

    `relieves` is who had it before, where it was taken over from them.
    """

    by: str
    via: str
    relieves: str = ""


class Snoozed(Happened, frozen=True):
    """Somebody took the incident and asked to be reminded; the unanswered page rests until then."""

    by: str
    until: datetime


class SnoozeEnded(Happened, frozen=True):
    """The snooze is over: the incident counts as unacknowledged and pages again."""

    by: str


class Noted(Happened, frozen=True):
    """A person wrote something down; `update` when it was a status update, which starts the cadence afresh."""

    by: str
    text: str
    update: bool = False


class Resolved(Happened, frozen=True):
    """The incident is over, by a person or because its alerts stayed quiet for the watch period.

    `fields` are what was said of it; `lacking` what the playbook demands and nobody said, `without` why not.
    `unwatched` is the line that asks for a watch which somebody left out, for their reason.
    """

    by: str
    reason: str
    false_alarm: bool = False
    why: Provenance | None = None
    fields: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
    without: str = ""
    unwatched: Provenance | None = None


class Reopened(Happened, frozen=True):
    """A resolved incident turned out not to be: its clocks start afresh."""

    by: str
    reason: str


class Delivered(Happened, frozen=True):
    """A receipt for one attempt on one contact method: what the provider said of it.

    What it says later comes as receipts of their own: `delivered` or `undelivered` to the device, `shown` on it.
    `traced` when the message bore an address of its own that such receipts come back to.
    """

    page: str
    person: str
    channel: str
    outcome: Literal["accepted", "failed", "refused", "withdrawn", "delivered", "shown", "undelivered"]
    key: str
    method: int = 0
    attempt: int = 1
    detail: str = ""
    final: bool = True
    late: int = 0
    traced: bool = False


Event = (
    Opened
    | AlertsFolded
    | AlertsCleared
    | AlertsReturned
    | Regraded
    | Moved
    | Escalated
    | Paged
    | PageContinued
    | Notified
    | Unreachable
    | Silent
    | ResponseMissed
    | ResolutionAtRisk
    | ResolutionMissed
    | UpdateDue
    | UpdateNudged
    | UpdateGiven
    | UpdateApproved
    | Obliged
    | RoleAssigned
    | RoleMissing
    | SecurityMarked
    | SecurityLifted
    | AccessRestricted
    | AccessOpened
    | RoomOpened
    | Acknowledged
    | Snoozed
    | SnoozeEnded
    | Noted
    | Resolved
    | Reopened
    | Delivered
    | RunbookChosen
    | ValueGiven
    | StepApproved
    | ApprovalLapsed
    | StepStarted
    | StepEnded
    | StepMarked
    | DueSoon
    | Overdue
    | FollowedUp
    | ReviewAssigned
    | ReviewScheduled
    | ReviewWritten
    | ReviewApproved
    | ReviewPublished
    | ItemAdded
    | ItemChanged
    | BranchChosen
    | PhaseReached
    | WatchBegan
    | EvidenceKept
)


class Entry(Struct, frozen=True):
    """One event on an incident's timeline: its place, its time, and the time at which it was due, if it had one."""

    seq: int
    at: datetime
    event: Event
    due: datetime | None = None

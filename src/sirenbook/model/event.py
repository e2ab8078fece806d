"""What happened to an incident. Events are additive for ever: a field is added with a default, never changed."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.model.provenance import Provenance


class _Happened(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag=True):
    """What all events share: they are tagged by their class name."""


class Opened(_Happened, frozen=True):
    """An incident began, with the severity chosen and the reason for it."""

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


class AlertsFolded(_Happened, frozen=True):
    """More alerts of the group arrived; counted here once per doubling, so that a storm stays readable."""

    total: int
    sample: str


class AlertsCleared(_Happened, frozen=True):
    """Every alert of the incident is resolved; paging rests while the watch period runs."""

    total: int


class AlertsReturned(_Happened, frozen=True):
    """An alert fires again after all had cleared; the clocks go on as if they had not."""

    sample: str


class Regraded(_Happened, frozen=True):
    """The severity changed, by hand or because a worse alert joined; `restart`: the clocks start afresh."""

    severity: str
    before: str
    reason: str
    by: str
    why: Provenance
    by_hand: bool = False
    restart: bool = True


class Escalated(_Happened, frozen=True):
    """An escalation level was reached by its clock, or was called by a person with a note."""

    level: str
    who: tuple[str, ...]
    why: Provenance
    manner: Literal["page", "notify", "ticket"] = "page"
    until: Literal["acknowledged", "resolved"] = "acknowledged"
    after: int | None = None
    by: str = ""
    note: str = ""


class Paged(_Happened, frozen=True):
    """A page to one person began: somebody must acknowledge."""

    page: str
    person: str
    target: str
    why: Provenance
    method: int = 0


class PageContinued(_Happened, frozen=True):
    """A page goes on by the person's next contact method, after silence or a failed delivery."""

    page: str
    person: str
    target: str
    method: int
    reason: str
    why: Provenance


class Notified(_Happened, frozen=True):
    """A person is informed; nothing is demanded."""

    page: str
    person: str
    target: str
    text: str
    why: Provenance
    method: int = 0


class Unreachable(_Happened, frozen=True):
    """A target of the playbook leads to nobody; the fallback is paged in its place, if there is one."""

    target: str
    fallback: tuple[str, ...]
    why: Provenance


class Silent(_Happened, frozen=True):
    """Nobody acknowledged in time: all who were paged are paged again, from round three on the fallback too."""

    round: int
    why: Provenance


class ResponseMissed(_Happened, frozen=True):
    """The response time passed without an acknowledgement."""

    severity: str
    why: Provenance


class ResolutionMissed(_Happened, frozen=True):
    """The resolution target passed while the incident was open."""

    severity: str
    why: Provenance


class UpdateDue(_Happened, frozen=True):
    """A status update is due by the playbook's cadence."""

    severity: str
    why: Provenance


class Acknowledged(_Happened, frozen=True):
    """Somebody took the incident; the clock of the unanswered page stops."""

    by: str
    via: str


class Snoozed(_Happened, frozen=True):
    """Somebody took the incident and asked to be reminded; the unanswered page rests until then."""

    by: str
    until: datetime


class SnoozeEnded(_Happened, frozen=True):
    """The snooze is over: the incident counts as unacknowledged and pages again."""

    by: str


class Noted(_Happened, frozen=True):
    """A person wrote something down; `update` when it was a status update, which starts the cadence afresh."""

    by: str
    text: str
    update: bool = False


class Resolved(_Happened, frozen=True):
    """The incident is over, by a person or because its alerts stayed quiet for the watch period."""

    by: str
    reason: str
    false_alarm: bool = False
    why: Provenance | None = None


class Reopened(_Happened, frozen=True):
    """A resolved incident turned out not to be: its clocks start afresh."""

    by: str
    reason: str


class Delivered(_Happened, frozen=True):
    """A receipt for one attempt on one contact method: what the provider said of it."""

    page: str
    person: str
    channel: str
    outcome: Literal["accepted", "failed", "refused", "withdrawn"]
    key: str
    method: int = 0
    attempt: int = 1
    detail: str = ""
    final: bool = True
    late: int = 0


Event = (
    Opened
    | AlertsFolded
    | AlertsCleared
    | AlertsReturned
    | Regraded
    | Escalated
    | Paged
    | PageContinued
    | Notified
    | Unreachable
    | Silent
    | ResponseMissed
    | ResolutionMissed
    | UpdateDue
    | Acknowledged
    | Snoozed
    | SnoozeEnded
    | Noted
    | Resolved
    | Reopened
    | Delivered
)


class Entry(Struct, frozen=True):
    """One event on an incident's timeline: its place, its time, and the time at which it was due, if it had one."""

    seq: int
    at: datetime
    event: Event
    due: datetime | None = None

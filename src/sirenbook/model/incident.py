"""What people respond to: the fold of its own timeline."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.model.promise import Audience, RoleKind
from sirenbook.model.provenance import Provenance
from sirenbook.model.review import Aftermath
from sirenbook.model.step import Procedure

Status = Literal["unacknowledged", "acknowledged", "resolved"]


class PageState(Struct, frozen=True, omit_defaults=True):
    """The latest page to one person, and how far along their contact methods it is.

    `settled` when nothing more follows from it: the incident was acknowledged after it. `delivered` when some
    channel accepted it. `began` is when the first of the pages began that failed and that it stands in for.
    `handed_at` is when a device was handed it that can tell, and `arrived` the last method whose device told.
    """

    page: str
    person: str
    target: str
    at: datetime
    why: Provenance
    method: int = 0
    settled: bool = False
    delivered: bool = False
    note: str = ""
    began: datetime | None = None
    handed_at: datetime | None = None
    arrived: int | None = None


class Told(Struct, frozen=True, omit_defaults=True):
    """How one audience stands: when it heard first, since when its clock runs, what was promised it and missed.

    `missed` counts the updates in a row that nobody gave since it heard, or since somebody took the incident.
    """

    audience: Audience
    first_at: datetime | None = None
    since: datetime | None = None
    next_by: datetime | None = None
    nudged: datetime | None = None
    missed: int = 0


class Held(Struct, frozen=True, omit_defaults=True):
    """A role that somebody has."""

    role: str
    kind: RoleKind
    person: str
    since: datetime


class Wanting(Struct, frozen=True, omit_defaults=True):
    """A role that is missing: how often that was told, and when last."""

    role: str
    round: int
    at: datetime


class Approved(Struct, frozen=True, omit_defaults=True):
    """Words that somebody consented to, by their digest."""

    audience: Audience
    digest: str
    by: str


class Incident(Struct, frozen=True, omit_defaults=True):
    """The state of one incident, folded from its timeline; never changed otherwise.

    `graded_at` starts the escalation clocks and moves with a new severity where the policy restarts them;
    `asked_at` starts the clock of the unanswered page and moves with the end of a snooze as well.
    `reached` are the keys of the escalation levels already reached; `round` counts the times in a row that
    nobody answered; `paged_at` is the time of the newest page round; `update_from` starts the cadence of
    the house, `promised_from` what everybody else was promised.
    `watched_from` is when somebody held it to be solved, `watched_for` the seconds for which it must stay so,
    `solved_by` and `solution` who and how.
    `told` is how each audience stands that was told or missed, `state` the state in the playbook's word, `said`
    what people said of its end by the fields that the playbook demands (its root cause).
    `restricted` when somebody marked it to be seen by few; one of security is so without it.
    `rooms` are the names of the chat rooms of its own. `relief` is the name of the playbook that was called to take
    it over from whoever has it. `service` is that of the alert that opened it, or the one it moved to: whose it
    is, theirs is the incident.
    """

    id: int
    policy: str = ""
    title: str = ""
    severity: str = ""
    status: Status = "unacknowledged"
    group: str | None = None
    opened_at: datetime | None = None
    graded_at: datetime | None = None
    asked_at: datetime | None = None
    by_hand: bool = False
    acknowledged_at: datetime | None = None
    first_acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    false_alarm: bool = False
    drill: bool = False
    impact: str = ""
    reached: tuple[str, ...] = ()
    pages: tuple[PageState, ...] = ()
    page_count: int = 0
    paged_at: datetime | None = None
    round: int = 0
    response_missed: bool = False
    resolution_missed: bool = False
    resolution_warned: bool = False
    update_from: datetime | None = None
    alerts: int = 0
    cleared_at: datetime | None = None
    seq: int = 0
    procedure: Procedure | None = None
    aftermath: Aftermath | None = None
    watched_from: datetime | None = None
    watched_for: int = 0
    solved_by: str = ""
    solution: str = ""
    told: tuple[Told, ...] = ()
    roles: tuple[Held, ...] = ()
    approved: tuple[Approved, ...] = ()
    security: bool = False
    state: str = ""
    said: dict[str, str] = {}
    restricted: bool = False
    wanting: tuple[Wanting, ...] = ()
    promised_from: datetime | None = None
    reminded_at: datetime | None = None
    reminded_of: str = ""
    rooms: tuple[str, ...] = ()
    relief: str = ""
    service: str = ""

    @property
    def number(self) -> str:
        """The name people call it by."""
        return f"INC-{self.id}"

    @property
    def confidential(self) -> bool:
        """Whether only those may see it who work on it: it is one of security, or was marked so."""
        return self.security or self.restricted

    @property
    def open(self) -> bool:
        """Whether it is not yet resolved."""
        return self.status != "resolved"

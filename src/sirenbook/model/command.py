"""What people, alerts, the clock and receipts ask of an incident."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from sirenbook.model.event import Notified
from sirenbook.model.promise import Audience
from sirenbook.model.provenance import Provenance
from sirenbook.model.review import ItemKind, ItemStatus
from sirenbook.model.status import Impact
from sirenbook.model.step import Outcome, Verdict


class Open(Struct, frozen=True):
    """Begin an incident with a severity already chosen and the reason for it.

    Its service is the one that is named, or a team's name; else that of the alert's labels.
    """

    title: str
    severity: str
    reason: str
    why: Provenance
    by: str
    group: str | None = None
    alerts: int = 0
    drill: bool = False
    impact: str = ""
    labels: dict[str, str] = {}
    began_at: datetime | None = None
    service: str = ""


class Fold(Struct, frozen=True):
    """Alerts of the incident's group arrived or ended; `firing` and `total` count the group after this batch.

    `severity`, `reason` and `why` are those of the worst new alert, if it may be worse than the incident's own.
    """

    firing: int
    total: int
    sample: str
    severity: str | None = None
    reason: str = ""
    why: Provenance | None = None


class Acknowledge(Struct, frozen=True):
    """Take the incident."""

    by: str
    via: str = "web"


class Snooze(Struct, frozen=True):
    """Take the incident and be reminded at `until`."""

    by: str
    until: datetime


class Escalate(Struct, frozen=True):
    """Bring in somebody by hand: a level's key, a target's name, or (None) whoever would be next.

    `fields` are what the playbook demands of such a call; `without` says why some of them are missing. `relief`
    calls whoever is to take over in a long incident by the playbook.
    """

    by: str
    to: str | None = None
    note: str = ""
    fields: dict[str, str] = {}
    without: str = ""
    relief: bool = False


class Regrade(Struct, frozen=True):
    """Give the incident another severity."""

    by: str
    severity: str
    reason: str = ""


class Move(Struct, frozen=True):
    """Make the incident another service's, or another team's."""

    by: str
    service: str
    reason: str = ""


class Note(Struct, frozen=True):
    """Write something on the timeline; `update` when it is a status update."""

    by: str
    text: str
    update: bool = False


class Tell(Struct, frozen=True):
    """Give an audience an update: send it where they read, or say that it was `posted` by hand.

    `fields` are what the playbook demands of it beside the text; `without` says why some of them are missing.
    `title`, `components` and `impact` are for our own status page; `lists` are the customers who get a mail. What
    is None is found out: by the words before, by the service, by the severity. `broken` are lists of customers that
    cannot be read now: words to them stay owed.
    """

    by: str
    audience: Audience
    text: str
    posted: bool = False
    next_by: datetime | None = None
    state: str = ""
    template: str = ""
    fields: dict[str, str] = {}
    without: str = ""
    title: str = ""
    components: tuple[str, ...] | None = None
    impact: Impact | None = None
    lists: tuple[str, ...] | None = None
    broken: tuple[str, ...] = ()


class ApproveUpdate(Struct, frozen=True):
    """Consent to exactly these words for an audience, with the `fields` that the playbook demands of them.

    `token` is the shared token by which it came: then `by` is only what its bearer says.
    `title` is theirs on our own status page, if they have one.
    """

    by: str
    audience: Audience
    text: str
    fields: dict[str, str] = {}
    state: str = ""
    token: str = ""
    title: str = ""


class AssignRole(Struct, frozen=True):
    """Give somebody a role, with a brief."""

    by: str
    role: str
    person: str
    note: str = ""


class MarkSecurity(Struct, frozen=True):
    """Say that the incident is one of security, or (`lift`) that it is none; by a shared `token`, if by one."""

    by: str
    reason: str = ""
    lift: bool = False
    token: str = ""


class Restrict(Struct, frozen=True):
    """Show the incident to those only who work on it, or (`lift`) to all again."""

    by: str
    reason: str = ""
    lift: bool = False


class OpenRoom(Struct, frozen=True):
    """Note that a chat room of the incident's own was made."""

    chat: str
    room: str
    name: str
    private: bool = False


class Resolve(Struct, frozen=True):
    """End the incident; `at_once` without the watch that the playbook asks for, which needs a reason.

    `fields` are what the playbook demands of a resolution; `without` says why some of them are missing.
    """

    by: str
    reason: str = ""
    false_alarm: bool = False
    at_once: bool = False
    fields: dict[str, str] = {}
    without: str = ""


class Reopen(Struct, frozen=True):
    """Take a resolved incident up again."""

    by: str
    reason: str = ""


class Tick(Struct, frozen=True):
    """Let everything happen that is due."""


class Receive(Struct, frozen=True):
    """A receipt: what became of one attempt. `final` when the outbox will not try this method again.

    `notice` is what a notification (not a page) said and why, so that it can go on by the next contact method.
    `traced` when the message bore an address of its own that later receipts come back to.
    """

    page: str
    person: str
    channel: str
    outcome: Literal["accepted", "failed", "refused", "withdrawn", "delivered", "shown", "undelivered"]
    key: str
    method: int
    attempt: int
    detail: str
    final: bool
    late: int = 0
    notice: Notified | None = None
    traced: bool = False


class ChooseRunbook(Struct, frozen=True):
    """Work by another runbook; `labels` are those of the incident's alerts."""

    by: str
    runbook: str
    labels: dict[str, str] = {}


class GiveValue(Struct, frozen=True):
    """Say what stands for a parameter."""

    by: str
    name: str
    value: str


class RunStep(Struct, frozen=True):
    """Run a step of the runbook; one that needs approval is approved by naming the `digest` of what was shown.

    `token` is the shared token by which it came: then `by` is only what its bearer says.
    """

    by: str
    step: int
    digest: str = ""
    dry: bool = False
    token: str = ""


class MarkStep(Struct, frozen=True):
    """Say what a step was worth, or tick it."""

    by: str
    step: int
    verdict: Verdict
    note: str = ""


class EndStep(Struct, frozen=True):
    """What came of one run, by whoever carried it out."""

    run: int
    outcome: Outcome
    exit: int | None = None
    seconds: float = 0.0
    detail: str = ""
    excerpt: str = ""
    size: int = 0


class AssignReview(Struct, frozen=True):
    """Name who writes the review."""

    by: str
    owner: str


class ScheduleReview(Struct, frozen=True):
    """Set the time at which the review is talked about."""

    by: str
    at: datetime
    minutes: int = 60


class WriteReview(Struct, frozen=True):
    """Keep a new version of the review; `based_on` is the version that the writer had before them."""

    by: str
    text: str
    based_on: int


class ApproveReview(Struct, frozen=True):
    """Stand for the newest version of the review, named by its number."""

    by: str
    version: int


class PublishReview(Struct, frozen=True):
    """Give the approved review to all who may read it; by a shared `token`, if by one."""

    by: str
    token: str = ""


class FollowUp(Struct, frozen=True):
    """Say that something due after the incident is done."""

    by: str
    key: str
    note: str = ""


class AddItem(Struct, frozen=True):
    """Write down an action item; a day alone means the end of business hours there."""

    by: str
    text: str
    owner: str = ""
    due: datetime | date | None = None
    kind: ItemKind = "action"


class ChangeItem(Struct, frozen=True):
    """Change an action item; what is None stays as it is. A day alone means the end of business hours there."""

    by: str
    item: int
    text: str | None = None
    owner: str | None = None
    due: datetime | date | None = None
    status: ItemStatus | None = None
    note: str = ""
    link: str | None = None


Reviewing = AssignReview | ScheduleReview | WriteReview | ApproveReview | PublishReview | FollowUp


class ChooseBranch(Struct, frozen=True):
    """Take one of several ways on, by its number."""

    by: str
    branch: int


class EnterPhase(Struct, frozen=True):
    """Go on to a phase of the response, by its number."""

    by: str
    phase: int


class KeepEvidence(Struct, frozen=True):
    """What was put by: its hash and the last hash of the timeline in it, with the counts of what it holds."""

    by: str
    digest: str
    head: str
    entries: int = 0
    outputs: int = 0
    alerts: int = 0
    size: int = 0


Stepping = ChooseRunbook | GiveValue | RunStep | MarkStep | EndStep | ChooseBranch | EnterPhase | KeepEvidence
Telling = Tell | ApproveUpdate | AssignRole | MarkSecurity | Restrict | OpenRoom

Leading = Open | Fold | Acknowledge | Snooze | Escalate | Regrade | Move | Note | Resolve | Reopen | Tick | Receive
Command = Leading | Telling | Stepping | Reviewing | AddItem | ChangeItem


class Refused(Exception):
    """A command that the incident's state does not allow; the text says why, for people."""


class Unbound(Refused):
    """Words that nothing here carries; `words` are what somebody is to post by hand, and then say so."""

    def __init__(self, text: str, words: str) -> None:
        super().__init__(text)
        self.words = words

"""What the API answers with and takes: the shapes of its JSON."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from sirenbook.engine.policies.plan import Plan
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.policy import Level, Severity
from sirenbook.model.rights import AccountRole

Title = Annotated[str, Meta(min_length=1, max_length=300)]
Short = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=10_000)]
Said = Annotated[dict[Short, Annotated[str, Meta(max_length=2000)]], Meta(max_length=30)]
"""Fields of a message by their names, as the playbook demands them."""
FileName = Annotated[str, Meta(min_length=1, max_length=200)]


class Place(Struct, frozen=True):
    """Where a playbook says so; `line` 0 when no line does, and `quote` names the default that stands in."""

    file: str
    line: int
    quote: str


class Summary(Struct, frozen=True):
    """One incident in a list."""

    id: str
    title: str
    severity: str
    label: str | None
    status: Literal["unacknowledged", "acknowledged", "resolved"]
    phase: str
    opened_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    alerts: int
    wake_at: datetime | None
    drill: bool
    restricted: bool
    url: str


class Responder(Struct, frozen=True):
    """A person who was paged, as which target, and whether anything still follows from it."""

    person: str
    name: str
    target: str
    page: str
    at: datetime
    settled: bool
    why: Place


class Ahead(Struct, frozen=True):
    """Something that will happen if nothing else happens first."""

    at: datetime
    in_seconds: int
    kind: str
    text: str
    why: Place | None


class Signal(Struct, frozen=True):
    """One alert of an incident."""

    name: str
    summary: str
    status: str
    repeats: int
    first_at: datetime
    last_at: datetime
    link: str
    labels: dict[str, str]
    annotations: dict[str, str]


class Sight(Struct, frozen=True):
    """A place of the playbook to look at for an incident: an address, or the command that opens it."""

    title: str
    kind: str
    url: str
    command: str
    why: Place


class ReliefNow(Struct, frozen=True):
    """Who is to take over in a long incident by the playbook's line; `escalate` with `relief` calls them."""

    target: str
    people: list[str]
    since: datetime
    text: str
    why: Place


class Calendar(Struct, frozen=True):
    """The business hours that count for an incident: in words, and the team whose they are; empty: everybody's."""

    hours: str
    team: str


class Detail(Summary, frozen=True):
    """One incident whole; `service` is that of the alert that opened it."""

    impact: str
    reason: str
    why: Place | None
    policy: str
    people: list[Responder]
    next: list[Ahead]
    reached: list[str]
    alerts_sample: list[Signal]
    links: list[Sight]
    relief: ReliefNow | None
    service: str
    calendar: Calendar
    seq: int


class Line(Struct, frozen=True):
    """One entry of a timeline: in words, and as it is stored."""

    seq: int
    at: datetime
    due: datetime | None
    kind: str
    text: str
    who: str
    why: Place | None
    event: dict[str, Any]


class Evidence(Struct, frozen=True):
    """An incident as evidence: files by name, a manifest with the hash of each among them; `head` is the last hash.

    `seal` is the hash of the manifest: note it where nobody can change it.
    """

    incident: str
    head: str
    seal: str
    files: dict[str, str]


class Listing(Struct, frozen=True):
    """Incidents, newest first; `next` is the `before` of the next page."""

    incidents: list[Summary]
    next: int | None


class Timeline(Struct, frozen=True):
    """Entries, oldest first."""

    entries: list[Line]


class PolicyInForce(Struct, frozen=True):
    """What was understood of the playbook that new incidents open under."""

    digest: str
    title: str
    files: list[str]
    severities: list[Severity]
    levels: list[Level]
    questions: list[Question]
    diagnostics: list[Diagnostic]


class Playbook(Struct, frozen=True):
    """The texts of the playbook in force, by file name."""

    digest: str
    files: dict[str, str]


class PolicyVersion(Struct, frozen=True):
    """A playbook that was put in force; `digest` names its texts, `policy` what they compiled to.

    `via` is the way it came: `up`, `api`, `page`, or `release` where a newer Sirenbook reads the texts otherwise.
    """

    number: int
    digest: str
    policy: str
    applied_at: datetime
    applied_by: str
    via: str
    note: str
    in_force: bool


class Policies(Struct, frozen=True):
    """Versions of the playbook, newest first; `next` is the `before` of the next page."""

    policies: list[PolicyVersion]
    next: int | None


class PolicyTexts(Struct, frozen=True):
    """One version with its texts; `bindings` holds addresses and is null for tokens that only read."""

    version: PolicyVersion
    files: dict[str, str]
    bindings: str | None


class Planned(Struct, frozen=True):
    """What would change, with the number of errors that the new playbook brings.

    Apply it with `expected` set to this `digest`, which is the one in force.
    """

    number: int
    digest: str
    new_digest: str
    same: bool
    errors: int
    plan: Plan


class Applied(Struct, frozen=True):
    """The version in force now, whether it is a new one, and what it changed."""

    version: PolicyVersion
    changed: bool
    plan: Plan


class LoginLink(Struct, frozen=True):
    """A link that logs somebody in once."""

    url: str


class Problem(Struct, frozen=True):
    """What went wrong: a stable code, words, and what to do."""

    code: str
    text: str
    help: str


class Failure(Struct, frozen=True):
    """The body of every answer that is not a success."""

    error: Problem


class Declare(Struct, frozen=True, forbid_unknown_fields=True):
    """Open an incident by hand.

    Instead of a severity there may be `facts` such as `{"error_rate": "12%"}`, or `?`: then the playbook's criteria
    choose it, by the facts and by what the title and the impact say; in doubt it is the highest. By a `service`, or
    the name of a team, it is that team's.
    """

    title: Title
    severity: Short = ""
    facts: Annotated[dict[Short, Short], Meta(max_length=50)] = {}
    impact: Words = ""
    reason: Words = ""
    drill: bool = False
    by: Short = ""
    service: Short = ""


class ByWhom(Struct, frozen=True, forbid_unknown_fields=True):
    """Who does it; the token's name where it is not said."""

    by: Short = ""


class SnoozeFor(Struct, frozen=True, forbid_unknown_fields=True):
    """Take the incident and be reminded: after an amount of time (`30m`, `2h`) or at an instant."""

    span: str | UnsetType = field(default=UNSET, name="for")
    until: datetime | UnsetType = UNSET
    by: Short = ""


class EscalateTo(Struct, frozen=True, forbid_unknown_fields=True):
    """Bring somebody in: a level's key, a target's name, or whoever would be next.

    `fields` are what the playbook wants whoever is called to know; `without` says why some of them are missing.
    `relief` calls whoever is to take over in a long incident, as the incident suggests it.
    """

    to: Short | None = None
    note: Words = ""
    fields: Said = {}
    without: Words = ""
    relief: bool = False
    by: Short = ""


class RegradeTo(Struct, frozen=True, forbid_unknown_fields=True):
    """Give the incident another severity."""

    severity: Short
    reason: Words = ""
    by: Short = ""


class MoveTo(Struct, frozen=True, forbid_unknown_fields=True):
    """Make the incident another service's or team's: whoever answers there is called."""

    service: Short
    reason: Words = ""
    by: Short = ""


class ResolveAs(Struct, frozen=True, forbid_unknown_fields=True):
    """End the incident; `at_once` (with a reason) without the watch that the playbook asks for.

    `fields` are what the playbook wants said of the end; `without` says why some of them are missing.
    """

    reason: Words = ""
    false_alarm: bool = False
    at_once: bool = False
    fields: Said = {}
    without: Words = ""
    by: Short = ""


class ReopenFor(Struct, frozen=True, forbid_unknown_fields=True):
    """Take a resolved incident up again."""

    reason: Words = ""
    by: Short = ""


class NoteDown(Struct, frozen=True, forbid_unknown_fields=True):
    """Write on the timeline; `update` when it is a status update."""

    text: Words
    update: bool = False
    by: Short = ""


class NewPlaybook(Struct, frozen=True, forbid_unknown_fields=True):
    """Texts to compare: the playbook's files by name, in reading order, and sirenbook.toml (null: as it is)."""

    files: Annotated[dict[FileName, str], Meta(min_length=1, max_length=200)]
    bindings: str | None = None


class ApplyPlaybook(NewPlaybook, frozen=True, forbid_unknown_fields=True):
    """Texts to put in force; refused where the digest in force is not `expected`, and for errors unless `force`."""

    note: Words = ""
    expected: Short = ""
    force: bool = False
    by: Short = ""


class AskLoginLink(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom a login link is, and the role of whoever has no account yet.

    Whoever opens it is asked for a name where it is not said.
    """

    name: Short = ""
    role: AccountRole = "responder"

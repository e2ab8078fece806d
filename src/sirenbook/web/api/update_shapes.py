"""What the API says of updates and roles, and takes for them: the shapes of its JSON."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sirenbook.model.promise import Audience
from sirenbook.model.status import Impact
from sirenbook.web.api.shapes import Place, Said, Short, Words


class GapLine(Struct, frozen=True):
    """A placeholder that the incident knows nothing for: its words in the draft, its line, and what it offers."""

    name: str
    words: str
    line: int
    choices: list[str]


class FieldLine(Struct, frozen=True):
    """What the playbook wants said in a message, and what is known of it, empty for nothing."""

    name: str
    value: str
    why: Place | None


class DraftText(Struct, frozen=True):
    """Words ready to be read over: the playbook's template, filled in. `fixed`: it says the same of every incident.

    `next_by` is the time that the words promise for the next ones, where they do.
    """

    text: str
    template: str
    why: Place | None
    gaps: list[GapLine]
    fixed: bool
    next_by: datetime | None


class OutletLine(Struct, frozen=True):
    """Where an audience reads, and whether words can be sent there from here."""

    name: str
    bound: bool


class AudienceLine(Struct, frozen=True):
    """How one audience stands: when it heard last, by when it must hear next, what keeps words from it.

    `approvers` must consent before: whoever they are, by the line `approval`. `approved` are the digests of words
    that were. `fields` are what the playbook wants in the next words.
    """

    audience: str
    told_at: datetime | None
    due: datetime | None
    in_seconds: int | None
    why: Place | None
    missed: int
    barred: Place | None
    approval: Place | None
    approvers: list[str]
    approved: list[str]
    outlets: list[OutletLine]
    draft: DraftText
    fields: list[FieldLine]


class RoleLine(Struct, frozen=True):
    """A role of the incident, what it is there for, and who has it."""

    name: str
    part: str
    person: str | None
    person_name: str | None
    since: datetime | None
    duties: list[str]
    why: Place | None


class PageLine(Struct, frozen=True):
    """Our own status page: its components, those that the incident affects, and how it would say that they fare.

    `lists` are the customers who can get a mail, `mailed` those of them who do if nobody says otherwise.
    """

    components: list[str]
    affected: list[str]
    impact: str
    impacts: list[str]
    lists: list[str]
    mailed: list[str]


class Updates(Struct, frozen=True):
    """Who was told what, who is owed what, in which state the incident is, and who has which role.

    `ending` and `calling` are what the playbook wants said when it is resolved and when somebody is called by hand.
    `page` is null where there is neither a status page of our own nor a list of customers.
    """

    id: str
    state: str
    states: list[str]
    security: bool
    restricted: bool
    owner: str | None
    audiences: list[AudienceLine]
    roles: list[RoleLine]
    ending: list[FieldLine]
    calling: list[FieldLine]
    page: PageLine | None = None


class TellAs(Struct, frozen=True, forbid_unknown_fields=True):
    """Give an audience an update: `send` it where they read, say that it was `posted`, or `approve` these words.

    `next` is after how long the words promise the next ones (`30m`). `fields` are what the playbook wants in them;
    they are written below the text. `without` says why some are missing.
    `title`, `components` and `impact` are for our
    own status page, `lists` the customers who get a mail; what is null is found out.
    """

    audience: Audience
    text: Words
    way: Literal["send", "posted", "approve"] = "posted"
    next: Short = ""
    state: Short = ""
    template: Annotated[str, Meta(max_length=300)] = ""
    fields: Said = {}
    without: Words = ""
    title: Short = ""
    components: Annotated[list[Short], Meta(max_length=100)] | None = None
    impact: Impact | None = None
    lists: Annotated[list[Short], Meta(max_length=100)] | None = None
    by: Short = ""


class GiveRole(Struct, frozen=True, forbid_unknown_fields=True):
    """Give somebody a role, with a brief."""

    role: Short
    person: Short
    note: Words = ""
    by: Short = ""


class RestrictTo(Struct, frozen=True, forbid_unknown_fields=True):
    """Show the incident to those only who work on it, or (`lift`) to all again."""

    lift: bool = False
    reason: Words = ""
    by: Short = ""


class MarkSecure(Struct, frozen=True, forbid_unknown_fields=True):
    """Say that the incident is one of security, or (`lift`) that it is none."""

    lift: bool = False
    reason: Words = ""
    by: Short = ""

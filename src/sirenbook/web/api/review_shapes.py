"""What the API says of a review and of action items and takes for them: the shapes of its JSON."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sirenbook.incident.after.proposals import Proposal
from sirenbook.model.review import ItemKind, ItemStatus
from sirenbook.web.api.shapes import Place, Short, Words

Document = Annotated[str, Meta(max_length=64_000)]


class Due(Struct, frozen=True):
    """Something that is left to do after an incident."""

    key: str
    what: str
    due: datetime
    overdue: bool
    owner: str
    why: Place


class ActionItem(Struct, frozen=True):
    """An action item, follow-up with a customer, or ticket; `paste` is the text for a ticket that is owed."""

    incident: str
    number: int
    text: str
    owner: str
    due: datetime | None
    status: ItemStatus
    kind: ItemKind
    overdue: bool
    link: str
    paste: str
    why: Place | None


class Version(Struct, frozen=True):
    """One version of a review: who wrote it when."""

    version: int
    at: datetime
    by: str


class Review(Struct, frozen=True):
    """The review of an incident as it stands; `markdown` is the version that was asked for, empty without any.

    `blanks` is what that version still has to fill in, `proposals` the lines of it that may become action items.
    """

    incident: str
    owner: str
    version: int
    approved: int
    published: int
    shown: int
    markdown: str
    blanks: list[str]
    versions: list[Version]
    meeting_at: datetime | None
    meeting_minutes: int
    due: list[Due]
    items: list[ActionItem]
    proposals: list[Proposal]


class Told(Struct, frozen=True):
    """One entry of the timeline, and whether the draft shows it."""

    seq: int
    at: datetime
    text: str
    picked: bool


class ReviewDraft(Struct, frozen=True):
    """A draft that is stored nowhere yet; `why` is the line of its template."""

    incident: str
    based_on: int
    markdown: str
    blanks: list[str]
    why: Place
    entries: list[Told]


class Exported(Struct, frozen=True):
    """A file: its name, and its text; of a PDF its bytes, in base64."""

    name: str
    text: str
    encoding: Literal["utf-8", "base64"] = "utf-8"


class Items(Struct, frozen=True):
    """Action items, those that are due first on top."""

    items: list[ActionItem]


class WriteReviewAs(Struct, frozen=True):
    """A new version of the review; `based_on` is the version that the writer had before them, 0 for none."""

    markdown: Document
    based_on: int = 0
    by: Short = ""


class ApproveReviewAs(Struct, frozen=True):
    """Stand for the newest version."""

    version: int
    by: Short = ""


class PublishReviewAs(Struct, frozen=True):
    """Give the approved version to all who may read it."""

    by: Short = ""


class AssignReviewTo(Struct, frozen=True):
    """Who writes the review."""

    owner: Short
    by: Short = ""


class ScheduleReviewAt(Struct, frozen=True):
    """When the review is talked about."""

    at: datetime
    minutes: int = 60
    by: Short = ""


class FollowUpDone(Struct, frozen=True):
    """Something due after the incident is done; `key` is one of those that `due` lists."""

    key: Short
    note: Words = ""
    by: Short = ""


class NewItem(Struct, frozen=True):
    """An action item; it is due at the end of business hours of that day."""

    text: Words
    owner: Short = ""
    due: date | None = None
    kind: ItemKind = "action"
    by: Short = ""


class ChangedItem(Struct, frozen=True):
    """What changes of an action item; what is left out stays."""

    text: Words | None = None
    owner: Short | None = None
    due: date | None = None
    status: ItemStatus | None = None
    note: Words = ""
    link: Short | None = None
    by: Short = ""

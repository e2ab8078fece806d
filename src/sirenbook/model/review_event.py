"""What happens after an incident: reminders, versions of its review, action items. Events, additive for ever."""

from datetime import datetime

from sirenbook.model.happened import Happened
from sirenbook.model.provenance import Provenance
from sirenbook.model.review import ItemKind, ItemStatus


class DueSoon(Happened, frozen=True):
    """Something that is left to do after the incident will be due at `at`; its owner is reminded."""

    key: str
    what: str
    at: datetime
    why: Provenance
    owner: str = ""


class Overdue(Happened, frozen=True):
    """Something that was left to do after the incident is late; `round` counts how often that was told."""

    key: str
    what: str
    round: int
    why: Provenance
    owner: str = ""


class FollowedUp(Happened, frozen=True):
    """A person said that something due after the incident is done."""

    key: str
    what: str
    by: str
    why: Provenance
    note: str = ""


class ReviewAssigned(Happened, frozen=True):
    """Somebody was named who writes the review."""

    owner: str
    by: str


class ReviewScheduled(Happened, frozen=True):
    """A time was set at which the review is talked about."""

    at: datetime
    minutes: int
    by: str


class ReviewWritten(Happened, frozen=True):
    """A version of the review was written, as Markdown; none is ever changed."""

    version: int
    text: str
    by: str


class ReviewApproved(Happened, frozen=True):
    """Somebody stands for a version of the review."""

    version: int
    by: str


class ReviewPublished(Happened, frozen=True):
    """A version of the review was given to all who may read it."""

    version: int
    by: str


class ItemAdded(Happened, frozen=True):
    """An action item was written down: by somebody, or by a line of the playbook."""

    item: int
    text: str
    by: str
    owner: str = ""
    due: datetime | None = None
    item_kind: ItemKind = "action"
    why: Provenance | None = None


class ItemChanged(Happened, frozen=True):
    """An action item is as told here from now on: another owner or date, done, or dropped."""

    item: int
    text: str
    by: str
    status: ItemStatus
    owner: str = ""
    due: datetime | None = None
    note: str = ""
    link: str = ""

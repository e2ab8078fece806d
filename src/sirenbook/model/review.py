"""What is left to do after an incident: its review, and action items that somebody owns until they are done."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.model.provenance import Provenance

ItemStatus = Literal["open", "done", "dropped"]
ItemKind = Literal["action", "customer", "ticket"]
STATUSES: tuple[ItemStatus, ...] = ("open", "done", "dropped")
KINDS: tuple[ItemKind, ...] = ("action", "customer", "ticket")


class Item(Struct, frozen=True, omit_defaults=True):
    """One action item, follow-up with a customer, or ticket; without a due date nobody can be reminded of it.

    `why` is the line of the playbook that gave it, or its date; `link` where it is tracked elsewhere.
    """

    number: int
    text: str
    owner: str = ""
    due: datetime | None = None
    status: ItemStatus = "open"
    kind: ItemKind = "action"
    why: Provenance | None = None
    link: str = ""


class Reminded(Struct, frozen=True, omit_defaults=True):
    """The latest reminder of one thing: `round` 0 before it was due, from 1 on after."""

    key: str
    round: int
    at: datetime


class Meeting(Struct, frozen=True, omit_defaults=True):
    """When the review is talked about, and for how long."""

    at: datetime
    minutes: int


class Aftermath(Struct, frozen=True, omit_defaults=True):
    """All that was done and is left to do after an incident.

    `owner` is who writes the review, if somebody was named. `version` is its newest, `approved` and `published` the
    newest of which that is true, 0 for none. `done` are the keys of what people said is done, `reminded` the latest
    reminder of each thing since the incident was last resolved.
    """

    owner: str = ""
    version: int = 0
    approved: int = 0
    published: int = 0
    meeting: Meeting | None = None
    items: tuple[Item, ...] = ()
    done: tuple[str, ...] = ()
    reminded: tuple[Reminded, ...] = ()

"""What the API says of who is on call and takes for it: the shapes of its JSON."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sirenbook.web.api.shapes import Short, Words

RotationName = Annotated[str, Meta(max_length=60)]


class OnCallNow(Struct, frozen=True):
    """Somebody on call, by which rotation (empty: by name), and until when (null: not within a month)."""

    person: str
    name: str
    rotation: str
    until: datetime | None


class CalledNow(Struct, frozen=True):
    """A name of the playbook and who answers to it."""

    target: str
    people: list[OnCallNow]


class RotationNow(Struct, frozen=True):
    """A rotation: who has it, who is second, and the next hand-off; `feed` is its calendar's address."""

    name: str
    zone: str
    members: list[str]
    primary: list[OnCallNow]
    secondary: list[OnCallNow]
    next_at: datetime | None
    next_person: str | None
    feed: str


class WhoIsOnCall(Struct, frozen=True):
    """Who is on call at an instant."""

    at: datetime
    rotations: list[RotationNow]
    targets: list[CalledNow]


class ShiftLine(Struct, frozen=True):
    """One shift; `person` null where nobody is on call."""

    start: datetime
    end: datetime
    person: str | None
    name: str


class Shifts(Struct, frozen=True):
    """The shifts of one duty, the gaps among them, earliest first."""

    rotation: str
    place: int
    shifts: list[ShiftLine]


class OverrideLine(Struct, frozen=True):
    """An override as it was made: who stands in for whom, and who made and ended it."""

    number: int
    kind: str
    rotation: str
    person: str
    name: str
    instead_of: str
    start: datetime
    end: datetime
    note: str
    made_at: datetime
    made_by: str
    via: str
    ended_at: datetime | None
    ended_by: str


class OverrideList(Struct, frozen=True):
    """Overrides, newest first: all that were ever made, also those that were ended."""

    overrides: list[OverrideLine]


class Calendar(Struct, frozen=True):
    """Shifts as RFC 5545 has them, and the address under which calendar programs find them always fresh."""

    text: str
    feed: str


class BriefedPerson(Struct, frozen=True):
    """Somebody who was sent a brief; `sent_at` null until it went out."""

    person: str
    name: str
    sent_at: datetime | None
    detail: str


class HandoffLine(Struct, frozen=True):
    """A hand-off with its brief, as it was sent."""

    rotation: str
    at: datetime
    title: str
    brief: str
    people: list[BriefedPerson]


class HandoffList(Struct, frozen=True):
    """Hand-offs, newest first."""

    handoffs: list[HandoffLine]


class Brief(Struct, frozen=True):
    """What whoever came in now would be told."""

    title: str
    brief: str


class NewOverride(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody on call in place of whose turn it is, or of one person; without a rotation, in all of them."""

    person: Short
    start: datetime
    end: datetime
    rotation: RotationName = ""
    instead_of: Short = ""
    kind: Literal["override", "cover", "swap"] = "override"
    note: Words = ""


class MakeOverrides(Struct, frozen=True, forbid_unknown_fields=True):
    """Overrides to make, all or none: two of them make a swap."""

    overrides: Annotated[list[NewOverride], Meta(min_length=1, max_length=100)]
    by: Short = ""


class FromCalendar(Struct, frozen=True, forbid_unknown_fields=True):
    """A calendar (RFC 5545) of which each event puts the person whom it names on call."""

    text: str
    rotation: RotationName = ""
    by: Short = ""


class EndOverride(Struct, frozen=True, forbid_unknown_fields=True):
    """End an override now, or take it back."""

    by: Short = ""

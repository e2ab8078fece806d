"""What the API says of ways to reach people and takes to prove them: the shapes of its JSON."""

from datetime import datetime

from msgspec import Struct

from sirenbook.web.api.shapes import Short


class ContactLine(Struct, frozen=True):
    """A contact method: `works`, `unverified`, `stale`, `failing` or `dead`, and when what was seen of it."""

    person: str
    name: str
    channel: str
    to: str
    state: str
    verified_at: datetime | None
    tested_at: datetime | None
    worked_at: datetime | None
    detail: str


class ContactLines(Struct, frozen=True):
    """Contact methods."""

    contacts: list[ContactLine]


class SentLine(Struct, frozen=True):
    """What became of a message to a contact method."""

    channel: str
    to: str
    outcome: str
    detail: str


class SentLines(Struct, frozen=True):
    """What became of messages."""

    sent: list[SentLine]


class ReachPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """Send by a person's contact methods: all of them, or those on one channel."""

    person: Short
    channel: Short = ""


class SayCode(Struct, frozen=True, forbid_unknown_fields=True):
    """Say the code that a person was sent."""

    person: Short
    code: Short

"""What the API says of accounts and takes to change them: the shapes of its JSON."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.engine.people.ways import Kind
from sirenbook.model.rights import AccountRole


class AccountLine(Struct, frozen=True):
    """Somebody who may log in, or might once: their role, and whether they have a password."""

    number: int
    name: str
    role: AccountRole
    closed: bool
    password: bool


class AccountLines(Struct, frozen=True):
    """Accounts."""

    accounts: list[AccountLine]


class ChangeAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """Give an account another role, close it (which ends its sessions), or let it in again."""

    role: AccountRole | None = None
    state: Literal["open", "closed"] | None = None


class WayLine(Struct, frozen=True):
    """One way in: its kind, the name that it is removed by, what it is known by; times are null where not kept."""

    kind: Kind
    name: str
    label: str
    since: datetime | None
    used: datetime | None
    until: datetime | None


class WayLines(Struct, frozen=True):
    """What lets somebody in."""

    account: str
    ways: list[WayLine]


class RemoveWay(Struct, frozen=True, forbid_unknown_fields=True):
    """Take a way in away, by its kind and name; with no name all of that kind."""

    kind: Kind
    name: str = ""


class Seal(Struct, frozen=True):
    """A break-glass code that lies ready: since when, and who made it. The code itself is kept nowhere."""

    at: datetime
    by: str


class Broken(Struct, frozen=True):
    """Who broke the glass, by their own word, why, and until when they are admin."""

    name: str
    reason: str
    at: datetime
    until: datetime


class Glass(Struct, frozen=True):
    """The sealed access: whether a code lies ready, and whether somebody is in by it."""

    sealed: Seal | None
    broken: Broken | None


class FreshSeal(Struct, frozen=True):
    """A new code, told this once."""

    code: str


class AuditLine(Struct, frozen=True):
    """Something that was changed about who may do what."""

    at: datetime
    by: str
    what: str


class AuditLines(Struct, frozen=True):
    """What was changed about accounts and tokens, the latest first."""

    changes: list[AuditLine]

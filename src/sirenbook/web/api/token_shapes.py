"""What the API says of tokens and takes to make them: the shapes of its JSON."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sirenbook.web.api.shapes import Short

TokenScope = Literal["admin", "command", "respond", "read", "intake", "runner"]


class TokenLine(Struct, frozen=True):
    """A token: what it is for, a runner's labels, whom it speaks for if anybody, whether it sees all, its end."""

    name: str
    scope: str
    labels: list[str]
    person: str
    restricted: bool
    expires_at: datetime | None


class TokenLines(Struct, frozen=True):
    """Tokens."""

    tokens: list[TokenLine]


class FreshToken(Struct, frozen=True):
    """A new token with its secret, which is told this once and kept nowhere."""

    token: TokenLine
    secret: str


class NewToken(Struct, frozen=True, forbid_unknown_fields=True):
    """Make a token: for a runner with `labels`, or for a `person`, in whose name alone it then acts.

    Only a `restricted` one that is nobody's sees restricted incidents; a person's sees what that person may.
    It is over after `days`; one with 0 days has no end.
    """

    name: Short
    scope: TokenScope = "admin"
    labels: list[Short] = []
    person: Short = ""
    restricted: bool = False
    days: Annotated[int, Meta(ge=0, le=3650)] = 0


class RevokeToken(Struct, frozen=True, forbid_unknown_fields=True):
    """End a token."""

    name: Short

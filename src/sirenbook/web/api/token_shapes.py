"""What the API says of tokens and takes to make them: the shapes of its JSON."""

from typing import Literal

from msgspec import Struct

from sirenbook.web.api.shapes import Short

TokenScope = Literal["admin", "command", "respond", "read", "intake", "runner"]


class TokenLine(Struct, frozen=True):
    """A token: what it is for, a runner's labels, whom it speaks for if anybody, and whether it sees all."""

    name: str
    scope: str
    labels: list[str]
    person: str
    restricted: bool


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
    """

    name: Short
    scope: TokenScope = "admin"
    labels: list[Short] = []
    person: Short = ""
    restricted: bool = False


class RevokeToken(Struct, frozen=True, forbid_unknown_fields=True):
    """End a token."""

    name: Short

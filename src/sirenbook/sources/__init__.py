"""Alerts in: one file per monitoring system, each a pure `parse(body) -> Parsed`."""

from typing import Protocol

from msgspec import Struct

from sirenbook.model.alert import Alert


class Parsed(Struct, frozen=True):
    """The alerts of one request, and how many the sender says it left out."""

    alerts: tuple[Alert, ...]
    truncated: int = 0


class Source(Protocol):
    """Turns the body of one request into alerts. Raises Malformed, never anything else."""

    def __call__(self, body: bytes) -> Parsed: ...


class Malformed(ValueError):
    """A request that is not what its source sends; the text names the place."""

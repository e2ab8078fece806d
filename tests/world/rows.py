"""The rows that the ledger in memory holds, as the tables of the real one have them."""

from datetime import datetime

from msgspec import Struct


class Row(Struct, frozen=True):
    """An incident as its table has it."""

    id: int
    group: str | None
    severity_rank: int
    status: str
    wake_at: datetime | None
    cleared: bool
    alerts: int
    head: bytes
    state: str

    @property
    def open(self) -> bool:
        """Whether it is not yet resolved."""
        return self.status != "resolved"


class Waiting(Struct, frozen=True):
    """An intent in the outbox."""

    intent: str
    incident: int
    due_at: datetime
    created_at: datetime
    attempt: int = 0
    token: int | None = None


class WaitingRun(Struct, frozen=True):
    """A run of a step in its queue."""

    order: str
    due_at: datetime
    attempt: int = 0
    token: int | None = None


class StoredAlert(Struct, frozen=True):
    """An alert of one incident: its last word and how often it came."""

    status: str
    repeats: int
    body: str


Run = tuple[int, int]
"""An incident and the number of one of its runs."""
Place = tuple[str, bytes]
"""The stored text of a timeline entry and its hash."""

"""What the engine needs of a store: transactions over incidents, their timelines, alerts and the outbox.

PostgreSQL is the only store of the product; the same engine runs on a store in memory in the simulated worlds.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from sirenbook.store.records import AlertRow, Claim, Counted, Due, Held, Written
from sirenbook.store.runs import Taken
from sirenbook.store.runs import Written as Output


class Conflict(Exception):
    """Another transaction was first (a group opened twice, a deadlock): run this one again from its beginning."""


class Away(Exception):
    """The database cannot be reached, or broke off: nothing was committed as far as is known."""


class Transaction(Protocol):
    """One transaction: all of it is committed at its end, or nothing."""

    async def lock(self, ids: Sequence[int]) -> list[Held]:
        """These incidents, locked, in the order of their ids; the missing are left out."""

    async def lock_due(self, now: datetime, limit: int) -> list[Held]:
        """Incidents whose `wake_at` has come, earliest first, without those that another node holds."""

    async def lock_groups(self, groups: Sequence[str]) -> list[Held]:
        """The open incidents of these groups, locked."""

    async def firing(self, keys: Sequence[str]) -> dict[str, int]:
        """For those of these alerts that fire somewhere: the newest incident they fire in."""

    async def new_ids(self, count: int) -> list[int]:
        """So many fresh incident ids."""

    async def save(self, written: Sequence[Written], now: datetime) -> None:
        """Store decisions: append their entries, replace the incidents, enqueue the intents."""

    async def fold_alerts(self, rows: Sequence[AlertRow], now: datetime) -> None:
        """Upsert alerts by incident and key, and count those that are new."""

    async def end_run(self, incident: int, run: int, token: int) -> bool:
        """Take a run out of the queue; False where the claim was lost."""

    async def firing_counts(self, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """How many alerts of each of these incidents are firing, and how many there are."""

    async def first_time(self, name: str, now: datetime) -> bool:
        """Whether this name was never given before; it counts as given from the commit on."""

    async def finish(self, claims: Sequence[Claim]) -> set[Claim]:
        """Take delivered or given-up intents out of the outbox; answers those whose claim was still ours."""

    async def postpone(self, key: str, token: int, due_at: datetime, *, tried: bool) -> bool:
        """Put an intent back until `due_at`; its attempt counts if `tried`. False when the claim was lost."""


class Ledger(Protocol):
    """A store of incidents."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin one; leaving it normally commits. Raises Conflict or Away."""

    async def count(self, rows: Sequence[AlertRow], now: datetime) -> list[Counted]:
        """Fold firing alerts into the open incidents of their groups, and commit; the others are left alone.

        The quick way of a storm: one statement, no decision. Whatever must be decided on is told by the answer.
        """

    async def claim(self, now: datetime, until: datetime, limit: int) -> list[Due]:
        """Claim due intents for delivery: nobody else gets them before `until`."""

    async def extend(self, keys: Sequence[str], tokens: Sequence[int], until: datetime) -> None:
        """Keep claims that are still being worked on."""

    async def claim_runs(self, now: datetime, until: datetime, limit: int) -> list[Taken]:
        """Claim due runs of steps: nobody else gets them before `until`."""

    async def extend_runs(self, taken: Sequence[Taken], until: datetime) -> None:
        """Keep claims that are still being worked on."""

    async def put_output(self, incident: int, written: Output, now: datetime) -> None:
        """Keep what a run has written so far."""

    async def next_run(self) -> datetime | None:
        """When the next run is due."""

    async def next_wake(self) -> datetime | None:
        """When the next incident is due."""

    async def next_delivery(self) -> datetime | None:
        """When the next intent is due."""

"""How a world looks into a store from outside: what is due, what fires where, and what was written in the end."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from sirenbook.store.ledger import Away
from sirenbook.store.postgres import PostgresLedger, PostgresTransaction
from sirenbook.store.records import AlertRow, Counted, Due, Written, decode_state
from world.history import History
from world.memory import MemoryLedger

Moments = tuple[datetime | None, datetime | None]
"""When the next incident and the next message are due."""


class View(Protocol):
    """A store that a world can run on and look into."""

    ledger: Any
    real: bool
    """Whether it waits for input and output of its own."""

    async def earliest(self) -> Moments:
        """When the next incident and the next message are due."""

    async def firing_open(self, keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """The open incidents in which each of these alerts fires."""

    async def waiting(self) -> bool:
        """Whether any message is still in the outbox."""

    async def conclude(self, history: History) -> None:
        """Write down what the store holds in the end."""


class MemoryView:
    """A store in memory."""

    real = False

    def __init__(self, *, interleaved: bool) -> None:
        self.ledger = MemoryLedger()
        self.ledger.interleaved = interleaved

    async def earliest(self) -> Moments:
        """When the next incident and the next message are due."""
        return self.ledger.earliest_wake(), self.ledger.earliest_delivery()

    async def firing_open(self, keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """The open incidents in which each of these alerts fires."""
        where, rows = self.ledger.firing_in, self.ledger.rows
        return {k: tuple(i for i in sorted(where.get(k, ())) if rows[i].open) for k in keys}

    async def waiting(self) -> bool:
        """Whether any message is still in the outbox."""
        return bool(self.ledger.outbox)

    async def conclude(self, history: History) -> None:
        """Write down what the store holds in the end."""
        history.texts = self.ledger.timelines
        history.waiting = {k: w.attempt for k, w in self.ledger.outbox.items()}
        for row in self.ledger.rows.values():
            history.heads[row.id], history.wakes[row.id] = row.head, row.wake_at
            history.states[row.id] = decode_state(row.state)


class PostgresView:
    """A store in PostgreSQL."""

    real = True

    def __init__(self, ledger: PostgresLedger) -> None:
        self.ledger = WatchedLedger(ledger)
        self._inner = ledger

    async def _rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        async with self._inner.connection() as connection:
            return await (await connection.execute(query, parameters)).fetchall()

    async def earliest(self) -> Moments:
        """When the next incident and the next message are due."""
        [moments] = await self._rows("select (select min(wake_at) from incident), (select min(due_at) from outbox)")
        return moments

    async def firing_open(self, keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """The open incidents in which each of these alerts fires."""
        query = """select a.key, array_agg(a.incident_id) from alert a join incident i on i.id = a.incident_id
            where a.key = any(%s) and a.status = 'firing' and i.status <> 'resolved' group by a.key"""
        found = dict(await self._rows(query, list(keys)))
        return {k: tuple(found.get(k, ())) for k in keys}

    async def waiting(self) -> bool:
        """Whether any message is still in the outbox."""
        return bool(await self._rows("select 1 from outbox limit 1"))

    async def conclude(self, history: History) -> None:
        """Write down what the store holds in the end."""
        for incident, text, hash_ in await self._rows("select incident_id, data, hash from event order by 1, seq"):
            history.texts.setdefault(incident, []).append((text, hash_))
        history.waiting = dict(await self._rows("select key, attempt from outbox"))
        for incident, head, wake_at, state in await self._rows("select id, head, wake_at, state from incident"):
            history.heads[incident], history.wakes[incident] = head, wake_at
            history.states[incident] = decode_state(state)


class WatchedLedger:
    """The real ledger, with the world's faults before and after its commits."""

    def __init__(self, inner: PostgresLedger) -> None:
        self._inner = inner
        self.away = False
        self.fault: Callable[[str], None] = lambda point: None
        self.on_commit: Callable[[datetime, Sequence[Written]], None] = lambda now, written: None
        self.on_claim: Callable[[datetime, Sequence[Due]], None] = lambda now, claimed: None

    def reach(self, point: str) -> None:
        """A step that needs the database."""
        if self.away:
            raise Away("the world says so")
        self.fault(point)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["WatchedTransaction"]:
        """Begin one; leaving it normally commits."""
        self.reach("begin")
        async with self._inner.transaction() as inner:
            watched = WatchedTransaction(inner)
            yield watched
            self.reach("before commit")
        if watched.now is not None:
            self.on_commit(watched.now, watched.written)
        self.fault("after commit")

    async def count(self, rows: Sequence[AlertRow], now: datetime) -> list[Counted]:
        """Fold firing alerts into the open incidents of their groups, and commit."""
        self.reach("begin")
        counted = await self._inner.count(rows, now)
        self.fault("after commit")
        return counted

    async def claim(self, now: datetime, until: datetime, limit: int) -> list[Due]:
        """Claim due intents for delivery."""
        self.reach("claim")
        claimed = await self._inner.claim(now, until, limit)
        self.on_claim(now, claimed)
        return claimed

    async def extend(self, keys: Sequence[str], tokens: Sequence[int], until: datetime) -> None:
        """Keep claims that are still being worked on."""
        await self._inner.extend(keys, tokens, until)

    async def next_wake(self) -> datetime | None:
        """When the next incident is due."""
        return await self._inner.next_wake()

    async def next_delivery(self) -> datetime | None:
        """When the next intent is due."""
        return await self._inner.next_delivery()


class WatchedTransaction:
    """A transaction that remembers what it saved; all else it leaves to the real one."""

    def __init__(self, inner: PostgresTransaction) -> None:
        self._inner = inner
        self.now: datetime | None = None
        self.written: list[Written] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def save(self, written: Sequence[Written], now: datetime) -> None:
        """Store decisions."""
        await self._inner.save(written, now)
        self.now = now
        self.written.extend(written)

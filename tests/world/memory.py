"""A ledger in memory that keeps the promises of the real one, so that thousands of worlds run in a minute.

Writes are staged and applied at commit; rows are locked until then; a claim carries a fencing token; one group has
at most one open incident. Where PostgreSQL would make a transaction wait, this one waits too.
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec.structs import replace

from sirenbook.store.ledger import Away, Conflict
from sirenbook.store.records import (
    AlertRow,
    Claim,
    Counted,
    Due,
    Held,
    Written,
    chain,
    decode_intent,
    decode_state,
    encode_entry,
    encode_intent,
    encode_state,
)
from sirenbook.store.runs import Taken, decode_order, encode_order
from sirenbook.store.runs import Written as Output
from world.rows import Place, Row, Run, StoredAlert, Waiting, WaitingRun


class MemoryLedger:
    """Incidents in memory. `fault` is called at every step that may fail; `on_commit` sees what was committed."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.timelines: dict[int, list[Place]] = {}
        self.alerts: dict[int, dict[str, StoredAlert]] = {}
        self.outbox: dict[str, Waiting] = {}
        self.runs: dict[Run, WaitingRun] = {}
        self.open_groups: dict[str, int] = {}
        self.firing_in: dict[str, set[int]] = {}
        self.heard: set[str] = set()
        self.locks: dict[int, MemoryTransaction] = {}
        self.kept: dict[str, MemoryTransaction] = {}
        self.away = False
        self.interleaved = False
        self.fault: Callable[[str], None] = lambda point: None
        self.on_commit: Callable[[datetime, Sequence[Written]], None] = lambda now, written: None
        self.on_claim: Callable[[datetime, Sequence[Due]], None] = lambda now, claimed: None
        self._ids = 0
        self._tokens = 0
        self._wakes: list[tuple[datetime, int]] = []

    @asynccontextmanager
    async def transaction(self) -> "AsyncIterator[MemoryTransaction]":
        """Begin one; leaving it normally commits. Raises Conflict or Away."""
        self.reach("begin")
        tx = MemoryTransaction(self)
        try:
            yield tx
            self.reach("before commit")
            tx.apply()
        finally:
            tx.let_go()
        self.fault("after commit")

    def reach(self, point: str) -> None:
        """A step that needs the database."""
        if self.away:
            raise Away("the world says so")
        self.fault(point)

    async def pause(self) -> None:
        """Let others run where PostgreSQL would make a round trip."""
        if self.away:
            raise Away("the world says so")
        if self.interleaved:
            await asyncio.sleep(0)

    async def count(self, rows: Sequence[AlertRow], now: datetime) -> list[Counted]:
        """Fold firing alerts into the open incidents of their groups, and commit; the others are left alone."""
        async with self.transaction() as tx:
            return await tx.count(rows)

    async def claim(self, now: datetime, until: datetime, limit: int) -> list[Due]:
        """Claim due intents: push their `due_at` to the end of the lease and set a fencing token."""
        await self.pause()
        self.reach("claim")
        due = [k for k, w in self.outbox.items() if w.due_at <= now and k not in self.kept]
        due.sort(key=lambda k: self.outbox[k].due_at)
        claimed = [self._claim(key, until) for key in due[:limit]]
        self.on_claim(now, claimed)
        return claimed

    def _claim(self, key: str, until: datetime) -> Due:
        self._tokens += 1
        before = self.outbox[key]
        after = replace(before, due_at=until, token=self._tokens, attempt=before.attempt + 1)
        self.outbox[key] = after
        incident = decode_state(self.rows[after.incident].state)
        return Due(decode_intent(after.intent), self._tokens, after.attempt, after.created_at, incident)

    async def extend(self, keys: Sequence[str], tokens: Sequence[int], until: datetime) -> None:
        """Keep claims that are still being worked on."""
        await self.pause()
        for key, token in zip(keys, tokens, strict=True):
            waiting = self.outbox.get(key)
            if waiting is not None and waiting.token == token:
                self.outbox[key] = replace(waiting, due_at=until)

    async def claim_runs(self, now: datetime, until: datetime, limit: int) -> list[Taken]:
        """Claim due runs: push their `due_at` to the end of the lease and set a fencing token."""
        await self.pause()
        self.reach("claim")
        due = sorted((w.due_at, key) for key, w in self.runs.items() if w.due_at <= now)
        return [self._claim_run(key, until) for _, key in due[:limit]]

    def _claim_run(self, key: Run, until: datetime) -> Taken:
        self._tokens += 1
        before = self.runs[key]
        after = self.runs[key] = WaitingRun(before.order, until, before.attempt + 1, self._tokens)
        return Taken(decode_order(after.order), self._tokens, after.attempt, decode_state(self.rows[key[0]].state))

    async def extend_runs(self, taken: Sequence[Taken], until: datetime) -> None:
        """Keep claims that are still being worked on."""
        await self.pause()
        for each in taken:
            key = each.order.incident, each.order.run
            waiting = self.runs.get(key)
            if waiting is not None and waiting.token == each.token:
                self.runs[key] = replace(waiting, due_at=until)

    async def put_output(self, incident: int, written: Output, now: datetime) -> None:
        """Outputs are not looked at here."""
        await self.pause()

    async def next_run(self) -> datetime | None:
        """When the next run is due."""
        await self.pause()
        return self.earliest_run()

    def earliest_run(self) -> datetime | None:
        """The same, for the world that looks from outside."""
        return min((w.due_at for w in self.runs.values()), default=None)

    async def next_wake(self) -> datetime | None:
        """When the next incident is due."""
        await self.pause()
        return self.earliest_wake()

    async def next_delivery(self) -> datetime | None:
        """When the next intent is due."""
        await self.pause()
        return self.earliest_delivery()

    def earliest_wake(self) -> datetime | None:
        """The same, for the world that looks from outside."""
        while self._wakes:
            at, incident_id = self._wakes[0]
            if self.rows[incident_id].wake_at == at:
                return at
            heapq.heappop(self._wakes)
        return None

    def earliest_delivery(self) -> datetime | None:
        """The same, for the world that looks from outside."""
        return min((w.due_at for w in self.outbox.values()), default=None)

    def due(self, now: datetime) -> list[int]:
        """Incidents whose time has come, earliest first."""
        found = {i: at for at, i in self._wakes if at <= now and self.rows[i].wake_at == at}
        return sorted(found, key=lambda i: (found[i], i))

    def fresh_ids(self, count: int) -> list[int]:
        """Ids that a rollback does not give back."""
        self._ids += count
        return list(range(self._ids - count + 1, self._ids + 1))

    def put(self, row: Row) -> None:
        """Replace an incident, and what is looked up by its columns."""
        before = self.rows.get(row.id)
        self.rows[row.id] = row
        if row.group is not None:
            if row.open:
                self.open_groups[row.group] = row.id
            elif self.open_groups.get(row.group) == row.id:
                del self.open_groups[row.group]
        if row.wake_at is not None and (before is None or before.wake_at != row.wake_at):
            heapq.heappush(self._wakes, (row.wake_at, row.id))

    def put_alert(self, incident_id: int, key: str, alert: StoredAlert) -> None:
        """Replace an alert, and where it is known to fire."""
        self.alerts.setdefault(incident_id, {})[key] = alert
        firing = self.firing_in.setdefault(key, set())
        (firing.add if alert.status == "firing" else firing.discard)(incident_id)


class MemoryTransaction:
    """One transaction: it sees its own writes, nobody else does before they are committed."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._rows: dict[int, Row] = {}
        self._places: dict[int, list[Place]] = {}
        self._alerts: dict[tuple[int, str], StoredAlert] = {}
        self._outbox: dict[str, Waiting | None] = {}
        self._runs: dict[Run, WaitingRun | None] = {}
        self._written: list[Written] = []
        self._heard: set[str] = set()
        self._now: datetime | None = None
        self._waits_for: MemoryTransaction | None = None

    def _row(self, incident_id: int) -> Row | None:
        return self._rows.get(incident_id) or self._ledger.rows.get(incident_id)

    async def _take(self, incident_id: int) -> None:
        """Lock a row, after whoever holds it; a circle of waiting is broken as PostgreSQL breaks it."""
        locks = self._ledger.locks
        while (owner := locks.get(incident_id)) not in (None, self):
            self._waits_for = owner
            if self._in_a_circle():
                self._waits_for = None
                raise Conflict("deadlock detected")
            await asyncio.sleep(0)
        self._waits_for = None
        locks[incident_id] = self

    def _in_a_circle(self) -> bool:
        other = self._waits_for
        while other is not None and other is not self:
            other = other._waits_for
        return other is self

    async def lock(self, ids: Sequence[int]) -> list[Held]:
        """These incidents, locked, in the order of their ids; the missing are left out."""
        await self._ledger.pause()
        for incident_id in sorted(ids):
            if self._row(incident_id) is not None:
                await self._take(incident_id)
        rows = (self._row(i) for i in sorted(set(ids)))
        return [_held(row) for row in rows if row is not None]

    async def lock_due(self, now: datetime, limit: int) -> list[Held]:
        """Incidents whose `wake_at` has come, earliest first, without those that another node holds."""
        await self._ledger.pause()
        free = [i for i in self._ledger.due(now) if self._ledger.locks.get(i) in (None, self)][:limit]
        for incident_id in free:
            self._ledger.locks[incident_id] = self
        return [_held(self._ledger.rows[i]) for i in free]

    async def lock_groups(self, groups: Sequence[str]) -> list[Held]:
        """The open incidents of these groups, locked."""
        await self._ledger.pause()
        ids = sorted(i for g in groups if (i := self._ledger.open_groups.get(g)) is not None)
        for incident_id in ids:
            await self._take(incident_id)
        return [_held(row) for i in ids if (row := self._row(i)) is not None and row.open]

    async def firing(self, keys: Sequence[str]) -> dict[str, int]:
        """For those of these alerts that fire somewhere: the newest incident they fire in."""
        await self._ledger.pause()
        where = {k: self._ledger.firing_in.get(k) for k in keys}
        return {k: max(ids) for k, ids in where.items() if ids}

    async def new_ids(self, count: int) -> list[int]:
        """So many fresh incident ids."""
        await self._ledger.pause()
        return self._ledger.fresh_ids(count)

    async def save(self, written: Sequence[Written], now: datetime) -> None:
        """Store decisions: append their entries, replace the incidents, enqueue the intents."""
        await self._ledger.pause()
        self._now = now
        for each in written:
            self._save(each, now)
        self._written.extend(written)

    def _save(self, written: Written, now: datetime) -> None:
        decision, incident = written.decision, written.decision.incident
        texts = [encode_entry(e) for e in decision.entries]
        hashes = chain(written.head, texts)
        self._places.setdefault(incident.id, []).extend(zip(texts, hashes, strict=True))
        before = self._row(incident.id)
        self._rows[incident.id] = Row(
            id=incident.id,
            group=incident.group if before is None else before.group,
            severity_rank=written.severity_rank,
            status=incident.status,
            wake_at=decision.wake_at,
            cleared=incident.cleared_at is not None,
            alerts=before.alerts if before else 0,
            head=hashes[-1] if hashes else written.head,
            state=encode_state(incident),
        )
        for intent in decision.intents:
            if intent.key not in self._ledger.outbox and intent.key not in self._outbox:
                self._outbox[intent.key] = Waiting(encode_intent(intent), intent.incident, now, now)
        for order in decision.orders:
            self._runs[order.incident, order.run] = WaitingRun(encode_order(order), now)

    async def fold_alerts(self, rows: Sequence[AlertRow], now: datetime) -> None:
        """Upsert alerts by incident and key, and count those that are new."""
        await self._ledger.pause()
        gained = self._upsert(rows)
        for incident_id, count in gained.items():
            await self._take(incident_id)
            self._grow(incident_id, count)

    def _upsert(self, rows: Sequence[AlertRow]) -> dict[int, int]:
        """Fold alerts in; answers how many are new, by incident."""
        gained: dict[int, int] = {}
        for row in rows:
            before = self._alerts.get((row.incident, row.key))
            before = before or self._ledger.alerts.get(row.incident, {}).get(row.key)
            repeats = row.repeats + (before.repeats if before else 0)
            self._alerts[row.incident, row.key] = StoredAlert(row.status, repeats, row.body)
            if before is None:
                gained[row.incident] = gained.get(row.incident, 0) + 1
        return gained

    def _grow(self, incident_id: int, count: int) -> None:
        incident = self._row(incident_id)
        assert incident is not None, "an alert of no incident"
        self._rows[incident_id] = replace(incident, alerts=incident.alerts + count)

    async def count(self, rows: Sequence[AlertRow]) -> list[Counted]:
        """Fold firing alerts into the open incidents of their groups; the others are left alone."""
        held = {h.group: h for h in await self.lock_groups(sorted({r.group for r in rows}))}
        placed = [replace(r, incident=held[r.group].id) for r in rows if r.group in held]
        gained = self._upsert(placed)
        for incident_id, count in gained.items():
            self._grow(incident_id, count)
        return [
            Counted(h.id, str(h.group), h.severity_rank, h.cleared, h.alerts, h.alerts + gained.get(h.id, 0))
            for h in held.values()
        ]

    async def firing_counts(self, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """How many alerts of each of these incidents are firing, and how many there are."""
        await self._ledger.pause()
        counts = {}
        for incident_id in ids:
            seen = dict(self._ledger.alerts.get(incident_id, {}))
            seen.update({key: a for (i, key), a in self._alerts.items() if i == incident_id})
            if seen:
                counts[incident_id] = (sum(a.status == "firing" for a in seen.values()), len(seen))
        return counts

    async def end_run(self, incident: int, run: int, token: int) -> bool:
        """Take a run out of the queue; False where the claim was lost."""
        await self._ledger.pause()
        waiting = self._ledger.runs.get((incident, run))
        if waiting is None or waiting.token != token:
            return False
        self._runs[incident, run] = None
        return True

    async def first_time(self, name: str, now: datetime) -> bool:
        """Whether this name was never given before; it counts as given from the commit on."""
        await self._ledger.pause()
        known = name in self._ledger.heard | self._heard
        self._heard.add(name)
        return not known

    async def finish(self, claims: Sequence[Claim]) -> set[Claim]:
        """Take delivered or given-up intents out of the outbox; answers those whose claim was still ours."""
        await self._ledger.pause()
        kept = {(key, token) for key, token in claims if self._keep(key, token)}
        self._outbox.update(dict.fromkeys(key for key, _ in kept))
        return kept

    async def postpone(self, key: str, token: int, due_at: datetime, *, tried: bool) -> bool:
        """Put an intent back until `due_at`; its attempt counts if `tried`. False when the claim was lost."""
        await self._ledger.pause()
        if not self._keep(key, token):
            return False
        waiting = self._ledger.outbox[key]
        attempt = waiting.attempt - (not tried)
        self._outbox[key] = replace(waiting, due_at=due_at, token=None, attempt=attempt)
        return True

    def _keep(self, key: str, token: int) -> bool:
        """Lock an intent of ours, so that nobody claims it before the commit."""
        waiting = self._ledger.outbox.get(key)
        if waiting is None or waiting.token != token or self._ledger.kept.get(key) not in (None, self):
            return False
        self._ledger.kept[key] = self
        return True

    def apply(self) -> None:
        """Commit: all of it, or Conflict."""
        ledger = self._ledger
        for row in self._rows.values():
            if row.open and row.group is not None and ledger.open_groups.get(row.group) not in (None, row.id):
                raise Conflict("duplicate key value violates unique constraint incident_open_group")
        for row in self._rows.values():
            ledger.put(row)
        for incident_id, places in self._places.items():
            ledger.timelines.setdefault(incident_id, []).extend(places)
        for (incident_id, key), alert in self._alerts.items():
            ledger.put_alert(incident_id, key, alert)
        for intent_key, waiting in self._outbox.items():
            if waiting is None:
                del ledger.outbox[intent_key]
            else:
                ledger.outbox[intent_key] = waiting
        self._apply_runs()
        ledger.heard |= self._heard
        if self._now is not None:
            ledger.on_commit(self._now, self._written)

    def _apply_runs(self) -> None:
        for key, run in self._runs.items():
            if run is None:
                self._ledger.runs.pop(key, None)
            else:
                self._ledger.runs[key] = run

    def let_go(self) -> None:
        """Release every lock, whatever the outcome."""
        for locks in (self._ledger.locks, self._ledger.kept):
            for key in [k for k, owner in locks.items() if owner is self]:
                del locks[key]


def _held(row: Row) -> Held:
    return Held(row.id, row.severity_rank, row.cleared, row.alerts, row.head, row.state, row.group, row.open)

"""The ledger on PostgreSQL: one function per query, arrays in, one statement per batch."""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection, errors
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sirenbook.model.intent import Intent
from sirenbook.store import runs
from sirenbook.store.arrays import Packed, bigints, blobs, booleans, integers, smallints, texts, times
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

CHANNEL = "sirenbook"
"""The NOTIFY channel: its payload names the process that says so, and the ids of incidents that changed."""
SENDER = os.urandom(6).hex()
"""How this process signs there."""

_CONFLICTS = (errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
_HELD = "id, severity_rank, cleared, alerts, head, state, group_key, status <> 'resolved'"
_PAYLOAD_IDS = 200


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into the two that the engine acts upon."""
    try:
        yield
    except _CONFLICTS as error:
        raise Conflict(str(error)) from error
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
        raise Away(str(error).strip()) from error


class PostgresLedger:
    """Incidents in PostgreSQL, through a pool of connections."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self.pool = pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresTransaction"]:
        """Begin one; leaving it normally commits."""
        with translated():
            async with self.pool.connection() as conn, conn.transaction():
                yield PostgresTransaction(conn)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A pooled connection in autocommit, for the queries beside the ledger."""
        with translated():
            async with self.pool.connection() as conn:
                yield conn

    async def count(self, rows: Sequence[AlertRow], now: datetime) -> list[Counted]:
        """Fold firing alerts into the open incidents of their groups, and commit; the others are left alone."""
        parameters = _alert_columns(rows, now) | {
            "groups": texts(r.group for r in rows),
            "wanted": texts({r.group for r in rows}),
        }
        async with self.connection() as conn:
            cursor = await conn.execute(_COUNT, parameters, prepare=True, binary=True)
            return [Counted(*row) for row in await cursor.fetchall()]

    async def claim(self, now: datetime, until: datetime, limit: int) -> list[Due]:
        """Claim due intents: push their `due_at` to the end of the lease and set a fencing token."""
        async with self.connection() as conn:
            cursor = await conn.execute(
                _CLAIM, {"now": now, "until": until, "limit": limit}, prepare=True, binary=True
            )
            rows = await cursor.fetchall()
        return [
            Due(decode_intent(intent), token, attempt, created_at, decode_state(state))
            for intent, token, attempt, created_at, state in rows
        ]

    async def extend(self, keys: Sequence[str], tokens: Sequence[int], until: datetime) -> None:
        """Keep claims that are still being worked on."""
        async with self.connection() as conn:
            await conn.execute(_EXTEND, {"keys": texts(keys), "tokens": bigints(tokens), "until": until})

    async def next_wake(self) -> datetime | None:
        """When the next incident is due."""
        return await self._earliest("select min(wake_at) from incident where wake_at is not null")

    async def next_delivery(self) -> datetime | None:
        """When the next intent is due."""
        return await self._earliest("select min(due_at) from outbox")

    async def claim_runs(self, now: datetime, until: datetime, limit: int) -> list[runs.Taken]:
        """Claim due runs of steps: nobody else gets them before `until`."""
        async with self.connection() as conn:
            return await runs.claim_runs(conn, now, until, limit)

    async def extend_runs(self, taken: Sequence[runs.Taken], until: datetime) -> None:
        """Keep claims that are still being worked on."""
        async with self.connection() as conn:
            await runs.extend_runs(conn, taken, until)

    async def put_output(self, incident: int, written: runs.Written, now: datetime) -> None:
        """Keep what a run has written so far, and tell the other nodes."""
        async with self.connection() as conn:
            await runs.put_output(conn, incident, written, now)
            await conn.execute("select pg_notify(%s, %s)", (CHANNEL, f"{SENDER}:{incident}"))

    async def next_run(self) -> datetime | None:
        """When the next run is due."""
        async with self.connection() as conn:
            return await runs.next_run(conn)

    async def _earliest(self, query: str) -> datetime | None:
        async with self.connection() as conn:
            row = await (await conn.execute(query)).fetchone()
        return row[0] if row else None


class PostgresTransaction:
    """The statements of one transaction."""

    def __init__(self, conn: AsyncConnection[Any]) -> None:
        self.conn = conn

    async def lock(self, ids: Sequence[int]) -> list[Held]:
        """These incidents, locked, in the order of their ids; the missing are left out."""
        return await self._hold(
            f"select {_HELD} from incident where id = any(%b) order by id for update", (bigints(ids),)
        )

    async def lock_due(self, now: datetime, limit: int) -> list[Held]:
        """Incidents whose `wake_at` has come, earliest first, without those that another node holds."""
        query = f"select {_HELD} from incident where wake_at <= %b order by wake_at limit %b for update skip locked"
        return await self._hold(query, (now, limit))

    async def lock_groups(self, groups: Sequence[str]) -> list[Held]:
        """The open incidents of these groups, locked."""
        query = f"""select {_HELD} from incident
            where group_key = any(%b) and status <> 'resolved' order by id for update"""
        return await self._hold(query, (texts(groups),))

    async def _hold(self, query: str, parameters: tuple[Any, ...]) -> list[Held]:
        cursor = await self.conn.execute(query, parameters, prepare=True, binary=True)
        return [Held(*row) for row in await cursor.fetchall()]

    async def firing(self, keys: Sequence[str]) -> dict[str, int]:
        """For those of these alerts that fire somewhere: the incident they fire in."""
        query = """select key, incident_id from alert
            where key = any(%b) and status = 'firing' order by incident_id"""
        cursor = await self.conn.execute(query, (texts(keys),), prepare=True, binary=True)
        return dict(await cursor.fetchall())

    async def new_ids(self, count: int) -> list[int]:
        """So many fresh incident ids."""
        query = "select nextval(pg_get_serial_sequence('incident', 'id')) from generate_series(1, %b)"
        cursor = await self.conn.execute(query, (count,), prepare=True, binary=True)
        return [row[0] for row in await cursor.fetchall()]

    async def save(self, written: Sequence[Written], now: datetime) -> None:
        """Store decisions: append their entries, replace the incidents, enqueue the intents, tell the others."""
        if not written:
            return
        heads, events = _chained(written)
        ids = [str(w.decision.incident.id) for w in written]
        changed = ",".join(ids) if len(ids) <= _PAYLOAD_IDS else "*"
        parameters = {
            **_incident_columns(written, heads),
            **_event_columns(events),
            **_intent_columns([i for w in written for i in w.decision.intents]),
            "now": now,
            "channel": CHANNEL,
            "payload": f"{SENDER}:{changed}",
        }
        await self.conn.execute(_SAVE, parameters, prepare=True, binary=True)
        orders = [o for w in written for o in w.decision.orders]
        if orders:
            await runs.enqueue(self.conn, orders, now)

    async def end_run(self, incident: int, run: int, token: int) -> bool:
        """Take a run out of the queue; False where the claim was lost."""
        return await runs.end_run(self.conn, incident, run, token)

    async def fold_alerts(self, rows: Sequence[AlertRow], now: datetime) -> None:
        """Upsert alerts by incident and key, and count those that are new."""
        if rows:
            parameters = _alert_columns(rows, now) | {"ids": bigints(r.incident for r in rows)}
            await self.conn.execute(_FOLD_ALERTS, parameters, prepare=True, binary=True)

    async def firing_counts(self, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """How many alerts of each of these incidents are firing, and how many there are."""
        query = """select incident_id, count(*) filter (where status = 'firing'), count(*)
            from alert where incident_id = any(%b) group by incident_id"""
        cursor = await self.conn.execute(query, (bigints(ids),), prepare=True, binary=True)
        return {incident_id: (firing, total) for incident_id, firing, total in await cursor.fetchall()}

    async def first_time(self, name: str, now: datetime) -> bool:
        """Whether this name was never given before; it counts as given from the commit on."""
        query = "insert into heard (name, at) values (%s, %s) on conflict do nothing returning 1"
        return await (await self.conn.execute(query, (name, now))).fetchone() is not None

    async def finish(self, claims: Sequence[Claim]) -> set[Claim]:
        """Take delivered or given-up intents out of the outbox; answers those whose claim was still ours."""
        query = """delete from outbox using unnest(%b::text[], %b::bigint[]) as t (key, token)
            where outbox.key = t.key and outbox.token = t.token returning outbox.key, outbox.token"""
        parameters = (texts(key for key, _ in claims), bigints(token for _, token in claims))
        cursor = await self.conn.execute(query, parameters, prepare=True, binary=True)
        return set(await cursor.fetchall())

    async def postpone(self, key: str, token: int, due_at: datetime, *, tried: bool) -> bool:
        """Put an intent back until `due_at`; its attempt counts if `tried`. False when the claim was lost."""
        query = """update outbox set due_at = %b, token = null, attempt = attempt - %b::integer
            where key = %b and token = %b returning 1"""
        cursor = await self.conn.execute(query, (due_at, 0 if tried else 1, key, token), prepare=True)
        return await cursor.fetchone() is not None


def _chained(written: Sequence[Written]) -> tuple[list[bytes], list[tuple[Any, ...]]]:
    """The new head of every incident's chain, and the rows of all new entries."""
    heads, rows = [], []
    for each in written:
        entries = each.decision.entries
        texts = [encode_entry(e) for e in entries]
        hashes = chain(each.head, texts)
        heads.append(hashes[-1] if hashes else each.head)
        for entry, text, digest in zip(entries, texts, hashes, strict=True):
            kind = type(entry.event).__name__
            rows.append((each.decision.incident.id, entry.seq, entry.at, entry.due, kind, text, digest))
    return heads, rows


def _alert_columns(rows: Sequence[AlertRow], now: datetime) -> dict[str, Any]:
    return {
        "keys": texts(r.key for r in rows),
        "statuses": texts(r.status for r in rows),
        "repeats": integers([r.repeats for r in rows]),
        "bodies": texts(r.body for r in rows),
        "now": now,
    }


def _event_columns(events: Sequence[tuple[Any, ...]]) -> dict[str, Packed]:
    ids, seqs, ats, dues, kinds, data, hashes = zip(*events, strict=True) if events else ((),) * 7
    return {
        "event_ids": bigints(ids),
        "event_seqs": integers(seqs),
        "ats": times(ats),
        "dues": times(dues),
        "kinds": texts(kinds),
        "texts": texts(data),
        "hashes": blobs(hashes),
    }


def _intent_columns(intents: Sequence[Intent]) -> dict[str, Packed]:
    return {
        "intent_keys": texts(i.key for i in intents),
        "intent_ids": bigints(i.incident for i in intents),
        "intents": texts(encode_intent(i) for i in intents),
    }


def _incident_columns(written: Sequence[Written], heads: Sequence[bytes]) -> dict[str, Packed]:
    incidents = [w.decision.incident for w in written]
    return {
        "ids": bigints(i.id for i in incidents),
        "groups": texts(i.group for i in incidents),
        "severities": texts(i.severity for i in incidents),
        "ranks": smallints([w.severity_rank for w in written]),
        "statuses": texts(i.status for i in incidents),
        "titles": texts(i.title for i in incidents),
        "opened": times(i.opened_at for i in incidents),
        "resolved": times(i.resolved_at for i in incidents),
        "wakes": times(w.decision.wake_at for w in written),
        "cleared": booleans([i.cleared_at is not None for i in incidents]),
        "drills": booleans([i.drill for i in incidents]),
        "seqs": integers([i.seq for i in incidents]),
        "heads": blobs(heads),
        "states": texts(encode_state(i) for i in incidents),
    }


_SAVE = """
with saved as (
  insert into incident (id, group_key, severity, severity_rank, status, title, opened_at, resolved_at, wake_at,
                        cleared, drill, alerts, seq, head, state)
  select id, group_key, severity, severity_rank, status, title, opened_at, resolved_at, wake_at,
         cleared, drill, 0, seq, head, state
  from unnest(%(ids)b::bigint[], %(groups)b::text[], %(severities)b::text[], %(ranks)b::smallint[],
              %(statuses)b::text[], %(titles)b::text[], %(opened)b::timestamptz[], %(resolved)b::timestamptz[],
              %(wakes)b::timestamptz[], %(cleared)b::boolean[], %(drills)b::boolean[],
              %(seqs)b::integer[], %(heads)b::bytea[], %(states)b::text[])
    as t (id, group_key, severity, severity_rank, status, title, opened_at, resolved_at, wake_at,
          cleared, drill, seq, head, state)
  on conflict (id) do update set
    severity = excluded.severity, severity_rank = excluded.severity_rank, status = excluded.status,
    resolved_at = excluded.resolved_at, wake_at = excluded.wake_at, cleared = excluded.cleared,
    seq = excluded.seq, head = excluded.head, state = excluded.state
), appended as (
  insert into event (incident_id, seq, at, due, kind, data, hash)
  select * from unnest(%(event_ids)b::bigint[], %(event_seqs)b::integer[], %(ats)b::timestamptz[],
                       %(dues)b::timestamptz[], %(kinds)b::text[], %(texts)b::text[], %(hashes)b::bytea[])
), enqueued as (
  insert into outbox (key, incident_id, due_at, created_at, intent)
  select key, id, %(now)b, %(now)b, intent
  from unnest(%(intent_keys)b::text[], %(intent_ids)b::bigint[], %(intents)b::text[]) as t (key, id, intent)
  on conflict (key) do nothing
)
select pg_notify(%(channel)b, %(payload)b)
"""

_COUNT = """
with incoming as (
  select * from unnest(%(groups)b::text[], %(keys)b::text[], %(statuses)b::text[], %(repeats)b::integer[],
                       %(bodies)b::text[]) as t (group_key, key, status, repeats, body)
), held as (
  select id, group_key, severity_rank, cleared, alerts from incident
  where group_key = any(%(wanted)b::text[]) and status <> 'resolved' order by id for update
), folded as (
  insert into alert (incident_id, key, status, repeats, first_at, last_at, body)
  select held.id, i.key, i.status, i.repeats, %(now)b, %(now)b, i.body
  from incoming i join held using (group_key) order by held.id, i.key
  on conflict (incident_id, key) do update set
    status = excluded.status, repeats = alert.repeats + excluded.repeats, last_at = excluded.last_at,
    body = excluded.body
  returning incident_id, (xmax = 0) as fresh
), gained as (
  select incident_id, count(*)::integer as fresh from folded where fresh group by incident_id
), grown as (
  update incident set alerts = incident.alerts + gained.fresh
  from gained where incident.id = gained.incident_id
)
select held.id, held.group_key, held.severity_rank, held.cleared, held.alerts,
       held.alerts + coalesce(gained.fresh, 0)
from held left join gained on gained.incident_id = held.id
"""

_FOLD_ALERTS = """
with incoming as (
  select * from unnest(%(ids)b::bigint[], %(keys)b::text[], %(statuses)b::text[], %(repeats)b::integer[],
                       %(bodies)b::text[]) as t (incident_id, key, status, repeats, body)
), folded as (
  insert into alert (incident_id, key, status, repeats, first_at, last_at, body)
  select incident_id, key, status, repeats, %(now)b, %(now)b, body from incoming order by incident_id, key
  on conflict (incident_id, key) do update set
    status = excluded.status, repeats = alert.repeats + excluded.repeats, last_at = excluded.last_at,
    body = excluded.body
  returning incident_id, (xmax = 0) as fresh
), gained as (
  select incident_id, count(*) as fresh from folded where fresh group by incident_id
)
update incident set alerts = incident.alerts + gained.fresh
from gained where incident.id = gained.incident_id
"""

_CLAIM = """
with due as (
  select key from outbox where due_at <= %(now)b order by due_at limit %(limit)b for update skip locked
), claimed as (
  update outbox set due_at = %(until)b, token = nextval('outbox_token'), attempt = outbox.attempt + 1
  from due where outbox.key = due.key
  returning outbox.intent, outbox.token, outbox.attempt, outbox.created_at, outbox.incident_id
)
select intent, token, attempt, created_at, incident.state
from claimed join incident on incident.id = claimed.incident_id
"""

_EXTEND = """
update outbox set due_at = %(until)s
from unnest(%(keys)s::text[], %(tokens)s::bigint[]) as t (key, token)
where outbox.key = t.key and outbox.token = t.token
"""

"""Runs of steps: the queue they wait in, and what they wrote."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from sirenbook.model.incident import Incident
from sirenbook.model.step import Order
from sirenbook.store.arrays import bigints, booleans, integers, texts, times
from sirenbook.store.records import decode_state

MOST_ATTEMPTS = 3
"""How often a step that reads is begun, where whoever ran it ended first."""
_encoder = msgspec.json.Encoder(order="deterministic")
_orders = msgspec.json.Decoder(Order)


class Taken(Struct, frozen=True):
    """An order claimed to be carried out: under which token, the how-manieth time, and the incident as it is."""

    order: Order
    token: int
    attempt: int
    incident: Incident

    @property
    def lost(self) -> bool:
        """Whether somebody began it before and never said how it ended: then it must not begin again."""
        return self.order.changes and self.attempt > 1


class Written(Struct, frozen=True):
    """What a run wrote, secrets masked; `size` bytes in all."""

    run: int
    text: str
    size: int
    done: bool


def encode_order(order: Order) -> str:
    """An order as it waits."""
    return _encoder.encode(order).decode()


def decode_order(text: str) -> Order:
    """A waiting order."""
    return _orders.decode(text)


async def enqueue(conn: AsyncConnection[Any], orders: Sequence[Order], now: datetime) -> None:
    """Have steps run as soon as this transaction is committed."""
    query = """insert into step_run (incident_id, run, due_at, created_at, data, labels, once, begin_by)
        select id, run, %s, %s, data, string_to_array(labels, ','), once, begin_by
        from unnest(%s::bigint[], %s::integer[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[])
          as t (id, run, data, labels, once, begin_by)
        on conflict do nothing"""
    columns = (
        bigints(o.incident for o in orders),
        integers([o.run for o in orders]),
        texts(encode_order(o) for o in orders),
        texts(",".join(o.labels) for o in orders),
        booleans([o.changes for o in orders]),
        times(o.until for o in orders),
    )
    await conn.execute(query, (now, now, *columns))


async def end_run(conn: AsyncConnection[Any], incident: int, run: int, token: int) -> bool:
    """Take a run out of the queue; False where the claim was lost."""
    query = "delete from step_run where incident_id = %s and run = %s and token = %s returning 1"
    cursor = await conn.execute(query, (incident, run, token))
    return await cursor.fetchone() is not None


async def claim_runs(conn: AsyncConnection[Any], now: datetime, until: datetime, limit: int) -> list[Taken]:
    """Claim due runs: nobody else gets them before `until`. Of those for runners only what no runner can end."""
    parameters = {"now": now, "until": until, "limit": limit, "most": MOST_ATTEMPTS}
    cursor = await conn.execute(_CLAIM, parameters)
    return [taken(row) for row in await cursor.fetchall()]


def taken(row: tuple[Any, ...]) -> Taken:
    """A claim as the statements answer it."""
    data, token, attempt, state = row
    return Taken(decode_order(data), token, attempt, decode_state(state))


async def next_run(conn: AsyncConnection[Any]) -> datetime | None:
    """When the server has to look at a run again; those that wait for a runner are the runner's to look at."""
    row = await (await conn.execute(_NEXT, {"most": MOST_ATTEMPTS})).fetchone()
    return row[0] if row else None


async def extend_runs(conn: AsyncConnection[Any], taken: Sequence[Taken], until: datetime) -> None:
    """Keep claims that are still being worked on."""
    parameters = {
        "until": until,
        "ids": bigints(t.order.incident for t in taken),
        "runs": integers([t.order.run for t in taken]),
        "tokens": bigints(t.token for t in taken),
    }
    await conn.execute(_EXTEND, parameters)


async def put_output(conn: AsyncConnection[Any], incident: int, written: Written, now: datetime) -> None:
    """Keep what a run has written so far."""
    parameters = (incident, written.run, now, written.size, written.done, written.text)
    await conn.execute(_PUT, parameters)


async def outputs(conn: AsyncConnection[Any], incident: int, runs: Sequence[int], most: int) -> list[Written]:
    """What these runs wrote, of each the end."""
    query = """select run, right(written, %s), size, done from step_output
        where incident_id = %s and run = any(%s) order by run"""
    cursor = await conn.execute(query, (most, incident, integers(runs)))
    return [Written(*row) for row in await cursor.fetchall()]


LARGEST_INCIDENT = 16 * 1024 * 1024
"""Bytes of output that are kept of one incident; of the rest only the end of each run is."""
SHORTENED = 8 * 1024


async def forget_outputs(conn: AsyncConnection[Any], before: datetime) -> int:
    """Let go of what the steps of incidents wrote that ended before; the timeline keeps its excerpts for ever."""
    query = """delete from step_output using incident where incident.id = step_output.incident_id
        and incident.status = 'resolved' and incident.resolved_at < %s"""
    return (await conn.execute(query, (before,))).rowcount


async def shorten_outputs(conn: AsyncConnection[Any], most: int = LARGEST_INCIDENT) -> int:
    """Keep only the end of the older runs of incidents whose steps wrote more than `most` bytes in all."""
    cursor = await conn.execute(_SHORTEN, {"most": most, "short": SHORTENED})
    return cursor.rowcount


_SHORTEN = """
with large as (
  select incident_id from step_output group by incident_id having sum(octet_length(written)) > %(most)s
), sized as (
  select incident_id, run, octet_length(written) as bytes, done,
    sum(octet_length(written)) over (partition by incident_id order by run desc) as upto
  from step_output join large using (incident_id)
)
update step_output set written = '… the beginning is no longer kept …' || chr(10) || right(written, %(short)s)
from sized where step_output.incident_id = sized.incident_id and step_output.run = sized.run
  and sized.upto > %(most)s and sized.done and sized.bytes > 8 * %(short)s
"""

_OURS = "(labels = '{}' or (once and attempt > 0) or attempt >= %(most)s)"

_CLAIM = f"""
with due as (
  select incident_id, run from step_run where due_at <= %(now)s and ({_OURS} or begin_by < %(now)s)
  order by due_at limit %(limit)s for update skip locked
), claimed as (
  update step_run set due_at = %(until)s, token = nextval('outbox_token'), attempt = step_run.attempt + 1
  from due where step_run.incident_id = due.incident_id and step_run.run = due.run
  returning step_run.data, step_run.token, step_run.attempt, step_run.incident_id
)
select data, token, attempt, incident.state from claimed join incident on incident.id = claimed.incident_id
"""

_NEXT = f"select min(case when {_OURS} then due_at else greatest(due_at, begin_by) end) from step_run"

_EXTEND = """
update step_run set due_at = %(until)s
from unnest(%(ids)s::bigint[], %(runs)s::integer[], %(tokens)s::bigint[]) as t (id, run, token)
where step_run.incident_id = t.id and step_run.run = t.run and step_run.token = t.token
"""

_PUT = """
insert into step_output (incident_id, run, changed_at, size, done, written) values (%s, %s, %s, %s, %s, %s)
on conflict (incident_id, run) do update set changed_at = excluded.changed_at, size = excluded.size,
  done = excluded.done, written = excluded.written where not step_output.done or excluded.done
"""

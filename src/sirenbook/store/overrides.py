"""Overrides of who is on call: made, ended, never deleted, so that the list says who did what when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from sirenbook.model.rotation import Override
from sirenbook.store.keeping import Keeping
from sirenbook.store.postgres import CHANNEL

ONCALL = "oncall"
"""What NOTIFY says when somebody else is on call than was planned."""
EACH = "\x1f"
"""Between the name of a calendar's entry that repeats and one time that it comes to pass."""
LOOK_BACK = timedelta(days=60)
MOST = 5000


class Wanted(Struct, frozen=True):
    """An override to be made. `kind` is what people call it: override, cover, swap, calendar.

    One of the same `uid`, which a calendar gives, takes the place of the former one.
    """

    kind: str
    rotation: str
    person: str
    start: datetime
    end: datetime
    instead_of: str = ""
    note: str = ""
    uid: str = ""


class Made(Struct, frozen=True):
    """An override as it was made, by whom and which way, and when it was ended before its time, if it was."""

    override: Override
    kind: str
    uid: str
    made_at: datetime
    made_by: str
    via: str
    ended_at: datetime | None
    ended_by: str


class Overrides(Keeping):
    """The keeping of overrides."""

    async def make(self, wanted: Sequence[Wanted], by: str, via: str, now: datetime) -> list[int]:
        """Make overrides, all or none, and tell every node; answers their numbers."""
        insert = """insert into oncall_override
            (kind, rotation, person, instead_of, starts_at, ends_at, note, uid, made_at, made_by, via)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id"""
        made: list[int] = []
        async with self._ledger.connection() as conn, conn.transaction():
            for uid in dict.fromkeys(w.uid.partition(EACH)[0] for w in wanted):
                await _supersede(conn, uid, by, now)
            for w in wanted:
                values = (w.kind, w.rotation, w.person, w.instead_of, w.start, w.end, w.note, w.uid, now, by, via)
                [row] = await (await conn.execute(insert, values)).fetchall()
                made.append(row[0])
            await conn.execute("select pg_notify(%s, %s)", (CHANNEL, ONCALL))
        return made

    async def end(self, number: int, by: str, now: datetime) -> bool:
        """End an override now, or take it back before it begins; False where there is none to end."""
        query = """update oncall_override set ended_at = %s, ended_by = %s
            where id = %s and ended_at is null and ends_at > %s returning pg_notify(%s, %s)"""
        async with self._ledger.connection() as conn:
            cursor = await conn.execute(query, (now, by, number, now, CHANNEL, ONCALL))
            return bool(await cursor.fetchall())

    async def in_force(self, now: datetime) -> list[Override]:
        """Every override that holds, will hold or has held lately, the oldest first, as long as it really held."""
        query = """select id, rotation, person, starts_at, until, instead_of, note from (
                select *, least(ends_at, coalesce(ended_at, ends_at)) as until from oncall_override) as o
            where until > starts_at and until > %s order by id desc limit %s"""
        async with self._ledger.connection() as conn:
            rows = await (await conn.execute(query, (now - LOOK_BACK, MOST))).fetchall()
        return [Override(*row) for row in reversed(rows)]

    async def list(self, limit: int = 100) -> list[Made]:
        """What was made, newest first, with who made and who ended it."""
        query = """select id, rotation, person, starts_at, ends_at, instead_of, note,
                kind, uid, made_at, made_by, via, ended_at, ended_by
            from oncall_override order by id desc limit %s"""
        async with self._ledger.connection() as conn:
            rows = await (await conn.execute(query, (limit,))).fetchall()
        return [Made(Override(*row[:7]), *row[7:]) for row in rows]


async def _supersede(conn: Any, uid: str, by: str, now: datetime) -> None:
    """End what the same entry of a calendar made before, each time that it comes to pass."""
    if uid:
        query = """update oncall_override set ended_at = %s, ended_by = %s
            where (uid = %s or starts_with(uid, %s)) and ended_at is null"""
        await conn.execute(query, (now, by, uid, uid + EACH))

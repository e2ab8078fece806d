"""How health checks stand: a row each, looked at by whichever node claims it first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from sirenbook.model.check import Stand
from sirenbook.store.keeping import Keeping

_STAND = "name, standing, since, failures, looked_at, seconds, detail, beat_at, told, told_at"
_QUALIFIED = ", ".join(f"c.{column}" for column in _STAND.split(", "))


class Wanted(Struct, frozen=True):
    """A check that there is to be: what it looks at, by its digest, and when to look first."""

    name: str
    digest: str
    first: datetime


class Taken(Struct, frozen=True):
    """A check that is this process's to look at: how it stood, the slot it was due in, and its fencing token."""

    stand: Stand
    slot: datetime
    token: int
    made_at: datetime


class Checks(Keeping):
    """The keeping of checks."""

    async def keep(self, wanted: Sequence[Wanted], now: datetime) -> None:
        """Have a row for each; one that looks at something else by now begins to count anew."""
        query = """insert into health_check (name, digest, made_at, due_at)
            select name, digest, %s, first from unnest(%s::text[], %s::text[], %s::timestamptz[])
                as w (name, digest, first) order by name
            on conflict (name) do update set digest = excluded.digest, due_at = excluded.due_at,
                failures = 0, beat_at = null, made_at = excluded.made_at, token = health_check.token + 1
            where health_check.digest <> excluded.digest"""
        columns = ([w.name for w in wanted], [w.digest for w in wanted], [w.first for w in wanted])
        async with self._ledger.connection() as conn:
            await conn.execute(query, (now, *columns))

    async def gone(self, names: Sequence[str]) -> list[Stand]:
        """The checks of which there is still a row and which are not among these."""
        query = f"select {_STAND} from health_check where name <> all(%s) order by name"
        async with self._ledger.connection() as conn:
            return [Stand(*row) for row in await (await conn.execute(query, (list(names),))).fetchall()]

    async def drop(self, name: str) -> None:
        """Forget a check."""
        async with self._ledger.connection() as conn:
            await conn.execute("delete from health_check where name = %s", (name,))

    async def claim(self, names: Sequence[str], now: datetime, until: datetime, limit: int) -> list[Taken]:
        """Take checks that are due, of these; nobody else gets them before `until`."""
        query = f"""update health_check as c set due_at = %s, token = c.token + 1
            from (select name, due_at as slot from health_check where due_at <= %s and name = any(%s)
                order by due_at limit %s for update skip locked) as due
            where c.name = due.name returning {_QUALIFIED}, due.slot, c.token, c.made_at"""
        async with self._ledger.connection() as conn:
            rows = await (await conn.execute(query, (until, now, list(names), limit))).fetchall()
        return [Taken(Stand(*row[:-3]), *row[-3:]) for row in rows]

    async def settle(self, taken: Taken, stand: Stand, due_at: datetime) -> bool:
        """Write down how it stands now; False where somebody else has it by now."""
        query = """update health_check set standing = %s, since = %s, failures = %s, looked_at = %s, seconds = %s,
                detail = %s, told = %s, told_at = %s, due_at = %s where name = %s and token = %s returning true"""
        values: tuple[Any, ...] = (
            *(stand.standing, stand.since, stand.failures, stand.looked_at, stand.seconds, stand.detail),
            *(stand.told, stand.told_at, due_at, stand.name, taken.token),
        )
        async with self._ledger.connection() as conn:
            return bool(await (await conn.execute(query, values)).fetchall())

    async def beat(self, name: str, now: datetime, late_at: datetime) -> bool:
        """Note that a heartbeat was heard; one that was silent is looked at at once. False where there is none.

        A look that is under way knows nothing of it, so it loses its token.
        """
        query = """update health_check set beat_at = %s, token = token + 1,
                due_at = case when standing = 'well' and told = 'no' then %s::timestamptz else %s::timestamptz end
            where name = %s returning true"""
        async with self._ledger.connection() as conn:
            return bool(await (await conn.execute(query, (now, late_at, now, name))).fetchall())

    async def list(self) -> list[Stand]:
        """All of them, by name."""
        async with self._ledger.connection() as conn:
            cursor = await conn.execute(f"select {_STAND} from health_check order by name")
            return [Stand(*row) for row in await cursor.fetchall()]

    async def next_due(self, names: Sequence[str]) -> datetime | None:
        """When the next of these is due."""
        query = "select min(due_at) from health_check where name = any(%s)"
        async with self._ledger.connection() as conn:
            row = await (await conn.execute(query, (list(names),))).fetchone()
        return row[0] if row else None

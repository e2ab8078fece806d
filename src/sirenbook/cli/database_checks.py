"""What `sirenbook doctor` looks at in the database: whether it answers, is up to date, and tells one story."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool

from sirenbook.cli.installation import Check
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.policies.versions import restored
from sirenbook.store.migrate import OLDEST_SERVER, MigrationFault, pending
from sirenbook.store.postgres import PostgresLedger
from sirenbook.store.queries import Damage, Queries
from sirenbook.store.settings import Settings

PATIENCE = 5
READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=60s -c timezone=UTC"
MOST_DAMAGE = 20


def database(dsn: str) -> Iterator[Check]:
    """Whether the database can be reached, is new enough and migrated, and every timeline is as it was written."""
    try:
        with psycopg.connect(dsn, connect_timeout=PATIENCE, options=READ_ONLY, autocommit=True) as connection:
            yield _version(connection)
            left = pending(connection)
    except psycopg.Error as error:
        said = str(error).strip().splitlines()
        mend = "Start it, or correct --database-url; the embedded one runs while `sirenbook up` does."
        yield Check("database", "fail", f"{_named(dsn)} cannot be used: {said[0] if said else 'no reason'}", mend)
        return
    except MigrationFault as fault:
        yield Check("database", "fail", str(fault))
        return
    if left:
        yield Check("database", "warn", f"{len(left)} migrations wait", "`sirenbook up` applies them.")
        return
    yield from _chains(dsn)


def _named(dsn: str) -> str:
    """The database without its password."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.Error:
        return "the database"
    return f"the database {parts.get('dbname') or ''} on {parts.get('host') or 'this machine'}"


def _version(connection: psycopg.Connection[Any]) -> Check:
    version = connection.info.server_version
    text = f"PostgreSQL {version // 10000}.{version % 10000}"
    if version < OLDEST_SERVER * 10000:
        return Check("database", "fail", f"{text} is too old", f"Upgrade to PostgreSQL {OLDEST_SERVER} or newer.")
    return Check("database", "ok", f"{text} answers")


def _chains(dsn: str) -> Iterator[Check]:
    checked, damage = asyncio.run(_verify(dsn))
    for each in damage[:MOST_DAMAGE]:
        yield Check("timelines", "fail", each.text, "Keep the database as it is, and compare with a backup.")
    if len(damage) > MOST_DAMAGE:
        yield Check("timelines", "fail", f"and {len(damage) - MOST_DAMAGE} more")
    if not damage:
        many = "1 timeline is" if checked == 1 else f"{checked} timelines are"
        yield Check("timelines", "ok", f"{many} unbroken, and what they tell is the state that is stored")


async def _verify(dsn: str) -> tuple[int, list[Damage]]:
    """Check every incident; answers how many there are, and the damage."""
    async with read_only(dsn) as pool:
        queries = Queries(PostgresLedger(pool))
        damage: list[Damage] = []
        [(count,)] = await _count(pool)
        last: int | None = 0
        while last is not None:
            found, last = await queries.verify(last)
            damage.extend(found)
        return count, damage


async def _count(pool: AsyncConnectionPool[AsyncConnection[Any]]) -> list[tuple[Any, ...]]:
    async with pool.connection() as connection:
        return await (await connection.execute("select count(*) from incident")).fetchall()


def read_only(dsn: str) -> AsyncConnectionPool[AsyncConnection[Any]]:
    """One connection that changes nothing."""
    settings = {"autocommit": True, "options": READ_ONLY}
    return AsyncConnectionPool(dsn, min_size=1, max_size=1, timeout=PATIENCE, kwargs=settings, open=False)


def last_run(dsn: str) -> Texts | None:
    """The playbook that ran on this database last; None where none did. The database must be sound."""

    async def ask() -> Any:
        async with read_only(dsn) as pool:
            settings = Settings(PostgresLedger(pool))
            latest = await settings.version()
            return await settings.texts_of(latest.number) if latest else await settings.get("playbook")

    stored = asyncio.run(ask())
    return restored(stored) if stored else None

"""How our sessions plan: once for each statement, however few values it is given."""

import asyncio

from psycopg_pool import AsyncConnectionPool

from sirenbook.engine.serve import SESSION
from sirenbook.store.postgres import PostgresLedger
from sirenbook.store.queries import Queries


async def _used_often(dsn: str) -> list[tuple[str, int, int]]:
    """What a session says of its statements, used more often than the planner needs to make up its mind."""
    kwargs = {"autocommit": True, "options": SESSION}
    async with AsyncConnectionPool(dsn, min_size=1, max_size=1, open=False, kwargs=kwargs) as pool:
        ledger = PostgresLedger(pool)
        for _ in range(8):
            async with ledger.transaction() as tx:
                await tx.lock_groups(["none"])
                await tx.lock(await tx.new_ids(1))
                await tx.finish([("INC-1.1.0", 1)])
            await Queries(ledger).histories([1])
        async with ledger.connection() as conn:
            cursor = await conn.execute("select statement, generic_plans, custom_plans from pg_prepared_statements")
            return await cursor.fetchall()


def test_a_statement_of_a_session_is_planned_once(database: str) -> None:
    said = asyncio.run(_used_often(database))
    assert len(said) >= 5
    assert not [statement for statement, generic, custom in said if custom or not generic]

"""What every keeping of the store is made of: one ledger, and statements that are run on it one by one."""

from typing import Any

from sirenbook.store.postgres import PostgresLedger


class Keeping:
    """The rows of one subject, of which each statement is a transaction of its own."""

    def __init__(self, ledger: PostgresLedger) -> None:
        self._ledger = ledger

    async def _run(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        async with self._ledger.connection() as conn:
            cursor = await conn.execute(query, parameters)
            return await cursor.fetchall() if cursor.description else []

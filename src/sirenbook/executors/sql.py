"""Runs one SQL statement on the database that is bound, reading in a transaction that can do nothing else."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.conninfo import conninfo_to_dict

from sirenbook.channels import Secrets
from sirenbook.channels.settings import Settings
from sirenbook.executors import ExecutorFault, Limits, Result, Write
from sirenbook.model.judgement import Judgement, Plan, Statement

MOST_ROWS = 1000
_WIDEST = 200
_LOCK = "2s"


class SqlExecutor:
    """Runs statements by a connection of its own for each, so that nothing is left of one for the next."""

    name = "sql"

    def __init__(self, dsn: str, dsn_to_change: str = "") -> None:
        self._reading, self._changing = dsn, dsn_to_change or dsn

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path) -> Self:
        """Reads [executors.sql]: one connection string for reading and, if there is one, another for changes."""
        read = Settings("sql", settings, secrets, secret=("dsn", "dsn_to_change"), table="[executors.sql]")
        dsn = read.secret("dsn")
        if not dsn:
            raise ExecutorFault(
                "[executors.sql] names no database", 'write dsn_env = "NAME", a role that only reads is best'
            )
        to_change = read.secret("dsn_to_change") or ""
        try:
            conninfo_to_dict(dsn)
            conninfo_to_dict(to_change)
            return cls(dsn, to_change)
        except psycopg.ProgrammingError as error:
            raise ExecutorFault(
                "[executors.sql] leads to no connection string", "write postgresql://user@host/database"
            ) from error

    def target(self, judgement: Judgement) -> str | None:
        """The database, without its password."""
        if judgement.language != "sql" or judgement.run is None or judgement.run.statement is None:
            return None
        return _words(self._reading if judgement.risk == "reads" else self._changing)

    def secrets(self) -> tuple[str, ...]:
        """The connection strings, and the passwords in them."""
        found = {self._reading, self._changing}
        found |= {str(conninfo_to_dict(dsn).get("password") or "") for dsn in tuple(found)}
        return tuple(filter(None, found))

    async def run(self, plan: Plan, limits: Limits, write: Write, *, changes: bool) -> Result:
        """Run the statement; a change is committed with it, reading is rolled back."""
        assert plan.statement is not None
        reading = not changes or plan.statement.text.lstrip().upper().startswith("EXPLAIN ")
        try:
            async with asyncio.timeout(limits.seconds):
                return await self._on_connection(plan, limits, write, reading)
        except TimeoutError:
            if reading:
                return Result("stopped", None, f"it did not end within {limits.seconds:g} s and was ended")
            return Result("unknown", None, "it did not end in time, so nobody knows whether it was committed")
        except psycopg.OperationalError as error:
            return Result("failed", None, f"the database does not answer: {str(error).strip()}")

    async def _on_connection(self, plan: Plan, limits: Limits, write: Write, reading: bool) -> Result:
        options = f"-c statement_timeout={int(limits.seconds * 1000)} -c lock_timeout={_LOCK}"
        async with await AsyncConnection.connect(
            self._reading if reading else self._changing,
            options=options,
            connect_timeout=5,
            application_name="sirenbook step",
        ) as conn:
            await conn.set_read_only(reading)
            return await _executed(conn, plan.statement or Statement(""), dict(plan.values), write, reading)


async def _executed(
    conn: AsyncConnection[Any], statement: Statement, values: Mapping[str, str], write: Write, reading: bool
) -> Result:
    # The binary result makes the driver use the protocol that takes one statement and no more.
    query = statement.text.rstrip().rstrip(";").encode()
    parameters = {name: values[name] for name in statement.parameters} or None
    cursor = conn.cursor()
    try:
        if reading:
            return await _streamed(cursor, query, parameters, write)
        await cursor.execute(query, parameters, binary=True)
        count = cursor.rowcount
        status = cursor.statusmessage or ""
        if cursor.description is not None:
            for row in (await cursor.fetchall())[:MOST_ROWS]:
                write(_row(row))
        write(f"{status}\n".encode())
    except psycopg.Error as error:
        return Result("failed", None, _said(error))
    try:
        await conn.commit()
    except psycopg.OperationalError as error:
        return Result("unknown", None, f"the connection broke while it was committed: {_said(error)}")
    except psycopg.Error as error:
        return Result("failed", None, _said(error))
    return Result("nothing", 0, f"{status}: no row was concerned") if count == 0 else Result("worked", 0, status)


async def _streamed(cursor: AsyncCursor[Any], query: bytes, parameters: Any, write: Write) -> Result:
    seen = 0
    async for row in cursor.stream(query, parameters, binary=False):
        if seen == 0 and cursor.description is not None:
            write(_row([column.name for column in cursor.description]))
        seen += 1
        if seen > MOST_ROWS:
            write(f"… more than {MOST_ROWS} rows\n".encode())
            break
        write(_row(row))
    write(f"({min(seen, MOST_ROWS)} row{'' if seen == 1 else 's'})\n".encode())
    return Result("worked", 0) if seen else Result("nothing", 0, "no row")


def _row(row: Sequence[Any]) -> bytes:
    cells = ("" if cell is None else str(cell).replace("\n", " ") for cell in row)
    return (" | ".join(c if len(c) <= _WIDEST else f"{c[:_WIDEST]}…" for c in cells) + "\n").encode()


def _said(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).strip().split("\n")[0]


def _words(dsn: str) -> str:
    parts = conninfo_to_dict(dsn)
    where = parts.get("host") or parts.get("hostaddr") or "the local server"
    return f"database {parts.get('dbname') or parts.get('user')} at {where} as {parts.get('user') or 'the owner'}"

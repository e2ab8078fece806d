"""A stand-in for psql inside the database's pod: statements run on the real database, the output looks alike."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import AsyncConnection

from sirenbook.cli.demo.execution import Output

_VALUED = {"-U": "role", "-d": "database", "-c": "command", "-h": "host", "-p": "port",
           "--username": "role", "--dbname": "database", "--command": "command"}  # fmt: skip
LARGEST = 5000
"""Rows that are shown at most."""


async def run(words: Sequence[str], dsn: Callable[[str, str], str]) -> Output:
    """Run one command line of psql's."""
    given, plain = _read(words)
    role = given.get("role", "postgres")
    if "command" not in given:
        return Output(errors="psql: error: the demo's psql runs one statement: give it with -c\n", code=2)
    try:
        where = dsn(role, given.get("database") or role)
        async with await AsyncConnection.connect(where, autocommit=True, connect_timeout=5) as connection:
            return await _answer(connection, given["command"], plain)
    except psycopg.OperationalError as error:
        if error.sqlstate is None:
            return Output(errors=f"psql: error: {str(error).strip()}\n", code=2)
        return _failed(error)
    except psycopg.Error as error:
        return _failed(error)


def _read(words: Sequence[str]) -> tuple[dict[str, str], bool]:
    given: dict[str, str] = {}
    plain = False
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if word in _VALUED:
            given[_VALUED[word]] = next(rest, "")
        elif name in _VALUED and value:
            given[_VALUED[name]] = value
        elif word.startswith("-") and not word.startswith("--"):
            plain = plain or "t" in word or "A" in word
    return given, plain


async def _answer(connection: AsyncConnection[Any], text: str, plain: bool) -> Output:
    cursor = await connection.execute(text.encode())
    if cursor.description is None:
        return Output(f"{cursor.statusmessage}\n")
    names = [column.name for column in cursor.description]
    rows = [[_cell(v) for v in row] for row in await cursor.fetchmany(LARGEST)]
    if plain:
        return Output("".join("|".join(row) + "\n" for row in rows))
    return Output(_table(names, rows))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    return "" if value is None else str(value)


def _table(names: list[str], rows: list[list[str]]) -> str:
    """The aligned table that psql prints."""
    widths = [max([len(n), *(len(r[i]) for r in rows)]) for i, n in enumerate(names)]
    head = "|".join(f" {n.center(w)} " for n, w in zip(names, widths, strict=True))
    line = "+".join("-" * (w + 2) for w in widths)
    body = ["|".join(f" {v.ljust(w)} " for v, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})"
    return "\n".join([head.rstrip(), line, *body, count, "", ""])


def _failed(error: psycopg.Error) -> Output:
    text = error.diag.message_primary or str(error).strip()
    return Output(errors=f"{error.diag.severity or 'ERROR'}:  {text}\n", code=1)

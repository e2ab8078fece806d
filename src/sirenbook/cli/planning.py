"""Gets the plan of a new playbook: from the running server, or by reading its database while none runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg

from sirenbook.cli.client import Client, Json
from sirenbook.cli.exits import Exit, Fault

if TYPE_CHECKING:
    from sirenbook.engine.policies.texts import Texts

PATIENCE = 120.0
"""Seconds to wait for a plan: a playbook of megabytes takes a while to compile and to rehearse."""


def body_of(texts: Texts) -> Json:
    """Texts as the API takes them; without a sirenbook.toml beside the playbook, the one in force stays."""
    return {"files": texts.files, "bindings": texts.bindings or None}


def asked(server: Client, texts: Texts) -> Json:
    """The server's plan."""
    return server.post("/api/policies/plan", **body_of(texts))


def read_off(dsn: str, texts: Texts) -> Json:
    """The same, from the database alone. Nothing is written. Raises Fault."""
    from msgspec import to_builtins

    try:
        found = asyncio.run(_compare(dsn, texts))
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Fault(f"the database cannot be read: {said}", "Check --database-url.", Exit.UNREACHABLE) from error
    if found is None:
        raise Fault(
            "no playbook is in force here yet", "Start one with `sirenbook up PLAYBOOK.md`.", Exit.NOT_FOUND
        )
    answer: Json = to_builtins(found)
    return answer


async def _compare(dsn: str, texts: Texts) -> Any:
    from sirenbook.cli.database_checks import read_only
    from sirenbook.engine.policies.reading import bind, load
    from sirenbook.engine.policies.texts import Texts
    from sirenbook.engine.policies.versions import compared, restored
    from sirenbook.store.ledger import Away
    from sirenbook.store.postgres import PostgresLedger
    from sirenbook.store.queries import Queries
    from sirenbook.store.settings import Settings
    from sirenbook.web.api.shapes import Planned

    try:
        async with read_only(dsn) as pool:
            ledger = PostgresLedger(pool)
            settings, queries = Settings(ledger), Queries(ledger)
            latest = await settings.version()
            if latest is None:
                return None
            old = bind(restored(await settings.texts_of(latest.number)), await settings.policy(latest.policy))
            new = load(Texts(texts.files, texts.bindings or old.texts.bindings, old.texts.demo))
            plan = await compared(queries, settings, old, new, await queries.clock())
            return Planned(latest.number, latest.digest, new.texts.digest, plan.same, len(plan.errors), plan)
    except Away as error:
        raise psycopg.OperationalError(str(error)) from error

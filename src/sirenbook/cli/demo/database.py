"""The demo's database: a real PostgreSQL with the tables that runbooks ask, and faults that are real sessions."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo

from sirenbook.cli.demo import psql
from sirenbook.cli.demo.execution import Output
from sirenbook.cli.demo.inventory import Inventory
from sirenbook.cli.demo.tables_sql import AGED, TABLES, fill, restore
from sirenbook.cli.demo.world import Struck, World
from sirenbook.engine.listening import listen
from sirenbook.store.embedded import EmbeddedPostgres

SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
"""It is thrown away in the end, so nothing needs to survive a power cut."""
POOL = 24
"""How many sessions the application's role may have."""
TEMPLATE = "platform_template"
_STAND_STILL = "select count(*) from workflows where pg_sleep(0.9) is not null"
"""It waits at every row, which takes an hour and costs the machine nothing."""
_SLOW = "select count(*), pg_sleep(1.6) from workflows"
"""It ends, so that pg_stat_statements has something slow to show."""


class Database:
    """The server, and the sessions that faults hold open in it."""

    def __init__(self, server: EmbeddedPostgres, inventory: Inventory, port: int, password: str) -> None:
        self.server = server
        self.inventory = inventory
        self.port = port
        self.password = password
        self._held: dict[str, list[AsyncConnection[Any]]] = {}
        self._running: dict[str, list[asyncio.Task[None]]] = {}

    @classmethod
    def start(cls, folder: Path, inventory: Inventory, now: datetime) -> Database:
        """Have it running, with its tables full."""
        port, password = _free_port(), secrets.token_urlsafe(18)
        server = EmbeddedPostgres.start(folder, settings={**SETTINGS, "port": str(port)})
        try:
            _open_to_passwords(server)
            _create(server, inventory, password, now)
        except BaseException:
            server.stop()
            raise
        return cls(server, inventory, port, password)

    def stop(self) -> None:
        """Stop the server."""
        self.server.stop()

    def dsn(self, role: str = "postgres", database: str = "") -> str:
        """Where it is, for a role; the playbook's own database unless another is named."""
        return make_conninfo(self.server.dsn, user=role, dbname=database or self.inventory.database)

    def url(self, role: str, database: str = "") -> str:
        """The same over the network of this machine, as runbooks state it: with a password."""
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database or self.inventory.database}"

    async def program(self, name: str, words: list[str]) -> Output:
        """What psql, pg_isready or pg_restore say inside the database's pod."""
        if name == "pg_isready":
            return Output("/var/run/postgresql:5432 - accepting connections\n")
        if name == "pg_restore":
            async with await AsyncConnection.connect(self.dsn(), autocommit=True) as connection:
                await restore(connection)
            return Output()
        return await psql.run(words, self.dsn)

    async def keep_up(self, world: World, now: datetime) -> None:
        """Open what new faults hold, count what is left of it, and let go of what is over."""
        for struck in world.active():
            trouble = struck.fault.database
            if not trouble:
                continue
            if struck.fault.name not in self._held:
                self._held[struck.fault.name] = []
                await self._begin(struck, now)
            world.facts[struck.fault.name] = await self._left(struck)
        world.settle(now)
        for name in set(self._held) - {s.fault.name for s in world.active()}:
            await self._let_go(name)

    async def close(self) -> None:
        """Let go of everything."""
        for name in list(self._held):
            await self._let_go(name)

    async def _session(self, struck: Struck) -> AsyncConnection[Any]:
        dsn = make_conninfo(self.dsn("app"), application_name=struck.target[2], connect_timeout=5)
        connection = await AsyncConnection.connect(dsn, autocommit=True, prepare_threshold=None)
        self._held[struck.fault.name].append(connection)
        return connection

    async def _begin(self, struck: Struck, now: datetime) -> None:
        match struck.fault.database:
            case "sessions":
                for _ in range(POOL):
                    connection = await self._session(struck)
                    await connection.execute("select id from workflows order by id limit 1")
            case "slow":
                for text in (_STAND_STILL, _STAND_STILL, _SLOW):
                    await self._leave_running(struck, text)
            case "lock":
                blocker = await self._session(struck)
                await blocker.execute("begin")
                await blocker.execute("update workflows set state = 'held' where id = 1")
                for state in ("done", "failed"):
                    text = f"update workflows set state = '{state}' where id = 1"  # noqa: S608 - words of our own
                    await self._leave_running(struck, text)
            case "break-in":
                await self._everywhere(_BREAK_IN, now)
            case "loss":
                await self._everywhere(("delete from workflows",), now)

    async def _leave_running(self, struck: Struck, text: str) -> None:
        connection = await self._session(struck)

        async def run() -> None:
            with suppress(psycopg.Error):
                await connection.execute(text.encode())

        self._running.setdefault(struck.fault.name, []).append(asyncio.create_task(run()))

    async def _left(self, struck: Struck) -> int:
        """How much of a fault is left in the database."""
        held = [c.info.backend_pid for c in self._held[struck.fault.name] if not c.closed]
        match struck.fault.database:
            case "break-in":
                found = await self._count(_UNREVOKED)
            case "loss":
                found = int(not await self._count("select count(*) from workflows"))
            case "sessions":
                found = await self._count(_ALIVE, held)
                return found if found > POOL // 2 else 0
            case "lock":
                # Who holds the lock came first; those who wait are its victims.
                found = await self._count(_ALIVE, held[:1])
            case _:
                found = await self._count(_WORKING, held)
        return found

    async def _count(self, text: str, *given: Any) -> int:
        async with await AsyncConnection.connect(self.dsn()) as connection:
            row = await (await connection.execute(text.encode(), given)).fetchone()
            return int(row[0]) if row else 0

    async def _let_go(self, name: str) -> None:
        """Close the sessions of a fault that is over, and put back what it took."""
        held = self._held.pop(name)
        await self._count(_END, [c.info.backend_pid for c in held if not c.closed])
        # Only then: the driver does not bear that a connection is closed under a statement that runs on it.
        await asyncio.gather(*self._running.pop(name, []))
        for connection in held:
            await connection.close()

    async def _everywhere(self, texts: tuple[str, ...], now: datetime) -> None:
        """The same in every database of the platform, since the playbook's commands do not agree on one."""
        for name in _databases(self.inventory):
            async with await AsyncConnection.connect(self.dsn(database=name), autocommit=True) as connection:
                for text in texts:
                    await connection.execute(text.encode(), {"now": now} if "%(now)s" in text else None)


_ALIVE = "select count(*) from pg_catalog.pg_stat_activity where pid = any(%s)"
_END = "select count(pg_terminate_backend(pid)) from unnest(%s::int[]) pid"
_WORKING = _ALIVE + " and state = 'active'"
_UNREVOKED = (
    "select count(*) from api_keys k, users u "
    "where k.id = '31' and u.id = '7' and k.revoked_at is null and u.is_active"
)
_BREAK_IN = (
    "update api_keys set revoked_at = null where id = '31'",
    "update users set is_active = true where id = '7'",
    "insert into audit_logs (user_id, action, created_at) select '7', 'login failed', "
    "%(now)s - n * interval '3 seconds' from generate_series(1, 600) n",
    "insert into request_logs (api_key_id, path, created_at) select '31', '/v1/export', "
    "%(now)s - n * interval '2 seconds' from generate_series(1, 900) n",
)


def _databases(inventory: Inventory) -> list[str]:
    """Every database that a command could end in: psql goes to one of the role's name if none is given."""
    return sorted({"postgres", inventory.database, *inventory.databases, *inventory.roles})


def _free_port() -> int:
    with listen("127.0.0.1", 0) as listening:
        return int(listening.getsockname()[1])


def _open_to_passwords(server: EmbeddedPostgres) -> None:
    """Let in whoever comes from this machine with a password; on the socket only we come in as it is."""
    rules = server.data / "pg_hba.conf"
    rules.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("select pg_reload_conf()")


def _create(server: EmbeddedPostgres, inventory: Inventory, password: str, now: datetime) -> None:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        for statement in _roles(inventory, password):
            connection.execute(statement)
        connection.execute(f"create database {TEMPLATE}".encode())
    with psycopg.connect(make_conninfo(server.dsn, dbname=TEMPLATE), autocommit=True) as connection:
        connection.execute(TABLES.encode())
        connection.execute(AGED.encode())
        fill(connection, now)
    with psycopg.connect(make_conninfo(server.dsn, dbname="template1"), autocommit=True) as connection:
        connection.execute("drop database postgres")
        for name in _databases(inventory):
            wanted = sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
            connection.execute(wanted)
            path = sql.SQL("alter database {} set search_path = public, aged, pg_catalog").format(
                sql.Identifier(name)
            )
            connection.execute(path)
    with psycopg.connect(make_conninfo(server.dsn, dbname=inventory.database), autocommit=True) as connection:
        # What it took to get here is nothing that the platform did.
        connection.execute("select public.pg_stat_statements_reset()")
        connection.execute("select count(*) from workflows where state = 'running'")


READER, CHANGER = "reader", "changer"
"""The roles by which steps come in: one only looks, the other may also change rows and end sessions."""


def _roles(inventory: Inventory, password: str) -> Iterator[sql.Composed]:
    secret = sql.Literal(password)
    yield sql.SQL("create role app login connection limit {}").format(sql.Literal(POOL))
    yield sql.SQL("grant pg_read_all_data, pg_write_all_data to app").format()
    yield sql.SQL("create role postgres login superuser password {}").format(secret)
    for name in sorted({*inventory.roles, READER, CHANGER} - {"postgres", "app"}):
        yield sql.SQL("create role {} login password {}").format(sql.Identifier(name), secret)
        reader = "read" in name
        more = "pg_read_all_data, pg_monitor" + ("" if reader else ", pg_write_all_data, pg_signal_backend")
        yield sql.SQL("grant {} to {}").format(sql.SQL(more), sql.Identifier(name))

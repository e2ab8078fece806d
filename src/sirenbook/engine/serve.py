"""One process from start to stop: policy, passes, web server; and everything down again in order."""

import asyncio
import gc
import json
import os
import random
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from msgspec import Struct
from msgspec.structs import replace
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from sirenbook.channels.settings import secrets_from
from sirenbook.engine import connections, passes, plugins
from sirenbook.engine.chat import hearing as chat
from sirenbook.engine.chat import rooms
from sirenbook.engine.checks import Checker, looker
from sirenbook.engine.clock import SystemClock
from sirenbook.engine.delivery.dispatch import Dispatcher
from sirenbook.engine.delivery.reception import Reception
from sirenbook.engine.handle import Engine, Signals
from sirenbook.engine.intake.receive import Receiver
from sirenbook.engine.links import Links
from sirenbook.engine.packets import OnePacket
from sirenbook.engine.people import oncall, reach
from sirenbook.engine.policies.begin import Begun, begin
from sirenbook.engine.policies.books import Books
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.station import Address, Station, fresh_secret
from sirenbook.engine.steps.desk import Desk
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.engine.steps.run_steps import Stepper
from sirenbook.store.accounts import Accounts
from sirenbook.store.chats import Chats
from sirenbook.store.checks import Checks
from sirenbook.store.contacts import Contacts
from sirenbook.store.embedded import EmbeddedPostgres
from sirenbook.store.identities import Identities
from sirenbook.store.letters import Letters
from sirenbook.store.overrides import Overrides
from sirenbook.store.passkeys import Passkeys
from sirenbook.store.postgres import PostgresLedger
from sirenbook.store.practices import Practices
from sirenbook.store.queries import Queries
from sirenbook.store.runners import Runners
from sirenbook.store.settings import Settings
from sirenbook.store.status import Status

log = structlog.get_logger()

App = Callable[..., Awaitable[None]]
SESSION = (
    "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
    # Plans are cached while the tables are still small; a scan that was right then would stay for ever.
    " -c enable_seqscan=off -c jit=off"
    # Few values in an array look cheaper than any number of them: the way of an alert would be planned each time.
    " -c plan_cache_mode=force_generic_plan"
)
GRACE = 3
_Parts = tuple[Station, plugins.Opened, Begun]


class Options(Struct, frozen=True):
    """What `up` was asked to run, and where."""

    home: Path
    dsn: str
    texts: Texts | None
    host: str = "127.0.0.1"
    public_url: str | None = None
    by: str = ""


class Started(Struct, frozen=True):
    """What there is to tell once everything runs."""

    station: Station
    url: str
    local_url: str
    findings: plugins.Opened
    begun: Begun


async def run(
    options: Options,
    listening: socket.socket,
    embedded: EmbeddedPostgres | None,
    create_app: Callable[[Station], App],
    on_started: Callable[[Started], Awaitable[None]],
) -> None:
    """Serve until SIGINT or SIGTERM."""
    connections.allow_many_files()
    async with _station(options, listening) as (station, opened, begun):
        stop = asyncio.Event()
        with _stopping_on_signals(stop):
            server = _Server(_server_config(create_app(station)))
            work = _work(station, options.dsn, embedded)
            tasks = [asyncio.create_task(each) for each in work]
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            _collect_rarely()
            local = _own_url(options.host, listening)
            await on_started(Started(station, station.links.base_url, local, opened, begun))
            await asyncio.wait([serving, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
            server.should_exit = True
            await serving
        await _wind_down(station, tasks)


def _collect_rarely() -> None:
    """Look for cyclic garbage less often: a storm makes and drops many objects, nearly none of them in cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: stopping is decided in one place."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _server_config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_config=None,
        http=OnePacket,
        ws="none",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=75,
        limit_concurrency=connections.MOST,
    )


@contextmanager
def _stopping_on_signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _work(station: Station, dsn: str, embedded: EmbeddedPostgres | None) -> list[Any]:
    """The loops that run as long as the process does."""
    every = passes.for_ever
    own = [] if embedded is None else [every("database", lambda: passes.keep_database(embedded))]
    return [
        station.receiver.commits.run(),
        station.dispatcher.receipts.run(),
        every("clock", lambda: passes.clock_step(station)),
        every("dispatch", lambda: passes.dispatch_step(station)),
        every("leases", station.dispatcher.heartbeat),
        every("steps", lambda: passes.steps_step(station)),
        every("leases of steps", station.stepper.heartbeat),
        every("changes", lambda: passes.listen(station, dsn)),
        every("playbook", lambda: passes.playbook_step(station)),
        every("checks", lambda: passes.checks_step(station)),
        every("letters", lambda: passes.letters_step(station)),
        every("chats", lambda: chat.listen_step(station)),
        every("rooms", lambda: rooms.step(station)),
        every("status page", lambda: passes.status_step(station)),
        every("tests of contact methods", lambda: passes.testing_step(station)),
        every("housekeeping", lambda: passes.housekeeping(station)),
        every("outputs", lambda: passes.tidy_step(station)),
        *own,
    ]


async def _wind_down(station: Station, tasks: list["asyncio.Task[Any]"]) -> None:
    """Let go in order: no new claims, then what is in flight, then the commits."""
    for task in tasks[2:]:
        task.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            await station.dispatcher.land()
            await station.stepper.land()
            await station.checker.land()
            await station.receiver.commits.drain()
    await station.stepper.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _station(options: Options, listening: socket.socket) -> AsyncIterator[_Parts]:
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        options.dsn,
        min_size=3,
        max_size=12,
        timeout=5,
        kwargs={"autocommit": True, "options": SESSION},
        open=False,
        check=None,
    )
    async with pool:
        await pool.wait()
        ledger = PostgresLedger(pool)
        now = await Queries(ledger).clock()
        begun = await begin(Settings(ledger), Queries(ledger), options.texts, options.by, now)
        opened = plugins.open_plugs(begun.loaded.bindings, os.environ, options.home)
        station = await _build(options, _own_url(options.host, listening), ledger, begun, opened)
        await oncall.refresh(station)
        await reach.refresh(station)
        station.dispatcher.belong(Reception(station))
        try:
            yield station, opened, begun
        finally:
            await station.dispatcher.close()


async def _build(
    options: Options, own_url: str, ledger: PostgresLedger, begun: Begun, opened: plugins.Opened
) -> Station:
    queries, settings = Queries(ledger), Settings(ledger)
    clock = SystemClock(await queries.clock())
    now = clock.now()
    key = bytes.fromhex(await settings.put_once("link_key", os.urandom(32).hex(), now))
    installation = await settings.put_once("installation", os.urandom(6).hex(), now)
    loaded = replace(begun.loaded, diagnostics=(*begun.loaded.diagnostics, *opened.diagnostics))
    address = Address(options.public_url, own_url)
    links = Links(key, address.url(loaded.bindings) or own_url)
    ground = OwnGround(opened.executors, loaded.bindings.runners)
    await asyncio.to_thread(ground.warm, loaded.policy)
    books = Books(loaded.policy, loaded.bindings, ground)
    engine = Engine(ledger, clock, books, Signals(), settings.policy)
    jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
    receiver = Receiver(engine)
    look = looker(books, secrets_from(os.environ, options.home))
    return Station(
        engine=engine,
        clock=clock,
        receiver=receiver,
        dispatcher=Dispatcher(engine, opened.channels, links, installation, jitter),
        stepper=Stepper(engine),
        queries=queries,
        settings=settings,
        accounts=Accounts(ledger),
        identities=Identities(ledger),
        passkeys=Passkeys(ledger),
        overrides=Overrides(ledger),
        letters=Letters(ledger),
        practices=Practices(ledger),
        status=Status(ledger),
        contacts=Contacts(ledger),
        links=links,
        changes=engine.signals.changes,
        desk=Desk(engine, Runners(ledger), key),
        chats=Chats(ledger),
        checker=Checker(engine, receiver, Checks(ledger), look),
        loaded=loaded,
        home=options.home,
        node=f"{socket.gethostname()}:{os.getpid()}",
        started_at=now,
        number=begun.number,
        address=address,
    )


def _own_url(host: str, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - read, not bound
    shown = everywhere.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


async def local_tokens(station: Station) -> tuple[str, str]:
    """The tokens of the command line here and of Alertmanager: made once, kept in files only we may read."""
    admin = await _token(station, "token", "command line", "admin", restricted=True)
    intake = await _token(station, "intake-token", "alertmanager", "intake")
    return admin, intake


async def _token(station: Station, file: str, name: str, scope: str, *, restricted: bool = False) -> str:
    path = station.home / file
    secret = path.read_text().strip() if path.exists() else fresh_secret()
    if not path.exists():
        write_private(path, secret + "\n")
    await station.settings.add_token(secret, name, scope, station.now(), restricted=restricted)
    return secret


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    aside.replace(path)


def announce(station: Station, url: str, dsn: str) -> None:
    """Leave word for the command line of this machine where this process is: not by way of a proxy."""
    word = {"url": url, "pid": os.getpid(), "database": dsn}
    write_private(station.home / "server.json", json.dumps(word))

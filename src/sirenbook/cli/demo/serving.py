"""The demo's servers: one address on this machine for the cluster, the services, Prometheus and the switches."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sirenbook.cli.demo.build import build
from sirenbook.cli.demo.database import Database
from sirenbook.cli.demo.faults import NAMED
from sirenbook.cli.demo.inventory import Inventory
from sirenbook.cli.demo.kubernetes import Cluster
from sirenbook.cli.demo.programs import StandIns
from sirenbook.cli.demo.service import respond
from sirenbook.cli.demo.world import World
from sirenbook.engine.listening import listen

KEEP_UP_EVERY = 0.5
VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Clock = Callable[[], datetime]


@dataclass
class Platform:
    """A running platform: its state, its database, and where it is reached."""

    world: World
    database: Database | None
    clock: Clock
    url: str
    secret: str
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def cluster(self) -> str:
        """The address of the cluster; who knows it may do everything there."""
        return f"{self.url}/{self.secret}"

    async def switch_on(self, name: str) -> None:
        """Switch a fault on, and wait until the database shows it."""
        self.world.strike(NAMED[name], self.clock())
        await self.keep_up()

    async def keep_up(self) -> None:
        """Bring the state and the database in line."""
        async with self.turn:
            now = self.clock()
            self.world.settle(now)
            if self.database is not None:
                await self.database.keep_up(self.world, now)

    def write_kubeconfig(self, path: Path, context: str = "demo") -> None:
        """Write the file by which kubectl finds the cluster; only we may read it."""
        within = {"cluster": context, "user": context, "namespace": self.world.inventory.namespace}
        value = {
            "apiVersion": "v1", "kind": "Config", "current-context": context,
            "clusters": [{"name": context, "cluster": {"server": self.cluster}}],
            "users": [{"name": context, "user": {}}],
            "contexts": [{"name": context, "context": within}],
        }  # fmt: skip
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(value)))


@asynccontextmanager
async def platform(inventory: Inventory, clock: Clock, home: Path | None) -> AsyncIterator[Platform]:
    """Have a platform running; with a home it has a database too."""
    world = build(inventory, clock(), lambda: secrets.token_urlsafe(24))
    database = None
    if home is not None:
        database = await asyncio.to_thread(Database.start, home, inventory, clock())
    try:
        async with _served(world, database, clock) as running:
            yield running
    finally:
        if database is not None:
            await database.close()
            await asyncio.to_thread(database.stop)


@asynccontextmanager
async def _served(world: World, database: Database | None, clock: Clock) -> AsyncIterator[Platform]:
    listening = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    running = Platform(world, database, clock, url, secrets.token_urlsafe(18))
    server = _Server(_settings(running))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    keeping = asyncio.create_task(_keep_up(running))
    try:
        yield running
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        server.should_exit = True
        await serving


async def _keep_up(running: Platform) -> None:
    while True:
        await asyncio.sleep(KEEP_UP_EVERY)
        try:
            await running.keep_up()
        except Exception:
            logging.getLogger(__name__).exception("the demo's platform stumbled")


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone: who runs the platform decides when it ends."""
        yield


def _settings(running: Platform) -> uvicorn.Config:
    cluster = Cluster(
        running.world, running.clock, StandIns(running.world, running.clock, running.database), running.secret
    )
    switches = _Switches(running)
    routes = [
        Route(f"/{running.secret}/demo/faults", switches.list),
        Route(f"/{running.secret}/demo/faults/{{name}}", switches.switch, methods=["PUT", "DELETE"]),
        *cluster.routes(),
        Route("/{path:path}", _Front(running), methods=VERBS),
    ]
    return uvicorn.Config(
        Starlette(routes=routes), lifespan="off", access_log=False, log_config=None, ws="wsproto",
        server_header=False, timeout_graceful_shutdown=1,
    )  # fmt: skip


class _Switches:
    """Faults switched on and off over HTTP, by whoever knows the secret address."""

    def __init__(self, running: Platform) -> None:
        self.running = running

    async def list(self, request: Request) -> Response:
        """What is on now, whoever has just mended something."""
        await self.running.keep_up()
        return JSONResponse({"on": [s.fault.name for s in self.running.world.active()]})

    async def switch(self, request: Request) -> Response:
        """Put a fault on, or take it away."""
        name = request.path_params["name"]
        if name not in NAMED:
            return JSONResponse({"error": f"there is no fault {name!r}; there are {', '.join(NAMED)}"}, 404)
        if request.method == "PUT":
            await self.running.switch_on(name)
        else:
            self.running.world.mend(name, self.running.clock())
            await self.running.keep_up()
        return await self.list(request)


class _Front:
    """What the platform's services answer."""

    def __init__(self, running: Platform) -> None:
        self.running = running

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        """One request, whoever it was meant for by its Host header."""
        request = Request(scope, receive)  # type: ignore[arg-type]
        body = (await request.body()).decode(errors="replace")
        answer = respond(self.running.world, request.method, str(request.url), body, self.running.clock())
        if answer is None:
            response = Response("no route to host\n", 502)
        else:
            response = Response(answer.body, answer.status, media_type=answer.form)
        await response(scope, receive, send)  # type: ignore[arg-type]

"""Holds the socket by which Slack tells what people do: acknowledged in time, and opened anew whenever it ends."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from sirenbook.channels.certificates import trust
from sirenbook.channels.chat import ChatFault
from sirenbook.channels.destination import DestinationRefused, Guard, Lookup, NameNotFound
from sirenbook.channels.slack_shapes import read_json

log = structlog.get_logger()

ANSWER_WITHIN = 2.2
"""Seconds until an envelope is acknowledged whatever becomes of it: Slack gives it three."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
DRAIN = 30.0
"""Seconds for which a socket that Slack is about to end is still read, beside its successor."""
PING = 15.0
SHORT = 10.0
"""Seconds within which a socket that breaks counts as one that failed: whoever flaps is not called all the time."""

TURNED_OFF = "link_disabled"
"""Why Slack ends a socket when somebody turned Socket Mode off: another one would not open."""

Envelope = Mapping[str, Any]
Take = Callable[[Envelope], Awaitable[Mapping[str, Any] | None]]
"""Takes an envelope; what it answers is sent with the acknowledgement. Raises where it could not be taken."""


class Dialler:
    """Connects to the address that Slack names, if the guard lets it."""

    def __init__(self, guard: Guard, ca_file: Path | None, lookup: Lookup, *, plain: bool) -> None:
        self._guard = guard
        self._ca_file = ca_file
        self._lookup = lookup
        self._plain = plain

    async def __call__(self, url: str) -> ClientConnection:
        """Open a connection; raises OSError, WebSocketException, or what the guard raises."""
        parts = urlsplit(url)
        secure, host = parts.scheme == "wss", parts.hostname or ""
        if not host or not (secure or (self._plain and parts.scheme == "ws")):
            raise DestinationRefused("Slack named an address that is no secure socket")
        port = parts.port or (443 if secure else 80)
        found = [self._guard.judge(host, text) for text in await self._lookup(host, port)]
        if not found:
            raise NameNotFound(f"{host} leads to no address")
        tls: dict[str, Any] = {"ssl": trust(self._ca_file), "server_hostname": host} if secure else {}
        return await connect(
            url,
            host=str(found[0]),
            port=port,
            proxy=None,
            compression=None,
            ping_interval=PING,
            ping_timeout=PING,
            close_timeout=1,
            **tls,
        )


class SlackSocket:
    """One conversation with Slack over sockets that follow each other."""

    def __init__(self, open_: Callable[[], Awaitable[str]], dial: Dialler) -> None:
        self._open = open_
        self._dial = dial
        self._tasks: set[asyncio.Future[Any]] = set()

    async def run(self, take: Take) -> None:
        """Read for ever; a break is followed by another try, later and later."""
        failures = 0
        try:
            while True:
                told = await self._once(take)
                failures = 0 if told else failures + 1
                if failures:
                    await asyncio.sleep(wait_after(failures))
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _once(self, take: Take) -> bool:
        """One socket, until Slack ends it or says that it will; answers whether the next may follow at once."""
        try:
            socket = await self._dial(await self._open())
        except (OSError, WebSocketException, ChatFault, DestinationRefused, NameNotFound, TimeoutError) as fault:
            log.warning("Slack's socket does not open", fault=str(fault) or type(fault).__name__)
            return False
        except Exception:
            log.exception("Slack's socket does not open")
            return False
        reading = _Reading(socket, take, self._keep)
        self._keep(asyncio.create_task(reading.run()))
        began = asyncio.get_running_loop().time()
        await reading.leaving.wait()
        lasted = asyncio.get_running_loop().time() - began
        return reading.greeted and (reading.relieved or lasted > SHORT)

    def _keep(self, task: "asyncio.Future[Any]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Reading:
    """One socket being read."""

    def __init__(self, socket: ClientConnection, take: Take, keep: Callable[["asyncio.Future[Any]"], None]) -> None:
        self._socket = socket
        self._take = take
        self._keep = keep
        self.greeted = False
        self.relieved = False
        """Whether Slack wants another socket in this one's place."""
        self.leaving = asyncio.Event()

    async def run(self) -> None:
        """Read until it closes; once it is about to, its successor is opened and this one read to its end."""
        try:
            async for message in self._socket:
                self._on(read_json(message))
        except ConnectionClosed as closed:
            log.info("Slack's socket ended", fault=str(closed))
        finally:
            self.leaving.set()
            with suppress(Exception):
                await self._socket.close()

    def _on(self, message: Envelope) -> None:
        if message.get("type") == "hello":
            self.greeted = True
        elif message.get("type") == "disconnect":
            reason = str(message.get("reason", ""))[:60]
            log.info("Slack ends its socket", reason=reason)
            self.relieved = reason != TURNED_OFF
            self.leaving.set()
            asyncio.get_running_loop().call_later(DRAIN, self._end)
        elif isinstance(message.get("envelope_id"), str):
            self._keep(asyncio.create_task(self._serve(message)))

    def _end(self) -> None:
        self._keep(asyncio.create_task(self._socket.close()))

    async def _serve(self, envelope: Envelope) -> None:
        """Take an envelope and acknowledge it in time; one that could not be taken is left for Slack to repeat."""
        work = asyncio.ensure_future(self._take(envelope))
        self._keep(work)
        done, _ = await asyncio.wait([work], timeout=ANSWER_WITHIN)
        if done and work.exception() is not None:
            log.warning("what Slack told could not be taken", fault=repr(work.exception()))
            return
        answer = work.result() if done else None
        said = {"payload": answer} if answer and envelope.get("accepts_response_payload") else {}
        with suppress(ConnectionClosed):
            await self._socket.send(msgspec.json.encode({"envelope_id": envelope["envelope_id"], **said}).decode())


def wait_after(failures: int) -> float:
    """The seconds before the next try, longer after each failure, and not the same for everybody."""
    longest = min(FIRST_WAIT * 2.0 ** min(failures - 1, 10), LONGEST_WAIT)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing

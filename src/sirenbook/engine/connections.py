"""Keeps connections from holding the server: how many there are, how long a request may take, how much its head.

uvicorn bounds none of it: two thousand silent connections would keep alerts out for ever, and a head without end
would take all memory, and all time from the clocks that page people. A request that comes at once, as alerts do,
never needs an alarm.
"""

import asyncio
import resource
from contextlib import suppress

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 2000
"""Connections that are answered; those beyond it are told to come again, and those beyond twice as many closed."""
PATIENCE = 30.0
"""Seconds within which the head of a request must have arrived, and as many for its body."""
LARGEST_HEAD = 65_536
_FILES = 65_536
_REFUSAL = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


def allow_many_files() -> None:
    """Let this process hold all the files that it may: connections from outside must not keep pages in."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if 0 <= soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Bounded(HttpToolsProtocol):
    """The protocol of uvicorn with an end to waiting."""

    _alarm: asyncio.TimerHandle | None = None
    _fruitless = 0
    """Bytes that have come since anything could be made of them."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection, or refuse it."""
        super().connection_made(transport)
        if len(self.connections) > 2 * MOST:
            transport.abort()
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        super().connection_lost(exc)
        self._calm()

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._fruitless += len(data)
        super().data_received(data)
        if self._fruitless > LARGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()
        self._watch()

    def on_headers_complete(self) -> None:
        """The head of a request is whole; its body has as long again."""
        self._fruitless = 0
        self._calm()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body has come."""
        self._fruitless = 0
        super().on_body(body)

    def _waits(self) -> bool:
        """Whether it waits for a request, or for the rest of one."""
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    def _watch(self) -> None:
        if not self._waits():
            self._calm()
        elif self._alarm is None and not self.transport.is_closing():
            self._alarm = self.loop.call_later(PATIENCE, self._give_up)

    def _calm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _give_up(self) -> None:
        self._alarm = None
        if self._waits():
            # An answer that has begun, or that an earlier request has to get first, is not broken into.
            if self.cycle is not None and not self.cycle.response_started and not self.pipeline:
                self.transport.write(_TOO_SLOW)
            self.transport.close()

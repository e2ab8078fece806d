"""Tells browsers at once what changed: one stream of events each, over which only the names of incidents go.

A page that shows such an incident asks for what it lacks, by what it knows. So a stream that broke loses nothing:
when it is back, pages ask again.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sirenbook.engine.station import Station
from sirenbook.web.faults import Fault
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.visits import Visits

GATHER = 0.05
"""Seconds after a message in which further changes are gathered into the next one: the first is told at once."""
PING = 15.0
LIFETIME = 900.0
"""Seconds after which a stream ends and the browser begins another."""
MOST_STREAMS = 500
ANY = 0


class Live:
    """The streams of this process."""

    def __init__(self, station: Station, visits: Visits) -> None:
        self._station = station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [Route("/events", self._visits.signed_in(self.stream), methods=["GET"])]

    async def stream(self, request: Request, visitor: Visitor) -> Response:
        """One stream."""
        if self._station.changes.count >= MOST_STREAMS:
            raise Fault(503, "too-many", "too many browsers follow live", "", {"Retry-After": "30"})
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(messages(self._station, visitor), media_type="text/event-stream", headers=headers)


async def messages(
    station: Station, visitor: Visitor, lifetime: float = LIFETIME, trust: float = PING
) -> AsyncIterator[str]:
    """What goes over one stream: at its start that all may be stale, then what changed, and pings in between.

    Whoever is logged out elsewhere hears no more: the session is looked up again where that is `trust` seconds ago.
    """
    loop = asyncio.get_running_loop()
    ends, numbers = loop.time() + lifetime, itertools.count(2)
    known = loop.time()
    with station.changes.subscribe() as queue:
        yield "retry: 1500\nid: 1\ndata: *\n\n"
        while loop.time() < ends:
            try:
                async with asyncio.timeout(PING):
                    changed = {await queue.get()}
            except TimeoutError:
                changed = set()
            if loop.time() - known >= trust:
                if await station.accounts.session(visitor.secret, station.now()) is None:
                    return
                known = loop.time()
            if not changed:
                yield ": ping\n\n"
                continue
            while not queue.empty():
                changed.add(queue.get_nowait())
            names = "*" if ANY in changed else " ".join(f"INC-{i}" for i in sorted(changed))
            yield f"id: {next(numbers)}\ndata: {names}\n\n"
            await asyncio.sleep(GATHER)

"""What providers send back: `/callback/<channel>/…`, verified by the channel itself before anything is believed."""

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.channels import Callback, NotGenuine
from sirenbook.engine.station import Station
from sirenbook.web.bodies import read_body
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.visits import Visits

log = structlog.get_logger()

LARGEST_BODY = 64 * 1024


class Callbacks:
    """Hands what comes in to the channel whose address it is."""

    def __init__(self, station: Station, visits: Visits) -> None:
        self._station = station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        take = self._visits.anybody(self.take)
        return [Route("/callback/{channel}/{rest:path}", take, methods=["GET", "POST"])]

    async def take(self, request: Request) -> Response:
        """Answer one callback; a forged one learns nothing."""
        name = request.path_params["channel"]
        called = getattr(self._station.dispatcher.channel(name), "called", None)
        if called is None:
            raise unknown("such address")
        callback = await self._callback(request)
        try:
            reply = await called(callback)
        except NotGenuine as why:
            log.warning("a callback was not believed", channel=name, why=str(why))
            raise Fault(403, "not-genuine", "this was not believed") from None
        return Response(reply.body, reply.status, media_type=reply.media)

    async def _callback(self, request: Request) -> Callback:
        announced = request.headers.get("content-length", "")
        body = await read_body(request.receive, LARGEST_BODY, int(announced) if announced.isdigit() else 0)
        path = request.scope.get("raw_path", b"").decode("latin-1") or request.url.path
        query = f"?{request.url.query}" if request.url.query else ""
        return Callback(
            method=request.method,
            url=self._station.links.base_url + path.partition("?")[0] + query,
            rest=request.path_params["rest"],
            headers=dict(request.headers),
            body=body,
            at=self._station.now(),
        )

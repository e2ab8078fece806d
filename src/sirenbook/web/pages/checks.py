"""The page of health checks, and the address that heartbeats call."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sirenbook.engine.checks import TooSoon
from sirenbook.web.api.checks import shape
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

_WORST_FIRST = ("down", "failing", "new", "well", "unwatched")


class ChecksPage:
    """Shows what is looked at and how it stands; hears heartbeats."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [
            Route("/checks", self._visits.signed_in(self.show), methods=["GET"]),
            Route("/beat/{token}", self._visits.anybody(self.beat), methods=["GET", "POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page, the worst first."""
        links = self._station.links if visitor.account.role == "admin" else None
        lines = [shape(each, links) for each in await self._station.checker.lines()]
        lines.sort(key=lambda c: (_WORST_FIRST.index(c.standing), not c.critical))
        return self._pages.page("checks.html", visitor, checks=lines)

    async def beat(self, request: Request) -> Response:
        """Hear a heartbeat: whoever has its address only says that all is well."""
        name = self._station.links.read_beat(request.path_params["token"])
        try:
            if name is None or not await self._station.checker.beat(name):
                raise unknown("such heartbeat")
        except TooSoon:
            told = "it was heard a moment ago"
            raise Fault(429, "too-soon", told, "once a second is enough", {"Retry-After": "1"}) from None
        return PlainTextResponse("heard\n")

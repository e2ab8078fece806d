"""The status page as the house sees it: who told what, what went out to how many, and maintenance to announce."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people.standing import person_of
from sirenbook.engine.status import board as status
from sirenbook.incident.timeline import person_name
from sirenbook.model.command import Refused
from sirenbook.model.wall import first, shown
from sirenbook.store.status import Planned
from sirenbook.web.admission import reader_by_account, sees
from sirenbook.web.faults import unknown
from sirenbook.web.login.sessions import Visitor, posted
from sirenbook.web.rendering import Pages
from sirenbook.web.status.pages import site_of
from sirenbook.web.visits import Visits


class MaintenancePage:
    """Shows it to whoever is logged in, and takes what is announced."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        return [
            Route("/maintenance", signed_in(self.show), methods=["GET"]),
            Route("/maintenance", signed_in(self.announce, "responder"), methods=["POST"]),
            Route("/maintenance/{number:int}/end", signed_in(self.end, "responder"), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        return await self._whole(visitor)

    async def announce(self, request: Request, visitor: Visitor) -> Response:
        """Announce maintenance."""
        fields = await posted(request, visitor)
        try:
            await status.announce(self._station, self._planned(fields), self._me(visitor))
        except Refused as refused:
            return await self._whole(visitor, notice=str(refused), code=422)
        return RedirectResponse("/maintenance", 303)

    async def end(self, request: Request, visitor: Visitor) -> Response:
        """End maintenance now, or call it off."""
        await posted(request, visitor)
        number = min(request.path_params["number"], 2**62)
        await self._station.status.end(number, self._me(visitor), self._station.now())
        return RedirectResponse("/maintenance", 303)

    async def _whole(self, visitor: Visitor, *, notice: str = "", code: int = 200) -> Response:
        page = status.page_of(self._station)
        if page is None:
            raise unknown("status page: write [status] in sirenbook.toml")
        site, zone = await site_of(self._station, page), status.zone_of(self._station)
        bindings = self._station.engine.books.bindings
        reader = reader_by_account(bindings, visitor.account)
        told = (*site.board.open, *site.board.past)
        return self._pages.page(
            "maintenance.html",
            visitor,
            status=code,
            notice=notice,
            b=site.board,
            seen={i.id for i in told if await sees(self._station, i.id, reader)},
            planned=await status.ahead(self._station),
            news=await self._station.status.told(),
            subscribed=sum((await self._station.status.counts()).values()),
            zone=zone.key,
            soon=shown(self._station.now(), zone).replace(second=0, microsecond=0),
            name_of=lambda id_: person_name(bindings, id_),
        )

    def _planned(self, fields: dict[str, str]) -> Planned:
        """What a form announces; its times are by the clocks of the team's zone. Raises Refused."""
        start, end = (self._instant(fields.get(name, "")) for name in ("start", "end"))
        components = tuple(v for k, v in fields.items() if k.startswith("component."))
        return Planned(fields.get("title", ""), fields.get("text", ""), components, start, end)

    def _instant(self, text: str) -> datetime:
        try:
            shows = datetime.fromisoformat(text).replace(tzinfo=None)
            return first(shows, status.zone_of(self._station)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Refused("say from when and until when, such as 2026-03-02 09:00") from None

    def _me(self, visitor: Visitor) -> str:
        return person_of(self._station.engine.books.bindings, visitor.account.name)

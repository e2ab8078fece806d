"""The page of what is done regularly: what is late on top, its line, whom it is for, and a button for done."""

from collections.abc import Awaitable
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people.standing import person_of
from sirenbook.model.command import Refused
from sirenbook.web.api.practices import listed, put_back, take
from sirenbook.web.faults import Fault, fault_of
from sirenbook.web.login.sessions import Visitor, posted
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits


class PracticesPage:
    """Shows every practice and takes a person's word that one was done; no script."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        return [
            Route("/practices", signed_in(self.show), methods=["GET"]),
            Route("/practices/{name}/done", signed_in(self.done, "responder"), methods=["POST"]),
            Route("/practices/{name}/undo", signed_in(self.undo, "responder"), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        return await self._whole(visitor)

    async def done(self, request: Request, visitor: Visitor) -> Response:
        """Take a word that a practice was done."""
        fields, name = await posted(request, visitor), request.path_params["name"]
        return await self._heed(visitor, self._take(name, self._by(visitor), fields))

    async def undo(self, request: Request, visitor: Visitor) -> Response:
        """Take back that a practice was done."""
        fields, name = await posted(request, visitor), request.path_params["name"]
        return await self._heed(visitor, put_back(self._station, name, self._by(visitor), fields.get("note", "")))

    async def _take(self, name: str, by: str, fields: dict[str, str]) -> None:
        await take(self._station, name, by, fields.get("note", ""), _day(fields.get("on", "")))

    def _by(self, visitor: Visitor) -> str:
        return person_of(self._station.engine.books.bindings, visitor.account.name)

    async def _heed(self, visitor: Visitor, word: Awaitable[None]) -> Response:
        try:
            await word
        except (Refused, Fault) as error:
            fault = fault_of(error)
            if fault is None or fault.status not in (409, 422):
                raise
            return await self._whole(visitor, fault.status, fault.text)
        return RedirectResponse("/practices", 303)

    async def _whole(self, visitor: Visitor, status: int = 200, notice: str = "") -> Response:
        found = await listed(self._station)
        return self._pages.page("practices.html", visitor, status=status, notice=notice, found=found)


def _day(text: str) -> date | None:
    """The day of a form, None where it is left empty. Raises Fault 422."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Fault(422, "invalid", "write the day as 2026-11-30") from None

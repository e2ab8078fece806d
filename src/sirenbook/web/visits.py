"""Which pages need a session, and what a visitor without one, or with a fault, gets to see instead."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from sirenbook.engine.people.standing import person_of, role_in
from sirenbook.model.rights import AccountRole
from sirenbook.web.admission import admit, must_be, reader_by_account
from sirenbook.web.api.calls import parse_id
from sirenbook.web.bodies import Gone
from sirenbook.web.faults import fault_of
from sirenbook.web.figures import Figures
from sirenbook.web.login.sessions import Visitor, to_login, visitor_of
from sirenbook.web.rendering import Pages

Handler = Callable[[Request], Awaitable[Response]]


class Visits:
    """Wraps the handlers of pages."""

    def __init__(self, pages: Pages, figures: Figures) -> None:
        self._pages = pages
        self._figures = figures

    def signed_in(
        self, handler: Callable[[Request, Visitor], Awaitable[Response]], least: AccountRole = "viewer"
    ) -> Handler:
        """Only for somebody who is logged in, in this role at least, and who may see the incident of the path.

        The incident as it was seen then is the `row` of the request's state.
        """

        async def page(request: Request) -> Response:
            visitor = await visitor_of(request, self._pages.station)
            if visitor is None:
                return to_login(request)
            must_be(await self._role(request, visitor), least)
            if "id" in request.path_params:
                reader = reader_by_account(self._pages.station.engine.books.bindings, visitor.account)
                number = parse_id(request.path_params["id"])
                request.state.row = await admit(self._pages.station, number, reader)
            return await handler(request, visitor)

        return self.anybody(page)

    async def _role(self, request: Request, visitor: Visitor) -> str:
        """What a visitor is here: in an incident of their team's maybe more than everywhere."""
        if "id" not in request.path_params:
            return visitor.account.role
        person = person_of(self._pages.station.engine.books.bindings, visitor.account.name)
        number = parse_id(request.path_params["id"])
        return await role_in(self._pages.station, number, visitor.account.role, person)

    def anybody(self, handler: Handler) -> Handler:
        """For everybody; faults become pages."""

        async def page(request: Request) -> Response:
            try:
                response = await handler(request)
            except Gone:
                return Response(status_code=400)
            except Exception as error:
                fault = fault_of(error)
                if fault is None:
                    raise
                response = self._pages.fault(request, fault)
            self._figures.count("page", response.status_code)
            return response

        return page

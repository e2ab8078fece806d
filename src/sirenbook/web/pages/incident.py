"""The page of one incident, its live parts, and the forms on it."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people.standing import person_of
from sirenbook.model.command import Refused
from sirenbook.store.queries import Row
from sirenbook.web.admission import must_command
from sirenbook.web.api.calls import find, parse_id
from sirenbook.web.faults import Fault, fault_of
from sirenbook.web.login.sessions import Visitor, asks_in_place, posted
from sirenbook.web.pages.actions import command_of, credited, lifts
from sirenbook.web.pages.incident_view import has, screen
from sirenbook.web.rendering import Pages
from sirenbook.web.shared import Shared
from sirenbook.web.visits import Visits

NO_CONTENT = 204


class IncidentPage:
    """Shows one incident and does what its forms ask."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits
        self._shared: Shared[str] = Shared()

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        return [
            Route("/incidents/{id}", signed_in(self.show), methods=["GET"]),
            Route("/incidents/{id}/live", signed_in(self.live), methods=["GET"]),
            Route("/incidents/{id}/{action}", signed_in(self.act, "responder"), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        return await self._whole(request.state.row, visitor)

    async def live(self, request: Request, visitor: Visitor) -> Response:
        """What changed since the entry that the page knows; 204 where nothing did."""
        row: Row = request.state.row
        known, mine, runs = request.query_params, has(row.incident, self._person(visitor)), _runs(row)
        if known.get("mark") == _mark(row) and not runs:
            return Response(status_code=NO_CONTENT)
        if runs:
            text = await self._changed(row, mine, known)
        else:
            key = (row.incident.id, _mark(row), mine, str(known))
            text = await self._shared.get(key, lambda: self._changed(row, mine, known))
        return HTMLResponse(text) if text else Response(status_code=NO_CONTENT)

    async def _changed(self, row: Row, mine: bool, known: Mapping[str, str]) -> str:
        """What changed since what a page knows; it depends on nothing else, so that pages alike can share it."""
        seen = int(known["seq"]) if known.get("seq", "").isdecimal() else 0
        found = await screen(self._station, row, mine, seen)
        if known.get("mark") == _mark(row) and known.get("steps") == found.steps_mark:
            return ""
        return self._pages.text(
            "_incident_live.html",
            None,
            s=found,
            mark=_mark(row),
            forms=known.get("shape") != found.shape,
            steps_changed=known.get("steps") != found.steps_mark,
        )

    async def act(self, request: Request, visitor: Visitor) -> Response:
        """Carry out one form."""
        fields = await posted(request, visitor)
        incident_id = parse_id(request.path_params["id"])
        try:
            if lifts(request.path_params["action"], fields):
                role, person = visitor.account.role, self._person(visitor)
                await must_command(self._station, incident_id, role, person)
            await self._carry_out(request.path_params["action"], incident_id, fields, visitor)
        except (Refused, Fault) as error:
            return await self._refuse(request, visitor, incident_id, error)
        if asks_in_place(request):
            return Response(status_code=NO_CONTENT)
        return RedirectResponse(f"/incidents/INC-{incident_id}", 303)

    async def _carry_out(self, action: str, incident_id: int, fields: dict[str, str], visitor: Visitor) -> None:
        by = self._person(visitor)
        if action == "evidence":
            await self._station.keep_evidence(incident_id, by)
        else:
            command = command_of(action, fields, by, self._station.now())
            await self._station.command(incident_id, credited(command, visitor.account))

    async def _refuse(self, request: Request, visitor: Visitor, incident_id: int, error: Exception) -> Response:
        fault = fault_of(error)
        assert fault is not None
        if fault.status not in (409, 422) or asks_in_place(request):
            return self._pages.fault(request, fault, visitor)
        row = await find(self._station, incident_id)
        return await self._whole(row, visitor, status=fault.status, notice=fault.text)

    async def _whole(self, row: Row, visitor: Visitor, *, status: int = 200, notice: str = "") -> Response:
        found = await screen(self._station, row, has(row.incident, self._person(visitor)))
        keep = found.open and not row.incident.confidential
        return self._pages.page(
            "incident.html", visitor, status=status, s=found, mark=_mark(row), notice=notice, keep=keep
        )

    def _person(self, visitor: Visitor) -> str:
        return person_of(self._station.engine.books.bindings, visitor.account.name)


def _mark(row: Row) -> str:
    """Changes with whatever happens to an incident."""
    return f"{row.incident.seq}.{row.alerts}"


def _runs(row: Row) -> bool:
    """Whether a step runs, which writes without anything happening to the incident."""
    procedure = row.incident.procedure
    return procedure is not None and any(r.outcome is None for r in procedure.runs)

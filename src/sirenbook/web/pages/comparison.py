"""The page of how an incident or a drill went: what was promised beside what it took, and how each page arrived."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.incident.measures.comparison import comparison
from sirenbook.incident.timeline import person_name
from sirenbook.web.api.calls import find, parse_id
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

LONGEST = 20_000
"""Entries of a timeline that are looked at."""


class ComparisonPage:
    """Shows one incident beside its playbook."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [Route("/incidents/{id}/comparison", self._visits.signed_in(self.show), methods=["GET"])]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        row = await find(self._station, parse_id(request.path_params["id"]))
        context = await self._station.policy_of(row.incident)
        entries = await self._station.queries.timeline(row.incident.id, limit=LONGEST)
        found = comparison(context, row.incident, entries)
        in_force = self._station.engine.books.policy.digest
        return self._pages.page(
            "comparison.html",
            visitor,
            i=row.incident,
            c=found,
            severity=context.severity(row.incident),
            other="" if row.incident.policy == in_force else row.incident.policy,
            name_of=lambda id_: person_name(context.bindings, id_),
        )

"""The page of settings: four checks before the first night, and what stands where."""

from collections import Counter

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.engine.people import reach
from sirenbook.incident.timeline import person_name
from sirenbook.model.bindings import Bindings
from sirenbook.web.figures import Figures
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.pages.first_checks import first_checks
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits


class PersonLine(Struct, frozen=True):
    """Somebody who can be paged: by which channels, known to work or not, and for which names of the playbook."""

    name: str
    ways: tuple[tuple[str, str], ...]
    called: tuple[str, ...]


class SettingsPage:
    """Shows what stands where, and where each is changed."""

    def __init__(self, pages: Pages, visits: Visits, figures: Figures) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits
        self._figures = figures

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [Route("/settings", self._visits.signed_in(self.show), methods=["GET"])]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        bindings, admin = self._station.engine.books.bindings, visitor.account.role == "admin"
        ways = await reach.ways(self._station)
        dispatcher = self._station.dispatcher
        return self._pages.page(
            "settings.html",
            visitor,
            first=await first_checks(self._station, visitor, self._figures),
            base_url=self._station.links.base_url,
            people=self._people(bindings, ways),
            channels=[(n, n in dispatcher.channels) for n in sorted({*bindings.channels, *dispatcher.channels})],
            roles=Counter(a.role for a in await self._station.accounts.everybody() if not a.closed),
            tokens=await self._station.settings.tokens(self._station.now()) if admin else [],
            name_of=lambda id_: person_name(bindings, id_),
            number=self._station.number,
            admin=admin,
        )

    def _people(self, bindings: Bindings, ways: list[reach.Way]) -> list[PersonLine]:
        now, names = self._station.now(), self._station.engine.books.policy.targets
        called = {name: {p.id for p in bindings.reach(name, now)} for name in names}
        states = {(w.person, w.channel): w.state for w in ways}
        return [
            PersonLine(
                p.name,
                tuple((m.channel, states.get((p.id, m.channel), "")) for m in p.methods),
                tuple(name for name, ids in called.items() if p.id in ids),
            )
            for p in bindings.people.values()
        ]

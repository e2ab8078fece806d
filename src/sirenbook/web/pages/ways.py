"""The pages on which ways in are taken away: one's own from one's account, and anybody's by an admin."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people import ways
from sirenbook.store.accounts import Account
from sirenbook.web.api.accounts import account_of
from sirenbook.web.api.ways import owner_of, take_away
from sirenbook.web.faults import Fault
from sirenbook.web.login.sessions import Visitor, posted
from sirenbook.web.login.tokens import Tokens
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits


class WaysPage:
    """Shows what lets somebody in, and takes it away."""

    def __init__(self, pages: Pages, visits: Visits, tokens: Tokens) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits
        self._tokens = tokens

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        return [
            Route("/account/ways", signed_in(self.give_up), methods=["POST"]),
            Route("/people/{number}", signed_in(self.show, "admin"), methods=["GET"]),
            Route("/people/{number}/ways", signed_in(self.remove, "admin"), methods=["POST"]),
        ]

    async def give_up(self, request: Request, visitor: Visitor) -> Response:
        """Take a way in of one's own away."""
        await self._take_away(visitor.account, await posted(request, visitor), visitor)
        return RedirectResponse("/account", 303)

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """What lets somebody in."""
        account = await account_of(self._station, request.path_params["number"])
        owner = owner_of(self._station, account)
        found = await ways.ways(self._station, owner)
        return self._pages.page(
            "ways.html", visitor, account=account, told=bool(owner.person), ways=found, words=ways.WORDS
        )

    async def remove(self, request: Request, visitor: Visitor) -> Response:
        """Take a way in of somebody's away, who is told of it."""
        fields = await posted(request, visitor)
        account = await account_of(self._station, request.path_params["number"])
        await self._take_away(account, fields, visitor)
        return RedirectResponse(f"/people/{account.id}", 303)

    async def _take_away(self, account: Account, fields: dict[str, str], visitor: Visitor) -> None:
        kind = next((k for k in ways.KINDS if k == fields.get("kind")), None)
        if kind is None:
            raise Fault(422, "invalid", "say which way in goes", "load the page again")
        await take_away(self._station, account, kind, fields.get("name", ""), visitor.account.name)
        self._tokens.forget()

"""The page of the sealed access: for somebody who holds its code and cannot log in otherwise."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people import glass
from sirenbook.engine.station import fresh_secret
from sirenbook.web.bodies import storable
from sirenbook.web.login.patience import TooManyFailures, address_of, must_be_patient, note_failure
from sirenbook.web.login.sessions import browser_of, log_in, posted
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

LONGEST = 200
ACCOUNT = "Break glass"


class GlassPage:
    """Asks for the code, a name and a reason, and opens for an hour."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        anybody = self._visits.anybody
        return [
            Route("/login/break-glass", anybody(self.ask), methods=["GET"]),
            Route("/login/break-glass", anybody(self.enter), methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """What it takes, and who hears of it."""
        return self._page()

    async def enter(self, request: Request) -> Response:
        """Use the code up, begin a session of an hour; everybody is told."""
        fields = await posted(request, None)
        name, reason = (" ".join(storable(fields.get(k, "")).split())[:LONGEST] for k in ("name", "reason"))
        if not name or not reason:
            return self._page(422, "a name and a reason are needed: everybody hears of them", name, reason)
        address = address_of(request)
        try:
            await must_be_patient(self._station, address)
        except TooManyFailures:
            return self._page(429, "too many logins failed; try again in a quarter of an hour", name, reason)
        there = await glass.break_(self._station, fields.get("code", ""), name[:80], reason)
        if there is None:
            await note_failure(self._station, address)
            return self._page(401, "this code opens nothing", name, reason)
        secret = await self._session(there, browser_of(request))
        response = RedirectResponse("/", 303)
        log_in(response, request, self._station, secret)
        return response

    async def _session(self, there: glass.Opened, browser: str) -> str:
        """A session of the account of that name, which itself may only read; the session is an admin's."""
        station, secret = self._station, fresh_secret()
        account = await station.accounts.add(ACCOUNT, "viewer", station.now())
        await station.accounts.reopen(account.id)
        await station.accounts.open_session(secret, account.id, station.now(), there.until, browser=browser)
        await station.accounts.seal_session(secret, glass.title(there.name), "admin")
        return secret

    def _page(self, status: int = 200, notice: str = "", name: str = "", reason: str = "") -> Response:
        return self._pages.page("glass.html", None, status=status, notice=notice, name=name, reason=reason)

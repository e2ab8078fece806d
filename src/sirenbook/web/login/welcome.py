"""Logging in and out: the one-time link, the page that explains how to get one, and the way out."""

import asyncio
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.station import fresh_secret
from sirenbook.web.faults import Fault
from sirenbook.web.login import accounts
from sirenbook.web.login.patience import TooManyFailures, address_of
from sirenbook.web.login.sessions import Visitor, begin, browser_of, log_in, log_out, posted, to_wanted
from sirenbook.web.login.webauthn import party
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

LONGEST_NAME = 80
MOST_GUESSES = 2
"""Passwords that are looked at in one moment: each takes a tenth of a second of a processor."""
LEFT = "left"
TO_LEAVE = timedelta(minutes=10)
"""For which the way to log out at the provider, too, is known after a logout here."""


class WelcomePage:
    """Lets people in by a link, once."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits
        self._guesses = asyncio.Semaphore(MOST_GUESSES)

    def routes(self) -> list[Route]:
        """Where it is served."""
        anybody, signed_in = self._visits.anybody, self._visits.signed_in
        return [
            Route("/welcome/{secret}", anybody(self.ask), methods=["GET"]),
            Route("/welcome/{secret}", anybody(self.enter), methods=["POST"]),
            Route("/login", anybody(self.login), methods=["GET"]),
            Route("/login", anybody(self.by_password), methods=["POST"]),
            Route("/logout", signed_in(self.leave), methods=["POST"]),
        ]

    async def login(self, request: Request) -> Response:
        """How to get in."""
        return login_page(self._pages)

    async def by_password(self, request: Request) -> Response:
        """Begin a session by name and password."""
        fields = await posted(request, None)
        name, password = fields.get("name", "").strip()[:LONGEST_NAME], fields.get("password", "")
        try:
            # One after the other: of a thousand guesses at once none would yet be known to have failed.
            async with self._guesses:
                secret = await accounts.log_in_by_password(
                    self._station, name, password, address_of(request), browser_of(request)
                )
        except TooManyFailures:
            notice = "too many logins failed; try again in a quarter of an hour, or by a one-time link"
            return login_page(self._pages, 429, notice, name)
        if secret is None:
            notice = "name and password do not fit"
            return login_page(self._pages, 401, notice, name)
        return self._in(request, secret)

    async def ask(self, request: Request) -> Response:
        """Who comes in; the link is not used up by looking."""
        offer = await self._offer(request)
        return self._pages.page("welcome.html", None, offer=offer, people=self._people(), notice="")

    async def enter(self, request: Request) -> Response:
        """Use the link up and begin a session."""
        fields = await posted(request, None)
        offer = await self._offer(request)
        name = offer.name or " ".join(fields.get("name", "").split())[:LONGEST_NAME]
        if not name:
            notice = "a name is needed: it stands on the timeline beside what you do"
            return self._pages.page(
                "welcome.html", None, status=422, offer=offer, people=self._people(), notice=notice
            )
        secret = await accounts.accept(self._station, request.path_params["secret"], name, browser_of(request))
        if secret is None:
            raise _over()
        return self._in(request, secret, "/start" if offer.first else "/")

    def _in(self, request: Request, secret: str, usual: str = "/") -> Response:
        response = to_wanted(request, usual)
        log_in(response, request, self._station, secret)
        return response

    async def leave(self, request: Request, visitor: Visitor) -> Response:
        """End the session."""
        await posted(request, visitor)
        station, oidc = self._station, self._station.engine.books.bindings.oidc
        by = await station.accounts.close_session(visitor.secret)
        there = oidc is not None and await station.identities.of(visitor.account.id)
        response = RedirectResponse("/login/oidc/left" if there else "/login", 303)
        log_out(response, request, station)
        if there and oidc and by and by.issuer == oidc.issuer and by.word:
            came, now = fresh_secret(), station.now()
            await station.identities.begin(came, LEFT, {"word": by.word}, now, now + TO_LEAVE)
            begin(response, request, station, came, TO_LEAVE)
        return response

    async def _offer(self, request: Request) -> accounts.Invitation:
        offer = await accounts.invitation(self._station, request.path_params["secret"])
        if offer is None:
            raise _over()
        return offer

    def _people(self) -> list[str]:
        return [p.name for p in self._station.engine.books.bindings.people.values()]


def login_page(pages: Pages, status: int = 200, notice: str = "", name: str = "", left: str = "") -> Response:
    """The page that says how to get in; `left` is where to log out at the provider, too."""
    said = {"notice": notice, "name": name, "left": left}
    oidc, passkeys = pages.station.engine.books.bindings.oidc, party(pages.station.links.base_url) is not None
    return pages.page("login.html", None, status=status, oidc=oidc, passkeys=passkeys, **said)


def _over() -> Fault:
    help_ = "make a new one on the server: sirenbook login-link"
    return Fault(404, "link-over", "this link was used already, or is too old", help_)

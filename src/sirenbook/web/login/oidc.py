"""Logging in by a provider of OpenID Connect: the way there, the way back, and linking it with an account."""

import os
from datetime import timedelta

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sirenbook.channels import ChannelFault
from sirenbook.channels.settings import secrets_from
from sirenbook.engine.people.identity import LOGOUT_AGE, Attempt, Provider, Unproven, Vouched, open_provider
from sirenbook.engine.station import fresh_secret
from sirenbook.model.identity import Oidc
from sirenbook.store.accounts import Voucher
from sirenbook.web.bodies import form_fields, read_body, storable
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.login import accounts
from sirenbook.web.login.patience import TooManyFailures, address_of, must_be_patient, note_failure
from sirenbook.web.login.sessions import (
    Visitor,
    begin,
    begun,
    browser_of,
    ended,
    log_in,
    must_be_proven,
    posted,
    to_wanted,
    visitor_of,
)
from sirenbook.web.login.vouching import NotLetIn, account_for, linked
from sirenbook.web.login.welcome import LEFT, login_page
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

log = structlog.get_logger()

BACK = "/login/oidc/back"
PATIENCE = timedelta(minutes=10)
"""For which a login that began may take, at the provider."""
SESSION = timedelta(days=1)
"""Shorter than by a password: whoever loses their groups there is out here within a day."""
_LONGEST = 4096
_LARGEST_LOGOUT = 16_384
_KIND = "oidc"


class OidcPage:
    """Sends people to the provider and lets in whom it vouches for."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits
        self._provider: Provider | None = None

    def routes(self) -> list[Route]:
        """Where it is served."""
        anybody, signed_in = self._visits.anybody, self._visits.signed_in
        return [
            Route("/login/oidc", anybody(self.go), methods=["GET"]),
            Route(BACK, anybody(self.come_back), methods=["GET"]),
            Route("/login/oidc/left", anybody(self.left), methods=["GET"]),
            Route("/login/oidc/logout", anybody(self.log_out), methods=["POST"]),
            Route("/account/oidc", signed_in(self.link), methods=["POST"]),
        ]

    async def go(self, request: Request) -> Response:
        """Begin a login and send the browser to the provider."""
        try:
            await must_be_patient(self._station, address_of(request))
            where, state = await self._begun(0)
        except (Unproven, TooManyFailures) as fault:
            return self._refused(request, fault)
        response = RedirectResponse(where, 303)
        self._remember(response, request, state)
        return response

    async def link(self, request: Request, visitor: Visitor) -> Response:
        """Begin to link one's account. A form may not lead elsewhere, so the way there is a link on a page."""
        await posted(request, visitor)
        must_be_proven(visitor)
        try:
            where, state = await self._begun(visitor.account.id)
        except Unproven as fault:
            return self._refused(request, fault)
        response = self._pages.page("oidc.html", visitor, oidc=self._oidc(), where=where)
        self._remember(response, request, state)
        return response

    async def come_back(self, request: Request) -> Response:
        """Let somebody in whom the provider vouches for, or link them; the login that began is used up."""
        try:
            await must_be_patient(self._station, address_of(request))
            attempt = await self._attempt(request)
            vouched = await self._vouched(request, attempt)
            response = await self._let_in(request, attempt, vouched)
        except (Unproven, NotLetIn, TooManyFailures) as fault:
            response = self._refused(request, fault)
            if isinstance(fault, Unproven):
                await note_failure(self._station, address_of(request))
        ended(response, request, self._station)
        return response

    async def left(self, request: Request) -> Response:
        """After a logout here: the way to log out at the provider, too."""
        back, now = f"{self._station.links.base_url}/login", self._station.now()
        came = await self._station.identities.take(begun(request, self._station), LEFT, now)
        try:
            where = await self._open().leaving(back, came["word"] if came else "", now)
        except (Unproven, Fault):
            where = None
        response = login_page(self._pages, left=where or "")
        ended(response, request, self._station)
        return response

    async def log_out(self, request: Request) -> Response:
        """End the sessions that the provider says are over, by a logout token that is its own, and once."""
        body, now = await read_body(request.receive, _LARGEST_LOGOUT), self._station.now()
        try:
            leave = await self._open().left(form_fields(body).get("logout_token", ""), now)
        except (Unproven, ValueError) as fault:
            log.warning("a logout by the provider was refused", why=str(fault), issuer=self._oidc().issuer)
            said = {"error": "invalid_request", "error_description": str(fault)}
            return JSONResponse(said, 400)
        voucher = Voucher(self._oidc().issuer, leave.subject, leave.sid)
        names = await self._station.accounts.end_vouched(voucher, leave.once, now + 2 * LOGOUT_AGE)
        if names is None:
            return JSONResponse({"error": "invalid_request", "error_description": "this was told before"}, 400)
        label = self._oidc().label
        for name in names:
            await accounts.audit(self._station, label, f"{name} was logged out by {label}")
        return Response(status_code=200)

    async def _begun(self, account: int) -> tuple[str, str]:
        """Where to go, and the secret that knows this browser when it comes back. Raises Unproven or Away."""
        provider, now = self._open(), self._station.now()
        attempt, state = Attempt(fresh_secret(), fresh_secret(), account), fresh_secret()
        where = await provider.address(attempt, state, self._redirect, now)
        data = {"nonce": attempt.nonce, "verifier": attempt.verifier, "account": account}
        await self._station.identities.begin(state, _KIND, data, now, now + PATIENCE)
        return where, state

    async def _attempt(self, request: Request) -> Attempt:
        """The login that this browser began, and that comes back for the first time. Raises Unproven."""
        state = request.query_params.get("state", "")
        if not state or state != begun(request, self._station):
            raise Unproven("this login did not begin in this browser")
        data = await self._station.identities.take(state, _KIND, self._station.now())
        if data is None:
            raise Unproven("this login is over, or took too long")
        return Attempt(**data)

    async def _vouched(self, request: Request, attempt: Attempt) -> Vouched:
        asked, provider = request.query_params, self._open()
        if asked.get("iss", provider.oidc.issuer) != provider.oidc.issuer:
            raise Unproven("another provider answered")
        code = asked.get("code", "")
        if not code or len(code) > _LONGEST:
            raise Unproven(f"the provider says no ({storable(asked.get('error', 'no code'))[:80]})")
        return await provider.vouched(code, attempt, self._redirect, self._station.now())

    async def _let_in(self, request: Request, attempt: Attempt, vouched: Vouched) -> Response:
        oidc = self._oidc()
        if attempt.account:
            visitor = await visitor_of(request, self._station)
            if visitor is None or visitor.account.id != attempt.account:
                raise NotLetIn("somebody else is logged in here by now")
            await linked(self._station, oidc, vouched, visitor.account)
            return RedirectResponse("/account", 303)
        account = await account_for(self._station, oidc, vouched)
        by = Voucher(oidc.issuer, vouched.subject, vouched.sid, vouched.word)
        secret = await accounts.open_session(self._station, account, browser_of(request), SESSION, by)
        response = to_wanted(request)
        log_in(response, request, self._station, secret)
        return response

    def _refused(self, request: Request, fault: Exception) -> Response:
        status = 403 if isinstance(fault, NotLetIn) else 429 if isinstance(fault, TooManyFailures) else 401
        notice = str(fault) or "too many logins failed; try again in a quarter of an hour"
        log.warning("a login by the provider was refused", why=notice, issuer=self._oidc().issuer)
        return login_page(self._pages, status, notice)

    def _oidc(self) -> Oidc:
        oidc = self._station.engine.books.bindings.oidc
        if oidc is None:
            raise unknown("other provider to log in by")
        return oidc

    def _open(self) -> Provider:
        """The provider that the bindings name now; what another one said is forgotten. Raises Fault, Unproven."""
        oidc, home = self._oidc(), self._station.home
        if self._provider is None or self._provider.oidc != oidc:
            try:
                self._provider = open_provider(oidc, secrets_from(os.environ, home), home)
            except ChannelFault as fault:
                raise Unproven(f"{fault.text}; {fault.help}") from fault
        return self._provider

    @property
    def _redirect(self) -> str:
        return f"{self._station.links.base_url}{BACK}"

    def _remember(self, response: Response, request: Request, state: str) -> None:
        begin(response, request, self._station, state, PATIENCE)

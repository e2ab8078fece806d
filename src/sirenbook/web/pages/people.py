"""The pages of accounts: one's own, with all its ways in; and everybody's, for admins."""

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.model.rights import ACCOUNT_ROLES
from sirenbook.web.api.accounts import account_of, change_role, change_state
from sirenbook.web.api.ways import take_away
from sirenbook.web.faults import Fault
from sirenbook.web.login import accounts, passwords
from sirenbook.web.login.sessions import Visitor, must_be_proven, posted
from sirenbook.web.login.webauthn import party
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits


class PeoplePage:
    """Shows and changes who may log in, and from where they are."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        return [
            Route("/account", signed_in(self.own), methods=["GET"]),
            Route("/account/password", signed_in(self.set_password), methods=["POST"]),
            Route("/people", signed_in(self.everybody, "admin"), methods=["GET"]),
            Route("/people", signed_in(self.invite, "admin"), methods=["POST"]),
            Route("/people/{number}", signed_in(self.change, "admin"), methods=["POST"]),
        ]

    async def own(self, request: Request, visitor: Visitor) -> Response:
        """One's own role, password and sessions."""
        return await self._own(visitor)

    async def set_password(self, request: Request, visitor: Visitor) -> Response:
        """Choose a password, or do without one; every other browser is logged out."""
        fields = await posted(request, visitor)
        must_be_proven(visitor)
        wanted, account = fields.get("password", ""), visitor.account
        if wanted and (fault := passwords.fault_in(wanted, account.name)):
            return await self._own(visitor, status=422, notice=fault)
        if wanted:
            hashed = await asyncio.to_thread(passwords.hashed, wanted)
            await self._station.accounts.set_password(account.id, hashed)
            await accounts.audit(self._station, account.name, f"{account.name} has a new password")
        else:
            await take_away(self._station, account, "password", "", account.name)
        await self._station.accounts.stay_only(account.id, visitor.secret)
        return RedirectResponse("/account", 303)

    async def everybody(self, request: Request, visitor: Visitor) -> Response:
        """All accounts, and what was changed about them."""
        return await self._everybody(visitor)

    async def invite(self, request: Request, visitor: Visitor) -> Response:
        """Make a one-time link for somebody, in the role that is chosen."""
        fields = await posted(request, visitor)
        must_be_proven(visitor)
        name = " ".join(fields.get("name", "").split())[:80]
        role = next((r for r in ACCOUNT_ROLES if r == fields.get("role")), None)
        if not name or role is None:
            return await self._everybody(visitor, status=422, notice="say who it is for, and in which role")
        link = await accounts.login_url(self._station, name, role)
        await accounts.audit(self._station, visitor.account.name, f"a login link was made for {name}, as {role}")
        return await self._everybody(visitor, link=link, invited=name)

    async def change(self, request: Request, visitor: Visitor) -> Response:
        """Change an account's role, close it, or open it again."""
        fields = await posted(request, visitor)
        account, by = await account_of(self._station, request.path_params["number"]), visitor.account.name
        role = next((r for r in ACCOUNT_ROLES if r == fields.get("role")), None)
        try:
            if role is not None:
                await change_role(self._station, account, role, by)
            elif fields.get("state") in ("open", "closed"):
                await change_state(self._station, account, by, closed=fields["state"] == "closed")
        except Fault as fault:
            return await self._everybody(visitor, status=fault.status, notice=f"{fault.text}: {fault.help}")
        return RedirectResponse("/people", 303)

    async def _own(self, visitor: Visitor, *, status: int = 200, notice: str = "") -> Response:
        sessions = await self._station.accounts.sessions(visitor.account.id, visitor.secret, self._station.now())
        oidc = self._station.engine.books.bindings.oidc
        known = await self._station.identities.of(visitor.account.id) if oidc else []
        return self._pages.page(
            "account.html",
            visitor,
            status=status,
            sessions=sessions,
            notice=notice,
            shortest=passwords.SHORTEST,
            oidc=oidc,
            keys=await self._station.passkeys.of(visitor.account.id),
            passkeys=party(self._station.links.base_url) is not None,
            linked=next((i for i in known if oidc and i.issuer == oidc.issuer), None),
        )

    async def _everybody(
        self, visitor: Visitor, *, status: int = 200, notice: str = "", link: str = "", invited: str = ""
    ) -> Response:
        return self._pages.page(
            "people.html",
            visitor,
            status=status,
            notice=notice,
            link=link,
            invited=invited,
            roles=ACCOUNT_ROLES,
            accounts=await self._station.accounts.everybody(),
            people=[p.name for p in self._station.engine.books.bindings.people.values()],
            changes=await self._station.accounts.changes(50),
        )

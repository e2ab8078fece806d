"""Passkeys: making one on the page of one's account, and logging in by one without saying a name."""

import asyncio
from datetime import timedelta

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.station import Station, fresh_secret
from sirenbook.store.accounts import Account
from sirenbook.store.passkeys import Passkey
from sirenbook.web.faults import Fault
from sirenbook.web.login import accounts, webauthn
from sirenbook.web.login.patience import TooManyFailures, address_of, must_be_patient, note_failure
from sirenbook.web.login.sessions import Visitor, browser_of, log_in, must_be_proven, posted, to_wanted
from sirenbook.web.login.webauthn import Party, Unsound
from sirenbook.web.login.welcome import login_page
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

log = structlog.get_logger()

PATIENCE = timedelta(minutes=5)
"""For which a challenge may be answered, once."""
_MAKING, _PROVING = "passkey made", "passkey proven"


class PasskeyPage:
    """Takes keys in, and lets people in by them."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        anybody, signed_in = self._visits.anybody, self._visits.signed_in
        return [
            Route("/login/passkey/begin", anybody(self.ask), methods=["POST"]),
            Route("/login/passkey", anybody(self.enter), methods=["POST"]),
            Route("/account/passkeys/begin", signed_in(self.ask_for_one), methods=["POST"]),
            Route("/account/passkeys", signed_in(self.add), methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """What a browser is to prove, to let somebody in."""
        await posted(request, None)
        await self._must_be_patient(request)
        party, challenge = self._party(), await self._challenge(_PROVING, 0)
        return _json(await asyncio.to_thread(webauthn.request, party, challenge))

    async def enter(self, request: Request) -> Response:
        """Begin a session for whoever's key it is."""
        fields = await posted(request, None)
        await self._must_be_patient(request)
        try:
            account = await self._proven(fields.get("answer", ""))
        except Unsound as fault:
            log.warning("a login by a passkey was refused", why=str(fault))
            await note_failure(self._station, address_of(request))
            return login_page(self._pages, 401, "this passkey does not let you in")
        secret = await accounts.open_session(self._station, account, browser_of(request))
        response = to_wanted(request)
        log_in(response, request, self._station, secret)
        return response

    async def ask_for_one(self, request: Request, visitor: Visitor) -> Response:
        """What a browser is to make, for whoever is logged in."""
        await posted(request, visitor)
        must_be_proven(visitor)
        party, account = self._party(), visitor.account
        known = [key.credential for key in await self._station.passkeys.of(account.id)]
        challenge, user = await self._challenge(_MAKING, account.id), handle_of(self._station, account)
        return _json(await asyncio.to_thread(webauthn.creation, party, user, account.name, known, challenge))

    async def add(self, request: Request, visitor: Visitor) -> Response:
        """Keep the public half of a key that was made."""
        fields = await posted(request, visitor)
        must_be_proven(visitor)
        station, name = self._station, visitor.account.name
        label = " ".join(fields.get("label", "").split())[:60] or "A passkey"
        try:
            answer, challenge = webauthn.challenge_in(fields.get("answer", ""))
            await self._must_be_ours(challenge, _MAKING, visitor.account.id)
            proof = await asyncio.to_thread(webauthn.made, self._party(), challenge, answer)
        except Unsound as fault:
            raise Fault(422, "unsound", f"no passkey was made: {fault}", "try it again") from fault
        key = Passkey(0, proof.credential, proof.data, proof.count, label, station.now())
        if not await station.passkeys.add(visitor.account.id, key):
            raise Fault(409, "known", "this passkey is known already, or you have too many", "remove one first")
        await accounts.audit(station, name, f"{name} has a new passkey: {label}")
        return RedirectResponse("/account", 303)

    async def _proven(self, told: str) -> Account:
        """Whose key answered. Raises Unsound, Fault or Away."""
        answer, challenge = webauthn.challenge_in(told)
        await self._must_be_ours(challenge, _PROVING, 0)
        found = await self._station.passkeys.called(webauthn.credential_of(answer))
        if found is None or found[1].closed:
            raise Unsound("the key is unknown, or its account is closed")
        key, account = found
        user = handle_of(self._station, account)
        count = await asyncio.to_thread(webauthn.proven, self._party(), challenge, answer, key.data, user)
        if not await self._station.passkeys.used(key, count, self._station.now()):
            text = f"a passkey of {account.name} was refused, for it may have been copied: {key.label}"
            await accounts.audit(self._station, account.name, text)
            raise Unsound("its count did not rise")
        return account

    async def _challenge(self, kind: str, account: int) -> str:
        challenge, now = fresh_secret(), self._station.now()
        await self._station.identities.begin(challenge, kind, {"account": account}, now, now + PATIENCE)
        return challenge

    async def _must_be_ours(self, challenge: str, kind: str, account: int) -> None:
        """Refuse an answer to what was not asked, not of this person, long ago, or answered before."""
        asked = await self._station.identities.take(challenge, kind, self._station.now())
        if asked is None or asked["account"] != account:
            raise Unsound("this was not asked here, or too long ago")

    async def _must_be_patient(self, request: Request) -> None:
        try:
            await must_be_patient(self._station, address_of(request))
        except TooManyFailures:
            raise Fault(429, "too-many", "too many logins failed; try again in a quarter of an hour") from None

    def _party(self) -> Party:
        found = webauthn.party(self._station.links.base_url)
        if found is None:
            text = f"browsers keep no passkeys for {self._station.links.base_url}"
            raise Fault(409, "no-passkeys", text, "people must reach this server by https and a name")
        return found


def handle_of(station: Station, account: Account) -> bytes:
    """What a device calls an account: it tells nobody who that is."""
    return station.links.secret(f"passkeys of account {account.id}")[:16]


def _json(what: object) -> Response:
    return Response(msgspec.json.encode(what), media_type="application/json")

"""Who a bearer token belongs to, looked up once in ten seconds: intake asks it thousands of times a second."""

import asyncio
import base64
import binascii
from datetime import datetime, timedelta
from hashlib import sha256

from sirenbook.engine.station import Station
from sirenbook.model.rights import AccountRole
from sirenbook.store.settings import Token

ROLE_OF_SCOPE: dict[str, AccountRole] = {
    "read": "viewer",
    "respond": "responder",
    "command": "commander",
    "admin": "admin",
}
"""What a token of each scope may do; those of `intake` and `runner` do one thing only."""
REMEMBERED = timedelta(seconds=10)
MOST_REMEMBERED = 1000
MOST_LOOKUPS = 4
"""Look-ups at the same time: a flood of wrong tokens must not take every connection to the database."""


class Tokens:
    """Recognises tokens. What is remembered is keyed by a hash, so that comparing tells nothing by its time."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._known: dict[bytes, tuple[Token, datetime]] = {}
        self._lookups = asyncio.Semaphore(MOST_LOOKUPS)

    def forget(self) -> None:
        """Look every token up anew: one of them was revoked."""
        self._known.clear()

    async def of(self, authorization: bytes, *, fresh: bool = False) -> Token | None:
        """The token of an Authorization header, bearer or basic with the token as password. Raises Away.

        A `fresh` one is looked up now: whoever may run steps is stopped the moment the token is revoked.
        """
        if not authorization:
            return None
        key = sha256(authorization).digest()
        known = None if fresh else self._known.get(key)
        if known is not None and known[1] > self._station.now():
            return known[0]
        secret = _secret(authorization)
        return await self._look_up(key, secret, fresh=fresh) if secret else None

    async def _look_up(self, key: bytes, secret: str, *, fresh: bool) -> Token | None:
        async with self._lookups:
            known = None if fresh else self._known.get(key)
            now = self._station.now()
            if known is not None and known[1] > now:
                return known[0]
            token = await self._station.settings.token(secret, now)
            self._remember(key, token, now)
            return token

    def _remember(self, key: bytes, token: Token | None, now: datetime) -> None:
        if token is None:
            self._known.pop(key, None)
            return
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        until = now + REMEMBERED
        self._known[key] = (token, min(until, token.expires_at) if token.expires_at else until)


def _secret(authorization: bytes) -> str:
    """The secret in an Authorization header; empty when there is none that could be one."""
    scheme, _, value = authorization.partition(b" ")
    value = value.strip()
    match scheme.lower():
        case b"bearer":
            return _text(value)
        case b"basic":
            return _password(value)
    return ""


def _password(value: bytes) -> str:
    try:
        pair = base64.b64decode(value, validate=True)
    except binascii.Error:
        return ""
    return _text(pair.partition(b":")[2])


def _text(value: bytes) -> str:
    return value.decode("ascii", errors="ignore") if value.isascii() and len(value) <= 512 else ""

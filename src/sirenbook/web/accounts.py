"""Who may log in: by one-time links made on the server; sessions are a cookie here and a hash in the store."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from sirenbook.engine.station import Station, fresh_secret
from sirenbook.store.settings import Account

SESSION = timedelta(days=30)
FIRST_LINK = timedelta(days=7)
LOGIN_LINK = timedelta(minutes=15)


class Invitation(Struct, frozen=True):
    """What a one-time link stands for: the name it is for (empty: whoever opens it says), and the role."""

    name: str
    role: str
    until: datetime
    first: bool = False


async def welcome_url(station: Station) -> str | None:
    """A fresh one-time link for the first admin; None once somebody can log in."""
    if await station.settings.accounts():
        return None
    return await _link(station, Invitation("", "admin", station.now() + FIRST_LINK, first=True))


async def login_url(station: Station, name: str) -> str:
    """A fresh one-time link that logs somebody in; a new account takes part without being admin."""
    return await _link(station, Invitation(name[:80], "responder", station.now() + LOGIN_LINK))


async def _link(station: Station, invitation: Invitation) -> str:
    secret = fresh_secret()
    value = {"name": invitation.name, "role": invitation.role, "first": invitation.first}
    value["until"] = invitation.until.isoformat()
    await station.settings.put(_key(secret), value, station.now())
    return f"{station.links.base_url}/welcome/{secret}"


async def invitation(station: Station, secret: str) -> Invitation | None:
    """What a one-time link stands for, without using it up; None when it is used, too old, or never was."""
    return await _valid(station, await station.settings.get(_key(secret)))


async def accept(station: Station, secret: str, name: str) -> str | None:
    """Use a one-time link up and log in; answers the session's secret, or None when the link is no more."""
    offer = await _valid(station, await station.settings.take(_key(secret)))
    if offer is None:
        return None
    account = await station.settings.add_account(offer.name or name, offer.role, station.now())
    return await open_session(station, account)


async def open_session(station: Station, account: Account) -> str:
    """Log an account in; answers the secret for its cookie."""
    secret, now = fresh_secret(), station.now()
    await station.settings.open_session(secret, account.id, now, now + SESSION)
    return secret


async def _valid(station: Station, stored: Any) -> Invitation | None:
    """The invitation, unless it is over. One for the first admin is over once anybody can log in."""
    if stored is None:
        return None
    offer = Invitation(stored["name"], stored["role"], datetime.fromisoformat(stored["until"]), stored["first"])
    if offer.until <= station.now() or (offer.first and await station.settings.accounts()):
        return None
    return offer


def _key(secret: str) -> str:
    return "welcome:" + hashlib.sha256(secret.encode()).hexdigest()

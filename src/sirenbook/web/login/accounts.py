"""Logging in, by a one-time link or a password; sessions are a cookie here and a hash in the store."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from sirenbook.engine.station import Station, fresh_secret
from sirenbook.model.rights import AccountRole
from sirenbook.store.accounts import Account, Change, Voucher
from sirenbook.web.login import passwords
from sirenbook.web.login.patience import forgive, must_be_patient, note_failure

SESSION = timedelta(days=30)
FIRST_LINK = timedelta(days=7)
LOGIN_LINK = timedelta(minutes=15)


class Invitation(Struct, frozen=True):
    """What a one-time link stands for: the name it is for (empty: whoever opens it says), and the role."""

    name: str
    role: AccountRole
    until: datetime
    first: bool = False


async def welcome_url(station: Station) -> str | None:
    """A fresh one-time link for the first admin; None once somebody can log in."""
    if await station.accounts.everybody():
        return None
    return await _link(station, Invitation("", "admin", station.now() + FIRST_LINK, first=True))


async def login_url(station: Station, name: str, role: AccountRole = "responder") -> str:
    """A fresh one-time link that logs somebody in; the role is for whoever has no account yet."""
    return await _link(station, Invitation(name[:80], role, station.now() + LOGIN_LINK))


async def _link(station: Station, invitation: Invitation) -> str:
    secret = fresh_secret()
    value = {"name": invitation.name, "role": invitation.role, "first": invitation.first}
    value["until"] = invitation.until.isoformat()
    await station.settings.put(_key(secret), value, station.now())
    return f"{station.links.base_url}/welcome/{secret}"


async def invitation(station: Station, secret: str) -> Invitation | None:
    """What a one-time link stands for, without using it up; None when it is used, too old, or never was."""
    return await _valid(station, await station.settings.get(_key(secret)))


async def accept(station: Station, secret: str, name: str, browser: str) -> str | None:
    """Use a one-time link up and log in; answers the session's secret, or None when the link is no more.

    A closed account is let in by no link.
    """
    offer = await _valid(station, await station.settings.take(_key(secret)))
    if offer is None:
        return None
    known = await station.accounts.called(offer.name or name)
    if known is None:
        known = await station.accounts.add(offer.name or name, offer.role, station.now())
        await audit(station, known.name, f"account {known.name} came in by a link, as {known.role}")
    return None if known.closed else await open_session(station, known, browser)


async def log_in_by_password(station: Station, name: str, password: str, address: str, browser: str) -> str | None:
    """Log in by name and password; answers the session's secret, None where they do not fit.

    What is wrong is not told, and takes as long as what is right. Raises TooManyFailures or Away.
    """
    await must_be_patient(station, address, name)
    found = await station.accounts.password(name)
    fits = await asyncio.to_thread(passwords.fits, password, found[1] if found else passwords.nobodys())
    if found is None or not fits:
        await note_failure(station, address, name)
        return None
    await forgive(station, address, name)
    return await open_session(station, found[0], browser)


async def open_session(
    station: Station, account: Account, browser: str = "", lasting: timedelta = SESSION, by: Voucher | None = None
) -> str:
    """Log an account in; answers the secret for its cookie."""
    secret, now = fresh_secret(), station.now()
    await station.accounts.open_session(secret, account.id, now, now + lasting, browser=browser[:200], by=by)
    return secret


async def audit(station: Station, by: str, what: str) -> None:
    """Write down what was changed about who may do what."""
    await station.accounts.audit(Change(station.now(), by, what))


async def _valid(station: Station, stored: Any) -> Invitation | None:
    """The invitation, unless it is over. One for the first admin is over once anybody can log in."""
    if stored is None:
        return None
    offer = Invitation(stored["name"], stored["role"], datetime.fromisoformat(stored["until"]), stored["first"])
    if offer.until <= station.now() or (offer.first and await station.accounts.everybody()):
        return None
    return offer


def _key(secret: str) -> str:
    return "welcome:" + hashlib.sha256(secret.encode()).hexdigest()

"""Sealed access, for when nobody can log in otherwise: one code, once, for an hour, told to everybody."""

import base64
import os
import re
from datetime import datetime, timedelta

from msgspec import Struct, convert, to_builtins

from sirenbook.engine.station import Station
from sirenbook.model.bindings import Duty, Person
from sirenbook.model.provenance import Provenance
from sirenbook.store.accounts import Change
from sirenbook.store.letters import Letter
from sirenbook.store.settings import digest

OPEN_FOR = timedelta(hours=1)
_SEALED, _OPENED = "break-glass", "break-glass-opened"
_WHY = Provenance("docs/accounts.md", 0, "Its use is told to every admin and everybody who is on call.")


class Seal(Struct, frozen=True):
    """A code that lies ready: since when, and who made it. Only a hash of it is kept."""

    hash: str
    at: datetime
    by: str


class Opened(Struct, frozen=True):
    """The glass is broken: who says that they did it and why, and until when."""

    name: str
    reason: str
    at: datetime
    until: datetime


async def seal(station: Station, by: str) -> str:
    """A fresh code, in place of any that there was. Raises Away."""
    code = base64.b32encode(os.urandom(15)).decode().lower()
    found = Seal(_hash(code), station.now(), by)
    await station.settings.put(_SEALED, to_builtins(found), station.now())
    await _audit(station, by, "a break-glass code was made; one that was made before opens nothing any more")
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


async def sealed(station: Station) -> Seal | None:
    """The code that lies ready; None where there is none. Raises Away."""
    found = await station.settings.get(_SEALED)
    return convert(found, Seal, strict=False) if found else None


async def opened(station: Station) -> Opened | None:
    """Who has broken the glass; None where nobody has, or it is over. Raises Away."""
    found = await station.settings.get(_OPENED)
    there = convert(found, Opened, strict=False) if found else None
    return there if there and there.until > station.now() else None


async def break_(station: Station, code: str, name: str, reason: str) -> Opened | None:
    """Use the code up; None where it is not the one that lies ready. Raises Away."""
    found = await sealed(station)
    # The hash is compared by the store as it takes the code away, so that two at once cannot both have it.
    if found is None or not await station.settings.take_if(_SEALED, "hash", _hash(code)):
        return None
    now = station.now()
    there = Opened(name, reason, now, now + OPEN_FOR)
    await station.settings.put(_OPENED, to_builtins(there), now)
    await station.letters.keep(_letter(there), [p.id for p in await _everybody(station)], now)
    text = f"the glass was broken: {name} is admin until {there.until:%H:%M} UTC. Reason: {reason}"
    await _audit(station, title(name), text)
    station.changes.publish([0])
    return there


async def end(station: Station, by: str) -> bool:
    """Log out whoever broke the glass. False where nobody did. Raises Away."""
    await station.accounts.end_sealed()
    if await station.settings.take(_OPENED) is None:
        return False
    await _audit(station, by, "the sealed access was ended")
    station.changes.publish([0])
    return True


def title(name: str) -> str:
    """What somebody is called who came in so: it is nobody's own name, for nothing proved whose it is."""
    return f"Break glass ({name})"


async def _everybody(station: Station) -> list[Person]:
    """Every admin and everybody on call who can be reached; the fallback where that is nobody."""
    books, now = station.engine.books, station.now()
    bindings = books.bindings
    admins = {a.name for a in await station.accounts.everybody() if a.role == "admin" and not a.closed}
    found = [p for p in bindings.people.values() if {p.id, p.name} & admins]
    found += [p for target in books.policy.on_call for p in bindings.reach(target, now)]
    holders = [h for name in bindings.rotations for h in bindings.holders(Duty(name), now)]
    found += [bindings.people[h] for h in holders if h in bindings.people]
    unique = {p.id: p for p in found if p.methods}
    return list(unique.values()) or list(bindings.last_resort)


def _letter(there: Opened) -> Letter:
    text = (
        f"{there.name} came in by the sealed access and is admin until {there.until:%H:%M} UTC. "
        f"Reason: {there.reason}. If nobody you know did that, end it: sirenbook account break-glass end"
    )
    return Letter("glass", there.name, there.at, "The glass was broken", text, _WHY)


def _hash(code: str) -> str:
    return digest(re.sub(r"[^a-z2-7]", "", code.casefold())).hex()


async def _audit(station: Station, by: str, what: str) -> None:
    await station.accounts.audit(Change(station.now(), by, what))

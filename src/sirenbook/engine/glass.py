"""Sealed access, for when nobody can log in otherwise: one code, once, for an hour, told to everybody."""

import asyncio
import base64
import os
import re
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct, convert, to_builtins

from sirenbook.engine.station import Station
from sirenbook.model.bindings import ContactMethod, Duty, Person
from sirenbook.model.intent import Notification
from sirenbook.model.provenance import Provenance
from sirenbook.store.accounts import Change
from sirenbook.store.settings import digest

OPEN_FOR = timedelta(hours=1)
TELL_AGAIN = timedelta(minutes=1)
"""Whoever could not be told is told again so much later, for as long as it is open."""
TELLING = 10.0
"""Seconds for which whoever opens it waits until everybody is told."""
_SEALED, _OPENED = "break-glass", "break-glass-opened"
_WHY = Provenance("docs/accounts.md", 0, "Its use is told to every admin and everybody who is on call.")


class Seal(Struct, frozen=True):
    """A code that lies ready: since when, and who made it. Only a hash of it is kept."""

    hash: str
    at: datetime
    by: str


class Opened(Struct, frozen=True):
    """The glass is broken: who says that they did it and why, until when, and which people are told of it."""

    name: str
    reason: str
    at: datetime
    until: datetime
    told: tuple[str, ...] = ()
    again_at: datetime | None = None


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


async def announce(station: Station) -> None:
    """Tell every admin and everybody on call who was not told yet that the glass is broken. Raises Away."""
    there = await opened(station)
    if there is None or (there.again_at is not None and there.again_at > station.now()):
        return
    left = [p for p in await _everybody(station) if p.id not in there.told]
    if not left:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(TELLING):
            receipts = await asyncio.gather(*(_tell(station, there, p) for p in left))
            told = [p.id for p, accepted in zip(left, receipts, strict=True) if accepted]
            there = Opened(there.name, there.reason, there.at, there.until, (*there.told, *told))
    again = Opened(there.name, there.reason, there.at, there.until, there.told, station.now() + TELL_AGAIN)
    if await opened(station) is not None:
        await station.settings.put(_OPENED, to_builtins(again), station.now())


def title(name: str) -> str:
    """What somebody is called who came in so: it is nobody's own name, for nothing proved whose it is."""
    return f"Break glass ({name})"


async def _tell(station: Station, there: Opened, person: Person) -> bool:
    receipt = await station.dispatcher.inform(person, lambda m: _notification(station, there, person, m))
    return receipt.outcome == "accepted"


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


def _notification(station: Station, there: Opened, person: Person, method: ContactMethod) -> Notification:
    text = (
        f"{there.name} came in by the sealed access and is admin until {there.until:%H:%M} UTC. "
        f"Reason: {there.reason}. If nobody you know did that, end it: sirenbook account break-glass end"
    )
    return Notification(
        key=f"{station.dispatcher.installation}.glass.{int(there.at.timestamp())}.{person.id}",
        to=method.to,
        person=person.name,
        incident="Sealed access",
        severity="Break glass",
        title="The glass was broken",
        text=text,
        why=_WHY,
        demands=False,
        url=f"{station.links.base_url}/",
        at=station.now(),
    )


def _hash(code: str) -> str:
    return digest(re.sub(r"[^a-z2-7]", "", code.casefold())).hex()


async def _audit(station: Station, by: str, what: str) -> None:
    await station.accounts.audit(Change(station.now(), by, what))

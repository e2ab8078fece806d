"""Our own status page: what is on it now, and who subscribes to it."""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from sirenbook.channels.email import address as mail_address
from sirenbook.channels.escaping import link
from sirenbook.engine.links import Wish
from sirenbook.engine.station import Station
from sirenbook.incident.updates.outward import known_components
from sirenbook.incident.updates.public import published
from sirenbook.incident.updates.status_board import DAYS, Known
from sirenbook.model.command import Refused
from sirenbook.model.event import Entry
from sirenbook.model.status import Maintenance, PublicIncident, StatusPage
from sirenbook.store.status import Planned

LONGEST = timedelta(days=31)
FURTHEST = timedelta(days=366)
MOST_TEXT = 5000


def page_of(station: Station) -> StatusPage | None:
    """The page as it is set up; None where there is none."""
    return station.engine.books.bindings.status


def address_of(station: Station, path: str) -> str:
    """Where the public reaches a path of the page."""
    page = page_of(station)
    return f"{(page.url if page else '') or station.links.base_url}{path}"


def zone_of(station: Station) -> ZoneInfo:
    """The team's zone."""
    return ZoneInfo(station.engine.books.bindings.business_hours.zone)


async def known(station: Station, page: StatusPage) -> Known:
    """What the page is made of, as far back as it looks. Raises Away."""
    now = station.now()
    since = now - timedelta(days=DAYS + 1)
    incidents = await public_incidents(station, since, now + timedelta(days=1))
    maintenance = await station.status.maintenance(since)
    return Known(page, incidents, maintenance, zone_of(station), await station.status.began() or now)


async def public_incidents(station: Station, since: datetime, until: datetime) -> list[PublicIncident]:
    """The incidents of which the public was told between two instants, as far as it was told. Raises Away."""
    found: list[PublicIncident] = []
    for number, entries in await station.status.stories(since, until):
        told = await story_of(station, number, entries)
        if told is not None:
            found.append(told)
    return found


async def story_of(
    station: Station, number: int, entries: list[Entry], *, mailed: bool = False
) -> PublicIncident | None:
    """What was told of one incident, by the playbook that it runs by. Raises Away."""
    row = await station.queries.incident(number)
    if row is None:
        return None
    return published(await station.policy_of(row.incident), number, entries, mailed=mailed)


async def announce(station: Station, planned: Planned, by: str) -> int:
    """Announce maintenance; answers its number. Raises Refused or Away."""
    bindings, now = station.engine.books.bindings, station.now()
    if bindings.status is None:
        raise Refused("there is no status page: write [status] in sirenbook.toml")
    sound = replace(
        planned,
        title=" ".join(planned.title.split())[:160],
        text=planned.text.strip()[:MOST_TEXT],
        components=known_components(bindings, planned.components),
    )
    if not sound.title:
        raise Refused("maintenance needs a title")
    if not sound.start < sound.until or sound.until <= now:
        raise Refused("maintenance ends after it begins, and not before now")
    if sound.until - sound.start > LONGEST or sound.start > now + FURTHEST:
        raise Refused("maintenance takes 31 days at most, and begins within a year")
    return await station.status.plan(sound, by, now)


async def ahead(station: Station) -> list[Maintenance]:
    """Maintenance that was announced, the newest first, what is long over left out. Raises Away."""
    return await station.status.maintenance(station.now() - timedelta(days=DAYS))


def wish_of(
    page: StatusPage, kind: str, address: str, components: tuple[str, ...]
) -> Wish | Literal["kind", "address", "components"]:
    """What somebody asks for, or which part of it cannot be."""
    address = address.strip()
    if kind not in ("email", "webhook"):
        return "kind"
    there = [c.name for c in page.components]
    if any(c not in there for c in components):
        return "components"
    sound = mail_address(address) if kind == "email" else _https(address)
    return Wish(kind, address, components) if sound else "address"


def _https(address: str) -> bool:
    """Whether an address can be that of a webhook: https only, without a name and a password."""
    found = link(address, 500)
    return found.lower().startswith("https://") and "@" not in found.split("/")[2]


async def subscribe(station: Station, wish: Wish) -> bool:
    """Have an address asked whether it wants to subscribe; the answer never tells who does already. Raises Away.

    False where too many were asked within the hour.
    """
    kind: Literal["email", "webhook"] = "webhook" if wish.kind == "webhook" else "email"
    return await station.status.ask(kind, wish.address, wish.components, station.now())


async def confirm(station: Station, wish: Wish) -> bool:
    """Subscribe an address that has answered. Raises Away."""
    kind: Literal["email", "webhook"] = "webhook" if wish.kind == "webhook" else "email"
    return await station.status.confirm(kind, wish.address, wish.components, station.now())

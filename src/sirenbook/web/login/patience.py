"""Slows guessing at logins by where it comes from, so that nobody is locked out whose name is known."""

from datetime import timedelta
from ipaddress import ip_address

from starlette.requests import Request

from sirenbook.engine.station import Station
from sirenbook.web.bodies import storable

PATIENCE = timedelta(minutes=15)
"""How long failures count."""
OF_ONE_NAME_HERE = 5
FROM_ONE_ADDRESS = 25
OF_ONE_NAME = 100
"""From wherever: enough that no neighbour locks anybody out, and too few to guess a sentence."""

ASKED_FROM_ONE_ADDRESS = 30
"""Subscriptions to the status page that one address may ask for in this time: more than an office does."""


class TooManyFailures(Exception):
    """So many logins failed that no further one is tried for a while."""


def address_of(request: Request) -> str:
    """Where a request comes from: the peer, or whom a proxy in our own network names last.

    Anybody can write the proxy's header, so that of a peer from outside says nothing.
    """
    peer = request.client.host if request.client else ""
    named = storable(request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip())[:60]
    return named if named and _ours(peer) else peer


def _ours(peer: str) -> bool:
    try:
        return ip_address(peer).is_private
    except ValueError:
        return True  # a Unix socket: only a proxy on this machine can be behind it


async def must_be_patient(station: Station, address: str, name: str = "") -> None:
    """Raises TooManyFailures where too many logins failed, or Away."""
    for whom, most in _counted(address, name):
        if await station.accounts.failures(whom, station.now() - PATIENCE) >= most:
            raise TooManyFailures


async def note_failure(station: Station, address: str, name: str = "") -> None:
    """Note that a login failed. Raises Away."""
    for whom, _ in _counted(address, name):
        await station.accounts.failed(whom, station.now(), station.now() - PATIENCE)


async def forgive(station: Station, address: str, name: str) -> None:
    """Forget what somebody mistyped here before they got in. Raises Away."""
    await station.accounts.forgive(_counted(address, name)[1][0])


async def asks_too_often(station: Station, address: str) -> bool:
    """Whether somebody asks for subscriptions who is no reader: each sends a mail to an address that they name."""
    now = station.now()
    return await station.accounts.failed(f"subscribe:{address}", now, now - PATIENCE) > ASKED_FROM_ONE_ADDRESS


def _counted(address: str, name: str) -> list[tuple[str, int]]:
    """What failures are counted by, with how many of each are too many."""
    counted = [(f"address:{address}", FROM_ONE_ADDRESS)]
    if name:
        known = name.casefold()
        counted += [(f"here:{address} {known}", OF_ONE_NAME_HERE), (f"name:{known}", OF_ONE_NAME)]
    return counted

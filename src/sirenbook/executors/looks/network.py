"""Looks at ports, certificates and names."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from socket import SOCK_STREAM, gaierror, getaddrinfo

from sirenbook.channels.certificates import trust
from sirenbook.channels.destination import NameNotFound
from sirenbook.model.check import Dns, Tcp, Tls

# Of our own: a name server that hangs for a check must not keep a page from being sent.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="check")


async def addresses(host: str, port: int) -> list[str]:
    """The addresses of a name. Raises NameNotFound."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(_threads, lambda: getaddrinfo(host, port, type=SOCK_STREAM))
    except (gaierror, UnicodeError) as fault:
        raise NameNotFound(f"{host} cannot be looked up: {getattr(fault, 'strerror', None) or fault}") from fault
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@asynccontextmanager
async def connected(
    host: str, port: int, context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to the first address that takes one. Raises OSError or NameNotFound."""
    reader, writer = await _first(host, port, context)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _first(
    host: str, port: int, context: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    refusal: OSError | None = None
    for address in await addresses(host, port):
        try:
            name = host if context else None
            return await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
        except ssl.SSLError:
            raise
        except OSError as fault:
            refusal = fault
    raise refusal or NameNotFound(f"{host} leads to no address")


async def look_at_port(probe: Tcp) -> tuple[bool, str]:
    """Whether a port takes a connection."""
    async with connected(probe.host, probe.port):
        return True, "it takes connections"


async def look_at_tls(probe: Tls, now: datetime) -> tuple[bool, str]:
    """Whether a certificate is believed, and for how many days yet."""
    try:
        async with connected(probe.host, probe.port, authority(probe.ca_file)) as (_, writer):
            until = writer.get_extra_info("peercert").get("notAfter", "")
    except ssl.SSLCertVerificationError as fault:
        return False, f"its certificate is not believed: {fault.verify_message}"
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)
    left = (ends - now).days
    return left >= probe.days, f"its certificate ends in {left} days, on {ends:%Y-%m-%d}"


def authority(ca_file: str) -> ssl.SSLContext:
    """What to check a certificate against. Raises ChannelFault for a file that cannot be read."""
    return trust(Path(ca_file) if ca_file else None)


async def look_at_name(probe: Dns) -> tuple[bool, str]:
    """Whether a name leads to an address, or to the one that it should."""
    found = await addresses(probe.name, 0)
    listed = ", ".join(found[:4])
    well = bool(found) and (not probe.address or probe.address in found)
    return well, f"it leads to {listed or 'nothing'}{'' if well else f', not to {probe.address}'}"

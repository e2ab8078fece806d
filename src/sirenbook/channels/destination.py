"""Keeps calls out of our own house: looks a name up once, judges the address, and connects to that very address.

Without the second half, a name that answers differently the second time (DNS rebinding) passes any check.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from socket import SOCK_STREAM, gaierror, getaddrinfo

import httpx2

from sirenbook.channels import ChannelFault
from sirenbook.channels.certificates import trust

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Lookup = Callable[[str, int], Awaitable[list[str]]]

_NAT64 = IPv6Network("64:ff9b::/96")
# All that is routed of IPv6. Outside of it lie old forms of an IPv4 address, and networks that were once private.
_ROUTED = IPv6Network("2000::/3")
# What `is_global` lets pass: Azure's metadata address is public, and the others depend on Python's patch level.
_SPECIAL = tuple(
    ip_network(text) for text in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20")
)

# Of our own, so that a name server that hangs for one channel leaves the threads of the others alone.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="lookup")


class DestinationRefused(Exception):
    """The address lies where no call may go."""


class NameNotFound(Exception):
    """The name leads to no address now."""


class Guard:
    """Judges addresses: public ones pass, and those that the settings allow."""

    def __init__(self, allow: Iterable[str] = (), *, table: str = "[channels.…]") -> None:
        self._table = table
        self._allow = tuple(_network(text, table) for text in allow)

    def judge(self, host: str, text: str) -> Address:
        """The address if a call may go there; raises DestinationRefused."""
        address = ip_address(text)
        meant = _bare(address)
        if not (_public(meant) or self._allows(meant)):
            raise DestinationRefused(
                f"{host} is {meant}, inside or reserved; if that is meant, add it to allow in {self._table}"
            )
        return address

    def _allows(self, address: Address) -> bool:
        return _within(address, self._allow)


def _network(text: str, table: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ChannelFault(
            f"{table} allows {text!r}", 'write addresses or networks: allow = ["127.0.0.1", "10.0.0.0/8"]'
        ) from None


def _bare(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries inside: a tunnel must not lead around the guard."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _public(address: Address) -> bool:
    routed = address.version == 4 or _within(address, (_ROUTED,))
    return routed and address.is_global and not address.is_multicast and not _within(address, _SPECIAL)


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the system's order of preference."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_threads, lambda: getaddrinfo(host, port, type=SOCK_STREAM))
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Carries a request to the address that was judged, keeping the name for the Host header and for TLS.

    Connections are not kept: one that was opened for another name on the same address would have been checked
    against that other name's certificate, and a stale one would cost a page its first attempt.
    """

    def __init__(self, guard: Guard, *, ca_file: Path | None = None, lookup: Lookup = resolve) -> None:
        self._guard = guard
        self._lookup = lookup
        self._inner = httpx2.AsyncHTTPTransport(
            verify=trust(ca_file), limits=httpx2.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Try the judged addresses in turn until one takes the connection."""
        refusal: httpx2.TransportError | None = None
        for address in await self._addresses(request.url):
            try:
                return await self._inner.handle_async_request(_pinned(request, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as fault:
                refusal = fault
        raise refusal or NameNotFound(f"{request.url.host} leads to no address")

    async def _addresses(self, url: httpx2.URL) -> list[Address]:
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await self._lookup(host, port)
        except gaierror as fault:
            raise NameNotFound(f"{host} cannot be looked up: {fault.strerror}") from fault
        except UnicodeError as fault:
            raise NameNotFound(f"{host} is not a name that can be looked up") from fault
        return [self._guard.judge(url.host, text) for text in found]

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._inner.aclose()


def _pinned(request: httpx2.Request, address: Address) -> httpx2.Request:
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )

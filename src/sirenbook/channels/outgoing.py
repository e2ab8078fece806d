"""Posts JSON out of the house within one time limit, reading no more of the answer than is needed."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx2
from msgspec import Struct

from sirenbook.channels.destination import Guard, GuardedTransport, Lookup, resolve
from sirenbook.channels.settings import DEFAULT_TIMEOUT, Settings

ANSWER_LIMIT = 16_384
ANSWER_TIMEOUT = 1.0
CONNECT_TIMEOUT = 3.0
KEYS = ("allow", "ca_file", "timeout")


class Answer(Struct, frozen=True):
    """What came back: the status, the headers, and the beginning of the body."""

    status: int
    headers: httpx2.Headers
    body: bytes


class Post:
    """Posts bytes to an address: guarded, without redirects, proxies or cookies, and within `timeout` in all."""

    def __init__(self, transport: httpx2.AsyncBaseTransport, timeout: float = DEFAULT_TIMEOUT) -> None:
        self._timeout = timeout
        self._client = httpx2.AsyncClient(
            transport=transport,
            timeout=httpx2.Timeout(timeout, connect=min(CONNECT_TIMEOUT, timeout)),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "sirenbook", "Accept-Encoding": "identity"},
        )

    @classmethod
    def from_settings(cls, settings: Settings, folder: Path, lookup: Lookup = resolve) -> Self:
        """Reads the lines that all channels over HTTP share: allow, ca_file, timeout."""
        guard = Guard(settings.words("allow"), table=settings.table)
        transport = GuardedTransport(guard, ca_file=settings.path("ca_file", folder), lookup=lookup)
        return cls(transport, settings.number("timeout", DEFAULT_TIMEOUT, low=0.05, high=10))

    async def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], *, limit: int = ANSWER_LIMIT
    ) -> Answer:
        """Make one attempt; raises what httpx2, the guard or the time limit raises."""
        sent = {"Content-Type": "application/json; charset=utf-8", **headers}
        return await self._send(self._client.build_request("POST", url, content=body, headers=sent), limit)

    async def get(self, url: str, headers: Mapping[str, str], *, limit: int = ANSWER_LIMIT) -> Answer:
        """Ask for what stands at an address; raises as the other."""
        return await self._send(self._client.build_request("GET", url, headers=headers), limit)

    async def _send(self, request: httpx2.Request, limit: int) -> Answer:
        async with asyncio.timeout(self._timeout):
            response = await self._client.send(request, stream=True)
        try:
            return Answer(response.status_code, response.headers, await _beginning(response, limit))
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()


async def _beginning(response: httpx2.Response, limit: int) -> bytes:
    """The first part of the body; the status stands whatever becomes of it, so its faults do not count."""
    taken = bytearray()
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(ANSWER_TIMEOUT):
            async for piece in response.aiter_raw():
                taken += piece
                if len(taken) >= limit:
                    break
    return bytes(taken[:limit])

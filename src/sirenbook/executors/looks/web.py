"""Looks at a page over HTTP: its status, its words, values in its JSON, and how long it takes."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2

from sirenbook.channels.destination import Guard, GuardedTransport
from sirenbook.executors.looks.network import addresses
from sirenbook.model.check import Http

LARGEST = 1024 * 1024
_ANYWHERE = ("0.0.0.0/0", "::/0")
"""Whoever writes a check means the place that it names, inside or outside; redirections are not followed."""


async def look_at_page(probe: Http) -> tuple[bool, str]:
    """Whether a page is as it should be. What it says is not repeated: it may be anything."""
    loop = asyncio.get_running_loop()
    ca_file = Path(probe.ca_file) if probe.ca_file else None
    transport = GuardedTransport(Guard(_ANYWHERE), ca_file=ca_file, lookup=addresses)
    began = loop.time()
    try:
        async with (
            httpx2.AsyncClient(transport=transport, timeout=None, trust_env=False) as client,
            client.stream("GET", probe.url, headers={"User-Agent": "Sirenbook check"}) as response,
        ):
            body = await _body(response) if probe.contains or probe.values else b""
            took = loop.time() - began
            wrong = _wrong(probe, response.status_code, body, took)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as fault:
        return False, f"it cannot be asked: {fault or type(fault).__name__}"
    return not wrong, wrong or f"it answered {response.status_code} in {took:.2f} s"


async def _body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            break
    return bytes(body[:LARGEST])


def _wrong(probe: Http, status: int, body: bytes, took: float) -> str:
    """What is not as it should be; empty where all is."""
    if status != probe.status if probe.status else status >= 400:
        return f"it answered {status}, not {probe.status or 'below 400'}"
    if probe.contains and probe.contains not in body.decode("utf-8", "replace"):
        return f"it does not say “{probe.contains}”"
    if probe.values and (other := _other(probe, body)):
        return other
    return f"it took {took:.2f} s, more than {probe.within:g} s" if probe.within and took > probe.within else ""


def _other(probe: Http, body: bytes) -> str:
    """The first field that holds something else than it should."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return "it is no JSON"
    for path, wanted in probe.values:
        held = _at(found, path)
        if held != wanted:
            return f"{path} is {'missing' if held is None else f'“{held[:60]}”'}, not “{wanted}”"
    return ""


def _at(found: Any, path: str) -> str | None:
    """What stands at a dotted path, as text; None where nothing does."""
    for name in path.split("."):
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found if isinstance(found, str) else json.dumps(found)

"""Asks over HTTP what a runbook asks by curl or in PromQL: only reading, and never into our own house unasked."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import httpx2
from msgspec import Struct

from sirenbook.channels import ChannelFault, Secrets
from sirenbook.channels.destination import DestinationRefused, Guard, GuardedTransport, NameNotFound
from sirenbook.channels.settings import Settings
from sirenbook.executors import ExecutorFault, Limits, Result, Write
from sirenbook.model.judgement import Judgement, Plan, Stage

_CONNECT = 5.0
_SILENT = re.compile(r"-[sSfvgikL]*[sSfvg][sSfvg]*$")
_PLAIN = frozenset(
    {"--silent", "--show-error", "--fail", "--verbose", "--globoff", "--fail-with-body", "--no-progress-meter"}
)
_TIMES = frozenset({"-m", "--max-time", "--connect-timeout", "--retry"})


class Ask(Struct, frozen=True):
    """One request that only reads."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()


class HttpExecutor:
    """Makes requests that only read; addresses inside must be allowed by the settings."""

    name = "http"

    def __init__(
        self, guard: Guard, prometheus: str = "", transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._guard = guard
        self._prometheus = prometheus.rstrip("/")
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path) -> Self:
        """Reads [executors.http]: `prometheus`, where queries go; `allow`, networks inside that may be asked."""
        read = Settings("http", settings, secrets, known=("prometheus", "allow"), table="[executors.http]")
        try:
            guard = Guard(read.words("allow"), table="[executors.http]")
        except ChannelFault as fault:
            raise ExecutorFault(fault.text, fault.help) from fault
        return cls(guard, read.text("prometheus", "-") if read.has("prometheus") else "")

    def target(self, judgement: Judgement) -> str | None:
        """The server that would be asked."""
        if judgement.run is None or judgement.risk != "reads":
            return None
        ask = self._ask(judgement.run)
        return f"{ask.method} at {httpx2.URL(ask.url).host}" if ask is not None else None

    def secrets(self) -> tuple[str, ...]:
        """It knows none."""
        return ()

    def _ask(self, plan: Plan) -> Ask | None:
        if plan.statement is not None:
            if not self._prometheus or plan.statement.parameters:
                return None
            return Ask("GET", f"{self._prometheus}/api/v1/query?{urlencode({'query': plan.statement.text})}")
        if len(plan.pipelines) != 1 or len(plan.pipelines[0].stages) != 1:
            return None
        return asked(plan.pipelines[0].stages[0])

    async def run(self, plan: Plan, limits: Limits, write: Write, *, changes: bool) -> Result:
        """Ask, and write the answer as it comes; a status of 400 or more is a failure."""
        ask = self._ask(plan)
        if ask is None or changes:
            return Result("failed", None, "this is no request that only reads")
        transport = self._transport or GuardedTransport(self._guard)
        timeout = httpx2.Timeout(limits.seconds, connect=_CONNECT)
        try:
            async with asyncio.timeout(limits.seconds):
                async with httpx2.AsyncClient(
                    transport=transport, timeout=timeout, follow_redirects=False, trust_env=False
                ) as client:
                    return await _answer(client, ask, limits, write)
        except TimeoutError:
            return Result("stopped", None, f"no whole answer within {limits.seconds:g} s")
        except (DestinationRefused, NameNotFound) as fault:
            return Result("failed", None, str(fault))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as fault:
            return Result("failed", None, f"{type(fault).__name__}: {fault}")


async def _answer(client: httpx2.AsyncClient, ask: Ask, limits: Limits, write: Write) -> Result:
    taken = 0
    async with client.stream(ask.method, ask.url, headers=dict(ask.headers)) as response:
        write(f"{response.status_code} {response.reason_phrase}\n".encode())
        async for piece in response.aiter_bytes():
            write(piece)
            taken += len(piece)
            if taken > limits.output:
                return Result(
                    "stopped", response.status_code, f"the answer is larger than {limits.output >> 20} MiB"
                )
    if response.status_code >= 400:
        return Result("failed", response.status_code, f"it answered {response.status_code}")
    if response.status_code >= 300:
        return Result(
            "failed", response.status_code, f"it sends elsewhere: {response.headers.get('location', '?')}"
        )
    return Result("worked", response.status_code)


def asked(stage: Stage) -> Ask | None:
    """The request that a curl command makes, where it is one of the plain kind; None for any other."""
    if any(w.holes for w in stage.words) or stage.fed is not None or stage.environment:
        return None
    program, *words = [w.spelled for w in stage.words]
    return _request(words) if program == "curl" else None


def _request(words: list[str]) -> Ask | None:
    method, urls, headers, data, as_query = "GET", [], [], [], False
    rest = iter(words)
    for word in rest:
        if word in _PLAIN or _SILENT.fullmatch(word):
            continue
        if word in _TIMES:
            next(rest, "")
        elif word in ("-I", "--head"):
            method = "HEAD"
        elif word in ("-G", "--get"):
            as_query = True
        elif word in ("-X", "--request"):
            method = next(rest, "")
        elif word in ("-H", "--header"):
            name, _, value = next(rest, "").partition(":")
            headers.append((name.strip(), value.strip()))
        elif word == "--data-urlencode":
            name, sign, value = next(rest, "").partition("=")
            data.append((name, value) if sign else ("", name))
        elif word.startswith("-"):
            return None
        else:
            urls.append(word)
    return _made(method, urls, headers, data, as_query)


def _made(
    method: str, urls: list[str], headers: list[tuple[str, str]], data: list[tuple[str, str]], as_query: bool
) -> Ask | None:
    if len(urls) != 1 or method not in ("GET", "HEAD"):
        return None
    url = urls[0] if "://" in urls[0] else f"http://{urls[0]}"
    if not url.startswith(("http://", "https://")) or "@" in url.split("/")[2]:
        return None
    if data:
        # Prometheus takes a query by POST as well as by GET; only this one path is known to read either way.
        if not as_query and not re.search(r"/api/v1/(?:query|query_range|series|labels)$", url):
            return None
        url += ("&" if "?" in url else "?") + urlencode(data)
    return Ask(method, url, tuple(headers))

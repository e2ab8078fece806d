"""Puts load on a system: closed loop by wrk, or one request after the other on a fixed schedule. All is bounded."""

import asyncio
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from systems import HERE, Target, ask

MOST_REQUESTS = 500_000
MOST_SECONDS = 60


@dataclass(frozen=True)
class Storm:
    """What came of a closed loop."""

    alerts_per_second: float
    p50_ms: float
    p99_ms: float
    errors: int
    requests: int


def storm(target: Target, run: str, *, seconds: int, clients: int, batch: int = 1, cycle: int = 0,
          form: Path | None = None, most: int = MOST_REQUESTS) -> Storm:  # fmt: skip
    """Let clients send as fast as they are answered; `cycle` > 0 repeats that many alerts over and over."""
    seconds = min(seconds, MOST_SECONDS)
    headers = [f"{k}: {v}" for k, v in target.headers.items()]
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "20s", "-s", str(HERE / "ingest.lua")]
    load = [target.url, "--", str(form or target.storm), str(batch), str(cycle), run, str(most), *headers]
    done = subprocess.run([*command, *load], capture_output=True, text=True, timeout=seconds + 60, check=True)
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    return Storm(
        alerts_per_second=figures["requests"] * batch / figures["seconds"],
        p50_ms=figures["p50_ms"],
        p99_ms=figures["p99_ms"],
        errors=figures["refused"] + figures["broken"],
        requests=figures["requests"],
    )


class Client:
    """One keep-alive connection that posts."""

    def __init__(self, target: Target) -> None:
        where = urlsplit(target.url)
        assert where.hostname == "127.0.0.1", target.url
        self._port = where.port
        lines = [f"POST {where.path} HTTP/1.1", f"Host: {where.netloc}", "Content-Type: application/json"]
        self._head = "\r\n".join([*lines, *(f"{k}: {v}" for k, v in target.headers.items()), ""]).encode()
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, body: bytes) -> int:
        """The status of the answer."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(self._head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        await self._reader.readexactly(int(length[0].partition(b":")[2]) if length else 0)
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        """Let go."""
        if self._writer is not None:
            self._writer.close()


@dataclass(frozen=True)
class Latency:
    """From just before an alert was sent to its first arrival outside."""

    sent: int
    missing: int
    doubled: int
    p50_ms: float
    p99_ms: float


def alert_to_webhook(target: Target, sink_port: int, run: str, *, rate: float, count: int) -> Latency:
    """Send alerts on a schedule, each an incident of its own, and see when their pages arrive."""
    sent = asyncio.run(_paced(target, run, rate, min(count, int(rate * MOST_SECONDS))))
    seen = await_seen(sink_port, f"tk-{run}-", len(sent))
    times = sorted((seen[name][0] - at) / 1e6 for name, at in sent.items() if name in seen)
    return Latency(
        sent=len(sent),
        missing=len(sent) - len(times),
        doubled=sum(copies - 1 for _, copies in seen.values()),
        p50_ms=percentile(times, 50),
        p99_ms=percentile(times, 99),
    )


async def _paced(target: Target, run: str, rate: float, count: int) -> dict[str, int]:
    before, _, rest = target.each.read_text().partition("<<item>>")
    item, _, after = rest.partition("<</item>>")
    form = before + item + after
    sent: dict[str, int] = {}
    clients: asyncio.Queue[Client] = asyncio.Queue()
    for _ in range(16):
        clients.put_nowait(Client(target))

    async def one(number: int) -> None:
        name, at = f"tk-{run}-{number}", time.time_ns()
        client = await clients.get()
        status = await asyncio.wait_for(client.post(form.replace("{{id}}", name).encode()), 30)
        if status < 300:
            sent[name] = at
        clients.put_nowait(client)

    start, tasks = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    while not clients.empty():
        clients.get_nowait().close()
    return sent


def await_seen(sink_port: int, prefix: str, wanted: int, patience: float = 30) -> dict[str, list[int]]:
    """What the sink saw under a prefix, once all of it came or none came for a while."""
    seen: dict[str, list[int]] = {}
    still = time.monotonic()
    while len(seen) < wanted and time.monotonic() - still < patience:
        time.sleep(0.25)
        found = json.loads(ask(f"http://127.0.0.1:{sink_port}/seen?prefix={prefix.replace(' ', '%20')}"))
        if len(found) > len(seen):
            still = time.monotonic()
        seen = found
    return seen


def percentile(ordered: list[float], share: float) -> float:
    """The value below which that share of them lies; nan of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else float("nan")

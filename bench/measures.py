"""The measurements: each starts what it needs, measures, stops it, and answers figures by name."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from crowd import fill
from load import Storm, alert_to_webhook, await_seen, percentile, storm
from machine import family, memory
from systems import Target, alertmanager, ceiling, sirenbook

Figures = dict[str, float]


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    seconds: int
    idle_alerts: int
    busy_alerts: int
    crowd: int
    window: float
    settle: float
    lists: int


FULL = Size(seconds=6, idle_alerts=200, busy_alerts=2000, crowd=100_000, window=30, settle=10, lists=60)
QUICK = Size(seconds=2, idle_alerts=40, busy_alerts=500, crowd=5_000, window=10, settle=4, lists=20)

STORMS: dict[str, dict[str, int]] = {
    "distinct8": {"clients": 8},
    "distinct64": {"clients": 64},
    "batch100": {"clients": 8, "batch": 100},
    "repeated8": {"clients": 8, "cycle": 1000},
}


def intake(folder: Path, sink_port: int, size: Size, run: str) -> Figures:
    """How many alerts a second each system takes in, and how many requests it turned away."""
    found: Figures = {}
    starts: list[Callable[[], object]] = [
        lambda: ceiling(folder / "ceiling"),
        lambda: alertmanager(folder / "alertmanager", sink_port),
        lambda: sirenbook(folder / "sirenbook", sink_port),
    ]
    for start in starts:
        with start() as target:  # type: ignore[attr-defined]
            for name, how in STORMS.items():
                # Warm once and briefly, so that no system is measured while its caches are empty.
                storm(target, f"{run}{name}w", seconds=1, **how)
                _note(found, f"{target.name}.{name}", storm(target, f"{run}{name}", seconds=size.seconds, **how))
            if target.name != "ceiling":
                _each_new(found, target, sink_port, size, run)
    return found


def _note(found: Figures, name: str, came: Storm) -> None:
    found[f"{name}.rate"] = came.alerts_per_second
    found[f"{name}.p99"] = came.p99_ms
    found[f"{name}.errors"] = came.errors


def _each_new(found: Figures, target: Target, sink_port: int, size: Size, run: str) -> None:
    """Every alert its own incident, which pages; and how many pages a second went out until all had."""
    tag, start = f"{run}{target.name}each", time.time_ns()
    came = storm(target, tag, seconds=max(1, size.seconds // 2), clients=8, form=target.each)
    _note(found, f"{target.name}.each8", came)
    seen = await_seen(sink_port, f"tk-{tag}-", came.requests, patience=15)
    last = max((first for first, _ in seen.values()), default=start + 1)
    found[f"{target.name}.each8.pages"] = len(seen) / ((last - start) / 1e9)
    found[f"{target.name}.each8.missing"] = max(0, came.requests - len(seen))


def calm(folder: Path, sink_port: int, size: Size, run: str) -> Figures:
    """Start to ready, memory at rest, and alert to webhook, on a system that has nothing else to do."""
    found: Figures = {}
    with sirenbook(folder / "sirenbook", sink_port) as target:
        found["sirenbook.cold"] = target.ready_after
        time.sleep(size.settle)
        found |= {f"sirenbook.memory.{k}": v for k, v in memory(family(target.pid)).items()}
    with sirenbook(folder / "sirenbook", sink_port) as target:
        found["sirenbook.warm"] = target.ready_after
        time.sleep(1)
        _latencies(found, target, sink_port, size, run)
    with alertmanager(folder / "alertmanager", sink_port) as target:
        found["alertmanager.memory.all"] = memory(family(target.pid))["all"]
        _latencies(found, target, sink_port, size, run)
    return found


def _latencies(found: Figures, target: Target, sink_port: int, size: Size, run: str) -> None:
    for name, rate, count in (("warmup", 10, 10), ("idle", 10, size.idle_alerts), ("busy", 100, size.busy_alerts)):
        came = alert_to_webhook(target, sink_port, f"{run}{target.name}{name}", rate=rate, count=count)
        if name != "warmup":
            found[f"{target.name}.{name}.p50"] = came.p50_ms
            found[f"{target.name}.{name}.p99"] = came.p99_ms
            found[f"{target.name}.{name}.errors"] = came.missing + came.doubled


def lateness(folder: Path, sink_port: int, size: Size, run: str) -> Figures:
    """How late escalations are decided, and pages of them arrive, with a hundred incidents open."""
    with _crowded(folder, sink_port, 100, per_second=100 / size.window, first_due_in=10) as (target, dsn):
        return _escalations(dsn, sink_port, "few", _now(dsn), size.window + 12)


def crowded(folder: Path, sink_port: int, size: Size, run: str, repeat: int = 1) -> Iterator[Figures]:
    """The same among a great many open incidents, and how long their lists take; once per repetition."""
    per_second, first_due_in = 50.0, size.crowd / 1000 + 10
    with _crowded(folder, sink_port, size.crowd, per_second, first_due_in) as (target, dsn):
        time.sleep(5)
        for _ in range(repeat):
            start = max(_now(dsn), _first_due(dsn))
            found = _escalations(dsn, sink_port, "many", start, size.window)
            found["many.ready"] = target.ready_after
            found |= _lists(target, folder / "home", size.lists)
            found["many.memory"] = memory(family(target.pid))["all"]
            yield found


@contextmanager
def _crowded(
    folder: Path, sink_port: int, count: int, per_second: float, first_due_in: float
) -> Iterator[tuple[Target, str]]:
    fill(folder, sink_port, count, per_second, first_due_in)
    with sirenbook(folder, sink_port) as target:
        yield target, json.loads((folder / "home" / "server.json").read_text())["database"]


def _now(dsn: str) -> datetime:
    with psycopg.connect(dsn) as connection:
        [(now,)] = connection.execute("select clock_timestamp()").fetchall()
    return now  # type: ignore[no-any-return]


def _first_due(dsn: str) -> datetime:
    with psycopg.connect(dsn) as connection:
        [(first,)] = connection.execute("select min(wake_at) from incident").fetchall()
    return first  # type: ignore[no-any-return]


def _escalations(dsn: str, sink_port: int, name: str, start: datetime, window: float) -> Figures:
    """Wait out a window and look up what fell due in it: when it was decided, and when its page arrived."""
    end = start + timedelta(seconds=window)
    time.sleep(max(0.0, (end - _now(dsn)).total_seconds()) + 2)
    query = """select incident_id, due, at from event
        where kind = 'Escalated' and due >= %s and due < %s"""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(query, (start, end)).fetchall()
        query = "select count(*) from incident where wake_at >= %s and wake_at < %s"
        [(undecided,)] = connection.execute(query, (start, end)).fetchall()
    arrived = await_seen(sink_port, "/lead INC-", len(rows), patience=2)
    decided = sorted((at - due).total_seconds() * 1e3 for _, due, at in rows)
    pages = [(arrived.get(f"/lead INC-{i}"), due) for i, due, _ in rows]
    late = sorted(first[0] / 1e6 - due.timestamp() * 1e3 for first, due in pages if first is not None)
    return {
        f"{name}.count": len(rows),
        f"{name}.errors": undecided + len(rows) - len(late),
        f"{name}.decided.p50": percentile(decided, 50),
        f"{name}.decided.p99": percentile(decided, 99),
        f"{name}.paged.p50": percentile(late, 50),
        f"{name}.paged.p99": percentile(late, 99),
    }


LISTS = {
    "first": "/api/incidents",
    "second": "/api/incidents?before={middle}",
    "severity": "/api/incidents?severity=P1",
    "common": "/api/incidents?q=service-7",
    "nothing": "/api/incidents?q=no+such+words",
    "resolved": "/api/incidents?status=resolved",
}


def _lists(target: Target, home: Path, count: int) -> Figures:
    """How long lists and filters take, in milliseconds over one keep-alive connection."""
    headers = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}"}
    where = urlsplit(target.base)
    connection = http.client.HTTPConnection("127.0.0.1", where.port, timeout=60)
    found: Figures = {}
    middle = 0
    for name, path in LISTS.items():
        times = []
        for _ in range(count):
            start = time.perf_counter()
            connection.request("GET", path.format(middle=middle), headers=headers)
            response = connection.getresponse()
            body = response.read()
            times.append((time.perf_counter() - start) * 1e3)
            assert response.status == 200, body[:500]
        if name == "first":
            middle = json.loads(body)["next"] // 2
        times.sort()
        found[f"list.{name}.p50"], found[f"list.{name}.p99"] = percentile(times, 50), percentile(times, 99)
    connection.close()
    return found

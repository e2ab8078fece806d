"""What the platform's containers have written: ordinary lines, and those of a fault while it was on."""

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from sirenbook.cli.demo.pods import BACKOFF, condition
from sirenbook.cli.demo.world import Pod, World

EVERY = timedelta(seconds=2)
KEPT = timedelta(minutes=20)
"""How far back a log goes: older lines were rotated away."""
_ORDINARY = (
    "INFO GET /v1/items 200 in 41 ms", "INFO POST /v1/runs 201 in 88 ms", "INFO GET /health 200 in 1 ms",
    "INFO audit: user 12 read report 88", "INFO token accepted for user 9", "INFO GET /v1/search 200 in 63 ms",
    "INFO queue depth 3", "INFO GET /v1/items/17 200 in 22 ms",
)  # fmt: skip
_KEEPERS = {
    "postgres": ("LOG checkpoint complete", "LOG connection authorized: user=app"),
    "redis": ("* 100 changes in 300 seconds. Saving...", "* Background saving terminated with success"),
    "neo4j": ("INFO Bolt enabled on 0.0.0.0:7687", "INFO Checkpoint completed in 12ms"),
}
"""Those that keep data write other things than those that answer requests."""


def lines(world: World, pod: Pod, begin: datetime, end: datetime, *, previous: bool = False) -> Iterator[str]:
    """What a pod wrote from one time to another, each line with its time; `previous` is the run before a crash."""
    first = max(begin, end - KEPT, pod.born)
    if previous:
        fares = condition(world, pod, end)
        if not fares.last:
            return
        first, end = end - BACKOFF * 2, end - BACKOFF / 5
    if begin <= pod.born <= end and not previous:
        image = pod.release.template["spec"]["containers"][0]["image"]
        yield f"{pod.born:%Y-%m-%dT%H:%M:%S}.000Z INFO starting {image}"
        # Its first requests fare as all others do: a fault is there in a pod that has just begun.
        yield from (
            f"{pod.born:%Y-%m-%dT%H:%M:%S}.{n}00Z {text}" for n, text in enumerate(_at(world, pod, pod.born), 1)
        )
    tick = datetime.fromtimestamp(int(first.timestamp() // EVERY.seconds) * EVERY.seconds, tz=first.tzinfo)
    while tick <= end:
        if tick >= first:
            yield from (f"{tick:%Y-%m-%dT%H:%M:%S}.{n}00Z {text}" for n, text in enumerate(_at(world, pod, tick)))
        tick += EVERY


def _at(world: World, pod: Pod, at: datetime) -> Iterator[str]:
    """The lines of one moment, the same whenever they are asked for."""
    dice = zlib.crc32(f"{pod.name}{int(at.timestamp())}".encode())
    # A fault shows since before it was switched on; that of an older one must not hide it.
    struck = next((s for s in reversed(world.faults) if s.holds(pod, at)), None)
    if struck is None or not struck.fault.look or struck.fault.look == "unready":
        ordinary = _KEEPERS.get(pod.of[2], _ORDINARY)
        yield ordinary[dice % len(ordinary)]
    if struck is not None:
        yield struck.fault.lines[dice % len(struck.fault.lines)]

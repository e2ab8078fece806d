"""How hard the platform works: processor and memory of a pod, and how its requests fare."""

import zlib
from dataclasses import dataclass
from datetime import datetime

from sirenbook.cli.demo.quantities import amount
from sirenbook.cli.demo.world import Key, Pod, World

CPU, MEMORY, LATENCY = 0.22, 0.41, 0.08
"""What is usual: shares of the limits, and seconds."""


@dataclass(frozen=True)
class Service:
    """How one workload answers: how many requests fail, the seconds of the slow ones, and whether at all."""

    errors: float
    latency: float
    up: bool


def usage(world: World, pod: Pod, now: datetime) -> tuple[int, int]:
    """Millicores and mebibytes that a pod uses."""
    limits = pod.release.template["spec"]["containers"][0].get("resources", {}).get("limits", {})
    cores, room = (
        amount(limits.get("cpu", "500m")) or 0.5,
        amount(limits.get("memory", "512Mi")) or float(512 << 20),
    )
    struck = world.suffers(pod, now)
    cpu, memory = (struck.fault.cpu, struck.fault.memory) if struck else (CPU, MEMORY)
    wobble = 1 + (zlib.crc32(f"{pod.name}{int(now.timestamp()) // 15}".encode()) % 9 - 4) / 100
    return max(1, round(cores * 1000 * min(1, cpu * wobble))), max(1, round(room * min(1, memory * wobble)) >> 20)


def service(world: World, key: Key, now: datetime) -> Service:
    """How a workload answers at a time."""
    pods = world.pods_of(key)
    ready = [p for p in pods if world.ready(p, now)]
    here = [s.fault for s in world.active() if s.target == key]
    errors = max((f.errors for f in here), default=0.001)
    return Service(errors if ready else 1.0, max((f.latency for f in here), default=LATENCY), bool(ready))


def services(world: World, now: datetime) -> dict[Key, Service]:
    """How every workload answers."""
    return {key: service(world, key, now) for key in world.workloads()}

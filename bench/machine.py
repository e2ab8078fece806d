"""What the benchmark runs on, and what a tree of processes costs in memory."""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path


def describe(folder: Path) -> dict[str, str]:
    """The machine in words, for the reader of a table."""
    syncs = sync_times(folder)
    return {
        "processor": f"{os.cpu_count()} × {_processor()}",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "disk": f"fdatasync of 4 KiB: median {syncs[150]:.2f} ms, p99 {syncs[297]:.2f} ms",
        "load": f"{os.getloadavg()[0]:.1f} before the run",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def sync_times(folder: Path, count: int = 300) -> list[float]:
    """How long the disk takes to make 4 KiB durable, in milliseconds, shortest first."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(count):
            file.write(bytes(4096))
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - start) * 1e3)
    return sorted(times)


def family(root: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def memory(pids: Iterable[int]) -> dict[str, float]:
    """The proportional set size of processes in MiB: all of them, those of PostgreSQL, and the others."""
    sizes = {"all": 0.0, "postgres": 0.0, "python": 0.0}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kind = "postgres" if "postgres" in Path(f"/proc/{pid}/comm").read_text() else "python"
        except OSError as error:
            print(f"the memory of process {pid} cannot be read: {error}", file=sys.stderr)
            continue
        mib = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        sizes["all"] += mib
        sizes[kind] += mib
    return sizes

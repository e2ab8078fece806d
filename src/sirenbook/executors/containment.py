"""Holds what a step starts: limits from its first instruction on, and an end for all of it, whatever it tries.

Where bubblewrap works, every program lives in a process namespace of its own, and nothing outlives it. Elsewhere a
process that leaves its group is found again by a mark in its environment; containment is weak then, and says so.
"""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sirenbook.executors import Limits

MARK = "SIRENBOOK_STEP"
GRACE = 2.0
"""Seconds between asking a program to end and ending it."""
_PROC = Path("/proc")
_LARGEST_FILE = 256 * 1024**2
_MOST_PROCESSES = 4096


class Containment:
    """How programs are started on this machine."""

    def __init__(self, *, namespaces: bool = True) -> None:
        self._setpriv, self._prlimit = shutil.which("setpriv"), shutil.which("prlimit")
        self._bwrap = _working_bwrap() if namespaces else None

    @property
    def strong(self) -> bool:
        """Whether nothing of a step can outlive it."""
        return self._bwrap is not None

    def words(self) -> str:
        """How well steps are held, for people."""
        if self.strong:
            return "each step runs in a process namespace of its own"
        limited = "" if self._prlimit else ", and without prlimit nothing bounds memory and CPU time"
        return f"weak containment: bubblewrap does not work here{limited}"

    def wrapped(self, argv: list[str], folder: Path, limits: Limits) -> list[str]:
        """The same program within its limits; it dies with this process."""
        before: list[str] = []
        if self._prlimit:
            before += [
                self._prlimit,
                f"--cpu={limits.cpu}",
                f"--data={limits.memory}",
                f"--fsize={_LARGEST_FILE}",
                f"--nproc={_MOST_PROCESSES}",
                "--core=0",
                "--nofile=1024",
            ]
        if self._bwrap:
            bound = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", str(folder), str(folder)]
            spaces = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"]
            before += [self._bwrap, *bound, *spaces, "--chdir", str(folder), "--"]
        elif self._setpriv:
            before += [self._setpriv, "--no-new-privs", "--pdeathsig", "KILL", "--"]
        return [*before, *argv]


def fresh_mark() -> str:
    """A mark for one run, by which all of its processes are known."""
    return secrets.token_hex(16)


async def end(processes: Iterable[asyncio.subprocess.Process], mark: str) -> None:
    """End everything that a run began: first asked to, then not."""
    left = [p for p in processes if p.returncode is None]
    _signal(left, signal.SIGTERM)
    if left:
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await asyncio.gather(*(p.wait() for p in left))
    _signal(left, signal.SIGKILL)
    await sweep(mark)
    for process in left:
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await process.wait()


def _signal(processes: Iterable[asyncio.subprocess.Process], number: signal.Signals) -> None:
    """To the whole group of each: it leads one, whose number is its own."""
    for process in processes:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


async def sweep(mark: str) -> None:
    """End what left its group, until nothing with the mark is left."""
    for _ in range(50):
        if not await asyncio.to_thread(_kill_marked, mark):
            return
        await asyncio.sleep(0.01)


def _kill_marked(mark: str) -> int:
    wanted = f"{MARK}={mark}".encode()
    found = 0
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)
                    found += 1
    return found


def _working_bwrap() -> str | None:
    """bubblewrap, if the kernel lets this user have it: many containers do not."""
    found = shutil.which("bwrap")
    if found is None:
        return None
    probe = [found, "--ro-bind", "/", "/", "--proc", "/proc", "--unshare-pid", "--die-with-parent", "true"]
    with suppress(OSError, subprocess.TimeoutExpired):
        ended = subprocess.run(probe, capture_output=True, timeout=5, check=False)  # noqa: S603
        return found if ended.returncode == 0 else None
    return None

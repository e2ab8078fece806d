"""Who is alive: the lock on a folder, the server behind a socket, the processes of a server."""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sirenbook.store.programs import EmbeddedFault

SSL_REQUEST = bytes.fromhex("00000008 04d2162f")


def wait(condition: Callable[[], bool], patience: float) -> bool:
    """Whether the condition came true in time."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def answers(path: Path) -> bool:
    """Ask whether a live server is behind a socket: one that was killed leaves the file, even lets connect."""
    with socket.socket(socket.AF_UNIX) as asking, suppress(OSError):
        asking.settimeout(2)
        asking.connect(str(path))
        asking.sendall(SSL_REQUEST)
        return asking.recv(1) in (b"N", b"S")
    return False


def processes(tag: str) -> list[int]:
    """The living server processes that carry the tag; zombies have no command line and so do not count.

    The command line is all that root may read of another user's process in a container.
    """
    if not Path("/proc/self/cmdline").exists():
        listing = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=False)  # noqa: S607
        lines = [line.strip().partition(" ") for line in listing.stdout.splitlines()]
        return [int(pid) for pid, _, command in lines if _is_server(command, tag)]
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if _is_server((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"), tag):
                found.append(int(entry.name))
    return found


def _is_server(command: str, tag: str) -> bool:
    program = command.split(" ", 1)[0].rstrip(":")
    return tag in command and program.rpartition("/")[2] == "postgres"


def send(pids: list[int], number: signal.Signals) -> None:
    """Signal processes, whichever of them are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def take_lock(folder: Path) -> int:
    """Keep a second process off the folder for as long as this one lives."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
    except OSError as error:
        holder = os.read(lock, 32).decode().strip()
        os.close(lock)
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        raise EmbeddedFault(
            f"Process {holder or '(just starting)'} already runs Sirenbook on {folder}. Stop it first, or give "
            "this one a home of its own."
        ) from None
    return lock

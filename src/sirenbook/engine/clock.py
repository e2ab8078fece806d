"""What time it is: the database's time for every node, carried by a clock that never jumps."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time to decide by, in UTC."""

    def now(self) -> datetime:
        """The present instant."""


class SystemClock:
    """The time of an anchor plus what the monotonic clock has counted since.

    Anchored to the database, so that all nodes agree; a step of a node's own wall clock changes nothing.
    """

    def __init__(self, anchor: datetime) -> None:
        self._ahead = anchor.timestamp() - time.monotonic()

    def now(self) -> datetime:
        """The present instant."""
        return datetime.fromtimestamp(self._ahead + time.monotonic(), UTC)

    def set(self, anchor: datetime) -> timedelta:
        """Take the database's time for the present; answers by how much it differed."""
        drift = anchor - self.now()
        self._ahead = anchor.timestamp() - time.monotonic()
        return drift


def wall_clock() -> datetime:
    """The machine's own time: for the moments before there is a database to ask."""
    return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)


def boot_seconds() -> float:
    """Seconds since the machine was started, those that it slept among them: what a lease is measured by."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

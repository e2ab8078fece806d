"""What a process has claimed and works on: bounded, counted, waited for; how a pass sleeps until more is due."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog

from sirenbook.engine.clock import Clock

log = structlog.get_logger()

Cargo = TypeVar("Cargo")

LONGEST_SLEEP = 1.0
"""Seconds after which a pass looks for work unasked: a notification may be lost, a clock may be set."""


class Flight(Generic[Cargo]):
    """The tasks of one pass that have begun and not ended, each with what it carries."""

    def __init__(self, most: int, left: str) -> None:
        self._most = most
        self._left = left
        self._tasks: dict[asyncio.Task[None], Cargo] = {}
        self._ended = asyncio.Event()

    @property
    def room(self) -> int:
        """How many more may begin."""
        return max(self._most - len(self._tasks), 0)

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """What has begun and not ended."""
        return list(self._tasks)

    @property
    def cargo(self) -> list[Cargo]:
        """What they carry: the claims to keep."""
        return list(self._tasks.values())

    def start(self, work: Coroutine[Any, Any, None], cargo: Cargo) -> None:
        """Begin a piece of work; one that fails is left to its lease."""
        task = asyncio.create_task(work)
        self._tasks[task] = cargo
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._ended.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning(f"{self._left} is left to its lease", error=repr(error))

    async def land(self) -> None:
        """Wait for all of it, before the process ends."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    async def sleep_until_due(
        self, roused: asyncio.Event, next_due: Callable[[], Awaitable[datetime | None]], clock: Clock
    ) -> None:
        """Sleep until there is room and something is due, or something rouses the pass."""
        roused.clear()
        self._ended.clear()
        if not self.room:
            await self._ended.wait()
            return
        seconds = seconds_until(await next_due(), clock)
        if seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await roused.wait()


def seconds_until(due: datetime | None, clock: Clock) -> float:
    """How long a pass sleeps before something is due: not at all when it is, never longer than a second."""
    if due is None:
        return LONGEST_SLEEP
    return min(max((due - clock.now()).total_seconds(), 0.0), LONGEST_SLEEP)


async def beat(keep_claims: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Keep the claims of what is in flight, a part of the lease at a time, for ever."""
    while True:
        await asyncio.sleep(seconds)
        await keep_claims()

"""Group commit: whatever arrives while a commit is in flight shares the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Overloaded(Exception):
    """More is waiting than will be taken; the caller is told to come again."""


class GroupCommit(Generic[Item, Answer]):
    """Gathers items and hands them, many at a time, to one function that commits them together.

    `commit` gets at most `largest` items, in the order of their arrival, and answers each of them. When it raises,
    each item of that batch is committed once more by itself, so that one bad item does not harm the others.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        largest: int = 1000,
        longest_queue: int = 20_000,
        retry_alone: tuple[type[Exception], ...] = (ValueError, LookupError, TypeError, AssertionError),
    ) -> None:
        self._commit = commit
        self._largest = largest
        self._longest_queue = longest_queue
        self._retry_alone = retry_alone
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._arrived = asyncio.Event()

    def submit(self, item: Item) -> asyncio.Future[Answer]:
        """Queue an item; the future has its answer after the commit. Raises Overloaded when the queue is full."""
        if len(self._waiting) >= self._longest_queue:
            raise Overloaded(f"{len(self._waiting)} are waiting to be committed")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        self._arrived.set()
        return answer

    @property
    def depth(self) -> int:
        """How many items wait."""
        return len(self._waiting)

    async def run(self) -> None:
        """Commit what arrives, for ever."""
        while True:
            await self._arrived.wait()
            batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
            if not self._waiting:
                self._arrived.clear()
            await self._settle(batch)

    async def drain(self) -> None:
        """Commit what still waits, before the process ends."""
        while self._waiting:
            batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
            await self._settle(batch)

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._commit([item for item, _ in batch])
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:
            alone = len(batch) > 1 and isinstance(error, self._retry_alone)
            for item, future in batch:
                await self._settle_alone(item, future, None if alone else error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    async def _settle_alone(self, item: Item, future: "asyncio.Future[Answer]", error: Exception | None) -> None:
        if error is None:
            try:
                [answer] = await self._commit([item])
            except Exception as own:
                error = own
            else:
                with suppress(asyncio.InvalidStateError):
                    future.set_result(answer)
                return
        if not future.done():
            future.set_exception(error)

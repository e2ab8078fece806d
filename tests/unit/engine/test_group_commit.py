"""Group commit: one commit for all that waits, an answer for each, and no harm done by one bad item."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from sirenbook.engine.intake.group_commit import GroupCommit, Overloaded
from sirenbook.store.ledger import Away


class Store:
    """Commits numbers: doubles them, refuses negative ones, and remembers every batch."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.away = False

    async def commit(self, items: Sequence[int]) -> list[int]:
        """One commit."""
        self.batches.append(list(items))
        await self.gate.wait()
        if self.away:
            raise Away("gone")
        if any(item < 0 for item in items):
            raise ValueError("negative")
        return [2 * item for item in items]


def run(scene: Callable[[Store], Awaitable[None]]) -> None:
    """Play a scene on a store."""

    async def play() -> None:
        await scene(Store())

    asyncio.run(play())


async def settled() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_what_arrives_during_a_commit_shares_the_next() -> None:
    """In order of arrival, at most `largest` at a time."""

    async def scene(store: Store) -> None:
        group: GroupCommit[int, int] = GroupCommit(store.commit, largest=3)
        running = asyncio.create_task(group.run())
        store.gate.clear()
        first = group.submit(1)
        await settled()
        rest = [group.submit(n) for n in (2, 3, 4, 5)]
        assert group.depth == 4
        store.gate.set()
        assert await asyncio.gather(first, *rest) == [2, 4, 6, 8, 10]
        assert store.batches == [[1], [2, 3, 4], [5]]
        running.cancel()

    run(scene)


def test_one_bad_item_does_not_harm_the_others() -> None:
    """Its batch is committed item by item; it alone is refused."""

    async def scene(store: Store) -> None:
        group: GroupCommit[int, int] = GroupCommit(store.commit)
        answers = [group.submit(n) for n in (1, -1, 2)]
        await group.drain()
        good, bad, other = await asyncio.gather(*answers, return_exceptions=True)
        assert (good, str(bad), other) == (2, "negative", 4)
        assert store.batches == [[1, -1, 2], [1], [-1], [2]]

    run(scene)


def test_an_absent_database_is_not_tried_item_by_item() -> None:
    """All are told at once; what comes later is committed again."""

    async def scene(store: Store) -> None:
        group: GroupCommit[int, int] = GroupCommit(store.commit)
        store.away = True
        answers = [group.submit(n) for n in (1, 2)]
        await group.drain()
        assert [type(a.exception()) for a in answers] == [Away, Away]
        store.away = False
        later = group.submit(3)
        await group.drain()
        assert await later == 6
        assert store.batches == [[1, 2], [3]]

    run(scene)


def test_a_full_queue_refuses() -> None:
    """The caller is told to come again; those who wait are not harmed."""

    async def scene(store: Store) -> None:
        group: GroupCommit[int, int] = GroupCommit(store.commit, longest_queue=2)
        answers = [group.submit(1), group.submit(2)]
        with pytest.raises(Overloaded, match="2 are waiting"):
            group.submit(3)
        await group.drain()
        assert await asyncio.gather(*answers) == [2, 4]

    run(scene)


def test_a_caller_who_left_harms_nobody() -> None:
    """Their item is committed all the same: it was taken."""

    async def scene(store: Store) -> None:
        group: GroupCommit[int, int] = GroupCommit(store.commit)
        gone, stays = group.submit(1), group.submit(2)
        gone.cancel()
        await group.drain()
        assert await stays == 4
        assert store.batches == [[1, 2]]

    run(scene)


def test_stopping_in_a_commit_leaves_nobody_waiting_for_ever() -> None:
    """The callers of the commit that is cut off are told."""

    async def scene(store: Store) -> None:
        group: GroupCommit[int, int] = GroupCommit(store.commit)
        running = asyncio.create_task(group.run())
        store.gate.clear()
        answer = group.submit(1)
        await settled()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(answer, 1)

    run(scene)

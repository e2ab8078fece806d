"""What many browsers ask for at the same moment is made once, for whoever asks while it is made or just was."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
KEPT = 1.0
"""Seconds for which an answer is kept: as long as the browsers that were told of a change take to ask about it."""


class Shared(Generic[Answer]):
    """Answers by a key that holds everything on which they depend."""

    def __init__(self) -> None:
        self._made: dict[Hashable, asyncio.Task[Answer]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer for a key, made by the first who asks; one that leaves does not take it from the others."""
        if key not in self._made:
            self._made[key] = asyncio.ensure_future(self._make(key, make))
        return await asyncio.shield(self._made[key])

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            answer = await make()
        except BaseException:
            del self._made[key]
            raise
        asyncio.get_running_loop().call_later(KEPT, self._made.pop, key)
        return answer

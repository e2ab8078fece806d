"""Who wants to know that an incident changed: pages that are open, in this process."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

LARGEST_BACKLOG = 64


class Changes:
    """Tells subscribers which incidents changed. A slow one loses details, never the fact of a change."""

    def __init__(self) -> None:
        self._subscribers: set[asyncio.Queue[int]] = set()

    @contextmanager
    def subscribe(self) -> Iterator["asyncio.Queue[int]"]:
        """A queue of incident ids that changed from now on; 0 stands for any."""
        queue: asyncio.Queue[int] = asyncio.Queue(LARGEST_BACKLOG)
        self._subscribers.add(queue)
        try:
            yield queue
        finally:
            self._subscribers.discard(queue)

    def publish(self, ids: Iterable[int]) -> None:
        """Tell everybody."""
        for incident_id in ids:
            for queue in self._subscribers:
                overflow = queue.full()
                if overflow:
                    queue.get_nowait()
                queue.put_nowait(0 if overflow else incident_id)

    @property
    def count(self) -> int:
        """How many are listening."""
        return len(self._subscribers)

"""One simulated process: the real engine on the world's ledger and clock, which may die at any failpoint."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar, copy_context
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sirenbook.channels import Channel
from sirenbook.engine.delivery.dispatch import Dispatcher
from sirenbook.engine.handle import Engine, Signals
from sirenbook.engine.intake.receive import Receiver
from sirenbook.engine.links import Links
from sirenbook.engine.policies.books import Books
from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Policy
from sirenbook.store.ledger import Ledger

INSTALLATION = "world"


class Crash(BaseException):
    """The process is gone: nothing of it may catch this, nothing of it happens after."""


class NodeClock:
    """The world's time as one node has it: off by a constant where the world says so."""

    def __init__(self, now: Callable[[], datetime], skew: timedelta) -> None:
        self._now = now
        self.skew = skew

    def now(self) -> datetime:
        """The present instant, as this node believes."""
        return self._now() + self.skew


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock is the world's: what the engine waits for passes when the world says so."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def time(self) -> float:
        """Seconds since the world began."""
        return self.passed

    @property
    def idle(self) -> bool:
        """Whether nothing but the caller is ready to run."""
        return not self._ready  # type: ignore[attr-defined]

    @property
    def next_timer(self) -> float | None:
        """When the next sleeper wakes, if anybody sleeps."""
        live = (h.when() for h in self._scheduled if not h.cancelled())  # type: ignore[attr-defined]
        return min(live, default=None)


class Node:
    """A process and all its tasks. Thrown away when it crashes; what it had claimed stays claimed."""

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        clock: NodeClock,
        policy: Policy,
        bindings: Bindings,
        load_policy: Callable[[str], Awaitable[Policy]],
        channels: dict[str, Channel],
        links: Links,
        jitter: Random,
    ) -> None:
        self.name = name
        self.clock = clock
        self.alive = True
        self.paused_until: datetime | None = None
        self.tasks: set[asyncio.Task[Any]] = set()
        self.books = Books(policy, bindings)
        self.engine = Engine(ledger, clock, self.books, Signals(), load_policy)
        self.receiver = Receiver(self.engine)
        self.dispatcher = Dispatcher(self.engine, channels, links, INSTALLATION, jitter)
        self.loops = {self.start(self.receiver.commits.run()), self.start(self.dispatcher.receipts.run())}

    def start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run something in this process; it ends when the process does."""
        context = copy_context()
        context.run(CURRENT.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def die(self) -> None:
        """Kill -9: nothing of it runs any more."""
        self.alive = False
        for task in self.tasks:
            task.cancel()

    @property
    def busy(self) -> list["asyncio.Task[Any]"]:
        """What runs in it, besides the loops that wait for work."""
        return [t for t in self.tasks if t not in self.loops]


CURRENT: ContextVar[Node] = ContextVar("node")
"""The node in whose process the present code runs."""


def by_node(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **kwargs: Any) -> "asyncio.Task[Any]":
    """A task factory under which every task belongs to the node that started it."""
    task = asyncio.Task(work, loop=loop, **kwargs)
    context = kwargs.get("context")
    node = context.get(CURRENT) if context is not None else CURRENT.get(None)
    if node is not None:
        node.tasks.add(task)
        task.add_done_callback(node.tasks.discard)
        task.add_done_callback(_look_away)
        if not node.alive:
            task.cancel()
    return task


def _look_away(task: "asyncio.Task[Any]") -> None:
    """A crashed task has nobody left to look at its error; asyncio must not complain of it."""
    if not task.cancelled():
        task.exception()

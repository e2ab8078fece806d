"""Intents on their way out: one that cannot be made harms no other, and receipts say what really happened."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from sirenbook.engine.delivery.dispatch import LEASE, Dispatcher
from sirenbook.engine.handle import Engine, Signals, handle, open_incident
from sirenbook.engine.links import Links
from sirenbook.engine.policies.books import Books
from sirenbook.model.command import Acknowledge, Open
from sirenbook.model.event import Delivered
from sirenbook.model.intent import Notification, Receipt
from sirenbook.model.policy import Policy
from sirenbook.store.records import decode_entry
from unit.incident.scenes import CAST, WHY, bindings, level, policy
from world.memory import MemoryLedger


class Push:
    """A channel that takes everything."""

    name = "push"

    def __init__(self) -> None:
        self.sent: list[Notification] = []
        self.says = Receipt("accepted", "202")
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt."""
        self.sent.append(notification)
        await self.open.wait()
        return self.says

    async def close(self) -> None:
        """Nothing to let go of."""


class Scene:
    """A node that sends, on a ledger in memory and a clock that is set by hand."""

    def __init__(self) -> None:
        self.ledger, self.channel = MemoryLedger(), Push()
        self.instant = datetime(2026, 11, 23, 9, tzinfo=UTC)
        self.books = Books(policy(level("1", 0, severity=None)), bindings())
        self.engine = Engine(self.ledger, self, self.books, Signals(), self._load)
        self.dispatcher = self.node(self.books)

    def node(self, books: Books) -> Dispatcher:
        """Another process on the same ledger."""
        engine = Engine(self.ledger, self, books, Signals(), self._load)
        channels: dict[str, Any] = {"push": self.channel}
        return Dispatcher(engine, channels, Links(b"key", "https://sirenbook.example"), "here", Random(1))

    def now(self) -> datetime:
        """The present instant."""
        return self.instant

    async def _load(self, digest: str) -> Policy:
        raise LookupError(digest)

    async def open(self) -> None:
        """An incident that pages Mira at once."""
        await open_incident(self.engine, Open("disk full", "P1", "it is", WHY, by="theo"))

    async def deliver(self, dispatcher: Dispatcher | None = None) -> None:
        """One pass, to its end."""
        sender = dispatcher or self.dispatcher
        await sender.pass_()
        while not all(task.done() for task in sender._flight.under_way):
            await asyncio.sleep(0)
            await sender.receipts.drain()

    def receipts(self, number: int) -> list[tuple[str, str]]:
        """Who got what, by the timeline."""
        events = [decode_entry(text).event for text, _ in self.ledger.timelines[number]]
        return [(e.person, e.outcome) for e in events if isinstance(e, Delivered)]


def play(scene: Callable[[Scene], Awaitable[None]]) -> None:
    """Run a scene."""

    async def run() -> None:
        await scene(Scene())

    asyncio.run(run())


def test_an_incident_of_an_unknown_policy_holds_up_nobody() -> None:
    """Its message fails and will be tried again; the others go out in the same pass."""

    async def scene(s: Scene) -> None:
        await s.open()
        old = s.books.policy
        s.books.put_in_force(replace(old, digest="newer"), bindings())
        await s.open()
        stranger = s.node(Books(s.books.policy, bindings()))
        await s.deliver(stranger)
        assert s.receipts(2) == [("mira", "accepted")]
        assert len(s.channel.sent) == 1
        assert set(s.ledger.outbox) == {"INC-1.1.0"}

    play(scene)


def test_the_timeline_names_whom_a_page_really_went_to() -> None:
    """Theo took over before it was sent; the playbook's spelling of the name does not matter."""

    async def scene(s: Scene) -> None:
        await s.open()
        s.books.bindings = bindings(*CAST, targets={"primary": ("theo",)})
        await s.deliver()
        assert [n.to for n in s.channel.sent] == ["theo@push"]
        assert s.receipts(1) == [("theo", "accepted")]

    play(scene)


def test_a_process_that_was_stopped_does_not_take_its_own_work_again() -> None:
    """Its lease ran out while it could not say so; nobody else took the page, so it goes out once."""

    async def scene(s: Scene) -> None:
        await s.open()
        s.channel.open.clear()
        await s.dispatcher.pass_()
        while not s.channel.sent:
            await asyncio.sleep(0)
        s.instant += LEASE * 3
        assert await s.dispatcher.pass_() == 0
        s.channel.open.set()
        await s.deliver()
        assert len(s.channel.sent) == 1
        assert s.receipts(1) == [("mira", "accepted")]

    play(scene)


def test_a_page_that_is_answered_is_withdrawn() -> None:
    """It leaves the outbox unsent, and the timeline says so."""

    async def scene(s: Scene) -> None:

        await s.open()
        await handle(s.engine, 1, Acknowledge("vera"))
        await s.deliver()
        assert not s.channel.sent
        assert s.receipts(1) == [("mira", "withdrawn")]
        assert not s.ledger.outbox

    play(scene)


def test_only_what_goes_out_by_itself_can_be_told_of() -> None:
    """Messages put together in a storm bear no address of their own: no device is given up for its silence."""

    async def scene(s: Scene) -> None:
        for _ in range(8):
            await s.open()
        for _ in range(2):
            await s.deliver()
            s.instant += timedelta(seconds=s.books.bindings.storms.pause + 1)
        assert sum(bool(n.bundled) for n in s.channel.sent) == 1
        told = [decode_entry(text).event for lines in s.ledger.timelines.values() for text, _ in lines]
        accepted = [e for e in told if isinstance(e, Delivered)]
        assert len(accepted) == 8
        assert all(e.traced != e.detail.startswith("in a bundle") for e in accepted)

    play(scene)


def test_that_nothing_gets_out_is_known_until_something_does() -> None:
    """From the first page that was tried in vain on, not from the last; and forgotten after a quiet while."""

    async def scene(s: Scene) -> None:
        began = s.instant
        s.channel.says = Receipt("refused", "550 no such user")
        for _ in range(2):
            await s.open()
            await s.deliver()
            s.instant += timedelta(seconds=30)
        assert s.dispatcher.outflow.lately_dry(s.instant) == began
        assert s.dispatcher.outflow.lately_dry(s.instant + timedelta(hours=3)) is None
        s.channel.says = Receipt("accepted", "202")
        await s.open()
        await s.deliver()
        assert s.dispatcher.outflow.lately_dry(s.instant) is None

    play(scene)

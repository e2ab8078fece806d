"""Checks are looked at when they are due, and what fails becomes an alert like any other.

A look is claimed under a lease, so any number of processes share them. How a check stands is written down before
its alert is told and again after: a process that dies in between leaves word that it is still to be told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from sirenbook.channels import Secrets
from sirenbook.engine.delivery.flight import Flight
from sirenbook.engine.handle import Engine
from sirenbook.engine.intake.receive import Receiver
from sirenbook.engine.policies.books import Books
from sirenbook.engine.watched import Watched, executor_of, judged, watched
from sirenbook.executors import Limits
from sirenbook.executors.looks import look
from sirenbook.executors.redaction import Redactor
from sirenbook.incident import checks as pure
from sirenbook.incident.timeline import span
from sirenbook.model.check import Check, Command, Heartbeat, Seen, Stand
from sirenbook.store.checks import Checks, Taken, Wanted

MOST_AT_ONCE = 16
SLACK = timedelta(seconds=15)
"""Beyond its time limit, after which somebody else looks in place of a process that died."""
SHORTEST_BEAT = timedelta(seconds=1)
_TAIL = 160
Look = Callable[[Check, datetime], Awaitable[Seen]]


class TooSoon(Exception):
    """A heartbeat that came within a second of the last one."""


class Line(Struct, frozen=True):
    """A check with how it stands, and why it is not looked at, where it is not."""

    check: Check
    stand: Stand
    hindrance: str = ""


class Checker:
    """Looks at what is due."""

    def __init__(self, engine: Engine, receiver: Receiver, store: Checks, look_: Look) -> None:
        self._engine, self._receiver, self._store, self._look = engine, receiver, store, look_
        self._flight: Flight[str] = Flight(MOST_AT_ONCE, "a look")
        self._roused = asyncio.Event()
        self._beats: dict[str, datetime] = {}
        self._made_for: tuple[str, object, object] = ("", None, None)
        self._watched: list[Watched] = []
        self._kept = False
        self._up_since = engine.clock.now()

    @property
    def watched(self) -> list[Watched]:
        """Every check by what is in force now."""
        books = self._engine.books
        digest, checks, ground = self._made_for
        if digest != books.policy.digest or checks is not books.bindings.checks or ground is not books.ground:
            self._made_for = (books.policy.digest, books.bindings.checks, books.ground)
            self._watched, self._kept = watched(books), False
        return self._watched

    def _looked_at(self) -> dict[str, Check]:
        return {w.check.name: w.check for w in self.watched if not w.hindrance}

    async def pass_(self) -> int:
        """Claim what is due and begin to look; answers how many were claimed."""
        now = self._engine.clock.now()
        known = self._looked_at()
        if not self._kept:
            await self._keep(known, now)
        if not self._flight.room or not known:
            return 0
        lease = timedelta(seconds=max(c.timeout for c in known.values())) + SLACK
        claimed = await self._store.claim(list(known), now, now + lease, self._flight.room)
        for taken in claimed:
            self._flight.start(self._one(known[taken.stand.name], taken), taken.stand.name)
        return len(claimed)

    async def _keep(self, known: dict[str, Check], now: datetime) -> None:
        """Have a row for each check that there is; end the alerts of those that are no more."""
        rows = [Wanted(n, pure.digest(c), pure.first_look(c, now)) for n, c in known.items()]
        await self._store.keep(rows, now)
        for stand in await self._store.gone(list(known)):
            if stand.told != "no":
                await self._receiver.receive([pure.end_of(stand)])
            await self._store.drop(stand.name)
        self._kept = True

    async def _one(self, check: Check, taken: Taken) -> None:
        """One look, and what it comes to."""
        clock = self._engine.clock
        if isinstance(check.probe, Heartbeat):
            seen = pure.silence(check, taken.stand, taken.made_at, self._up_since, clock.now())
        else:
            seen = await self._look(check, clock.now())
        now = clock.now()
        verdict = pure.after(check, taken.stand, seen, now)
        following = pure.next_look(check, verdict.stand, taken.slot, now)
        if verdict.alert is None:
            await self._store.settle(taken, verdict.stand, following)
        elif await self._store.settle(taken, verdict.stand, now + SLACK):
            await self._receiver.receive([verdict.alert])
            await self._store.settle(taken, pure.told(verdict.stand, now), following)

    async def beat(self, name: str) -> bool:
        """Hear a heartbeat; False where no check of that name waits for one. Raises TooSoon or Away."""
        check, now = self._looked_at().get(name), self._engine.clock.now()
        if check is None or not isinstance(check.probe, Heartbeat):
            return False
        last = self._beats.get(name)
        if last is not None and now - last < SHORTEST_BEAT:
            raise TooSoon(name)
        if not self._kept:
            await self._keep(self._looked_at(), now)
        self._beats[name] = now
        known = await self._store.beat(name, now, pure.heard(check, now))
        self._roused.set()
        return known

    async def lines(self) -> list[Line]:
        """Every check, and how it stands. Raises Away."""
        stands = {s.name: s for s in await self._store.list()}
        return [Line(w.check, stands.get(w.check.name, Stand(w.check.name)), w.hindrance) for w in self.watched]

    async def sleep_until_due(self) -> None:
        """Sleep until a check is due, never longer than a second; a heartbeat after silence rouses it."""

        async def due() -> datetime | None:
            names = list(self._looked_at())
            return await self._store.next_due(names) if names else None

        await self._flight.sleep_until_due(self._roused, due, self._engine.clock)

    async def land(self) -> None:
        """Wait for what is being looked at."""
        await self._flight.land()


def looker(books: Books, secrets: Secrets) -> Look:
    """Looks for real: by connections of its own, and commands by the executors of steps."""

    async def at(check: Check, now: datetime) -> Seen:
        if isinstance(check.probe, Command):
            return await _run(books, check)
        return await look(check.probe, secrets, now, float(check.timeout))

    return at


async def _run(books: Books, check: Check) -> Seen:
    """Run a command that only reads; judged again, because its executor may be another by now."""
    assert isinstance(check.probe, Command)
    judgement = judged(books, check.probe.text)
    executor, plan = executor_of(books, judgement), judgement.run
    if executor is None or plan is None or judgement.risk != "reads":
        return Seen(False, "it is not bound here any more")
    written = bytearray()

    def write(piece: bytes) -> None:
        written[:] = (written + piece)[-4096:]

    loop = asyncio.get_running_loop()
    began = loop.time()
    result = await executor.run(plan, Limits(seconds=float(check.timeout)), write, changes=False)
    well = result.outcome == "worked"
    tail = "" if well else " ".join(bytes(written).decode("utf-8", "replace").split())[-_TAIL:]
    how = result.detail or ("it ended well" if well else f"it ended with {result.exit}")
    detail = Redactor(executor.secrets())(f"{how}{f': {tail}' if tail else ''}")
    return Seen(well, detail, round(loop.time() - began, 3))


def health_lines(lines: Sequence[Line], now: datetime) -> list[str]:
    """What is not well, a line each, for whoever takes over; empty where all is."""
    return [
        f"{line.check.name} is {line.stand.standing}{_since(line.stand, now)}: {line.stand.detail}"
        for line in lines
        if not line.hindrance and line.stand.standing in ("failing", "down")
    ]


def _since(stand: Stand, now: datetime) -> str:
    return f" for {span(max(int((now - stand.since).total_seconds()), 0))}" if stand.since else ""

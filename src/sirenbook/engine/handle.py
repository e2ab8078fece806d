"""THE transaction. Every change of every incident goes through here: lock, decide, store, commit.

A command of a person, a batch of alerts, a pass of the clock and a bundle of receipts differ only in which rows
they lock and which commands they bring; what follows is the same few statements.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from msgspec import Struct

from sirenbook.engine import failpoints
from sirenbook.engine.changes import Changes
from sirenbook.engine.clock import Clock
from sirenbook.engine.policies.books import Books, PolicyLoader, UnknownPolicy
from sirenbook.incident.context import Context
from sirenbook.incident.core import Decision, decide
from sirenbook.model.command import Command, Refused, Reopen, Tick
from sirenbook.model.incident import Incident
from sirenbook.store.ledger import Away, Conflict, Ledger, Transaction
from sirenbook.store.records import GENESIS, Held, Written

log = structlog.get_logger()
Answer = TypeVar("Answer")

MOST_TRIES = 8
QUARANTINE = timedelta(minutes=1)


class UnknownIncident(LookupError):
    """There is no incident of this number."""


class Repeated(Exception):
    """What was said was heard before; nothing happens again."""


class Signals:
    """Tells this process that there is work, and what changed, without waiting for the database to say so."""

    def __init__(self) -> None:
        self.changes = Changes()
        self.wake = asyncio.Event()
        self.dispatch = asyncio.Event()
        self.asleep_until: datetime | None = None
        """Until when the pass of the clock sleeps, so that nobody rouses it for what comes later."""
        self.playbook = asyncio.Event()
        self.steps = asyncio.Event()

    def raise_for(self, decisions: Iterable[Decision]) -> None:
        """Wake the pass that has something to do after these decisions, and tell the pages that are open."""
        for decision in decisions:
            self.changes.publish([decision.incident.id])
            if decision.intents:
                self.dispatch.set()
            if decision.orders:
                self.steps.set()
            if decision.wake_at is not None and not self._asleep_beyond(decision.wake_at):
                self.wake.set()

    def _asleep_beyond(self, wake_at: datetime) -> bool:
        return self.asleep_until is not None and wake_at >= self.asleep_until


class Engine(Struct, frozen=True):
    """What every pass needs: the store, the time, the policies, and a way to rouse the others."""

    ledger: Ledger
    clock: Clock
    books: Books
    signals: Signals
    load_policy: PolicyLoader


class Sitting:
    """The incidents that one transaction holds, decided on one command after the other."""

    def __init__(self, books: Books, now: datetime, held: Iterable[Held] = ()) -> None:
        self.now = now
        self._books = books
        self._held = {h.id: h for h in held}
        self._incidents: dict[int, Incident] = {}
        self._decisions: dict[int, list[Decision]] = {}

    @property
    def ids(self) -> list[int]:
        """The incidents that are held."""
        return list(self._held)

    def begin(self, incident_id: int) -> None:
        """Take up a fresh incident that has no row yet."""
        self._incidents[incident_id] = Incident(id=incident_id)

    def decide(self, incident_id: int, command: Command) -> Decision:
        """Decide on one command; the next one sees its outcome."""
        incident = self._incident(incident_id)
        decision = decide(self._books.context(incident, self.now), incident, command)
        self._incidents[incident_id] = decision.incident
        self._decisions.setdefault(incident_id, []).append(decision)
        return decision

    def tick(self, incident_id: int) -> None:
        """Let what is due happen; an incident that cannot be decided on is put aside, the others go on."""
        try:
            self.decide(incident_id, Tick())
        except UnknownPolicy:
            raise
        except Exception:
            log.exception("incident put aside", incident=incident_id, minutes=QUARANTINE.seconds // 60)
            aside = Decision(self._incident(incident_id), (), (), self.now + QUARANTINE)
            self._decisions.setdefault(incident_id, []).append(aside)

    def _incident(self, incident_id: int) -> Incident:
        if incident_id not in self._incidents:
            self._incidents[incident_id] = self._held[incident_id].incident
        return self._incidents[incident_id]

    def written(self) -> list[Written]:
        """What there is to store: one record for each incident that was decided on."""
        return [self._merged(i, decisions) for i, decisions in self._decisions.items()]

    def _merged(self, incident_id: int, decisions: list[Decision]) -> Written:
        last = decisions[-1]
        if len(decisions) > 1:
            entries = tuple(e for d in decisions for e in d.entries)
            intents = tuple(i for d in decisions for i in d.intents)
            orders = tuple(o for d in decisions for o in d.orders)
            last = Decision(last.incident, entries, intents, last.wake_at, orders)
        held = self._held.get(incident_id)
        policy = self._books.context(last.incident, self.now).policy
        rank = policy.severity(last.incident.severity).rank
        return Written(last, held.head if held else GENESIS, rank)


async def handle(engine: Engine, incident_id: int, command: Command, once: str = "") -> Decision:
    """Carry out one command on one incident. Raises UnknownIncident, Refused, or Away: nothing was committed.

    What bears a name (`once`) is carried out once only; Repeated is raised the second time.
    """

    async def body(tx: Transaction) -> list[Decision]:
        if once and not await tx.first_time(once, engine.clock.now()):
            raise Repeated(once)
        held = await tx.lock([incident_id])
        if not held:
            raise UnknownIncident(f"INC-{incident_id}")
        if isinstance(command, Reopen):
            await _refuse_second_of_group(tx, held[0])
        sitting = Sitting(engine.books, engine.clock.now(), held)
        sitting.decide(incident_id, command)
        failpoints.reach("K12")
        return await store(tx, sitting)

    [decision] = await transact(engine, body)
    failpoints.reach("K13")
    engine.signals.raise_for([decision])
    return decision


async def _refuse_second_of_group(tx: Transaction, held: Held) -> None:
    """A group has one open incident at most: its alerts would not know where to go."""
    others = await tx.lock_groups([held.group]) if held.group is not None else []
    for other in others:
        if other.id != held.id:
            raise Refused(f"INC-{other.id} is open for the same alerts; go on there")


async def open_incident(engine: Engine, command: Command, once: str = "") -> Decision:
    """Open an incident by hand; what bears a name (`once`) once only, as in `handle`."""

    async def body(tx: Transaction) -> list[Decision]:
        if once and not await tx.first_time(once, engine.clock.now()):
            raise Repeated(once)
        [incident_id] = await tx.new_ids(1)
        sitting = Sitting(engine.books, engine.clock.now())
        sitting.begin(incident_id)
        sitting.decide(incident_id, command)
        return await store(tx, sitting)

    [decision] = await transact(engine, body)
    engine.signals.raise_for([decision])
    return decision


async def context_of(engine: Engine, incident: Incident) -> Context:
    """What a decision about this incident looks at now, its policy loaded if this process has not met it yet."""
    try:
        return engine.books.context(incident, engine.clock.now())
    except UnknownPolicy:
        engine.books.add(await engine.load_policy(incident.policy))
        return engine.books.context(incident, engine.clock.now())


async def store(tx: Transaction, sitting: Sitting) -> list[Decision]:
    """Save what a sitting decided, in its transaction."""
    written = sitting.written()
    if written:
        await tx.save(written, sitting.now)
        failpoints.reach("K19")
    return [w.decision for w in written]


async def transact(engine: Engine, body: Callable[[Transaction], Awaitable[Answer]]) -> Answer:
    """Run one transaction; from its beginning again when another was first, or a policy had to be loaded."""
    for left in reversed(range(MOST_TRIES)):
        try:
            async with engine.ledger.transaction() as tx:
                return await body(tx)
        except UnknownPolicy as missing:
            engine.books.add(await engine.load_policy(str(missing.args[0])))
        except Conflict as conflict:
            if not left:
                raise Away(f"another change was first, {MOST_TRIES} times in a row: {conflict}") from conflict
    raise AssertionError("unreachable")

"""Intents are carried out: claimed under a lease, sent, and answered by a receipt on the timeline.

Every message is on its own: nothing waits behind a slow provider. A process that dies leaves its claims to run out;
whoever takes them over sends again with the same key.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from sirenbook.channels import Channel, House
from sirenbook.channels.chat import Chat
from sirenbook.engine import failpoints, wording
from sirenbook.engine.delivery.attempt import close_all, limited
from sirenbook.engine.delivery.bundle import Inbox, sort
from sirenbook.engine.delivery.flight import Flight, beat
from sirenbook.engine.delivery.receipts import Done, tried, went_to, withdrawn
from sirenbook.engine.delivery.retry import Circuit, Outflow, admit, backoff, circuit_key, most_attempts, record
from sirenbook.engine.handle import Engine, Sitting, context_of, store, transact
from sirenbook.engine.intake.group_commit import GroupCommit
from sirenbook.engine.links import Links
from sirenbook.engine.wording import Envelope
from sirenbook.incident.core import Decision
from sirenbook.model.bindings import ContactMethod, Person, fold
from sirenbook.model.intent import Notification, Receipt
from sirenbook.store.ledger import Away, Transaction
from sirenbook.store.records import Claim, Due

log = structlog.get_logger()

LEASE = timedelta(seconds=15)
HEARTBEAT = 5.0
MOST_IN_FLIGHT = 1000
PAUSE = 0.2
CLOSING = 3.0


class Dispatcher:
    """Carries out the intents of the outbox by the channels that this process has open."""

    def __init__(
        self,
        engine: Engine,
        channels: Mapping[str, Channel],
        links: Links,
        installation: str,
        jitter: random.Random,
    ) -> None:
        self._engine = engine
        self._channels = channels
        self._links = links
        self._installation = installation
        self._jitter = jitter
        self._circuits: dict[str, Circuit] = {}
        self._flight: Flight[Sequence[Due]] = Flight(MOST_IN_FLIGHT, "a delivery")
        self._inboxes: dict[tuple[str, int], Inbox] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._house: House | None = None
        self._others = asyncio.Event()
        self._kept_until: datetime | None = None
        """Until when no claim of what is in flight can have run out."""
        self.outflow = Outflow()
        self.attempts: Counter[tuple[str, str]] = Counter()
        """How many receipts were written down, by channel and outcome."""
        self.receipts: GroupCommit[Done, None] = GroupCommit(self._commit, largest=256)

    @property
    def open_circuits(self) -> list[str]:
        """The providers that are left alone for a while."""
        return sorted(key for key, circuit in self._circuits.items() if circuit.open)

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels that messages can go out by."""
        return self._channels

    def channel(self, name: str) -> Channel | None:
        """A channel that is open."""
        return self._channels.get(name)

    def belong(self, house: House) -> None:
        """Have all channels, those of now and those to come, be part of a house."""
        self._house = house
        self._join(self._channels)

    def _join(self, channels: Mapping[str, Channel]) -> None:
        if self._house is not None:
            for each in channels.values():
                if (join := getattr(each, "join", None)) is not None:
                    join(self._house)
        followed = (name for name, each in channels.items() if getattr(each, "follows", False))
        self._engine.books.followed = frozenset(followed)

    @property
    def chats(self) -> tuple[Chat, ...]:
        """The channels in which people answer."""
        return tuple(c for c in self._channels.values() if isinstance(c, Chat))

    async def other_channels(self, within: float) -> None:
        """Wait until other channels are in use, or so many seconds have passed."""
        self._others.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._others.wait()

    def use(self, channels: Mapping[str, Channel]) -> None:
        """Send by these channels from now on; the former ones close once what they are sending has landed."""
        self._join(channels)
        former, self._channels = self._channels, channels
        self._others.set()
        leaving = asyncio.create_task(self._let_go(former, self._flight.under_way))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _let_go(self, channels: Mapping[str, Channel], flying: "Sequence[asyncio.Task[None]]") -> None:
        if flying:
            await asyncio.wait(flying)
        await close_all(channels)

    async def close(self) -> None:
        """Close the channels, before the process ends."""
        if self._leaving:
            await asyncio.wait(list(self._leaving), timeout=CLOSING)
        await close_all(self._channels)

    async def pass_(self) -> int:
        """Claim what is due and start sending it; answers how many were claimed."""
        room = self._flight.room
        if not room:
            return 0
        now = self._engine.clock.now()
        if self._kept_until is not None and now >= self._kept_until:  # stopped or starved, and now back
            await self.keep_claims()
        claimed = await self._engine.ledger.claim(now, now + LEASE, room)
        self._kept_until = self._kept_until or now + LEASE
        failpoints.reach("K8")
        for parcel in await self._parcels(claimed, now):
            self._flight.start(self._deliver(parcel), parcel)
        return len(claimed)

    async def _parcels(self, claimed: Sequence[Due], now: datetime) -> list[Sequence[Due]]:
        """Put together what a person would otherwise get too many of at once; put back what must wait for that."""
        parcels: list[Sequence[Due]] = []
        boxes: dict[tuple[str, int], list[tuple[Due, int]]] = {}
        for due in claimed:
            if (until := self._quiet_until(due, now)) is not None:
                self._flight.start(self._put_back([due], until), [due])
                continue
            alone = withdrawn(due) or due.intent.moment != "called"
            rank = None if alone else await self._rank(due)
            if rank is None:
                parcels.append([due])
            else:
                boxes.setdefault((due.intent.person, due.intent.method), []).append((due, rank))
        for box, ranked in boxes.items():
            dues = [due for due, _ in ranked]
            ranks = [rank for _, rank in ranked]
            sorted_ = sort(self._inboxes.get(box, Inbox()), ranks, now, self._engine.books.bindings.storms)
            self._inboxes[box] = sorted_.inbox
            parcels += [[dues[i]] for i in sorted_.alone]
            parcels += _by_target([dues[i] for i in sorted_.together])
            waiting = [dues[i] for i in sorted_.later]
            if waiting:
                self._flight.start(self._put_back(waiting, sorted_.again_at), waiting)
        return parcels

    async def _rank(self, due: Due) -> int | None:
        """How grave a message is; None where that cannot be told: it goes by itself, and harms no other."""
        try:
            return (await context_of(self._engine, due.incident)).severity(due.incident).rank
        except Away:
            raise
        except Exception:
            log.exception("a message cannot be graded", key=due.intent.key)
            return None

    def _quiet_until(self, due: Due, now: datetime) -> datetime | None:
        """When a notification may go out to somebody in their quiet hours; whoever has the incident is told now."""
        intent, bindings = due.intent, self._engine.books.bindings
        person = bindings.people.get(intent.person)
        if intent.demands or intent.moment != "called" or person is None:
            return None
        return None if due.incident.acknowledged_by == person.id else bindings.quiet_until(person, now)

    async def _put_back(self, dues: Sequence[Due], again_at: datetime) -> None:
        await asyncio.gather(*(self._report(Done(due, None, again_at)) for due in dues))

    async def sleep_until_due(self) -> None:
        """Sleep until an intent is due or something rouses the pass."""
        engine = self._engine
        await self._flight.sleep_until_due(engine.signals.dispatch, engine.ledger.next_delivery, engine.clock)

    async def heartbeat(self) -> None:
        """Keep the claims of what is still being sent, a third of the lease at a time, for ever."""
        await beat(self.keep_claims, HEARTBEAT)

    async def keep_claims(self) -> None:
        """Push the leases of everything in flight."""
        flying = [due for dues in self._flight.cargo for due in dues]
        until = self._engine.clock.now() + LEASE
        with suppress(Away):
            if flying:
                await self._engine.ledger.extend([d.intent.key for d in flying], [d.token for d in flying], until)
            self._kept_until = until

    async def land(self) -> None:
        """Wait for everything in flight, before the process ends."""
        await self._flight.land()

    async def _deliver(self, dues: Sequence[Due]) -> None:
        try:
            done = await self._attempt(dues)
        except Away:
            raise
        except Exception as error:
            log.exception("a message could not be made", keys=[d.intent.key for d in dues])
            receipt = Receipt("failed", f"fault of our own: {type(error).__name__}")
            done = [self._settled(d, None, receipt, 0) for d in dues]
        await asyncio.gather(*map(self._report, done))

    async def _report(self, done: Done) -> None:
        while True:
            try:
                await self.receipts.submit(done)
                return
            except Away:  # what was sent must not be sent again only because the database paused
                await asyncio.sleep(PAUSE)

    async def _attempt(self, dues: Sequence[Due]) -> list[Done]:
        """Send one message, for one intent or for a bundle of them."""
        reason = withdrawn(dues[0]) if len(dues) == 1 else ""
        if reason:
            return [tried(dues[0], "", "withdrawn", reason)]
        envelope = self._envelope(dues[0])
        if envelope is None:
            return [tried(d, "", "refused", "this contact method is no longer bound") for d in dues]
        contexts = [await context_of(self._engine, d.incident) for d in dues]
        message = wording.message(dues, envelope, contexts, self._links, self._installation)
        receipt = await self._send(envelope, message.to, message)
        failpoints.reach("K9")
        if len(dues) > 1:
            receipt = replace(receipt, detail=f"in a bundle of {len(dues)}; {receipt.detail}")
        done = [self._settled(d, envelope, receipt, message.late) for d in dues]
        return [went_to(d, envelope.person.id, traced=bool(message.answer_url)) for d in done]

    def _envelope(self, due: Due) -> Envelope | None:
        """Who has the duty now: looked up again as a page is first sent; one that goes on stays with its person."""
        bindings, intent = self._engine.books.bindings, due.intent
        person = bindings.people.get(intent.person)
        if (person is None or not intent.method) and fold(intent.target) in bindings.targets:
            successors = bindings.reach(intent.target, self._engine.clock.now())
            person = successors[0] if successors and person not in successors else person
        if person is None or intent.method >= len(person.methods):
            return None
        return Envelope(person, person.methods[intent.method])

    @property
    def installation(self) -> str:
        """What makes keys unique among all installations."""
        return self._installation

    async def inform(self, person: Person, make: Callable[[ContactMethod], Notification]) -> Receipt:
        """Send words that belong to no incident: by one contact method after the other until one accepts."""
        receipt = Receipt("refused", "no contact method")
        for method in person.methods:
            receipt = await self._send(Envelope(person, method), method.to, make(method))
            if receipt.outcome == "accepted":
                break
        return receipt

    async def _send(self, envelope: Envelope, to: str, message: Notification) -> Receipt:
        name = envelope.method.channel
        channel = self._channels.get(name)
        if channel is None:
            return Receipt("refused", f"channel {name} is not set up")
        key = circuit_key(name, to)
        admitted, self._circuits[key] = admit(self._circuits.get(key, Circuit()), self._engine.clock.now())
        if not admitted and not envelope.last:  # the only way left to a person is tried whatever its record
            return Receipt("failed", f"{key} has failed repeatedly and is left alone for a moment")
        receipt = await limited(channel, message)
        self._circuits[key] = record(self._circuits[key], receipt, self._engine.clock.now())
        return receipt

    def _settled(self, due: Due, envelope: Envelope | None, receipt: Receipt, late: int) -> Done:
        channel, last = (envelope.method.channel, envelope.last) if envelope else ("", False)
        if receipt.outcome != "failed" or due.attempt >= most_attempts(receipt, last=last):
            return tried(due, channel, receipt.outcome, receipt.detail, late)
        wait = backoff(due.attempt, jitter=self._jitter.random(), retry_after=receipt.retry_after)
        again_at = self._engine.clock.now() + wait
        done = tried(due, channel, "failed", receipt.detail, late, final=False)
        return Done(done.due, done.receive, again_at)

    async def _commit(self, batch: Sequence[Done]) -> list[None]:
        """Write receipts down, each with its intent leaving the outbox or waiting for its next attempt."""

        async def body(tx: Transaction) -> list[Decision]:
            held = await tx.lock(sorted({d.due.intent.incident for d in batch if d.receive}))
            sitting = Sitting(self._engine.books, self._engine.clock.now(), held)
            ours = await _release(tx, batch)
            for done in batch:
                if done.receive is not None and done.due.claim in ours:
                    sitting.decide(done.due.intent.incident, done.receive)
            return await store(tx, sitting)

        decisions = await transact(self._engine, body)
        failpoints.reach("K10")
        self.attempts.update((d.receive.channel, d.receive.outcome) for d in batch if d.receive)
        for outcome in (d.receive.outcome for d in batch if d.receive and d.due.intent.demands):
            if outcome != "withdrawn":
                self.outflow = self.outflow.after(taken=outcome == "accepted", now=self._engine.clock.now())
        self._engine.signals.raise_for(decisions)
        if any(d.again_at for d in batch):
            self._engine.signals.dispatch.set()
        return [None] * len(batch)


async def _release(tx: Transaction, batch: Sequence[Done]) -> set[Claim]:
    """Let intents leave the outbox, or wait there again; answers those whose claim was still ours."""
    over = [d.due.claim for d in batch if d.again_at is None]
    ours = await tx.finish(over) if over else set()
    for done in batch:
        if done.again_at is not None and await tx.postpone(
            *done.due.claim, done.again_at, tried=done.receive is not None
        ):
            ours.add(done.due.claim)
    return ours


def _by_target(dues: Sequence[Due]) -> list[Sequence[Due]]:
    """Bundles hold what goes out under one name of the playbook: who has that duty is looked up for each."""
    targets: dict[str, list[Due]] = {}
    for due in dues:
        targets.setdefault(due.intent.target, []).append(due)
    return list(targets.values())

"""Steps are carried out: claimed under a lease, run within limits, and what came of them told to the incident.

Reading may be done again after a crash. A change is begun at its first claim or never: found claimed before, with
nobody there any more who could say how it ended, it is unknown, and people are asked.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import structlog

from sirenbook.engine import failpoints
from sirenbook.engine.delivery.flight import Flight, beat
from sirenbook.engine.handle import Engine, Sitting, store, transact
from sirenbook.engine.steps.carry_out import Bench, Ran, as_judged, carry_out
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.executors import Executor
from sirenbook.incident.core import Decision
from sirenbook.incident.steps.orders import approved_plan
from sirenbook.model.command import EndStep
from sirenbook.model.incident import Incident
from sirenbook.model.runner import HEARTBEAT, LEASE
from sirenbook.model.step import Outcome
from sirenbook.store.ledger import Away, Transaction
from sirenbook.store.runs import MOST_ATTEMPTS, Taken, Written

log = structlog.get_logger()

MOST_AT_ONCE = 4
"""Steps of one process that run at the same time: they are many in a storm, and paging comes first."""
PAUSE = 0.5


class Stepper:
    """Carries out the steps that wait, by the executors of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._flight: Flight[Taken] = Flight(MOST_AT_ONCE, "a step")

    @property
    def _executors(self) -> Mapping[str, Executor]:
        ground = self._engine.books.ground
        return ground.executors if isinstance(ground, OwnGround) else {}

    async def pass_(self) -> int:
        """Claim what waits and begin it; answers how many were claimed."""
        room = self._flight.room
        if not room:
            return 0
        now = self._engine.clock.now()
        claimed = await self._engine.ledger.claim_runs(now, now + LEASE, room)
        failpoints.reach("K15")
        for taken in claimed:
            self._flight.start(self._carry_out(taken), taken)
        return len(claimed)

    async def sleep_until_due(self) -> None:
        """Sleep until a run is due or something rouses the pass."""
        engine = self._engine
        await self._flight.sleep_until_due(engine.signals.steps, engine.ledger.next_run, engine.clock)

    async def heartbeat(self) -> None:
        """Keep the claims of what still runs, a third of the lease at a time, for ever."""
        await beat(self.keep_claims, HEARTBEAT)

    async def keep_claims(self) -> None:
        """Push the leases of everything that runs."""
        if running := self._flight.cargo:
            with suppress(Away):
                await self._engine.ledger.extend_runs(running, self._engine.clock.now() + LEASE)

    async def land(self) -> None:
        """Wait for what runs, before the process ends."""
        await self._flight.land()

    async def stop(self) -> None:
        """End what runs: what only reads runs again elsewhere, what changes is unknown once its lease is over."""
        for task in self._flight.under_way:
            task.cancel()
        await self.land()

    async def _carry_out(self, taken: Taken) -> None:
        refusal = self._refusal(taken)
        ran = refusal or await self._run(taken)
        while True:
            try:
                order = taken.order
                await settle(self._engine, order.incident, ran, taken.token)
                return
            except Away:  # what was done must not be forgotten only because the database paused
                await asyncio.sleep(PAUSE)

    def _refusal(self, taken: Taken) -> Ran | None:
        """Why a run does not begin, if it does not."""
        order = taken.order
        ends: dict[Outcome, str] = {}
        if taken.lost:
            ends["unknown"] = "the process that ran it ended before it could say"
        elif taken.attempt > MOST_ATTEMPTS:
            ends["failed"] = f"it did not end in {MOST_ATTEMPTS} attempts"
        elif why := self._hindrance(taken):
            ends["withdrawn"] = why
        return next((Ran(EndStep(order.run, o, detail=d)) for o, d in ends.items()), None)

    def _hindrance(self, taken: Taken) -> str:
        """Why a run does not begin here and now; empty where it may."""
        order = taken.order
        executor = self._executors.get(order.executor)
        if not taken.incident.open:
            return "the incident was resolved first"
        if self._engine.clock.now() > order.until:
            return "it did not begin in time"
        if executor is None or executor.target(as_judged(order)) != order.target:
            return f"it is not bound here as it was: {order.target}"
        return "" if approved_plan(order) is not None else "it is not what was shown"

    async def _run(self, taken: Taken) -> Ran:
        engine, order = self._engine, taken.order
        bench = Bench(self._executors, float(engine.books.bindings.stepping.limit), engine.clock.now)

        async def show(written: Written) -> None:
            await keep_output(engine, order.incident, written)

        return await carry_out(order, order.executor, bench, show)


async def keep_output(engine: Engine, incident: int, written: Written) -> None:
    """Keep what a run has written so far, and tell who looks at it. Raises Away."""
    await engine.ledger.put_output(incident, written, engine.clock.now())
    engine.signals.changes.publish([incident])


async def settle(engine: Engine, incident: int, ran: Ran, token: int) -> None:
    """Tell the incident how a run ended, and take it out of the queue. Raises Away."""
    if ran.output is not None:
        await keep_output(engine, incident, ran.output)

    async def body(tx: Transaction) -> list[Decision]:
        [held] = await tx.lock([incident])
        sitting = Sitting(engine.books, engine.clock.now(), [held])
        # A change that turns out after all is worth knowing, also for one whose claim was given up.
        if await tx.end_run(incident, ran.end.run, token) or _changes(held.incident, ran.end.run):
            sitting.decide(incident, ran.end)
        return await store(tx, sitting)

    engine.signals.raise_for(await transact(engine, body))


def _changes(incident: Incident, run: int) -> bool:
    runs = incident.procedure.runs if incident.procedure else ()
    return any(r.run == run and r.changes for r in runs)

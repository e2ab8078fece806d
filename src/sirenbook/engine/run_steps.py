"""Steps are carried out: claimed under a lease, run within limits, and what came of them told to the incident.

Reading may be done again after a crash. A change is begun at its first claim or never: found claimed before, with
nobody there any more who could say how it ended, it is unknown, and people are asked.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import structlog
from msgspec import Struct

from sirenbook.engine import failpoints
from sirenbook.engine.ground import OwnGround
from sirenbook.engine.handle import Engine, Sitting, store, transact
from sirenbook.executors import Executor, Limits, Result
from sirenbook.executors.capture import Capture
from sirenbook.executors.redaction import Redactor
from sirenbook.incident.core import Decision
from sirenbook.model.command import EndStep
from sirenbook.model.judgement import Judgement
from sirenbook.model.step import Order, Outcome
from sirenbook.store.ledger import Away, Transaction
from sirenbook.store.runs import Taken, Written

log = structlog.get_logger()

LEASE = timedelta(seconds=15)
HEARTBEAT = 5.0
MOST_AT_ONCE = 4
"""Steps of one process that run at the same time: they are many in a storm, and paging comes first."""
MOST_ATTEMPTS = 3
LONGEST_SLEEP = 1.0
PAUSE = 0.5
LIVE_EVERY = 1.0
_SLACK = 10.0
"""Seconds beyond its limit after which an executor is no longer believed to end by itself."""


class Ran(Struct, frozen=True):
    """How a run ended, and what is kept of what it wrote."""

    end: EndStep
    output: Written | None = None


class Stepper:
    """Carries out the steps that wait, by the executors of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: dict[asyncio.Task[None], Taken] = {}
        self._free = asyncio.Event()

    @property
    def _executors(self) -> Mapping[str, Executor]:
        ground = self._engine.books.ground
        return ground.executors if isinstance(ground, OwnGround) else {}

    async def pass_(self) -> int:
        """Claim what waits and begin it; answers how many were claimed."""
        room = MOST_AT_ONCE - len(self._running)
        if room <= 0:
            return 0
        now = self._engine.clock.now()
        claimed = await self._engine.ledger.claim_runs(now, now + LEASE, room)
        failpoints.reach("K15")
        for taken in claimed:
            task = asyncio.create_task(self._carry_out(taken))
            self._running[task] = taken
            task.add_done_callback(self._ended)
        return len(claimed)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.pop(task, None)
        self._free.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a step left to its lease", error=repr(error))

    async def sleep_until_due(self) -> None:
        """Sleep until a run is due or something rouses the pass, never longer than a second."""
        signals = self._engine.signals
        signals.steps.clear()
        self._free.clear()
        if len(self._running) >= MOST_AT_ONCE:
            await self._free.wait()
            return
        due = await self._engine.ledger.next_run()
        seconds = LONGEST_SLEEP
        if due is not None:
            seconds = min(max((due - self._engine.clock.now()).total_seconds(), 0.0), LONGEST_SLEEP)
        if seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await signals.steps.wait()

    async def heartbeat(self) -> None:
        """Keep the claims of what still runs, a third of the lease at a time, for ever."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self.keep_claims()

    async def keep_claims(self) -> None:
        """Push the leases of everything that runs."""
        if self._running:
            with suppress(Away):
                await self._engine.ledger.extend_runs(
                    list(self._running.values()), self._engine.clock.now() + LEASE
                )

    async def land(self) -> None:
        """Wait for what runs, before the process ends."""
        while self._running:
            await asyncio.wait(list(self._running))

    async def stop(self) -> None:
        """End what runs: what only reads runs again elsewhere, what changes is unknown once its lease is over."""
        for task in list(self._running):
            task.cancel()
        await self.land()

    async def _carry_out(self, taken: Taken) -> None:
        refusal = self._refusal(taken)
        ran = refusal or await self._run(taken)
        while True:
            try:
                await self._report(taken, ran)
                return
            except Away:  # what was done must not be forgotten only because the database paused
                await asyncio.sleep(PAUSE)

    def _refusal(self, taken: Taken) -> Ran | None:
        """Why a run does not begin, if it does not."""
        order, run = taken.order, taken.order.run
        executor = self._executors.get(order.executor)
        if taken.lost:
            return Ran(EndStep(run, "unknown", detail="the process that ran it ended before it could say"))
        if taken.attempt > MOST_ATTEMPTS:
            return Ran(EndStep(run, "failed", detail=f"it did not end in {MOST_ATTEMPTS} attempts"))
        if not taken.incident.open:
            return Ran(EndStep(run, "withdrawn", detail="the incident was resolved first"))
        if self._engine.clock.now() > order.until:
            return Ran(EndStep(run, "withdrawn", detail="it did not begin in time"))
        if executor is None or executor.target(_judgement(order)) != order.target:
            return Ran(EndStep(run, "withdrawn", detail=f"it is not bound here as it was: {order.target}"))
        return None

    async def _run(self, taken: Taken) -> Ran:
        order, executor = taken.order, self._executors[taken.order.executor]
        stepping = self._engine.books.bindings.stepping
        known = [secret for e in self._executors.values() for secret in e.secrets()]
        capture = Capture(Redactor(known))
        began = self._engine.clock.now()
        telling = asyncio.create_task(self._tell(order, capture))
        try:
            async with asyncio.timeout(stepping.limit + _SLACK):
                limits = Limits(seconds=float(stepping.limit))
                result = await executor.run(order.plan, limits, capture.write, changes=order.risk != "reads")
        except TimeoutError:
            result = Result("unknown" if order.changes else "stopped", None, "its executor did not end in time")
        except Exception as error:
            log.exception("an executor broke its promise not to raise", executor=order.executor)
            outcome: Outcome = "unknown" if order.changes else "failed"
            result = Result(outcome, None, f"{type(error).__name__} in executor {order.executor}")
        finally:
            telling.cancel()
        failpoints.reach("K17")
        seconds = (self._engine.clock.now() - began).total_seconds()
        return await self._ran(order, result, capture, seconds)

    async def _ran(self, order: Order, result: Result, capture: Capture, seconds: float) -> Ran:
        text = "" if order.hidden else await asyncio.to_thread(capture.text)
        detail = f"{result.detail}; what it wrote is a secret and was not kept" if order.hidden else result.detail
        end = EndStep(
            order.run,
            result.outcome,
            result.exit,
            round(max(seconds, 0.0), 3),
            Redactor()(detail).strip("; "),
            text[-2000:],
            capture.size,
        )
        return Ran(end, Written(order.run, text, capture.size, done=True))

    async def _tell(self, order: Order, capture: Capture) -> None:
        """Show what is written while it runs."""
        told = 0
        while not order.hidden:
            await asyncio.sleep(LIVE_EVERY)
            if capture.size > told:
                told = capture.size
                text = await asyncio.to_thread(capture.live)
                with suppress(Away):
                    written = Written(order.run, text, told, done=False)
                    await self._engine.ledger.put_output(order.incident, written, self._engine.clock.now())

    async def _report(self, taken: Taken, ran: Ran) -> None:
        order = taken.order
        if ran.output is not None:
            await self._engine.ledger.put_output(order.incident, ran.output, self._engine.clock.now())

        async def body(tx: Transaction) -> list[Decision]:
            held = await tx.lock([order.incident])
            sitting = Sitting(self._engine.books, self._engine.clock.now(), held)
            # A change that turns out after all is worth knowing, also for one whose claim was given up.
            if await tx.end_run(order, taken.token) or order.changes:
                sitting.decide(order.incident, ran.end)
            return await store(tx, sitting)

        decisions = await transact(self._engine, body)
        self._engine.signals.raise_for(decisions)


def _judgement(order: Order) -> Judgement:
    """An order as its executor sees it: what was approved is its target as it is bound now, and no other."""
    return Judgement(order.text, order.language, order.risk, (), run=order.plan)

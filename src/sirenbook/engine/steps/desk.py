"""Hands steps out to runners elsewhere and takes back what came of them: only what their claim allows.

A runner that asks is offered a step under a lease. Before it begins it says so once more, so that an answer that
was long on its way begins nothing. A claim is signed: only the runner that got it can speak for that run.
"""

import asyncio
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from msgspec import Struct

from sirenbook.engine.handle import Engine
from sirenbook.engine.steps.carry_out import EXCERPT, Ran
from sirenbook.engine.steps.run_steps import keep_output, settle
from sirenbook.executors.capture import HALF
from sirenbook.executors.redaction import Redactor
from sirenbook.model.command import EndStep
from sirenbook.model.runner import LEASE, LONGEST_WAIT, Fetch, Hold, Offer, StepReport
from sirenbook.store.runners import Runners, Waiting
from sirenbook.store.runs import Written

LOOK_EVERY = 2.0
"""Seconds after which a runner that waits is looked after, also when nothing was heard."""
GATHER = 0.1
CONNECTED = timedelta(seconds=2 * LONGEST_WAIT)
"""Not heard of for so long, a runner is not there."""
LARGEST_TEXT = 2 * HALF + 1000


class Forged(Exception):
    """A claim that this runner was not given."""


class Claim(Struct, frozen=True):
    """What a runner may speak of: one run, under one fencing token."""

    incident: int
    run: int
    token: int


class Desk:
    """Where runners ask and report."""

    def __init__(self, engine: Engine, runners: Runners, key: bytes) -> None:
        self._engine = engine
        self._changes = engine.signals.changes
        self._signer = URLSafeSerializer(key, salt="claim of a runner")
        self.runners = runners

    async def fetch(self, name: str, asked: Fetch) -> Offer | None:
        """The next step for a runner; waits a little for one where there is none."""
        loop = asyncio.get_running_loop()
        end = loop.time() + min(max(asked.wait, 0.0), LONGEST_WAIT)
        with self._changes.subscribe() as heard:
            while True:
                await self.runners.hear_of(name, asked.process, asked.labels, self._engine.clock.now())
                if (offer := await self._offer(name, asked.labels)) or loop.time() >= end:
                    return offer
                while not heard.empty():
                    heard.get_nowait()
                pause = min(LOOK_EVERY, end - loop.time())
                try:
                    async with asyncio.timeout(max(pause, 0.0)):
                        await heard.get()
                        await asyncio.sleep(GATHER)
                except TimeoutError:
                    continue

    async def _offer(self, name: str, labels: list[str]) -> Offer | None:
        now = self._engine.clock.now()
        while taken := await self.runners.offer(labels, now, now + LEASE):
            order = taken.order
            if taken.incident.open:
                claim = self._signer.dumps([order.incident, order.run, taken.token, name])
                seconds = float(self._engine.books.bindings.stepping.limit)
                return Offer(order, claim, LEASE.total_seconds(), seconds)
            over = Ran(EndStep(order.run, "withdrawn", detail="the incident was resolved first"))
            await settle(self._engine, order.incident, over, taken.token)
        return None

    async def begin(self, name: str, claim_: str) -> bool:
        """Whether a step may begin now. Raises Forged or Away."""
        claim, now = self._read(name, claim_), self._engine.clock.now()
        begins = await self.runners.begin(claim.incident, claim.run, claim.token, now, now + LEASE)
        self._changes.publish([claim.incident])
        return begins

    async def hold(self, name: str, said: Hold) -> bool:
        """Whether a step is still the runner's; if so, what it has written is shown. Raises Forged or Away."""
        claim, now = self._read(name, said.claim), self._engine.clock.now()
        held = await self.runners.hold(claim.incident, claim.run, claim.token, now + LEASE)
        if held and said.size:
            written = Written(claim.run, _clean(said.text), max(said.size, 0), done=False)
            await keep_output(self._engine, claim.incident, written)
        return held

    async def end(self, name: str, report: StepReport) -> bool:
        """Take a report; answers whether the step was still the runner's.

        One that comes late counts for a change only, which must not stay unknown.
        """
        claim = self._read(name, report.claim)
        until = self._engine.clock.now() + LEASE
        held = await self.runners.hold(claim.incident, claim.run, claim.token, until)
        ran = _ran(claim.run, name, report)
        await settle(self._engine, claim.incident, ran if held else Ran(ran.end), claim.token)
        return held

    def _read(self, name: str, claim: str) -> Claim:
        try:
            incident, run, token, holder = self._signer.loads(claim)
        except (BadSignature, ValueError, TypeError) as error:
            raise Forged("this is no claim of ours") from error
        if holder != name:
            raise Forged("this claim is another runner's")
        return Claim(incident, run, token)

    async def waited_for(self, incident: int | None = None) -> list[tuple[Waiting, bool]]:
        """The runs that wait for a runner to begin them, and whether one is there that could."""
        found = [each for each in await self.runners.waiting(incident) if not each.begun]
        seen = await self.runners.seen(self._engine.clock.now() - CONNECTED) if found else []
        return [(each, any(set(each.labels) <= set(s.labels) for s in seen)) for each in found]


def _ran(run: int, name: str, report: StepReport) -> Ran:
    """A report as the incident takes it: bounded, and masked once more by what looks like a secret."""
    text = _clean(report.text) if report.kept else ""
    detail = "; ".join(filter(None, (_clean(report.detail), f"run by {name}")))
    end = EndStep(
        run,
        report.outcome,
        report.exit,
        round(max(report.seconds, 0.0), 3),
        detail[:300],
        text[-EXCERPT:],
        max(report.size, 0),
    )
    return Ran(end, Written(run, text, max(report.size, 0), done=True))


def _clean(text: str) -> str:
    return Redactor()(text[:LARGEST_TEXT].replace("\0", "\N{REPLACEMENT CHARACTER}"))

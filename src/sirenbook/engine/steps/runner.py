"""A runner elsewhere: fetches steps from the server, judges each again by its own file, carries it out and reports.

It holds no secret of the server's and takes nothing on trust. A change begins only after the server's yes, and only
if that yes came in time; nothing is begun twice, and what cannot be reported is, in the end, unknown there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import httpx2
import msgspec
import structlog
from msgspec import Struct

from sirenbook.engine import failpoints
from sirenbook.engine.clock import boot_seconds, wall_clock
from sirenbook.engine.steps.allowance import Allowance
from sirenbook.engine.steps.carry_out import Bench, Ran, as_judged, carry_out
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.model import runner as words
from sirenbook.model.command import EndStep
from sirenbook.model.step import Order
from sirenbook.store.runs import Written

log = structlog.get_logger()
Answer = TypeVar("Answer")

PATIENCE = 10.0
MOST_AT_ONCE = 4
GRACE = 3.0
LONGEST_PAUSE = 10.0
REPORT_FOR = 1800.0
"""Seconds for which a runner tries to say how a step ended."""


class Unwelcome(Exception):
    """The server does not take this token, these labels, or this runner's word: no use in trying again."""


class Lost(Exception):
    """The server did not answer, or not like a server."""


class Server:
    """The server, as a runner speaks with it."""

    def __init__(self, url: str, token: str, client: httpx2.AsyncClient) -> None:
        self._url = f"{url.rstrip('/')}/api/runner"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._client = client

    async def fetch(self, asked: words.Fetch) -> words.Offer | None:
        """The next step, if there is one in time. Raises Unwelcome or Lost."""
        return (await self._ask("fetch", asked, words.Fetched, PATIENCE + asked.wait)).offer

    async def begin(self, claim: str) -> bool:
        """Whether the step may begin. Raises Unwelcome or Lost."""
        return (await self._ask("begin", words.Begin(claim), words.Held)).held

    async def hold(self, claim: str, text: str = "", size: int = 0) -> bool:
        """Whether the step is still ours. Raises Unwelcome or Lost."""
        return (await self._ask("hold", words.Hold(claim, text, size), words.Held)).held

    async def report(self, report: words.StepReport) -> bool:
        """Whether the step was still ours; it is written down either way. Raises Unwelcome or Lost."""
        return (await self._ask("report", report, words.Held)).held

    async def _ask(self, path: str, body: Struct, kind: type[Answer], patience: float = PATIENCE) -> Answer:
        try:
            said = await self._client.post(
                f"{self._url}/{path}", content=msgspec.json.encode(body), headers=self._headers, timeout=patience
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Lost(f"{type(error).__name__}: {error}".rstrip(": ")) from error
        if said.status_code in (401, 403, 404, 405, 422):
            raise Unwelcome(_told(said))
        if said.status_code != 200:
            raise Lost(f"it answered {said.status_code}")
        try:
            return msgspec.json.decode(said.content, type=kind)
        except msgspec.DecodeError as error:
            raise Lost(f"its answer cannot be read: {error}") from error


def _told(said: httpx2.Response) -> str:
    with suppress(ValueError, TypeError, KeyError):
        return str(said.json()["error"]["text"])
    return f"what answers there is not Sirenbook, or not this version of it (HTTP {said.status_code})"


class Runner:
    """Carries out steps that the server hands over, a few at a time."""

    def __init__(self, server: Server, ground: OwnGround, allowance: Allowance, asked: words.Fetch) -> None:
        self._server = server
        self._ground = ground
        self._allowance = allowance
        self._asked = asked
        self._running: set[asyncio.Task[None]] = set()

    async def greet(self) -> None:
        """Ask once without waiting for an answer, so that a wrong address or token is told at the start."""
        self._take(await self._server.fetch(msgspec.structs.replace(self._asked, wait=0.0)))

    async def work(self) -> None:
        """Fetch and carry out, for ever. Raises Unwelcome."""
        pause = 0.0
        while True:
            await self._room()
            try:
                self._take(await self._server.fetch(self._asked))
                if pause:
                    log.info("the server answers again")
                pause = 0.0
            except Lost as error:
                if not pause:
                    log.warning("the server does not answer", error=str(error))
                pause = min(pause * 2 or 0.5, LONGEST_PAUSE)
                await asyncio.sleep(pause)

    async def stop(self) -> None:
        """End what runs: reading is begun again by somebody else, a change is unknown once its lease is over."""
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _room(self) -> None:
        """Wait until a step more may run. Raises what a step met that ends the runner."""
        while True:
            for task in [t for t in self._running if t.done()]:
                self._running.discard(task)
                task.result()
            if len(self._running) < MOST_AT_ONCE:
                return
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    def _take(self, offer: words.Offer | None) -> None:
        if offer is not None:
            failpoints.reach("K22")
            self._running.add(asyncio.create_task(self._carry_out(offer)))

    async def _carry_out(self, offer: words.Offer) -> None:
        order = offer.order
        ran = self._refused(order) or await self._begun(offer)
        if ran is not None:
            log.info("a step ended", step=order.key, outcome=ran.end.outcome, detail=ran.end.detail)
            await self._report(offer, ran)

    def _refused(self, order: Order) -> Ran | None:
        """Why a step is not carried out here, if it is not."""
        why = self._allowance.refusal(order)
        if not why and self._ground.place(as_judged(order)) is None:
            why = "nothing is bound on this runner to run it"
        return _withdrawn(order, f"refused by the runner: {why}") if why else None

    async def _begun(self, offer: words.Offer) -> Ran | None:
        """Begin and run a step; None where it has become somebody else's."""
        asked_at = boot_seconds()
        try:
            if not await self._server.begin(offer.claim):
                return None
        except Lost:
            return _withdrawn(offer.order, "the server did not say that it may begin")
        if boot_seconds() - asked_at > offer.lease / 2:
            return _withdrawn(offer.order, "the server's word that it may begin came too late")
        failpoints.reach("K23")
        return await self._run(offer)

    async def _run(self, offer: words.Offer) -> Ran | None:
        order, seconds = offer.order, min(offer.seconds, self._allowance.seconds)
        place = self._ground.place(as_judged(order))
        assert place is not None

        async def show(written: Written) -> None:
            await self._server.hold(offer.claim, written.text, written.size)

        bench = Bench(self._ground.executors, seconds, wall_clock)
        running = asyncio.ensure_future(carry_out(order, place.executor, bench, show))
        holding = asyncio.create_task(self._hold(offer, running))
        try:
            return await running
        except asyncio.CancelledError:
            if not holding.done():
                raise
            holding.result()
            return None
        finally:
            running.cancel()
            holding.cancel()

    async def _hold(self, offer: words.Offer, running: "asyncio.Future[Ran]") -> None:
        """Keep the lease while a step runs. Reading is ended once it is another's; a change runs to its end."""
        while True:
            await asyncio.sleep(words.HEARTBEAT)
            try:
                held = await self._server.hold(offer.claim)
            except Lost:
                continue
            except Unwelcome:
                running.cancel()
                raise
            if not held and not offer.order.changes:
                running.cancel()
                return

    async def _report(self, offer: words.Offer, ran: Ran) -> None:
        """Say how a step ended, until the server has heard it."""
        end, output = ran.end, ran.output
        report = words.StepReport(
            claim=offer.claim,
            outcome=end.outcome,
            exit=end.exit,
            seconds=end.seconds,
            detail=end.detail,
            text=output.text if output else "",
            size=end.size,
            kept=not offer.order.hidden,
        )
        if not await insist(lambda: self._server.report(report)):
            log.warning("the step was no longer ours", step=offer.order.key)


async def insist(what: Callable[[], Awaitable[Any]], within: float = REPORT_FOR) -> Any:
    """Do something until the server has answered it; None where it does not in all that time. Raises Unwelcome."""
    end, pause = boot_seconds() + within, 0.25
    while boot_seconds() < end:
        try:
            return await what()
        except Lost:
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    return None


def _withdrawn(order: Order, why: str) -> Ran:
    return Ran(EndStep(order.run, "withdrawn", detail=why))

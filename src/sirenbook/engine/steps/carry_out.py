"""Carries out one order by the executors that are bound, and keeps of what it wrote what may be kept."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime

import structlog
from msgspec import Struct

from sirenbook.engine import failpoints
from sirenbook.executors import Executor, Limits, Result
from sirenbook.executors.capture import Capture
from sirenbook.executors.redaction import Redactor
from sirenbook.model.command import EndStep
from sirenbook.model.judgement import Judgement
from sirenbook.model.step import Order, Outcome
from sirenbook.store.runs import Written

log = structlog.get_logger()

LIVE_EVERY = 1.0
EXCERPT = 2000
_SLACK = 10.0
"""Seconds beyond its limit after which an executor is no longer believed to end by itself."""

Show = Callable[[Written], Awaitable[None]]
"""Tells what a step has written so far."""


class Ran(Struct, frozen=True):
    """How a run ended, and what is kept of what it wrote."""

    end: EndStep
    output: Written | None = None


class Bench(Struct, frozen=True):
    """What a process carries orders out with: its executors, its time limit in seconds, and its clock."""

    executors: Mapping[str, Executor]
    seconds: float
    now: Callable[[], datetime]


async def carry_out(order: Order, name: str, bench: Bench, show: Show) -> Ran:
    """Run an order by the executor of this name. Cancelled, it ends what it began."""
    executors, seconds, now = bench.executors, bench.seconds, bench.now
    capture = Capture(Redactor([secret for e in executors.values() for secret in e.secrets()]))
    began = now()
    telling = asyncio.create_task(_tell(order, capture, show))
    try:
        async with asyncio.timeout(seconds + _SLACK):
            limits, changes = Limits(seconds=seconds), order.risk != "reads"
            result = await executors[name].run(order.plan, limits, capture.write, changes=changes)
    except TimeoutError:
        result = Result("unknown" if order.changes else "stopped", None, "its executor did not end in time")
    except Exception as error:
        log.exception("an executor broke its promise not to raise", executor=name)
        outcome: Outcome = "unknown" if order.changes else "failed"
        result = Result(outcome, None, f"{type(error).__name__} in executor {name}")
    finally:
        telling.cancel()
    failpoints.reach("K17")
    return await _ran(order, result, capture, (now() - began).total_seconds())


async def _ran(order: Order, result: Result, capture: Capture, seconds: float) -> Ran:
    text = "" if order.hidden else await asyncio.to_thread(capture.text)
    detail = f"{result.detail}; what it wrote is a secret and was not kept" if order.hidden else result.detail
    end = EndStep(
        order.run,
        result.outcome,
        result.exit,
        round(max(seconds, 0.0), 3),
        Redactor()(detail).strip("; "),
        text[-EXCERPT:],
        capture.size,
    )
    return Ran(end, Written(order.run, text, capture.size, done=True))


async def _tell(order: Order, capture: Capture, show: Show) -> None:
    """Show what is written while it runs."""
    told = 0
    while not order.hidden:
        await asyncio.sleep(LIVE_EVERY)
        if capture.size > told:
            told = capture.size
            text = await asyncio.to_thread(capture.live)
            with suppress(Exception):  # what cannot be told now is told at the end
                await show(Written(order.run, text, told, done=False))


def as_judged(order: Order) -> Judgement:
    """An order as an executor sees it: what was approved is its target as it is bound now, and no other."""
    return Judgement(order.text, order.language, order.risk, (), run=order.plan)

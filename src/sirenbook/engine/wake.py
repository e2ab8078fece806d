"""The pass of the clock: incidents whose time has come let it happen."""

import asyncio
from datetime import timedelta

from sirenbook.engine import failpoints
from sirenbook.engine.delivery.flight import seconds_until
from sirenbook.engine.handle import Engine, Sitting, store, transact
from sirenbook.incident.core import Decision
from sirenbook.store.ledger import Transaction

LARGEST_PASS = 500


async def pass_(engine: Engine) -> int:
    """Let everything happen that is due; answers how many incidents were."""
    now = engine.clock.now()

    async def body(tx: Transaction) -> list[Decision]:
        held = await tx.lock_due(now, LARGEST_PASS)
        failpoints.reach("K7")
        sitting = Sitting(engine.books, now, held)
        for each in held:
            sitting.tick(each.id)
        decisions = await store(tx, sitting)
        failpoints.reach("K14")
        return decisions

    decisions = await transact(engine, body)
    engine.signals.raise_for(decisions)
    return len(decisions)


async def sleep_until_due(engine: Engine) -> None:
    """Sleep until the next incident is due or something rouses the pass, never longer than a second."""
    signals = engine.signals
    signals.wake.clear()
    due = await engine.ledger.next_wake()
    seconds = seconds_until(due, engine.clock)
    if seconds > 0:
        signals.asleep_until = engine.clock.now() + timedelta(seconds=seconds)
        try:
            async with asyncio.timeout(seconds):
                await signals.wake.wait()
        except TimeoutError:
            return
        finally:
            signals.asleep_until = None

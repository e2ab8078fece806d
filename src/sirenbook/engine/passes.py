"""The loops of one process. Each goes on for ever: a fault is logged and the loop begins anew, never ends."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
import structlog

from sirenbook.engine import wake
from sirenbook.engine.links import LIFETIME
from sirenbook.engine.people import letters, oncall, reach
from sirenbook.engine.policies import versions
from sirenbook.engine.station import Station
from sirenbook.engine.status import mail as status_mail
from sirenbook.store.embedded import EmbeddedFault, EmbeddedPostgres
from sirenbook.store.ledger import Away
from sirenbook.store.overrides import ONCALL
from sirenbook.store.postgres import CHANNEL, SENDER
from sirenbook.store.settings import PLAYBOOK

log = structlog.get_logger()

HOUSEKEEPING = 5.0
TIDY = 3600.0
NEWS = 1.0
"""Seconds until news for the status page is looked for again; pages of people never wait for it."""
TESTING = 60.0
REVIVAL = 0.25
"""Seconds until an embedded database that has ended is noticed; looking costs one system call."""
PAUSE_AFTER_FAULT = 0.5
LARGEST_DRIFT = timedelta(seconds=2)


async def for_ever(name: str, step: Callable[[], Awaitable[Any]]) -> None:
    """Run a step again and again; after a fault, pause and go on."""
    away = False
    while True:
        try:
            await step()
            if away:
                log.info("the database is back", loop=name)
            away = False
        except Away as error:
            if not away:
                log.warning("the database is away", loop=name, error=str(error))
            away = True
            await asyncio.sleep(PAUSE_AFTER_FAULT)
        except Exception:
            log.exception("a loop stumbled and goes on", loop=name)
            await asyncio.sleep(PAUSE_AFTER_FAULT)


async def clock_step(station: Station) -> None:
    """Let what is due happen, then sleep until more is."""
    if await wake.pass_(station.engine) < wake.LARGEST_PASS:
        await wake.sleep_until_due(station.engine)


async def dispatch_step(station: Station) -> None:
    """Send what is due, then sleep until more is."""
    await station.dispatcher.pass_()
    await station.dispatcher.sleep_until_due()


async def steps_step(station: Station) -> None:
    """Run the steps that wait, then sleep until more do."""
    await station.stepper.pass_()
    await station.stepper.sleep_until_due()


async def playbook_step(station: Station) -> None:
    """Run by the playbook and the overrides of whichever node: told of them at once, or seen in seconds."""
    heard = station.engine.signals.playbook
    with suppress(TimeoutError):
        async with asyncio.timeout(HOUSEKEEPING):
            await heard.wait()
    heard.clear()
    await versions.keep_up(station)
    await oncall.refresh(station)
    await reach.refresh(station)


async def letters_step(station: Station) -> None:
    """Send whatever letters are due, then look again soon."""
    await letters.pass_(station)
    await asyncio.sleep(HOUSEKEEPING)


async def status_step(station: Station) -> None:
    """Tell subscribers and customers what is new on the status page, then look again soon."""
    if not await status_mail.pass_(station):
        await asyncio.sleep(NEWS)


async def testing_step(station: Station) -> None:
    """Send the tests of contact methods that are due, then look again in a minute."""
    await reach.test_pass(station)
    await asyncio.sleep(TESTING)


async def checks_step(station: Station) -> None:
    """Look at what is due, then sleep until more is."""
    await station.checker.pass_()
    await station.checker.sleep_until_due()


async def listen(station: Station, dsn: str) -> None:
    """Hear from the database which incidents changed on any node."""
    try:
        connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
    except psycopg.OperationalError as error:
        raise Away(str(error)) from error
    async with connection:
        await connection.execute(f"listen {CHANNEL}")
        station.changes.publish([0])
        try:
            async for notice in connection.notifies():
                _heard(station, notice.payload)
        except psycopg.OperationalError as error:
            raise Away(str(error)) from error


def _heard(station: Station, payload: str) -> None:
    if payload in (PLAYBOOK, ONCALL):
        station.engine.signals.playbook.set()
        return
    sender, _, changed = payload.partition(":")
    if sender == SENDER:  # this process knew as soon as it had committed
        return
    station.engine.signals.wake.set()
    station.engine.signals.dispatch.set()
    station.engine.signals.steps.set()
    ids = [0] if changed == "*" else [int(i) for i in changed.split(",") if i.isdigit()]
    station.changes.publish(ids)


async def keep_database(embedded: EmbeddedPostgres) -> None:
    """Start the embedded database again as soon as it has ended: nothing flows without it."""
    await asyncio.sleep(REVIVAL)
    try:
        if await asyncio.to_thread(embedded.revive):
            log.warning("the embedded database had ended and was started again")
    except EmbeddedFault as fault:
        log.error("the embedded database does not start", fault=str(fault))
        await asyncio.sleep(HOUSEKEEPING)


async def tidy_step(station: Station) -> None:
    """Let go of what steps wrote and what came back long ago: once at the start, then every hour."""
    days = station.engine.books.bindings.stepping.keep_days
    await station.queries.tidy_outputs(station.now() - timedelta(days=days))
    await station.queries.forget_heard(station.now() - 7 * LIFETIME)
    await station.status.tidy(station.now() - status_mail.KEPT)
    await asyncio.sleep(TIDY)


async def housekeeping(station: Station) -> None:
    """Keep the clock with the database's, and the node's beat fresh."""
    drift = station.clock.set(await station.queries.clock())
    if abs(drift) > LARGEST_DRIFT:
        log.warning("the clock was set", by_seconds=drift.total_seconds())
    await beat(station)
    await asyncio.sleep(HOUSEKEEPING)


async def beat(station: Station) -> None:
    """Say that this node is alive, and whether its pages get out: the watchdog asks for both."""
    now, out = station.now(), station.dispatcher.outflow
    dry = out.lately_dry(now)
    detail = {
        "pid": os.getpid(),
        "url": station.links.base_url,
        "dry_since": dry.isoformat() if dry else None,
        "taken_at": out.taken_at.isoformat() if out.taken_at else None,
    }
    await station.settings.beat(station.node, station.started_at, now, detail)

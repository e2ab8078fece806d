"""Fills a home with open incidents whose escalations fall due after the start, by the engine's own functions.

Each was opened almost an hour ago by an alert of its own and acknowledged a minute later; what lies ahead of it is
the playbook's `after 1 hour: team lead`.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
from psycopg_pool import AsyncConnectionPool
from systems import playbook

from sirenbook.engine.clock import SystemClock
from sirenbook.engine.handle import Engine, Signals, Sitting, store, transact
from sirenbook.engine.policies.books import Books
from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import read_texts
from sirenbook.incident.core import Decision
from sirenbook.incident.intake import group_key, group_title
from sirenbook.incident.severity import classify
from sirenbook.model.alert import Alert
from sirenbook.model.command import Acknowledge, Open
from sirenbook.store.embedded import EmbeddedPostgres
from sirenbook.store.ledger import Transaction
from sirenbook.store.migrate import migrate
from sirenbook.store.postgres import PostgresLedger
from sirenbook.store.records import AlertRow
from sirenbook.store.settings import Settings

LEVEL_AFTER = timedelta(hours=1)
ACKNOWLEDGED_AFTER = timedelta(minutes=1)
BATCH = 500
SERVICES = 50


def fill(folder: Path, sink_port: int, count: int, per_second: float, first_due_in: float) -> None:
    """Open `count` incidents in the home of `folder`; so many a second fall due, the first in a while."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    book = playbook(folder, sink_port)
    with EmbeddedPostgres.start(home / "postgres") as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            row = connection.execute("select clock_timestamp()").fetchone()
            assert row is not None
        migrate(server.dsn, row[0])
        asyncio.run(_open_all(server.dsn, book, row[0] + timedelta(seconds=first_due_in), count, per_second))
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            # The pages of the past were delivered then; nobody is to send them now.
            connection.execute("delete from outbox")
            connection.execute("vacuum analyze")


async def _open_all(dsn: str, book: Path, first_due: datetime, count: int, per_second: float) -> None:
    loaded = load(read_texts(book))
    async with AsyncConnectionPool(dsn, min_size=1, max_size=2, kwargs={"autocommit": True}) as pool:
        ledger = PostgresLedger(pool)
        settings = Settings(ledger)
        await settings.put_policy(loaded.policy, loaded.texts.files, first_due)
        books = Books(loaded.policy, loaded.bindings)
        engine = Engine(ledger, SystemClock(first_due), books, Signals(), settings.policy)
        first_opened = first_due - LEVEL_AFTER
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            await _open_some(engine, {n: first_opened + timedelta(seconds=n / per_second) for n in numbers})


async def _open_some(engine: Engine, opened_at: dict[int, datetime]) -> None:
    alerts = {number: _alert(number) for number in opened_at}

    async def body(tx: Transaction) -> list[Decision]:
        ids = dict(zip(opened_at, await tx.new_ids(len(opened_at)), strict=True))
        sitting = Sitting(engine.books, engine.clock.now())
        for number, moment in opened_at.items():
            sitting.now = moment
            sitting.begin(ids[number])
            sitting.decide(ids[number], _opening(engine.books, alerts[number]))
            sitting.now = moment + ACKNOWLEDGED_AFTER
            sitting.decide(ids[number], Acknowledge(by="oncall"))
        decisions = await store(tx, sitting)
        rows = [_row(ids[number], alert) for number, alert in alerts.items()]
        await tx.fold_alerts(rows, sitting.now)
        return decisions

    await transact(engine, body)


def _alert(number: int) -> Alert:
    severity = "high" if number % 10 == 0 else "critical"
    labels = {
        "alertname": f"Alert {number}",
        "service": f"service-{number % SERVICES}",
        "instance": f"tk-crowd-{number}",
        "severity": severity,
    }
    return Alert(
        key=f"alertmanager:crowd-{number}",
        status="firing",
        labels=labels,
        annotations={"summary": f"p99 over 2s on node {number}"},
    )


def _opening(books: Books, alert: Alert) -> Open:
    choice = classify(books.policy, books.bindings, alert.labels)
    return Open(
        title=group_title(books.bindings, alert.labels),
        severity=choice.severity,
        reason=choice.reason,
        why=choice.why,
        by="",
        group=group_key(books.bindings, alert.labels),
        alerts=1,
        impact=alert.summary,
    )


def _row(incident: int, alert: Alert) -> AlertRow:
    return AlertRow(incident, "", alert.key, "firing", 1, msgspec.json.encode(alert).decode())

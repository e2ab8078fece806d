"""Measures the response of a team: reads the timelines of some months and judges each by the policy it ran by."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import groupby

from sirenbook.engine.handle import context_of
from sirenbook.engine.station import Station
from sirenbook.incident.context import Context
from sirenbook.incident.timings import Timings, timings
from sirenbook.incident.trends import Report, earlier, report
from sirenbook.model.event import Entry, Opened
from sirenbook.model.incident import Incident

MOST_INCIDENTS = 20_000
"""How many incidents one report looks at, the newest."""

History = tuple[Context, int, Sequence[Entry]]


async def measured(station: Station, month: str, months: int, zone: tzinfo) -> Report:
    """The report of a month such as `2026-11`, with the months before it. Raises Away."""
    since, until = _begin(earlier(month, months - 1), zone), _begin(earlier(month, -1), zone)
    rows = await station.queries.histories(since, until, MOST_INCIDENTS)
    told: list[History] = []
    for number, entries in groupby(rows, key=lambda row: row[0]):
        timeline = [entry for _, entry in entries]
        opened = timeline[0].event
        if isinstance(opened, Opened):
            context = await context_of(station.engine, Incident(id=number, policy=opened.policy))
            told.append((context, number, timeline))
    policy = station.engine.books.policy
    return await asyncio.to_thread(lambda: report(policy, _timings(told), month, months, zone))


async def items_open(station: Station) -> tuple[int, int]:
    """How many action items are open in all, and how many of them are past their date. Raises Away."""
    rows, now = await station.queries.with_items(), station.now()
    items = [x for r in rows if r.incident.aftermath for x in r.incident.aftermath.items if x.status == "open"]
    return len(items), sum(x.due is not None and x.due < now for x in items)


def _timings(told: Sequence[History]) -> list[Timings]:
    return [timings(*each) for each in told]


def _begin(month: str, zone: tzinfo) -> datetime:
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=zone).astimezone(UTC)

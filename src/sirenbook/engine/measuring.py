"""Measures the response of a team: reads the timelines of some months and judges each by the policy it ran by."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import groupby

from msgspec.structs import replace

from sirenbook.engine.handle import context_of
from sirenbook.engine.people import practices
from sirenbook.engine.station import Station
from sirenbook.incident.after.practices import kept
from sirenbook.incident.context import Context
from sirenbook.incident.core import fold
from sirenbook.incident.measures.metrics import Figure, share
from sirenbook.incident.measures.timings import Timings, timings
from sirenbook.incident.measures.trends import Report, earlier, report
from sirenbook.incident.visibility import Reader, may_see
from sirenbook.model.event import Entry, Opened
from sirenbook.model.incident import Incident
from sirenbook.model.update_event import AccessRestricted, SecurityMarked
from sirenbook.store.records import decode_entry

AT_A_TIME = 500
"""Incidents read at once: paging goes on between two bites, whatever a report has to swallow."""

Timeline = tuple[int, list[Entry]]


async def measured(station: Station, month: str, months: int, zone: tzinfo, reader: Reader) -> Report:
    """The report of a month such as `2026-11`, with the months before it, for one reader. Raises Away."""
    since, until = _begin(earlier(month, months - 1), zone), _begin(earlier(month, -1), zone)
    found: list[Timings] = []
    opened = await station.queries.opened(since, until)
    for first in range(0, len(opened), AT_A_TIME):
        rows = await station.queries.histories(opened[first : first + AT_A_TIME])
        told = await asyncio.to_thread(_timelines, rows)
        contexts = {d: await context_of(station.engine, Incident(id=0, policy=d)) for d in set(map(_digest, told))}
        found += await asyncio.to_thread(_timings, told, contexts, reader)
    whole = await asyncio.to_thread(report, station.engine.books.policy, found, month, months, zone)
    return replace(whole, figures=[*whole.figures, *await _practices(station, month, zone)])


async def _practices(station: Station, month: str, zone: tzinfo) -> list[Figure]:
    """How much of what was due regularly in a month was done in time; nothing where none was due."""
    since, until = _begin(month, zone), _begin(earlier(month, -1), zone)
    done = await station.practices.due_between(since, until)
    left = [s for s in await practices.standings(station) if s.due is not None and since <= s.due < until]
    good, late = kept(done, left, station.now())
    each = [(1, 0)] * good + [(0, 1)] * late
    return [share("practices", "Practices in time", each)] if each else []


async def items_open(station: Station) -> tuple[int, int]:
    """How many action items are open in all, and how many of them are past their date. Raises Away."""
    rows, now = await station.queries.with_items(), station.now()
    items = [x for r in rows if r.incident.aftermath for x in r.incident.aftermath.items if x.status == "open"]
    return len(items), sum(x.due is not None and x.due < now for x in items)


def _timelines(rows: Sequence[tuple[int, str]]) -> list[Timeline]:
    """Stored rows as timelines, one for each incident."""
    by_incident = groupby(rows, key=lambda row: row[0])
    return [(number, [decode_entry(data) for _, data in entries]) for number, entries in by_incident]


def _digest(told: Timeline) -> str:
    """The policy that an incident was opened under, and ran by to its end."""
    opened = told[1][0].event
    return opened.policy if isinstance(opened, Opened) else ""


def _timings(told: Sequence[Timeline], contexts: Mapping[str, Context], reader: Reader) -> list[Timings]:
    return [_of(contexts[_digest(each)], *each, reader) for each in told]


def _of(context: Context, number: int, entries: list[Entry], reader: Reader) -> Timings:
    """How one incident went; a restricted one counts for everybody, and names itself to few."""
    found = timings(context, number, entries)
    marked = any(isinstance(x.event, SecurityMarked | AccessRestricted) for x in entries)
    if marked and not may_see(context, fold(number, entries), reader):
        found.title = found.alert = found.service = found.cause = ""
    return found


def _begin(month: str, zone: tzinfo) -> datetime:
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=zone).astimezone(UTC)

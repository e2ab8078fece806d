"""At each hand-off a brief is made from what is known and sent to whoever comes in and whoever had it before."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sirenbook.engine import oncall
from sirenbook.engine.checks import health_lines
from sirenbook.engine.station import Station
from sirenbook.incident import handoff as pure
from sirenbook.incident.handoff import Handoff, Known
from sirenbook.incident.visibility import unless_confidential
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.intent import Notification
from sirenbook.store.handoffs import Due

LATEST = timedelta(hours=1)
"""For how long after a hand-off its brief is still made: a process that starts later says nothing of it."""
LEASE = timedelta(minutes=1)


async def pass_(station: Station) -> int:
    """Make the briefs of hand-offs that have come, and send those that are due; answers how many went out."""
    await _make(station)
    now = station.now()
    claimed = await station.handoffs.claim(now, now + LEASE)
    return sum(await asyncio.gather(*(_send(station, due) for due in claimed)))


async def _make(station: Station) -> None:
    now, bindings = station.now(), station.engine.books.bindings
    come = pure.handoffs(bindings, now - LATEST, now)
    known = await station.handoffs.known(now - LATEST) if come else set()
    for each in come:
        if (each.rotation, each.at) not in known:
            text = await brief(station, each)
            people = [p for p in dict.fromkeys((*each.incoming, *each.outgoing)) if p in bindings.people]
            due = Due(0, each.rotation, each.at, pure.title(bindings, each), text, each.why, "", 0)
            await station.handoffs.keep(due, people, now)


async def brief(station: Station, handoff: Handoff) -> str:
    """The brief of a hand-off, from the state as it is; many read it, so restricted incidents are veiled."""
    books, now = station.engine.books, station.now()
    zone = ZoneInfo(books.bindings.business_hours.zone)
    rows = await station.queries.gravest(pure.MOST_INCIDENTS)
    contexts = [(await station.policy_of(r.incident), unless_confidential(r.incident)) for r in rows]
    left = [unless_confidential(r.incident) for r in await station.queries.with_items(200)]
    health = await station.health()
    lines = await station.checker.lines()
    announced = await station.status.maintenance(now)
    return pure.words(
        Known(
            incidents=tuple(pure.incident_line(context, incident) for context, incident in contexts),
            unfinished=tuple(pure.unfinished_lines(books.bindings, left, now)),
            ahead=tuple(pure.ahead_lines(books.bindings, handoff, zone)),
            health=(*health.faults, *(f"{c} is left alone after failures" for c in health.open_circuits)),
            maintenance=tuple(pure.maintenance_lines(announced, handoff, zone)),
            duties=tuple(pure.duties_of(books.policy, books.bindings, handoff)),
            environment=tuple(health_lines(lines, now)),
            watched=sum(not line.hindrance for line in lines),
            agenda=books.policy.readiness.handoff,
        )
    )


async def brief_now(station: Station, rotation: str) -> tuple[str, str]:
    """Title and brief of a rotation as they would be now. Raises Unsound for a rotation that there is not."""
    bindings = station.engine.books.bindings
    handoff = pure.present(bindings, oncall.rotation_of(bindings, rotation), station.now())
    return pure.title(bindings, handoff), await brief(station, handoff)


async def _send(station: Station, due: Due) -> bool:
    person = station.engine.books.bindings.people.get(due.person)
    if person is None or not person.methods:
        await station.handoffs.settle(due, None, "no contact method")
        return False
    receipt = await station.dispatcher.inform(person, lambda m: _notification(station, due, person, m))
    sent_at = station.now() if receipt.outcome == "accepted" else None
    await station.handoffs.settle(due, sent_at, f"{receipt.outcome}: {receipt.detail}")
    return sent_at is not None


def _notification(station: Station, due: Due, person: Person, method: ContactMethod) -> Notification:
    now: datetime = station.now()
    return Notification(
        key=f"{station.dispatcher.installation}.handoff.{due.id}.{person.id}",
        to=method.to,
        person=person.name,
        incident="On call",
        severity="Hand-off",
        title=due.title,
        text=due.brief,
        why=due.why,
        demands=False,
        url=f"{station.links.base_url}/oncall",
        at=now,
        facts=(("Hand-off", f"{due.at:%Y-%m-%d %H:%M} UTC"),),
        attempt=due.attempt,
        rank=9,
    )

"""At each hand-off a brief is made from what is known, for whoever comes in and whoever had it before."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sirenbook.engine.checks import health_lines
from sirenbook.engine.people import oncall
from sirenbook.engine.station import Station
from sirenbook.incident.people import handoff as pure
from sirenbook.incident.people.handoff import Handoff, Known
from sirenbook.incident.visibility import unless_confidential
from sirenbook.store.letters import Letter

LATEST = timedelta(hours=1)
"""For how long after a hand-off its brief is still made: a process that starts later says nothing of it."""


async def make(station: Station) -> None:
    """Write the briefs of hand-offs that have come."""
    now, bindings = station.now(), station.engine.books.bindings
    come = pure.handoffs(bindings, now - LATEST, now)
    known = await station.letters.known("handoff", now - LATEST) if come else set()
    for each in come:
        if (each.rotation, each.at) not in known:
            text = await brief(station, each)
            people = [p for p in dict.fromkeys((*each.incoming, *each.outgoing)) if p in bindings.people]
            letter = Letter("handoff", each.rotation, each.at, pure.title(bindings, each), text, each.why)
            await station.letters.keep(letter, people, now)


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
            lacks=tuple(pure.lacks_of(books.policy, books.bindings, handoff)),
        )
    )


async def brief_now(station: Station, rotation: str) -> tuple[str, str]:
    """Title and brief of a rotation as they would be now. Raises Unsound for a rotation that there is not."""
    bindings = station.engine.books.bindings
    handoff = pure.present(bindings, oncall.rotation_of(bindings, rotation), station.now())
    return pure.title(bindings, handoff), await brief(station, handoff)

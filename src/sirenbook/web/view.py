"""An incident as people and programs see it: the stored state, put into words."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs

from sirenbook.engine.station import Station
from sirenbook.incident.calendar import hours_words
from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines
from sirenbook.incident.people import relief
from sirenbook.incident.steps.matching import places
from sirenbook.incident.timeline import describe, person_name, phase
from sirenbook.model.bindings import Bindings
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import Entry, Opened, Regraded
from sirenbook.model.incident import Incident
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Link
from sirenbook.store.queries import AlertLine, Row
from sirenbook.web.api.shapes import (
    Ahead,
    Calendar,
    Detail,
    Line,
    Place,
    ReliefNow,
    Responder,
    Sight,
    Signal,
    Summary,
)
from sirenbook.web.foretell import foretell


def place(why: Provenance | None) -> Place | None:
    """Where the playbook says so."""
    return Place(why.file, why.line, why.quote) if why is not None else None


async def summary(station: Station, row: Row) -> Summary:
    """One incident of a list."""
    incident = row.incident
    context = await station.policy_of(incident)
    by = incident.acknowledged_by
    assert incident.opened_at is not None
    return Summary(
        id=incident.number,
        title=incident.title,
        severity=incident.severity,
        label=context.severity(incident).label,
        status=incident.status,
        phase=phase(incident),
        opened_at=incident.opened_at,
        acknowledged_by=person_name(context.bindings, by) if by else None,
        acknowledged_at=incident.acknowledged_at,
        resolved_at=incident.resolved_at,
        alerts=row.alerts,
        wake_at=row.wake_at,
        drill=incident.drill,
        restricted=incident.confidential,
        url=station.links.incident(incident.id),
    )


async def detail(station: Station, row: Row) -> Detail:
    """One incident whole."""
    incident = row.incident
    context = await station.policy_of(incident)
    grading = await station.queries.grading(incident.id) if incident.seq else None
    graded = grading.event if grading else None
    assert graded is None or isinstance(graded, Opened | Regraded)
    runbook = incident.procedure.runbook if incident.procedure else None
    return Detail(
        **structs.asdict(await summary(station, row)),
        impact=incident.impact,
        reason=graded.reason if graded else "",
        why=place(graded.why) if graded else None,
        policy=incident.policy,
        people=people(context, row),
        next=ahead(context, row),
        reached=list(incident.reached),
        alerts_sample=[signal(a) for a in await station.queries.alerts(incident.id)] if incident.seq else [],
        links=[linked(x) for x in places(context.policy, incident.title, runbook)],
        relief=_relief(context, incident),
        service=incident.service,
        calendar=Calendar(hours_words(context.hours), context.bindings.calendar_of(incident.service)),
        seq=incident.seq,
    )


def _relief(context: Context, incident: Incident) -> ReliefNow | None:
    """Who is to take over now, if somebody is."""
    found = relief.relief(context, incident)
    if found is None:
        return None
    names = [person_name(context.bindings, p) for p in found.people]
    why = Place(found.why.file, found.why.line, found.why.quote)
    return ReliefNow(found.target, names, found.since, relief.words(context, found), why)


def linked(link: Link) -> Sight:
    """A place to look at as people see it; only addresses of the web can be followed."""
    return Sight(link.title, link.kind, link.url, link.command, Place(link.why.file, link.why.line, link.why.quote))


def people(context: Context, row: Row) -> list[Responder]:
    """Everybody who was paged, the latest page first."""
    found = [
        Responder(
            person=p.person,
            name=person_name(context.bindings, p.person),
            target=p.target,
            page=p.page,
            at=p.at,
            settled=p.settled,
            why=Place(p.why.file, p.why.line, p.why.quote),
        )
        for p in row.incident.pages
    ]
    return sorted(found, key=lambda r: r.at, reverse=True)


def ahead(context: Context, row: Row) -> list[Ahead]:
    """What happens next, earliest first."""
    return [_ahead(context, d) for d in deadlines(context, row.incident)]


def _ahead(context: Context, deadline: Deadline) -> Ahead:
    return Ahead(
        at=deadline.at,
        in_seconds=round((deadline.at - context.now).total_seconds()),
        kind=type(deadline.event).__name__,
        text=foretell(deadline.event, context.bindings),
        why=place(getattr(deadline.event, "why", None)),
    )


def line(entry: Entry, bindings: Bindings) -> Line:
    """One entry of a timeline in words."""
    words = describe(entry.event, bindings)
    event: dict[str, Any] = msgspec.to_builtins(entry.event)
    return Line(
        seq=entry.seq,
        at=entry.at,
        due=entry.due,
        kind=type(entry.event).__name__,
        text=words.text,
        who=words.who,
        why=place(words.why),
        event=event,
    )


def signal(found: AlertLine) -> Signal:
    """One alert as people see it."""
    alert = found.alert
    return Signal(
        name=alert.name,
        summary=alert.summary,
        status=found.status,
        repeats=found.repeats,
        first_at=found.first_at,
        last_at=found.last_at,
        link=alert.link,
        labels=alert.labels,
        annotations=alert.annotations,
    )


def seconds_between(start: datetime | None, end: datetime | None) -> int | None:
    """Whole seconds from one instant to another, where there are both."""
    return None if start is None or end is None else round((end - start).total_seconds())

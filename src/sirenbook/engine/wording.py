"""What a message says, chosen from the incident as it is at the moment of sending."""

from datetime import datetime

from msgspec import Struct

from sirenbook.engine.links import Links
from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines
from sirenbook.incident.timeline import describe, phase, span
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.intent import Notification
from sirenbook.store.records import Due

ON_TIME = 5
"""Seconds of delay that nobody needs to be told of."""


class Envelope(Struct, frozen=True):
    """To whom a message goes and how."""

    person: Person
    method: ContactMethod

    @property
    def last(self) -> bool:
        """Whether no further contact method follows this one."""
        return self.method is self.person.methods[-1]


def notification(due: Due, envelope: Envelope, context: Context, links: Links, prefix: str) -> Notification:
    """The message for one intent; `prefix` makes its key unique among all installations."""
    incident, intent = due.incident, due.intent
    severity = context.severity(incident)
    can_act = incident.open
    return Notification(
        key=f"{prefix}.{intent.key}",
        to=envelope.method.to,
        person=envelope.person.name,
        incident=incident.number,
        severity=severity.full_name,
        title=incident.title,
        text=intent.text or incident.impact,
        why=intent.why,
        demands=intent.demands,
        url=links.incident(incident.id),
        at=context.now,
        ack_url=links.acknowledge(incident.id, envelope.person.id, context.now) if can_act else None,
        facts=_facts(due, context),
        late=_late(due, context.now),
        drill=incident.drill,
        attempt=due.attempt,
        rank=severity.rank,
    )


def _late(due: Due, now: datetime) -> int:
    late = int((now - (due.intent.due or due.created_at)).total_seconds())
    return late if late > ON_TIME else 0


def _facts(due: Due, context: Context) -> tuple[tuple[str, str], ...]:
    incident = due.incident
    facts = [("State", phase(incident)), ("You are", due.intent.target)]
    if incident.opened_at is not None:
        age = int((context.now - incident.opened_at).total_seconds())
        facts.append(("Since", f"{incident.opened_at:%Y-%m-%d %H:%M:%S} UTC ({span(max(age, 0))} ago)"))
    following = next(iter(deadlines(context, incident)), None)
    if following is not None:
        words = describe(following.event, context.bindings).text
        facts.append(("Next", f"{following.at:%H:%M:%S} UTC: {words}"))
    return tuple(facts)

"""What a message says, chosen from the incident as it is at the moment of sending."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.links import Links, Sent
from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines
from sirenbook.incident.timeline import describe, person_name, phase, span
from sirenbook.incident.visibility import UNSAID, VEIL, Reader, may_see, severity_named, unless_confidential
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.incident import Incident
from sirenbook.model.intent import Notification
from sirenbook.store.records import Due

ON_TIME = 5
"""Seconds of delay that nobody needs to be told of."""
INSIDE = "What it is about is shown to those who log in and may see it."
MOST_NAMED = 20
"""How many of a bundle's messages are named in it; all of them are behind its link."""


class Envelope(Struct, frozen=True):
    """To whom a message goes and how."""

    person: Person
    method: ContactMethod

    @property
    def last(self) -> bool:
        """Whether no further contact method follows this one."""
        return self.method is self.person.methods[-1]


def notification(due: Due, envelope: Envelope, context: Context, links: Links, prefix: str) -> Notification:
    """The message for one intent; `prefix` makes its key unique everywhere.

    Of a restricted incident no message says more than that it is there and how grave: it is read on lock screens
    and on other people's servers. Neither the playbook's line nor whom it calls is said, for both can tell what it
    is about. Who may see it acts on it as on any other, and reads on behind the login.
    """
    intent = due.intent
    incident = unless_confidential(due.incident)
    known = may_see(context, due.incident, Reader(envelope.person.id))
    severity = context.severity(incident)
    wanted = due.intent.demands or incident.status == "unacknowledged"
    can_act = incident.open and known and wanted
    return Notification(
        key=f"{prefix}.{intent.key}",
        to=envelope.method.to,
        person=envelope.person.name,
        incident=incident.number,
        severity=severity_named(context, incident),
        title=f"{VEIL} {incident.number}" if incident.confidential else incident.title,
        text=_text(due, incident, context),
        why=UNSAID if incident.confidential else intent.why,
        demands=intent.demands,
        url=links.incident(incident.id),
        at=context.now,
        ack_url=links.acknowledge(incident.id, envelope.person.id, context.now) if can_act else None,
        facts=_facts(due, incident, context),
        late=_late(due, context.now),
        drill=incident.drill,
        attempt=due.attempt,
        rank=severity.rank,
        moment=intent.moment,
        thread=f"{prefix}.{incident.number}",
        answer_url=_answer_url(due, envelope, context, links) if known else "",
        ack_code=links.code(incident.id, envelope.person.id) if can_act else "",
    )


def _text(due: Due, incident: Incident, context: Context) -> str:
    if due.intent.moment == "acknowledged":
        return f"Acknowledged by {person_name(context.bindings, incident.acknowledged_by or 'somebody')}"
    if due.intent.moment == "resolved":
        return "Resolved"
    if due.intent.quoted:
        return due.intent.text
    return INSIDE if incident.confidential else due.intent.text or incident.impact


def _answer_url(due: Due, envelope: Envelope, context: Context, links: Links) -> str:
    intent = due.intent
    sent = Sent(due.incident.id, intent.page, envelope.person.id, intent.method)
    return links.answer(envelope.method.channel, sent, context.now)


def _late(due: Due, now: datetime) -> int:
    late = int((now - (due.intent.due or due.created_at)).total_seconds())
    return late if late > ON_TIME else 0


def _facts(due: Due, incident: Incident, context: Context) -> tuple[tuple[str, str], ...]:
    facts = [("State", phase(incident))]
    if not incident.confidential:
        facts.append(("You are", due.intent.target))
    if incident.opened_at is not None:
        age = int((context.now - incident.opened_at).total_seconds())
        facts.append(("Since", f"{incident.opened_at:%Y-%m-%d %H:%M:%S} UTC ({span(max(age, 0))} ago)"))
    following = next(iter(deadlines(context, incident)), None)
    if following is not None and not incident.confidential:
        words = describe(following.event, context.bindings).text
        facts.append(("Next", f"{following.at:%H:%M:%S} UTC: {words}"))
    return tuple(facts)


def message(
    dues: Sequence[Due], envelope: Envelope, contexts: Sequence[Context], links: Links, prefix: str
) -> Notification:
    """The message for one intent, or for a bundle of them."""
    singly = [notification(d, envelope, c, links, prefix) for d, c in zip(dues, contexts, strict=True)]
    return singly[0] if len(singly) == 1 else _bundle(singly, links, prefix)


def _bundle(singly: list[Notification], links: Links, prefix: str) -> Notification:
    """One message for many, gravest first; its key is that of the messages it stands for."""
    singly.sort(key=lambda n: (n.rank, n.key))
    first = singly[0]
    keys = tuple(n.key for n in singly)
    named = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:16]
    return replace(
        first,
        key=f"{prefix}.bundle.{named}",
        incident=f"{len(singly)} pages",
        title=f"{len(singly)} more pages within a minute, the first: {first.title}",
        text="Too much at once to page one by one; every one of these is yours until somebody acknowledges it.",
        url=links.home(),
        ack_url=None,
        facts=tuple((f"{n.incident} {n.severity}", n.title) for n in singly[:MOST_NAMED]),
        demands=any(n.demands for n in singly),
        late=max(n.late for n in singly),
        drill=all(n.drill for n in singly),
        bundled=keys,
        answer_url="",
        ack_code="",
    )

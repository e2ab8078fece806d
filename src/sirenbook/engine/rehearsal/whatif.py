"""What lies ahead of an open incident, beside what another policy or other people would make of it."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines
from sirenbook.incident.difference import pair_levels, pair_severities
from sirenbook.incident.timeline import describe
from sirenbook.model import event as e
from sirenbook.model.bindings import Bindings, fold
from sirenbook.model.deadline import Deadline
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance


class Running(Struct, frozen=True):
    """An open incident with the policy that it opened under."""

    incident: Incident
    policy: Policy


class Ahead(Struct, frozen=True):
    """Something that lies ahead: when it does as things stand, and when it would; None where not at all."""

    text: str
    keeps: datetime | None
    would: datetime | None
    why: Provenance | None = None


def under(each: Running, policy: Policy, bindings: Bindings, now: datetime) -> tuple[Ahead, ...] | None:
    """What would lie ahead otherwise under another policy; None where that one has no such severity."""
    if policy.digest == each.policy.digest:
        return ()
    moved = _translated(each, policy)
    if moved is None:
        return None
    return _apart(Context(each.policy, bindings, now), each.incident, Context(policy, bindings, now), moved)


def rebound(each: Running, old: Bindings, new: Bindings, now: datetime) -> tuple[Ahead, ...]:
    """What really lies ahead otherwise once other bindings are in force: those hold for every incident."""
    context = Context(each.policy, old, now)
    return _apart(context, each.incident, replace(context, bindings=new), each.incident)


def _translated(each: Running, policy: Policy) -> Incident | None:
    """The incident as if it had opened under the other policy: its severity and levels by their names there."""
    incident = each.incident
    pairs = pair_severities(each.policy, policy)
    own = each.policy.severity(incident.severity)
    there = next((p.after for p in pairs if p.before is own), None)
    if there is None:
        return None
    levels = pair_levels(each.policy.levels_of(own.name), policy.levels_of(there.name))
    keys = {p.before.key: p.after.key for p in levels if p.before and p.after}
    reached = tuple(keys[k] for k in incident.reached if k in keys)
    return replace(incident, severity=there.name, reached=reached)


def _apart(context: Context, incident: Incident, other: Context, moved: Incident) -> tuple[Ahead, ...]:
    """The deadlines that one of the two has and the other has not, or has at another time."""
    keeps = {_identity(d): d for d in reversed(deadlines(context, incident))}
    would = {_identity(d): d for d in reversed(deadlines(other, moved))}
    found = [
        _ahead(keeps.get(key), would.get(key), (other if key in would else context).bindings)
        for key in dict.fromkeys((*keeps, *would))
        if key not in keeps or key not in would or keeps[key].at != would[key].at
    ]
    return tuple(sorted(found, key=lambda a: min(x for x in (a.keeps, a.would) if x is not None)))


def _identity(deadline: Deadline) -> tuple[object, ...]:
    """What a deadline is, whenever it is: kind and people."""
    event = deadline.event
    if isinstance(event, e.Escalated):
        return "Escalated", frozenset(map(fold, event.who)), event.until, event.manner
    if isinstance(event, e.PageContinued):
        return "PageContinued", event.page, event.person
    return (type(event).__name__,)


def _ahead(keeps: Deadline | None, would: Deadline | None, bindings: Bindings) -> Ahead:
    told = would or keeps
    assert told is not None
    return Ahead(
        text=_words(told.event, bindings),
        keeps=keeps.at if keeps else None,
        would=would.at if would else None,
        why=getattr(told.event, "why", None),
    )


def _words(event: e.Event, bindings: Bindings) -> str:
    if isinstance(event, e.Escalated):
        verb = {"page": "Page", "notify": "Inform", "ticket": "Write a ticket for"}[event.manner]
        return f"{verb} {', '.join(event.who)} unless {event.until}"
    return describe(event, bindings).text

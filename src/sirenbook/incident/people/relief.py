"""Who takes over in a long incident, where the playbook says so: suggested, called by one tap, then its owner."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from sirenbook.incident.context import Context, Course
from sirenbook.incident.people import oncall
from sirenbook.incident.timeline import person_name, phase, span
from sirenbook.model.bindings import fold
from sirenbook.model.event import Acknowledged
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy
from sirenbook.model.promise import Duty, Role
from sirenbook.model.provenance import Provenance
from sirenbook.model.update_event import RoleAssigned

USUAL = 4 * 3600
"""Seconds after which an incident is long, where the playbook speaks of long ones and does not say how long."""
_OVER = re.compile(r"\b(?:tak\w+|step\w*) over\b|\breliev\w+|\bswap\w*|\bspell\b", re.IGNORECASE)
_TO_ANOTHER = re.compile(r"\bhand\w* (?:\w+ ){0,3}(?:over|off)\b|\bis relieved\b|\bbe relieved\b", re.IGNORECASE)
_LONG = re.compile(
    r"\b(?:needs?|to) (?:\w+ )?(?:rest|sleep|break)\b"
    r"|\bfatigue\w*|\btired\b|\bexhaust\w+"
    r"|\b(?:extended|prolonged|lengthy|long(?:er)?(?:[- ](?:running|lasting))?) (?:incident|outage|response)s?\b"
    r"|\b(?:after|over|exceed\w*|longer than|more than) \d+(?:\.\d+)? ?h(?:ours?|rs?)?\b",
    re.IGNORECASE,
)


class Relief(Struct, frozen=True):
    """Who takes over from whoever has had the incident since when; `stated` where the playbook says how long."""

    target: str
    people: tuple[str, ...]
    owner: str
    since: datetime
    after: int
    stated: bool
    why: Provenance


def relief(context: Context, incident: Incident) -> Relief | None:
    """Who should take over now; None while nobody should, or after they were called."""
    owner, since = incident.acknowledged_by, incident.acknowledged_at
    if not incident.open or owner is None or since is None:
        return None
    for target, duty in _duties(context.policy):
        after = duty.within.seconds if duty.within else USUAL
        due = since + timedelta(seconds=after)
        people = tuple(p.id for p in context.bindings.reach(target, context.now) if p.id != owner)
        called = any(fold(p.target) == fold(target) and p.at >= due for p in incident.pages)
        if people and not called and context.now >= due:
            return Relief(target, people, owner, since, after, duty.within is not None, duty.why)
    return None


def _duties(policy: Policy) -> Iterator[tuple[str, Duty]]:
    """The duties that say so, each with the name of the playbook that takes over."""
    for role in policy.roles:
        for duty in role.duties:
            target = _successor(policy, role, duty.text) if _LONG.search(duty.text) else ""
            if target:
                yield target, duty


def _successor(policy: Policy, role: Role, text: str) -> str:
    """Whom a duty has take over: the role itself; where it hands over, the role that it names, or the backup."""
    if _TO_ANOTHER.search(text):
        others = (r.name for r in policy.roles if r is not role and fold(r.name) in fold(text))
        return next(others, policy.backup or "")
    return role.name if _OVER.search(text) else ""


def words(context: Context, found: Relief) -> str:
    """The suggestion in a sentence."""
    who = " and ".join(person_name(context.bindings, p) for p in found.people)
    held = span(int((context.now - found.since).total_seconds()) // 60 * 60)
    usual = "" if found.stated else f"; the playbook does not say how long is long, {span(found.after)} is taken"
    return f"{person_name(context.bindings, found.owner)} has had it for {held}: {who} takes over{usual}"


def relieved(incident: Incident, person: str) -> str:
    """From whom somebody takes the incident over by answering the page that called them to; empty where nobody."""
    called = any(
        p.person == person and not p.settled and fold(p.target) == fold(incident.relief) for p in incident.pages
    )
    owner = incident.acknowledged_by or ""
    return owner if incident.relief and called and owner != person else ""


def on_taken(course: Course, event: Acknowledged) -> None:
    """Whoever takes over has every role that the one before them had, and a brief; that one is told to rest."""
    context, incident = course.context, course.incident
    why = next((p.why for p in incident.pages if p.person == event.by), None)
    if not event.relieves or why is None:
        return
    taken = [h for h in incident.roles if h.person == event.relieves]
    for held in taken:
        course.happen(RoleAssigned(held.role, held.kind, event.by, event.by, why, event.relieves))
    before, now = (person_name(context.bindings, p) for p in (event.relieves, event.by))
    oncall.inform(course, event.by, _brief(incident, before, [h.role for h in taken]), why)
    oncall.inform(course, event.relieves, f"{now} has taken it over from you: it is not yours any more", why)


def _brief(incident: Incident, before: str, taken: list[str]) -> str:
    """What somebody must know who takes over: how it stands, what is theirs now, and who waits for what."""
    parts = [f"you have taken it over from {before}", f"it is {incident.state or phase(incident)}"]
    parts += [f"you are now {', '.join(taken)}"] if taken else []
    parts += [f"{t.audience} wait for an update by {t.next_by:%H:%M %Z}" for t in incident.told if t.next_by]
    parts += [f"{t.audience} missed {t.missed} updates" for t in incident.told if t.missed]
    return "; ".join(parts)

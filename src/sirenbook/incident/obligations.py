"""What a severity obliges to: all hands told, management brought in, a review in turn, by the playbook's line."""

import re
from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from sirenbook.incident.after.aftermath import NOTHING_YET
from sirenbook.incident.context import Context, Course
from sirenbook.incident.people import oncall
from sirenbook.incident.people.escalation import escalated
from sirenbook.model.bindings import fold
from sirenbook.model.event import Escalated
from sirenbook.model.incident import Incident
from sirenbook.model.promise import Obligation, ObligationKind
from sirenbook.model.review_event import ItemAdded
from sirenbook.model.update_event import Obliged

_ON_CALL = re.compile(r"\bon[- ]?call\b|\bresponders?\b", re.IGNORECASE)
_ABOVE = re.compile(
    r"\bmanagement\b|\bleadership\b|\bexecutives?\b|\bexecs?\b|\bC[TEIO]O\b|\bVP\b|\bdirectors?\b|\bleads?\b"
    r"|\bmanagers?\b|\bfounders?\b|\bhead of\b",
    re.IGNORECASE,
)
_PERIODS = (
    (r"\bdaily\b", 1),
    (r"\bbi-?weekly\b|\bfortnight", 14),
    (r"\bweek", 7),
    (r"\bmonth", 30),
    (r"\bquarter", 91),
)
"""How many days lie between two reviews at the most, by the word for it."""


def obligation(context: Context, incident: Incident, kind: ObligationKind) -> Obligation | None:
    """What the incident's severity obliges to in one respect; None where the playbook says nothing of it."""
    return next(
        (o for o in context.policy.obligations if o.kind == kind and incident.severity in o.severities), None
    )


def on_graded(course: Course) -> None:
    """Do what the severity obliges to at once, as it is opened with it or given it."""
    if found := obligation(course.context, course.incident, "all hands"):
        _tell_all_hands(course, found)
    if found := obligation(course.context, course.incident, "management at once"):
        _bring_in_management(course, found)
    if found := obligation(course.context, course.incident, "periodic review"):
        _have_reviewed(course, found)


def _have_reviewed(course: Course, found: Obligation) -> None:
    """Open an item that is due by the next of the reviews which the line speaks of; once for an incident."""
    items = (course.incident.aftermath or NOTHING_YET).items
    if all(x.text != found.why.quote for x in items):
        every = next((days for word, days in _PERIODS if re.search(word, found.why.quote, re.IGNORECASE)), None)
        due = course.context.now + timedelta(days=every) if every else None
        course.happen(ItemAdded(len(items) + 1, found.why.quote, "", due=due, why=found.why))


def _tell_all_hands(course: Course, found: Obligation) -> None:
    """Tell everybody who is ever on call, but for those whom the ladder pages at once."""
    context, text = course.context, f"all hands: {course.incident.title}"
    paged = {p.id for name in at_once(context, course.incident) for p in context.bindings.reach(name, context.now)}
    course.happen(Obliged("all hands", course.incident.severity, found.why))
    for name in _on_call(context):
        for person in context.bindings.everyone(name):
            if person.id not in paged:
                paged.add(person.id)
                oncall.tell(course, person.id, name, text, found.why)


def _on_call(context: Context) -> Iterator[str]:
    """The names of the playbook that people have while they are on call."""
    policy = context.policy
    rotation = policy.rotation
    named = [t for t in policy.targets if _ON_CALL.search(t)]
    yield from dict.fromkeys((*policy.on_call, *([policy.backup] if policy.backup else ()), *named))
    yield from rotation.teams if rotation else ()


def at_once(context: Context, incident: Incident) -> list[str]:
    """The names that the ladder reaches as the severity begins: what waits for business hours does not."""
    now = context.now
    levels = [x for x in context.levels(incident) if x.after == 0 and context.later(now, 0, x.business) <= now]
    return [name for level in levels for name in level.who]


def _bring_in_management(course: Course, found: Obligation) -> None:
    """Page whom the line means, where the ladder does not reach anybody above the on-call at once already."""
    context, incident = course.context, course.incident
    if any(_ABOVE.search(name) for name in at_once(context, incident)):
        return
    said = fold(found.why.quote)
    above = tuple(x for x in context.policy.targets if _ABOVE.search(x))
    named = tuple(x for x in above if fold(x) in said)
    level = next((x for x in context.levels(incident) if any(_ABOVE.search(w) for w in x.who)), None)
    if not named and level is not None:
        course.happen(replace(escalated(level), why=found.why, after=0, manner="page"))
    elif named or above:
        course.happen(Escalated(level="", who=(named or above)[0:1], why=found.why))

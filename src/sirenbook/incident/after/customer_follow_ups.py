"""Follow-ups that the playbook owes to customers once an incident is over, opened as items with date and owner."""

import re
from collections.abc import Iterator
from datetime import datetime

from sirenbook.incident.after.aftermath import NOTHING_YET
from sirenbook.incident.context import Context, Course
from sirenbook.incident.updates.communication import owner_of
from sirenbook.incident.updates.promises import holds
from sirenbook.model.event import Resolved
from sirenbook.model.incident import Incident
from sirenbook.model.promise import OUTSIDE
from sirenbook.model.provenance import Provenance
from sirenbook.model.review_event import ItemAdded

_CUSTOMERS = (
    r"(?:customers?|clients?|subscribers?|tenants?|users)\b(?! (?:impact|data|support|success team|reports?))"
)
_OWED = re.compile(
    rf"^{_CUSTOMERS}\s*:"
    rf"|\b{_CUSTOMERS}[\w -]{{0,12}}\b(?:follow[- ]?ups?|communications?|outreach|check[- ]?ins?|credits?|e-?mails?"
    r"|notices?)\b|\b(?:send|inform|notify|e-?mail|contact|tell|write|follow[- ]?up|reach out|call|offer"
    rf"|apologi[sz]e|credit|thank)\b[^.;:]{{0,60}}?\b{_CUSTOMERS}",
    re.IGNORECASE,
)


def on_resolved(course: Course, event: Resolved) -> None:
    """Open every follow-up of the severity, where anybody outside was told of the incident; each once."""
    incident = course.incident
    if event.false_alarm or not any(t.first_at and t.audience in OUTSIDE for t in incident.told):
        return
    known = {item.text for item in (incident.aftermath or NOTHING_YET).items}
    for text, due, why in _owed(course.context, incident):
        if text not in known:
            known.add(text)
            number = len((course.incident.aftermath or NOTHING_YET).items) + 1
            course.happen(ItemAdded(number, text, "", owner_of(incident), due, "customer", why))


def _owed(context: Context, incident: Incident) -> Iterator[tuple[str, datetime | None, Provenance]]:
    """The words, the date where one is stated, and the line of each; of a point with parts, the parts."""
    start = incident.resolved_at or context.now
    found = [
        f for f in context.policy.readiness.follow_ups if not f.severities or incident.severity in f.severities
    ]
    for each in found:
        parts = any(other.what.startswith(f"{each.what}: ") for other in found)
        if _OWED.search(each.what) and not parts:
            due = context.later(start, each.within, each.business) if each.within else None
            yield each.what, due, each.why
    severity = context.severity(incident)
    for promise in context.policy.promises:
        outside = promise.audience in OUTSIDE and promise.bound == "must" and not promise.condition
        if outside and "after" in promise.moments and holds(promise, severity):
            clock = promise.first
            yield (
                promise.why.quote,
                context.later(start, clock.seconds, clock.business) if clock else None,
                promise.why,
            )

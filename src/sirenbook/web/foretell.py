"""What will happen, in words: a deadline is an event that has not happened yet, so it reads as a promise."""

from collections.abc import Callable
from typing import Any

from sirenbook.incident.timeline import describe, person_name
from sirenbook.model import event as e
from sirenbook.model import progress_event as p
from sirenbook.model import review_event as r
from sirenbook.model import step_event as st
from sirenbook.model import update_event as u
from sirenbook.model.bindings import Bindings


def foretell(event: e.Event, bindings: Bindings) -> str:
    """The line for something that happens unless somebody acts first."""
    words = _WORDS.get(type(event))
    return words(event, bindings) if words else describe(event, bindings).text


def _escalated(event: e.Escalated, bindings: Bindings) -> str:
    verb = {"page": "Page", "notify": "Inform", "ticket": "Write a ticket for"}[event.manner]
    return f"{verb} {', '.join(event.who)} unless {event.until}"


def _continued(event: e.PageContinued, bindings: Bindings) -> str:
    name, person = person_name(bindings, event.person), bindings.people.get(event.person)
    if person is None or event.method >= len(person.methods):
        return f"No further way to reach {name}: the fallback is paged"
    return f"Page {name} by {person.methods[event.method].channel} unless acknowledged"


def _update_due(event: e.UpdateDue, bindings: Bindings) -> str:
    whom = "Status update" if event.audience == "internal" else f"Update to {event.audience}"
    before = event.round - event.periods
    return f"{whom} due" + (f", missed {before} times already" if before > 0 else "")


_WORDS: dict[type[Any], Callable[[Any, Bindings], str]] = {
    e.Escalated: _escalated,
    e.PageContinued: _continued,
    e.Silent: lambda x, b: f"Page everybody again unless acknowledged, round {x.round}",
    e.SnoozeEnded: lambda x, b: "The snooze ends: everybody is paged again",
    e.ResponseMissed: lambda x, b: f"Response time of {x.severity} passes unless acknowledged",
    e.ResolutionAtRisk: lambda x, b: f"Warn that the resolution target of {x.severity} is near, unless resolved",
    e.ResolutionMissed: lambda x, b: f"Resolution target of {x.severity} passes unless resolved",
    st.ApprovalLapsed: lambda x, b: f"The approval of step {x.step} lapses unless it is used",
    r.DueSoon: lambda x, b: f"Remind of what is due soon: {x.what}",
    r.Overdue: lambda x, b: f"Overdue unless it is done: {x.what}",
    p.PhaseReached: lambda x, b: f"Phase “{x.title}” begins",
    e.Reopened: lambda x, b: "Opens again: its alerts fire still",
    e.UpdateDue: _update_due,
    u.UpdateNudged: lambda x, b: f"Remind whoever gives it: an update to {x.audience} at {x.by:%H:%M %Z}",
    e.Resolved: lambda x, b: "Resolves by itself unless an alert fires again",
}

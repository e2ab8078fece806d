"""What a decision may look at besides the incident: the policy, who is who, and what time it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from sirenbook.incident.calendar import business_add
from sirenbook.model.bindings import Bindings
from sirenbook.model.event import Entry, Event
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Level, Policy, Severity


class Context(Struct, frozen=True):
    """Policy, bindings and the time of the decision."""

    policy: Policy
    bindings: Bindings
    now: datetime

    def severity(self, incident: Incident) -> Severity:
        """The incident's severity as its policy defines it."""
        return self.policy.severity(incident.severity)

    def levels(self, incident: Incident) -> tuple[Level, ...]:
        """The escalation levels that hold for the incident, earliest first."""
        return self.policy.levels_of(incident.severity)

    def later(self, start: datetime, seconds: int, business: bool = False) -> datetime:
        """The instant that many seconds after `start`, on the wall or in business hours."""
        if business:
            return business_add(self.bindings.business_hours, start, seconds)
        return start + timedelta(seconds=seconds)


class Course(Protocol):
    """Events unfolding from one command: each is folded in, and its consequences follow, before the next."""

    context: Context
    incident: Incident

    def happen(self, event: Event, due: datetime | None = None) -> None:
        """Let an event happen now; `due` is the time at which it should have."""


Entries = list[Entry]

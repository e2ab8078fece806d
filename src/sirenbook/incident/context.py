"""What a decision may look at besides the incident: the policy, who is who, and what time it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.calendar import business_add
from sirenbook.model.bindings import Bindings
from sirenbook.model.event import Entry, Event
from sirenbook.model.hours import BusinessHours
from sirenbook.model.incident import Incident
from sirenbook.model.judgement import Judgement, Plan
from sirenbook.model.policy import Level, Policy, Severity
from sirenbook.model.procedure import RunbookStep
from sirenbook.model.step import Order


class Unfit(ValueError):
    """A value that may not stand for a parameter; the text says why."""


class Place(Struct, frozen=True):
    """Where a step would run: the executor, in words what it would act upon, and the labels of a runner."""

    executor: str
    target: str
    labels: tuple[str, ...] = ()


class Ground(Protocol):
    """What steps stand on here: who judges them, and where they could run. Asked the same, it says the same."""

    def judge(self, step: RunbookStep, values: Mapping[str, str]) -> Judgement:
        """What a step would do with its parameters filled in so. Raises Unfit for a value that may not be."""

    def render(self, plan: Plan) -> str:
        """What would be executed, as people read it; secrets stay the names of their places."""

    def place(self, judgement: Judgement) -> Place | None:
        """Where a step would run; None where nothing here is bound to run it."""


class Bare(Ground):
    """No ground at all: every step is a text to copy, and nobody knows what it would do."""

    def judge(self, step: RunbookStep, values: Mapping[str, str]) -> Judgement:
        """Unknown: it may change something."""
        return Judgement(step.text, step.language, "changes", ("nobody judges it here",))

    def render(self, plan: Plan) -> str:
        """Nothing is executed here."""
        return ""

    def place(self, judgement: Judgement) -> Place | None:
        """Nowhere."""
        return None


class Context(Struct, frozen=True):
    """Policy, bindings, the ground that steps stand on, and the time of the decision.

    `followed` are the channels by which people are told what became of the page that they had there. `service` is
    that of the incident: whose team it is decides which business hours count, for all of its clocks at once.
    """

    policy: Policy
    bindings: Bindings
    now: datetime
    ground: Ground = Bare()
    followed: frozenset[str] = frozenset()
    service: str = ""

    def about(self, incident: Incident) -> Context:
        """The same for this incident: its team's business hours count."""
        return self if self.service == incident.service else replace(self, service=incident.service)

    @property
    def hours(self) -> BusinessHours:
        """The business hours that count."""
        return self.bindings.hours_of(self.service)

    def severity(self, incident: Incident) -> Severity:
        """The incident's severity as its policy defines it."""
        return self.policy.severity(incident.severity)

    def levels(self, incident: Incident) -> tuple[Level, ...]:
        """The escalation levels that hold for the incident, earliest first."""
        return self.policy.levels_of(incident.severity)

    def later(self, start: datetime, seconds: int, business: bool = False) -> datetime:
        """The instant that many seconds after `start`, on the wall or in business hours."""
        if business:
            return business_add(self.hours, start, seconds)
        return start + timedelta(seconds=seconds)

    def page_at(self, start: datetime, seconds: int, business: bool) -> datetime:
        """As `later`, for a page: business days keep the time of day, and nobody is woken at three by those."""
        at = self.later(start, seconds, business)
        return self.later(at, 0, business) if business and seconds % 86_400 == 0 else at


def watched(context: Context, incident: Incident) -> bool:
    """Whether nobody is brought in meanwhile: its alerts have cleared, or somebody holds it to be solved."""
    cleared = incident.cleared_at is not None and context.policy.watch is not None
    return cleared or incident.watched_from is not None


class Course(Protocol):
    """Events unfolding from one command: each is folded in, and its consequences follow, before the next."""

    context: Context
    incident: Incident

    def happen(self, event: Event, due: datetime | None = None) -> None:
        """Let an event happen now; `due` is the time at which it should have."""

    def order(self, order: Order) -> None:
        """Have a step run, once what happened is committed."""


Entries = list[Entry]

"""Our own status page: its components, what stands on it, maintenance that is announced, lists of customers."""

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from sirenbook.model.promise import Audience, StateKind

Impact = Literal["operational", "degraded", "partial outage", "major outage"]
IMPACTS: tuple[Impact, ...] = get_args(Impact)
"""How a component may fare, the best first."""
Condition = Literal["operational", "maintenance", "degraded", "partial outage", "major outage"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
"""How a component fares, announced maintenance included, the best first."""
PUBLIC: tuple[Audience, ...] = ("external", "customers", "public")
"""The audiences whose words may stand on a public page. Words to authorities are for them alone."""
USUAL_STATES = ("Investigating", "Identified", "Monitoring", "Resolved")


class Component(Struct, frozen=True, omit_defaults=True):
    """What the public knows by a name, and the services that it stands for."""

    name: str
    services: tuple[str, ...] = ()


class StatusPage(Struct, frozen=True, omit_defaults=True):
    """Our own status page as sirenbook.toml sets it up.

    `outlets` are the names of the playbook that mean this page: every status page of it where none is said. `url`
    is where people reach it, if not as they reach everything else. `allow` are addresses inside our network that
    webhooks of subscribers may lead to.
    """

    title: str = "Status"
    components: tuple[Component, ...] = ()
    outlets: tuple[str, ...] = ()
    subscribing: bool = True
    url: str = ""
    allow: tuple[str, ...] = ()


class CustomerList(Struct, frozen=True, omit_defaults=True):
    """Customers who get a mail when they are affected: by components and severities, all where none are named.

    `file` names a file with one address a line.
    """

    id: str
    name: str
    addresses: tuple[str, ...] = ()
    file: str = ""
    components: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()


class PublicUpdate(Struct, frozen=True):
    """Words as they were told outside: when, in which state, for which components, and when the next are promised.

    `seq` is their place on the timeline. `by` and `approved_by` are for the house alone.
    """

    seq: int
    at: datetime
    state: str
    kind: StateKind
    text: str
    components: tuple[str, ...]
    impact: Impact
    next_by: datetime | None = None
    by: str = ""
    approved_by: str = ""


class Span(Struct, frozen=True):
    """A while in which components fared badly; without an end it goes on."""

    start: datetime
    impact: Impact
    components: tuple[str, ...]
    end: datetime | None = None


class PublicIncident(Struct, frozen=True):
    """What the public knows of an incident: its public title, its updates, and how long what was affected."""

    id: int
    title: str
    began: datetime
    updates: tuple[PublicUpdate, ...]
    spans: tuple[Span, ...] = ()
    over_at: datetime | None = None

    @property
    def latest(self) -> PublicUpdate:
        """The newest words."""
        return self.updates[-1]

    @property
    def components(self) -> tuple[str, ...]:
        """What is affected, by the newest words."""
        return self.latest.components

    @property
    def next_by(self) -> datetime | None:
        """When the next words are promised; None once it is over."""
        return None if self.over_at else self.latest.next_by


class Maintenance(Struct, frozen=True):
    """Maintenance that was announced: of what, from when until when, in which words.

    `ended_at` is when it ended before its time, or was called off before it began.
    """

    id: int
    title: str
    text: str
    components: tuple[str, ...]
    start: datetime
    until: datetime
    made_at: datetime
    made_by: str = ""
    ended_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """When it is over, as far as is known."""
        return min(self.until, self.ended_at) if self.ended_at else self.until

    @property
    def called_off(self) -> bool:
        """Whether it was taken back before it began."""
        return self.ended_at is not None and self.ended_at <= self.start

    def state(self, now: datetime) -> Literal["planned", "under way", "over", "called off"]:
        """How it stands."""
        if self.called_off:
            return "called off"
        return "planned" if now < self.start else "under way" if now < self.end else "over"


class Letter(Struct, frozen=True):
    """A mail to somebody outside: words already chosen. `links` are addresses with what they are for.

    `unsubscribe` takes a POST that ends the subscription, by the rules of one-click mail headers.
    """

    key: str
    to: str
    subject: str
    text: str
    at: datetime
    links: tuple[tuple[str, str], ...] = ()
    unsubscribe: str = ""

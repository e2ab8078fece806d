"""What a team promises beside coming: whom it tells what and when, who has which role, what security forbids."""

from typing import Literal

from msgspec import Struct

from sirenbook.model.clock import Clock
from sirenbook.model.provenance import Provenance

Audience = Literal[
    "everyone",
    "internal",
    "management",
    "stakeholders",
    "support",
    "external",
    "customers",
    "public",
    "authorities",
]
OUTSIDE: tuple[Audience, ...] = ("external", "customers", "public", "authorities")
"""Those who are no part of the house. `external` stands for all of them, `everyone` for both sides."""

Moment = Literal["start", "update", "identified", "monitoring", "resolution", "escalation", "after"]
Bound = Literal["must", "may", "never"]
OutletKind = Literal["chat", "status page", "pager", "tracker", "bridge", "mail"]
ObligationKind = Literal[
    "all hands",
    "dedicated commander",
    "management at once",
    "business hours only",
    "tracked, not paged",
    "standard process",
    "periodic review",
]
RoleKind = Literal[
    "commander",
    "technical lead",
    "responsible",
    "communications",
    "scribe",
    "support",
    "security lead",
    "primary",
    "secondary",
    "responder",
    "other",
]
SecurityDemand = Literal[
    "approval before external words",
    "alert at once",
    "evidence first",
    "document the timeline",
    "assess what is affected",
    "isolate with care",
    "restricted",
]
StateKind = Literal["investigating", "identified", "monitoring", "resolved"]
Purpose = Literal[
    "status page", "chat", "customer mail", "customer update", "internal", "review", "hand-off", "other"
]


class Use(Struct, frozen=True, omit_defaults=True):
    """One line that says what an outlet is for: the words themselves are the quote."""

    why: Provenance
    audience: Audience | None = None
    severities: tuple[str, ...] = ()


class Outlet(Struct, frozen=True, omit_defaults=True):
    """Where words go: a chat channel, a status page, a pager service, a tracker, a bridge, a mail address.

    `pattern` when the name is made anew for each incident (`#incident-YYYY-MM-DD`). `product` where the text names
    one (`Linear`). `uses` are all lines that speak of it, the first of them its `why`.
    """

    kind: OutletKind
    name: str
    uses: tuple[Use, ...]
    product: str = ""
    pattern: bool = False

    @property
    def why(self) -> Provenance:
        """The first line that names it."""
        return self.uses[0].why


class Promise(Struct, frozen=True, omit_defaults=True):
    """Who is told, must never be, or may be: for which severities (none: all), when and under which condition.

    `first` is the time for the first word, counted from the beginning; `every` the cadence after it. `moments` are
    those at which a word is due whatever the clock. `outlet` is the name of the place where the line says it.
    `approval` when somebody must consent before; `approver` is who, where that is said.
    """

    audience: Audience
    bound: Bound
    why: Provenance
    severities: tuple[str, ...] = ()
    first: Clock | None = None
    every: Clock | None = None
    moments: tuple[Moment, ...] = ()
    condition: str = ""
    outlet: str = ""
    approval: bool = False
    approver: tuple[str, ...] = ()


class Demand(Struct, frozen=True, omit_defaults=True):
    """What a message of one kind must contain."""

    moment: Moment
    fields: tuple[str, ...]
    why: Provenance
    audience: Audience | None = None


class Obligation(Struct, frozen=True, omit_defaults=True):
    """What a severity obliges to, beside its clocks and its escalation."""

    kind: ObligationKind
    severities: tuple[str, ...]
    why: Provenance


class Duty(Struct, frozen=True, omit_defaults=True):
    """One thing that a role is there for, with its time limit where it has one."""

    text: str
    why: Provenance
    within: Clock | None = None


class Appointment(Struct, frozen=True, omit_defaults=True):
    """One line by which a role is given: at which severities (none: all), within which time, and to whom.

    `who` are names of the playbook that have it, `first` when it is whoever answers first. `by` when the line says
    that somebody names the holder, so that nobody has it by itself.
    """

    why: Provenance
    severities: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    first: bool = False
    by: bool = False
    within: Clock | None = None


class Role(Struct, frozen=True, omit_defaults=True):
    """A role in an incident by the playbook's name: what it is for, when it is given, and to whom by default.

    `appointments` are the lines of the response itself that give it; `assigned` every line that speaks of it.
    """

    name: str
    kind: RoleKind
    why: Provenance
    duties: tuple[Duty, ...] = ()
    assigned: tuple[Provenance, ...] = ()
    holders: tuple[str, ...] = ()
    appointments: tuple[Appointment, ...] = ()


class SecurityRule(Struct, frozen=True, omit_defaults=True):
    """What holds in a security incident, in the playbook's words; `who` is whom it names."""

    kind: SecurityDemand
    why: Provenance
    who: tuple[str, ...] = ()


class State(Struct, frozen=True, omit_defaults=True):
    """A state of incidents as the playbook words it, and which of the usual ones that is."""

    name: str
    kind: StateKind
    why: Provenance


class Placeholder(Struct, frozen=True, omit_defaults=True):
    """One place of a template that wants filling: from `start` to `end` in its text, on `line` of its file.

    `choices` are what the template offers, `default` what it says where nothing is known, `zone` the time zone
    that it writes beside a time, `unit` the word behind it of which it wants a number (`[X] minutes`).
    """

    name: str
    start: int
    end: int
    line: int
    choices: tuple[str, ...] = ()
    default: str = ""
    zone: str = ""
    unit: str = ""

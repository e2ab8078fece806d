"""What a playbook compiles to: the immutable policy that incidents are run by."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.model.clock import Clock
from sirenbook.model.criteria import Criterion
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.procedure import Routine, Runbook
from sirenbook.model.promise import (
    Audience,
    Demand,
    Moment,
    Obligation,
    Outlet,
    Placeholder,
    Promise,
    Purpose,
    Role,
    SecurityRule,
    State,
)
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Readiness

Until = Literal["acknowledged", "resolved"]
Manner = Literal["page", "notify", "ticket"]


class Severity(Struct, frozen=True, omit_defaults=True):
    """One severity by the playbook's own name, with the clocks that it starts.

    `rank` 0 is the worst. `words` are the passages (definition, characteristics, examples) that the playbook
    gives to recognise it, `criteria` what was read in them. `update` is the period of status updates.
    """

    name: str
    rank: int
    why: Provenance
    label: str | None = None
    aliases: tuple[str, ...] = ()
    response: Clock | None = None
    ack: Clock | None = None
    resolution: Clock | None = None
    update: Clock | None = None
    words: tuple[Provenance, ...] = ()
    criteria: tuple[Criterion, ...] = ()

    @property
    def full_name(self) -> str:
        """Name and label as people say them: `P0 Critical`."""
        return f"{self.name} {self.label}" if self.label else self.name


class Level(Struct, frozen=True, omit_defaults=True):
    """One escalation level: whom to bring in, after how long, on which of the two clocks.

    `severity` None means every severity. `after` is seconds since the clock's start; None means that the
    playbook names the level without a time, so people reach it by hand. `until` names the clock: the level
    is reached unless the incident is acknowledged, or resolved, before. `manner` tells a page (demands an
    acknowledgement) from a notification and a ticket. `key` is unique and stable within a policy. `named` is False
    where the playbook says when and not whom, so that `who` is the default of a question. `kind` is the kind of
    incident that alone brings the level in, which only people can tell: they reach it by hand, and `advised` is the
    seconds after which the playbook tells them to.
    """

    key: str
    severity: str | None
    after: int | None
    who: tuple[str, ...]
    until: Until
    why: Provenance
    manner: Manner = "page"
    business: bool = False
    named: bool = True
    kind: str = ""
    advised: int | None = None

    def by_hand(self, spoken: Callable[[int], str]) -> str:
        """How a level that no clock reaches is told, seconds by `spoken`: `by hand after 30 min for Data loss`."""
        if not self.kind:
            return "by hand"
        moment = "" if self.advised is None else f" after {spoken(self.advised)}" if self.advised else " at once"
        return f"by hand{moment} for {self.kind}"


class AlertRule(Struct, frozen=True, omit_defaults=True):
    """An alert name that the playbook mentions, with the runbook that answers it and the severity stated for it."""

    name: str
    why: Provenance
    runbook: str | None = None
    severity: str | None = None


class Template(Struct, frozen=True, omit_defaults=True):
    """A text that is filled in and sent or kept: an update, an e-mail, a review document.

    `placeholders` are the names in its brackets; `blanks` all places that want filling, with where they are.
    `rows` is the source line of every row of the text. `moment` is when it is sent, `severities` those that it is
    for (none: all).
    """

    title: str
    text: str
    placeholders: tuple[str, ...]
    why: Provenance
    purpose: Purpose = "other"
    audience: Audience = "internal"
    moment: Moment | None = None
    severities: tuple[str, ...] = ()
    blanks: tuple[Placeholder, ...] = ()
    rows: tuple[int, ...] = ()


class ReviewDeadline(Struct, frozen=True, omit_defaults=True):
    """What is due how long after an incident, and for which severities (none: for all)."""

    what: str
    within: Clock
    severities: tuple[str, ...] = ()


class Contact(Struct, frozen=True, omit_defaults=True):
    """One entry of a contact list: a role or person, and the ways to reach them as written.

    `by_hand` when the list is one of escalation, so that people may bring this one in by name.
    """

    name: str
    ways: tuple[str, ...]
    why: Provenance
    by_hand: bool = False


class Metric(Struct, frozen=True, omit_defaults=True):
    """A figure that the team wants to reach: `MTTR < 900 seconds`, for one severity or for all."""

    name: str
    op: str
    value: float
    unit: str
    why: Provenance
    severity: str | None = None


class Policy(Struct, frozen=True, omit_defaults=True):
    """The whole of what was understood of one playbook, keyed by the digest of its text and answers.

    `ack` is a stated time to acknowledge that holds for all severities; `backup` the target that is brought in
    when the first one stays silent; `on_call` whom to page when a severity names nobody; `watch` how long alerts
    must stay quiet before an incident resolves by itself (None: people resolve it). `restart_on_regrade` tells
    whether a new severity starts its escalation clock afresh. `quiet` severities, which page nobody to begin with,
    may pass their response time without a page: the owner said so. Of `patient` severities nobody is paged outside
    business hours.
    """

    digest: str
    title: str
    files: tuple[str, ...]
    severities: tuple[Severity, ...]
    levels: tuple[Level, ...]
    on_call: tuple[str, ...]
    on_call_why: Provenance
    watch: Clock | None = None
    ack: Clock | None = None
    backup: str | None = None
    backup_why: Provenance | None = None
    in_doubt_higher: Provenance | None = None
    restart_on_regrade: bool = True
    quiet: tuple[str, ...] = ()
    patient: tuple[str, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    rotation: "Rotation | None" = None
    runbooks: tuple[Runbook, ...] = ()
    routines: tuple[Routine, ...] = ()
    templates: tuple[Template, ...] = ()
    reviews: tuple[ReviewDeadline, ...] = ()
    contacts: tuple[Contact, ...] = ()
    metrics: tuple[Metric, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    promises: tuple[Promise, ...] = ()
    demands: tuple[Demand, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    roles: tuple[Role, ...] = ()
    security: tuple[SecurityRule, ...] = ()
    states: tuple[State, ...] = ()
    readiness: Readiness = Readiness()
    everyone_outside: bool = False
    questions: tuple[Question, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def severity(self, name: str) -> Severity:
        """The severity of this name or alias, whatever its case; KeyError when the playbook has none such."""
        found = self._named(name)
        response = found.response
        if response is None or response.business or found.name not in self.patient:
            return found
        return replace(found, response=replace(response, business=True))

    def _named(self, name: str) -> Severity:
        for severity in self.severities:
            if severity.name == name:
                return severity
        folded = name.casefold().replace("-", "").replace(" ", "")
        for severity in self.severities:
            names = (severity.name, *severity.aliases, severity.label or "", severity.full_name)
            if any(folded == n.casefold().replace("-", "").replace(" ", "") for n in names if n):
                return severity
        raise KeyError(name)

    def level(self, key: str) -> Level:
        """The escalation level with this key; KeyError when there is none."""
        for level in self.levels:
            if level.key == key:
                return level
        raise KeyError(key)

    def levels_of(self, severity: str) -> tuple[Level, ...]:
        """The levels that hold for one severity, in the order in which they are reached; hand-reached ones last."""
        mine = [level for level in self.levels if level.severity in (None, severity)]
        if severity in self.patient:
            mine = [replace(x, business=True) if x.manner == "page" and x.after is not None else x for x in mine]
        return tuple(sorted(mine, key=lambda x: (x.after is None, x.after or 0)))

    @property
    def targets(self) -> tuple[str, ...]:
        """Every name that a page, notification or ticket may go to, in the order of the playbook."""
        names = [who for level in self.levels for who in level.who]
        backup = [self.backup] if self.backup else []
        called = [c.name for c in self.contacts if c.by_hand]
        paged = tuple(dict.fromkeys([*self.on_call, *names, *backup, *called]))
        known = {name.casefold() for name in paged}
        alerted = [who for rule in self.security for who in rule.who if who.casefold() not in known]
        return (*paged, *dict.fromkeys(alerted))


class Rotation(Struct, frozen=True, omit_defaults=True):
    """What the playbook says of its on-call rotation; None where it says nothing."""

    period_seconds: int | None = None
    handoff_weekday: str | None = None
    handoff_time: str | None = None
    handoff_zone: str | None = None
    coverage: str | None = None
    ack_timeout_seconds: int | None = None
    tiers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    why: Provenance | None = None

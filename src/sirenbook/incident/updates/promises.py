"""What every audience is owed at a severity: the first word, the rhythm after it, and the consent before it."""

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.model.clock import Clock
from sirenbook.model.policy import Policy, Severity
from sirenbook.model.promise import OUTSIDE, Audience, Promise, SecurityRule
from sirenbook.model.provenance import Provenance

_TOLD_AS: dict[Audience, tuple[Audience, ...]] = {
    "everyone": ("internal",),
    "support": ("internal",),
    "stakeholders": ("internal",),
    "external": ("customers",),
    "public": ("customers",),
}


class Owed(Struct, frozen=True, omit_defaults=True):
    """What one audience is owed: the first word within a time, then one in every period, by these lines."""

    audience: Audience
    first: Clock | None = None
    every: Clock | None = None


_REACHES_OUTSIDE = (*OUTSIDE, "everyone")


def told_as(audience: Audience, policy: Policy) -> tuple[Audience, ...]:
    """The audiences under which words to somebody are counted: the public and the customers are told as one."""
    if audience == "everyone" and policy.everyone_outside:
        return ("internal", "customers")
    return _TOLD_AS.get(audience, (audience,))


def owed(policy: Policy, severity: Severity) -> tuple[Owed, ...]:
    """What each audience is owed by the clock. What holds only under a condition is nobody's deadline."""
    found: dict[Audience, Owed] = {}
    if severity.update:
        found["internal"] = Owed("internal", every=severity.update)
    for promise in policy.promises:
        if promise.bound == "must" and not promise.condition and holds(promise, severity):
            for audience in told_as(promise.audience, policy):
                found[audience] = _joined(found.get(audience, Owed(audience)), promise)
    return tuple(o for o in found.values() if (o.first or o.every) and not barred(policy, severity, o.audience))


def holds(promise: Promise, severity: Severity) -> bool:
    """Whether a promise is made for a severity."""
    return not promise.severities or severity.name in promise.severities


def barred(policy: Policy, severity: Severity, audience: Audience) -> Provenance | None:
    """The line that keeps words from an audience at a severity: `internal only`."""
    if audience not in _REACHES_OUTSIDE:
        return None
    bars = (p for p in policy.promises if p.bound == "never" and not p.condition and holds(p, severity))
    return next((p.why for p in bars if p.audience in ("external", audience)), None)


def consent(policy: Policy, severity: Severity, audience: Audience, *, security: bool) -> SecurityRule | None:
    """The rule by which somebody must consent before an audience is told; None where nobody needs to."""
    if audience not in _REACHES_OUTSIDE:
        return None
    if security:
        rule = next((r for r in policy.security if r.kind == "approval before external words"), None)
        if rule:
            return rule
    for promise in policy.promises:
        mine = promise.approval and not promise.condition and holds(promise, severity)
        if mine and audience in told_as(promise.audience, policy):
            return SecurityRule("approval before external words", promise.why, promise.approver)
    return None


def _joined(owed_: Owed, promise: Promise) -> Owed:
    """The stricter of what is known and what one more promise says."""
    return replace(owed_, first=_sooner(owed_.first, promise.first), every=_sooner(owed_.every, promise.every))


def _sooner(one: Clock | None, other: Clock | None) -> Clock | None:
    known = [c for c in (one, other) if c]
    return min(known, key=lambda c: c.seconds, default=None)

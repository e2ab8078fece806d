"""Says in plain words what a playbook promises: who is told, where, by whom, and what security forbids."""

from collections.abc import Iterator

from sirenbook.model.policy import Policy, Template
from sirenbook.model.promise import Demand, Obligation, Outlet, Promise, Role, SecurityRule, State
from sirenbook.playbook.language.duration import spoken

_AT = {
    "start": "at the start",
    "update": "on major news",
    "identified": "when the cause is known",
    "monitoring": "while it is watched",
    "resolution": "at the resolution",
    "escalation": "on escalating",
    "after": "afterwards",
}
_BOUND = {"must": "tell", "may": "may tell", "never": "never tell"}


def sections(policy: Policy) -> Iterator[tuple[str, list[str]]]:
    """Every part under its heading."""
    yield "promised", [promise_words(p) + f"  [{p.why}]" for p in policy.promises]
    yield "messages contain", [_demand(d) for d in policy.demands]
    yield "severities oblige to", [_obligation(o) for o in policy.obligations]
    yield "roles", [line for r in policy.roles for line in _role(r)]
    yield "security incidents", [_rule(r) for r in policy.security]
    yield "states", [_state(s) for s in policy.states]
    yield "where words go", [_outlet(o) for o in policy.outlets]


def promise_words(promise: Promise) -> str:
    """A promise as one line: `P0, P1: tell customers within 30 minutes`."""
    scope = f"{', '.join(promise.severities)}: " if promise.severities else ""
    whom = "nobody outside" if (promise.audience, promise.bound) == ("external", "never") else promise.audience
    verb = "tell" if whom == "nobody outside" else _BOUND[promise.bound]
    parts = [f"{verb} {whom}"]
    if promise.first:
        parts.append(
            f"within {spoken(promise.first.seconds, promise.first.business)}"
            if promise.first.seconds
            else "at once"
        )
    if promise.every:
        parts.append(f"every {spoken(promise.every.seconds, promise.every.business)}")
    parts += [", ".join(_AT[m] for m in promise.moments)] if promise.moments else []
    parts += [f"({promise.condition})"] if promise.condition else []
    parts += [f"by {promise.outlet}"] if promise.outlet else []
    if promise.approval:
        parts.append(f"after approval by {', '.join(promise.approver) or 'somebody who is not named'}")
    return scope + " ".join(parts)


def template_words(template: Template) -> str:
    """What a template is for, in a few words."""
    when = f" {_AT[template.moment]}" if template.moment else ""
    whose = f" for {', '.join(template.severities)}" if template.severities else ""
    return f"{template.purpose}, to {template.audience}{when}{whose}"


def _demand(demand: Demand) -> str:
    whose = f" to {demand.audience}" if demand.audience else ""
    return f"{_AT[demand.moment]}{whose}: {', '.join(demand.fields)}  [{demand.why}]"


def _obligation(obligation: Obligation) -> str:
    return f"{', '.join(obligation.severities)}: {obligation.kind}  [{obligation.why}]"


def _role(role: Role) -> Iterator[str]:
    kind = "" if role.kind == "other" else f" ({role.kind})"
    holders = f": {', '.join(role.holders)}" if role.holders else ""
    yield f"{role.name}{kind}{holders}  [{role.why}]"
    yield from (f"  given: {why.quote}  [{why}]" for why in role.assigned)
    for duty in role.duties:
        within = f" (within {spoken(duty.within.seconds, duty.within.business)})" if duty.within else ""
        yield f"  {duty.text}{within}  [{duty.why}]"


def _rule(rule: SecurityRule) -> str:
    who = f": {', '.join(rule.who)}" if rule.who else ""
    return f"{rule.kind}{who}  [{rule.why}]"


def _state(state: State) -> str:
    meaning = "" if state.name.casefold() == state.kind else f" is {state.kind}"
    return f"{state.name}{meaning}  [{state.why}]"


def _outlet(outlet: Outlet) -> str:
    product = f" on {outlet.product}" if outlet.product and outlet.product != outlet.name else ""
    anew = ", made anew for each incident" if outlet.pattern else ""
    severities = dict.fromkeys(s for u in outlet.uses for s in u.severities)
    scope = f" for {', '.join(severities)}" if severities else ""
    places = ", ".join(str(u.why) for u in outlet.uses)
    return f"{outlet.kind} {outlet.name}{product}{anew}{scope}  [{places}]"

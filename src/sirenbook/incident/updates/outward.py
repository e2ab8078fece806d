"""Which words go out by ourselves: to our own status page, and by mail to the customers who are affected."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from sirenbook.incident.context import Context, Course
from sirenbook.incident.updates.promises import barred, consent
from sirenbook.model.bindings import Bindings, fold
from sirenbook.model.command import Refused, Tell
from sirenbook.model.incident import Incident
from sirenbook.model.promise import Audience, StateKind
from sirenbook.model.status import IMPACTS, PUBLIC, USUAL_STATES, CustomerList, Impact

UNNAMED = "status page"
"""What our page is called where the playbook names none."""
LONGEST_TITLE = 160
_NEUTRAL = {"degraded": "degraded performance", "operational": "notice"}


class Shown(Struct, frozen=True):
    """What an update means for our own page and for customers; who is on `broken` lists cannot be mailed now."""

    page: bool = False
    title: str = ""
    components: tuple[str, ...] = ()
    impact: Impact = "operational"
    lists: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


def own_outlets(context: Context, incident: Incident, audience: Audience, names: Sequence[str]) -> tuple[str, ...]:
    """Those of an audience's outlets that are our own page; the page itself where the playbook names none.

    A drill never goes outside by itself, and neither does a restricted incident that nobody need consent to.
    """
    page = context.bindings.status
    if page is None or not goes_out(context, incident, audience):
        return ()
    meant = {fold(n) for n in page.outlets or _status_pages(context)}
    found = tuple(n for n in names if fold(n) in meant and not context.bindings.reach(n, context.now))
    return found or (() if names else page.outlets[:1] or (UNNAMED,))


def _status_pages(context: Context) -> list[str]:
    """What the playbook calls status pages: all of them are ours where the bindings name none."""
    return [o.name for o in context.policy.outlets if o.kind == "status page"]


def goes_out(context: Context, incident: Incident, audience: Audience) -> bool:
    """Whether words to an audience may leave the house by themselves."""
    if audience not in PUBLIC or incident.drill or barred(context.policy, context.severity(incident), audience):
        return False
    rule = consent(context.policy, context.severity(incident), audience, security=incident.security)
    return not incident.confidential or rule is not None


def shown(course: Course, command: Tell, own: tuple[str, ...]) -> Shown:
    """What an update that is sent means for our own page, by which of its outlets, and for customers.

    Refuses components and lists that there are not.
    """
    context, incident = course.context, course.incident
    if command.posted or not goes_out(context, incident, command.audience):
        return Shown()
    components = known_components(context.bindings, command.components or ())
    chosen = _lists(context, incident, components, command.lists)
    lists = tuple(x for x in chosen if x not in command.broken)
    broken = tuple(x for x in chosen if x in command.broken)
    if not own and not lists:
        return Shown(broken=broken)
    impact = command.impact or impact_of(context, incident, state_kind(context, command.state or incident.state))
    title = " ".join(command.title.split())[:LONGEST_TITLE]
    return Shown(bool(own), title, components, impact, lists, broken)


def known_components(bindings: Bindings, names: Iterable[str]) -> tuple[str, ...]:
    """Components as the page names them. Refuses one that it does not have."""
    known = {fold(c.name): c.name for c in bindings.status.components} if bindings.status else {}
    for name in names:
        if fold(name) not in known:
            there = ", ".join(known.values()) or "none"
            raise Refused(f"the status page has no component {name!r}; there are: {there}")
    return tuple(dict.fromkeys(known[fold(n)] for n in names))


def standing_for(bindings: Bindings, services: Iterable[str]) -> tuple[str, ...]:
    """The components that stand for services."""
    wanted = {fold(s) for s in services if s}
    components = bindings.status.components if bindings.status else ()
    return tuple(c.name for c in components if wanted & {fold(s) for s in (c.name, *c.services)})


def outlet_of(list_: str) -> str:
    """What a list of customers is called where outlets are."""
    return f"customers: {list_}"


def _lists(
    context: Context, incident: Incident, components: Sequence[str], chosen: Sequence[str] | None
) -> tuple[str, ...]:
    """The lists that get a mail: those that were chosen, else those of whoever is affected."""
    known = {c.id: c for c in context.bindings.customers}
    if chosen is None:
        return tuple(c.id for c in known.values() if affects(c, incident.severity, components))
    unknown = [c for c in chosen if c not in known]
    if unknown:
        raise Refused(f"there is no list of customers {unknown[0]!r}; there are: {', '.join(known) or 'none'}")
    return tuple(dict.fromkeys(chosen))


def affects(customers: CustomerList, severity: str, components: Sequence[str]) -> bool:
    """Whether customers are affected by an incident of a severity that touches components."""
    by_severity = not customers.severities or severity in customers.severities
    return by_severity and (not customers.components or bool({*customers.components} & {*components}))


def impact_of(context: Context, incident: Incident, kind: StateKind) -> Impact:
    """How components fare by the severity: the gravest is a major outage, the next a partial one."""
    rank = context.severity(incident).rank
    return "operational" if kind == "resolved" else IMPACTS[max(3 - rank, 1)]


def state_kind(context: Context, state: str) -> StateKind:
    """Which of the usual states the playbook's word stands for."""
    kinds: dict[str, StateKind] = {fold(s.name): s.kind for s in context.policy.states}
    usual: tuple[StateKind, ...] = ("investigating", "identified", "monitoring", "resolved")
    return kinds.get(fold(state), next((k for k in usual if k == fold(state)), usual[0]))


def state_word(context: Context, state: str) -> str:
    """A state in the playbook's word; where it has no such word, its word for the beginning."""
    words = {fold(w): w for w in (*USUAL_STATES, *(s.name for s in context.policy.states))}
    first = next((s.name for s in context.policy.states if s.kind == "investigating"), USUAL_STATES[0])
    return words.get(fold(state), first)


def public_title(title: str, components: Sequence[str], impact: Impact) -> str:
    """The title that was given, else a neutral one of what is affected: never the incident's own."""
    if title:
        return title
    what = ", ".join(components[:3]) + (" and others" if len(components) > 3 else "")
    said = _NEUTRAL.get(impact, impact)
    return f"{what}: {said}" if what else f"Service {said}" if impact == "operational" else "Service disruption"

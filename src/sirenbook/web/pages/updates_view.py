"""What each audience was told and is owed, with a draft of the next words, for pages and programs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from sirenbook.engine.station import Station
from sirenbook.incident import security
from sirenbook.incident.context import Context
from sirenbook.incident.people import roles
from sirenbook.incident.timeline import person_name
from sirenbook.incident.updates import communication, demands, outward
from sirenbook.incident.updates.drafts import Draft, Known, draft
from sirenbook.incident.updates.promises import Owed, barred, consent, owed
from sirenbook.model.incident import Incident
from sirenbook.model.promise import OUTSIDE, Audience, Moment, Role
from sirenbook.model.status import IMPACTS, USUAL_STATES
from sirenbook.web.api.shapes import Place
from sirenbook.web.api.update_shapes import (
    AudienceLine,
    DraftText,
    FieldLine,
    GapLine,
    OutletLine,
    PageLine,
    RoleLine,
    Updates,
)
from sirenbook.web.view import place

_MOMENT: dict[str, Moment] = {"identified": "identified", "monitoring": "monitoring", "resolved": "resolution"}


async def updates(station: Station, incident: Incident, labels: Mapping[str, str]) -> Updates:
    """How every audience stands, and who has which role; the labels are those of the first alert."""
    context = await station.policy_of(incident)
    service = next((labels[n] for n in context.bindings.service_labels if labels.get(n)), "")
    found = told(context, incident, service, station.links.incident(incident.id))
    return replace(found, page=_page(context, incident, await station.affected(incident.id)))


def _page(context: Context, incident: Incident, affected: tuple[str, ...]) -> PageLine | None:
    bindings = context.bindings
    if bindings.status is None and not bindings.customers:
        return None
    kind = outward.state_kind(context, _state(context, incident))
    return PageLine(
        components=[c.name for c in bindings.status.components] if bindings.status else [],
        affected=list(affected),
        impact=outward.impact_of(context, incident, kind),
        impacts=list(IMPACTS),
        lists=[c.id for c in bindings.customers],
        mailed=[c.id for c in bindings.customers if outward.affects(c, incident.severity, affected)],
    )


def told(context: Context, incident: Incident, service: str, url: str) -> Updates:
    """The same from what is known already."""
    found = {o.audience: o for o in owed(context.policy, context.severity(incident))}
    audiences = dict.fromkeys(("internal", "customers", *found, *(t.audience for t in incident.told)))
    known = Known(service=service, url=url, state=_state(context, incident))
    owner = communication.owner_of(incident)
    return Updates(
        id=incident.number,
        state=incident.state,
        states=[s.name for s in context.policy.states] or list(USUAL_STATES),
        security=incident.security,
        restricted=incident.confidential,
        owner=person_name(context.bindings, owner) if owner else None,
        audiences=[_audience(context, incident, found.get(a) or Owed(a), known) for a in audiences],
        roles=[_role(context, incident, role) for role in roles.roles_of(context)],
        ending=_fields(demands.demanded(context, incident, "resolution")),
        calling=_fields(demands.demanded(context, incident, "escalation")),
    )


def _fields(wanted: tuple[demands.Field, ...]) -> list[FieldLine]:
    return [FieldLine(f.name, f.value, place(f.why)) for f in wanted]


def _state(context: Context, incident: Incident) -> str:
    if not incident.open:
        return next((s.name for s in context.policy.states if s.kind == "resolved"), "Resolved")
    first = next((s.name for s in context.policy.states if s.kind == "investigating"), "Investigating")
    return incident.state or first


def _audience(context: Context, incident: Incident, each: Owed, known: Known) -> AudienceLine:
    standing = communication.standing(incident, each.audience)
    due = communication.due_at(context, incident, each) if incident.open else None
    severity = context.severity(incident)
    rule = consent(context.policy, severity, each.audience, security=incident.security)
    return AudienceLine(
        audience=each.audience,
        told_at=standing.since if standing.first_at and not standing.missed else standing.first_at,
        due=due.at if due else None,
        in_seconds=round((due.at - context.now).total_seconds()) if due else None,
        why=place(due.why) if due else None,
        missed=standing.missed,
        barred=place(barred(context.policy, severity, each.audience)),
        approval=place(rule.why) if rule else None,
        approvers=list(security.approvers(context, rule)) if rule else [],
        approved=[a.digest for a in incident.approved if a.audience == each.audience],
        outlets=_outlets(context, incident, each.audience),
        draft=_draft(context, incident, each, known),
        fields=_fields(_demanded(context, incident, each.audience)),
    )


def _demanded(context: Context, incident: Incident, audience: Audience) -> tuple[demands.Field, ...]:
    moment = communication.moment(context, incident, audience)
    return demands.demanded(context, incident, moment, audience)


def _outlets(context: Context, incident: Incident, audience: Audience) -> list[OutletLine]:
    bound, unbound = communication.places(context, incident, audience)
    if outward.goes_out(context, incident, audience):
        bound = (*bound, *(outward.outlet_of(c.id) for c in context.bindings.customers))
    return [*(OutletLine(n, True) for n in bound), *(OutletLine(n, False) for n in unbound)]


def _draft(context: Context, incident: Incident, each: Owed, known: Known) -> DraftText:
    after = each.every or each.first
    next_by = context.later(context.now, after.seconds, after.business) if after and incident.open else None
    filled = Known(known.given, known.service, next_by and _whole(next_by), known.state, known.url)
    return _shown(draft(context, incident, each.audience, _moment(context, incident, each.audience), filled))


def _whole(at: datetime) -> datetime:
    """A time as it is written: nobody promises seconds."""
    return at.replace(second=0, microsecond=0) + (timedelta(minutes=1) if at.second else timedelta())


def _moment(context: Context, incident: Incident, audience: Audience) -> Moment:
    """What the next words are: the first ones, the last ones, or those of the state."""
    if not incident.open:
        return "resolution"
    kinds = {s.name: s.kind for s in context.policy.states}
    state = kinds.get(incident.state, incident.state.casefold())
    if state in _MOMENT:
        return _MOMENT[state]
    heard = communication.standing(incident, audience).first_at
    return "update" if heard or (audience not in OUTSIDE and incident.acknowledged_at) else "start"


def _shown(found: Draft) -> DraftText:
    gaps = [GapLine(g.name, g.words, g.why.line, list(g.choices)) for g in found.gaps]
    return DraftText(found.text, found.template, place(found.why), gaps, found.fixed, found.next_by)


def _role(context: Context, incident: Incident, role: Role) -> RoleLine:
    held = next((h for h in incident.roles if h.role == role.name), None)
    return RoleLine(
        name=role.name,
        part=role.kind,
        person=held.person if held else None,
        person_name=person_name(context.bindings, held.person) if held else None,
        since=held.since if held else None,
        duties=[d.text for d in role.duties],
        why=Place(role.why.file, role.why.line, role.why.quote),
    )

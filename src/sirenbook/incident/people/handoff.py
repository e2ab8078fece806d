"""The brief at a hand-off: who hands over to whom, and what whoever comes in must know, in words."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines
from sirenbook.incident.people import access
from sirenbook.incident.timeline import describe, person_name, phase, span
from sirenbook.incident.visibility import severity_named
from sirenbook.model.bindings import Bindings, Duty, fold
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Stated
from sirenbook.model.rotation import Override, Rotation
from sirenbook.model.status import Maintenance
from sirenbook.model.wall import shown

_TICK = timedelta(microseconds=1)
MOST_INCIDENTS = 20


class Handoff(Struct, frozen=True):
    """A rotation changing hands: who comes in, until when, and who had it before; people by id."""

    rotation: str
    at: datetime
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    until: datetime | None
    why: Provenance


class Known(Struct, frozen=True):
    """What there is to tell, each as a line; `health` is empty while pages flow.

    `duties` are those that the playbook gives to whoever is on call. `environment` are the checks that fail, of so
    many that are `watched`. `lacks` is what somebody who comes in is not said to have.
    """

    incidents: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    maintenance: tuple[str, ...] = ()
    duties: tuple[Stated, ...] = ()
    environment: tuple[str, ...] = ()
    watched: int = 0
    agenda: tuple[Stated, ...] = ()
    lacks: tuple[str, ...] = ()


def handoffs(bindings: Bindings, since: datetime, now: datetime) -> list[Handoff]:
    """Every hand-off after one instant and up to another, earliest first."""
    found = (h for r in bindings.rotations.values() for h in _of(r, bindings.overrides, since, now))
    return sorted(found, key=lambda h: (h.at, h.rotation))


def _of(rotation: Rotation, overrides: Sequence[Override], since: datetime, now: datetime) -> Iterator[Handoff]:
    for at in rotation.changes(since, now + _TICK, overrides):
        before, after = rotation.holders(at - _TICK, 0, overrides), rotation.holders(at, 0, overrides)
        incoming = tuple(p for p in after if p not in before)
        if incoming:
            until = rotation.until(at, incoming[0], 0, overrides)
            yield Handoff(rotation.name, at, incoming, before, until, rotation.layers[0].handoff_why)


def present(bindings: Bindings, rotation: Rotation, now: datetime) -> Handoff:
    """The hand-off as it would be if whoever is on call came in now."""
    holders = rotation.holders(now, 0, bindings.overrides)
    until = rotation.until(now, holders[0], 0, bindings.overrides) if holders else None
    return Handoff(rotation.name, now, holders, (), until, rotation.layers[0].handoff_why)


def incident_line(context: Context, incident: Incident) -> str:
    """An open incident in one line: how grave, in which state, whose, what was missed, and what comes next."""
    severity = severity_named(context, incident)
    whose = f" by {person_name(context.bindings, incident.acknowledged_by)}" if incident.acknowledged_by else ""
    age = f", for {span(int((context.now - incident.opened_at).total_seconds()))}" if incident.opened_at else ""
    missed = "".join(f"; {what}" for what in _missed(incident))
    following = None if incident.confidential else next(iter(deadlines(context, incident)), None)
    then = f"; next: {describe(following.event, context.bindings).text}" if following else ""
    return f"{incident.number} {severity}: {incident.title} ({phase(incident)}{whose}{age}{missed}{then})"


def _missed(incident: Incident) -> Iterator[str]:
    if incident.response_missed:
        yield "response time passed"
    if incident.resolution_missed:
        yield "resolution target passed"
    yield from (f"{t.audience} wait for an update" for t in incident.told if t.missed)


def unfinished_lines(bindings: Bindings, incidents: Iterable[Incident], now: datetime) -> Iterator[str]:
    """Action items that are past their time: the issues that are known and not yet mended."""
    for incident in incidents:
        for item in incident.aftermath.items if incident.aftermath else ():
            if item.status == "open" and item.due is not None and item.due < now:
                whose = person_name(bindings, item.owner) if item.owner else "nobody"
                yield f"{incident.number} item {item.number}: {item.text} ({whose}, due {item.due:%Y-%m-%d})"


def ahead_lines(bindings: Bindings, handoff: Handoff, zone: ZoneInfo) -> Iterator[str]:
    """What will be different in the shift, or in a week if it is shorter: overrides, and gaps."""
    end = max(handoff.until or handoff.at, handoff.at + timedelta(days=7))
    for each in bindings.overrides:
        if each.concerns(handoff.rotation) and each.start < end and each.end > handoff.at:
            yield f"{person_name(bindings, each.person)} is on call {_while(each.start, each.end, zone)}"
    for segment in bindings.rotations[handoff.rotation].segments(handoff.at, end, bindings.overrides):
        if not segment.lines:
            yield f"nobody is on call {_while(segment.start, segment.end, zone)}"


def maintenance_lines(announced: Iterable[Maintenance], handoff: Handoff, zone: ZoneInfo) -> Iterator[str]:
    """Maintenance that goes on or begins in the shift, or in a week if it is shorter; the earliest first."""
    end = max(handoff.until or handoff.at, handoff.at + timedelta(days=7))
    for each in sorted(announced, key=lambda m: m.start):
        if each.start < end and each.end > handoff.at:
            parts = f" ({', '.join(each.components)})" if each.components else ""
            yield f"{each.title}{parts}, {_while(each.start, each.end, zone)}"


def duties_of(policy: Policy, bindings: Bindings, handoff: Handoff) -> Iterator[Stated]:
    """What the playbook expects of the names that this rotation answers to first."""
    for role in policy.roles:
        if Duty(handoff.rotation) in bindings.targets.get(fold(role.name), ()):
            yield from (Stated(f"{role.name}: {duty.text}", duty.why) for duty in role.duties)


def lacks_of(policy: Policy, bindings: Bindings, handoff: Handoff) -> Iterator[str]:
    """What the playbook requires of whoever is on call and somebody who comes in is not said to have."""
    for person in handoff.incoming:
        for need in access.lacking(policy, bindings, person):
            yield f"{person_name(bindings, person)}: {need.what} [{need.why}]"


def _while(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    return f"from {shown(start, zone):%a %d %b %H:%M} to {shown(end, zone):%a %d %b %H:%M} ({zone.key})"


def title(bindings: Bindings, handoff: Handoff) -> str:
    """Who hands over to whom."""
    came, went = (_names(bindings, people) for people in (handoff.incoming, handoff.outgoing))
    return f"{handoff.rotation}: {f'{went} to ' if went else ''}{came or 'nobody'}"


def _names(bindings: Bindings, people: Sequence[str]) -> str:
    return " and ".join(person_name(bindings, p) for p in people)


def words(known: Known) -> str:
    """The brief: what is going on, what is left, what lies ahead, and what the playbook asks to go through."""
    parts = [
        _part("Active incidents", known.incidents, "none"),
        _part("Known issues, past their time", known.unfinished, "none"),
        _part("Ahead", known.ahead, "nothing out of the ordinary"),
        _part("Scheduled maintenance", known.maintenance, "none is announced"),
        _part("Environment health", known.environment, _well(known.watched)),
        _part("Whether pages flow", known.health, "they do"),
    ]
    if known.lacks:
        parts.append(_part("Required, and not said to be there", known.lacks, ""))
    if known.duties:
        duties = [f"{each.text} [{each.why}]" for each in known.duties]
        parts.append(_part("Duties by the playbook", duties, ""))
    if known.agenda:
        asked = [f"{each.text} [{each.why}]" for each in known.agenda]
        parts.append(_part("The playbook asks to go through", asked, ""))
    return "\n\n".join(parts)


def _well(watched: int) -> str:
    return f"all {watched} checks are well" if watched else "nothing is watched; see [checks] of sirenbook.toml"


def _part(heading: str, lines: Sequence[str], none: str) -> str:
    return "\n".join([f"{heading}:", *(f"- {line}" for line in lines)]) if lines else f"{heading}: {none}."

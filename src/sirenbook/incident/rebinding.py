"""What two sirenbook.toml differ in, in terms of people, labels, hours and rights; no settings of channels."""

from collections.abc import Iterable, Iterator
from datetime import date

from sirenbook.incident.calendar import hours_words
from sirenbook.incident.difference import FactChange
from sirenbook.incident.timeline import person_name, span
from sirenbook.model.bindings import Bindings
from sirenbook.model.hours import BusinessHours
from sirenbook.model.identity import Oidc
from sirenbook.model.rotation import Rotation

_MOST_DAYS = 4


def binding_changes(old: Bindings, new: Bindings) -> Iterator[FactChange]:
    """Everything that the bindings say otherwise, beside whom the playbook's names reach."""
    one, other = dict(_facts(old)), dict(_facts(new))
    yield from (FactChange(what, said, other[what]) for what, said in one.items() if said != other[what])
    yield from _people(old, new)
    yield from _labels(old, new)
    yield from _rotations(old, new)
    yield from _calendars(old, new)
    for name in dict.fromkeys((*old.teams, *new.teams)):
        before, after = (_team(x, name) for x in (old, new))
        if before != after:
            yield FactChange(f"what people may do in team {name}", before, after)
    for name in sorted(old.channels.keys() | new.channels.keys()):
        if old.channels.get(name) != new.channels.get(name):
            before, after = ("set up" if name in x.channels else "" for x in (old, new))
            yield FactChange(f"channel {name}", before, "set up otherwise" if before and after else after)
    if old.watchdog != new.watchdog:
        before, after = (", ".join(sorted(x.watchdog)) for x in (old, new))
        yield FactChange("whom the watchdog calls", before, f"{after} otherwise" if before == after else after)


def _facts(bindings: Bindings) -> Iterator[tuple[str, str]]:
    yield "who is paged when a name reaches nobody", ", ".join(p.name for p in bindings.last_resort)
    yield "labels that make alerts one incident", ", ".join(bindings.grouping.by)
    yield "labels that name the service", ", ".join(bindings.service_labels)
    storms = bindings.storms
    yield "a storm", f"{storms.alone} a minute one by one, the rest every {span(storms.pause)}"
    yield "the address of these pages", bindings.public_url or ""
    page = bindings.status
    yield "the public status page", page.title if page else ""
    stands_for = page.outlets or ("every status page of the playbook",) if page else ()
    yield "what the status page stands for", ", ".join(stands_for)
    yield "its components", ", ".join(c.name for c in page.components) if page else ""
    yield "customers who get mails", ", ".join(c.name for c in bindings.customers)
    yield "who else lets people in", _vouching(bindings.oidc)


def _vouching(oidc: Oidc | None) -> str:
    """Who lets people in beside us, and as what, in few words."""
    if oidc is None:
        return ""
    given = [f"{group}: {role}" for group, role in oidc.groups.items()]
    given += [f"everybody: {oidc.role}"] if oidc.role else []
    return f"{oidc.issuer}, client {oidc.client_id}, by {oidc.claim}: {', '.join(given)}"


def _team(bindings: Bindings, name: str) -> str:
    team = bindings.teams.get(name)
    if team is None:
        return ""
    roles = ", ".join(f"{person_name(bindings, p)} {role}" for p, role in team.roles.items())
    return f"{roles or 'nobody more'}, for {', '.join(team.services)}"


def _calendars(old: Bindings, new: Bindings) -> Iterator[FactChange]:
    """Business hours, everybody's and each team's, and the days off that come or go."""
    was, is_ = (_all_calendars(x) for x in (old, new))
    for what in dict.fromkeys((*was, *is_)):
        one, other = was.get(what), is_.get(what)
        before, after = (hours_words(x) if x else "" for x in (one, other))
        if before != after:
            yield FactChange(what, before, after)
        off = [frozenset(x.holidays) if x else frozenset() for x in (one, other)]
        if off[0] != off[1]:
            yield FactChange(f"holidays of the {what}", _days(off[0] - off[1]), _days(off[1] - off[0]))


def _all_calendars(bindings: Bindings) -> dict[str, BusinessHours]:
    own = {f"business hours of team {name}": t.hours for name, t in bindings.teams.items() if t.hours}
    return {"business hours": bindings.business_hours} | own


def _days(days: Iterable[date]) -> str:
    """The first of some days by name, and how many more there are."""
    listed = sorted(days)
    more = f" and {len(listed) - _MOST_DAYS} more" if len(listed) > _MOST_DAYS else ""
    return ", ".join(f"{day:%Y-%m-%d}" for day in listed[:_MOST_DAYS]) + more


def _people(old: Bindings, new: Bindings) -> Iterator[FactChange]:
    for id_ in dict.fromkeys((*old.people, *new.people)):
        before, after = (_ways(x, id_) for x in (old, new))
        if before != after:
            person = new.people.get(id_) or old.people[id_]
            yield FactChange(f"how {person.name} is reached", before, after)


def _rotations(old: Bindings, new: Bindings) -> Iterator[FactChange]:
    """Rotations in which others take turns, or at other times."""
    for name in dict.fromkeys((*old.rotations, *new.rotations)):
        one, other = (x.rotations.get(name) for x in (old, new))
        if one != other:
            before, after = (_turns(x, r) if r else "" for x, r in ((old, one), (new, other)))
            yield FactChange(f"rotation {name}", before, f"{after} otherwise" if before == after else after)


def _turns(bindings: Bindings, rotation: Rotation) -> str:
    """A rotation in few words: who takes turns of what length in each layer, and the clock of their hand-off."""
    return "; ".join(
        f"{', '.join(person_name(bindings, m) for m in layer.members)}, {span(layer.period)} each, "
        f"from {layer.anchor:%A %H:%M} {layer.zone}"
        for layer in rotation.layers
    )


def _ways(bindings: Bindings, id_: str) -> str:
    person = bindings.people.get(id_)
    if person is None:
        return ""
    first, *others = person.methods or (None,)
    said = [f"{first.channel} {first.to}"] if first else []
    return ", ".join([*said, *(f"{m.channel} {m.to} after {span(m.after)}" for m in others if m)])


def _labels(old: Bindings, new: Bindings) -> Iterator[FactChange]:
    """Label values that mean another severity than they did."""
    for label in dict.fromkeys((*old.severity_labels, *new.severity_labels)):
        one, other = (x.severity_labels.get(label, {}) for x in (old, new))
        for value in dict.fromkeys((*one, *other)):
            before, after = one.get(value, ""), other.get(value, "")
            if before != after:
                yield FactChange(f"alerts with {label} {value}", before, after)

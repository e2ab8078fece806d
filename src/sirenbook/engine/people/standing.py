"""What somebody may do: everywhere by their account, in one incident by their team too, by every way in."""

from sirenbook.engine.station import Station
from sirenbook.model.bindings import Bindings, Person, fold
from sirenbook.model.identity import Team, services_of, teams_of
from sirenbook.model.rights import ACCOUNT_ROLES, allows


def person_of(bindings: Bindings, name: str) -> str:
    """The id of the person of this name, where the bindings know one; else the name: who does something."""
    for person in bindings.people.values():
        if fold(name) in (fold(person.name), fold(person.id)):
            return person.id
    return name


async def role_of(station: Station, person: Person) -> str:
    """What a person of the bindings is everywhere, who came in by a chat; nothing where their account is closed.

    Whoever never had an account is a responder: the playbook's own people are there to be paged and to answer.
    """
    bindings = station.engine.books.bindings
    own = [a for a in await station.accounts.everybody() if person_of(bindings, a.name) == person.id]
    if not own:
        return "responder"
    return max((a.role for a in own if not a.closed), key=ACCOUNT_ROLES.index, default="")


async def role_in(station: Station, incident_id: int, role: str, person: str) -> str:
    """What somebody is in one incident: what they are everywhere, or more by the team whose it is by now."""
    teams = station.engine.books.bindings.teams
    if all(allows(role, t.roles[person]) for t in teams.values() if person in t.roles):
        return role
    row = await station.queries.incident(incident_id)
    return role_for(teams, row.incident.service if row else "", role, person)


def role_for(teams: dict[str, Team], service: str, role: str, person: str) -> str:
    """What somebody is in an incident about a service, who is this everywhere."""
    given = [t.roles[person] for t in teams_of(teams, service).values() if person in t.roles]
    return max((r for r in given if not allows(role, r)), key=ACCOUNT_ROLES.index, default=role)


def services_in(teams: dict[str, Team], person: str) -> tuple[str, ...]:
    """The services and teams of which somebody may declare an incident by their team, whatever else they are."""
    own = {n: t for n, t in teams.items() if person in t.roles and allows(t.roles[person], "responder")}
    return services_of(own)

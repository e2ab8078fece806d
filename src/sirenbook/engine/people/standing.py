"""What somebody may do: everywhere by their account, in one incident by their team too, by every way in."""

from sirenbook.engine.station import Station
from sirenbook.model.bindings import Bindings, Person, fold
from sirenbook.model.event import Opened
from sirenbook.model.identity import teams_of
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
    """What somebody is in one incident: what they are everywhere, or more by the team whose service it is about."""
    teams = station.engine.books.bindings.teams
    if all(allows(role, t.roles[person]) for t in teams.values() if person in t.roles):
        return role
    begun = await station.queries.timeline(incident_id, limit=1)
    service = next((e.event.service for e in begun if isinstance(e.event, Opened)), "")
    given = [t.roles[person] for t in teams_of(teams, service).values() if person in t.roles]
    return max((r for r in given if not allows(role, r)), key=ACCOUNT_ROLES.index, default=role)

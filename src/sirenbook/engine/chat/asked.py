"""What somebody asked in a chat, and which incident they mean."""

from msgspec import Struct

from sirenbook.channels.chat import Chat, Deed
from sirenbook.engine.handle import UnknownIncident
from sirenbook.engine.people.standing import role_for, role_in
from sirenbook.engine.station import Station
from sirenbook.incident.context import Context
from sirenbook.incident.core import Decision
from sirenbook.incident.visibility import Reader, may_see
from sirenbook.model.bindings import Bindings, Person
from sirenbook.model.command import Command, Open
from sirenbook.model.incident import Incident
from sirenbook.model.rights import AccountRole, allows

LONGEST_NAME = 200


class Puzzled(Exception):
    """Words that cannot be carried out as they are: what is missing, and how to write it."""


class Right(Struct, frozen=True):
    """Who may ask something: those who have this role, and, where `called`, whoever was paged for the incident."""

    least: AccountRole
    called: bool = False


NOBODY = Right("admin")
"""What was not said to be anybody's is for those who may do everything."""


class Asked(Struct, frozen=True):
    """One thing asked by a person of the bindings, who has this role everywhere.

    `room` is the incident whose room it was asked in; `right` is what the thing asked takes.
    """

    station: Station
    chat: Chat
    deed: Deed
    person: Person
    role: str
    room: int | None
    right: Right = NOBODY

    @property
    def once(self) -> str:
        """The name by which this counts once, however often the chat tells it."""
        return f"{self.chat.name} {self.deed.kind} {self.deed.id}"[:LONGEST_NAME]

    async def incident(self, named: int | None) -> Incident:
        """The incident that is named, whose room it is, or the only open one, if this person may see and do that.

        Raises Puzzled or UnknownIncident.
        """
        number = named or self.room or await self._only_open()
        row = await self.station.queries.incident(number)
        if row is None:
            raise UnknownIncident(f"INC-{number}")
        if not may_see(
            await self.context(row.incident), row.incident, Reader(self.person.id, self.role == "admin")
        ):
            raise Puzzled(f"INC-{number} is restricted to those who work on it")
        paged = self.right.called and any(page.person == self.person.id for page in row.incident.pages)
        if not paged:
            self._must_be(await role_in(self.station, number, self.role, self.person.id), f"in INC-{number}")
        return row.incident

    def _must_be(self, role: str, where: str) -> None:
        """Refuse whoever has less than this takes. Raises Puzzled."""
        if not allows(role, self.right.least):
            least = self.right.least
            raise Puzzled(f"a {role} may not do this {where}; a {least} may: ask an admin for that role")

    async def _only_open(self) -> int:
        found = [row.incident for row in await self.station.queries.gravest(10)]
        if len(found) != 1:
            listed = ", ".join(i.number for i in found) or "none"
            raise Puzzled(f"say which incident you mean, such as INC-7; open are: {listed}")
        return found[0].id

    def aloof(self, incident: Incident) -> bool:
        """Whether only that an incident is there is said here: few may see it, and this is not its room."""
        return incident.confidential and self.room != incident.id

    async def context(self, incident: Incident) -> Context:
        """What a decision about this incident looks at now."""
        return await self.station.policy_of(incident)

    async def do(self, incident: Incident, command: Command) -> Decision:
        """Carry out the one command that this comes to. Raises Repeated where it was carried out before."""
        return await self.station.command(incident.id, command, self.once)

    async def declare(self, command: Open) -> Decision:
        """Open an incident. Raises Puzzled where this person may not, or Repeated."""
        teams = self.station.engine.books.bindings.teams
        self._must_be(role_for(teams, command.service, self.role, self.person.id), "here")
        return await self.station.declare(command, self.once)

    def link(self, incident: Incident) -> str:
        """The page of an incident."""
        return self.station.links.incident(incident.id)


async def person_behind(chat: Chat, user: str, bindings: Bindings) -> Person | None:
    """The person of the bindings who is this user of a chat; None where there is none, or more than one."""
    people = [p for p in bindings.people.values() if any((m.channel, m.to) == (chat.name, user) for m in p.methods)]
    if not people:
        return person_at(await chat.email_of(user), chat.name, bindings)
    return people[0] if len(people) == 1 else None


def person_at(email: str, channel: str, bindings: Bindings) -> Person | None:
    """The person who has an e-mail address, by mail or on a channel; None where there is none, or more than one."""
    people = [p for p in bindings.people.values() if email and email.casefold() in _emails(p, channel)]
    return people[0] if len(people) == 1 else None


def _emails(person: Person, chat: str) -> set[str]:
    return {m.to.casefold() for m in person.methods if m.channel in (chat, "email") and "@" in m.to}

"""What comes back through the channels: acknowledgements and receipts, each acted on once."""

import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from sirenbook.channels import Heard, Word
from sirenbook.engine.chat.asked import person_at
from sirenbook.engine.handle import Repeated, UnknownIncident, handle
from sirenbook.engine.links import Sent
from sirenbook.engine.station import Station
from sirenbook.incident.timeline import person_name
from sirenbook.incident.visibility import Reader, may_see
from sirenbook.model.bindings import Person
from sirenbook.model.command import Acknowledge, Command, Escalate, Note, Receive, Refused, Resolve
from sirenbook.model.intent import Device

MOST_OPEN = 500
MOST_GUESSES = 5
GUESSING = timedelta(minutes=10)
LONGEST_NAME = 200
UNKNOWN = Heard("unknown", "This answers no page that is open.")


class Reception:
    """The house as the channels of one process know it."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._guesses: dict[tuple[str, str], deque[datetime]] = {}

    def secret(self, purpose: str) -> bytes:
        """32 bytes for one purpose, the same on every node and after every start."""
        return self._station.links.secret(purpose)

    async def devices(self, address: str) -> Sequence[Device]:
        """The browsers that take pushes for an address: a person's id."""
        return await self._station.contacts.devices(address)

    async def lose(self, device: int) -> None:
        """Send nothing to a browser any more: it is gone."""
        await self._station.contacts.lose(device, self._station.now())

    async def seen(self, device: int) -> None:
        """Note that a browser showed something just now."""
        await self._station.contacts.seen(device, self._station.now())

    async def hear(self, channel: str, word: Word) -> Heard:
        """Act on a verified word, once. Raises Away."""
        if word.thread:
            return await self._told_elsewhere(channel, word)
        sent = await self._meant(channel, word)
        if sent is None:
            return UNKNOWN
        heard = await self._act(channel, word, sent.incident, self._command(channel, sent, word))
        if heard.outcome == "done":
            await self._prove(channel, sent, word)
        return heard

    async def _act(self, channel: str, word: Word, incident_id: int, command: Command) -> Heard:
        once = f"{channel} {word.kind} {word.once}"[:LONGEST_NAME]
        try:
            await handle(self._station.engine, incident_id, command, once)
        except Repeated:
            return Heard("repeated", "This was heard already.")
        except Refused as refusal:
            return Heard("refused", f"{refusal}.")
        except UnknownIncident:
            return UNKNOWN
        return Heard("done", _DONE.get(word.kind, "").format(f"INC-{incident_id}"))

    async def _told_elsewhere(self, channel: str, word: Word) -> Heard:
        """What somebody did with an incident where they have it too: as the person with their e-mail address.

        Somebody unknown there is called by the name that they have there, which is nobody's id here, and sees no
        restricted incident.
        """
        number = word.thread.removeprefix(f"{self._station.dispatcher.installation}.INC-")
        row = await self._station.queries.incident(int(number)) if re.fullmatch(r"[0-9]{1,18}", number) else None
        if row is None:
            return UNKNOWN
        bindings = self._station.engine.books.bindings
        person = person_at(word.by.email, channel, bindings)
        context = await self._station.policy_of(row.incident)
        if not may_see(context, row.incident, Reader(person.id if person else "")):
            return Heard("refused", "This incident is restricted to those who work on it.")
        by = person.id if person else f"{word.by.name or 'somebody'} ({channel})"
        whom = person_at(word.whom.email, channel, bindings)
        return await self._act(channel, word, row.incident.id, _deed(channel, word, by, whom))

    async def _prove(self, channel: str, sent: Sent, word: Word) -> None:
        """Something came back from a person's own hand or device: this way to them works."""
        person = self._station.engine.books.bindings.people.get(sent.person)
        method = next((m for m in person.methods if m.channel == channel), None) if person else None
        if method is not None and word.kind != "undelivered":
            await self._station.contacts.proven(sent.person, channel, method.to, self._station.now())

    def _command(self, channel: str, sent: Sent, word: Word) -> Command:
        if word.kind == "pass_on":
            name = person_name(self._station.engine.books.bindings, sent.person)
            return Escalate(by=sent.person, to=None, note=f"{name} cannot take it")
        if word.kind not in ("delivered", "shown", "undelivered"):
            return _deed(channel, word, sent.person, None)
        return Receive(
            page=sent.page,
            person=sent.person,
            channel=channel,
            outcome=word.kind,
            key=f"{sent.page}.{sent.method}",
            method=sent.method,
            attempt=1,
            detail=word.detail[:300],
            final=True,
        )

    async def _meant(self, channel: str, word: Word) -> Sent | None:
        """The message that a word answers: told by its token, or by the code that only its reader knows."""
        if word.token:
            return self._station.links.read_answer(channel, word.token[:1000], self._station.now())
        if not word.code or not self._may_guess(channel, word.sender):
            return None
        people = self._people(channel, word.sender)
        for row in await self._station.queries.gravest(MOST_OPEN):
            for person in people:
                if word.code == self._station.links.code(row.incident.id, person.id):
                    return Sent(row.incident.id, "", person.id, 0)
        self._guesses[channel, word.sender].append(self._station.now())
        return None

    def _people(self, channel: str, address: str) -> list[Person]:
        """Whose address on a channel this is."""
        people = self._station.engine.books.bindings.people.values()
        return [p for p in people if any((m.channel, m.to) == (channel, address) for m in p.methods)]

    def _may_guess(self, channel: str, sender: str) -> bool:
        """Whether an address has not sent too many wrong codes of late: who writes can claim any address."""
        since = self._station.now() - GUESSING
        wrong = self._guesses.setdefault((channel, sender), deque(maxlen=MOST_GUESSES))
        while wrong and wrong[0] < since:
            wrong.popleft()
        return len(wrong) < MOST_GUESSES


def _deed(channel: str, word: Word, by: str, whom: Person | None) -> Command:
    """The command that somebody's deed elsewhere comes to; what nobody here can be called for stays a note."""
    there = f"in {channel}"
    if word.kind == "assign" and whom is not None:
        return Escalate(by=by, to=whom.id, note=f"given to {whom.name} {there}", without=f"done {there}")
    if word.kind == "assign":
        return Note(by, f"Given to {word.whom.name} {there}, whose e-mail address sirenbook.toml does not know")
    if word.kind == "resolve":
        return Resolve(by, reason=f"resolved {there}", without=f"done {there}")
    return Acknowledge(by=by, via=channel)


_DONE = {"acknowledge": "{} is yours.", "pass_on": "{} goes on to whoever is next."}

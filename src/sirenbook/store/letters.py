"""Letters: words that belong to no incident, kept for ever, each claimed under a lease until it went out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from sirenbook.model.provenance import Provenance
from sirenbook.store.keeping import Keeping

MOST_ATTEMPTS = 8
_provenances = msgspec.json.Decoder(Provenance)

Topic = Literal["handoff", "practice", "glass", "access"]


class Sent(Struct, frozen=True):
    """A person who is to read a letter, and whether it went out."""

    person: str
    sent_at: datetime | None
    detail: str


class Kept(Struct, frozen=True):
    """A letter: what it is about, since when it is due, its words, and who was sent it."""

    about: str
    at: datetime
    title: str
    body: str
    people: tuple[Sent, ...]


class Letter(Struct, frozen=True):
    """A letter as it is written: one about each thing at each time."""

    topic: Topic
    about: str
    at: datetime
    title: str
    body: str
    why: Provenance


class Due(Struct, frozen=True):
    """A letter that is to go out to one person now."""

    id: int
    letter: Letter
    person: str
    attempt: int


class Letters(Keeping):
    """The keeping of letters."""

    async def known(self, topic: Topic, since: datetime) -> set[tuple[str, datetime]]:
        """The letters on a topic since then, by what they are about and their time."""
        query = "select about, at from letter where topic = %s and at > %s"
        return {(about, at) for about, at in await self._run(query, topic, since)}

    async def newest(self, topic: Topic) -> dict[str, datetime]:
        """The time of the newest letter on a topic about each thing."""
        query = "select about, max(at) from letter where topic = %s group by about"
        return dict(await self._run(query, topic))

    async def keep(self, letter: Letter, people: Sequence[str], now: datetime) -> bool:
        """Keep a letter for these people; False where another node was first."""
        query = """insert into letter (topic, about, at, title, body, why, made_at)
            values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning id"""
        why = msgspec.json.encode(letter.why).decode()
        async with self._ledger.connection() as conn, conn.transaction():
            values = (letter.topic, letter.about, letter.at, letter.title, letter.body, why, now)
            rows = await (await conn.execute(query, values)).fetchall()
            for (number,) in rows:
                for person in people:
                    to = "insert into letter_to (letter_id, person, due_at) values (%s, %s, %s)"
                    await conn.execute(to, (number, person, now))
            return bool(rows)

    async def claim(self, now: datetime, until: datetime, limit: int = 20) -> list[Due]:
        """Take letters that are due; they are due again at `until` unless they are settled before."""
        query = """update letter_to as t set due_at = %s, attempt = attempt + 1 from letter as l
            where l.id = t.letter_id and (t.letter_id, t.person) in (
                select letter_id, person from letter_to
                where sent_at is null and due_at <= %s and attempt < %s
                order by due_at limit %s for update skip locked)
            returning l.id, l.topic, l.about, l.at, l.title, l.body, l.why, t.person, t.attempt"""
        rows = await self._run(query, until, now, MOST_ATTEMPTS, limit)
        return [
            Due(id_, Letter(topic, about, at, title, body, _provenances.decode(why)), person, attempt)
            for id_, topic, about, at, title, body, why, person, attempt in rows
        ]

    async def settle(self, due: Due, sent_at: datetime | None, detail: str) -> None:
        """Write down what became of one attempt."""
        query = "update letter_to set sent_at = %s, detail = %s where letter_id = %s and person = %s"
        await self._run(query, sent_at, detail[:300], due.id, due.person)

    async def latest(self, topic: Topic, limit: int = 10) -> list[Kept]:
        """The last letters on a topic, newest first."""
        query = """select l.about, l.at, l.title, l.body,
                coalesce(json_agg(json_build_array(t.person, t.sent_at, t.detail) order by t.person)
                    filter (where t.person is not null), '[]')::text
            from letter as l left join letter_to as t on t.letter_id = l.id
            where l.topic = %s group by l.id order by l.at desc, l.id desc limit %s"""
        rows = await self._run(query, topic, limit)
        return [Kept(about, at, title, body, _people(told)) for about, at, title, body, told in rows]


def _people(text: str) -> tuple[Sent, ...]:
    rows = msgspec.json.decode(text, type=list[tuple[str, datetime | None, str]])
    return tuple(Sent(*row) for row in rows)

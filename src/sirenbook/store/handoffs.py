"""Hand-offs and their briefs: kept for ever, each brief claimed under a lease until it went out."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from sirenbook.model.provenance import Provenance
from sirenbook.store.keeping import Keeping

MOST_ATTEMPTS = 8
_provenances = msgspec.json.Decoder(Provenance)


class Briefed(Struct, frozen=True):
    """A person who is to read a brief, and whether it went out."""

    person: str
    sent_at: datetime | None
    detail: str


class Kept(Struct, frozen=True):
    """A hand-off with its brief, and who was sent it."""

    rotation: str
    at: datetime
    title: str
    brief: str
    people: tuple[Briefed, ...]


class Due(Struct, frozen=True):
    """A brief that is to go out to one person now."""

    id: int
    rotation: str
    at: datetime
    title: str
    brief: str
    why: Provenance
    person: str
    attempt: int


class Handoffs(Keeping):
    """The keeping of hand-offs."""

    async def known(self, since: datetime) -> set[tuple[str, datetime]]:
        """The hand-offs since then of which the brief was made, by rotation and time."""
        query = "select rotation, at from oncall_handoff where at > %s"
        async with self._ledger.connection() as conn:
            return {(r, at) for r, at in await (await conn.execute(query, (since,))).fetchall()}

    async def keep(self, due: Due, people: Sequence[str], now: datetime) -> bool:
        """Keep a brief for these people; False where another node was first."""
        handoff = """insert into oncall_handoff (rotation, at, title, brief, why, made_at)
            values (%s, %s, %s, %s, %s, %s) on conflict do nothing returning id"""
        why = msgspec.json.encode(due.why).decode()
        async with self._ledger.connection() as conn, conn.transaction():
            values = (due.rotation, due.at, due.title, due.brief, why, now)
            rows = await (await conn.execute(handoff, values)).fetchall()
            for (number,) in rows:
                for person in people:
                    brief = "insert into oncall_brief (handoff_id, person, due_at) values (%s, %s, %s)"
                    await conn.execute(brief, (number, person, now))
            return bool(rows)

    async def claim(self, now: datetime, until: datetime, limit: int = 20) -> list[Due]:
        """Take briefs that are due; they are due again at `until` unless they are settled before."""
        query = """update oncall_brief as b set due_at = %s, attempt = attempt + 1 from oncall_handoff as h
            where h.id = b.handoff_id and (b.handoff_id, b.person) in (
                select handoff_id, person from oncall_brief
                where sent_at is null and due_at <= %s and attempt < %s
                order by due_at limit %s for update skip locked)
            returning h.id, h.rotation, h.at, h.title, h.brief, h.why, b.person, b.attempt"""
        async with self._ledger.connection() as conn:
            rows = await (await conn.execute(query, (until, now, MOST_ATTEMPTS, limit))).fetchall()
        return [
            Due(id_, rotation, at, title, brief, _provenances.decode(why), person, attempt)
            for id_, rotation, at, title, brief, why, person, attempt in rows
        ]

    async def settle(self, due: Due, sent_at: datetime | None, detail: str) -> None:
        """Write down what became of one attempt."""
        query = "update oncall_brief set sent_at = %s, detail = %s where handoff_id = %s and person = %s"
        async with self._ledger.connection() as conn:
            await conn.execute(query, (sent_at, detail[:300], due.id, due.person))

    async def latest(self, limit: int = 10) -> list[Kept]:
        """The last hand-offs, newest first."""
        query = """select h.rotation, h.at, h.title, h.brief,
                coalesce(json_agg(json_build_array(b.person, b.sent_at, b.detail) order by b.person)
                    filter (where b.person is not null), '[]')::text
            from oncall_handoff as h left join oncall_brief as b on b.handoff_id = h.id
            group by h.id order by h.at desc, h.id desc limit %s"""
        async with self._ledger.connection() as conn:
            rows = await (await conn.execute(query, (limit,))).fetchall()
        return [Kept(rotation, at, title, brief, _people(told)) for rotation, at, title, brief, told in rows]


def _people(text: str) -> tuple[Briefed, ...]:
    rows = msgspec.json.decode(text, type=list[tuple[str, datetime | None, str]])
    return tuple(Briefed(*row) for row in rows)

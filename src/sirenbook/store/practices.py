"""What is done regularly: since when each practice is known, and every time that it was done; only added to."""

from collections.abc import Sequence
from datetime import datetime

from sirenbook.model.practice import Record
from sirenbook.store.keeping import Keeping

_RECORD = "practice, kind, at, due, by, note, incident"
_STANDS = "not exists (select from practice_record u where u.undoes = r.id)"
"""What nobody took back."""


class Practices(Keeping):
    """The keeping of practices."""

    async def begin(self, names: Sequence[str], now: datetime) -> None:
        """Note that these are known from now on; those that were known stay as they are."""
        query = """insert into practice_record (practice, kind, at) select name, 'begun', %s from unnest(%s::text[])
            as name order by name on conflict do nothing"""
        await self._run(query, now, list(names))

    async def add(self, record: Record) -> bool:
        """Write down that one was done; False where the same drill was counted before."""
        query = f"""insert into practice_record ({_RECORD}) values (%s, %s, %s, %s, %s, %s, %s)
            on conflict do nothing returning true"""
        values = (record.practice, record.kind, record.at, record.due, record.by, record.note, record.incident)
        return bool(await self._run(query, *values))

    async def take_back(self, practice: str, by: str, note: str, now: datetime) -> bool:
        """Take back that one was done last; False where nothing stands. What was said stays written."""
        query = f"""insert into practice_record (practice, kind, at, by, note, undoes)
            select practice, 'undone', %s, %s, %s, id from practice_record r
            where practice = %s and kind = 'done' and {_STANDS} order by at desc, id desc limit 1
            on conflict do nothing returning true"""
        return bool(await self._run(query, now, by, note, practice))

    async def latest(self) -> list[Record]:
        """Of each practice that it begun, when it was last done, and when that was last taken back."""
        query = f"""select distinct on (practice, kind) {_RECORD} from practice_record r where {_STANDS}
            order by practice, kind, at desc"""
        return [Record(*row) for row in await self._run(query)]

    async def due_between(self, since: datetime, until: datetime) -> list[Record]:
        """What was done of that which was due in a while."""
        query = (
            f"select {_RECORD} from practice_record r where kind = 'done' and {_STANDS} and due >= %s and due < %s"
        )
        return [Record(*row) for row in await self._run(query, since, until)]

    async def drills(self, since: datetime) -> list[tuple[int, str, datetime]]:
        """The drills that ended since then: number, title, end."""
        query = """select id, title, resolved_at from incident
            where drill and status = 'resolved' and resolved_at > %s order by resolved_at"""
        return [(id_, title, at) for id_, title, at in await self._run(query, since)]

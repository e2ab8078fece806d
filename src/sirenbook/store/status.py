"""What the status page keeps: maintenance, subscribers, news, and who is still to be sent it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from sirenbook.model.event import Entry
from sirenbook.model.status import Maintenance
from sirenbook.store.keeping import Keeping
from sirenbook.store.records import decode_entry

Kind = Literal["email", "webhook"]

MOST_SUBSCRIBERS = 100_000
MOST_ASKED = 500
"""How many confirmations go out in an hour, to whomever: nobody can make a mail cannon of the form."""
MOST_ATTEMPTS = 5
MOST_INCIDENTS = 1000
_STORY = (
    "('Opened', 'Regraded', 'Moved', 'SecurityMarked', 'SecurityLifted', 'AccessRestricted', 'AccessOpened',"
    " 'UpdateGiven', 'Resolved', 'Reopened')"
)


class Planned(Struct, frozen=True):
    """Maintenance to be announced."""

    title: str
    text: str
    components: tuple[str, ...]
    start: datetime
    until: datetime


class Notice(Struct, frozen=True):
    """One piece of news: its lasting name, its words, the place on the page that has more.

    `public` when subscribers hear of it; `lists` are the customers who do.
    """

    key: str
    at: datetime
    components: tuple[str, ...]
    subject: str
    text: str
    place: str
    public: bool = True
    lists: tuple[str, ...] = ()


class Due(Struct, frozen=True):
    """One message that is to go out now; without a notice it asks whether an address wants to subscribe."""

    key: str
    token: int
    attempt: int
    kind: Kind
    address: str
    subscriber: int | None
    components: tuple[str, ...]
    notice: Notice | None


class Told(Struct, frozen=True):
    """How far one piece of news has come."""

    key: str
    subject: str
    at: datetime
    sent: int
    failed: int
    waiting: int


class Status(Keeping):
    """The keeping of the status page."""

    async def plan(self, planned: Planned, by: str, now: datetime) -> int:
        """Announce maintenance; answers its number."""
        query = """insert into status_maintenance (title, body, components, starts_at, ends_at, made_at, made_by)
            values (%s, %s, %s, %s, %s, %s, %s) returning id"""
        what = (planned.title, planned.text, list(planned.components), planned.start, planned.until)
        [(number,)] = await self._run(query, *what, now, by)
        return int(number)

    async def end(self, number: int, by: str, now: datetime) -> bool:
        """End maintenance now, or call it off before it begins; False where there is none to end."""
        query = """update status_maintenance set ended_at = %s, ended_by = %s
            where id = %s and ended_at is null and ends_at > %s returning 1"""
        return bool(await self._run(query, now, by, number, now))

    async def maintenance(self, since: datetime, limit: int = 500) -> list[Maintenance]:
        """Maintenance that ends after an instant, the newest first."""
        query = """select id, title, body, components, starts_at, ends_at, made_at, made_by, ended_at
            from status_maintenance where ends_at > %s order by id desc limit %s"""
        rows = await self._run(query, since, limit)
        return [_maintenance(row) for row in rows]

    async def began(self) -> datetime | None:
        """When this installation first had a playbook; None before that."""
        [(at,)] = await self._run("select min(applied_at) from policy_version")
        return at  # type: ignore[no-any-return]

    async def stories(self, since: datetime, until: datetime) -> list[tuple[int, list[Entry]]]:
        """What bears on the page of each incident that somebody was told of between two instants."""
        query = f"""select incident_id, data from event where kind in {_STORY} and incident_id in (
                select incident_id from event where kind = 'UpdateGiven' and at >= %s and at < %s
                group by incident_id order by incident_id desc limit %s)
            order by incident_id, seq"""
        found: dict[int, list[Entry]] = {}
        for number, data in await self._run(query, since, until, MOST_INCIDENTS):
            found.setdefault(number, []).append(decode_entry(data))
        return list(found.items())

    async def numbers(self, since: datetime, until: datetime, limit: int = 5000) -> list[int]:
        """The incidents that somebody was told of between two instants, the newest first."""
        query = """select incident_id from event where kind = 'UpdateGiven' and at >= %s and at < %s
            group by incident_id order by incident_id desc limit %s"""
        return [number for (number,) in await self._run(query, since, until, limit)]

    async def story(self, incident_id: int) -> list[Entry]:
        """The same of one incident, whether anybody was told or not."""
        query = f"select data from event where kind in {_STORY} and incident_id = %s order by seq"
        return [decode_entry(data) for (data,) in await self._run(query, incident_id)]

    async def unannounced(self, since: datetime) -> list[tuple[int, Entry]]:
        """The updates that went outside by ourselves since then and of which there is no notice yet.

        Words that people gave cannot look like the fields that are looked for: their quotes are escaped.
        """
        query = """select incident_id, data from event e where kind = 'UpdateGiven' and at >= %s
            and (strpos(data, '"page":true') > 0 or strpos(data, '"lists":[') > 0)
            and not exists (select from status_notice n where n.key = 'INC-' || e.incident_id || '.' || e.seq)
            order by at limit 1000"""
        return [(number, decode_entry(data)) for number, data in await self._run(query, since)]

    async def announce(self, notice: Notice) -> None:
        """Keep a piece of news, once."""
        query = """insert into status_notice (key, at, components, subject, body, place, public, lists)
            values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"""
        words = (notice.subject, notice.text, notice.place, notice.public, list(notice.lists))
        await self._run(query, notice.key, notice.at, list(notice.components), *words)

    async def unspread(self) -> list[Notice]:
        """News that nobody was sent yet."""
        query = """select key, at, components, subject, body, place, public, lists from status_notice
            where spread_at is null order by at limit 100"""
        return [_notice(row) for row in await self._run(query)]

    async def spread(self, notice: Notice, customers: Sequence[str], now: datetime) -> int:
        """Have a piece of news sent to every subscriber whom it concerns, and to customers; once, all or none."""
        async with self._ledger.connection() as conn, conn.transaction():
            took = "update status_notice set spread_at = %s where key = %s and spread_at is null returning 1"
            if not await (await conn.execute(took, (now, notice.key))).fetchall():
                return 0
            count = 0
            if notice.public:
                values = {"key": notice.key, "at": notice.at, "now": now, "components": list(notice.components)}
                count += (await conn.execute(_TO_SUBSCRIBERS, values)).rowcount
            if customers:
                values = {"key": notice.key, "now": now, "addresses": list(customers)}
                count += (await conn.execute(_TO_CUSTOMERS, values)).rowcount
            return count

    async def claim(self, now: datetime, until: datetime, limit: int) -> list[Due]:
        """Take messages that are due, confirmations first; they are due again at `until` unless settled before."""
        rows = await self._run(_CLAIM, now, limit, until)
        return [
            Due(key, token, attempt, kind, to, who, tuple(components), _notice(rest) if rest[0] else None)
            for key, token, attempt, kind, to, who, components, *rest in rows
        ]

    async def settle(self, due: Due, now: datetime, outcome: str, detail: str, again_at: datetime | None) -> None:
        """Write down what became of an attempt: it is over, or tried again. Nothing where the claim was lost."""
        if again_at is not None:
            query = "update status_delivery set due_at = %s, detail = %s where key = %s and token = %s"
            await self._run(query, again_at, detail[:300], due.key, due.token)
            return
        query = """update status_delivery set done_at = %s, outcome = %s, detail = %s, address = ''
            where key = %s and token = %s"""
        await self._run(query, now, outcome, detail[:300], due.key, due.token)

    async def ask(self, kind: Kind, address: str, components: Sequence[str], now: datetime) -> bool:
        """Have an address asked whether it wants to subscribe, once an hour; False where too many were asked."""
        values = {"kind": kind, "address": address, "components": list(components), "now": now, "most": MOST_ASKED}
        query = """insert into status_delivery (key, kind, address, components, created_at, due_at)
            select 'ask.' || md5(%(kind)s || ' ' || lower(%(address)s)) || '.'
                   || floor(extract(epoch from %(now)s::timestamptz) / 3600)::bigint::text,
                   %(kind)s, %(address)s, %(components)s, %(now)s, %(now)s
            where (select count(*) from status_delivery
                   where notice is null and created_at > %(now)s::timestamptz - interval '1 hour') < %(most)s
            on conflict do nothing"""
        room = "select count(*) from status_delivery where notice is null and created_at > %s"
        async with self._ledger.connection() as conn:
            await conn.execute(query, values)
            [(asked,)] = await (await conn.execute(room, (now - timedelta(hours=1),))).fetchall()
        return bool(asked < MOST_ASKED)

    async def confirm(self, kind: Kind, address: str, components: Sequence[str], now: datetime) -> bool:
        """Let an address hear of what happens from now on; False where there are too many already."""
        query = """insert into status_subscriber (kind, address, components, confirmed_at)
            select %s, %s, %s, %s where (select count(*) from status_subscriber) < %s
            on conflict (kind, address) do update set components = excluded.components returning 1"""
        return bool(await self._run(query, kind, address, list(components), now, MOST_SUBSCRIBERS))

    async def unsubscribe(self, subscriber: int) -> None:
        """Forget a subscriber, and what was still to be sent to them."""
        async with self._ledger.connection() as conn, conn.transaction():
            await conn.execute("delete from status_subscriber where id = %s", (subscriber,))
            open_ = "delete from status_delivery where subscriber_id = %s and done_at is null"
            await conn.execute(open_, (subscriber,))

    async def forget(self, address: str) -> bool:
        """Forget whoever has this address, for somebody in the house who was asked to."""
        query = "delete from status_subscriber where lower(address) = lower(%s) returning id"
        gone = await self._run(query, address)
        for (number,) in gone:
            await self.unsubscribe(number)
        return bool(gone)

    async def counts(self) -> dict[str, int]:
        """How many subscribers there are of each kind."""
        return dict(await self._run("select kind, count(*) from status_subscriber group by kind order by kind"))

    async def told(self, limit: int = 20) -> list[Told]:
        """The latest news, and how far each has come."""
        query = """select n.key, n.subject, n.at, count(*) filter (where d.outcome = 'accepted'),
                count(*) filter (where d.done_at is not null and d.outcome <> 'accepted'),
                count(*) filter (where d.key is not null and d.done_at is null)
            from (select * from status_notice order by at desc limit %s) n
            left join status_delivery d on d.notice = n.key group by n.key, n.subject, n.at order by n.at desc"""
        return [Told(*row) for row in await self._run(query, limit)]

    async def tidy(self, before: datetime) -> None:
        """Let go of messages that went out before."""
        await self._run("delete from status_delivery where done_at < %s", before)


def _maintenance(row: Sequence[Any]) -> Maintenance:
    number, title, text, components, *times = row
    return Maintenance(number, title, text, tuple(components), *times)


def _notice(row: Sequence[Any]) -> Notice:
    key, at, components, subject, text, place, public, lists = row
    return Notice(key, at, tuple(components), subject, text, place, public, tuple(lists))


_TO_SUBSCRIBERS = """
insert into status_delivery (key, notice, kind, address, subscriber_id, created_at, due_at)
select %(key)s || '.' || md5(kind || ' ' || lower(address)), %(key)s, kind, address, id, %(now)s, %(now)s
from status_subscriber
where confirmed_at <= %(at)s
  and (components = '{}' or %(components)s::text[] = '{}' or components && %(components)s::text[])
on conflict do nothing
"""

_TO_CUSTOMERS = """
insert into status_delivery (key, notice, kind, address, created_at, due_at)
select distinct on (lower(address)) %(key)s || '.' || md5('email ' || lower(address)), %(key)s, 'email', address,
       %(now)s::timestamptz, %(now)s::timestamptz
from unnest(%(addresses)s::text[]) as t (address)
on conflict do nothing
"""

_CLAIM = """
with due as (
  select key from status_delivery where done_at is null and due_at <= %s
  order by due_at, notice nulls first limit %s for update skip locked
), claimed as (
  update status_delivery d set due_at = %s, token = nextval('outbox_token'), attempt = attempt + 1
  from due where d.key = due.key
  returning d.key, d.token, d.attempt, d.kind, d.address, d.subscriber_id, d.components, d.notice, d.due_at
)
select c.key, c.token, c.attempt, c.kind, c.address, c.subscriber_id, c.components,
       n.key, n.at, n.components, n.subject, n.body, n.place, n.public, n.lists
from claimed c left join status_notice n on n.key = c.notice
"""

"""The questions that pages, the API and the command line ask: reads beside the ledger, each one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from sirenbook.model.alert import Alert
from sirenbook.model.event import Entry, Event
from sirenbook.model.incident import Incident
from sirenbook.store.arrays import bigints
from sirenbook.store.evidence import Stored, named, unlike
from sirenbook.store.keeping import Keeping
from sirenbook.store.records import broken_link, decode_entry, decode_state
from sirenbook.store.runs import Written, forget_outputs, outputs, shorten_outputs

Which = Literal["open", "resolved", "all"]
_alerts = msgspec.json.Decoder(Alert)


class Row(Struct, frozen=True):
    """An incident with what its row knows besides: how many alerts it has, and when it wakes next."""

    incident: Incident
    alerts: int
    wake_at: datetime | None


class AlertLine(Struct, frozen=True):
    """One alert of an incident as people see it."""

    alert: Alert
    status: str
    repeats: int
    first_at: datetime
    last_at: datetime


class Ages(Struct, frozen=True):
    """How well pages flow: by how many seconds the most overdue incident and intent are late, and what is open."""

    overdue_wake: float
    overdue_outbox: float
    waiting: int
    open: int
    unacknowledged: int
    stuck: int


class Damage(Struct, frozen=True):
    """An incident whose stored timeline, hashes and state do not agree, and what is wrong."""

    incident: int
    text: str


_UNRESTRICTED = """position('"security":true' in state) = 0 and position('"restricted":true' in state) = 0"""
_WHERE: dict[Which, str] = {
    "open": "status <> 'resolved'",
    "resolved": "status = 'resolved'",
    "all": "true",
}


class Queries(Keeping):
    """Reads of one installation."""

    async def _rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        async with self._ledger.connection() as conn:
            return await (await conn.execute(query, parameters)).fetchall()

    async def incidents(
        self,
        which: Which = "open",
        *,
        severity: str | None = None,
        text: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Row]:
        """Incidents, newest first; `before` an id continues a listing."""
        conditions, parameters = [_WHERE[which]], []
        for condition, value in (
            ("severity = %s", severity),
            ("position(lower(%s) in lower(title)) > 0", text),
            ("id < %s", before),
        ):
            if value is not None:
                conditions.append(condition)
                parameters.append(value)
        query = f"""select state, alerts, wake_at from incident where {" and ".join(conditions)}
            order by id desc limit %s"""
        rows = await self._rows(query, *parameters, limit)
        return [Row(decode_state(state), alerts, wake_at) for state, alerts, wake_at in rows]

    async def incident(self, incident_id: int) -> Row | None:
        """One incident."""
        rows = await self._rows("select state, alerts, wake_at from incident where id = %s", incident_id)
        return Row(decode_state(rows[0][0]), rows[0][1], rows[0][2]) if rows else None

    async def gravest(self, limit: int = 200) -> list[Row]:
        """Open incidents, the gravest first, among equals those that nobody took, then the oldest."""
        query = """select state, alerts, wake_at from incident where status <> 'resolved'
            order by severity_rank, status = 'acknowledged', id limit %s"""
        rows = await self._rows(query, limit)
        return [Row(decode_state(state), alerts, wake_at) for state, alerts, wake_at in rows]

    async def latest(self, incident_id: int, before: int | None = None, limit: int = 200) -> list[Entry]:
        """What happened, newest first, before the entry numbered `before`."""
        query = "select data from event where incident_id = %s and seq < %s order by seq desc limit %s"
        rows = await self._rows(query, incident_id, before or 2**31 - 1, limit)
        return [decode_entry(data) for (data,) in rows]

    async def grading(self, incident_id: int) -> Entry | None:
        """The entry that gave an incident the severity it has now."""
        query = """select data from event where incident_id = %s and kind in ('Opened', 'Regraded')
            order by seq desc limit 1"""
        rows = await self._rows(query, incident_id)
        return decode_entry(rows[0][0]) if rows else None

    async def timeline(self, incident_id: int, after: int = 0, limit: int = 1000) -> list[Entry]:
        """What happened, oldest first, after the entry numbered `after`."""
        query = "select data from event where incident_id = %s and seq > %s order by seq limit %s"
        return [decode_entry(data) for (data,) in await self._rows(query, incident_id, after, limit)]

    async def stored(self, incident_id: int) -> Stored | None:
        """An incident and its timeline as they are stored, of one moment, without its alerts."""
        query = """select i.state, i.head, array(select data from event where incident_id = i.id order by seq),
            array(select hash from event where incident_id = i.id order by seq) from incident i where i.id = %s"""
        rows = await self._rows(query, incident_id)
        return Stored(incident_id, rows[0][0], bytes(rows[0][1]), rows[0][2], rows[0][3]) if rows else None

    async def alert_texts(self, incident_id: int) -> list[str]:
        """Every alert of an incident as it is stored, the first one first."""
        query = "select body from alert where incident_id = %s order by first_at, key"
        return [body for (body,) in await self._rows(query, incident_id)]

    async def alerts(self, incident_id: int, limit: int = 20) -> list[AlertLine]:
        """The alerts of an incident, firing ones first, newest first."""
        query = """select body, status, repeats, first_at, last_at from alert where incident_id = %s
            order by status, last_at desc limit %s"""
        rows = await self._rows(query, incident_id, limit)
        return [AlertLine(_alerts.decode(body), *rest) for body, *rest in rows]

    async def labels_since(self, since: datetime, limit: int = 3000) -> list[dict[str, str]]:
        """The labels of alerts that came since then: a few of each of the newest, restricted incidents left out."""
        query = f"""select a.body from
            (select id from incident where opened_at >= %s
                and {_UNRESTRICTED}
                order by opened_at desc limit %s) i
            cross join lateral (select body from alert where incident_id = i.id limit 5) a"""
        return [_alerts.decode(body).labels for (body,) in await self._rows(query, since, limit)]

    async def outputs(self, incident_id: int, numbers: Sequence[int], most: int) -> list[Written]:
        """What these runs of steps wrote, of each the last `most` characters."""
        async with self._ledger.connection() as conn:
            return await outputs(conn, incident_id, numbers, most) if numbers else []

    async def tidy_outputs(self, before: datetime) -> None:
        """Let go of old outputs of incidents that ended before, and of the beginnings of too many."""
        async with self._ledger.connection() as conn:
            await forget_outputs(conn, before)
            await shorten_outputs(conn)

    async def forget_heard(self, before: datetime) -> None:
        """Let go of the names of what came back so long ago that nothing it could answer is taken any more."""
        async with self._ledger.connection() as conn:
            await conn.execute("delete from heard where at < %s", (before,))

    async def step_events(self, since: datetime, limit: int = 50_000) -> list[tuple[int, Event]]:
        """What happened to the steps of runbooks since then, with the incident, in the order of each timeline.

        Restricted incidents are left out: which runbook was tried tells what they are about.
        """
        query = f"""select incident_id, data from event where at >= %s
            and exists (select from incident i where i.id = incident_id and {_UNRESTRICTED})
            and kind in ('RunbookChosen', 'StepStarted', 'StepEnded', 'StepMarked')
            order by incident_id desc, seq limit %s"""
        return [(number, decode_entry(data).event) for number, data in await self._rows(query, since, limit)]

    async def reviews(self, incident_id: int) -> list[Entry]:
        """Every version of an incident's review, oldest first."""
        query = "select data from event where incident_id = %s and kind = 'ReviewWritten' order by seq"
        return [decode_entry(data) for (data,) in await self._rows(query, incident_id)]

    async def with_items(self, limit: int = 5000) -> list[Row]:
        """The newest incidents that have action items."""
        query = """select state, alerts, wake_at from incident where id in
            (select incident_id from event where kind = 'ItemAdded') order by id desc limit %s"""
        return [Row(decode_state(state), *rest) for state, *rest in await self._rows(query, limit)]

    async def opened(self, since: datetime, until: datetime) -> list[int]:
        """The ids of the incidents that were opened between two instants."""
        query = "select id from incident where opened_at >= %s and opened_at < %s order by id"
        return [i for (i,) in await self._rows(query, since, until)]

    async def histories(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """What happened to these incidents, as it is stored, incident by incident.

        The deliveries of messages are left out: they are half of it, and no measure asks for them.
        """
        query = """select incident_id, data from event where incident_id = any(%s)
            and kind not in ('Delivered', 'Notified', 'PageContinued') order by incident_id, seq"""
        return await self._rows(query, bigints(ids))

    async def ages(self, now: datetime) -> Ages:
        """How late anything is, and whether an unacknowledged incident has no future at all."""
        query = """select
            coalesce(extract(epoch from %s - (select min(wake_at) from incident
                                              where wake_at is not null)), 0)::float8,
            coalesce(extract(epoch from %s - (select min(due_at) from outbox)), 0)::float8,
            (select count(*) from outbox),
            count(*), count(*) filter (where status = 'unacknowledged'),
            count(*) filter (where status = 'unacknowledged' and wake_at is null)
            from incident where status <> 'resolved'"""
        [(wake, outbox, waiting, open_, unacknowledged, stuck)] = await self._rows(query, now, now)
        return Ages(max(wake, 0.0), max(outbox, 0.0), waiting, open_, unacknowledged, stuck)

    async def clock(self) -> datetime:
        """What time it is by the database, on which all nodes agree."""
        [(now,)] = await self._rows("select clock_timestamp()")
        return now  # type: ignore[no-any-return]

    async def open_by_severity(self) -> dict[str, int]:
        """How many incidents of each severity are open."""
        query = "select severity, count(*) from incident where status <> 'resolved' group by severity"
        return dict(await self._rows(query))

    async def verify(self, after: int = 0, limit: int = 500) -> tuple[list[Damage], int | None]:
        """Check the chains of the next incidents after an id; answers the damage and the last id checked."""
        ids = [
            i
            for (i,) in await self._rows("select id from incident where id > %s order by id limit %s", after, limit)
        ]
        damage = [d for i in ids if (d := await self._verify_one(i)) is not None]
        return damage, ids[-1] if ids else None

    async def _verify_one(self, incident_id: int) -> Damage | None:
        from sirenbook.incident.core import fold

        stored = await self.stored(incident_id)
        if stored is None:
            return None
        place = broken_link(stored.texts, stored.hashes, stored.head)
        if place is not None:
            return Damage(incident_id, f"the timeline of INC-{incident_id} was changed at entry {place}")
        if fold(incident_id, map(decode_entry, stored.texts)) != decode_state(stored.state):
            return Damage(incident_id, f"the state of INC-{incident_id} is not what its timeline tells")
        rows = await self._rows("select digest, body from evidence where incident_id = %s", incident_id)
        entries = [decode_entry(text) for text in stored.texts]
        known = named(entries)
        for fault in unlike(entries, {digest: body.encode() for digest, body in rows if digest in known}):
            return Damage(incident_id, f"INC-{incident_id}: {fault}")
        return None


def numbers(ids: Sequence[int]) -> list[str]:
    """Incident ids as people call them."""
    return [f"INC-{i}" for i in ids]

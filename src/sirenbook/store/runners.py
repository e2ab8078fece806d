"""Runners elsewhere: who they are, when they were last heard of, and the runs that they hold or could take."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from sirenbook.store.keeping import Keeping
from sirenbook.store.runs import MOST_ATTEMPTS, Taken, taken


class Seen(Struct, frozen=True):
    """A runner as it was last heard of."""

    name: str
    process: str
    labels: tuple[str, ...]
    seen_at: datetime


class Waiting(Struct, frozen=True):
    """A run that is for runners: since when, the labels it asks for, and whether one has begun it."""

    incident: int
    run: int
    since: datetime
    labels: tuple[str, ...]
    begun: bool


class Runners(Keeping):
    """What the store knows of runners."""

    async def hear_of(self, name: str, process: str, labels: Sequence[str], now: datetime) -> None:
        """Note that a runner is there; those not heard of for a day are forgotten."""
        query = """with old as (delete from runner where seen_at < %s::timestamptz - interval '1 day')
            insert into runner (name, process, labels, seen_at) values (%s, %s, %s, %s)
            on conflict (name, process) do update set labels = excluded.labels, seen_at = excluded.seen_at"""
        await self._run(query, now, name, process, list(labels), now)

    async def seen(self, since: datetime) -> list[Seen]:
        """The runners heard of since then."""
        query = """select name, process, labels, seen_at from runner where seen_at > %s order by name, process"""
        rows = await self._run(query, since)
        return [Seen(name, process, tuple(labels), at) for name, process, labels, at in rows]

    async def waiting(self, incident: int | None = None) -> list[Waiting]:
        """The runs that are for runners, of one incident or of all."""
        query = """select incident_id, run, created_at, labels, attempt > 0 from step_run
            where labels <> '{}' and incident_id = coalesce(%s::bigint, incident_id) order by created_at"""
        rows = await self._run(query, incident)
        return [Waiting(one, run, since, tuple(labels), begun) for one, run, since, labels, begun in rows]

    async def offer(self, labels: Sequence[str], now: datetime, until: datetime) -> Taken | None:
        """Claim the run that has waited longest for a runner with these labels; it is not begun by that."""
        rows = await self._run(_OFFER, now, list(labels), MOST_ATTEMPTS, now, until)
        return taken(rows[0]) if rows else None

    async def begin(self, incident: int, run: int, token: int, now: datetime, until: datetime) -> bool:
        """Begin a run that is claimed; False where the claim was lost, or a change was begun before."""
        query = """update step_run set attempt = attempt + 1, due_at = %s
            where incident_id = %s and run = %s and token = %s and due_at > %s and (attempt = 0 or not once)
            returning 1"""
        return bool(await self._run(query, until, incident, run, token, now))

    async def hold(self, incident: int, run: int, token: int, until: datetime) -> bool:
        """Keep a claim; False where it was lost."""
        query = "update step_run set due_at = %s where incident_id = %s and run = %s and token = %s returning 1"
        return bool(await self._run(query, until, incident, run, token))


_OFFER = """
with due as (
  select incident_id, run from step_run
  where due_at <= %s and labels <> '{}' and labels <@ %s::text[] and (attempt = 0 or not once) and attempt < %s
    and begin_by >= %s
  order by created_at, run limit 1 for update skip locked
), claimed as (
  update step_run set due_at = %s, token = nextval('outbox_token')
  from due where step_run.incident_id = due.incident_id and step_run.run = due.run
  returning step_run.data, step_run.token, step_run.attempt, step_run.incident_id
)
select data, token, attempt, incident.state from claimed join incident on incident.id = claimed.incident_id
"""

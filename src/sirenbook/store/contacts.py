"""What is known of ways to reach people: browsers that take pushes, and which contact methods have been proven."""

import hashlib
from datetime import datetime, timedelta

from msgspec import Struct

from sirenbook.model.intent import Device
from sirenbook.store.keeping import Keeping

CODE_LIFETIME = timedelta(minutes=15)
MOST_TRIES = 5
MOST_DEVICES = 10


class Subscribed(Struct, frozen=True):
    """A browser of a person: what it calls itself, since when, when it last showed something, when it was gone."""

    id: int
    label: str
    added_at: datetime
    seen_at: datetime | None
    gone_at: datetime | None


class Check(Struct, frozen=True):
    """What is known of one contact method: when it was verified, tested and last proven, and how the test went."""

    person: str
    channel: str
    address: str
    verified_at: datetime | None = None
    tested_at: datetime | None = None
    outcome: str = ""
    detail: str = ""
    proven_at: datetime | None = None

    @property
    def worked_at(self) -> datetime | None:
        """When it was last known to work: something came back by it, or a test of it was accepted."""
        tested = self.tested_at if self.outcome == "accepted" else None
        return max((at for at in (self.verified_at, tested, self.proven_at) if at), default=None)


class Contacts(Keeping):
    """The keeping of devices and checks."""

    async def subscribe(self, person: str, device: Device, label: str, now: datetime) -> bool:
        """Let a browser take pushes for a person; False where they have too many. The same one is renewed."""
        query = """insert into device (person, endpoint, key, auth, label, added_at)
            select %s, %s, %s, %s, %s, %s
            where (select count(*) from device where person = %s and gone_at is null and endpoint <> %s) < %s
            on conflict (endpoint) do update set person = excluded.person, key = excluded.key,
              auth = excluded.auth, label = excluded.label, added_at = excluded.added_at, gone_at = null
            returning 1"""
        what = (person, device.endpoint, device.key, device.auth, label, now)
        return bool(await self._run(query, *what, person, device.endpoint, MOST_DEVICES))

    async def devices(self, person: str) -> list[Device]:
        """The browsers that take pushes for a person."""
        query = "select id, endpoint, key, auth from device where person = %s and gone_at is null order by id"
        return [Device(*row) for row in await self._run(query, person)]

    async def subscribed(self, person: str) -> list[Subscribed]:
        """The same as people see them, with those that are gone."""
        query = (
            "select id, label, added_at, seen_at, gone_at from device where person = %s order by id desc limit 20"
        )
        return [Subscribed(*row) for row in await self._run(query, person)]

    async def lose(self, id_: int, now: datetime, person: str | None = None) -> None:
        """Send nothing to a browser any more: it is gone, or its person does not want it."""
        query = "update device set gone_at = coalesce(gone_at, %s) where id = %s and person = coalesce(%s, person)"
        await self._run(query, now, id_, person)

    async def seen(self, id_: int, now: datetime) -> None:
        """Say that a browser showed something."""
        await self._run("update device set seen_at = %s where id = %s", now, id_)

    async def subscribers(self) -> set[str]:
        """Everybody who has a browser that takes pushes."""
        return {p for (p,) in await self._run("select distinct person from device where gone_at is null")}

    async def checks(self) -> dict[tuple[str, str, str], Check]:
        """What is known of every contact method, by person, channel and address."""
        query = """select person, channel, address, verified_at, tested_at, outcome, detail, proven_at
            from contact_check"""
        return {(c.person, c.channel, c.address): c for c in (Check(*row) for row in await self._run(query))}

    async def put_code(self, person: str, channel: str, address: str, code: str, now: datetime) -> None:
        """Keep the code that was sent, by its hash; a former one counts no more."""
        query = """insert into contact_check (person, channel, address, code, code_at) values (%s, %s, %s, %s, %s)
            on conflict (person, channel, address) do update set code = excluded.code, code_at = excluded.code_at,
              tries = 0"""
        await self._run(query, person, channel, address, _hashed(code), now)

    async def verify(self, person: str, code: str, now: datetime) -> tuple[str, str] | None:
        """The channel and address that a code was sent to, verified by it; None for a wrong, old or used one."""
        query = """update contact_check set verified_at = %s, proven_at = %s, code = null
            where person = %s and code = %s and code_at > %s and tries < %s returning channel, address"""
        rows = await self._run(query, now, now, person, _hashed(code), now - CODE_LIFETIME, MOST_TRIES)
        if rows:
            return rows[0][0], rows[0][1]
        await self._run("update contact_check set tries = tries + 1 where person = %s and code is not null", person)
        return None

    async def claim_test(self, check: Check, now: datetime) -> bool:
        """Begin a test, unless another node did since this was known."""
        query = """insert into contact_check (person, channel, address, tested_at) values (%s, %s, %s, %s)
            on conflict (person, channel, address) do update set tested_at = excluded.tested_at
              where contact_check.tested_at is not distinct from %s
            returning 1"""
        where = (check.person, check.channel, check.address)
        return bool(await self._run(query, *where, now, check.tested_at))

    async def tested(self, check: Check) -> None:
        """Keep how a test went."""
        query = """insert into contact_check (person, channel, address, tested_at, outcome, detail)
            values (%s, %s, %s, %s, %s, %s)
            on conflict (person, channel, address) do update set tested_at = excluded.tested_at,
              outcome = excluded.outcome, detail = excluded.detail"""
        where = (check.person, check.channel, check.address)
        await self._run(query, *where, check.tested_at, check.outcome, check.detail[:300])

    async def proven(self, person: str, channel: str, address: str, now: datetime) -> None:
        """Say that something came back by a contact method."""
        query = """insert into contact_check (person, channel, address, proven_at) values (%s, %s, %s, %s)
            on conflict (person, channel, address) do update set proven_at = excluded.proven_at"""
        await self._run(query, person, channel, address, now)


def _hashed(code: str) -> bytes:
    return hashlib.sha256(b"contact " + code.strip().encode()).digest()

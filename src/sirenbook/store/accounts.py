"""Who may log in, from where they are logged in, and what was changed about it by whom."""

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from sirenbook.model.rights import AccountRole
from sirenbook.store.keeping import Keeping
from sirenbook.store.settings import digest


class Account(Struct, frozen=True):
    """Somebody who may log in, unless the account is closed; with a password if they chose one.

    `sealed` when they came in by the sealed access: nothing proved who they are.
    """

    id: int
    name: str
    role: AccountRole
    closed: bool = False
    password: bool = False
    sealed: bool = False


class Session(Struct, frozen=True):
    """A browser that is logged in: since when, when it was last seen, until when, and whether it is this one."""

    id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    browser: str
    here: bool


class Voucher(Struct, frozen=True):
    """By whose word a session began: a provider, what it calls the person and, where it does, the session.

    `word` is the ID token itself: the provider wants it back to know who logs out there.
    """

    issuer: str
    subject: str
    sid: str = ""
    word: str = ""


class Change(Struct, frozen=True):
    """Something that was changed about accounts, tokens or rights: when, by whom, and what."""

    at: datetime
    by: str
    what: str


WayKind = Literal["password", "passkey", "identity", "session"]
"""By what somebody comes in: all but a session last until they are removed."""
WAY_KINDS: tuple[WayKind, ...] = get_args(WayKind)


class LastWay(Exception):
    """It is the last way in that any admin has."""


# Of each kind, for an account and a name of one way: the empty name is that of all of them.
_REMOVE: dict[WayKind, str] = {
    "password": """update account set password = null
        where id = %s and password is not null and (%s = '' or %s = 'password') returning 'password'""",
    "passkey": "delete from passkey where account_id = %s and (%s = '' or id::text = %s) returning label",
    "identity": "delete from identity where account_id = %s and (%s = '' or issuer = %s) returning issuer",
    "session": "delete from session where account_id = %s and (%s = '' or id::text = %s) returning browser",
}
_WAS_LAST = """select exists (select from account where id = %s and role = 'admin' and closed_at is null)
    and not exists (select from account a where a.role = 'admin' and a.closed_at is null and (
        a.password is not null or exists (select from passkey p where p.account_id = a.id)
        or exists (select from identity i where i.account_id = a.id and i.issuer = %s)
        or (%s and exists (select from session s
            where s.account_id = a.id and s.role is null and s.expires_at > %s))))"""
"""Whether an account is an admin's while no admin has a way in that lasts; nor, where that is asked, a session."""

# Locked, so that two admins who close each other at the same moment do so one after the other.
_ADMINS = "admins as (select id from account where role = 'admin' and closed_at is null order by id for update)"
_NOT_THE_LAST = "(role <> 'admin' or exists (select from admins o where o.id <> %s))"
ACCOUNT = "a.id, a.name, a.role, a.closed_at is not null, a.password is not null"
"""The columns of an account, of a table that is called `a`."""


class Accounts(Keeping):
    """The accounts of one installation."""

    async def everybody(self) -> list[Account]:
        """Every account, closed ones too, in the order that they came."""
        return [Account(*r) for r in await self._run(f"select {ACCOUNT} from account a order by a.id")]

    async def called(self, name: str) -> Account | None:
        """The account of this name."""
        rows = await self._run(f"select {ACCOUNT} from account a where a.name = %s", name)
        return Account(*rows[0]) if rows else None

    async def add(self, name: str, role: AccountRole, now: datetime) -> Account:
        """Let somebody log in; somebody known stays as they are."""
        query = f"""with a as (insert into account (name, role, created_at) values (%s, %s, %s)
            on conflict (name) do update set name = excluded.name returning *) select {ACCOUNT} from a"""
        [row] = await self._run(query, name, role, now)
        return Account(*row)

    async def set_role(self, account: int, role: AccountRole) -> bool:
        """Give an account another role. False where it was the last admin's."""
        query = f"""with {_ADMINS}
            update account set role = %s where id = %s and (%s = 'admin' or {_NOT_THE_LAST}) returning 1"""
        return bool(await self._run(query, role, account, role, account))

    async def close(self, account: int, now: datetime) -> bool:
        """Close an account and end its sessions. False where it was the last admin's."""
        query = f"""with {_ADMINS}, closed as (
                update account set closed_at = %s where id = %s and {_NOT_THE_LAST} returning id),
            ended as (delete from session s using closed c where s.account_id = c.id) select 1 from closed"""
        return bool(await self._run(query, now, account, account))

    async def reopen(self, account: int) -> None:
        """Let a closed account in again."""
        await self._run("update account set closed_at = null where id = %s", account)

    async def password(self, name: str) -> tuple[Account, str] | None:
        """The account of this name that may log in by a password, with its hash."""
        query = f"""select {ACCOUNT}, a.password from account a
            where a.name = %s and a.password is not null and a.closed_at is null"""
        rows = await self._run(query, name)
        return (Account(*rows[0][:-1]), rows[0][-1]) if rows else None

    async def set_password(self, account: int, hashed: str) -> None:
        """Set a password."""
        await self._run("update account set password = %s where id = %s", hashed, account)

    async def stay_only(self, account: int, secret: str) -> None:
        """Log somebody out everywhere but here."""
        await self._run("delete from session where account_id = %s and hash <> %s", account, digest(secret))

    async def remove(self, account: int, kind: WayKind, name: str, issuer: str, now: datetime) -> list[str]:
        """Remove a way in, or with no name all of its kind; answers what they were called. Raises LastWay.

        One admin keeps a way in that lasts; a session counts where there is none that does. `issuer` is the
        provider in force: what another one says lets nobody in.
        """
        async with self._ledger.connection() as conn, conn.transaction():
            # Locked first, so that two admins who do so at the same moment do it one after the other.
            await conn.execute("select from account where role = 'admin' order by id for update")
            rows = await (await conn.execute(_REMOVE[kind], (account, name, name))).fetchall()
            removed = [name for (name,) in rows]
            if removed and (kind != "identity" or issuer in removed):
                left = (account, issuer, kind == "session", now)
                [(last,)] = await (await conn.execute(_WAS_LAST, left)).fetchall()
                if last:
                    raise LastWay
            return removed

    async def open_session(
        self, secret: str, account: int, now: datetime, until: datetime, *, browser: str, by: Voucher | None = None
    ) -> None:
        """Log an account in, by the hash of its session's secret."""
        query = """insert into session
            (hash, account_id, created_at, seen_at, expires_at, browser, issuer, subject, sid, word)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
        vouched = (by.issuer, by.subject, by.sid, by.word) if by else (None, None, None, None)
        await self._run(query, digest(secret), account, now, now, until, browser, *vouched)

    async def end_vouched(self, by: Voucher, once: str, until: datetime) -> list[str] | None:
        """End the sessions that began by this word; answers whose they were. None where this was asked before.

        Without a subject the session's name counts, without that every session of the subject; one that began
        without a name is ended with its subject's. `once` names the question, and is remembered until then.
        """
        query = """with fresh as (insert into login_attempt (hash, kind, data, expires_at)
                values (%s, 'logout', '{}', %s) on conflict do nothing returning 1),
            ended as (delete from session s using fresh, account a where a.id = s.account_id and s.issuer = %s
                and ((%s = '' and s.sid = %s) or (s.subject = %s and (%s = '' or s.sid in (%s, ''))))
                returning a.name)
            select (select count(*) from fresh), array(select distinct name from ended)"""
        named = (by.issuer, by.subject, by.sid, by.subject, by.sid, by.sid)
        [(fresh, names)] = await self._run(query, digest(once), until, *named)
        return sorted(names) if fresh else None

    async def seal_session(self, secret: str, name: str, role: AccountRole) -> None:
        """Give a session a name and a role of its own, whatever its account has."""
        query = "update session set name = %s, role = %s where hash = %s"
        await self._run(query, name, role, digest(secret))

    async def end_sealed(self) -> None:
        """Log everybody out who has such a session."""
        await self._run("delete from session where role is not null")

    async def session(self, secret: str, now: datetime) -> Account | None:
        """Who is logged in with this secret; that it was used is noted once in five minutes."""
        query = """with used as (update session set seen_at = %s
                where hash = %s and seen_at < %s::timestamptz - interval '5 minutes' and expires_at > %s)
            select a.id, coalesce(s.name, a.name), coalesce(s.role, a.role), a.closed_at is not null,
                a.password is not null, s.role is not null
            from session s join account a on a.id = s.account_id
            where s.hash = %s and s.expires_at > %s and a.closed_at is null"""
        rows = await self._run(query, now, digest(secret), now, now, digest(secret), now)
        return Account(*rows[0]) if rows else None

    async def sessions(self, account: int, secret: str, now: datetime) -> list[Session]:
        """From where somebody is logged in, the latest first."""
        query = """select id, created_at, seen_at, expires_at, browser, hash = %s from session
            where account_id = %s and expires_at > %s order by created_at desc"""
        return [Session(*r) for r in await self._run(query, digest(secret), account, now)]

    async def close_session(self, secret: str) -> Voucher | None:
        """Log out; answers by whose word the session began, where it was by somebody's."""
        query = "delete from session where hash = %s returning issuer, subject, sid, coalesce(word, '')"
        rows = await self._run(query, digest(secret))
        return Voucher(*rows[0]) if rows and rows[0][0] else None

    async def failed(self, whom: str, now: datetime, since: datetime) -> int:
        """Note a failed login; answers how many there were since then."""
        await self._run("delete from login_failure where at < %s", since)
        await self._run("insert into login_failure (whom, at) values (%s, %s)", digest(whom), now)
        return await self.failures(whom, since)

    async def failures(self, whom: str, since: datetime) -> int:
        """How many logins failed since then, of one name or one address."""
        query = "select count(*) from login_failure where whom = %s and at >= %s"
        return int((await self._run(query, digest(whom), since))[0][0])

    async def forgive(self, whom: str) -> None:
        """Forget the failures of whoever got in."""
        await self._run("delete from login_failure where whom = %s", digest(whom))

    async def audit(self, change: Change) -> None:
        """Write down, for ever, what was changed and by whom."""
        await self._run("insert into audit (at, by, what) values (%s, %s, %s)", change.at, change.by, change.what)

    async def changes(self, limit: int = 100) -> list[Change]:
        """What was changed and by whom, the latest first."""
        query = "select at, by, what from audit order by id desc limit %s"
        return [Change(*r) for r in await self._run(query, limit)]

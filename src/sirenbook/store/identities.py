"""Who else vouches for accounts, and the logins that have begun elsewhere and are to come back."""

import json
from datetime import datetime
from typing import Any

from msgspec import Struct

from sirenbook.store.accounts import ACCOUNT, Account
from sirenbook.store.keeping import Keeping
from sirenbook.store.settings import digest


class Identity(Struct, frozen=True):
    """What somebody is to a provider, and since when that is known here."""

    issuer: str
    subject: str
    linked_at: datetime


class Identities(Keeping):
    """The identities of one installation."""

    async def account(self, issuer: str, subject: str) -> Account | None:
        """Whose identity this is; None where nobody's."""
        query = f"""select {ACCOUNT} from identity i join account a on a.id = i.account_id
            where i.issuer = %s and i.subject = %s"""
        rows = await self._run(query, issuer, subject)
        return Account(*rows[0]) if rows else None

    async def link(self, issuer: str, subject: str, account: int, now: datetime) -> bool:
        """Let an identity stand for an account. False where it stands for another one."""
        query = """insert into identity (issuer, subject, account_id, linked_at) values (%s, %s, %s, %s)
            on conflict (issuer, subject) do update set issuer = excluded.issuer
            where identity.account_id = excluded.account_id returning 1"""
        return bool(await self._run(query, issuer, subject, account, now))

    async def of(self, account: int) -> list[Identity]:
        """The identities of an account."""
        query = "select issuer, subject, linked_at from identity where account_id = %s order by linked_at"
        return [Identity(*row) for row in await self._run(query, account)]

    async def begin(self, secret: str, kind: str, data: dict[str, Any], now: datetime, until: datetime) -> None:
        """Remember a login that has begun, by the hash of its secret; those that never came back are forgotten."""
        await self._run("delete from login_attempt where expires_at < %s", now)
        query = "insert into login_attempt (hash, kind, data, expires_at) values (%s, %s, %s, %s)"
        await self._run(query, digest(secret), kind, json.dumps(data), until)

    async def take(self, secret: str, kind: str, now: datetime) -> dict[str, Any] | None:
        """What was begun with this secret: once, and while it is fresh."""
        query = "delete from login_attempt where hash = %s and kind = %s and expires_at > %s returning data::text"
        rows = await self._run(query, digest(secret), kind, now)
        return dict(json.loads(rows[0][0])) if rows else None

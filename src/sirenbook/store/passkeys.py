"""Passkeys: the public half of keys that people's devices keep, and how often each was used."""

from datetime import datetime

from msgspec import Struct

from sirenbook.store.accounts import ACCOUNT, Account
from sirenbook.store.keeping import Keeping


class Passkey(Struct, frozen=True):
    """A key: what its device calls it, what is needed to check its word, and what its person calls it."""

    id: int
    credential: bytes
    data: bytes
    count: int
    label: str
    added_at: datetime
    used_at: datetime | None = None


_PASSKEY = "p.id, p.credential, p.data, p.count, p.label, p.added_at, p.used_at"
MOST_KEYS = 20
"""Of one account: nobody has more devices than that."""


class Passkeys(Keeping):
    """The passkeys of one installation."""

    async def of(self, account: int) -> list[Passkey]:
        """The keys of an account."""
        query = f"select {_PASSKEY} from passkey p where p.account_id = %s order by p.id"
        return [Passkey(*row) for row in await self._run(query, account)]

    async def called(self, credential: bytes) -> tuple[Passkey, Account] | None:
        """The key that its device calls so, with whose it is."""
        query = f"""select {_PASSKEY}, {ACCOUNT} from passkey p join account a on a.id = p.account_id
            where p.credential = %s"""
        rows = await self._run(query, credential)
        return (Passkey(*rows[0][:7]), Account(*rows[0][7:])) if rows else None

    async def add(self, account: int, key: Passkey) -> bool:
        """Let a key in. False where it is known already, or the account has too many."""
        query = """insert into passkey (account_id, credential, data, count, label, added_at)
            select %s, %s, %s, %s, %s, %s where (select count(*) from passkey where account_id = %s) < %s
            on conflict do nothing returning 1"""
        what = (key.credential, key.data, key.count, key.label, key.added_at)
        return bool(await self._run(query, account, *what, account, MOST_KEYS))

    async def used(self, key: Passkey, count: int, now: datetime) -> bool:
        """Note that a key was used. False where its count did not rise: there may be a copy of it.

        A key that never counts says 0 each time.
        """
        query = """update passkey set count = %s, used_at = %s
            where id = %s and (count < %s or (count = 0 and %s = 0)) returning 1"""
        return bool(await self._run(query, count, now, key.id, count, count))

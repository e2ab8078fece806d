"""What an installation keeps about itself: policies for ever, settings, tokens, nodes."""

import hashlib
import json
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from sirenbook.model.policy import Policy
from sirenbook.store.keeping import Keeping
from sirenbook.store.postgres import CHANNEL

PLAYBOOK = "playbook"
"""What NOTIFY says when another playbook was put in force."""
_policies = msgspec.json.Decoder(Policy)


class Token(Struct, frozen=True):
    """An API token: its name, what it may be used for, a runner's labels, and the person whose it is, if any.

    One that is `restricted` was made to see restricted incidents too. From `expires_at` on it opens nothing.
    """

    name: str
    scope: str
    labels: tuple[str, ...] = ()
    person: str = ""
    restricted: bool = False
    expires_at: datetime | None = None


_COLUMNS = "name, scope, labels, person, restricted, expires_at"
_IN_FORCE = "revoked_at is null and (expires_at is null or expires_at > %s)"


def _token(row: tuple[Any, ...]) -> Token:
    name, scope, labels, person, restricted, expires_at = row
    return Token(name, scope, tuple(labels), person, restricted, expires_at)


class Version(Struct, frozen=True):
    """A playbook that was put in force: the digests of its texts and of the policy they compiled to, when, by whom.

    `via` is the way it came (`up`, `api`, `page`, `release`); `texts` are kept apart, see `Settings.texts_of`.
    """

    number: int
    digest: str
    policy: str
    applied_at: datetime
    applied_by: str
    via: str
    note: str = ""


def digest(secret: str) -> bytes:
    """How a random secret is stored: it is long enough that a plain hash cannot be turned back."""
    return hashlib.sha256(secret.encode()).digest()


class Settings(Keeping):
    """The keeping of one installation."""

    async def put_policy(self, policy: Policy, sources: dict[str, str], now: datetime) -> None:
        """Keep a policy and the texts it was read from, for ever."""
        query = """insert into policy (digest, data, sources, created_at) values (%s, %s, %s, %s)
            on conflict (digest) do nothing"""
        data = msgspec.json.encode(policy).decode()
        await self._run(query, policy.digest, data, json.dumps(sources), now)

    async def policy(self, digest_: str) -> Policy:
        """A policy by its digest. Raises LookupError."""
        rows = await self._run("select data::text from policy where digest = %s", digest_)
        if not rows:
            raise LookupError(f"no policy {digest_}")
        return _policies.decode(rows[0][0])

    async def sources(self, digest_: str) -> dict[str, str]:
        """The playbook texts that a policy was read from, by file name."""
        rows = await self._run("select sources::text from policy where digest = %s", digest_)
        return dict(json.loads(rows[0][0])) if rows else {}

    async def keep_evidence(self, incident: int, digest_: str, body: str, now: datetime) -> None:
        """Put by what there is of an incident, under the hash of its text, for ever."""
        query = """insert into evidence (incident_id, digest, taken_at, body) values (%s, %s, %s, %s)
            on conflict do nothing"""
        await self._run(query, incident, digest_, now, body)

    async def kept_evidence(self, incident: int) -> dict[str, str]:
        """What was put by of an incident, by its hash."""
        rows = await self._run(
            "select digest, body from evidence where incident_id = %s order by taken_at", incident
        )
        return dict(rows)

    async def put_version(self, version: Version, texts: dict[str, Any]) -> None:
        """Put a playbook in force and tell every node. Raises Conflict when its number was taken meanwhile."""
        query = """insert into policy_version (number, digest, policy, texts, applied_at, applied_by, via, note)
            values (%s, %s, %s, %s, %s, %s, %s, %s) returning pg_notify(%s, %s)"""
        said = json.dumps(texts)
        who = (version.applied_at, version.applied_by, version.via, version.note)
        await self._run(query, version.number, version.digest, version.policy, said, *who, CHANNEL, PLAYBOOK)

    async def version(self, via: str | None = None) -> Version | None:
        """The version in force: the newest; or the newest that came in one way. None where there never was one."""
        found = await self.versions(1, via)
        return found[0] if found else None

    async def versions(self, limit: int = 50, via: str | None = None, before: int | None = None) -> list[Version]:
        """What was put in force when and by whom, newest first, below the number `before`."""
        query = """select number, digest, policy, applied_at, applied_by, via, note from policy_version
            where via = coalesce(%s::text, via) and number < %s order by number desc limit %s"""
        return [Version(*row) for row in await self._run(query, via, before or 2**63 - 1, limit)]

    async def texts_of(self, number: int) -> dict[str, Any]:
        """The texts of a version: `files`, `bindings`, `demo`. Raises LookupError."""
        rows = await self._run("select texts::text from policy_version where number = %s", number)
        if not rows:
            raise LookupError(f"no version {number}")
        return dict(json.loads(rows[0][0]))

    async def rouse(self, now: datetime) -> None:
        """Let every open incident be looked at now: who is paged and when business hours are may have changed."""
        query = """update incident set wake_at = %s where id in (
            select id from incident where status <> 'resolved' and wake_at > %s order by id for update)"""
        await self._run(query, now, now)

    async def put(self, name: str, value: Any, now: datetime) -> None:
        """Set a setting."""
        query = """insert into setting (name, value, changed_at) values (%s, %s, %s)
            on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at"""
        await self._run(query, name, json.dumps(value), now)

    async def put_once(self, name: str, value: Any, now: datetime) -> Any:
        """Set a setting unless it is set; answers the one in force, the same on every node."""
        query = "insert into setting (name, value, changed_at) values (%s, %s, %s) on conflict do nothing"
        await self._run(query, name, json.dumps(value), now)
        return await self.get(name)

    async def get(self, name: str) -> Any:
        """A setting; None when it was never set."""
        rows = await self._run("select value::text from setting where name = %s", name)
        return json.loads(rows[0][0]) if rows else None

    async def take(self, name: str) -> Any:
        """Take a setting away and answer what it was: once only."""
        rows = await self._run("delete from setting where name = %s returning value::text", name)
        return json.loads(rows[0][0]) if rows else None

    async def take_if(self, name: str, key: str, value: str) -> bool:
        """Take a setting away if it holds this value under this key: once only. False where it does not."""
        query = "delete from setting where name = %s and value ->> %s = %s returning 1"
        return bool(await self._run(query, name, key, value))

    async def add_token(
        self, secret: str, name: str, scope: str, now: datetime, *, restricted: bool = False
    ) -> None:
        """Let a token in, by its hash; a token of the same secret stays as it is."""
        query = """insert into api_token (hash, name, scope, restricted, created_at) values (%s, %s, %s, %s, %s)
            on conflict do nothing"""
        await self._run(query, digest(secret), name, scope, restricted, now)

    async def new_token(self, secret: str, token: Token, now: datetime) -> bool:
        """Let a new token in; False where one of that name is in force."""
        query = f"""insert into api_token (hash, {_COLUMNS}, created_at)
            select %s, %s, %s, %s, %s, %s, %s, %s
            where not exists (select from api_token where name = %s and {_IN_FORCE}) returning 1"""
        what = (token.name, token.scope, list(token.labels), token.person, token.restricted, token.expires_at)
        return bool(await self._run(query, digest(secret), *what, now, token.name, now))

    async def token(self, secret: str, now: datetime) -> Token | None:
        """The token of this secret, unless it is unknown, revoked or over."""
        rows = await self._run(
            f"select {_COLUMNS} from api_token where hash = %s and {_IN_FORCE}", digest(secret), now
        )
        return _token(rows[0]) if rows else None

    async def tokens(self, now: datetime) -> list[Token]:
        """Every token that is in force."""
        rows = await self._run(f"select {_COLUMNS} from api_token where {_IN_FORCE} order by name", now)
        return [_token(row) for row in rows]

    async def revoke_token(self, name: str, now: datetime) -> bool:
        """End a token by its name."""
        query = "update api_token set revoked_at = %s where name = %s and revoked_at is null returning 1"
        return bool(await self._run(query, now, name))

    async def beat(self, node: str, started_at: datetime, now: datetime, detail: dict[str, Any]) -> None:
        """Say that a node is alive and its passes run."""
        query = """insert into node (id, started_at, seen_at, passed_at, detail) values (%s, %s, %s, %s, %s)
            on conflict (id) do update set seen_at = excluded.seen_at, passed_at = excluded.passed_at,
            detail = excluded.detail"""
        await self._run(query, node, started_at, now, now, json.dumps(detail))

    async def nodes(self, since: datetime) -> list[tuple[Any, ...]]:
        """The nodes seen since then: id, started, last seen."""
        return await self._run("select id, started_at, seen_at from node where seen_at > %s order by id", since)

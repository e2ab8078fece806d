"""The ways in that people have, and taking one away: written down, and told to whom it was by a letter."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.engine.station import Station
from sirenbook.model.provenance import Provenance
from sirenbook.store.accounts import Account, Change, WayKind
from sirenbook.store.letters import Letter

Kind = WayKind | Literal["token"]
KINDS: tuple[Kind, ...] = ("password", "passkey", "identity", "session", "token")
WORDS: dict[Kind, str] = {
    "password": "password",
    "passkey": "passkey",
    "identity": "login by a provider",
    "session": "session",
    "token": "token",
}
"""What each kind is called where people read of it."""
_WHY = Provenance("docs/accounts.md", 0, "Whoever loses a way in is told of it.")


class Way(Struct, frozen=True):
    """One way in: its kind, the name that it is removed by, what people know it by, and the times that are kept."""

    kind: Kind
    name: str
    label: str
    since: datetime | None = None
    used: datetime | None = None
    until: datetime | None = None


class Owner(Struct, frozen=True):
    """Whose ways in they are: the account, and the person of that name; empty where sirenbook.toml has none."""

    account: Account
    person: str


async def ways(station: Station, owner: Owner) -> list[Way]:
    """Every way in that somebody has, by kind. Raises Away."""
    account, now = owner.account, station.now()
    passkeys = [
        Way("passkey", str(k.id), k.label, k.added_at, k.used_at) for k in await station.passkeys.of(account.id)
    ]
    identities = [Way("identity", i.issuer, i.issuer, i.linked_at) for i in await station.identities.of(account.id)]
    sessions = [
        Way("session", str(s.id), s.browser or "unknown", s.created_at, s.seen_at, s.expires_at)
        for s in await station.accounts.sessions(account.id, "", now)
    ]
    tokens = [
        Way("token", t.name, f"{t.name}: {t.scope}", until=t.expires_at)
        for t in await station.settings.tokens(now)
        if owner.person and t.person == owner.person
    ]
    password = [Way("password", "password", "a password")] if account.password else []
    return [*password, *passkeys, *identities, *sessions, *tokens]


async def remove(station: Station, owner: Owner, kind: Kind, name: str, by: str) -> list[str]:
    """Remove a way in, or with no name all of its kind; answers what they were called. Raises LastWay or Away.

    Somebody else than whose it was is told of by a letter.
    """
    account = owner.account
    removed = await _removed(station, owner, kind, name)
    for label in removed:
        text = f"the {WORDS[kind]} of {account.name} was removed{f': {label}' if label != kind else ''}"
        await station.accounts.audit(Change(station.now(), by, text))
    if removed and owner.person and by not in (account.name, owner.person):
        await station.letters.keep(_letter(station, account, kind, removed, by), [owner.person], station.now())
    return removed


async def _removed(station: Station, owner: Owner, kind: Kind, name: str) -> list[str]:
    now = station.now()
    if kind != "token":
        oidc = station.engine.books.bindings.oidc
        return await station.accounts.remove(owner.account.id, kind, name, oidc.issuer if oidc else "", now)
    held = [w.name for w in await ways(station, owner) if w.kind == kind and name in ("", w.name)]
    return [token for token in held if await station.settings.revoke_token(token, now)]


def _letter(station: Station, account: Account, kind: Kind, removed: list[str], by: str) -> Letter:
    what = f"{WORDS[kind]} ({', '.join(removed)})" if removed != [kind] else kind
    text = (
        f"{by} has removed a way in of yours: your {what}. "
        "If you do not know why, ask them or another admin; what you still have stands on the page of your account."
    )
    about = f"{account.name}: {kind} {removed[0]}"
    return Letter("access", about, station.now(), "A way in of yours was removed", text, _WHY)

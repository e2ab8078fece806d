"""Whose account it is that a provider vouches for, and in which role: by its subject, never by a name."""

from sirenbook.engine.people.identity import Vouched
from sirenbook.engine.people.standing import person_of
from sirenbook.engine.station import Station
from sirenbook.model.identity import Oidc
from sirenbook.model.rights import AccountRole
from sirenbook.store.accounts import Account
from sirenbook.web.login.accounts import audit


class NotLetIn(Exception):
    """Somebody is who they say, and may not come in; says why, in words for them."""


async def account_for(station: Station, oidc: Oidc, vouched: Vouched) -> Account:
    """The account of whoever a provider vouches for, made where there is none yet. Raises NotLetIn or Away."""
    role = oidc.role_of(vouched.groups)
    if role is None:
        raise NotLetIn(f"{vouched.name}, none of your groups may come in here; an admin adds one to [oidc.groups]")
    known = await station.identities.account(oidc.issuer, vouched.subject)
    if known is None:
        known = await _fresh(station, oidc, vouched, role)
    if known.closed:
        raise NotLetIn("this account is closed; an admin opens it again")
    return await _in_role(station, oidc, known, role)


async def linked(station: Station, oidc: Oidc, vouched: Vouched, account: Account) -> None:
    """Let a provider's word stand for an account that is logged in already. Raises NotLetIn or Away."""
    if not await station.identities.link(oidc.issuer, vouched.subject, account.id, station.now()):
        raise NotLetIn(f"{oidc.label} knows you by another account here already; unlink it there first")
    await audit(station, account.name, f"{account.name} logs in by {oidc.label} from now on")


async def _fresh(station: Station, oidc: Oidc, vouched: Vouched, role: AccountRole) -> Account:
    """A new account. A name that somebody has already is no proof of being them."""
    if await station.accounts.called(vouched.name) is not None:
        raise NotLetIn(
            f"there is an account called {vouched.name} already: log in to it otherwise, "
            f"and link it with {oidc.label} on the page of your account"
        )
    people = station.engine.books.bindings.people
    if not oidc.name and person_of(station.engine.books.bindings, vouched.name) in people:
        raise NotLetIn(
            f"{vouched.name} is somebody in sirenbook.toml, and anybody may call themselves so at {oidc.label}: "
            "come in by a login link and link it on the page of your account, or have an admin set `name` in [oidc]"
        )
    account = await station.accounts.add(vouched.name, role, station.now())
    if not await station.identities.link(oidc.issuer, vouched.subject, account.id, station.now()):
        raise NotLetIn("you came in twice at the same moment; log in again")
    await audit(station, account.name, f"account {account.name} came in by {oidc.label}, as {role}")
    return account


async def _in_role(station: Station, oidc: Oidc, account: Account, role: AccountRole) -> Account:
    """Whoever comes in by a provider has the role that it says now; the last admin stays one."""
    if account.role != role and await station.accounts.set_role(account.id, role):
        text = f"{account.name} is {role} by the groups of {oidc.label}, was {account.role}"
        await audit(station, account.name, text)
    return account

"""The API of accounts: who may log in, in which role, and what was changed about it by whom."""

import re

from sirenbook.engine.people import glass
from sirenbook.engine.station import Station
from sirenbook.model.rights import AccountRole
from sirenbook.store.accounts import Account
from sirenbook.web.api import account_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.login.accounts import audit as write_down


async def accounts(call: Call) -> shapes.AccountLines:
    """Everybody who may log in, and whose accounts are closed."""
    found = await call.station.accounts.everybody()
    return shapes.AccountLines([shapes.AccountLine(a.id, a.name, a.role, a.closed, a.password) for a in found])


async def change(call: Call) -> shapes.AccountLines:
    """Change what an account may do. The last admin stays one."""
    body: shapes.ChangeAccount = call.body
    account = await account_of(call.station, call.request.path_params["number"])
    by = call.by("")
    if body.role is not None:
        await change_role(call.station, account, body.role, by)
    if body.state is not None:
        await change_state(call.station, account, by, closed=body.state == "closed")
    return await accounts(call)


async def audit(call: Call) -> shapes.AuditLines:
    """What was changed about accounts and tokens, by whom."""
    found = await call.station.accounts.changes(call.number("limit", 100))
    return shapes.AuditLines([shapes.AuditLine(c.at, c.by, c.what) for c in found])


async def glass_now(call: Call) -> shapes.Glass:
    """The sealed access: whether a code lies ready, and whether somebody is in by it."""
    found, there = await glass.sealed(call.station), await glass.opened(call.station)
    return shapes.Glass(
        shapes.Seal(found.at, found.by) if found else None,
        shapes.Broken(there.name, there.reason, there.at, there.until) if there else None,
    )


async def seal(call: Call) -> shapes.FreshSeal:
    """Make a break-glass code. One that was made before opens nothing any more."""
    call.must_see_all()
    return shapes.FreshSeal(await glass.seal(call.station, call.by("")))


async def end_glass(call: Call) -> shapes.Glass:
    """Log out whoever broke the glass."""
    if not await glass.end(call.station, call.by("")):
        raise Fault(
            409, "not-broken", "nobody is in by the sealed access", "`sirenbook account audit` tells who was"
        )
    return await glass_now(call)


async def account_of(station: Station, number: str) -> Account:
    """The account of a number. Raises Fault 404, or Away."""
    wanted = int(number) if re.fullmatch(r"\d{1,18}", number, re.ASCII) else 0
    found = next((a for a in await station.accounts.everybody() if a.id == wanted), None)
    if found is None:
        raise unknown("such account")
    return found


async def change_role(station: Station, account: Account, role: AccountRole, by: str) -> None:
    """Give an account another role. Raises Fault 409, or Away."""
    if account.role == role:
        return
    if not await station.accounts.set_role(account.id, role):
        raise _last_admin()
    await write_down(station, by, f"{account.name} is {role}, was {account.role}")


async def change_state(station: Station, account: Account, by: str, *, closed: bool) -> None:
    """Close an account, which logs it out everywhere, or let it in again. Raises Fault 409, or Away."""
    if account.closed == closed:
        return
    if not closed:
        await station.accounts.reopen(account.id)
    elif not await station.accounts.close(account.id, station.now()):
        raise _last_admin()
    await write_down(station, by, f"the account of {account.name} is {'closed' if closed else 'open again'}")


def _last_admin() -> Fault:
    return Fault(409, "last-admin", "this is the last admin", "make somebody else one first")

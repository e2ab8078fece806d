"""The API of ways in: what lets somebody in, and taking that away."""

from sirenbook.engine.people import ways
from sirenbook.engine.people.standing import person_of
from sirenbook.engine.station import Station
from sirenbook.store.accounts import Account, LastWay
from sirenbook.web.api import account_shapes as shapes
from sirenbook.web.api.accounts import account_of
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault, unknown


async def read(call: Call) -> shapes.WayLines:
    """What lets somebody in: password, passkeys, providers, sessions, and the tokens that are theirs."""
    return await _lines(call, await account_of(call.station, call.request.path_params["number"]))


async def remove(call: Call) -> shapes.WayLines:
    """Take a way in away from somebody, who is told of it. One admin keeps a way in that lasts."""
    body: shapes.RemoveWay = call.body
    account = await account_of(call.station, call.request.path_params["number"])
    await take_away(call.station, account, body.kind, body.name, call.by(""))
    call.forget_tokens()
    return await _lines(call, account)


def owner_of(station: Station, account: Account) -> ways.Owner:
    """Whose ways in an account's are: the person of its name, where sirenbook.toml has one."""
    bindings = station.engine.books.bindings
    person = person_of(bindings, account.name)
    return ways.Owner(account, person if person in bindings.people else "")


async def take_away(station: Station, account: Account, kind: ways.Kind, name: str, by: str) -> None:
    """Remove a way in, or with no name all of its kind. Raises Fault 404 or 409, or Away."""
    try:
        removed = await ways.remove(station, owner_of(station, account), kind, name, by)
    except LastWay:
        help_ = "give this account, or another admin's, another way in first: a password, a passkey, or a provider"
        raise Fault(409, "last-way", "this is the last way in that any admin has", help_) from None
    if not removed and name:
        raise unknown(f"such {ways.WORDS[kind]} of {account.name}")


async def _lines(call: Call, account: Account) -> shapes.WayLines:
    found = await ways.ways(call.station, owner_of(call.station, account))
    return shapes.WayLines(
        account.name, [shapes.WayLine(w.kind, w.name, w.label, w.since, w.used, w.until) for w in found]
    )

"""The API of ways to reach people: how well each is known to work, codes that verify, and tests."""

from collections.abc import Awaitable, Callable

from sirenbook.engine.people import reach
from sirenbook.engine.people.standing import person_of
from sirenbook.engine.station import Station
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.intent import Receipt
from sirenbook.web.api import contact_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault, unknown

Send = Callable[[Station, Person, ContactMethod], Awaitable[Receipt]]


async def contacts(call: Call) -> shapes.ContactLines:
    """Every contact method at whose far end somebody reads, and how well it is known to work."""
    return shapes.ContactLines([_shown(w) for w in await reach.ways(call.station)])


async def send_code(call: Call) -> shapes.SentLines:
    """Send codes; whoever can say one can be reached where it went. A new code ends the former one of its way."""
    return await _each(call, reach.send_code)


async def test(call: Call) -> shapes.SentLines:
    """Send tests, and keep how they went."""
    return await _each(call, reach.send_test)


async def verify(call: Call) -> shapes.ContactLines:
    """Verify the contact method that a code was sent to."""
    body: shapes.SayCode = call.body
    person = _person(call, body.person)
    if await reach.confirm(call.station, person, body.code) is None:
        raise Fault(
            422, "invalid", "this is not the newest code, or it is older than 15 minutes", "send another one"
        )
    return shapes.ContactLines([_shown(w) for w in await reach.ways(call.station) if w.person == person.id])


async def _each(call: Call, send: Send) -> shapes.SentLines:
    body: shapes.ReachPerson = call.body
    person = _person(call, body.person)
    chosen = [m for m in person.methods if m.channel in reach.VERIFIABLE and body.channel in ("", m.channel)]
    if not chosen:
        raise Fault(422, "invalid", f"{person.name} has no such contact method", "it stands in sirenbook.toml")
    sent = [(m, await send(call.station, person, m)) for m in chosen]
    return shapes.SentLines([shapes.SentLine(m.channel, m.to, r.outcome, r.detail) for m, r in sent])


def _person(call: Call, name: str) -> Person:
    found = call.bindings.people.get(person_of(call.bindings, name.strip()))
    if found is None:
        raise unknown(f"person {name.strip()!r}")
    call.must_speak_for(found.id)
    return found


def _shown(way: reach.Way) -> shapes.ContactLine:
    check = way.check
    at = (check.verified_at, check.tested_at, check.worked_at)
    return shapes.ContactLine(way.person, way.name, way.channel, way.address, way.state, *at, check.detail)

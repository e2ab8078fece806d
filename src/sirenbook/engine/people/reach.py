"""Whether people can be reached: contact methods verified by a code, tested in time, and what is wrong."""

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.people.coverage import Proof, Wrong, prove, ways_of
from sirenbook.engine.station import Station
from sirenbook.incident.timeline import span
from sirenbook.model.bindings import Bindings, ContactMethod, Person, Testing
from sirenbook.model.diagnostic import Grade
from sirenbook.model.intent import Notification, Receipt
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.wall import shown
from sirenbook.store.contacts import Check

VERIFIABLE = frozenset({"email", "ntfy", "sms", "voice", "webpush", "slack"})
"""The channels at whose far end somebody reads: a program that takes a webhook sends no code back."""
_GRADES: Mapping[str, Grade] = {"dead": "warning", "failing": "warning", "stale": "warning", "unverified": "note"}

State = Literal["works", "unverified", "stale", "failing", "dead"]


class Way(Struct, frozen=True):
    """One contact method of a person, and how well it is known to work."""

    person: str
    name: str
    channel: str
    address: str
    state: State
    check: Check


async def ways(station: Station) -> list[Way]:
    """Every contact method at whose far end somebody reads. Raises Away."""
    bindings, now = station.engine.books.bindings, station.now()
    known, subscribers = await station.contacts.checks(), await station.contacts.subscribers()
    return [
        Way(p.id, p.name, m.channel, m.to, judge(check, bindings.testing, now, dead=dead), check)
        for p in bindings.people.values()
        for m in p.methods
        if m.channel in VERIFIABLE
        for check in [known.get((p.id, m.channel, m.to), Check(p.id, m.channel, m.to))]
        for dead in [m.channel == "webpush" and m.to not in subscribers]
    ]


def judge(check: Check, testing: Testing, now: datetime, *, dead: bool = False) -> State:
    """How well a contact method is known to work, from what was seen of it."""
    worked = check.worked_at
    if dead:
        return "dead"
    tested = check.tested_at if check.outcome in ("failed", "refused") else None
    if tested is not None and (worked is None or tested > worked):
        return "failing"
    if check.verified_at is None:
        return "unverified"
    return "stale" if worked is None or now - worked > timedelta(seconds=testing.stale) else "works"


async def prove_here(station: Station, weeks: int) -> Proof:
    """Prove who is paged in the weeks ahead, with the channels open here and what is known of contact methods."""
    books = station.engine.books
    open_ = ways_of(books.bindings, frozenset(station.dispatcher.channels))
    proof = await asyncio.to_thread(prove, books.policy, books.bindings, open_, station.now(), weeks)
    grave = {"error": 0, "warning": 1, "note": 2}
    listed = sorted((*proof.findings, *await wrong(station)), key=lambda w: grave[w.grade])
    return replace(proof, findings=tuple(listed))


async def wrong(station: Station) -> tuple[Wrong, ...]:
    """What is wrong with ways to reach people, by person. Raises Away."""
    people: dict[str, list[Way]] = {}
    for way in await ways(station):
        people.setdefault(way.person, []).append(way)
    bindings = station.engine.books.bindings
    return tuple(w for found in people.values() for w in _of_person(bindings, found, station.now()))


def _of_person(bindings: Bindings, found: list[Way], now: datetime) -> Iterator[Wrong]:
    name = found[0].name
    place = bindings.places.get(f"people.{found[0].person}", Provenance("sirenbook.toml", 1, ""))
    unproven = [w.channel for w in found if w.state == "unverified"]
    if unproven:
        alone = len(unproven) == len(found)
        then = "used all the same, for there is no other" if alone else "tried behind the others"
        text = f"Nobody has verified that {', '.join(dict.fromkeys(unproven))} reaches {name}: {then}."
        help_ = f"Send a code: `sirenbook contact verify {found[0].person}`, or on the page /phone."
        yield Wrong("SB392", "warning" if alone else "note", text, help_, "", place, (), 0)
    for way in found:
        if words := _trouble(way, now):
            help_ = f"Try it: `sirenbook contact test {way.person}`; subscribe a browser anew on the page /phone."
            yield Wrong("SB393", _GRADES[way.state], f"{way.channel} to {name} {words}.", help_, "", place, (), 0)


def _trouble(way: Way, now: datetime) -> str:
    worked = way.check.worked_at
    if way.state == "dead":
        return "reaches no browser: none has subscribed, or all are gone"
    if way.state == "failing":
        return f"failed when it was tested: {way.check.detail or way.check.outcome}"
    if way.state == "stale" and worked is not None:
        return f"was last known to work {span(int((now - worked).total_seconds()))} ago"
    return ""


def method_of(person: Person, channel: str, address: str = "") -> ContactMethod | None:
    """A person's contact method by its channel, and by its address where they have several there."""
    return next((m for m in person.methods if m.channel == channel and address in ("", m.to)), None)


async def send_code(station: Station, person: Person, method: ContactMethod) -> Receipt:
    """Send a code by a contact method; whoever can say it can be reached by it. Raises Away."""
    code = f"{secrets.randbelow(900_000) + 100_000}"
    await station.contacts.put_code(person.id, method.channel, method.to, code, station.now())
    told = " ".join(code) if method.channel == "voice" else code
    title = f"Your code is {told}"
    text = "Enter it on the page /phone, or with `sirenbook contact verify`. It is good for 15 minutes."
    return await _send(station, person, method, title, text)


async def confirm(station: Station, person: Person, code: str) -> ContactMethod | None:
    """The contact method that a code was sent by, verified now; None for a wrong or old one. Raises Away."""
    found = await station.contacts.verify(person.id, "".join(code.split()), station.now())
    await refresh(station)
    return method_of(person, *found) if found else None


async def send_test(station: Station, person: Person, method: ContactMethod) -> Receipt:
    """Send a test by a contact method, and keep how it went. Raises Away."""
    text = "Nothing is wrong, and nothing is asked of you."
    receipt = await _send(station, person, method, "Test: pages reach you here", text)
    check = Check(person.id, method.channel, method.to, None, station.now(), receipt.outcome, receipt.detail)
    await station.contacts.tested(check)
    return receipt


async def _send(station: Station, person: Person, method: ContactMethod, title: str, text: str) -> Receipt:
    now = station.now()
    only = replace(person, methods=(method,))
    note = Notification(
        key=f"{station.dispatcher.installation}.contact.{person.id}.{method.channel}.{secrets.token_hex(6)}",
        to=method.to,
        person=person.name,
        incident="Contact",
        severity="Sirenbook",
        title=title,
        text=text,
        why=default("a contact method is proven before it is needed"),
        demands=False,
        url=f"{station.links.base_url}/phone",
        at=now,
        rank=9,
    )
    return await station.dispatcher.inform(only, lambda _: note)


async def test_pass(station: Station) -> int:
    """Send the tests that are due, by the hours of the team's clock only; answers how many. Raises Away."""
    bindings, now = station.engine.books.bindings, station.now()
    if not (bindings.testing.every or bindings.testing.before_shift) or not _by_day(bindings, now):
        return 0
    coming = set(coming_on(bindings, now))
    sent = 0
    for way in await ways(station):
        person = bindings.people[way.person]
        method = method_of(person, way.channel, way.address)
        due = way.state != "dead" and due_since(way, bindings.testing, now, coming=way.person in coming)
        if due and method and await station.contacts.claim_test(way.check, now):
            await send_test(station, person, method)
            sent += 1
    return sent


def due_since(way: Way, testing: Testing, now: datetime, *, coming: bool) -> bool:
    """Whether a contact method is to be tested: long ago, never, or before a shift that begins soon."""
    tested = way.check.tested_at
    waits = [seconds for seconds in (testing.every, testing.before_shift if coming else 0) if seconds]
    return bool(waits) and (tested is None or now - tested >= timedelta(seconds=min(waits)))


def coming_on(bindings: Bindings, now: datetime) -> Iterator[str]:
    """Whose shift begins within the time before it in which they are tested."""
    ahead = now + timedelta(seconds=bindings.testing.before_shift)
    for rotation in bindings.rotations.values():
        for at in rotation.changes(now, ahead, bindings.overrides):
            yield from rotation.holders(at, 0, bindings.overrides)


def _by_day(bindings: Bindings, now: datetime) -> bool:
    hours = bindings.business_hours
    local = shown(now, ZoneInfo(hours.zone))
    return hours.start <= local.hour * 60 + local.minute < hours.end


async def refresh(station: Station) -> None:
    """Have those contact methods tried first that somebody verified. Raises Away."""
    known = await station.contacts.checks()
    station.engine.books.put_verified(frozenset(k for k, check in known.items() if check.verified_at))

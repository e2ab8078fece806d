"""Sends letters: briefs at hand-offs, reminders, words on ways in; to each person until it went out."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

from sirenbook.engine.people import handoffs, practices
from sirenbook.engine.station import Station
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.intent import Notification
from sirenbook.store.letters import Due, Topic

LEASE = timedelta(minutes=1)


class _Frame(NamedTuple):
    """What stands around the words of a topic: in place of an incident and a severity, and the page to look at."""

    incident: str
    severity: str
    path: str


_FRAMES: dict[Topic, _Frame] = {
    "handoff": _Frame("On call", "Hand-off", "/oncall"),
    "glass": _Frame("Sealed access", "Break glass", "/"),
    "practice": _Frame("Practices", "Reminder", "/practices"),
    "access": _Frame("Your account", "Way in removed", "/account"),
}


async def pass_(station: Station) -> int:
    """Write the letters whose time has come, and send those that are due; answers how many went out."""
    await handoffs.make(station)
    await practices.make(station)
    now = station.now()
    claimed = await station.letters.claim(now, now + LEASE)
    return sum(await asyncio.gather(*(_send(station, due) for due in claimed)))


async def _send(station: Station, due: Due) -> bool:
    person = station.engine.books.bindings.people.get(due.person)
    if person is None or not person.methods:
        await station.letters.settle(due, None, "no contact method")
        return False
    receipt = await station.dispatcher.inform(person, lambda m: _notification(station, due, person, m))
    sent_at = station.now() if receipt.outcome == "accepted" else None
    await station.letters.settle(due, sent_at, f"{receipt.outcome}: {receipt.detail}")
    return sent_at is not None


def _notification(station: Station, due: Due, person: Person, method: ContactMethod) -> Notification:
    letter, frame = due.letter, _FRAMES[due.letter.topic]
    return Notification(
        key=f"{station.dispatcher.installation}.{letter.topic}.{due.id}.{person.id}",
        to=method.to,
        person=person.name,
        incident=frame.incident,
        severity=frame.severity,
        title=letter.title,
        text=letter.body,
        why=letter.why,
        demands=False,
        url=f"{station.links.base_url}{frame.path}",
        at=station.now(),
        facts=((frame.severity, f"{letter.at:%Y-%m-%d %H:%M} UTC"),),
        attempt=due.attempt,
        rank=9,
    )

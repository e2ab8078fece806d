"""The API of what is done regularly: how each practice of the playbook stands, and saying that one was done."""

from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from sirenbook.engine.people import practices
from sirenbook.engine.station import Station
from sirenbook.incident.after.practices import owners
from sirenbook.incident.timeline import person_name
from sirenbook.model.practice import Standing
from sirenbook.model.provenance import Provenance
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import unknown


class PracticeLine(Struct, frozen=True):
    """A practice: what it is, how often in seconds, by when it is due next, and when and by whom it was last done.

    `owner` is whom the playbook names, `reminded` are the people who are reminded of it now. `incident` is the
    drill by which it was last done, where that is known. `undone_at` and `undone_by` say when and by whom it was
    taken back last that it was done.
    """

    name: str
    what: str
    kind: Literal["drill", "review"]
    every: int | None
    due: datetime | None
    overdue: bool
    owner: str
    reminded: list[str]
    done_at: datetime | None
    done_by: str
    note: str
    incident: str
    undone_at: datetime | None
    undone_by: str
    why: Provenance


class PracticeList(Struct, frozen=True):
    """Every practice of the playbook, what is due first on top; `overdue` of them are late."""

    overdue: int
    practices: list[PracticeLine]


class PracticeDone(Struct, frozen=True):
    """That a practice was done: by whom, on which day (else today), and what there is to say of it."""

    by: str = ""
    note: str = ""
    on: date | None = None


class PracticeUndone(Struct, frozen=True):
    """That a practice was not done after all: by whom that is said, and why."""

    by: str = ""
    note: str = ""


async def read(call: Call) -> PracticeList:
    """Everything that the playbook wants done regularly, and by when it is due."""
    return await listed(call.station)


async def done(call: Call) -> PracticeList:
    """Say that a practice was done; its next time is counted from then."""
    said, body = call.request.path_params["name"], call.body
    await take(call.station, said, call.by(body.by), body.note, body.on)
    return await listed(call.station)


async def undo(call: Call) -> PracticeList:
    """Take back that a practice was done last; both words stay written."""
    said, body = call.request.path_params["name"], call.body
    await put_back(call.station, said, call.by(body.by), body.note)
    return await listed(call.station)


async def put_back(station: Station, said: str, by: str, note: str) -> None:
    """Take back that a practice was done. Raises Fault 404, Refused or Away."""
    try:
        await practices.take_back(station, said, by, note)
    except LookupError as error:
        raise unknown(f"such practice: {error.args[0]}") from error


async def take(station: Station, said: str, by: str, note: str, on: date | None) -> None:
    """Take a person's word that a practice was done. Raises Fault 404, Refused or Away."""
    zone = ZoneInfo(station.engine.books.bindings.business_hours.zone)
    today = station.now().astimezone(zone).date()
    at = datetime.combine(on, time(12), zone).astimezone(UTC) if on and on != today else None
    try:
        await practices.done(station, said, by, note, at)
    except LookupError as error:
        raise unknown(f"such practice: {error.args[0]}") from error


async def listed(station: Station) -> PracticeList:
    """Every practice, as it is told. Raises Away."""
    lines = [shape(station, each) for each in await practices.standings(station)]
    return PracticeList(sum(x.overdue for x in lines), lines)


def shape(station: Station, each: Standing) -> PracticeLine:
    """A practice as it is told."""
    books, now, last = station.engine.books, station.now(), each.last
    people = owners(books.policy, books.bindings, each.regular, now)
    return PracticeLine(
        name=each.regular.name,
        what=each.regular.what,
        kind=each.regular.kind,
        every=each.regular.every,
        due=each.due,
        overdue=each.overdue(now),
        owner=each.regular.owner,
        reminded=[p.name for p in people],
        done_at=last.at if last else None,
        done_by=person_name(books.bindings, last.by) if last and last.by else "",
        note=last.note if last else "",
        incident=f"INC-{last.incident}" if last and last.incident else "",
        undone_at=each.undone.at if each.undone else None,
        undone_by=person_name(books.bindings, each.undone.by) if each.undone and each.undone.by else "",
        why=each.regular.why,
    )

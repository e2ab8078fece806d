"""What is done regularly: each practice of the playbook is kept up with, reminded of, and taken as done."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sirenbook.engine.station import Station
from sirenbook.incident.after import practices as pure
from sirenbook.incident.timeline import person_name
from sirenbook.model.command import Refused
from sirenbook.model.practice import Record, Standing
from sirenbook.model.wall import shown
from sirenbook.store.letters import Letter

LONGEST_NOTE = 1000


async def standings(station: Station) -> list[Standing]:
    """How each practice stands now. Raises Away."""
    books = station.engine.books
    records = await station.practices.latest()
    return pure.standings(books.policy, books.bindings, records, station.now())


async def make(station: Station) -> None:
    """Note practices that are new and drills that were held, and write the reminders whose time has come."""
    books, now = station.engine.books, station.now()
    names = [r.name for r in pure.regulars(books.policy)]
    if not names:
        return
    records = await station.practices.latest()
    if set(names) - {r.practice for r in records if r.kind == "begun"}:
        await station.practices.begin(names, now)
        records = await station.practices.latest()
    found = pure.standings(books.policy, books.bindings, records, now)
    if await _note_drills(station, found):
        found = await standings(station)
    newest = await station.letters.newest("practice")
    for each in found:
        reminder = pure.reminder(each, now)
        last = newest.get(each.regular.name)
        if reminder is not None and (last is None or last < reminder.at):
            people = pure.reminded(books.policy, books.bindings, each.regular, reminder.round, now)
            await station.letters.keep(_letter(station, each, reminder), [p.id for p in people], now)


async def _note_drills(station: Station, found: Sequence[Standing]) -> bool:
    """Take drills that ended for the practices that they were; answers whether there was one."""
    drills = [s for s in found if s.regular.kind == "drill"]
    if not drills:
        return False
    noted = False
    for number, title, at in await station.practices.drills(min(_known_since(s) for s in drills)):
        each = pure.drilled(drills, title)
        if each is not None and at > _known_since(each):
            record = Record(each.regular.name, "done", at, each.due, "", f"INC-{number}", number)
            noted |= await station.practices.add(record)
    return noted


def _known_since(each: Standing) -> datetime:
    return max(each.since, each.last.at) if each.last else each.since


def _letter(station: Station, each: Standing, reminder: pure.Reminder) -> Letter:
    regular = each.regular
    assert each.due is not None
    day = f"{shown(each.due, ZoneInfo(each.hours.zone)):%a %d %b %Y}"
    last = f"Last done {each.last.at:%Y-%m-%d}{_by(station, each.last)}." if each.last else "Never done here yet."
    done = f"When it was done, say so on the page, or with `sirenbook practices done {regular.name}`."
    said = f"overdue since {day}" if reminder.round else f"due by {day}"
    text = f"{said[0].upper()}{said[1:]}: {regular.what}\n{last}\n{done}"
    return Letter("practice", regular.name, reminder.at, f"{regular.what}: {said}", text, regular.why)


def _by(station: Station, record: Record) -> str:
    return f" by {person_name(station.engine.books.bindings, record.by)}" if record.by else ""


async def done(station: Station, said: str, by: str, note: str = "", at: datetime | None = None) -> Standing:
    """Take a person's word that a practice was done. Raises LookupError, Refused or Away."""
    each, now = pure.find(await standings(station), said), station.now()
    at = at or now
    if at > now:
        raise Refused("it cannot be done in the future")
    await station.practices.begin([each.regular.name], now)
    note = " ".join(note.split())[:LONGEST_NOTE]
    await station.practices.add(Record(each.regular.name, "done", at, each.due, by, note))
    return each


async def take_back(station: Station, said: str, by: str, note: str = "") -> Standing:
    """Take back that a practice was done last: it is due as it was before. Raises LookupError, Refused or Away."""
    each = pure.find(await standings(station), said)
    if not await station.practices.take_back(
        each.regular.name, by, " ".join(note.split())[:LONGEST_NOTE], station.now()
    ):
        raise Refused(f"nobody said here that {each.regular.name} was done")
    return each

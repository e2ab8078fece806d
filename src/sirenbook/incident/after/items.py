"""Action items: what was agreed after an incident, by whom until when, tracked until it is done."""

from datetime import date, datetime

from msgspec.structs import replace

from sirenbook.incident.after.aftermath import NOTHING_YET, key_of
from sirenbook.incident.calendar import closing
from sirenbook.incident.context import Course
from sirenbook.model.command import AddItem, ChangeItem, Refused
from sirenbook.model.incident import Incident
from sirenbook.model.review import Item
from sirenbook.model.review_event import ItemAdded, ItemChanged

MOST_ITEMS = 200
LONGEST = 1000
LONGEST_LINK = 500


def add(course: Course, command: AddItem) -> None:
    """Write down an action item."""
    items = (course.incident.aftermath or NOTHING_YET).items
    if len(items) >= MOST_ITEMS:
        raise Refused(f"{course.incident.number} has {MOST_ITEMS} action items, which is all it may have")
    course.happen(
        ItemAdded(
            item=len(items) + 1,
            text=_sound(command.text),
            by=command.by,
            owner=command.owner,
            due=_late_at(course, command.due),
            item_kind=command.kind,
        )
    )


def change(course: Course, command: ChangeItem) -> None:
    """Change an action item; one that stays as it is makes no entry. A ticket that has a link is written."""
    before = next((x for x in (course.incident.aftermath or NOTHING_YET).items if x.number == command.item), None)
    if before is None:
        raise Refused(f"{course.incident.number} has no action item {command.item}")
    after = replace(
        before,
        text=before.text if command.text is None else _sound(command.text),
        owner=before.owner if command.owner is None else command.owner,
        due=_late_at(course, command.due) or before.due,
        status=command.status or before.status,
        link=before.link if command.link is None else " ".join(command.link.split())[:LONGEST_LINK],
    )
    if after.kind == "ticket" and after.link != before.link and command.status is None:
        after = replace(after, status="done" if after.link else "open")
    note = command.note.strip()
    if after != before or note:
        course.happen(
            ItemChanged(
                after.number, after.text, command.by, after.status, after.owner, after.due, note, after.link
            )
        )


def _late_at(course: Course, due: datetime | date | None) -> datetime | None:
    """When it is late: a day is over at the end of the business hours that count for the incident."""
    return due if isinstance(due, datetime | None) else closing(course.context.hours, due)


def _sound(text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        raise Refused(f"an action item needs words, at most {LONGEST} characters")
    return text


def added(incident: Incident, event: ItemAdded, at: datetime) -> Incident:
    """Fold a new action item."""
    left = incident.aftermath or NOTHING_YET
    fresh = Item(event.item, event.text, event.owner, event.due, kind=event.item_kind, why=event.why)
    return replace(incident, aftermath=replace(left, items=(*left.items, fresh)))


def changed(incident: Incident, event: ItemChanged, at: datetime) -> Incident:
    """Fold a change; another date begins the reminders afresh."""
    left = incident.aftermath or NOTHING_YET
    before = next(x for x in left.items if x.number == event.item)
    moved = event.due != before.due
    why = None if moved else before.why
    after = replace(before, text=event.text, owner=event.owner, due=event.due, status=event.status, why=why)
    after = replace(after, link=event.link)
    items = tuple(after if x.number == event.item else x for x in left.items)
    reminded = tuple(r for r in left.reminded if not (moved and r.key == key_of(after)))
    return replace(incident, aftermath=replace(left, items=items, reminded=reminded))

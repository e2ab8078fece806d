"""Tickets that the playbook wants of an incident: items that stay open until somebody says which ticket it is."""

from collections.abc import Iterator

from sirenbook.incident.after.aftermath import NOTHING_YET
from sirenbook.incident.context import Context, Course
from sirenbook.incident.visibility import unless_confidential
from sirenbook.model.bindings import fold
from sirenbook.model.incident import Incident
from sirenbook.model.provenance import Provenance
from sirenbook.model.review import Item
from sirenbook.model.review_event import ItemAdded


def on_graded(course: Course) -> None:
    """Open an item for each tracker that the severity's lines name; once for an incident."""
    for text, why in _wanted(course.context, course.incident):
        items = (course.incident.aftermath or NOTHING_YET).items
        if all(item.text != text for item in items):
            course.happen(ItemAdded(len(items) + 1, text, "", item_kind="ticket", why=why))


def _wanted(context: Context, incident: Incident) -> Iterator[tuple[str, Provenance]]:
    """What to write where, by the lines about trackers and by a level that is a ticket; one line is one ticket."""
    lines: set[tuple[str, int]] = set()
    for outlet in context.policy.outlets:
        uses = [u for u in outlet.uses if not u.severities or incident.severity in u.severities]
        # A command of a chat, such as `/incident declare`, is how an incident begins: not what is owed for it.
        if outlet.kind == "tracker" and uses and not outlet.name.startswith("/"):
            lines.add((uses[0].why.file, uses[0].why.line))
            yield _named(outlet.name), uses[0].why
    for level in context.levels(incident):
        if level.manner == "ticket" and (level.why.file, level.why.line) not in lines:
            yield "Ticket", level.why


def _named(tracker: str) -> str:
    return "Ticket" if fold(tracker) == "ticket" else f"Ticket in {tracker}"


def to_paste(incident: Incident, item: Item, url: str) -> str:
    """The title and the text of an open ticket, for whoever writes it; of a restricted incident nothing is told."""
    if item.kind != "ticket" or item.status != "open":
        return ""
    told = unless_confidential(incident)
    drill = "This is a drill." if told.drill else ""
    since = f"Since: {told.opened_at:%Y-%m-%d %H:%M %Z}" if told.opened_at else ""
    facts = [drill, f"Severity: {told.severity}", since]
    return "\n".join([f"{told.number}: {told.title}", "", *filter(None, facts), f"Incident: {url}"])

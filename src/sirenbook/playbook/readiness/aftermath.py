"""Reads what follows an incident: meetings with their agenda, things to do, what action items and reports hold."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import AgendaItem, FollowUp, Meeting, Stated
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.vocabulary import REVIEW_TOPIC, TEMPLATE_TOPIC
from sirenbook.playbook.readiness.practices import rhythm
from sirenbook.playbook.text.document import Document, Fence, Item, Items, Section, Table, lines_of, plain
from sirenbook.playbook.text.inline import Line

_AFTER = re.compile(
    r"post[ -]?(?:mortem|incident)|after (?:the|an|every|each) incident|aftermath|follow[ -]?up"
    r"|retrospective|debrief"
)
_MEETING = re.compile(r"\bmeetings?\b|\bagenda\b|\bdebrief")
_ATTENDEES = re.compile(
    r"^(?:required )?(?:attendees?|participants?|invitees?|who (?:attends|comes|is invited|joins))$"
)
_MINUTES = re.compile(r"\(?\b(\d{1,3})\s?-?(?:min(?:ute)?s?|m)\b\)?", re.IGNORECASE)
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+|\*\*)?(?P<title>[A-Za-z][\w /&-]{2,40}?)\s*:?(?:\*\*)?:?\s*$")
_ACTIONS = re.compile(r"action items?|actions|follow[ -]?ups?|next steps", re.IGNORECASE)
_IMPACT = re.compile(r"impact", re.IGNORECASE)
_LABELLED = re.compile(r"^\s*[-*+]?\s*(?:\*\*)?(?P<label>[A-Z][\w /&%'()-]{2,50}?)(?:\*\*)?:(?:\*\*)?\s*[\[{<$(]")
_IN_BRACKETS = re.compile(r"\(([^()]*:[^()]*)\)")


def read_meetings(documents: Sequence[Document]) -> tuple[Meeting, ...]:
    """Every meeting that is laid out after an incident."""
    return tuple(m for s in _after(documents) for m in _meetings(s))


def read_follow_ups(documents: Sequence[Document], scale: Scale) -> tuple[FollowUp, ...]:
    """Everything that is to be done after an incident."""
    return tuple(f for s in _after(documents) if not _in_meeting(s) for f in _follow_ups(s, scale))


def read_fields(documents: Sequence[Document]) -> tuple[Stated, ...]:
    """What an action item holds by the playbook's own form: its owner, its due date."""
    return _once(f for d in documents for s in d.root.walk() for f in _fields(s))


def read_impact(documents: Sequence[Document]) -> tuple[Stated, ...]:
    """The figures of impact that the playbook's own reports ask for."""
    return _once(f for d in documents for s in d.root.walk() for f in _impact(s))


def _once(found: Iterator[Stated]) -> tuple[Stated, ...]:
    first: dict[str, Stated] = {}
    for each in found:
        first.setdefault(each.text.casefold(), each)
    return tuple(first.values())


def _after(documents: Sequence[Document]) -> Iterator[Section]:
    """The sections about what follows an incident, templates left out."""
    for document in documents:
        for section in document.root.walk():
            titles = [plain(t) for t in section.path[2:]] if section.level > 1 else []
            if any(_AFTER.search(t) for t in titles) and not any(TEMPLATE_TOPIC.search(t) for t in titles):
                yield section


def _in_meeting(section: Section) -> bool:
    return any(_MEETING.search(plain(t)) for t in section.path[2:])


def _meetings(section: Section) -> Iterator[Meeting]:
    if _MEETING.search(plain(section.title.text)) and not _MEETING.search(_above(section)):
        agenda = tuple(_agenda(section))
        if agenda or any(_attendees(section)):
            yield Meeting(
                section.title.text,
                section.title.at(),
                _minutes(section.title.text),
                tuple(_attendees(section)),
                agenda,
            )
        return
    for item in (i for b in section.blocks if isinstance(b, Items) for i in b.items):
        inner = [i.head for b in item.blocks if isinstance(b, Items) for i in b.items]
        if inner and _MEETING.search(plain(item.head.text)) and not _in_meeting(section):
            points = tuple(AgendaItem(x.text, x.at(), _minutes(x.text)) for x in inner)
            yield Meeting(item.head.text, item.head.at(), _minutes(item.head.text), (), points)


def _above(section: Section) -> str:
    return plain(section.parent.title.text) if section.parent and section.parent.level > 1 else ""


def _minutes(text: str) -> int | None:
    found = _MINUTES.search(text)
    if found:
        return int(found[1])
    amount = duration.read(text)
    return amount.seconds // 60 if amount and amount.seconds <= 4 * 3600 else None


def _attendees(section: Section) -> Iterator[str]:
    for part in section.walk():
        if part is not section and _ATTENDEES.match(plain(part.title.text).rstrip(": ")):
            yield from (line.text for block in part.blocks for line in lines_of(block))
        for line in (x for b in part.blocks for x in lines_of(b)):
            if _ATTENDEES.match(plain(line.label)):
                yield from (p.strip(" .") for p in re.split(r",\s*(?:and\s)?|;\s*", line.value) if p.strip(" ."))


def _agenda(section: Section) -> Iterator[AgendaItem]:
    """The numbered points, or those that have minutes, or all under a heading of that name."""
    for part in section.walk():
        named = "agenda" in plain(part.title.text)
        for block in part.blocks:
            if isinstance(block, Table):
                yield from _agenda_rows(block)
            if isinstance(block, Items):
                yield from (a for i in block.items if (a := _point(i, block.ordered or (named and block.ordered))))
                if named and not any(_is_ordered(b) for b in part.blocks):
                    yield from (AgendaItem(i.head.text, i.head.at(), _minutes(i.head.text)) for i in block.items)


def _is_ordered(block: object) -> bool:
    return isinstance(block, Items) and block.ordered


def _point(item: Item, ordered: bool) -> AgendaItem | None:
    minutes = _MINUTES.search(item.head.text)
    if not ordered or not item.head.text:
        return None
    what = _MINUTES.sub("", item.head.text).strip(" ()-–—:")
    return AgendaItem(what, item.head.at(), int(minutes[1]) if minutes else None)


def _agenda_rows(table: Table) -> Iterator[AgendaItem]:
    """The rows of a table of minutes and topics."""
    for row in table.rows:
        timed = next((c for c in row if _MINUTES.search(c.text)), None)
        topic = next((c for c in row if c is not timed and c.text), None)
        if timed and topic:
            yield AgendaItem(topic.text, topic.at(), _minutes(timed.text))


def _follow_ups(section: Section, scale: Scale) -> Iterator[FollowUp]:
    if rhythm(section.title.text):
        return  # what is done every month follows no incident
    due = duration.read(section.title.text)
    for block in section.blocks:
        if isinstance(block, Items):
            for item in block.items:
                yield from _of_item(item, due, scale, section)


def _of_item(item: Item, within: duration.Amount | None, scale: Scale, section: Section) -> Iterator[FollowUp]:
    inner = [i.head for b in item.blocks if isinstance(b, Items) for i in b.items]
    whole = f"{item.head.text} {section.title.text}"
    yield _follow_up(item.head, item.head.text, within, scale, whole)
    if inner and not _MEETING.search(plain(item.head.text)):
        lead = (item.head.label or item.head.text).rstrip(": ")
        yield from (_follow_up(x, f"{lead}: {x.text}", within, scale, f"{x.text} {whole}") for x in inner)


def _follow_up(line: Line, what: str, within: duration.Amount | None, scale: Scale, said: str) -> FollowUp:
    own = duration.read(line.text)
    due = own if own and own.seconds else within  # "immediate fixes" are due when all the others are
    seconds, business = (due.seconds, due.business) if due else (None, False)
    return FollowUp(what, line.at(), seconds, scale.mentioned(said), business)


def _rows(section: Section) -> Iterator[tuple[str, str, Provenance]]:
    """Every row of the forms in a section, with the title that it stands under in the form."""
    titles = " / ".join(plain(t) for t in section.path[1:])
    if not (TEMPLATE_TOPIC.search(titles) or REVIEW_TOPIC.search(titles)):
        return
    for fence in (b for b in section.blocks if isinstance(b, Fence)):
        under = ""
        for number, row in enumerate(fence.text.split("\n"), fence.line):
            if heading := _HEADING.match(row):
                under = heading["title"]
            elif row.strip():
                lead = len(row) - len(row.lstrip())
                yield under, row.strip(), Provenance(fence.file, number, row.strip(), lead + 1)


def _fields(section: Section) -> Iterator[Stated]:
    for under, row, at in _rows(section):
        if not _ACTIONS.search(under):
            continue
        if row.startswith("|") and not re.fullmatch(r"[|\s:-]+", row):
            if not re.search(r"[{\[<]", row):
                yield from (Stated(cell.strip(), at) for cell in row.strip("|").split("|") if cell.strip())
        else:
            for inside in _IN_BRACKETS.findall(row):
                yield from (Stated(p.split(":")[0].strip(), at) for p in inside.split(",") if ":" in p)


def _impact(section: Section) -> Iterator[Stated]:
    for under, row, at in _rows(section):
        found = _LABELLED.match(row) if _IMPACT.search(under) else None
        if found:
            yield Stated(found["label"], at)

"""Sees tables, headings and lists alike: a record is a named thing with labelled values, however a team drew it."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from sirenbook.playbook.language import duration
from sirenbook.playbook.language.fence_rows import named_rows, states
from sirenbook.playbook.language.names import CODE, leading_code, read_name
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.language.vocabulary import SEVERITY_TOPIC, part_of
from sirenbook.playbook.text.document import (
    BOLD,
    Block,
    Document,
    Fence,
    Item,
    Items,
    Paragraph,
    Quote,
    Section,
    Table,
    blocks_of,
    plain,
)
from sirenbook.playbook.text.inline import Line, make_line, parts_of

_EQUATED = re.compile(rf"(?:^|[,;]\s*)({CODE.pattern}\s(?:=|is)\s)", re.IGNORECASE)
_TURN = re.compile(rf"\.\s+(?={CODE.pattern}(?: \([^()]*\))?:)", re.IGNORECASE)
"""Where one line goes on to the next severity: `P1: answered in 1 hour. P2: answered in 4 hours.`"""
_COUNTED = re.compile(r"\W*(?:level|tier|step|stage|l|no\.?)?[ -]?\d{1,2}\W*", re.IGNORECASE)
_THINGS = re.compile(
    r"\b(?:services?|systems?|components?|applications?|apps?|databases?|assets?|alerts?(?: ?names?)?|alert ?rules?"
    r"|vendors?|providers?|plans?|slos?|slis?|metrics?|dates?|quarter|month|incident id|tickets?)$"
)
"""What a first column holds whose rows are about each of those things, whatever severity a later column gives."""
_OF_SEVERITY = re.compile(r"(?<=\d)\s(?:response|escalation|notification)(?: times?)?$", re.IGNORECASE)
_DUE = re.compile(r"\b(?:targets?|times?|deadlines?|within|limits?|sla)\b", re.IGNORECASE)
_SENTENCES = re.compile(rf"[^:]*\.\s+(?={CODE.pattern}:)", re.IGNORECASE)
_SLASH = re.compile(r"\s*/\s*")
_DASHES = str.maketrans("–—", "--")
_STRONG = ("response", "ack", "resolution", "update", "first update", "escalation")


@dataclass(frozen=True, slots=True)
class Field:
    """One value under its label; an empty label means that only the record's surroundings tell what it is."""

    label: str
    value: str
    line: Line


@dataclass(frozen=True, eq=False)
class Record:
    """A named thing with its fields, which are read when they are asked for; `section` if it is a heading."""

    name: Line
    title: str
    read: Callable[[], Iterable[Field]]
    section: Section | None = None

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Its values, each with its label."""
        return tuple(self.read())

    @cached_property
    def fenced(self) -> bool:
        """Whether commands stand under it."""
        return self.section is not None and _fenced(self.section)

    @cached_property
    def opening(self) -> "Record":
        """The record with only the labelled lines that stand right under its heading."""
        first = self.section.contents[:1] if self.section else []
        lines = [line for b in first if isinstance(b, Paragraph) for line in b.lines if line.label]
        return Record(self.name, self.title, lambda: (f for x in lines for f in _split(x.label, x.value, x)))

    @property
    def procedure(self) -> bool:
        """Whether it is a runbook."""
        return self.section is not None and is_runbook(self.section)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Records that stand side by side: a table's rows, neighbouring headings, a list's items.

    `topic` are the headings above, the nearest last; `header` the label of the names' own column, `before` that of
    the first where the names stand in another.
    """

    records: tuple[Record, ...]
    topic: tuple[str, ...]
    kind: str
    line: int
    header: str = ""
    before: str = ""


def groups(document: Document) -> Iterator[Group]:
    """Every group of records of a file, in the order of the text."""
    for section in document.root.walk():
        if len(section.sections) > 0:
            yield _sections(section)
        paragraphs = [b for b in section.blocks if isinstance(b, Paragraph)]
        if len(paragraphs) > 1:
            lines = tuple(_sentence(x) for b in paragraphs for x in b.lines)
            yield Group(lines, section.path, "lines", paragraphs[0].line)
            yield from (g for b in paragraphs for x in b.lines for g in _in_line(x, section.path))
        for block in section.blocks:
            if not (len(paragraphs) > 1 and isinstance(block, Paragraph)):
                yield from _in_block(block, section.path)


def _in_block(block: Block, topic: tuple[str, ...]) -> Iterator[Group]:
    match block:
        case Table():
            yield from _tables(block, topic)
        case Items():
            yield Group(tuple(_item(i) for i in block.items), topic, "list", block.line)
            for item in block.items:
                yield from _in_line(item.head, topic)
                yield from (g for inner in item.blocks for g in _in_block(inner, (*topic, item.head.text)))
        case Paragraph():
            if len(block.lines) > 1:
                yield Group(tuple(_sentence(x) for x in block.lines), topic, "lines", block.line)
            for line in block.lines:
                yield from _in_line(line, topic)
        case Quote():
            yield from (g for inner in block.blocks for g in _in_block(inner, topic))
        case Fence():
            yield from _in_fence(block, topic)


def _in_fence(fence: Fence, topic: tuple[str, ...]) -> Iterator[Group]:
    """The severities that a fence right under their heading defines, each with the labels or words under it."""
    if not topic or not SEVERITY_TOPIC.search(plain(topic[-1])):
        return
    found = named_rows(fence)
    if len(found) > 1 and all(read_name(name) and len(lines) > 1 for name, lines in found):
        defined = (Record(lines[0], name, partial(_labelled, lines[1:])) for name, lines in found)
        yield Group(tuple(defined), topic, "sections", fence.line)


def _labelled(lines: Sequence[Line]) -> Iterator[Field]:
    """The values of a fence, in which words may be joined as in a program's: `response_time: 15_minutes`."""
    for line in lines:
        label, sign, value = line.text.partition(":")
        words = re.sub(r"(?<=\d)_(?=[a-z])", " ", value.strip())
        yield Field(label, words, line) if sign else Field("", label, line)


def _in_line(line: Line, topic: tuple[str, ...]) -> Iterator[Group]:
    """The severities of one line that describes several: `Sev1: 1 h; Sev2: 4 h`."""
    turns = (make_line(line.file, x, line.line, line.source) for x in _TURN.split(line.text))
    for parts in (parts_of(line), tuple(turns)):
        told = tuple(_sentence(x) for x in map(_after_full_stop, parts) if x.label and read_name(x.label))
        if len(told) > 1:
            yield Group(told, topic, "lines", line.line)
            return
    pieces = re.split(r";\s+", line.value or line.text)
    led = [(code.id, x) for x in pieces if (code := leading_code(x))]
    if len({name for name, _ in led}) == len(pieces) > 1:
        apart = ((name, make_line(line.file, x, line.line, line.source)) for name, x in led)
        yield Group(
            tuple(Record(x, name, partial(_split, line.label, x.text, x)) for name, x in apart),
            topic,
            "lines",
            line.line,
        )
        return
    starts = [m.start(1) for m in _EQUATED.finditer(line.text)]
    if len(starts) > 1:
        cut = [line.text[a:b].strip(" ,;") for a, b in zip(starts, [*starts[1:], None], strict=True)]
        named = tuple(replace(make_line(line.file, x, line.line, line.source), label=x) for x in cut)
        yield Group(tuple(Record(x, x.text, partial(_alone, x)) for x in named), topic, "lines", line.line)


def _after_full_stop(line: Line) -> Line:
    """A line from its last sentence on, if that is the one with a label: `Update cadence. SEV1: hourly`."""
    begun = None if line.label else _SENTENCES.match(line.text)
    return make_line(line.file, line.text[begun.end() :], line.line, line.source) if begun else line


def fields_of(section: Section) -> Iterator[Field]:
    """The labelled and bare values under a heading, those of its inner headings under their titles."""
    for content in section.contents:
        if isinstance(content, Section):
            title, due = content.title, duration.alone(content.title.value)
            if title.label and due and not due.low:  # how long a phase takes is none of its clocks
                yield Field(title.label, title.value, title)  # `**SLA: 15 minutes**`, with a list beneath
            yield from _relabelled(title.text.rstrip(": "), fields_of(content))
        else:
            yield from _fields(content)


def _relabelled(title: str, fields: Iterable[Field]) -> Iterator[Field]:
    """Fields under an inner heading: its title is their label unless their own says more.

    A time whose label is not known is nothing beside one whose label is: `Assessed: 15 min`, `Resolved: 1 hour`.
    """
    inner = list(fields)
    known = [f for f in inner if f.label and part_of(f.label) in _STRONG]
    for field in inner:
        keeps = field in known or duration.by_then(field.label)
        stage = known and field.label and (duration.alone(field.value) or field.label.lower().startswith("detect"))
        yield field if keeps or stage else Field(title, field.line.text, field.line)


def _fields(block: Block) -> Iterator[Field]:
    match block:
        case Paragraph():
            for line in (part for x in block.lines for part in parts_of(x)):
                yield from _split(line.label, line.value, line)
        case Items():
            for item in block.items:
                yield from _item_fields(item)
        case Quote():
            for inner in block.blocks:
                yield from _fields(inner)
        case Table():
            yield from _row_fields(block)
        case Fence():
            yield from _stated_fields(block)


def _stated_fields(fence: Fence) -> Iterator[Field]:
    """The values that stand flush left in a fence of labels and lists, as `Response time: 15 minutes`."""
    if states(fence):
        for offset, row in enumerate(fence.text.split("\n")):
            label, _, value = row.partition(":")
            if value.strip() and not row[0].isspace() and row[0] not in "-#":
                yield Field(label, value.strip(), make_line(fence.file, row, fence.line + offset, row))


def _row_fields(table: Table) -> Iterator[Field]:
    """The rows of a table under a heading as labels, each with its value: the second cell, or the only time."""
    timed = [i for i, header in enumerate(table.header) if i and _DUE.search(header.text)]
    place = 1 if len(table.header) == 2 else timed[0] if len(timed) == 1 else 0
    for row in table.rows if place else ():
        if len(row) > place and row[place].text:
            yield from _split(row[0].text, row[place].text, row[place])


def _item_fields(item: Item) -> Iterator[Field]:
    head = item.head
    if head.value or not item.blocks:
        yield from (f for part in parts_of(head) for f in _split(part.label, part.value, part))
    label = (head.label or head.text).rstrip(": ")
    for block in item.blocks:
        yield from _relabelled(label, _fields(block)) if label else _fields(block)


def _sections(section: Section) -> Group:
    """The headings right under one heading; bold lines and lines ending in a colon count as headings."""
    loose = _followers(section)
    records = tuple(_section(s, loose.get(id(s), ())) for s in section.sections)
    return Group(records, section.path, "sections", section.title.line)


def _followers(section: Section) -> dict[int, tuple[Block, ...]]:
    """The labelled paragraphs after each bold heading that names a severity: they stand beside it, not under."""
    found: dict[int, tuple[Block, ...]] = {}
    open_ = None
    for content in section.contents:
        if isinstance(content, Section):
            name = read_name(content.title.text, loose=True) if content.level == BOLD else None
            open_ = content if name and name.coded else None
        elif open_ is not None and isinstance(content, Paragraph) and all(x.label for x in content.lines):
            found[id(open_)] = (*found.get(id(open_), ()), content)
    return found


def _section(section: Section, loose: tuple[Block, ...]) -> Record:
    return Record(section.title, section.title.text, partial(_under, section, loose), section)


def _under(section: Section, loose: tuple[Block, ...]) -> Iterator[Field]:
    """What a heading says, and the paragraphs that stand beside it."""
    yield from fields_of(section)
    yield from (f for block in loose for f in _fields(block))


def _alone(line: Line) -> Iterator[Field]:
    yield Field("", line.text, line)


def _fenced(section: Section) -> bool:
    return any(b.language and not states(b) for s in section.walk() for b in blocks_of(s) if isinstance(b, Fence))


def _item(item: Item) -> Record:
    return Record(item.head, item.head.label or item.head.text, partial(_said, item))


def _said(item: Item) -> Iterator[Field]:
    """What an item says after its label, and under it."""
    if item.head.value:
        yield from _inner(item.head)
    for block in item.blocks:
        yield from _fields(block)


def _sentence(line: Line) -> Record:
    return Record(line, line.label or line.text, partial(_inner, line))


def _inner(line: Line) -> tuple[Field, ...]:
    """What a line says after its label: its own labelled parts (`P1: Response: 1 h | Updates: 1 h`), or all."""
    parts = parts_of(make_line(line.file, line.value, line.line, line.source)) if line.label else ()
    if len(parts) > 1 and all(part.label for part in parts):
        return tuple(Field(part.label, part.value, part) for part in parts)
    return (Field(_last_label(line.label), line.value, line),)


def _last_label(label: str) -> str:
    """The label right before a value where a line goes from dash to dash: `SEV3 - Minor - Respond: 1 day`."""
    _, dash, last = label.translate(_DASHES).rpartition(" - ")
    return last if dash and part_of(last) in _STRONG else ""


def _tables(table: Table, topic: tuple[str, ...]) -> Iterator[Group]:
    """A table by its rows, once for every column that may hold the names, and by its columns."""
    named = 1 if table.header and _THINGS.search(plain(table.header[0].text)) else 3
    for index, header in enumerate(table.header[:named]):
        records = tuple(_row(table, row, index) for row in table.rows)
        before = table.header[0].text if index else ""
        yield Group(records, topic, "rows", table.line, header.text, before)
    columns = tuple(_column(table, i) for i in range(1, len(table.header)))
    yield Group(columns, topic, "columns", table.line, table.header[0].text if table.header else "")


def _row(table: Table, row: tuple[Line, ...], index: int) -> Record:
    name = row[index] if index < len(row) else row[0]
    return Record(name, name.text, partial(_cells, table, row, index))


def _cells(table: Table, row: tuple[Line, ...], index: int) -> Iterator[Field]:
    """The other cells of a row under their columns' headers."""
    for place, (header, cell) in enumerate(zip(table.header, row, strict=False)):
        if place != index and cell.text:
            yield from _split(header.text, cell.text, cell)


def _split(label: str, value: str, line: Line) -> Iterator[Field]:
    """The fields under one label: two where it has two parts, the first a clock (`Response / Resolution`)."""
    if "/" not in label:
        yield Field(label, value, line)
        return
    labels, values = _SLASH.split(label), _SLASH.split(value)
    paired = len(labels) == len(values) == 2 and part_of(labels[0]) in _STRONG and part_of(labels[1]) is not None
    for one, words in zip(labels, values, strict=True) if paired else ((label, value),):
        yield Field(one, words, line)


def _column(table: Table, index: int) -> Record:
    """A column under its header, which may say besides a severity what its cells hold: `P0 response`."""
    title = table.header[index].text
    return Record(table.header[index], _OF_SEVERITY.sub("", title) or title, partial(_down, table, index))


def _down(table: Table, index: int) -> Iterator[Field]:
    """The cells of a column under the names of their rows."""
    names = _names_at(table, index)
    for row in table.rows:
        if len(row) > index and row[index].text:
            yield Field(row[names].text, row[index].text, row[index])


def _names_at(table: Table, index: int) -> int:
    """The column that names the rows: the first, or the one behind it where the first only counts them."""
    counted = all(_COUNTED.fullmatch(row[0].text) for row in table.rows if row)
    return 1 if counted and index > 1 else 0

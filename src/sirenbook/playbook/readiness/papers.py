"""Reads what a playbook says of itself: its version, owner and dates, and the history of its changes."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.readiness import Change, Stamp, Stated
from sirenbook.playbook.readiness.columns import columns, rows, words
from sirenbook.playbook.readiness.days import day_of
from sirenbook.playbook.readiness.practices import rhythm
from sirenbook.playbook.text.document import Block, Document, Items, Paragraph, Section, Table, lines_of, plain
from sirenbook.playbook.text.inline import Line, parts_of

_LOG = re.compile(r"\b(?:change ?log|(?:revision|version|document|change) history|revisions)\b")
_CONTROL = re.compile(
    r"document (?:control|info(?:rmation)?|details|owner|status|metadata)|about this (?:document|playbook)|metadata"
)
_DAY = re.compile(r"\b20\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b")
_VERSION = re.compile(r"\bv?\d+\.\d+(?:\.\d+)?\b|\bv\d+\b", re.IGNORECASE)
_OF = r"(?:(?:document|playbook|runbook|doc|this document)(?:'s)?\s)?"
_LABELS = {
    "updated": re.compile(
        rf"{_OF}(?:last[ -](?:updated?|reviewed|revised|revision|modified|changed?|edited)(?: on)?"
        rf"|updated(?: on)?|effective date)"
    ),
    "next_review": re.compile(rf"{_OF}next (?:scheduled )?(?:review|revision)(?: date| due)?"),
    "review": re.compile(rf"{_OF}(?:review (?:frequency|cycle|cadence|schedule|period|interval)|reviewed)"),
    "version": re.compile(rf"{_OF}(?:version|revision)(?: (?:number|no\.?))?"),
    "owner": re.compile(rf"{_OF}(?:owner(?:ship|s)?|owned by|owning team|maintainers?|maintained by)"),
    "author": re.compile(rf"{_OF}(?:authors?|written by|prepared by)"),
}
_COLUMNS = {
    "date": re.compile(r"date|when|day"),
    "version": re.compile(r"version|revision|\brev\b|\bver\b"),
    "author": re.compile(r"author|\bby\b|who|editor|name"),
    "what": re.compile(r"change|descri|summary|what|note|comment"),
}
_ENDS = 3
"""How many blocks at the end of a file may hold its stamp."""


def read_stamp(documents: Sequence[Document]) -> Stamp:
    """What the playbook says of its own age and owner; the first word on each holds."""
    found: dict[str, Stated] = {}
    for document in documents:
        for line in _stamped(document):
            for part in parts_of(line):
                name = next(
                    (n for n, p in _LABELS.items() if p.fullmatch(plain(part.label).replace("_", " "))), None
                )
                if name and part.value:
                    found.setdefault(name, Stated(part.value, part.at(part.value)))
    every = rhythm(f"every {found['review'].text}") or rhythm(found["review"].text) if "review" in found else None
    return Stamp(
        **found,
        review_every=every,
        updated_on=day_of(found["updated"].text) if "updated" in found else None,
        review_on=day_of(found["next_review"].text) if "next_review" in found else None,
    )


def _stamped(document: Document) -> Iterator[Line]:
    """The lines in which files say such things: their head, their foot, a section about the document."""
    yield from document.front
    sections = list(document.root.walk())
    head = next((i for i, s in enumerate(sections) if s.level > 1), len(sections))
    for section in sections[:head]:
        yield from _lines(section.blocks)
    for section in sections[head:]:
        if _CONTROL.search(plain(section.title.text)):
            yield from _lines(section.blocks)
    last = next((s for s in reversed(sections) if s.blocks), None)
    if last is not None:
        yield from _lines(last.blocks[-_ENDS:])


def _lines(blocks: Sequence[Block]) -> Iterator[Line]:
    for block in blocks:
        if isinstance(block, Paragraph | Items):
            yield from lines_of(block)
        elif isinstance(block, Table):
            for row in (block.header, *block.rows):
                if len(row) == 2:
                    yield _joined(row[0], row[1])


def _joined(label: Line, value: Line) -> Line:
    """A row of two cells as a labelled line."""
    from dataclasses import replace

    return replace(value, label=label.text.rstrip(": "), value=value.text)


def read_changes(documents: Sequence[Document]) -> tuple[Change, ...]:
    """Every entry of a change log."""
    return tuple(
        change
        for document in documents
        for section in document.root.walk()
        if any(_LOG.search(plain(t)) for t in section.path[1:])
        for change in _of_section(section)
    )


def _of_section(section: Section) -> Iterator[Change]:
    for block in section.blocks:
        if isinstance(block, Table):
            for row in rows(block, columns(block, _COLUMNS)):
                if row:
                    values = {name: words(row, name) for name in _COLUMNS}
                    yield Change(next(iter(row.values())).at(), **values)
        elif isinstance(block, Items):
            yield from (_of_line(item.head) for item in block.items if item.head.text)


def _of_line(line: Line) -> Change:
    """An entry of a list: `2026-10-01 (v1.2): begun`."""
    lead = line.text[:60]
    day, version = _DAY.search(lead), _VERSION.search(_DAY.sub(" ", lead))
    what = line.value if line.label else line.text
    for known in (day, version):
        what = what.replace(known[0], "", 1) if known else what
    what = re.sub(r"^[\W_]+", "", what)
    return Change(line.at(), day[0] if day else "", version[0] if version else "", "", what)

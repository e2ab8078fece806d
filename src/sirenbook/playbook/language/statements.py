"""Goes through a playbook thought by thought, each with the headings, label and severities that it stands under."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.playbook.language.names import Scale, leading_code
from sirenbook.playbook.language.reach import mentioned, subject
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.language.vocabulary import REVIEW_TOPIC, TEMPLATE_TOPIC
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import (
    Block,
    Document,
    Fence,
    Items,
    Paragraph,
    Quote,
    Section,
    Table,
    lines_of,
    plain,
)
from sirenbook.playbook.text.drawing import is_drawing, read_nodes
from sirenbook.playbook.text.inline import Line, make_line, parts_of

Ground = Literal["policy", "runbook", "template", "after"]
_NUMBER = re.compile(r"\s*(?:[-*+•]\s+)?(?:\d{1,3}[.)]\s*)?(?:[□☐☑✓]\s*|\[[ xX]\]\s+)?")
_LISTED = re.compile(r"\s*(?:#+ \S|[-*•] \S|\d{1,2}[.)] \S|[□☐☑✓]|\[[ xX]\] )")
_TWIG = re.compile(r"[\s│┃|]*[├└][─-]*\s*")
_FOR = re.compile(r"^\W*(?:for|if|on|during) (?:an? )?", re.IGNORECASE)
_PROSE = ("", "text", "txt", "plaintext", "markdown", "md", "ascii", "diagram")
_ONWARD = re.compile(r"(?:and )?(?:then|thereafter|afterwards|after that)\b", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z#/`])")
_WHEN = re.compile(r"when(?: used)?|for|used (?:for|when)|severit(?:y|ies)|applies to")
_BEGUN = re.compile(r"\s[–—-]\s|,|;|\bif\b|\bor\b")
"""What parts the severities that a cell begins with from what else it says."""
_LISTS = re.compile(r"table of contents|change ?log|revision history|glossary")


class Statement(Struct, frozen=True):
    """One thought: its line, what stands in front of it as a label, and what it stands under.

    `titles` are the headings below the file's own, then the heads of the list items above, all in plain words.
    `above` are the severities that it stands under, `named` those that its own words name. `row` is the first cell
    of a table's row, `cells` are all of them. `heading` when it is a heading itself.
    """

    line: Line
    ground: Ground
    titles: tuple[str, ...]
    label: str
    text: str
    above: tuple[str, ...] = ()
    row: str = ""
    cells: tuple[str, ...] = ()
    heading: bool = False
    named: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """Label and words together."""
        return f"{self.label}: {self.text}" if self.label else self.text

    def severities(self, scale: Scale, clause: str = "") -> tuple[str, ...]:
        """The severities that it is about: named in the clause, else in the label or line, else above it."""
        return mentioned(clause, scale) or self.named or self.above


def statements(documents: Sequence[Document], scale: Scale) -> tuple[Statement, ...]:
    """Every thought of a playbook in the order of the text; nothing of commands and of the texts of templates."""
    found = (s for d in documents for s in _Walk(scale).section(d.root, "policy", ()))
    return tuple(replace(s, named=mentioned(s.label, scale) or mentioned(s.text, scale) or s.named) for s in found)


class _Walk:
    """Carries the scale through the tree."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale

    def section(self, section: Section, ground: Ground, above: tuple[str, ...]) -> Iterator[Statement]:
        title = plain(section.title.text)
        if _LISTS.search(title) and section.level > 1:
            return
        ground = _ground(section, title, ground)
        mine = self._graded_by(section.title.text) if section.level else ()
        titles = tuple(plain(t) for t in section.path[2:])
        under = mine or above
        if section.title.text and section.level > 1:
            yield Statement(section.title, ground, titles[:-1], "", section.title.text, under, heading=True)
        led = under
        for content in section.contents:
            if isinstance(content, Section):
                yield from self.section(content, ground, under)
                continue
            listed = isinstance(content, Items | Table)
            yield from self.block(
                content, Statement(section.title, ground, titles, "", "", led if listed else under)
            )
            led = (self._leads(content) or under) if not listed else under

    def _graded_by(self, title: str) -> tuple[str, ...]:
        """The severities that a heading is about: `P1 procedure`, `Critical incident procedure`."""
        return self.scale.titled(title) or mentioned(title, self.scale)

    def _leads(self, block: Block) -> tuple[str, ...]:
        """The severity that a paragraph names before its list: `Priority 1 (Critical): production stands still`."""
        lines = block.lines if isinstance(block, Paragraph) else ()
        return self.scale.purely(lines[0].label or lines[0].text) if len(lines) == 1 else ()

    def block(self, block: Block, under: Statement) -> Iterator[Statement]:
        """The thoughts of one block; `under` says what it stands under."""
        match block:
            case Table():
                yield from self.table(block, under)
            case Items():
                yield from self.items(block, under)
            case Fence():
                yield from self.fence(block, under) if under.ground != "template" else ()
            case Quote():
                for inner in block.blocks:
                    yield from self.block(inner, under) if under.ground != "template" else ()
            case _:
                for line in lines_of(block):
                    yield from _of_line(line, replace(under, named=subject(line.text, self.scale)))

    def items(self, block: Items, under: Statement) -> Iterator[Statement]:
        for item in block.items:
            yield from _of_line(item.head, under)
            head = item.head.label or item.head.text
            inner = replace(
                under, titles=(*under.titles, plain(head)), above=self.scale.purely(head) or under.above
            )
            for nested in item.blocks:
                yield from self.block(nested, inner)

    def table(self, table: Table, under: Statement) -> Iterator[Statement]:
        heads = [h.text for h in table.header]
        columns = [self.scale.purely(h) for h in heads]
        for row in table.rows:
            named = self._named_in(row, heads)
            cells = tuple(cell.text for cell in row)
            for place, cell in enumerate(row):
                by_column = columns[place] if place < len(columns) else ()
                label = row[0].text if by_column and place else _header(heads, place)
                if cell.text:
                    above = by_column or named or under.above
                    yield replace(
                        under, line=cell, label=label, text=cell.text, above=above, row=cells[0], cells=cells
                    )

    def _named_in(self, row: Sequence[Line], heads: Sequence[str]) -> tuple[str, ...]:
        """The severities that a row is for, by its first cell or by one under `When`: `SEV1/2 only, customers`."""
        if not row or (first := self.scale.titled(row[0].text)):
            return first if row else ()
        said = (c.text for h, c in zip(heads[1:], row[1:], strict=False) if _WHEN.fullmatch(plain(h)))
        return next((s for words in said if (s := self.scale.purely(_BEGUN.split(words)[0]))), ())

    def fence(self, fence: Fence, under: Statement) -> Iterator[Statement]:
        """The rows of a checklist or a drawing; those indented under a row that ends in a colon stand under it."""
        if not _lists(fence) and (fence.language not in _PROSE or read_commands(fence)):
            return
        head, depth = "", 0
        for line, indent, severities in self.graded(_rows(fence)):
            if indent <= depth:
                head = ""
            titles = (*under.titles, plain(head)) if head else under.titles
            yield from _of_line(line, replace(under, titles=titles, above=severities or under.above))
            if line.text.endswith(":"):
                head, depth = line.text, indent

    def graded(self, rows: Iterable[tuple[Line, int]]) -> Iterator[tuple[Line, int, tuple[str, ...]]]:
        """Every row of a fence with the severities of the row that it stands deeper than, or right under: `P1:`."""
        named: tuple[str, ...] = ()
        depth, last = 0, 0
        for line, indent in rows:
            last = line.line if last and line.line == last + 1 else 0
            yield line, indent, named if indent > depth or last else ()
            heads = line.text.endswith(":") or line.source.lstrip().startswith("#")
            found = self.scale.purely(_FOR.sub("", line.label or line.text.rstrip(":")))
            if found or (heads and indent <= depth):
                named, depth, last = found, indent, line.line if heads else 0


def _ground(section: Section, title: str, ground: Ground) -> Ground:
    if section.level > 1 and TEMPLATE_TOPIC.search(title):
        return "template"
    graded = leading_code(section.title.text) is not None  # a severity, whatever is done about it
    if section.level > 1 and ground == "policy" and REVIEW_TOPIC.search(title) and not graded:
        return "after"
    return "runbook" if ground == "policy" and is_runbook(section) else ground


def _header(heads: Sequence[str], place: int) -> str:
    """A column's header; `then every` goes on from the column before it."""
    head = heads[place] if place < len(heads) else ""
    return f"{heads[place - 1]}, {head}" if place and _ONWARD.match(head) else head


def _lists(fence: Fence) -> bool:
    """Whether every row of a fence is a comment or one of a list, whatever language it claims to be in."""
    rows = [row for row in fence.text.split("\n") if row.strip()]
    return bool(rows) and all(_LISTED.match(row) for row in rows)


def _rows(fence: Fence) -> Iterator[tuple[Line, int]]:
    """The rows of a fence without numbers and boxes, with their indentation."""
    if is_drawing(fence):
        for node in read_nodes(fence):
            twig = _TWIG.match(node.line.source)
            yield _bare(node.line.text, node.line.line, node.line.source, fence.file), twig.end() if twig else 0
        return
    for offset, row in enumerate(fence.text.split("\n")):
        if row.strip():
            yield _bare(row, fence.line + offset, row, fence.file), len(row) - len(row.lstrip())


def _bare(text: str, number: int, source: str, file: str) -> Line:
    begun = _NUMBER.match(text)
    return make_line(file, text[begun.end() if begun else 0 :].strip(), number, source)


def _of_line(line: Line, under: Statement) -> Iterator[Statement]:
    for part in parts_of(line):
        if part.text:
            words = part.value if part.label else part.text
            for sentence in SENTENCE.split(words) if words else [""]:
                yield replace(under, line=part, label=part.label, text=sentence)

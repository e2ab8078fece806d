"""Parses Markdown into one tree of sections and blocks, each with its line, so that readers look at structure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from sirenbook.playbook.text.drawn_table import barred_rows, drawn_rows, spaced_rows, told_rows
from sirenbook.playbook.text.encoding import repair, unify
from sirenbook.playbook.text.fences import closed, nested
from sirenbook.playbook.text.html_table import html_heading, html_rows
from sirenbook.playbook.text.inline import DECORATION, HTML_NAME, TAG_NAME, Line, make_line, read_inline
from sirenbook.playbook.text.loosening import loosened
from sirenbook.playbook.text.tree import Markdown, Node

BOLD, LEAD = 7, 8  # levels of headings that are drawn as a bold line, or as a line ending in a colon
_LARGEST_KEPT = 200_000
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|$)")
_GRADED = re.compile(r"(?:p|s|sev(?:erity)?[ -]?|priority )\d\b.{0,30}", re.IGNORECASE)
"""A label that is a severity, which heads the list after it: `**P1 - High**: one feature is down`."""
_HEADS = re.compile(r"[A-Z][\w/&'-]*(?: [\w/&'-]+){0,4}")
_LISTED = ("bullet_list", "ordered_list", "table", "fence", "code_block")
_SIMPLE = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "’": "'", "“": '"', "”": '"', "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, cut where a line starts a new thought."""

    lines: tuple[Line, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Item:
    """One list item: its own words and what stands indented under it."""

    head: Line
    blocks: tuple["Block", ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Item, ...]
    line: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as the header. A cell holds the lines that `<br>` cuts it into."""

    header: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced or indented code block. What stands in it never defines policy, except drawings."""

    language: str
    text: str
    line: int
    file: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote: banners and notes."""

    blocks: tuple["Block", ...]
    line: int


Block = Paragraph | Items | Table | Fence | Quote


@dataclass(eq=False)
class Section:
    """A heading with all under it; level 0 is the file itself, 7 a bold line, 8 a line that ends in a colon.

    Nothing of it changes once its file is parsed, so what is found of it is kept, by readers in `judged`.
    """

    level: int
    title: Line
    parent: "Section | None" = None
    contents: list["Block | Section"] = field(default_factory=list)
    judged: dict[Callable[["Section"], Any], Any] = field(default_factory=dict)

    @cached_property
    def blocks(self) -> list[Block]:
        """What stands right under the heading."""
        return [c for c in self.contents if not isinstance(c, Section)]

    @cached_property
    def sections(self) -> list["Section"]:
        """The sections right under this one."""
        return [c for c in self.contents if isinstance(c, Section)]

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The titles from the file down to here."""
        above = self.parent.path if self.parent else ()
        return (*above, self.title.text)

    @cached_property
    def _all(self) -> tuple["Section", ...]:
        return (self, *(s for section in self.sections for s in section._all))

    def walk(self) -> Iterator["Section"]:
        """This section and all beneath it, in the order of the text."""
        return iter(self._all)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a playbook, parsed; `front` are the lines of its front matter."""

    file: str
    root: Section
    mended: tuple[int, ...] = ()
    front: tuple[Line, ...] = ()

    @property
    def title(self) -> str:
        """The first heading, or the file's name."""
        return next((s.title.text for s in self.root.sections if s.title.text), self.file)


def parse(file: str, text: str) -> Document:
    """Parse one file; any text is a document. The latest are kept: what compiles a playbook also checks it."""
    return _kept(file, text) if len(text) <= _LARGEST_KEPT else _parsed(file, text)


@lru_cache(maxsize=16)
def _kept(file: str, text: str) -> Document:
    return _parsed(file, text)


def _parsed(file: str, text: str) -> Document:
    body, touched = repair(nested(closed(unify(text))))
    front = _FRONT_MATTER.match(body)
    if front is None:
        return Document(file, _Builder(file, body).build(), touched)
    rows = enumerate(front[0].split("\n"), 1)
    lines = tuple(make_line(file, row.strip(), n, row) for n, row in rows if ":" in row)
    body = "\n" * front[0].count("\n") + body[front.end() :]
    return Document(file, _Builder(file, body).build(), touched, lines)


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Words for comparing: lower case, one kind of dash and quote, single spaces, no decoration in front."""
    return DECORATION.sub("", " ".join(text.translate(_SIMPLE).lower().split()), count=1)


def lines_of(block: "Block | Section") -> Iterator[Line]:
    """Every line of words in a block, nested ones included, but nothing of a fence."""
    match block:
        case Paragraph():
            yield from block.lines
        case Table():
            yield from (cell for row in block.rows for cell in row)
        case Items():
            yield from (line for item in block.items for line in lines_of_item(item))
        case Quote():
            yield from (line for inner in block.blocks for line in lines_of(inner))
        case Section():
            yield block.title
            yield from (line for content in block.contents for line in lines_of(content))
        case Fence():
            return


def lines_of_item(item: Item) -> Iterator[Line]:
    """Every line of words of one list item."""
    yield item.head
    for inner in item.blocks:
        yield from lines_of(inner)


def blocks_of(section: Section) -> Iterator[Block]:
    """The blocks right under a section and under its bold and colon headings, quotes opened."""
    for content in section.contents:
        if isinstance(content, Section):
            if content.level >= BOLD:
                yield from blocks_of(content)
        else:
            yield from _opened(content)


def _opened(block: Block) -> Iterator[Block]:
    if isinstance(block, Quote):
        for inner in block.blocks:
            yield from _opened(inner)
    else:
        yield block


class _Builder:
    """Walks the parser's tree once and hangs sections and blocks where they belong."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.rows = text.split("\n")
        loose, self.numbers = loosened(self.rows)
        self.tree = Markdown("\n".join(loose))
        self.root = Section(0, Line(file, "", 1))
        self.open = [self.root]
        self.readers: dict[str, Callable[[Node], Block | None]] = {
            **dict.fromkeys(("paragraph", "heading"), self._paragraph),
            **dict.fromkeys(("bullet_list", "ordered_list"), self._items),
            **dict.fromkeys(("fence", "code_block"), self._fence),
            "table": self._table,
            "blockquote": self._quote,
            "html_block": self._html,
        }

    def build(self) -> Section:
        nodes = self.tree.nodes
        for index, node in enumerate(nodes):
            self._place(node, nodes[index + 1].type if index + 1 < len(nodes) else "")
        return self.root

    def _place(self, node: Node, follower: str) -> None:
        heading = html_heading(node.content) if node.type == "html_block" else None
        if heading is not None:
            line = self._line(node)
            self._begin(heading[0] or BOLD, make_line(self.file, heading[1], line, self._source(line)))
            return
        block = self._block(node)
        if node.type == "heading" and not _accident(node, block):
            title = block.lines[0] if isinstance(block, Paragraph) else Line(self.file, "", self._line(node))
            self._begin(int(node.token.tag[1]), replace(title, text=title.text.rstrip(": ")))
        elif isinstance(block, Paragraph) and (level := _disguised(block, follower)):
            self._begin(level, block.lines[0])
            if len(block.lines) > 1:
                self._hang(Paragraph(block.lines[1:], block.lines[1].line))
        elif block is not None:
            self._hang(block)

    def _begin(self, level: int, title: Line) -> None:
        while self.open[-1].level >= level:
            self.open.pop()
        section = Section(level, title, self.open[-1])
        self.open[-1].contents.append(section)
        self.open.append(section)

    def _hang(self, block: Block) -> None:
        # a line that ends in a colon heads the one block after it
        if self.open[-1].level == LEAD and self.open[-1].contents:
            self.open.pop()
        # a bold label with words of its own stands beside an earlier bold heading, not under it
        if isinstance(block, Paragraph) and block.lines[0].bold and self.open[-1].contents:
            while self.open[-1].level >= BOLD:
                self.open.pop()
        self.open[-1].contents.append(block)

    def _block(self, node: Node) -> Block | None:
        reader = self.readers.get(node.type)
        return reader(node) if reader else None

    def _paragraph(self, node: Node) -> Paragraph | None:
        lines = self._lines(node)
        return Paragraph(lines, self._line(node)) if lines else None

    def _fence(self, node: Node) -> Fence | Table | Items:
        fenced = node.type == "fence"
        language = "".join(node.token.info.split()[:1]).lower() if fenced else ""
        worded = language in ("", "text", "txt")
        if worded and (cells := drawn_rows(node.content) or barred_rows(node.content) or spaced_rows(node.content)):
            return self._cells_table(cells, self._line(node) + fenced)
        if worded and (told := told_rows(node.content)):
            start = self._line(node) + fenced
            heads = [make_line(self.file, row, start + n, self._source(start + n)) for n, row in told]
            return Items(tuple(Item(head, ()) for head in heads), start, ordered=False)
        return Fence(language, node.content, self._line(node) + fenced, self.file)

    def _quote(self, node: Node) -> Quote:
        return Quote(self._blocks(node.children), self._line(node))

    def _blocks(self, nodes: list[Node]) -> tuple[Block, ...]:
        return tuple(block for node in nodes if (block := self._block(node)) is not None)

    def _items(self, node: Node) -> Items:
        ordered = node.type == "ordered_list"
        first = int(node.token.attrs.get("start", 1)) if ordered else 1
        items = [self._item(child, first + i if ordered else None) for i, child in enumerate(node.children)]
        return Items(tuple(items), self._line(node), ordered)

    def _item(self, node: Node, number: int | None) -> Item:
        blocks = self._blocks(node.children)
        if not blocks or not isinstance(blocks[0], Paragraph):
            return Item(Line(self.file, "", self._line(node)), blocks, number)
        head, *more = blocks[0].lines
        rest = (Paragraph(tuple(more), more[0].line),) if more else ()
        return Item(head, (*rest, *blocks[1:]), number)

    def _table(self, node: Node) -> Table:
        rows = [self._row(row) for part in node.children for row in part.children]
        return Table(rows[0] if rows else (), tuple(rows[1:]), self._line(node))

    def _row(self, node: Node) -> tuple[Line, ...]:
        return tuple(self._cell(cell, self._line(node)) for cell in node.children)

    def _cell(self, node: Node, line: int) -> Line:
        lines = self._lines(node)
        if len(lines) > 1:
            return make_line(self.file, "; ".join(x.text for x in lines), line, self._source(line))
        return lines[0] if lines else Line(self.file, "", line, source=self._source(line))

    def _html(self, node: Node) -> Paragraph | Table | None:
        start = self._line(node)
        if cells := html_rows(node.content):
            return self._cells_table(cells, start)
        rows = enumerate(_TAG.sub(_blank, node.content).split("\n"), start)
        lines = [make_line(self.file, " ".join(row.split()), n, self._source(n)) for n, row in rows if row.strip()]
        return Paragraph(tuple(lines), start) if lines else None

    def _cells_table(self, cells: list[tuple[int, list[str]]], start: int) -> Table:
        width = len(cells[0][1])
        lines = [
            tuple(
                make_line(self.file, c, start + n, self._source(start + n)) for c in [*row, *[""] * width][:width]
            )
            for n, row in cells
        ]
        return Table(lines[0], tuple(lines[1:]), start)

    def _line(self, node: Node) -> int:
        return self.numbers[node.line or 0]

    def _source(self, line: int) -> str:
        return self.rows[line - 1] if line <= len(self.rows) else ""

    def _lines(self, node: Node) -> tuple[Line, ...]:
        inline = node.children[0] if node.children else None
        if inline is None:
            return ()
        start = self._line(node if inline.line is None else inline)
        return read_inline(self.file, start, inline.content, self.tree.inline, self._source)


def _accident(node: Node, block: Block | None) -> bool:
    """Whether a rule right under a paragraph made it a heading that nobody meant."""
    return node.token.markup in ("=", "-") and isinstance(block, Paragraph) and len(block.lines[0].text) > 100


def _disguised(block: Paragraph, follower: str) -> int:
    """The level of a heading that is drawn as a paragraph, or 0."""
    line = block.lines[0]
    if line.heading and not any(x.bold for x in block.lines[1:]):
        return BOLD
    if len(block.lines) != 1:
        return 0
    if follower not in _LISTED:
        return 0
    if line.bold and _GRADED.fullmatch(line.label) and follower == "bullet_list":
        return BOLD
    return LEAD if line.text.endswith(":") or _HEADS.fullmatch(line.text) else 0


def _blank(found: re.Match[str]) -> str:
    """A tag's place with its line ends kept, or the text itself if HTML has no such tag."""
    name = TAG_NAME.match(found[0])
    if name and not HTML_NAME.fullmatch(name[1].lower()):
        return found[0]
    return "\n" * found[0].count("\n")

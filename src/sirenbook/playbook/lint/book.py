"""A playbook as the checks look at it: policy, headings, rows and sayings, each prepared once, with places."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate

from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language.names import Scale, canonical
from sirenbook.playbook.language.vocabulary import TEMPLATE_TOPIC
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import BOLD, Document, Fence, Items, Quote, Section, Table, lines_of, parse
from sirenbook.playbook.text.encoding import repair, unify
from sirenbook.playbook.text.inline import Line

_FENCE = re.compile(r"[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})(.*)$")
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:[^`]|(?!\1)`)*?\1(?!`)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[{*])")
_STARTS_ANEW = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s|\s*\*\*|\s*[A-Z][\w -]{0,30}:(?:\s|$)")
LONGEST_ROW = 4000
"""Characters of a row that are looked at; more is no prose, and patterns would take their time over it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file as an editor shows it; `coded` inside a code block, whose language is then told."""

    file: str
    number: int
    text: str
    coded: bool = False
    language: str = ""

    @property
    def prose(self) -> str:
        """The text with inline code blanked out, every other character in its place; nothing in a code block."""
        if self.coded:
            return ""
        return _INLINE_CODE.sub(lambda m: " " * len(m[0]), self.text) if "`" in self.text else self.text

    def at(self, found: re.Match[str] | None = None) -> Provenance:
        """The place of a match, or of the whole row."""
        if found is None:
            lead = len(self.text) - len(self.text.lstrip())
            return Provenance(self.file, self.number, self.text.strip(), lead + 1)
        return Provenance(self.file, self.number, found[0], found.start() + 1)


@dataclass(frozen=True, slots=True)
class Saying:
    """One thought of the text: a line of a paragraph, item or cell, or a sentence of a template."""

    text: str
    section: Section
    file: str
    breaks: tuple[tuple[int, int], ...]
    label: str = ""
    value: str = ""
    templated: bool = False

    def line(self, offset: int) -> int:
        """The source line of one offset in the text."""
        return max((n for start, n in self.breaks if start <= offset), default=self.breaks[0][1])


@dataclass(frozen=True)
class Book:
    """One playbook under examination."""

    policy: Policy
    files: Sequence[tuple[str, str]]
    bindings: Bindings | None = None
    today: date | None = None

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The files, parsed."""
        return tuple(parse(name, text) for name, text in self.files)

    @cached_property
    def texts(self) -> Mapping[str, tuple[str, ...]]:
        """Every file's lines as they were meant, mended where an encoding was mistaken."""
        return {name: tuple(repair(unify(text))[0].split("\n")) for name, text in self.files}

    @cached_property
    def joined(self) -> Mapping[str, str]:
        """The same, each file in one piece."""
        return {name: "\n".join(rows) for name, rows in self.texts.items()}

    @cached_property
    def starts(self) -> Mapping[str, tuple[int, ...]]:
        """The offset at which every line begins in its file's one piece."""
        return {
            name: tuple(accumulate((len(r) + 1 for r in rows[:-1]), initial=0)) for name, rows in self.texts.items()
        }

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every line of every file."""
        return tuple(row for name in self.texts for row in self._scanned[name][0])

    def rows_of(self, file: str) -> tuple[Row, ...]:
        """Every line of one file."""
        return self._scanned[file][0]

    @cached_property
    def unclosed(self) -> tuple[Row, ...]:
        """The rows that open a code block which nothing closes."""
        return tuple(row for name in self.texts if (row := self._scanned[name][1]))

    @cached_property
    def _scanned(self) -> Mapping[str, tuple[tuple[Row, ...], Row | None]]:
        return {name: scan(name, rows) for name, rows in self.texts.items()}

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Every heading with what is under it, bold ones included, in the order of the text."""
        return tuple(s for d in self.documents for s in d.root.walk())

    @cached_property
    def headings(self) -> tuple[Section, ...]:
        """The real headings."""
        return tuple(s for s in self.sections if 0 < s.level < BOLD)

    @cached_property
    def _headed(self) -> Mapping[str, tuple[list[int], list[tuple[str, ...]]]]:
        """For every file, the lines of its headings and the path of titles down to each."""
        placed: dict[str, tuple[list[int], list[tuple[str, ...]]]] = {}
        for section in self.headings:
            lines, paths = placed.setdefault(section.title.file, ([], []))
            lines.append(section.title.line)
            paths.append(tuple(section.path))
        return placed

    def path_at(self, file: str, line: int) -> tuple[str, ...]:
        """The titles of the sections that a line stands in, the outermost first."""
        lines, paths = self._headed.get(file, ([], []))
        place = bisect_right(lines, line)
        return paths[place - 1] if place else ()

    @cached_property
    def _templated(self) -> frozenset[str]:
        return frozenset(row.strip() for t in self.policy.templates for row in t.text.split("\n"))

    def sent(self, row: Row) -> bool:
        """Whether a row is part of a text to be filled in and sent: of a template, or quoted, or under a heading
        about templates.
        """
        if row.text.lstrip().startswith(">") or row.text.strip() in self._templated:
            return True
        titles = " ".join(self.path_at(row.file, row.number)[1:])
        return bool(TEMPLATE_TOPIC.search(titles.lower()))

    @cached_property
    def sayings(self) -> tuple[Saying, ...]:
        """Every thought of the text, those of templates included, commands and drawings left out."""
        return tuple(saying for s in self.sections for saying in _sayings(s))

    @cached_property
    def scale(self) -> Scale:
        """The severities by every spelling."""
        known = {canonical(n): s.name for s in reversed(self.policy.severities) for n in (s.name, *s.aliases)}
        labels = {canonical(s.label): s.name for s in reversed(self.policy.severities) if s.label}
        return Scale(tuple(s.name for s in self.policy.severities), known, labels)

    def spot(self, file: str, line: int, quote: str) -> Provenance:
        """The place of some words on a line, or of the line where they stand differently there."""
        rows = self.texts.get(file, ())
        source = rows[line - 1] if 0 < line <= len(rows) else ""
        found = source.find(quote) if quote else -1
        if found < 0:
            lead = len(source) - len(source.lstrip())
            return Provenance(file, line, quote or source.strip(), lead + 1)
        return Provenance(file, line, quote, found + 1)

    def where(self, saying: Saying, start: int, end: int) -> Provenance:
        """The place of a part of a saying, as much of it as stands on its first line."""
        line = saying.line(start)
        last = min((o for o, n in saying.breaks if o > start and n != line), default=len(saying.text))
        return self.spot(saying.file, line, saying.text[start : min(end, last)].strip())

    def below(self, why: Provenance, words: str) -> Provenance:
        """The first place of some words at or under a heading, or the heading itself."""
        rows = self.texts.get(why.file, ())
        for number in range(why.line, min(why.line + 400, len(rows)) + 1):
            column = rows[number - 1].find(words) if number else -1
            if column >= 0:
                return Provenance(why.file, number, words.strip(), column + 1)
        return why


def scan(file: str, texts: Sequence[str]) -> tuple[tuple[Row, ...], Row | None]:
    """The rows of one file, told apart from its code blocks, and the one that opens a block without end."""
    rows: list[Row] = []
    mark, language = "", ""
    opener: Row | None = None
    for number, text in enumerate(texts, 1):
        row = Row(file, number, text[:LONGEST_ROW], bool(mark), language)
        fence = _FENCE.match(row.text)
        if fence and not mark and "`" not in fence[2]:
            mark, language = fence[1], "".join(fence[2].split()[:1]).lower()
            opener = row
        elif fence and mark and fence[1].startswith(mark) and not fence[2].strip():
            mark, language = "", ""
        rows.append(Row(file, number, row.text, coded=True) if fence and row is opener else row)
    return tuple(rows), opener if mark else None


def _sayings(section: Section) -> Iterator[Saying]:
    if section.title.text:
        yield _of_line(section.title, section)
    for content in section.contents:
        if not isinstance(content, Section):
            yield from (_of_line(line, section) for line in lines_of(content))
            yield from _fenced(content, section)


def _of_line(line: Line, section: Section) -> Saying:
    breaks = line.breaks or ((0, line.line),)
    return Saying(line.text[:LONGEST_ROW], section, line.file, breaks, line.label, line.value)


def _fenced(block: object, section: Section) -> Iterator[Saying]:
    """The sentences of the templates in a block."""
    match block:
        case Fence() if not read_commands(block):
            yield from _sentences(block, section)
        case Items():
            for inner in (b for item in block.items for b in item.blocks):
                yield from _fenced(inner, section)
        case Quote():
            for inner in block.blocks:
                yield from _fenced(inner, section)
        case Table() | _:
            return


def _sentences(fence: Fence, section: Section) -> Iterator[Saying]:
    text = ""
    breaks: list[tuple[int, int]] = []
    for number, row in enumerate(fence.text.split("\n"), fence.line):
        if text and _STARTS_ANEW.match(row):
            yield from _cut(text, breaks, section, fence.file)
            text, breaks = "", []
        if row.strip() and len(text) < LONGEST_ROW:
            breaks.append((len(text), number))
            text += f"{row.strip()[:LONGEST_ROW]} "
        elif text:
            yield from _cut(text, breaks, section, fence.file)
            text, breaks = "", []
    if text:
        yield from _cut(text, breaks, section, fence.file)


def _cut(text: str, breaks: list[tuple[int, int]], section: Section, file: str) -> Iterator[Saying]:
    """A paragraph's sentences."""
    starts = [offset for offset, _ in breaks]
    ends = [*(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    begin = 0
    for end in ends:
        first = bisect_right(starts, begin) - 1
        mine = [(max(o - begin, 0), n) for o, n in breaks[first:] if o < end]
        yield Saying(text[begin:end].strip(), section, file, tuple(mine), templated=True)
        begin = end

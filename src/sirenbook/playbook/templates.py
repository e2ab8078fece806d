"""Reads the texts that a team fills in and sends, and the places in them that want filling."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.policy import Template
from sirenbook.playbook.commands import read_commands
from sirenbook.playbook.document import Document, Fence, Quote, Section, lines_of, plain
from sirenbook.playbook.drawing import is_drawing
from sirenbook.playbook.vocabulary import TEMPLATE_TOPIC, UPDATE_TOPIC

_SQUARE = re.compile(r"(?<!\])\[([^\[\]\n]{1,120})\](?![(:\[])")
_CURLY = re.compile(r"\{\{\s*([^{}\n]{1,80}?)\s*\}\}|\{([^{}\n\"]{1,120})\}")
_ANGLE = re.compile(r"<([A-Za-z_][^<>\n]{0,80})>")
_LITERAL = re.compile(
    r"(?:resolved|investigating|identified|monitoring|update|incident|alert|urgent|action required|outage"
    r"|maintenance"
    r"|critical|major|minor|internal|external|x|✓|✔|important|notice|status)",
    re.IGNORECASE,
)
_HTML = re.compile(
    r"/?(?:br|p|div|span|b|i|a|img|ul|li|ol|td|tr|table|strong|em|code|pre|h\d)\b|https?:|mailto:|@", re.IGNORECASE
)
_HEADLINE = re.compile(r"^\s*(?:[*_#> ]*)(?:subject|title|betreff)\b[*_]*:[*_]*\s*", re.IGNORECASE)


def read_templates(documents: Sequence[Document]) -> tuple[Template, ...]:
    """Every template of a playbook: a fence or quote under a heading of templates, or a list in one."""
    return tuple(t for d in documents for s in d.root.walk() for t in _of_section(s, d))


def placeholders_of(text: str, product: str = "") -> tuple[str, ...]:
    """What stands in brackets of any kind to be filled in, each once; `product` is text known to be literal."""
    found: list[tuple[int, str]] = []
    for row_start, row in _rows(text):
        headline = _HEADLINE.match(row)
        for pattern in (_SQUARE, _CURLY, _ANGLE):
            for match in pattern.finditer(row):
                inner = next(g for g in match.groups() if g is not None).strip()
                first = match.start() == (headline.end() if headline else len(row) - len(row.lstrip()))
                if inner and not _is_literal(inner, pattern, product if headline and first else "", first):
                    found.append((row_start + match.start(), inner))
    return tuple(dict.fromkeys(inner for _, inner in sorted(found)))


def _rows(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for row in text.split("\n"):
        yield start, row
        start += len(row) + 1


def _is_literal(inner: str, pattern: re.Pattern[str], product: str, first: bool) -> bool:
    """Whether brackets hold words as they are sent: a tag in a subject, a check box, a tag of HTML."""
    if pattern is _SQUARE and _CURLY.search(inner):
        return True  # what wants filling are the braces inside
    if pattern is _ANGLE:
        return bool(_HTML.match(inner))
    if pattern is _CURLY:
        return inner.lstrip().startswith(("%", "#")) or ":" in inner.split(" ", maxsplit=1)[0]
    if inner.lower() in ("x", "✓", "✔", "-") and not first:
        return inner != "X"
    if inner.lower() == "x" and inner != "X":
        return True
    named = bool(product) and re.search(rf"(?<!\[)\b{re.escape(inner)}\b(?!\])", product) is not None
    return named or (first and bool(_LITERAL.fullmatch(inner)))


def _of_section(section: Section, document: Document) -> Iterator[Template]:
    titles = [plain(t) for t in section.path[1:]]
    named = bool(titles) and bool(TEMPLATE_TOPIC.search(titles[-1]))
    under = any(TEMPLATE_TOPIC.search(t) for t in titles)
    title = section.title.text.rstrip(": ")
    fences = [b for b in section.blocks if isinstance(b, Fence) and not read_commands(b) and not is_drawing(b)]
    if fences and (under or (any(UPDATE_TOPIC.search(t) for t in titles) and any(_fills(f.text) for f in fences))):
        text = "\n".join(f.text for f in fences)
        yield Template(title, text, placeholders_of(text, _words_around(document, text)), section.title.at())
    elif not fences and under and (text := _quoted(section)):
        yield Template(title, text, placeholders_of(text, _words_around(document, text)), section.title.at())
    elif not fences and named and (text := _written(section)):
        yield Template(title, text, placeholders_of(text), section.title.at())


def _fills(text: str) -> bool:
    return bool(placeholders_of(text))


def _quoted(section: Section) -> str:
    return "\n".join(x.text for b in section.blocks if isinstance(b, Quote) for x in lines_of(b))


def _written(section: Section) -> str:
    """A template that is written as plain text or a list under its heading."""
    if _split(section):
        return ""
    return "\n".join(x.text for content in section.contents for x in lines_of(content))


def _split(section: Section) -> bool:
    """Whether a heading only gathers templates that have headings of their own."""
    inner = [s for child in section.sections for s in child.walk()]
    return any(
        TEMPLATE_TOPIC.search(plain(s.title.text)) or any(isinstance(b, Fence | Quote) for b in s.blocks)
        for s in inner
    )


def _words_around(document: Document, text: str) -> str:
    """Words that are surely literal: the playbook's first lines and the template's own outside brackets."""
    head = " ".join(x.text for x, _ in zip(lines_of(document.root), range(12), strict=False))
    return f"{head} {_SQUARE.sub(' ', text)}"

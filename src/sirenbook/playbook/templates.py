"""Reads the texts that a team fills in and sends, and the places in them that want filling."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sirenbook.model.policy import Template
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.vocabulary import RUNBOOK_TOPIC, TEMPLATE_TOPIC, UPDATE_TOPIC
from sirenbook.playbook.placeholders import Bracket, placeholders
from sirenbook.playbook.purposes import audience_of, moment_of, purpose_of, severities_of
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import BOLD, Document, Fence, Paragraph, Quote, Section, lines_of, plain
from sirenbook.playbook.text.drawing import is_drawing
from sirenbook.playbook.text.inline import Line

_SQUARE = re.compile(r"(?<!\])\[([^\[\]\n]{1,120})\](?![(\[]|:\s*(?:https?:|[/#.<]))")
_CURLY = re.compile(
    r"\{\{\s*([^{}\n]{1,80}?)\s*\}\}|\{([^{}\n\"]{1,120})\}|\{([A-Za-z][^{}\n\":]{0,100}\"[^{}\n\":]{1,60}\")\}"
)
_ANGLE = re.compile(r"<([A-Za-z_][^<>\n]{0,80})>")
_TAG = (
    r"(?:resolved|investigating|identified|monitoring|updates?|incident|alert|urgent|action required|outage"
    r"|maintenance|security|critical|major|minor|internal|external|important|notice|status|(?:p|sev-?)\d)"
)
_LITERAL = re.compile(rf"x|✓|✔|{_TAG}(?: (?:- )?{_TAG})*", re.IGNORECASE)
_FORM = re.compile(r"(?:message |email )?(?:format|template|message|text|body|example|wording)")
_HTML = re.compile(
    r"/?(?:br|p|div|span|b|i|a|img|ul|li|ol|td|tr|table|strong|em|code|pre|h\d)\b|https?:|mailto:|@", re.IGNORECASE
)
_MESSAGE = re.compile(r"\b(?:update|message|notification|announcement|e-?mail|notice|statement)s?\W*$")
_SEVERAL = re.compile(r"\btemplates\b")
_PLAIN = ("", "text", "txt", "markdown", "md")
_HEADLINE = re.compile(r"^\s*(?:[*_#> ]*)(?:subject|title|betreff)\b[*_]*:[*_]*\s*", re.IGNORECASE)


class _Written(NamedTuple):
    """A template's text, and the source line of each of its rows."""

    text: str
    rows: tuple[int, ...]


def read_templates(documents: Sequence[Document], scale: Scale) -> tuple[Template, ...]:
    """Every template of a playbook: a fence or quote under a heading of templates, or a list in one."""
    return tuple(t for d in documents for s in d.root.walk() for t in _of_section(s, d, scale))


def placeholders_of(text: str, product: str = "") -> tuple[str, ...]:
    """What stands in brackets of any kind to be filled in, each once; `product` is text known to be literal."""
    return tuple(dict.fromkeys(b.inner for b in brackets_of(text, product)))


def brackets_of(text: str, product: str = "") -> tuple[Bracket, ...]:
    """The brackets that are to be filled in, each where it stands."""
    found: list[Bracket] = []
    for row_start, row in _rows(text):
        headline = _HEADLINE.match(row)
        for pattern in (_SQUARE, _CURLY, _ANGLE):
            for match in pattern.finditer(row):
                inner = next(g for g in match.groups() if g is not None).strip()
                first = match.start() == (headline.end() if headline else len(row) - len(row.lstrip()))
                if inner and not _is_literal(inner, pattern, product if headline and first else "", first):
                    found.append(Bracket(row_start + match.start(), row_start + match.end(), inner))
    return tuple(sorted(found))


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


def _of_section(section: Section, document: Document, scale: Scale) -> Iterator[Template]:
    titles = tuple(plain(t) for t in section.path[1:])
    named = bool(titles) and bool(TEMPLATE_TOPIC.search(titles[-1])) and not _of_runbooks(section)
    under = any(TEMPLATE_TOPIC.search(t) for t in titles)
    sent = any(UPDATE_TOPIC.search(t) for t in titles)
    fences = [b for b in section.blocks if isinstance(b, Fence) and not read_commands(b) and not is_drawing(b)]
    if fences and (under or (sent and _is_sent(titles[-1], fences))):
        written = _after(_headlines(section), _fenced(fences))
    elif not fences and (lines := _quoted(section) or _coded(section)) and (under or (sent and _fill(lines))):
        written = _joined(lines)
    elif not fences and (named or _is_one_of_several(section)) and (lines := _written(section)):
        yield _template(section, _joined(lines), "", scale)
        return
    else:
        return
    yield _template(section, written, _words_around(document, written.text), scale)


def _of_runbooks(section: Section) -> bool:
    """Whether templates are such of runbooks, written out beneath as runbooks are."""
    return bool(section.sections) and RUNBOOK_TOPIC.search(plain(section.title.text)) is not None


def _is_sent(title: str, fences: Sequence[Fence]) -> bool:
    """Whether fences hold a message: something in them wants filling, or their title names one."""
    return any(_fills(f.text) for f in fences) or (
        _MESSAGE.search(title) is not None and all(f.language in _PLAIN for f in fences)
    )


def _headlines(section: Section) -> list[Line]:
    """The subject that stands before a message, or before a heading that only says `Text:`."""
    above = section.parent if _is_form(section) else None
    blocks = [*(above.blocks if above else ()), *section.blocks]
    lines = (x for b in blocks if isinstance(b, Paragraph) for x in b.lines)
    return [x for x in lines if _HEADLINE.match(x.text)]


def _after(lines: Sequence[Line], written: _Written) -> _Written:
    """A text with the lines that stand before it."""
    before = _joined(lines)
    return _Written(f"{before.text}\n{written.text}", (*before.rows, *written.rows)) if lines else written


def _template(section: Section, written: _Written, product: str, scale: Scale) -> Template:
    text, rows = written
    titles = tuple(plain(t) for t in section.path[1:])
    brackets = brackets_of(text, product)
    purpose = purpose_of(titles[1:], text)
    return Template(
        title=_title_of(section),
        text=text,
        placeholders=tuple(dict.fromkeys(b.inner for b in brackets)),
        why=section.title.at(),
        purpose=purpose,
        audience=audience_of(purpose, titles[1:], text),
        moment=moment_of(purpose, titles, text),
        severities=severities_of(tuple(section.path[2:]), scale),
        blanks=placeholders(text, brackets, rows),
        rows=rows,
    )


def _title_of(section: Section) -> str:
    """What a template is called: a heading that only says that it is one leaves it to the heading above."""
    above = section.parent if _is_form(section) else None
    return (above if above and above.level else section).title.text.rstrip(": ")


def _is_form(section: Section) -> bool:
    return bool(_FORM.fullmatch(plain(section.title.text).rstrip(": "))) and section.level >= BOLD


def _fenced(fences: Sequence[Fence]) -> _Written:
    """The text of all fences, and the source line of each of its rows."""
    rows = (f.line + offset for f in fences for offset in range(f.text.count("\n") + 1))
    return _Written("\n".join(f.text for f in fences), tuple(rows))


def _joined(lines: Sequence[Line]) -> _Written:
    """The text of lines, of which one can hold several rows, and the source line of each row."""
    rows = (x.line + offset for x in lines for offset in range(x.text.count("\n") + 1))
    return _Written("\n".join(x.text for x in lines), tuple(rows))


def _fills(text: str) -> bool:
    return bool(placeholders_of(text))


def _fill(lines: Sequence[Line]) -> bool:
    return any(_fills(x.text) for x in lines)


def _quoted(section: Section) -> list[Line]:
    return [x for b in section.blocks if isinstance(b, Quote) for x in lines_of(b)]


def _coded(section: Section) -> list[Line]:
    """The lines that are code from end to end, as a message to paste is written."""
    lines = [x for b in section.blocks if isinstance(b, Paragraph) for x in b.lines]
    return lines if lines and all(x.codes == (x.text,) for x in lines) else []


def _written(section: Section) -> list[Line]:
    """A template that is written as plain text or a list under its heading."""
    if _split(section):
        return []
    return [x for content in section.contents for x in lines_of(content)]


def _is_one_of_several(section: Section) -> bool:
    """Whether a heading under one of several templates holds plain words that want filling."""
    above = section.parent
    several = above is not None and not _of_runbooks(above) and _SEVERAL.search(plain(above.title.text))
    return bool(several) and section.level < BOLD and _fill([x for b in section.blocks for x in lines_of(b)])


def _split(section: Section) -> bool:
    """Whether a heading only gathers templates that have headings of their own."""
    inner = [s for child in section.sections for s in child.walk()]
    return any(_is_one_of_several(s) for s in section.sections) or any(
        TEMPLATE_TOPIC.search(plain(s.title.text))
        or any(isinstance(b, Fence | Quote) for b in s.blocks)
        or _coded(s)
        for s in inner
    )


def _words_around(document: Document, text: str) -> str:
    """Words that are surely literal: the playbook's first lines and the template's own outside brackets."""
    head = " ".join(x.text for x, _ in zip(lines_of(document.root), range(12), strict=False))
    return f"{head} {_SQUARE.sub(' ', text)}"

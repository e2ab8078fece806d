"""Turns the words of a paragraph, heading or cell into lines with labels, so that markup needs no second look."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from markdown_it.token import Token

from sirenbook.model.provenance import Provenance

_AFTER_LABEL = re.compile(r"\s*(?::|-|–|—|\(|\[|=|→|,|->|\||$)|\s(?:means|covers|is (?:when|for|every|any))")
_PLAIN_LABEL = re.compile(r"([^\s:.!?][^:.!?|]{0,59}):(?:\s+|$)")
_STARTS_ANEW = re.compile(
    r"[A-Za-z][^\s:.!?]*(?: [^\s:.!?]+){0,4}:\s|[•▪◦‣·*+-]\s|\d{1,2}[.)]\s"
    r"|(?:sev(?:erity)?|p|priority)[ -]?\d\s*(?:[-–—:=|(]|->|→)|[A-Za-z]+\s\((?:sev|p)\w*[ -]?\d\)",
    re.IGNORECASE,
)
LONGEST = 2000  # characters; what is longer is cut, so that reading takes time in proportion to the text
_SIGN = re.compile(r"\s*[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff\ufe0f]+$")
DECORATION = re.compile(
    r"(?:§\s?\d{1,2}(?:\.\d{1,2})*(?![\w.])|\d{1,2}(?:\.\d{1,2})*\s(?=[–—]\s[^\W\d]))?[^\w\[{<(@#$+`\"'>≥≤~]*"
)
_LEADS = re.compile(rf"{DECORATION.pattern}(?:\d{{1,2}}(?:\.\d{{1,2}})+\.?\s)?")
"""What may stand before a bold label: signs, and the number of a clause as in `3.2 **Manager.** Called when …`."""
HTML_NAME = re.compile(
    r"a|abbr|b|big|blockquote|br|center|code|d[dlt]|del|details|div|em|font|h[1-6r]|i|img|ins|kbd|li|mark"
    r"|ol|p|pre|q"
    r"|s|small|span|strike|strong|su[bp]|summary|table|tbody|t[dhr]|thead|u|ul|var"
)
_FORMULA = re.compile(r"\$\s*([<>~≤≥]?\s*[\d.,]+)\s*\\text\{([^{}$]*)\}\s*\$")
_BOUND = re.compile(r"\$\s*([<>~≤≥]\s*[\d.,]+)\s*\$(?=\s?[a-z])")
"""A bound set as a formula beside its unit: `$< 10$ minutes`."""
_LED_ASIDE = re.compile(r"\s\([^()]*\):$")
"""What may stand behind a bold title that leads to what is under it: `**Service down** (the mailer):`."""
_CHECKBOX = re.compile(r"^\[[ xX]\]\s+(?=\S)|^[□☐☑✓]\s+")
_FIELDS = re.compile(r"(?:\s+[|•·]\s+|;\s+)(?=[A-Z][\w /-]{0,40}:\s)")
_MARKUP = re.compile(r"[*_`\[<&\\$]|  \n")
_SENTENCES = re.compile(r"[A-Z][^.]{8,}\. [A-Z][^.]{8,}\.")
"""Words that are more than one sentence, so that no heading is meant however bold they are."""
_BOLD_LEAD = re.compile(
    r"\*\*(?P<label>[^\s*_`\[<&\\](?:[^*_`\[<&\\\n]*[^\s*_`\[<&\\])?)\*\*(?P<rest>(?:[\s:,.(|–—-][^*_`\[<&\\\n]*)?)"
)
TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words without its markup: a heading, a table cell, a list item's text, a sentence of a paragraph.

    `label` is the part before a colon or the bold beginning (`**Response Time**: 5 min`), `value` what follows;
    without a label the value is the whole text. `heading` when all of it is bold. `breaks` maps offsets in the
    text to source lines. `links` are the words and the target of each link.
    """

    file: str
    text: str
    line: int
    label: str = ""
    value: str = ""
    bold: bool = False
    heading: bool = False
    codes: tuple[str, ...] = ()
    breaks: tuple[tuple[int, int], ...] = ()
    source: str = ""
    links: tuple[tuple[str, str], ...] = ()

    def at(self, phrase: str = "") -> Provenance:
        """The place of a phrase in this line, with the phrase (or the whole text) as its quote."""
        offset = max(self.text.find(phrase), 0) if phrase else 0
        line = max((n for start, n in self.breaks if start <= offset), default=self.line)
        column = self.source.find(phrase or self.text.split(" ")[0]) + 1 if line == self.line else 1
        return Provenance(file=self.file, line=line, quote=(phrase or self.text).strip(), column=max(column, 1))


@dataclass(slots=True)
class _Raw:
    """One source line while it is collected."""

    line: int
    text: str = ""
    codes: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    bold_until: int = 0
    hard: bool = False


def read_inline(
    file: str, start: int, content: str, parse: Callable[[str], Sequence[Token]], source: Callable[[int], str]
) -> tuple[Line, ...]:
    """The lines of running text from line `start` on; a soft break is a space unless a thought begins anew."""
    rows = _bare_rows(start, content) or _collect(start, parse(content))
    joined: list[list[_Raw]] = []
    for raw in (piece for whole in rows for piece in _pieces(whole)):
        full = joined and sum(len(r.text) for r in joined[-1]) + len(raw.text) > LONGEST
        if joined and not full and not raw.hard and not _anew(raw) and not _all_bold(joined[-1][0]):
            joined[-1].append(raw)
        else:
            joined.append([raw])
    lines = (_finish(file, group, source) for group in joined)
    return tuple(line for line in lines if line.text)


def _bare_rows(start: int, content: str) -> list[_Raw]:
    """The rows of text without markup, or with a bold label and no other, as the parser would give them."""
    if not _MARKUP.search(content):
        return [_Raw(number, row.strip()) for number, row in enumerate(content.split("\n"), start)]
    led = _BOLD_LEAD.fullmatch(content)
    return [_Raw(start, led["label"] + led["rest"], bold_until=len(led["label"]))] if led else []


def _pieces(raw: _Raw) -> list[_Raw]:
    """A source line cut between words where it is longer than any thought."""
    if len(raw.text) <= LONGEST:
        return [raw]
    texts = [m[0] for m in re.finditer(rf"\S.{{0,{LONGEST - 2}}}(?!\S)|\S{{1,{LONGEST}}}", raw.text, re.DOTALL)]
    first = _Raw(raw.line, texts[0] if texts else "", raw.codes, raw.links, raw.bold_until, raw.hard)
    return [first, *(_Raw(raw.line, text, hard=True) for text in texts[1:])]


def parts_of(line: Line) -> tuple[Line, ...]:
    """The fields of a line that holds several (`Response: 15 min | Resolution: 4 h`), or the line itself."""
    inside = re.sub(r"\([^()]*\)", lambda m: "_" * len(m[0]), line.text) if "(" in line.text else line.text
    cuts = [m.span() for m in _FIELDS.finditer(inside)]
    if not cuts:
        return (line,)
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(line.text)]
    pieces = [line.text[start:end] for start, end in zip(starts, ends, strict=True)]
    return tuple(
        replace(make_line(line.file, p, line.line, line.source), bold=line.bold) for p in pieces if p.strip()
    )


def make_line(file: str, text: str, line: int, source: str) -> Line:
    """A line of bare words."""
    return _finish(file, [_Raw(line, text[:LONGEST])], lambda _: source)


def _collect(start: int, tokens: Sequence[Token]) -> list[_Raw]:
    rows = [_Raw(start)]
    depth = 0
    begun_at = 0
    linked: tuple[str, int] = ("", 0)
    for token in tokens:
        row = rows[-1]
        match token.type:
            case "softbreak" | "hardbreak":
                rows.append(_Raw(row.line + 1, hard=token.type == "hardbreak"))
                begun_at = 0
            case "strong_open":
                depth += 1
                begun_at = len(row.text)
            case "strong_close":
                depth -= 1
                if row.bold_until and row.text.endswith(":"):
                    rows.append(_next_field(row, begun_at))
                elif _LEADS.fullmatch(row.text[:begun_at]):
                    row.bold_until = len(row.text)
            case "link_open":
                linked = (str(token.attrGet("href") or ""), len(row.text))
            case "link_close":
                row.links.append((row.text[min(linked[1], len(row.text)) :].strip(), linked[0]))
            case "html_inline":
                _html(token.content, rows)
            case _:
                _add(token, rows, 0 if depth else begun_at)
                begun_at = begun_at if depth else 0
    return rows


def _add(token: Token, rows: list[_Raw], label_at: int) -> None:
    """Words or code; a colon behind bold words begins a field of its own where the row has a label already."""
    if token.content.startswith(":") and 0 < rows[-1].bold_until < label_at:
        rows.append(_next_field(rows[-1], label_at))
    rows[-1].text += _words(token)
    rows[-1].codes.extend([token.content] if token.type == "code_inline" else [])


def _next_field(row: _Raw, begun_at: int) -> _Raw:
    """A second bold label in a row as a line of its own: `**Response**: 5 min **Updates**: hourly`."""
    label, row.text = row.text[begun_at:], row.text[:begun_at]
    return _Raw(row.line, label, bold_until=len(label), hard=True)


def _html(tag: str, rows: list[_Raw]) -> None:
    """A tag in running text: a line break, nothing, or a placeholder such as `<service>`."""
    name = TAG_NAME.match(tag)
    known = name[1].lower() if name else ""
    if known == "br":
        rows.append(_Raw(rows[-1].line, hard=True))
    elif known and not HTML_NAME.fullmatch(known):
        rows[-1].text += tag


def _words(token: Token) -> str:
    if token.type == "image":
        return "".join(_words(child) for child in token.children or [])
    if token.type == "text":
        return _BOUND.sub(r"\1", _FORMULA.sub(r"\1\2", token.content))
    return token.content if token.type in ("code_inline", "text_special") else ""


def _all_bold(raw: _Raw) -> bool:
    """Whether a source line is bold from end to end, as a heading would be; a sign behind it is no word."""
    return 0 < len(_LED_ASIDE.sub("", _SIGN.sub("", raw.text.strip())).rstrip(":")) <= raw.bold_until


def _anew(raw: _Raw) -> bool:
    return raw.bold_until > 0 or bool(_STARTS_ANEW.match(DECORATION.sub("", raw.text, count=1) or raw.text))


def _finish(file: str, group: list[_Raw], source: Callable[[int], str]) -> Line:
    text, breaks, codes, links = "", [], [], []
    for raw in group:
        piece = _CHECKBOX.sub("", raw.text.strip())
        text += " " if text and piece else ""
        breaks.append((len(text), raw.line))
        text += piece
        codes.extend(raw.codes)
        links.extend(raw.links)
    first = group[0]
    lead = len(first.text) - len(_CHECKBOX.sub("", first.text.lstrip()))
    spoken = _all_bold(first) and _SENTENCES.fullmatch(text) is not None
    label, value, bold = _split(text, 0 if spoken else max(first.bold_until - lead, 0))
    heading = len(group) == 1 and _all_bold(first) and len(text) <= 90 and not spoken
    return Line(
        file,
        text,
        first.line,
        label,
        value,
        bold,
        heading,
        tuple(codes),
        tuple(breaks),
        source(first.line),
        tuple(links),
    )


def _split(text: str, bold_until: int) -> tuple[str, str, bool]:
    """Label and value of a text, and whether the label is bold."""
    lead = _LEADS.match(text)
    skipped = lead.end() if lead else 0
    head, rest = text[:bold_until].strip(), text[bold_until:]
    if head and len(head) <= 90 and (head.endswith((":", ".")) or _AFTER_LABEL.match(rest)):
        inner = _PLAIN_LABEL.match(head[skipped:]) if ":" in head[skipped:-1] else None
        if not (inner and head[skipped:][inner.end() :]):
            return head[skipped:].rstrip(" :."), _value(rest), True
    found = _PLAIN_LABEL.match(text, skipped)
    opened = found and found[1].count("(") > found[1].count(")")  # a colon in brackets is not a label's
    if (
        found
        and not opened
        and len(found[1].split()) <= 8
        and not found[1].lower().startswith(("http", "note that"))
    ):
        return found[1].strip("* "), text[found.end() :].strip(), bool(head)
    return "", text, False


def _value(rest: str) -> str:
    return re.sub(r"^\s*(?:[:=,|]|[-–—]+>?(?=\s)|→)\s*", "", rest).strip()

"""Reads boxes and arrows drawn in a fence, because many teams draw their escalation instead of writing it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.flow_chart import read_flow_chart
from sirenbook.playbook.text.inline import Line, make_line

_BORDER = re.compile(r"[\u2500-\u257f|]")
_RULE = re.compile(r"^[\s\u2500-\u257f+=|_▼▲▽△↓↑vV^-]*$")
_ARROW = re.compile(r"[▼▽↓⇓⬇►▶➔➜⟶]|(?<![\w])[vV](?![\w])|→|➡|⇒|[-–—]{1,}>|={1,}>")
ACROSS = re.compile(r"[\s─━═]*(?:→|➡️?|⇒|[►▶➔➜⟶]|[-–—]{1,}>|={1,}>|>>|(?<=[─━═])>)(?![^()\n]*\))\s*")
"""An arrow from left to right that does not stand within brackets."""
_TO_WHOM = re.compile(r"\(\s*([^()→]+?)\s*(?:→|-+>)\s*([^()→]+?)\s*\)")
"""What stands beside an arrow downward and leads to somebody itself: `↓ (no ack in 10 min → secondary)`."""
_TIME = re.compile(r"\(?(?:after )?\d+\s?(?:s|sec|m|min|mins|minutes?|h|hrs?|hours?)\)?", re.IGNORECASE)
_DOWNWARD = re.compile(r"^[\s\u2500-\u257f]*(?:[▼▽↓⇓⬇|│┃]|[vV](?=\s))")
_LEADS_DOWN = re.compile(r"^[\s\u2500-\u257f|]*(?:[▼▽↓⇓⬇]|[vV](?=\s))")
_TWIG = re.compile(r"^[\s│┃|]*[├└]")
"""A branch of a tree, however deep it stands: `│  ├─ Yes → page the lead`."""
_COMMENT = re.compile(r"^\s*#\s.*$", re.MULTILINE)
_LINE_ACROSS = re.compile(r"^[ \t]*[─━═]+[ \t]*$", re.MULTILINE)
_DRAWN = re.compile(r"[\u2500-\u257f▼▽↓⇓⬇→➡⇒]|-{2,}>|={2,}>|[-–—]>|^\s*\+-{3,}|^\s*[|vV]\s*(?:$|\()", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Node:
    """One box: its words, and the condition written on the arrow that leads to it."""

    line: Line
    condition: str = ""


def is_drawing(fence: Fence) -> bool:
    """Whether a fence holds boxes or arrows and no commands."""
    plain = fence.language in ("", "text", "txt", "ascii", "plaintext", "diagram")
    drawn = _DRAWN.search(_LINE_ACROSS.sub("", _COMMENT.sub("", fence.text)))
    pointed = fence.language in ("markdown", "md") and any(map(_LEADS_DOWN.match, fence.text.split("\n")))
    return fence.language == "mermaid" or pointed or (plain and bool(drawn))


def read_nodes(fence: Fence) -> tuple[Node, ...]:
    """The boxes of a drawing from top to bottom, or left to right, each with the words on the arrow before it."""
    if fence.language == "mermaid":
        return tuple(_graph(fence))
    nodes: list[Node] = []
    condition: list[str] = []
    above: list[str] = []
    for offset, row in enumerate(fence.text.split("\n")):
        if times := _times_above(row):
            above = times
            continue
        pieces = _pieces(row)
        if above and len(pieces) == len(above) + 1 and not any(on_arrow for _, on_arrow in pieces):
            pieces = [p for piece, time in zip(pieces, ["", *above], strict=True) for p in ((time, True), piece)]
            pieces, above = [p for p in pieces if p[0]], []
        for text, on_arrow in pieces:
            if on_arrow:
                condition.append(text)
            else:
                line = make_line(fence.file, text, fence.line + offset, row)
                nodes.append(Node(line, " ".join(condition)))
                condition = []
    return tuple(nodes)


def _times_above(row: str) -> list[str]:
    """The times of a row that stand over the arrows of the next: `┌──┐  15 min  ┌──┐`."""
    words = [w for w in re.split(r"[\u2500-\u257f|+]+|\s{2,}|-{2,}", row) if w.strip()]
    boxed = re.match(r"\s*[┌╔╭+]", row)
    return [w.strip() for w in words] if boxed and words and all(_TIME.fullmatch(w.strip()) for w in words) else []


def _graph(fence: Fence) -> Iterator[Node]:
    """The boxes of a Mermaid flow chart in the order in which links name them, each with the words on its arrow."""
    chart = read_flow_chart(fence)
    labels: dict[str, str] = {}
    for link in chart.links:
        labels |= {n: w for n, w in ((link.start, ""), (link.end, link.label)) if n not in labels}
    yield from (Node(box.line, labels[name]) for name, box in chart.boxes.items())


def _pieces(row: str) -> list[tuple[str, bool]]:
    """The words of one row, and whether they stand on an arrow."""
    if _RULE.match(row) or not row.strip():
        return []
    boxed = bool(_BORDER.search(row.strip()[:1])) and bool(_BORDER.search(row.strip()[-1:]))
    downward = _LEADS_DOWN if boxed else _DOWNWARD
    if downward.match(row) and not _TWIG.match(row):
        if pointed := _TO_WHOM.fullmatch(downward.sub("", row, count=1).strip()):
            return [(f"{pointed[2]} ({pointed[1]})", False)]
        return [(words, True)] if (words := _words(_ARROW.sub(" ", row))) else []
    parts = [_words(p) for p in ACROSS.split(row)]
    return [(p, _is_label(p)) for p in parts if p]


def _words(text: str) -> str:
    return " ".join(_BORDER.sub(" ", text).split()).strip("+- ")


def _is_label(text: str) -> bool:
    """Whether words between arrows are a condition and no box."""
    return bool(re.fullmatch(r"\(.*\)|\[.*\]|(?:after |if |no |not |wait ).*", text, re.IGNORECASE))

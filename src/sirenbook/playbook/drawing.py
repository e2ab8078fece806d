"""Reads boxes and arrows drawn in a fence, because many teams draw their escalation instead of writing it."""

import re
from dataclasses import dataclass

from sirenbook.playbook.document import Fence
from sirenbook.playbook.inline import Line, make_line

_BORDER = re.compile(r"[\u2500-\u257f|]")
_RULE = re.compile(r"^[\s\u2500-\u257f+=|_▼▲▽△↓↑vV^-]*$")
_ARROW = re.compile(r"[▼▽↓⇓⬇]|(?<![\w])[vV](?![\w])|→|➡|⇒|-{1,}>|={1,}>")
_ACROSS = re.compile(r"\s*(?:→|➡️?|⇒|-{1,}>|={1,}>|>>)\s*")
_DOWNWARD = re.compile(r"^[\s\u2500-\u257f]*(?:[▼▽↓⇓⬇|│┃]|[vV](?=\s))")
_DRAWN = re.compile(r"[\u2500-\u257f▼▽↓⇓⬇→➡⇒]|-{2,}>|={2,}>|->|^\s*\+-{3,}|^\s*[|vV]\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Node:
    """One box: its words, and the condition written on the arrow that leads to it."""

    line: Line
    condition: str = ""


def is_drawing(fence: Fence) -> bool:
    """Whether a fence holds boxes or arrows and no commands."""
    return fence.language in ("", "text", "txt", "ascii", "plaintext", "diagram") and bool(
        _DRAWN.search(fence.text)
    )


def read_nodes(fence: Fence) -> tuple[Node, ...]:
    """The boxes of a drawing from top to bottom, or left to right, each with the words on the arrow before it."""
    nodes: list[Node] = []
    condition: list[str] = []
    for offset, row in enumerate(fence.text.split("\n")):
        for text, on_arrow in _pieces(row):
            if on_arrow:
                condition.append(text)
            else:
                line = make_line(fence.file, text, fence.line + offset, row)
                nodes.append(Node(line, " ".join(condition)))
                condition = []
    return tuple(nodes)


def _pieces(row: str) -> list[tuple[str, bool]]:
    """The words of one row, and whether they stand on an arrow."""
    if _RULE.match(row) or not row.strip():
        return []
    boxed = bool(_BORDER.search(row.strip()[:1])) and bool(_BORDER.search(row.strip()[-1:]))
    if not boxed and _DOWNWARD.match(row):
        return [(words, True)] if (words := _words(_ARROW.sub(" ", row))) else []
    parts = [_words(p) for p in _ACROSS.split(row)]
    return [(p, _is_label(p)) for p in parts if p]


def _words(text: str) -> str:
    return " ".join(_BORDER.sub(" ", text).split()).strip("+- ")


def _is_label(text: str) -> bool:
    """Whether words between arrows are a condition and no box."""
    return bool(re.fullmatch(r"\(.*\)|\[.*\]|(?:after |if |no |not |wait ).*", text, re.IGNORECASE))

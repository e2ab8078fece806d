"""Reads fences as they were meant where the letter of CommonMark ends them elsewhere, so that no text is lost."""

import re
from collections.abc import Sequence

_MARK = re.compile(r"[ \t]*(`{3,})[ \t]*(\S*)[ \t]*")
MARKDOWN = ("markdown", "md")
"""Languages of a fence that may hold fences itself."""
_FEWEST = 4
"""Rows of fences from which it is a habit, and no slip, that every second one has a language too."""


def marks_of(rows: Sequence[str]) -> list[tuple[int, re.Match[str]]]:
    """The rows that begin or end a fence, with the language that each names."""
    return [(n, m) for n, row in enumerate(rows) if "```" in row and (m := _MARK.fullmatch(row))]


def closed(text: str) -> str:
    """A text whose fences are all closed by rows with one and the same language, with those rows bare.

    As in a file in which every fence ends in three backticks and `text`: by the letter of CommonMark the first of
    them never ends, and all that follows is code. Rows keep their numbers.
    """
    rows = text.split("\n")
    marks = marks_of(rows)
    if len(marks) < _FEWEST or len(marks) % 2 or not all(m[2] for _, m in marks):
        return text
    if len({m[2] for _, m in marks[1::2]}) != 1:
        return text
    for number, mark in marks[1::2]:
        rows[number] = rows[number][: mark.end(1)]
    return "\n".join(rows)


def nested(text: str) -> str:
    """A text in which a fence of Markdown that holds fences is long enough to hold them.

    By the letter of CommonMark the end of the first fence within ends the outer one. Only a text in which every
    fence ends so is touched; rows keep their numbers.
    """
    rows = text.split("\n")
    marks = marks_of(rows)
    outer = _outer(marks)
    for number, mark in marks:
        if number in outer:
            rows[number] = f"{rows[number][: mark.end(1)]}`{rows[number][mark.end(1) :]}"
    return "\n".join(rows) if outer else text


def _outer(marks: list[tuple[int, re.Match[str]]]) -> set[int]:
    """The rows that begin and end a fence with fences in it; none if any fence stays open."""
    found: set[int] = set()
    begun, holds, depth = -1, False, 0
    language = ""
    for number, mark in marks:
        if begun < 0:
            begun, language, holds = number, mark[2].lower(), False
        elif mark[2]:
            nests = language in MARKDOWN
            depth, holds = depth + nests, holds or nests
        elif depth:
            depth -= 1
        else:
            found |= {begun, number} if holds else set()
            begun = -1
    return set() if begun >= 0 else found

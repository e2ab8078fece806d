"""Reads fences as they were meant where each is closed by a row that names a language, so that no text is lost."""

import re

_MARK = re.compile(r"[ \t]*(`{3,})[ \t]*(\S*)[ \t]*")
_FEWEST = 4
"""Rows of fences from which it is a habit, and no slip, that every second one has a language too."""


def closed(text: str) -> str:
    """A text whose fences are all closed by rows with one and the same language, with those rows bare.

    As in a file in which every fence ends in three backticks and `text`: by the letter of CommonMark the first of
    them never ends, and all that follows is code. Rows keep their numbers.
    """
    rows = text.split("\n")
    marks = [(n, m) for n, row in enumerate(rows) if "```" in row and (m := _MARK.fullmatch(row))]
    if len(marks) < _FEWEST or len(marks) % 2 or not all(m[2] for _, m in marks):
        return text
    if len({m[2] for _, m in marks[1::2]}) != 1:
        return text
    for number, mark in marks[1::2]:
        rows[number] = rows[number][: mark.end(1)]
    return "\n".join(rows)

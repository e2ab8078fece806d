"""Reads tables and lists that are drawn in a fence, because they say what those of Markdown would."""

import re

_SIDE = "\u2502\u2503\u2551|"
_RULE = re.compile(r"\s*[\u2500-\u257f+=-][\s\u2500-\u257f+=|-]*")
_TOLD = re.compile(
    r"\s*(?:[-*•]\s*)?(?:(?:sev(?:erity)?|p|s|level|priority)[ -]?\d|[<>+~]?\s?\d+\s?(?:[-–]\s?\d+\s?)?\+?\s?"
    r"(?:s|sec|m|mins?|minutes?|h|hrs?|hours?)|t\s?\+\s?\d+\w*|immediate(?:ly)?)\b[^:]{0,24}:\s+\S.*",
    re.IGNORECASE,
)
_HEADS = re.compile(
    r"(?:(?:incident )?(?:severity|priority|sev)(?: levels?)?|time(?: elapsed| since \w+)?|elapsed(?: time)?"
    r"|(?:escalation )?(?:level|tier)|(?:incident |issue )?type|issue|condition|trigger|role)",
    re.IGNORECASE,
)
"""What the first column is called of a table of severities, levels or conditions."""
_DRAWN = re.compile(r"[\u2500-\u257f]|^\s*\+-", re.MULTILINE)


def drawn_rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows of a fence that is one drawn table, each with its line from 0; none for other drawings."""
    found: list[list[tuple[int, list[str]]]] = [[]]
    for number, row in enumerate(text.split("\n")):
        if not row.strip():
            continue
        if _RULE.fullmatch(row):
            found.append([])
        elif row.strip()[0] in _SIDE and row.strip()[-1] in _SIDE:
            cells = re.split(rf"[{_SIDE}]", row.strip()[1:-1])
            found[-1].append((number, [c.strip() for c in cells]))
        else:
            return []
    parts = [p for p in found if p]
    if len(parts) > 2 and all(len(cells) == 1 for _, cells in parts[0]):
        parts = parts[1:]  # a title that spans the table
    widths = {len(cells) for part in parts for _, cells in part}
    if not _DRAWN.search(text) or len(parts) < 2 or len(widths) != 1 or widths == {1}:
        return []
    return [row for part in parts for row in (_joined(part) if len(parts) > 2 or part is parts[0] else part)]


def spaced_rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows of a fence that sets out a table in columns of blanks, each with its line from 0."""
    rows = [(n, row.strip()) for n, row in enumerate(text.split("\n")) if row.strip() and not _RULE.fullmatch(row)]
    cells = [(n, re.split(r"\s{2,}|\t", row)) for n, row in rows]
    even = len(cells) > 2 and len({len(c) for _, c in cells}) == 1 and len(cells[0][1]) > 2
    return cells if even and _HEADS.fullmatch(cells[0][1][0]) else []


def barred_rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows of a fence whose columns bars set apart, under a header and a rule, each with its line from 0."""
    rows = [(n, row.strip()) for n, row in enumerate(text.split("\n")) if row.strip()]
    if len(rows) < 3 or not _RULE.fullmatch(rows[1][1]):
        return []
    cells = [(n, [c.strip() for c in row.split("|")]) for n, row in (rows[0], *rows[2:])]
    return cells if {len(c) for _, c in cells} == {len(cells[0][1])} and len(cells[0][1]) > 2 else []


def told_rows(text: str) -> list[tuple[int, str]]:
    """The rows of a fence in which each tells of one severity or one stretch of time, with its line from 0."""
    rows = [(n, row.strip(" -*•")) for n, row in enumerate(text.split("\n")) if row.strip()]
    return rows if len(rows) > 1 and all(_TOLD.fullmatch(row) for _, row in rows) else []


def _joined(part: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """One row of the lines between two rules: what is too long for a cell goes on in the next."""
    columns = zip(*(cells for _, cells in part), strict=True)
    return [(part[0][0], [" ".join(c for c in column if c) for column in columns])]

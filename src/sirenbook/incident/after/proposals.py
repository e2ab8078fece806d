"""Finds the lines of a review that are action items, so that people may tick those that are to be tracked."""

import re
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

_HEADING = re.compile(r"^#{1,6}\s+(.*)$|^\**([A-Z][\w -]{2,40})\**:\**$")
_ITEMS = re.compile(r"action|follow[ -]?up|next steps|to-?do|remediation|prevent", re.IGNORECASE)
_POINT = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?:\\?\[([ xX]?)\\?\]\s+)?(.*)$")
_ASIDE = re.compile(r" ?\(?\bowner: ?([^,;()]+?)(?:[,;] ?(?:due|by|until):? ?([^()]+?))? ?\)? ?$", re.IGNORECASE)
_LONGEST = 2000
_AT = re.compile(r"\s@(\w[\w.-]*)")
_DATE = re.compile(r"\b(20\d\d-\d\d-\d\d)\b")
_TO_FILL = re.compile(r"\\?\[to fill in: [^\]]*\]")
_UNESCAPED = re.compile(r"\\([\\`*_\[\]<>#|~&.)+=-])")


class Proposal(Struct, frozen=True):
    """One line that may become an action item, with the owner and the date that it names."""

    text: str
    owner: str = ""
    due: date | None = None


def proposals(markdown: str) -> list[Proposal]:
    """The action items that a review lists, each once, in its order; lines with nothing filled in are none."""
    found = (p for p in _lines(markdown) if p is not None and p.text)
    return list({p.text.casefold(): p for p in found}.values())


def _lines(markdown: str) -> Iterator[Proposal | None]:
    about, header = False, list[str]()
    for row in markdown.split("\n"):
        heading = _HEADING.match(row.strip())
        if heading:
            about, header = bool(_ITEMS.search(heading[1] or heading[2])), []
        elif row.startswith("|"):
            cells = [c.strip() for c in re.split(r"(?<!\\)\|", row.strip().strip("|"))]
            if not header:
                header = [c.casefold() for c in cells]
            elif about and not re.fullmatch(r"[\s:|-]+", row):
                yield _of_cells(header, cells)
        elif (point := _POINT.match(row)) and (about or point[1] is not None):
            yield _of_point(point[2])


def _of_point(line: str) -> Proposal:
    # On one long line of blanks the search for an owner would take hours.
    text = " ".join(line.split())[:_LONGEST]
    aside = _ASIDE.search(text)
    named = _AT.search(text)
    owner = aside[1] if aside else (named[1] if named else "")
    bare = _ASIDE.sub("", text) if aside else _AT.sub("", text)
    return Proposal(_plain(bare), _plain(owner), _date(text))


def _of_cells(header: list[str], cells: list[str]) -> Proposal:
    def cell(pattern: str) -> str:
        pairs = zip(header, cells, strict=False)
        return next((c for h, c in pairs if re.search(pattern, h)), "")

    text = cell(r"action|item|what|description|measure|step|follow") or cells[0]
    owner = cell(r"owner|assign|\bwho|responsible").lstrip("@")
    return Proposal(_plain(text), _plain(owner), _date(cell(r"due|deadline|when|\bby\b|date")))


def _plain(text: str) -> str:
    """Words without the marks of Markdown; nothing where it is still to be filled in."""
    return "" if _TO_FILL.search(text) else _UNESCAPED.sub(r"\1", text.strip().strip("*_")).strip()


def _date(text: str) -> date | None:
    found = _DATE.search(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None

"""Checks for blanks: what a playbook that was made from a template left unfilled, outside of its own templates."""

import re
from collections.abc import Iterator

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.lint.book import Book, Row

MANY = 5
"""Further places that one finding lists."""
_BLANK = re.compile(
    r"\{\{?\s*(?:your|our|my|the)?[ _-]?(?:company|organi[sz]ation|team|service|product|domain|business|app)"
    r"(?:[ _-]?(?:name|url|domain|email|phone|slug))?\s*\}?\}(?!\()"
    r"|(?P<open>[\[{<])\s*(?:your|insert|fill in|add your|enter)[ _-][^\[\]{}<>\n]{1,40}[\]}>](?![(\[:])"
    r"|\bYOUR_[A-Z][A-Z_]{2,30}\b"
    r"|\byour-(?:domain|company|org|organi[sz]ation|team|app|service)\b(?=[./]|\.?(?:com|org|io|net)\b)",
    re.IGNORECASE,
)
_CELL = re.compile(
    r"\|\s*(\{\{?[A-Za-z][\w ./-]{0,40}\}?\}|<[a-z][\w ./-]{0,40}>|\[[A-Z][\w ./-]{0,40}\])\s*(?=\|)"
)


def check_blanks(book: Book) -> Iterator[Diagnostic]:
    """Placeholders where the text itself should say something; one finding for each."""
    contacts = {(c.why.file, c.why.line) for c in book.policy.contacts}
    places: dict[tuple[str, str], list[Provenance]] = {}
    for row in book.rows:
        if "{" in row.text or "[" in row.text or "<" in row.text or "your" in row.text.lower():
            if (row.file, row.number) in contacts or book.sent(row):
                continue
            for at in _blanks(row):
                places.setdefault((row.file, at.quote), []).append(at)
    yield from (_blank(mine) for mine in places.values())


def _blanks(row: Row) -> Iterator[Provenance]:
    prose = row.prose
    seen: set[int] = set()
    for pattern, group in ((_CELL, 1), (_BLANK, 0)):
        for found in pattern.finditer(prose):
            if found.start(group) not in seen:
                seen.add(found.start(group))
                yield Provenance(row.file, row.number, found[group], found.start(group) + 1)


def _blank(places: list[Provenance]) -> Diagnostic:
    more = f" ({len(places)} in all)" if len(places) > 1 else ""
    return Diagnostic(
        "SB234",
        "warning",
        f"“{places[0].quote}” was never filled in{more}.",
        "Write what it stands for.",
        places[0],
        tuple(places[1 : MANY + 1]),
    )

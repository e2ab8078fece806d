"""Checks of the document itself: texts that were never expanded, closed, written or looked at again."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import zip_longest
from typing import NamedTuple

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Stated
from sirenbook.playbook.diagnostics import mended
from sirenbook.playbook.language.duration import period, spoken
from sirenbook.playbook.lint.book import Book, Row
from sirenbook.playbook.text.encoding import unify
from sirenbook.playbook.text.fences import closed

_UNEXPANDED = re.compile(
    r"\$\([a-z][^()\n]{0,80}\)|\$\{(?:date|now|today|version)[^{}\n]{0,40}\}|\$(?:Date|Id|Revision|LastChangedDate)(?::[^$\n]*)?\$"
    r"|<%[^%\n]{0,80}%>|\{\{\s*(?:site|page|build|git|date|now|today)\b[^{}\n]{0,80}\}\}|%(?:DATE|VERSION|TODAY)%",
    re.IGNORECASE,
)
_UNWRITTEN = re.compile(
    r"\b(?:TODO|FIXME|TBD|TBC|(?<![-#/])XXX(?!-))\b|\blorem ipsum\b|\?\?\?"
    r"|\[insert [^\]\n]{1,60}\]|<insert [^>\n]{1,60}>"
    r"|\bto be (?:defined|written|completed|documented)\b|\bcoming soon\b",
)
_UPDATED = re.compile(
    r"\b(?:last|date)[ -](?:updated?|reviewed|revised|revision|modified|changed?|edited|tested)\b"
    r"|\b(?:updated|reviewed|revised)(?: on)?\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_LOG = re.compile(r"\b(?:change ?log|revision history|version history|document history)\b", re.IGNORECASE)
_AGAIN = re.compile(
    r"\breview(?:ed)?[ -]?(?:frequency|cycle|cadence|schedule|period|interval|every)?\b", re.IGNORECASE
)
_NEXT_REVIEW = re.compile(r"\bnext (?:review|revision)\b", re.IGNORECASE)
_MONTHS = {
    m: n
    for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_ISO = re.compile(r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_WORDED = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th|\.)?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+(\d{1,2})(?:st|nd|rd|th)?)?,?\s+(20\d\d)\b",
    re.IGNORECASE,
)
_RHYTHMS = {
    "monthly": 31,
    "quarterly": 92,
    "annual": 366,
    "yearly": 366,
    "weekly": 7,
    "half": 183,
    "semi": 183,
    "twice": 183,
}
YEAR = 366
"""Days after which a playbook that states no rhythm of reviews is taken for stale."""


def check_document(book: Book) -> Iterator[Diagnostic]:
    """Whatever is wrong with the text as a text."""
    yield from _unclosed(book)
    for row in book.rows:
        yield from _unexpanded(book, row)
        yield from _unwritten(book, row)
    yield from _misread(book)
    yield from _lost(book)
    if book.today:
        yield from _age(book, book.today)


def _unclosed(book: Book) -> Iterator[Diagnostic]:
    for row in book.unclosed:
        rows = book.texts[row.file]
        whole = "\n".join(rows)
        mended = "it is read as if the rows meant for it closed it, which other programs do not do."
        lost = f"all that follows, to line {len(rows)}, is read as code."
        yield Diagnostic(
            "SB284",
            "warning",
            f"This code block is never closed: {lost if closed(whole) == whole else mended}",
            "Close it with the same marks on a line of their own.",
            row.at(),
        )


def _unexpanded(book: Book, row: Row) -> Iterator[Diagnostic]:
    prose = row.prose
    found = _UNEXPANDED.search(prose) if any(c in prose for c in "$<{%") else None
    if found and not (found[0].startswith("{{") and book.sent(row)):
        yield Diagnostic(
            "SB281",
            "warning",
            f"“{found[0]}” was never replaced by what it stands for.",
            "Write the value itself; Markdown runs nothing.",
            row.at(found),
        )


def _unwritten(book: Book, row: Row) -> Iterator[Diagnostic]:
    found = _UNWRITTEN.search(row.prose)
    if found and not book.sent(row):
        yield Diagnostic(
            "SB285",
            "note",
            f"“{found[0]}”: something here is still to be written.",
            "Write it, or take the line out.",
            row.at(found),
        )


def _misread(book: Book) -> Iterator[Diagnostic]:
    """Characters that were saved in another encoding, one finding for each file, with the first of them."""
    for document, (file, text) in zip(book.documents, book.files, strict=True):
        if document.mended:
            number = document.mended[0]
            raw, better = unify(text).split("\n")[number - 1], book.texts[file][number - 1]
            column = next(n for n, pair in enumerate(zip_longest(raw, better)) if pair[0] != pair[1])
            spoilt = _FOREIGN.match(raw, column)
            yield mended(file, document.mended, Provenance(file, number, spoilt[0] if spoilt else "", column + 1))


def _lost(book: Book) -> Iterator[Diagnostic]:
    """Characters that were lost because the file is not UTF-8."""
    for file, rows in book.texts.items():
        hit = [number for number, row in enumerate(rows, 1) if "\ufffd" in row]
        if hit:
            shown = ", ".join(map(str, hit[:12])) + (" …" if len(hit) > 12 else "")
            yield Diagnostic(
                "SB286",
                "warning",
                f"Characters are lost here: the file is not UTF-8 (lines {shown}).",
                "Save the file as UTF-8.",
                book.spot(file, hit[0], "\ufffd"),
            )


class _Stamp(NamedTuple):
    """A day that the playbook gives as its last change, or as its next review."""

    day: date
    at: Provenance


def _day_of(stamp: _Stamp) -> date:
    return stamp.day


def _age(book: Book, today: date) -> Iterator[Diagnostic]:
    """Whether the playbook says when it was last looked at, and how long ago that was."""
    own = book.policy.readiness.stamp
    due = max((*_stamps(book, _NEXT_REVIEW), *_said(book, own.next_review)), key=_day_of, default=None)
    if due and due.day < today:
        yield _stale(f"The review of {due.day} is overdue.", due.at)
        return
    told = (*_stamps(book, _UPDATED), *_said(book, own.updated), *_logged(book))
    stamp = max(told, key=_day_of, default=None)
    if stamp is None and any(d.code == "SB281" for row in book.rows for d in _unexpanded(book, row)):
        return
    if stamp is None:
        first = book.policy.files[0] if book.policy.files else ""
        yield Diagnostic(
            "SB282",
            "note",
            "Nothing says when this playbook was last changed or reviewed.",
            f"Add a line such as `Last updated: {today}`.",
            Provenance(first, 1, ""),
        )
        return
    rhythm = own.review_every // 86400 if own.review_every else _rhythm(book)
    if today - stamp.day > timedelta(days=rhythm or YEAR):
        promised = f", and it is to be reviewed every {spoken(rhythm * 86400)}" if rhythm else ""
        yield _stale(f"Last changed on {stamp.day}, {(today - stamp.day).days} days ago{promised}.", stamp.at)


def _stale(text: str, at: Provenance) -> Diagnostic:
    return Diagnostic("SB283", "note", text, "Read it with those who are on call, then write today's date.", at)


def _stamps(book: Book, announced: re.Pattern[str]) -> Iterator[_Stamp]:
    for row in book.rows:
        lead = announced.search(row.text) if not row.coded else None
        if lead and (stamp := _day(row, lead.end())):
            yield stamp


def _said(book: Book, stated: Stated | None) -> Iterator[_Stamp]:
    """The day that the playbook gives of itself, in its front matter too."""
    rows = book.rows_of(stated.why.file) if stated and stated.why.file in book.texts else ()
    if stated and stated.why.line <= len(rows) and (stamp := _day(rows[stated.why.line - 1], 0)):
        yield stamp


def _logged(book: Book) -> Iterator[_Stamp]:
    """The days of a change log."""
    for row in book.rows:
        path = book.path_at(row.file, row.number)
        if path and _LOG.search(path[-1]) and (stamp := _day(row, 0)):
            yield stamp


def _day(row: Row, start: int) -> _Stamp | None:
    """The first day that a row names from some place on."""
    for pattern in (_ISO, _WORDED):
        found = pattern.search(row.text, start)
        if found and (day := _date(found)):
            return _Stamp(day, row.at(found))
    return None


def _date(found: re.Match[str]) -> date | None:
    try:
        if found.re is _ISO:
            return date(int(found[1]), int(found[2]), int(found[3]))
        return date(int(found[4]), _MONTHS[found[2].lower()], int(found[1] or found[3] or 1))
    except ValueError:
        return None


def _rhythm(book: Book) -> int | None:
    """Every how many days the playbook says that it is reviewed."""
    for row in book.rows:
        found = None if row.coded else _AGAIN.search(row.text)
        if found and (
            _UPDATED.search(row.text) or "frequency" in row.text.lower() or "document" in row.text.lower()
        ):
            rest = row.text[found.end() : found.end() + 40].lower()
            days = next((d for word, d in _RHYTHMS.items() if word in rest), None)
            amount = period(rest) if days is None else None
            if days or (amount and amount.seconds >= 86400):
                return days or (amount.seconds // 86400 if amount else None)
    return None

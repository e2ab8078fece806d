"""Checks of the severities' clocks: inverted, missing, vague, or another in a template than in the procedure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sirenbook.model.clock import Clock
from sirenbook.model.diagnostic import Diagnostic, Grade
from sirenbook.model.policy import Severity, Template
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language.duration import amounts, period, read, spoken
from sirenbook.playbook.language.vocabulary import part_of
from sirenbook.playbook.lint.book import Book
from sirenbook.playbook.text.document import Section, Table

_KINDS = {"response": "answered", "ack": "acknowledged", "resolution": "resolved", "update": "told about"}
_VAGUE = re.compile(
    r"\b(?:as soon as (?:possible|practicable|we can|you can)|a\.?s\.?a\.?p\b\.?|promptly|quickly|soon|shortly"
    r"|when (?:possible|convenient|time permits)|in due course|in a timely manner|timely|tbd|tbc|to be (?:defined"
    r"|determined|decided|confirmed)|todo)(?!\w)|\?\?+",
    re.IGNORECASE,
)
_UNWRITTEN = re.compile(r"tb[dc]|to be|todo|\?", re.IGNORECASE)
_INCESSANT = re.compile(r"\bcontinuous|\breal[- ]?time\b|\bconstant|\bongoing\b|\blive\b", re.IGNORECASE)
_TIMED = ("response", "ack", "resolution", "update", "first update")
_NEXT = re.compile(
    r"next (?:update|communication|report|word)[^\n]{0,20}?\bin (?:about |approximately )?", re.IGNORECASE
)
_OVER = re.compile(r"resol(?:ved|ution)|closed|over\b|post[ -]?(?:mortem|incident)|review|report", re.IGNORECASE)


def check_clocks(book: Book) -> Iterator[Diagnostic]:
    """Whatever is wrong with the clocks that the severities start."""
    yield from _inverted(book)
    yield from _silent(book)
    yield from _vague(book)
    promised = tuple(_promised(book))
    yield from promised
    if not promised:
        yield from _unheard(book)


def _inverted(book: Book) -> Iterator[Diagnostic]:
    """A lower severity with a shorter clock than a higher one."""
    for kind, done in _KINDS.items():
        above: tuple[Severity, Clock] | None = None
        for severity in book.policy.severities:
            clock: Clock | None = getattr(severity, kind)
            if clock is None:
                continue
            if above and clock.seconds < above[1].seconds and clock.business <= above[1].business:
                yield _inversion(severity, clock, above, done)
            else:
                above = (severity, clock)


def _inversion(severity: Severity, clock: Clock, above: tuple[Severity, Clock], done: str) -> Diagnostic:
    worse, longer = above
    return Diagnostic(
        "SB201",
        "warning",
        f"{severity.name} is {done} {_rate(done, clock)}, and {worse.name}, which is worse, only "
        f"{_rate(done, longer)}.",
        f"Give {worse.name} the shorter time, or exchange the two.",
        clock.why,
        (longer.why,),
    )


def _rate(done: str, clock: Clock) -> str:
    amount = spoken(clock.seconds, clock.business)
    if done == "told about":
        return f"every {amount}"
    return amount if clock.seconds == 0 else f"within {amount}"


def _silent(book: Book) -> Iterator[Diagnostic]:
    """A severity without a rhythm of updates where a less severe one has one."""
    unread = {d.text.split(":")[0] for d in book.policy.diagnostics if d.code == "SB103"}
    severities = book.policy.severities
    for place, severity in enumerate(severities):
        below = next((s for s in severities[place + 1 :] if s.update), None)
        if severity.update or below is None or below.update is None or severity.name in unread:
            continue
        if _told_all_the_time(book, severity):
            continue
        yield Diagnostic(
            "SB202",
            "warning",
            f"{severity.name} promises no regular updates, while {below.name}, which is less severe, promises them "
            f"every {spoken(below.update.seconds)}.",
            f"State how often people hear about a {severity.name}: `Communication: every 15 minutes`.",
            severity.why,
            (below.update.why,),
        )


def _told_all_the_time(book: Book, severity: Severity) -> bool:
    """Whether the lines of a severity promise updates without a pause."""
    others = {s.why.line for s in book.policy.severities if s.why.file == severity.why.file}
    first = severity.why.line
    rows = book.texts.get(severity.why.file, ())[max(first - 1, 0) : first + 14]
    last = next((n for n in range(1, len(rows)) if first + n in others), len(rows))
    return any(_INCESSANT.search(row[:400]) for row in rows[:last])


def _unheard(book: Book) -> Iterator[Diagnostic]:
    """No severity has a rhythm of updates, and nothing was found that was meant as one."""
    severities = book.policy.severities
    unread = any(d.code == "SB103" for d in book.policy.diagnostics)
    if severities and not unread and not any(s.update for s in severities):
        yield Diagnostic(
            "SB206",
            "note",
            "No severity promises regular updates, so nobody is reminded to say how it stands.",
            f"State how often people hear of it: `Communication: every 30 minutes` for {severities[0].name}.",
            severities[0].why,
        )


def _vague(book: Book) -> Iterator[Diagnostic]:
    """Words such as `as soon as possible` where a clock should stand."""
    for saying in book.sayings:
        if not saying.templated and saying.label and part_of(saying.label) in _TIMED:
            found = _instead_of_a_time(saying.value)
            if found:
                start = saying.text.find(found)
                named = book.scale.mentioned(" ".join(saying.section.path[1:]))
                yield _unclocked(book.where(saying, start, start + len(found)), _grade(book, named, found))
    for section in book.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield from _vague_cells(book, block)
    timed = {id(s.parent) for s in book.headings if amounts(s.title.text[:200])}
    yield from (d for s in book.headings if id(s.parent) in timed and (d := _vague_phase(s)))


def _instead_of_a_time(value: str) -> str:
    """The vague words of a short value that states no amount."""
    found = _VAGUE.search(value) if len(value.split()) <= 8 else None
    return found[0] if found and not amounts(value) else ""


def _grade(book: Book, named: tuple[str, ...], found: str) -> Grade:
    """A vague word for the least severity alone may be meant so; one that says `to be decided` is not."""
    least = book.policy.severities[-1].name if book.policy.severities else ""
    return "note" if named == (least,) and not _UNWRITTEN.search(found) else "warning"


def _vague_cells(book: Book, table: Table) -> Iterator[Diagnostic]:
    timed = [n for n, header in enumerate(table.header) if part_of(header.text) in _TIMED]
    for row in table.rows:
        for column in timed:
            if found := _instead_of_a_time(row[column].text):
                named = book.scale.mentioned(row[0].text[:200])
                yield _unclocked(row[column].at(found), _grade(book, named, found))


def _vague_phase(section: Section) -> Diagnostic | None:
    """A phase that is to happen "as soon as possible" while others beside it have a time."""
    found = _VAGUE.search(section.title.text[:200])
    if not found or amounts(section.title.text[:200]):
        return None
    return _unclocked(section.title.at(found[0]), "note")


def _unclocked(at: Provenance, grade: Grade) -> Diagnostic:
    return Diagnostic(
        "SB203",
        grade,
        f"“{at.quote}” is no time, so nothing can tell that it is late.",
        "Write one amount, such as `30 minutes`, even if it is generous.",
        at,
    )


class _Rhythm(NamedTuple):
    """How often a template says that people hear more, for which severities, and where."""

    seconds: int
    severities: tuple[str, ...]
    at: Provenance
    title: str


def _promised(book: Book) -> Iterator[Diagnostic]:
    """Rhythms that templates promise and the procedure does not keep."""
    severities = {s.name: s for s in book.policy.severities}
    for template in book.policy.templates:
        rhythm = None if _OVER.search(template.title) else _rhythm(book, template)
        if rhythm and severities:
            mine = [severities[n] for n in rhythm.severities or tuple(severities)]
            yield from _unkept(rhythm, mine)


def _unkept(rhythm: _Rhythm, severities: list[Severity]) -> Iterator[Diagnostic]:
    stated = [s for s in severities if s.update]
    every = spoken(rhythm.seconds)
    if not stated:
        yield Diagnostic(
            "SB205",
            "warning",
            f"“{rhythm.title}” promises an update every {every}, and no procedure does, so nobody is reminded.",
            f"Say it where the procedure is: `Communication: every {every}`.",
            rhythm.at,
        )
        return
    rivals = [s for s in stated if s.update and s.update.seconds != rhythm.seconds]
    # a template for all severities keeps its word for one of them at least
    if rivals and (rhythm.severities or len(rivals) == len(stated)):
        said = ", ".join(f"{s.name} every {spoken(s.update.seconds)}" for s in rivals if s.update)
        yield Diagnostic(
            "SB204",
            "warning",
            f"“{rhythm.title}” promises an update every {every}; the procedure says {said}.",
            "Make both say the same, or put `[TIME]` into the template.",
            rhythm.at,
            tuple(s.update.why for s in rivals if s.update),
        )


def _rhythm(book: Book, template: Template) -> _Rhythm | None:
    """The first regular time at which a template says that there will be more."""
    for text in template.text.split("\n")[:200]:
        row = text[:400]
        following = _NEXT.search(row)
        amount = (
            read(row[following.end() : following.end() + 20].split(" or ")[0].strip(" .,*")) if following else None
        )
        if amount is None and re.search(r"updat|communicat|report|post", row, re.IGNORECASE):
            amount = period(row)
        if amount and amount.seconds and amount.low is None:
            named = book.scale.mentioned(template.title, by_label=True)
            return _Rhythm(amount.seconds, named, book.below(template.why, row.strip()), template.title)
    return None

"""Reads rows of arrows that lead from what happened to people, each with a time: `Detection → Lead (15 min)`."""

import re
from collections.abc import Iterator

from sirenbook.playbook.escalation.stages import ARROWS
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.phrases import conditional, silent, unresolved
from sirenbook.playbook.text.commands import is_worded
from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.inline import Line, make_line

_EVENT = re.compile(
    r"(?:initial )?detect(?:ion|ed)|discover(?:y|ed)"
    r"|(?:alert|incident|issue)(?: (?:detected|fires|fired|opened))?",
    re.IGNORECASE,
)
"""What a row begins with that has happened, from which its times count."""
_NAMED = re.compile(r"([^()]+?)\s*\(([^()]+)\)")
_BESIDE = re.compile(r"[\s│┃|├└─]*")


def of_forked_rows(fence: Fence) -> list[Step]:
    """Whom a fence's row and its forks name, each at the time in brackets; by hand where a need stands there too.

    None where somebody has no time, or where whoever is on call is first: their time is how long they have.
    """
    rows = [(n, row) for n, row in enumerate(fence.text.split("\n"), fence.line) if row.strip()]
    if not rows or not is_worded(fence):
        return []
    begun, *people = ARROWS.split(rows[0][1].strip())
    forks = [ARROWS.split(_BESIDE.sub("", row, count=1)) for _, row in rows[1:]]
    if not (people and _EVENT.fullmatch(begun)) or any(len(f) != 2 or f[0].strip() for f in forks):
        return []
    lines = [make_line(fence.file, row.strip(), n, row) for n, row in rows]
    pieces = [(p, lines[0]) for p in people] + [(f[1], line) for f, line in zip(forks, lines[1:], strict=True)]
    found = [step for piece, line in pieces for step in _of_piece(piece, line)]
    timed = len(found) == len(pieces) and not any(targets.ON_CALL.search(w) for w in found[0].who)
    return found if timed else []


def upon_need(line: Line) -> Iterator[Step]:
    """Whom a level names that its brackets reach on some need alone, by hand: `Legal (if data leaked, 30 min)`."""
    named = _NAMED.fullmatch(line.text.strip())
    needed = named and conditional(named[2]) and not (silent(named[2]) or unresolved(named[2]))
    yield from _of_piece(line.text, line) if needed else ()


def _of_piece(piece: str, line: Line) -> Iterator[Step]:
    """Whom a piece of a row names, where a time stands in brackets behind them."""
    named = _NAMED.fullmatch(piece.strip())
    amount = duration.read(named[2]) if named else None
    who = targets.only_names(named[1]) or targets.short_name(named[1]) if named and amount else ()
    if who and named and amount:
        need = named[2] if conditional(named[2]) else ""
        kind = re.sub(r"^\W*if\s+", "", duration.without(need).strip(" ,"), flags=re.IGNORECASE)
        after, advised = (None, amount.seconds) if need else (amount.seconds, None)
        yield Step(who, after, line.at(piece.strip()), business=amount.business, kind=kind, advised=advised)

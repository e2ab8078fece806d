"""Finds who the levels are that other lines call by their number only: `page Level 2`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook.escalation.drawn import rows_of
from sirenbook.playbook.escalation.stages import ARROWS, who_in
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import targets
from sirenbook.playbook.language.scope import policy_sections
from sirenbook.playbook.text import drawing
from sirenbook.playbook.text.commands import is_worded
from sirenbook.playbook.text.document import Block, Document, Fence, Section, Table, lines_of
from sirenbook.playbook.text.inline import DECORATION, Line

_CALLED = re.compile(r"(?:level|tier|l)[ -]?(\d)", re.IGNORECASE)
_ONWARD = re.compile(rf"[^:.]{{1,12}}{ARROWS.pattern}", re.IGNORECASE)
"""A line that says from which level to which, and defines none."""
_DEFINES = re.compile(
    r"\W*(?:escalation |support )?(?:level|tier|l)[ -]?(\d)\b(?:\s*\([lt]\d\))?\s*[:(–—-]*\s*", re.IGNORECASE
)


def name_levels(steps: Sequence[Step], documents: Sequence[Document]) -> list[Step]:
    """The steps with names in place of numbers, as far as exactly one line says who stands behind a number."""
    if not any(_CALLED.fullmatch(w) for s in steps for w in s.who):
        return list(steps)
    known = _known(documents)
    pairs = [(step, _named(step, known)) for step in steps]
    timed = {new.who for old, new in pairs if new.who != old.who and new.severities and new.after is not None}
    # where a matrix gives each level its times, the first of the row alone is not at once
    return [new for _, new in pairs if new.severities or new.after != 0 or new.who not in timed]


def _named(step: Step, known: dict[str, tuple[str, ...]]) -> Step:
    return replace(step, who=tuple(dict.fromkeys(n for w in step.who for n in _behind(w, known))))


def _behind(name: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    number = _CALLED.fullmatch(name)
    return known.get(number[1], (name,)) if number else (name,)


def _known(documents: Sequence[Document]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for number, who in (pair for d in documents for s in policy_sections(d) for pair in _defined(s)):
        found.setdefault(number, set()).add(who)
    return {number: next(iter(many)) for number, many in found.items() if len(many) == 1}


def _defined(section: Section) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The levels that a heading or its blocks define, each with its people."""
    texts = [section.title.text, *(t for block in section.blocks for t in _texts(block))]
    for text in texts:
        bare = DECORATION.sub("", text, count=1)
        head = None if _ONWARD.match(bare) else _DEFINES.match(bare)
        rest = re.split(r"\s[-–—]\s|[.;]", ARROWS.split(bare[head.end() :])[-1])[0] if head else ""
        if (
            head
            and (who := targets.listed_in(rest) or who_in(rest) or _short(rest))
            and not _CALLED.fullmatch(who[0])
        ):
            yield head[1], who


def _short(rest: str) -> tuple[str, ...]:
    return targets.short_name(rest) if rest.istitle() else ()


def _rows(fence: Fence) -> list[Line]:
    """The rows of a fence of words, each of which may define a level."""
    return rows_of(fence) if is_worded(fence) else []


def _texts(block: Block) -> Iterator[str]:
    """The texts of a block that may define a level; a table's rows with their cells in a row."""
    if isinstance(block, Table):
        for row in block.rows:
            yield f"{row[0].text}: {row[1].text}" if len(row) > 1 else ""
    elif isinstance(block, Fence):
        rows = (n.line for n in drawing.read_nodes(block)) if drawing.is_drawing(block) else _rows(block)
        yield from (row.text for row in rows)
    else:
        yield from (line.text for line in lines_of(block))

"""Finds the ways on that stand side by side: conditions in lists and headings, rows of causes with their fixes."""

import re
from collections.abc import Sequence

from sirenbook.playbook.procedures.instructions import (
    Way,
    answered,
    is_fault,
    is_measure,
    led_in,
    opened_by,
    pointed,
    trailed_by,
)
from sirenbook.playbook.text.document import Fence, Items, Section, Table, plain
from sirenbook.playbook.text.inline import Line

Ways = tuple[Way | None, ...]

_NONE: Ways = ()
_CAUSE = re.compile(
    r"(?:(?:possible|likely|probable|root|common) )?(?:causes?|reasons?|problems?|issues?|conditions?|scenarios?"
    r"|findings?|errors?|situations?|failures?|diagnos[ie]s|cause or symptom)|if\b.*|when\b.*"
)
_SEEN = re.compile(
    r"(?:(?:common|typical) )?(?:symptoms?|observations?|indicators?|signs?|what you see|error messages?|alerts?)"
)
_FIX = re.compile(
    r"(?:(?:possible|quick|recommended|suggested|immediate) )?(?:fix(?:es)?|solutions?|resolutions?|actions?"
    r"|remed\w+|mitigations?|what to do|then|responses?|do(?: this)?|steps?|next steps?|recovery|workarounds?)"
)


def ways_of_list(block: Items, *, causes: bool) -> Ways:
    """The way that each item of a list opens, None for a plain one; nothing where the list has no ways.

    With `causes` the labels may name what is wrong, as they do where causes and repairs are listed.
    """
    heads = [item.head for item in block.items]
    leading = [led_in(head) for head in heads]
    trailing = [
        way or (trailed_by(i.head) if i.head.label or _has_commands(i.blocks) else None)
        for way, i in zip(leading, block.items, strict=True)
    ]
    if _share(trailing) >= 0.5:
        return tuple(trailing)
    if any(leading):
        return tuple(leading)
    pointing = [pointed(head) for head in heads]
    if _share(pointing) >= 0.5:
        return tuple(pointing)
    return _faults(heads) if causes else _NONE


def ways_within(block: Items) -> Ways:
    """The further ways that a list opens within a way: only items that begin with their condition."""
    leading = tuple(led_in(item.head) for item in block.items)
    return leading if any(way and way.condition for way in leading) else _NONE


def _share(ways: Sequence[Way | None]) -> float:
    return sum(1 for way in ways if way) / max(len(ways), 1)


def _has_commands(blocks: Sequence[object]) -> bool:
    return any(isinstance(b, Fence) for b in blocks)


def _faults(heads: Sequence[Line]) -> Ways:
    """Labels that name what is wrong, each with what to do: a third of them plainly, and none a measure."""
    labels = [head.label for head in heads]
    if not all(labels) or any(is_measure(label) for label in labels):
        return _NONE
    ways = [answered(head) for head in heads]
    plainly = sum(1 for label in labels if is_fault(label))
    return tuple(ways) if all(ways) and plainly * 3 >= len(labels) else _NONE


def way_of_heading(section: Section) -> Way | None:
    """The way that a heading opens, if it does."""
    return opened_by(section.title.text)


def ways_of_table(table: Table) -> tuple[tuple[Way, Line], ...]:
    """The rows of a table of causes and fixes, each with the cell of its cause."""
    headers = [plain(h.text) for h in table.header]
    seen = next((i for i, h in enumerate(headers) if _SEEN.fullmatch(h)), None)
    cause = next((i for i, h in enumerate(headers) if _CAUSE.fullmatch(h)), seen)
    fix = next((i for i, h in enumerate(headers) if i != cause and _FIX.fullmatch(h)), None)
    if cause is None or fix is None:
        return ()
    first = cause if seen is None else seen
    return tuple(
        (Way(row[first].text, row[cause].text, row[fix].text), row[cause])
        for row in table.rows
        if row[cause].text and row[fix].text
    )

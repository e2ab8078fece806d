"""Reads trees whose twigs each point from a condition of their own to somebody: `├─ Data lost → the CTO`."""

import re
from typing import NamedTuple

from sirenbook.playbook.escalation.stages import who_in
from sirenbook.playbook.escalation.steps import Step, until_of, when
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import manner_of, silent, unresolved
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.drawing import ACROSS
from sirenbook.playbook.text.inline import Line, make_line

_TWIG = re.compile(r"([\s│┃|]*)[├└][─━-]*\s*(\S.*)")
_ASKED = re.compile(r"\?|^\W*(?:yes|no)\W*$", re.IGNORECASE)


class Twig(NamedTuple):
    """One row of a tree: its condition, what stands behind the arrow, and who that is."""

    condition: str
    rest: str
    who: tuple[str, ...]
    line: Line


def of_twigs(fence: Fence, scale: Scale) -> list[Step]:
    """Whom the twigs of a tree bring in, each on its condition, with whoever is on call at its root.

    None where the twigs are levels in a row, each after a delay of its own that does not rise.
    """
    rows = [(n, row) for n, row in enumerate(fence.text.split("\n")) if re.search(r"\w", row)]
    found = [t for n, row in rows[1:] if (t := _twig(fence, n, row))]
    waits = [a.seconds for t in found if _late(t.condition) for a in duration.amounts(t.condition)]
    in_turn = len(waits) == len(found) and waits != sorted(set(waits))
    graded = all(scale.purely(t.condition) for t in found)
    if len(found) < 2 or len(found) < len(rows) - 1 or in_turn or graded:
        return []
    number, head = rows[0]
    root = make_line(fence.file, head.strip(), fence.line + number, head)
    first = targets.only_names(root.text)
    begun = [Step(first, 0, root.at())] if any(targets.ON_CALL.search(w) for w in first) else []
    return [*begun, *(_step(t, scale) for t in found)]


def _twig(fence: Fence, number: int, row: str) -> Twig | None:
    grown = _TWIG.fullmatch(row)
    pieces = ACROSS.split(grown[2]) if grown else []
    if len(pieces) != 2 or _ASKED.search(pieces[0]) or duration.bare(pieces[0]):
        return None
    condition, rest = pieces
    who = who_in(rest)
    if _late(condition):
        who = who or targets.short_name(rest)
    if not who or whom(condition, plainly=False):
        return None
    return Twig(condition, rest, who, make_line(fence.file, f"{condition} → {rest}", fence.line + number, row))


def _late(words: str) -> bool:
    """Whether words speak of how long somebody is silent, or an incident goes on."""
    return bool((silent(words) or unresolved(words)) and duration.amounts(words))


def _step(twig: Twig, scale: Scale) -> Step:
    """Whom one twig brings in: at the time of its delay or of its severity; on any other condition by hand."""
    only = scale.mentioned(twig.condition)
    late = duration.read(twig.condition) if _late(twig.condition) else None
    after, business = (late.seconds, late.business) if late else (None, False)
    if only and not late:
        after, business = when(f"{twig.condition}, {twig.rest}")
    manner = manner_of(twig.rest, twig.who)
    until = until_of(twig.condition)
    return Step(twig.who, after, twig.line.at(), only, until, manner, business, silence=silent(twig.condition))

"""Reads the levels of a fence whose rows name one each, with what is known of it in the rows beneath."""

import re

from sirenbook.playbook.escalation.drawn import row_at
from sirenbook.playbook.escalation.headed import LEAVING
from sirenbook.playbook.escalation.ladder import WAIT, Stage
from sirenbook.playbook.escalation.ladders import climb_each
from sirenbook.playbook.escalation.stages import LEVEL
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.escalation.triggers import brought_on
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import silent, unresolved
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import Fence, plain
from sirenbook.playbook.text.inline import Line

_LISTED = re.compile(r"\s*[-*•├└│]")
_TWIG = re.compile(r"\s*[├└]")
_DOWN = re.compile(r"\s*(?:[↓▼▽⇓]|[vV](?:\s|$)|\|(?!_))")
_TO_LEVEL = re.compile(r"(?:→|->)[^→]*\b(?:level|tier|l)\s?\d", re.IGNORECASE)
_CLOSES = re.compile(
    r"\W*(?:resol\w+|fixed)\b[^→>]{0,60}\bwithin\b[^→>]{0,60}(?:→|->)\s*(?:close|done|end)", re.IGNORECASE
)
"""What a row under a level says of how long it has: `Resolution within 1 hour → Close`."""
_WORK = re.compile(r"\b(?:response|triage|assessment|investigation)$", re.IGNORECASE)
"""What a level is called by what is done there, so that those beneath are who it is: `Level 2: expert response`."""
_OWN = re.compile(r"\W*(?:for|when|engaged|called|reached)\b", re.IGNORECASE)
"""What a row begins with that says when its own level is reached, and not when it is left: `For P1 over 2 h`."""
_BRACKETED = re.compile(r"\([^()]*\)")


def of_level_rows(fence: Fence, scale: Scale) -> list[Step]:
    """The levels of a fence whose rows name one each, with what is known of it in rows beneath."""
    found: list[Stage] = []
    triggered: list[Step] = []
    waited = ""
    for head, beneath in _level_rows(fence):
        name = LEVEL.sub("", head.text).strip(" :-–—")
        bare = _BRACKETED.sub("", name).strip(" :-–—") or name.strip("()")
        named = () if _WORK.search(bare) else targets.listed_in(bare) or whom(head.text) or targets.short_name(bare)
        who = named or next((n for x in beneath if (n := targets.only_names(x.text))), ())
        brought = [s for s in brought_on(who, beneath, scale) if s.severities]
        told = [f"{WAIT}{x.value}" for x in beneath if _says_when_left(x)]
        if who and not brought:
            found.append(Stage(who, told[0] if told else head.text, head, waited))
        triggered += brought if who else []
        late = [x.text for x in beneath if (silent(x.text) or unresolved(x.text)) and not _OWN.match(x.text)]
        waited = late[0].strip(" |_") if len(late) == 1 and not told and duration.amounts(late[0]) else ""
    return [*climb_each(found, scale), *triggered]


def _level_rows(fence: Fence) -> list[tuple[Line, list[Line]]]:
    """The rows of a fence that each begin a level, with those beneath; none where other rows stand between."""
    rows = [(n, row) for n, row in enumerate(fence.text.split("\n")) if row.strip()]
    if rows and rows[0][1].rstrip().endswith(":") and not LEVEL.match(rows[0][1].strip()):
        rows = rows[1:]
    heads = [place for place, (_, row) in enumerate(rows) if LEVEL.match(row.strip())]
    depth = {_indent(rows[place][1]) for place in heads}
    if len(heads) < 2 or heads[0] or len(depth) > 1:
        return []
    if any(not _beneath(row, min(depth)) for place, (_, row) in enumerate(rows) if place not in heads):
        return []
    lines = [row_at(fence, n, row) for n, row in rows]
    return [(lines[p], lines[p + 1 : end]) for p, end in zip(heads, [*heads[1:], len(rows)], strict=True)]


def _says_when_left(line: Line) -> bool:
    """Whether a row beneath a level says how long it has: `Timeout: 10 min`, `Escalate if stuck (10 min)`."""
    told = LEAVING.search(plain(line.label or line.text)) or _CLOSES.match(line.text)
    return bool(told and duration.amounts(line.text))


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _beneath(row: str, depth: int) -> bool:
    """Whether a row tells more of the level above it, and is no arrow to the next."""
    onward = _TO_LEVEL.search(row) and not _TWIG.match(row)
    return bool(_indent(row) > depth or _LISTED.match(row)) and not (_DOWN.match(row) or onward)

"""Reads the rows of a fence that each begin with a time since the start: `T+15 min   Secondary if no ack`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook.escalation.stages import ARROWS, who_in
from sirenbook.playbook.escalation.steps import Step, until_of
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import NO_PAGE
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.commands import is_worded
from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.inline import make_line

_ROW = re.compile(
    r"[\s\u2500-\u257f→>]*\[?(?P<time>T ?\+ ?\d+ ?\w*|\[\d\d:\d\d\]|(?:minute|hour) \d+"
    r"|\+?\d+(?: ?[-–] ?\d+|\+)? ?(?:m|mins?|minutes?|h|hrs?|hours?))"
    r"\s*(?:[:|–—-]|\s{2}|\])\s*(?P<rest>\S.*)",
    re.IGNORECASE,
)
_UPON = re.compile(r"\s*(?:\(|\bif\b|\+(?= [A-Z][a-z]+ [a-z])|;|,)\s*")
_STAMP = re.compile(r"\s*T ?\+ ?(\d{1,2}):(\d\d)\s+(\S.*)", re.IGNORECASE)
"""A row that begins with the hours and minutes since the start: `T+0:15`."""
_FOR = re.compile(r"\[([^\[\]]+)\]\s*(.+)")
"""What a row says for some severities alone: `[P0] If not resolved → …`."""


def of_clocked_rows(fence: Fence, scale: Scale) -> list[Step]:
    """The rows of a fence, or the twigs of its tree, that all begin with a time: `├─ [5 min] no ack? Page Bo`."""
    rows = [row for row in fence.text.split("\n") if re.search(r"\w", row)]
    rows = [row for row in rows if not NO_PAGE.search(row)]
    headed = bool(rows) and not _ROW.match(rows[0])
    if stamped := list(_of_stamped_rows(fence, scale)):
        return stamped
    if len(rows) < 2 or not all(_ROW.match(row) for row in rows[headed:]):
        return []
    given = scale.mentioned(rows[0]) if headed else ()
    return [s if s.severities else replace(s, severities=given) for s in of_timed_rows(fence, scale)]


def of_timed_rows(fence: Fence, scale: Scale) -> list[Step]:
    """The rows of a fence that each begin with a time since the start: `T+5 min   Secondary if no ack`."""
    if not is_worded(fence):
        return []
    found: list[Step] = []
    for number, row in enumerate(fence.text.split("\n")):
        begun = _ROW.match(row)
        reached = duration.window(begun["time"]) if begun else None
        if not begun or reached is None:
            continue
        pointed = ARROWS.split(begun["rest"])
        first = targets.only_names(pointed[0]) or len(pointed) == 1 or not whom(pointed[-1])
        rest = pointed[0] if first else pointed[-1]
        words = _UPON.split(rest)[0]
        line = make_line(fence.file, row.strip(), fence.line + number, row)
        who = who_in(words) or whom(rest) or targets.short_name(words)
        if who and not (found and _stays(who, found)):
            found.append(Step(who, reached[0], line.at(), scale.mentioned(begun["rest"]), until_of(row)))
    return found if len(found) > 1 and any(s.after == 0 for s in found) else []


def _stays(who: Sequence[str], found: Sequence[Step]) -> bool:
    """Whether rows above have called all of these already: `5 min: on-call engineer acknowledges`."""
    called = [w for s in found for w in s.who]
    return all(any(targets.same_role(w, other) for other in called) for w in who)


def _of_stamped_rows(fence: Fence, scale: Scale) -> Iterator[Step]:
    """Whom rows escalate to that stand at or beneath a stamp of hours and minutes: `T+0:30 [P0] … → Lead`."""
    stamps = [m for row in fence.text.split("\n") if (m := _STAMP.match(row))]
    if len(stamps) < 2 or all(m[2] == "00" for m in stamps):
        return  # `T+5:00` can as well be minutes and seconds
    reached: int | None = None
    for number, row in enumerate(fence.text.split("\n")):
        if begun := _STAMP.match(row):
            reached = (int(begun[1]) * 60 + int(begun[2])) * 60
        only, said = _named(begun[3] if begun else row.strip(), scale)
        pieces = ARROWS.split(said)
        if reached is not None and len(pieces) == 2 and pieces[0] and (who := who_in(pieces[1])):
            line = make_line(fence.file, row.strip(), fence.line + number, row)
            yield Step(who, reached, line.at(), only, until_of(said))


def _named(words: str, scale: Scale) -> tuple[tuple[str, ...], str]:
    """The severities in brackets that begin a row, and what it says for them."""
    found = _FOR.match(words)
    only = scale.purely(found[1]) if found else ()
    return (only, found[2]) if found and only else ((), words)

"""Reads whom each stretch of an incident's time brings in: `15-30 minutes:` over a list of what is done."""

import re
from collections.abc import Iterable, Iterator

from sirenbook.playbook.escalation.place import Place
from sirenbook.playbook.escalation.stages import happens, who_in
from sirenbook.playbook.escalation.steps import Step, until_of
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.phrases import NO_PAGE, brings, conditional, unresolved
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import Fence, Items, lines_of
from sirenbook.playbook.text.inline import DECORATION, Line, make_line

_BESIDE_TIME = re.compile(
    r"\b(?:time|immediate(?:ly)?|first|beyond|after|phase|stage|step|t)\b|\d[.)]", re.IGNORECASE
)
"""What may stand beside the time of a stretch: `Time 15-30 min:`, `Immediate (0-15 minutes)`."""
_TWIG = re.compile(r"[\s│┃|]*[├└][─━-]*\s*")
_WRITES = re.compile(
    r"\W*(?:send|post|publish|update|draft|prepare|provide|continue|consider|begin|start)\b", re.IGNORECASE
)
"""What is done by writing, and brings in nobody: `Send the first notification to stakeholders`."""
_OF_A_KIND = re.compile(
    r"\b(?:for|of|on|in) (?:[\w-]+ ){1,3}(?:incidents?|issues?|breach(?:es)?|events?)\b", re.IGNORECASE
)


def of_items(block: Items, place: Place) -> list[Step]:
    """Whom the lists under items bring in that are nothing but stretches of time, each when its stretch begins."""
    begins = [_begin(i.head.text) for i in block.items]
    if len(begins) < 2 or None in begins or not any(i.blocks for i in block.items):
        return []
    beneath = ([x for b in i.blocks for x in lines_of(b)] for i in block.items)
    pairs = zip(begins, beneath, strict=True)
    return list(place.fill(s for begun, lines in pairs if begun is not None for s in _called_at(lines, begun)))


def of_rows(fence: Fence, place: Place) -> list[Step]:
    """Whom the twigs of a drawing bring in that grow from stretches of time."""
    rows = [(n, row) for n, row in enumerate(fence.text.split("\n"), fence.line) if re.search(r"\w", row)]
    heads = [row for _, row in rows if not _TWIG.match(row)]
    if len(heads) < 2 or heads[0] != rows[0][1] or any(_begin(row) is None for row in heads):
        return []
    begun = 0
    found: list[Step] = []
    for number, row in rows:
        if twig := _TWIG.match(row):
            found += _called_at([make_line(fence.file, row[twig.end() :].strip(), number, row)], begun)
        else:
            begun = _begin(row) or 0
    return list(place.fill(found))


def _begin(words: str) -> int | None:
    """The seconds at which a stretch begins, where words are nothing but its times."""
    words = DECORATION.sub("", words, count=1)
    bare = _BESIDE_TIME.sub("", duration.without(words))
    reached = duration.window(words)
    return reached[0] if reached and not re.search(r"\w", bare) else None


def _called_at(lines: Iterable[Line], begun: int) -> Iterator[Step]:
    """Whom lines bring in when their stretch begins; on a need of its own by hand."""
    for line in lines:
        if _WRITES.match(line.text) or NO_PAGE.search(line.text) or duration.amounts(line.text):
            continue
        told = happens(line.text) or brings(line.text)
        who = (who_in(line.text) if happens(line.text) else whom(line.text)) if told else ()
        people = tuple(w for w in who if not (targets.is_channel(w) or targets.outside(w)))
        needed = (conditional(line.text) and not unresolved(line.text)) or _OF_A_KIND.search(line.text)
        if people:
            yield Step(people, None if needed else begun, line.at(), until=until_of(line.text))

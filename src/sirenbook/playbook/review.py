"""Reads what is due after an incident, and by when: reviews, reports, follow-ups."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec.structs import replace

from sirenbook.model.clock import Clock
from sirenbook.model.policy import ReviewDeadline
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.clauses import clauses
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.language.vocabulary import METRIC_TOPIC, TEMPLATE_TOPIC
from sirenbook.playbook.text.document import Block, Document, Items, Section, Table, lines_of, plain
from sirenbook.playbook.text.inline import Line

_REVIEW = re.compile(
    r"post[ -]?(?:mortem|incident)|postmortem|retrospective|\bretros?\b|\brca\b|\bpirs?\b"
    r"|root cause (?:analysis|report)|incident (?:report|review)"
    r"|\b(?:a|the|incident|final|formal|full) review\b|after (?:the|an|every) incident|aftermath"
    r"|after[ -]action|lessons learned|\breview (?:meeting|document)|\bpir\b|blameless|debrief",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\b(?:within|no later than|in under|due(?: in| within)?|by|before|in|at most|less than"
    r"|under)\s*(?:the (?:first |next )?)?[<~]?\s*$|[<≤]\s*$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"^\s*(?:after|of|from|following|post)\b", re.IGNORECASE)
_OPTIONAL = re.compile(
    r"[^.;]*\b(?:optional|not (?:required|needed)|no (?:review|post-?mortem))\b[^.;]*", re.IGNORECASE
)
_SCHEDULE = re.compile(r"\bschedules?\b|\bdeadlines?\b|\btimelines? by\b|\bdue (?:dates?|times?)\b|\bwhen\b")
_OF_A_REVIEW = re.compile(
    r"review|post[ -]?mortem|report|retro|\brca\b|analysis|lessons|debrief|after[ -]action|\bpir\b|blameless",
    re.IGNORECASE,
)
"""A heading of the review itself: its points are parts of the review, not work beside it."""
_LONGEST = 200
_MARKS = re.compile(r"[*`]+")
_COLUMN = re.compile(r"due|deadline|within|timeline|when|by\b|time|sla|complet", re.IGNORECASE)


def read_reviews(documents: Sequence[Document], scale: Scale) -> tuple[ReviewDeadline, ...]:
    """Every deadline that follows an incident, each once."""
    found: dict[tuple[int, tuple[str, ...]], ReviewDeadline] = {}
    for document in documents:
        for deadline in _of_section(document.root, scale):
            found.setdefault((deadline.within.seconds, deadline.severities), deadline)
    return tuple(found.values())


def _of_section(section: Section, scale: Scale) -> Iterator[ReviewDeadline]:
    title = plain(section.title.text)
    if section.level and (METRIC_TOPIC.search(title) or (is_runbook(section) and not _REVIEW.search(title))):
        return
    if section.level and TEMPLATE_TOPIC.search(title):
        for inner in section.sections:
            if _SCHEDULE.search(plain(inner.title.text)):
                yield from _of_section(inner, scale)
        return
    path = " / ".join(section.path[2:]) if section.level > 1 else ""
    if section.level > 1 and _REVIEW.search(path):
        yield from _of_title(section, scale, path)
    for content in section.contents:
        if isinstance(content, Section):
            yield from _of_section(content, scale)
        else:
            yield from _of_block(content, scale, path)


def _of_block(block: Block, scale: Scale, path: str) -> Iterator[ReviewDeadline]:
    match block:
        case Table():
            yield from _of_table(block, scale, path)
        case Items():
            for item in block.items:
                yield from _of_line(item.head, scale, path)
                for inner in item.blocks:
                    yield from _of_block(inner, scale, f"{path} / {item.head.text}")
        case _:
            for line in lines_of(block):
                yield from _of_line(line, scale, path)


def _reviewed(section: Section, scale: Scale) -> tuple[str, ...]:
    """The severities for which the points under a heading want a review: `Hold a post-mortem for P0 and P1`."""
    lines = [x for block in section.blocks for x in lines_of(block) if _REVIEW.search(x.text)]
    named = {s for x in lines for s in scale.mentioned(_OPTIONAL.sub("", x.text))}
    return tuple(s for s in scale.mentioned(" ".join(x.text for x in lines)) if s in named)


def _of_title(section: Section, scale: Scale, path: str) -> Iterator[ReviewDeadline]:
    """The deadlines of a heading: that of the review beneath it, and of what is to be done after every incident."""
    reviewed = _reviewed(section, scale)
    always = [x for x in _points(section) if not (_REVIEW.search(x.text) or scale.mentioned(x.text))]
    if reviewed and always and not _OF_A_REVIEW.search(plain(section.title.text)):
        for each in _of_line(section.title, scale, path, reviewed=()):
            points = "; ".join(dict.fromkeys(_MARKS.sub("", x.label or x.text).strip(":. ") for x in always))
            yield replace(each, what=f"{each.what}: {points}"[:_LONGEST])
    yield from _of_line(section.title, scale, path, reviewed=reviewed)


def _points(section: Section) -> Iterator[Line]:
    """The points of the lists right beneath a heading."""
    for block in section.blocks:
        if isinstance(block, Items):
            yield from (item.head for item in block.items)


def _of_line(
    line: Line, scale: Scale, path: str, *, reviewed: tuple[str, ...] | None = None
) -> Iterator[ReviewDeadline]:
    """The deadlines of one line that speaks of a review, or stands under a heading that does.

    A heading comes with the severities that the points under it want reviewed.
    """
    if not (_about_reviews(path) or _REVIEW.search(line.text)):
        return
    for clause in clauses(line.text):
        amount = duration.read(clause)
        stretch = reviewed is not None and amount is not None and amount.low is not None  # a phase's, no deadline
        if (
            amount
            and not stretch
            and amount.seconds >= 3600
            and _is_due(clause, amount, title=reviewed is not None)
        ):
            severities = (
                scale.mentioned(clause)
                or scale.mentioned(line.label)
                or (_around(line, scale, path) if reviewed is None else reviewed)
            )
            yield ReviewDeadline(line.text, Clock(amount.seconds, line.at(clause), amount.business), severities)


@lru_cache(maxsize=1024)
def _about_reviews(path: str) -> bool:
    """Whether the headings above speak of a review."""
    return bool(_REVIEW.search(path))


def _around(line: Line, scale: Scale, path: str) -> tuple[str, ...]:
    return scale.mentioned(_OPTIONAL.sub("", line.text)) or _above(path, scale)


def _above(path: str, scale: Scale) -> tuple[str, ...]:
    """The severities that the nearest heading names."""
    return next((s for t in reversed(path.split(" / ")) if (s := scale.titled(t))), ())


def _is_due(clause: str, amount: duration.Amount, *, title: bool) -> bool:
    before, after = clause[: amount.start], clause[amount.end :]
    if re.search(r"\b(?:every|each|last|past|for|than the)\s*$", before, re.IGNORECASE):
        return False
    if title and before.rstrip().endswith(("(", "-", "–", ":")) and amount.seconds >= 86400:
        return True  # `Post-Incident (24 hours)`; a shorter time is the length of a meeting
    return bool(_CUE.search(before) or _AFTER.match(after))


def _of_table(table: Table, scale: Scale, path: str) -> Iterator[ReviewDeadline]:
    """A table with a column for the review's deadline, or, under a review's heading, for deadlines."""
    headers = [h.text for h in table.header]
    for row in table.rows:
        severities = scale.mentioned(row[0].text) if row else ()
        for header, cell in zip(headers, row, strict=False):
            timely = _REVIEW.search(header) or (_REVIEW.search(path) and _COLUMN.search(header))
            amount = duration.read(cell.text) if timely else None
            if amount and amount.seconds >= 3600:
                what = header if severities else row[0].text
                yield ReviewDeadline(what, Clock(amount.seconds, cell.at(), amount.business), severities)

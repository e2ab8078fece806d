"""Reads lists of people under words that say by when they are told: `Within 1 hour:`, `SEV2 (within 30 min)`."""

import re
from collections.abc import Iterator

from sirenbook.playbook.escalation.conditions import named_if, upon_each
from sirenbook.playbook.escalation.drawn import rows_of
from sirenbook.playbook.escalation.place import Place
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.phrases import AT_END, conditional, unresolved
from sirenbook.playbook.language.reach import mentioned
from sirenbook.playbook.text.commands import is_worded
from sirenbook.playbook.text.document import Fence, Items, Paragraph, Section, plain
from sirenbook.playbook.text.inline import Line

_NOTIFIES = re.compile(
    r"^(?!.*(?:customer|external|user|public|client|regulat)).*\bnotif(?:y|ication)s?\b.*\b(?:with)?in\b"
)
_AT_ONCE = re.compile(r"immediate(?:ly)?(?: (?:notify|page|call|notification))?:?")
_NOTIFICATIONS = re.compile(r"\b(?:required|internal|severity|incident)? ?notifications?$")
"""What a heading says over lists of who is told by when."""
_NOTIFYING = re.compile(r"\bnotify\b|who to (?:call|contact|page|inform|notify)|whom to\b")
_IS_TOLD = re.compile(
    r"\W*(?:immediate(?:ly)? )?(?:notif(?:y|ied|ication)|alert(?:ed)?|page[ds]?|informed|called|contacted"
    r"|briefed)\b(?! (?:of|by|them|customers?|users?)\b)",
    re.IGNORECASE,
)
"""What is said behind somebody's name of by when they are told."""
_SOONER = re.compile(r"\W*(?:immediate(?:ly)?\b|(?:with)?in \d|if\b|when\b)", re.IGNORECASE)
_NEED = re.compile(r"^.*?\b(?:if|when)\s+", re.IGNORECASE)
_CALLED_BEFORE = re.compile(r"\balready\b|\(paged\)", re.IGNORECASE)
_ON_NEED = re.compile(r"\((?:if|when|for|in case)\b[^()]*\)", re.IGNORECASE)


def within(section: Section, place: Place) -> list[Step]:
    """Whom a list names whose heading says by when they are notified: `Internal notification (within 15 min)`."""
    due = _told_by(section, place)
    heads = [i.head for b in section.blocks if isinstance(b, Items) for i in b.items]
    named = [(x, who) for x in heads if (who := targets.only_names(x.text)) and "#" not in x.text]
    if due is None or len(named) * 2 < len(heads):
        return []
    return list(place.fill(_told(who, x, due) for x, who in named if not _CALLED_BEFORE.search(x.text)))


def _told(who: tuple[str, ...], line: Line, due: duration.Amount) -> Step:
    """Somebody at the time by which they are told, or by hand where their line names a need."""
    return Step(who, None if _in_need(line.text) else due.seconds, line.at(), business=due.business)


def _told_by(section: Section, place: Place) -> duration.Amount | None:
    """By when those are told whom a heading's list names: it says so of them, or of a severity under such words."""
    title = plain(section.title.text)
    amount = duration.read(title)
    if _NOTIFIES.search(title) and amount:
        return amount
    told = place.announced or any(_NOTIFICATIONS.search(plain(t)) for t in section.path[2:-1])
    if told and (due := _due(title)) is not None:
        return due
    aside = AT_END.search(section.title.text)
    graded = place.scale.titled(section.title.text.rstrip(": ")) and aside and duration.alone(aside[1])
    above = section.parent
    led = above and (_NOTIFYING.search(plain(above.title.text)) or _led_to_notify(above, section))
    return graded if graded and led else None


def _led_to_notify(above: Section, section: Section) -> bool:
    """Whether the words before a heading say that those under it are told: `Based on severity, notify:`."""
    before = [b for b in above.blocks if isinstance(b, Paragraph) and b.line < section.title.line]
    return any(_NOTIFYING.search(plain(x.text)) and x.text.endswith(":") for b in before for x in b.lines)


def in_items(block: Items, place: Place) -> list[Step]:
    """The people of a list that says of each by when they are told.

    As in `Within 1 hour: the CTO`, or the other way about: `Response team: alerted within 5 minutes`.
    """
    steps = [s for i in block.items if (s := _told_of(i.head, place))]
    if steps:
        return list(place.fill(steps)) if len(steps) > 1 and len(steps) * 3 >= len(block.items) * 2 else []
    times = [_due(plain(i.head.label)) for i in block.items]
    told = [
        (due, i.head, who) for due, i in zip(times, block.items, strict=True) if due and (who := _all_in(i.head))
    ]
    if None in times or len(told) < 2 or len(told) * 2 <= len(times):
        return []
    return list(place.fill(_told(who, line, due) for due, line, who in told))


def _told_of(line: Line, place: Place) -> Step | None:
    """Whom a label names, at the time by which the words behind it say that they are told."""
    listed = _NOTIFICATIONS.search(plain(place.lead.text)) and _SOONER.match(line.value)
    if not (listed or _IS_TOLD.match(line.value)) or targets.outside(line.label) or targets.named_in(line.value):
        return None
    needed = conditional(line.value)
    who = targets.only_names(line.label) if listed or not needed else ()
    due = duration.read(line.value) if who else None
    if who and needed:
        return Step(who, None, line.at(), kind=_NEED.sub("", line.value), advised=due.seconds if due else None)
    only = mentioned(line.value, place.scale)
    return Step(who, due.seconds, line.at(), only, business=due.business) if who and due else None


def _all_in(line: Line) -> tuple[str, ...]:
    """Whom the words behind a label name, if naming them is all that they do and they belong to the house."""
    return () if targets.outside(line.value) else targets.only_names(line.value)


def in_fence(fence: Fence, place: Place) -> list[Step]:
    """The people of a fence whose rows stand under times, or under whom they bring in.

    As in `Immediately notify:` and `Within 1 hour:` over names, `Escalate to Level 2 if:` over conditions.
    """
    rows = rows_of(fence) if is_worded(fence) else []
    heads = [x for x in rows if x.text.endswith(":")]
    if not heads or rows[0] is not heads[0]:
        return []
    if all(named_if(x.text) for x in heads):
        return list(place.fill(_on_reasons(rows, place)))
    return [] if any(_due(plain(x.text)) is None for x in heads) else list(place.fill(_under_heads(rows)))


def _on_reasons(rows: list[Line], place: Place) -> Iterator[Step]:
    """Whom the row above names, on the condition that each row states."""
    who: tuple[str, ...] = ()
    for row in rows:
        if row.text.endswith(":"):
            who = named_if(row.text)
        else:
            yield from upon_each([row], who, place.scale)


def _under_heads(rows: list[Line]) -> Iterator[Step]:
    """Whom each row names, at the time of the row that heads it."""
    due: duration.Amount | None = None
    for row in rows:
        if row.text.endswith(":"):
            due = _due(plain(row.text))
        elif due and (who := targets.only_names(row.text)):
            yield _told(who, row, due)


def _due(words: str) -> duration.Amount | None:
    """The time by which those are told whom a list under such words names."""
    return duration.by_then(words) or (duration.read(words) if _AT_ONCE.fullmatch(words) else None)


def _in_need(words: str) -> bool:
    """Whether words in brackets say on what need somebody is told, other than that the incident goes on."""
    found = _ON_NEED.search(words)
    return bool(found) and not unresolved(words)

"""Reads the fields under a level that say on what it is reached: `Trigger: P0 > 2 hours`, `Escalate for: P1`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook.escalation.steps import Step, until_of
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.names import LOOSE, Scale
from sirenbook.playbook.language.phrases import silent, unresolved
from sirenbook.playbook.language.vocabulary import part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import plain
from sirenbook.playbook.text.inline import Line

_ONWARD = re.compile(
    r"(?:→|->|=>)\s*escalate\W*$"
    r"|escalates? (?:to (?:the )?(?:(?:tier|level|l)[ -]?\d|next)\b|(?:if|when|after) (?!.*\bto (?:the )?[A-Z]))",
    re.IGNORECASE,
)
LEVELLED = re.compile(r"\b(?:tier|level|l)[ -]?\d\b", re.IGNORECASE)
"""The number of a level of escalation, which is no severity."""
_TRIGGER = re.compile(
    r"(?:escalation )?(?:triggers?|conditions?|criteria)(?: (?:for|of) escalation)?"
    r"|(?:escalate )?when(?: to (?:escalate|engage|page|involve|use))?"
    r"|escalate (?:if|when|after|for)|engaged? (?:when|if)"
)
_ALTERNATIVE = re.compile(r"(?<!\d),\s*(?:or\s)?|;|\s[/|]\s|\bor\b", re.IGNORECASE)
_LONGER = re.compile(r"(?:>|≥|\bfor\b|\bover\b|more than|longer than|exceed\w*|last\w*)\s?=?", re.IGNORECASE)


def brought_on(who: tuple[str, ...], lines: Sequence[Line], scale: Scale) -> Iterator[Step]:
    """Somebody on each of the triggers among lines, at the time and for the severities that it states."""
    for line in _triggers(lines, scale):
        only = scale.mentioned(line.text)
        if not only and LOOSE.search(LEVELLED.sub("", line.text)):
            continue  # a severity that this playbook does not know
        if line.label and not duration.amounts(line.text) and only:
            yield Step(who, None, line.at(), only)
        elif amount := duration.read(line.text):
            yield Step(who, amount.seconds, line.at(), only, until_of(line.text))


def leaves(words: str) -> bool:
    """Whether a level's own line says when it is left for the next: `Escalate to Tier 2 if unresolved in 1 h`."""
    return bool(_ONWARD.search(words) and duration.amounts(words))


def is_trigger(label: str) -> bool:
    """Whether a label says that its value is on what condition a level is reached."""
    return bool(_TRIGGER.fullmatch(plain(label)))


def _triggers(lines: Sequence[Line], scale: Scale) -> list[Line]:
    """The lines under a level that say after what silence or delay, or for what severity, it is reached.

    A field of triggers may list several, each with its own severities: `Trigger: P0 > 2 hours, data breach`.
    """
    found = []
    for line in lines:
        pieces = [p for p in (_pieces(line) if _is_reason(line) else [line]) if not leaves(p.text)]
        late = bool(pieces) and unresolved(pieces[0].text)
        found += [p for p in pieces if silent(p.text) or unresolved(p.text) or _graver(p, scale, late=late)]
    return found


def _is_reason(line: Line) -> bool:
    """Whether a line under a level says on what condition it is reached, and not to whom it goes on."""
    return is_trigger(line.label) or (plain(line.label) == "escalation" and not whom(line.value))


def _pieces(line: Line) -> list[Line]:
    """The triggers that a field lists, each as a line of its own."""
    parts = [p.strip() for p in _ALTERNATIVE.split(line.value) if p.strip()]
    return [replace(line, text=p) for p in parts]


def _graver(piece: Line, scale: Scale, *, late: bool) -> bool:
    """Whether a trigger is an incident of some severity, or that it lasts longer than some time: `P0 > 2 hours`.

    `late` when the first of several says that it is unresolved: `unable to fix it in 30 min (P0) or 2 hours (P1)`.
    """
    words = piece.text
    lasts = (late or _LONGER.search(words)) and scale.mentioned(words) and duration.amounts(words)
    promised = part_of(piece.label) in ("response", "ack", "resolution", "update")
    return bool(piece.label and not promised and (scale.purely(words) or lasts))

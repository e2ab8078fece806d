"""Reads when the holder of a role is brought in, told under their own name: `Notified at once of any P1`."""

import re
from collections.abc import Iterator

from sirenbook.playbook.escalation.steps import Step, until_of, when
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import NO_PAGE, silent, unresolved
from sirenbook.playbook.language.reach import mentioned
from sirenbook.playbook.language.statements import SENTENCE
from sirenbook.playbook.text.document import Table
from sirenbook.playbook.text.inline import Line

_TOLD = re.compile(
    r"\W*(?:(?:is|are|gets?|to be|(?:will|must|shall) be|also|automatically|always|only|immediately)\s)*"
    r"(?:(?:notified|informed|called|paged|(?:tele)?phoned|rung|contacted|told|alerted|woken|summoned|engaged"
    r"|involved|(?:brought|pulled|looped) in|joins?|comes? in|(?:wants?|needs?) to (?:know|hear))\b"
    r"|(?:notify|page|call|inform|contact|alert) (?=within|in \d|at once|immediately|after)"
    r"|(?:page|bring|call|pull|loop) (?:one|them|him|her)\b"
    r"|auto-?\s?escalated(?: to)? (?=after|within|in \d))",
    re.IGNORECASE,
)
_IS_TOLD = re.compile(
    r"\W*(?:is |are )?(?:notified|informed|told) (?:for|of|about|on|when|if|within)\b", re.IGNORECASE
)
_WHAT_FOR = re.compile(
    r"\bfor\s+(?!all\b|any\b|every\b|each\b)([a-z][^,;]*? (?:incident|issue|event|breach)s?)\b", re.IGNORECASE
)
"""The kind of incident that somebody is told of: `Notified for security incidents within 1 hour`."""
_OPTIONAL = re.compile(r",? (?:but |and )?optional(?:ly)? (?:on|for|in) [^.;]*", re.IGNORECASE)
"""Those for whom somebody need not come: `Paged on SEV1, optional on SEV2`."""
_ONLY_FOR = re.compile(r"\W*only for\b", re.IGNORECASE)
_BETWEEN = re.compile(r"(;\s+|,\s+(?:and\s|but\s|or\s)?|\s(?:and|but|or)\s)", re.IGNORECASE)


def of_duty(who: tuple[str, ...], line: Line, scale: Scale) -> Iterator[Step]:
    """Somebody at the times and for the severities of the sentences whose unsaid subject they are."""
    named = mentioned(line.label, scale) if line.label else ()
    for sentence in SENTENCE.split(_OPTIONAL.sub("", line.value)):
        if not tells(sentence, scale) or NO_PAGE.search(sentence):
            continue
        for share in shares(sentence, scale):
            only = mentioned(share, scale) or named
            after, business = when(share)
            alone = silent(share) or unresolved(share)
            if only or (alone and after):
                why = line.at(share) if share in line.text else line.at()
                yield Step(who, after, why, only, until_of(share), business=business, silence=silent(share))
            elif need := _WHAT_FOR.search(share):
                why = line.at(share) if share in line.text else line.at()
                yield Step(who, None, why, business=business, kind=need[1], advised=after)


def of_table(table: Table, scale: Scale) -> Iterator[Step]:
    """Whom the rows of a table of roles say that they are called for, beside what else they tell of them."""
    for row in table.rows:
        if who := targets.only_names(row[0].text):
            yield from (step for cell in row[1:] for step in of_duty(who, cell, scale))


def tells(words: str, scale: Scale) -> bool:
    """Whether words say on what somebody is brought in and leave out whom: `Paged when the primary is silent`."""
    return bool(_TOLD.match(words) or (_ONLY_FOR.match(words) and mentioned(words, scale)))


def is_told(words: str) -> bool:
    """Whether words begin with that somebody is told: `Notified for all incidents that customers see`."""
    return bool(_IS_TOLD.match(words))


def shares(sentence: str, scale: Scale) -> list[str]:
    """The parts of a sentence that have a time and a severity each: `at once of a P1, and in 2 hours of a P2`."""
    first, *others = _BETWEEN.split(sentence.strip(" ."))
    found = [first]
    for between, piece in zip(others[::2], others[1::2], strict=True):
        if _apart(piece, scale) and _apart(found[-1], scale):
            found.append(piece)
        else:
            found[-1] += between + piece
    return found


def _apart(words: str, scale: Scale) -> bool:
    """Whether words have both a time and a severity."""
    return bool(mentioned(words, scale) and (duration.amounts(words) or duration.immediate(words)))

"""Reads lists that stand under a condition, or under somebody who is brought in on each of several conditions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sirenbook.playbook.escalation.steps import Step, read_steps, until_of, when
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.by_severity import by_severity
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import AT_END, brings, silent, unresolved
from sirenbook.playbook.language.reach import mentioned
from sirenbook.playbook.language.statements import SENTENCE
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.inline import Line

_IF = re.compile(
    r"\b(?:if|when(?:ever)?|in case(?: of)?|for|on)"
    r"(?: any(?: of| one)?(?: the)?(?: following| these)?(?: \w+)?)?\W*$",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"\blast(?:s|ing|ed)?\b|longer than|more than|exceed|>\s?\d|\bfor over\b|\bongoing\b", re.IGNORECASE
)
_RAISES = re.compile(r"\W*(?:escalate|upgrade|raise|promote|downgrade|lower)(?: \w+)? to ", re.IGNORECASE)
_ESCALATE_TO = re.compile(
    r"\W*(?:(?:immediate(?:ly)? )?escalat(?:e|ion)|from (?:the )?[\w -]{2,40}?) \(?to (?:the )?([^:()]{2,60})"
    r"\)?:\W*",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"\W*(?:(?:declare|open|start|set up|create|hold) (?:an? )?(?:war ?room|bridge|call|channel|incident)\b"
    r"|[a-z][\w -]{1,30}? (?:will|can|may) (?:help|assist|coordinate|decide|take|lead|join)\b)",
    re.IGNORECASE,
)
"""What is done, or what somebody does who has come: `Manager will help coordinate`."""
_TO = re.compile(r"\W*to (?:the )?([^:()]{2,60}):", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\W*(?:(?:immediate(?:ly)? )?escalat(?:e|ion) )?to (?:the )?([^:()]{2,60}?)\s*\(([^()]{2,60})\)\s*:?\W*",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\s+(?:when|if|for|in case)$", re.IGNORECASE)
_OR = re.compile(r"\s+or\s+(?=\W*\d)", re.IGNORECASE)


def lasting(words: str) -> bool:
    """Whether words speak of how long something goes on: `for more than 15 minutes`."""
    return bool(_LASTS.search(words) or unresolved(words))


def waits_of(line: Line) -> list[str]:
    """The conditions with times that a line is for what stands under it, none where it says anything else.

    As in `If nobody answers after 15 minutes:` and `Second escalation (15 min without ack or 30 min without fix)`.
    """
    aside = AT_END.search(line.text)
    led = SENTENCE.split(line.text.rstrip())[-1]  # what a sentence before it says leads to nothing
    words = aside[1] if aside else led if led.endswith(":") else ""
    parts = [p.strip(" :") for p in _OR.split(words) if p.strip(" :")]
    late = [p for p in parts if (silent(p) or unresolved(p)) and duration.amounts(p)]
    return parts if parts and late == parts and not whom(words, plainly=False) else []


def on_waits(lines: Iterable[Line], waits: Iterable[str], scale: Scale, given: tuple[str, ...]) -> Iterator[Step]:
    """The steps of the lines under a condition, each on that condition, or on every one of several."""
    waits = tuple(waits)
    for line in (x for x in lines if _calls(x)):
        only = scale.mentioned(line.text, by_label=True) or given
        who = targets.only_names(line.value)
        for wait in waits:
            if who:
                yield Step(who, when(wait)[0], line.at(), only, until_of(wait))
                continue
            for step in read_steps(f"{wait}, {line.text}", line, scale, only, running=True):
                yield replace(step, why=line.at())


def _calls(line: Line) -> bool:
    """Whether a line brings somebody in, and does not only say what they do then."""
    if _DOES.match(line.text):
        return False
    posted = targets.channel_in(line.text) is not None
    return posted or brings(line.text) or targets.leads(line.text) or bool(targets.only_names(line.value))


def named_if(lead: str, *, heading: bool = False) -> tuple[str, ...]:
    """Whom words bring in on each of the conditions that are listed under them: `Escalate to the CTO if:`.

    A heading needs no colon, and may be no more than `To the CTO`.
    """
    words = f"{lead.rstrip(' :')}:" if heading else lead
    alone = _ESCALATE_TO.fullmatch(words) or (_TO.fullmatch(words) if heading else None)
    if alone and (named := targets.only_names(_WHEN.sub("", alone[1]))):
        return named
    return whom(_IF.sub("", lead), plainly=False) if _IF.search(lead) and brings(lead) else ()


def goes_on(lead: Line, scale: Scale) -> Iterator[Step]:
    """Whom a heading or a lead brings in at the time in brackets beside them: `To the CTO (1 hour)`."""
    found = _GOES_ON.fullmatch(lead.text)
    who = targets.only_names(found[1]) if found else ()
    if not (found and who):
        return
    if shares := list(by_severity(found[2], scale)):
        for only, words in shares:
            after, business = when(words)
            yield Step(who, after, lead.at(), only, business=business)
    elif (amount := duration.read(found[2])) and duration.bare(found[2]):
        yield Step(who, amount.seconds, lead.at(), business=amount.business)


def raises(lead: str, scale: Scale) -> bool:
    """Whether words lead to what makes an incident graver, and nobody comes: `Escalate to SEV2 if:`."""
    found = _RAISES.match(lead)
    return bool(found and scale.purely(_IF.sub("", lead[found.end() :])))


def upon_each(lines: Iterable[Line], who: tuple[str, ...], scale: Scale) -> Iterator[Step]:
    """Somebody on each condition of a list: at a time where an incident lasts as long, else by hand."""
    for line in lines:
        if shares := list(by_severity(line.text, scale)):
            for only, words in shares:
                after, business = when(words)
                yield Step(who, after, line.at(), only, until_of(words), business=business)
            continue
        severities = mentioned(line.text, scale)
        late = silent(line.text) or unresolved(line.text) or (severities and lasting(line.text))
        after, business = when(line.text) if late else (None, False)
        yield Step(who, after, line.at(), severities, until_of(line.text), business=business)

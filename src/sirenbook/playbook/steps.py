"""Reads what one sentence says of escalation: whom, after how long, on which clock, for which severities."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sirenbook.model.policy import Manner, Until
from sirenbook.model.provenance import Provenance
from sirenbook.playbook import duration, targets
from sirenbook.playbook.inline import Line
from sirenbook.playbook.names import Scale

_CUT = re.compile(
    r";|\.(?=\s|$)|(?<!\d),\s*(?:and\s|then\s)?(?=(?i:escalat|then|page|notify|add|inform|alert"
    r"|bring|contact|call|loop|involve|standard|if|assign))|\bthen\b|→|=>|->"
)
_NO_ANSWER = re.compile(
    r"\bno (?:response|answer|ack\w*|reply)|\bun(?:acknowledged|answered|responsive|available"
    r"|reachable)|not? (?:been )?(?:ack\w*|answered|responded|respond\w*|answer\w*|available"
    r"|reachable)"
    r"|(?:does|do|did|has|have|is|are)(?:n't| not) (?:been )?(?:ack\w*|respon\w*|answer\w*"
    r"|reachable|available|pick)|without (?:an? )?(?:response|ack\w*)|fails? to (?:ack|respond)"
    r"|missed page",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|when|unless|in case|as) (?!not)\w*\s?(?:needed|necessary|required|appropriate"
    r"|applicable)|\b(?:if|as) (?:needed|necessary|required|appropriate)|\bmay\b|\bconsider\b"
    r"|\bif (?:un|not )(?:resolved|able)\b|\bif (?!no\b|not\b|un)",
    re.IGNORECASE,
)
_UNRESOLVED = re.compile(
    r"not (?:been )?(?:resolved|fixed|mitigated|contained)|unresolved|unable to (?:resolve|fix"
    r"|mitigate)|still (?:open|ongoing|active)|cannot (?:be )?(?:resolve|fix)|no (?:progress"
    r"|resolution)|extended|persist|remains",
    re.IGNORECASE,
)
_ESCALATE = re.compile(r"\bescalat", re.IGNORECASE)
_BRING = re.compile(
    r"\b(?:page[sd]?|paging|notif\w+|alert(?:s|ed)?|call(?:s|ed)?|contact\w*|inform\w*|involve\w*"
    r"|engage\w*|assign\w*|wake|loop in|bring\w*|join\w*|add(?:ed)?|activate\w*)\b",
    re.IGNORECASE,
)
_NOTIFY = re.compile(
    r"\bslack\b|\bnotif|\be-?mail|\bchannel\b|\binform|\bcc\b|\bfyi\b|\bteams message", re.IGNORECASE
)
_PAGE = re.compile(r"\bpage[sd]?\b|\bpaging\b|\bphone|\bcall\b|pagerduty|opsgenie", re.IGNORECASE)
_TICKET = re.compile(
    r"\bticket|\bjira\b|\bbacklog\b|\bbug report|\bfile an? issue|\bcreate an? issue", re.IGNORECASE
)
_LEISURE = re.compile(
    r"\b(?:standard|normal|regular) (?:bug|business|support|work|development|process|priorit|sprint"
    r"|maintenance)\w*|business[ -]hours?\b|next (?:sprint|business day)|\bno escalation",
    re.IGNORECASE,
)
_REVIEW = re.compile(r"\breview|standup|stand-up|retrospective|post[ -]?mortem", re.IGNORECASE)
_RISES = re.compile(r"to (?:higher|a higher|the next|next)\b|severity", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """What one clause says: `after` None when no time is stated, `who` empty when nobody is named."""

    who: tuple[str, ...]
    after: int | None
    why: Provenance
    severities: tuple[str, ...] = ()
    until: Until = "resolved"
    manner: Manner = "page"
    business: bool = False
    leisure: bool = False
    spoken: bool = True


def read_steps(
    text: str, line: Line, scale: Scale, given: Sequence[str] = (), *, running: bool = False
) -> Iterator[Step]:
    """The steps in the words of one severity's escalation (`On-call engineer, escalate to team lead if …`).

    In running text nobody is brought in at once unless it says so.
    """
    for index, clause in enumerate(_clauses(text)):
        step = _step(clause, line, scale)
        if step is None:
            continue
        if given and not step.severities:
            step = replace(step, severities=tuple(given))
        if not running and step.after is None and _at_once(clause, first=index == 0) and step.who:
            step = replace(step, after=0)
        yield step


def _clauses(text: str) -> Iterator[str]:
    for part in _CUT.split(text):
        if part and part.strip(" .,"):
            yield part.strip(" .,")


def _at_once(clause: str, *, first: bool) -> bool:
    """Whether a clause without a time means now: a page or a bare name is now, an escalation is later."""
    if _CONDITION.search(clause) or _NO_ANSWER.search(clause) or _UNRESOLVED.search(clause):
        return False
    return not _ESCALATE.search(clause) and (first or bool(_BRING.search(clause)))


def _step(clause: str, line: Line, scale: Scale) -> Step | None:
    severities = scale.mentioned(clause)
    after, business = when(clause)
    who = whom(clause)
    leisure = bool(_LEISURE.search(clause) or _TICKET.search(clause))
    if (
        _REVIEW.search(clause)
        or _RISES.search(clause)
        or (not who and not leisure and (after is None or not _ESCALATE.search(clause)))
    ):
        return None
    until: Until = "acknowledged" if _NO_ANSWER.search(clause) and not _UNRESOLVED.search(clause) else "resolved"
    return Step(
        who, after, line.at(clause), severities, until, manner_of(clause, who), business, leisure and not who
    )


def whom(clause: str) -> tuple[str, ...]:
    """Whom a clause brings in; those who merely failed to answer are not among them."""
    brought = re.sub(
        r"\b(?:if|when|unless|until)\b[^,;:]*(?:,|:|$|\bthen\b)",
        lambda m: " " * len(m[0]) if _silent(m[0]) else m[0],
        clause,
        flags=re.IGNORECASE,
    )
    channel = targets.channel_in(clause) if _NOTIFY.search(clause) else None
    if channel and not _PAGE.search(clause):
        return (channel,)
    found = targets.named_in(brought)
    people = tuple(t for t in found if not targets.is_channel(t))
    return people or found


def silent(words: str) -> bool:
    """Whether words speak of somebody who does not answer."""
    return bool(_NO_ANSWER.search(words))


def unresolved(words: str) -> bool:
    """Whether words speak of an incident that goes on."""
    return bool(_UNRESOLVED.search(words))


def _silent(condition: str) -> bool:
    return bool(
        _NO_ANSWER.search(condition)
        or _UNRESOLVED.search(condition)
        or re.search(r"primary|secondary|on-?call|engineer|lead|manager", condition, re.IGNORECASE)
    )


def when(clause: str) -> tuple[int | None, bool]:
    """After how many seconds a clause takes place, and whether only business time counts."""
    found = [a for a in duration.amounts(clause) if not _other_clock(clause, a)]
    if duration.vague(clause) or len({a.seconds for a in found}) > 1:
        return None, False
    if found:
        return found[0].seconds, found[0].business or duration.business(clause[found[0].start :])
    return (0, False) if duration.immediate(clause) else (None, False)


def _other_clock(clause: str, amount: duration.Amount) -> bool:
    """Whether an amount repeats (`every 30 minutes`) or measures something else (`for more than 10 users`)."""
    before = clause[: amount.start].lower()
    return bool(re.search(r"\b(?:every|each|last|past|previous|updates?(?: \w+)?)\s*$", before))


def manner_of(clause: str, who: Sequence[str]) -> Manner:
    """Whether somebody is paged, only informed, or a ticket is made."""
    if _TICKET.search(clause) and not who:
        return "ticket"
    if who and all(targets.is_channel(t) for t in who):
        return "notify"
    if (
        _NOTIFY.search(clause)
        and not _PAGE.search(clause)
        and re.search(r"slack|e-?mail|channel", clause, re.IGNORECASE)
    ):
        return "notify"
    return "notify" if _LEISURE.search(clause) and not who else "page"

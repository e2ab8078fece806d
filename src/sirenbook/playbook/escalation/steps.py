"""Reads what one sentence says of escalation: whom, after how long, on which clock, for which severities."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sirenbook.model.policy import Manner, Until
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language import duration, phrases, targets
from sirenbook.playbook.language.by_severity import by_severity
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import manner_of, silent, unresolved
from sirenbook.playbook.language.reach import mentioned
from sirenbook.playbook.language.sentences import clauses_of
from sirenbook.playbook.language.targets import ON_CALL
from sirenbook.playbook.language.whom import waited_for, whom
from sirenbook.playbook.text.inline import Line

_SCOPE = re.compile(
    r"(?:[^:,;]{1,60}:\s+)?(?:for|in|on|at|during|with|all|any|every)\b[^,:;]{0,80}[,:]\s", re.IGNORECASE
)
_ABOUT = re.compile(
    r"\W*(?:\d+(?:\.\d+)+\.?\s)?(?:for|in|on|during|with)\s(?:an?|any|all|every|each)\s[^,:;.]{1,60}", re.IGNORECASE
)
"""What a paragraph begins with that is about one kind of incident: `For a P1 incident the lead is called …`."""
_GOES_ON = re.compile(
    r"(?:and |then )*(?:after (?:an?other )?[\w-]+ (?:more )?(?:min|hour)\w* )?to (?:the )?", re.IGNORECASE
)
_IN_TURN = re.compile(
    r"(?:and |but )*(?:after (?:that|this|which)|if (?:they|he|she|it|not|no|there|unresolved|unfixed)\b"
    r"|otherwise|failing that|else\b"
    r"|thereafter|next\b)",
    re.IGNORECASE,
)
_BY_THEN = re.compile(r"\b(?:(?:with)?in (?:that|this) time|by then|in time|before that)\b", re.IGNORECASE)
_GRANTS = re.compile(
    r"\b(?:has|have|gets?|is given|are given|(?:attempt|try|tries)\w*\b[^.;]{0,40}\bfor"
    r"|(?:must|has to|have to|should|needs to) (?:ack\w*|respond|answer)(?: the page)? (?:with)?in"
    r"|\b(?:acknowledges|answers|responds to) (?:\w+ ){1,3}(?:with)?in)"
    r"\s(?:up to |another )?$",
    re.IGNORECASE,
)
_TO_ANSWER = re.compile(r"\s*to (?:ack|respond|answer|react|accept)", re.IGNORECASE)
_AHEAD = re.compile(
    r"\W*(?:before\b|beforehand|prior\b|ahead\b|in advance|notice\b)(?! (?:escalat|mov|go))", re.IGNORECASE
)
_MEASURED = re.compile(
    r"(?:above|below|over|under|exceed\w*|[<>≤≥]=?)\s?[\d.,]+\s?\S*(?: \S+){0,2} for\s+$"
    r"|\b(?:latenc\w*|p9\d+|lag|response times?|quer(?:y|ies))\b[^,;:]{0,30}(?:above|over|exceed\w*|[<>≥≤]=?)\s*$",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\b(?:war room|bridge|call|meeting|hand-?(?:off|over)|shift)s? (?:lasts?|takes?)\s+(?:up to )?$", re.IGNORECASE
)
_FURTHER = re.compile(
    r"\b(?:another|further|additional|more)\s(?:\d|\w+ (?:min|hour))|\d+ (?:more|additional"
    r"|further) (?:min|hour)|\d+ \w+ (?:later|after that)",
    re.IGNORECASE,
)
_MET = re.compile(
    r"(?<!not )(?<!no )(?<!un)(?<!not been )\b(?:respon[ds]\w*(?! teams?\b)|ack\w*|resolv\w*|resolution|fix\w*"
    r"|restor\w*|approv\w*|updat\w*|review\w*)"
    r"(?: \w+){0,3}?\s?(?:within|in|under|by|<|:|every)\s*(?:the first )?[<~]?\s*$",
    re.IGNORECASE,
)
_IN_VAIN = re.compile(r"\bif\b|\bfail(?:s|ed)?\b|\bunable to\b|\bcannot\b|\bcan['’]t\b|\bcould not\b")
"""What says that a time was not kept, and so is when somebody is brought in: `unable to resolve within 1 h`."""
_DUTY = re.compile(
    r"\([^()]*\b(?:may|must|need|needs|have|has|required|report|notify|file)\b[^()]*\)", re.IGNORECASE
)
"""Words in brackets about what somebody has to do: `tell Legal at once (they must notify within 72 hours)`."""
_FEWER = re.compile(r"\bin (?:less|fewer) than\s*$")
"""What comes before a time that is left until something else: `the launch is in less than 30 minutes`."""
_SHORTEST = 10
"""Seconds below which a time is that of a machine, unless nobody answered in it: `pages load in > 2s`."""
_BARE = re.compile(r"\W*(?:(?:notify|escalate|page|inform|alert)\s)?(?:within|after|in)\s[^,;]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """What one clause says: `after` None when no time is stated, `who` empty when nobody is named.

    `extended` when they are brought in once an outage lasts long, and no line says how long that is; `unheeded`
    when no line says for which incidents, so that nobody is brought in.
    """

    who: tuple[str, ...]
    after: int | None
    why: Provenance
    severities: tuple[str, ...] = ()
    until: Until = "resolved"
    manner: Manner = "page"
    business: bool = False
    leisure: bool = False
    silence: bool = False
    base: tuple[str, ...] = ()
    further: bool = False
    extended: bool = False
    unheeded: bool = False


def read_steps(
    text: str,
    line: Line,
    scale: Scale,
    given: Sequence[str] = (),
    *,
    running: bool = False,
    escalating: bool = False,
) -> Iterator[Step]:
    """The steps in the words of one severity's escalation (`On-call engineer, escalate to team lead if …`).

    In running text nobody is brought in at once unless it says so. `escalating` when a label has said already that
    this is an escalation, so that a mere `after 30 minutes` is one.
    """
    if shares := list(by_severity(text, scale)):
        for severities, words in shares:
            theirs = read_steps(words, line, scale, severities, running=running, escalating=escalating)
            yield from (replace(step, why=line.at()) for step in theirs)
        return
    scope, about = _SCOPE.match(text), _ABOUT.match(text)
    meant = (scale.mentioned(scope[0], by_label=True) if scope else ()) or tuple(given)
    apart = meant or (scale.mentioned(about[0], by_label=True) if about else ())
    before: Step | None = None
    granted = 0
    for index, (clause, joint) in enumerate(clauses_of(text)):
        step = _step(clause, line, scale, plainly=not running, escalating=escalating)
        late = joint == "then" or _IN_TURN.match(clause) or _BY_THEN.search(clause) or silent(clause)
        turn = granted if late else 0
        granted += _granted(clause)
        if step is None:
            continue
        step = _after_silence(step, before, clause, joint, turn)
        if not step.severities:  # who does not answer may do so whatever the incident
            step = replace(step, severities=meant if step.silence and not unresolved(clause) else apart)
        if before and joint == "and":
            step = _shared(step, before, clause)
        plainly = not running or ((step.severities or escalating) and _told(clause, step, before))
        if plainly and step.after is None and _at_once(clause, first=index == 0 or running) and step.who:
            step = replace(step, after=0)
        before = step
        yield step


def _after_silence(step: Step, before: Step | None, clause: str, joint: str, turn: int) -> Step:
    """A step whose turn comes because those before it do not answer: after the time they had, if any says it."""
    if turn and step.after is None:
        return replace(step, after=turn, until="resolved" if unresolved(clause) else "acknowledged", silence=True)
    onward = step.further or _GOES_ON.match(clause) or (joint == "then" and step.after is None)
    if before and before.silence and not step.silence and onward:
        return replace(step, until="acknowledged", silence=True)
    return step


def _told(clause: str, step: Step, before: Step | None) -> bool:
    """Whether running text says plainly that somebody is paged, or that whoever is on call is brought in."""
    said = any(x.search(clause) for x in (phrases.PAGES, phrases.POSTED, phrases.STARTS))
    filed = before is not None and before.leisure
    called = bool(step.severities) and any(ON_CALL.search(w) for w in step.who)
    return said or (called and not filed and bool(phrases.BRING.search(clause)))


def _granted(clause: str) -> int:
    """How long somebody has to answer before it is the next one's turn: `who has 10 minutes`."""
    given = [a.seconds for a in duration.amounts(clause) if _GRANTS.search(clause[max(a.start - 40, 0) : a.start])]
    return given[0] if len(given) == 1 else 0


def _shared(step: Step, before: Step, clause: str) -> Step:
    """A step that only `and` joins to the one before shares its condition: `after 1 h page X and notify Y`."""
    own = step.after is not None or phrases.conditional(clause) or silent(clause) or unresolved(clause)
    posted = all(targets.is_channel(w) for w in step.who)
    if own or posted or not before.after or not before.who:
        return step
    severities = step.severities or before.severities
    return replace(before, who=step.who, why=step.why, manner=step.manner, severities=severities)


def _at_once(clause: str, *, first: bool) -> bool:
    """Whether a clause without a time means now: a page or a bare name is now, an escalation is later."""
    if phrases.CONDITION.search(clause) or phrases.NO_ANSWER.search(clause) or phrases.UNRESOLVED.search(clause):
        return False
    return not phrases.ESCALATE.search(clause) and (first or bool(phrases.BRING.search(clause)))


def _step(clause: str, line: Line, scale: Scale, *, plainly: bool, escalating: bool) -> Step | None:
    severities = mentioned(clause, scale)
    after, business = when(clause)
    who = () if phrases.NO_PAGE.search(clause) else whom(clause, plainly=plainly)
    leisure = bool(phrases.LEISURE.search(clause) or phrases.TICKET.search(clause))
    if (
        phrases.REVIEW.search(clause)
        or phrases.RISES.search(clause)
        or (
            not who
            and not leisure
            and not (
                after
                and (
                    phrases.ESCALATE.search(clause) or (escalating and (_later(clause) or _BARE.fullmatch(clause)))
                )
            )
        )
    ):
        return None
    return Step(
        who,
        after,
        line.at(clause),
        severities,
        until_of(clause),
        manner_of(clause, who),
        business,
        leisure and not who,
        silent(clause),
        waited_for(clause),
        bool(_FURTHER.search(clause)),
    )


def _later(clause: str) -> bool:
    """Whether words tell of what comes after a while."""
    return bool(silent(clause) or unresolved(clause) or re.match(r"\W*after\b", clause, re.IGNORECASE))


def until_of(words: str) -> Until:
    """What ends the clock of a step: an acknowledgement where only silence brings somebody in, else the end."""
    return "acknowledged" if silent(words) and not unresolved(words) else "resolved"


def when(clause: str) -> tuple[int | None, bool]:
    """After how many seconds a clause takes place, and whether only business time counts."""
    found = [a for a in duration.amounts(clause) if not _other_clock(clause, a)]
    if duration.vague(clause) or len({a.seconds for a in found}) > 1:
        return None, False
    if (
        found
        and found[0].low is not None
        and not re.search(r"\b(?:after|within|in|for)\s*$", clause[: found[0].start])
    ):
        return (0 if found[0].low == 0 else None), False
    if found:
        return found[0].seconds, found[0].business or duration.business(clause[found[0].start :])
    return (0, False) if duration.immediate(clause) else (None, False)


def _other_clock(clause: str, amount: duration.Amount) -> bool:
    """Whether an amount repeats (`every 30 minutes`) or measures something else (`for more than 10 users`)."""
    before = clause[max(amount.start - 120, 0) : amount.start].lower()
    apart = 0 < amount.seconds < _SHORTEST or _FEWER.search(before)
    if apart and not (silent(clause) or unresolved(clause)):
        return True
    if _GRANTS.search(before) or _TO_ANSWER.match(clause, amount.end):
        return True  # what somebody has time for, not when somebody is brought in
    if any(m.start() < amount.start < m.end() for m in _DUTY.finditer(clause)):
        return True  # somebody else's deadline, told in passing
    if _AHEAD.match(clause, amount.end) or _MEASURED.search(before) or _TAKES.search(before):
        return True
    if re.search(r"\b(?:maximum|minimum|every|each|last|past|previous|updates?(?: \w+)?)\s*$", before):
        return True
    return bool(_MET.search(before)) and not phrases.NO_ANSWER.search(before) and not _IN_VAIN.search(before)

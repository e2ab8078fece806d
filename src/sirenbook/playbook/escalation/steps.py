"""Reads what one sentence says of escalation: whom, after how long, on which clock, for which severities."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sirenbook.model.policy import Manner, Until
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language import duration, phrases, targets
from sirenbook.playbook.language.by_severity import by_severity
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.passing import GRANTS, in_passing
from sirenbook.playbook.language.phrases import manner_of, silent, unresolved
from sirenbook.playbook.language.reach import meant, mentioned
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
FURTHER = re.compile(
    r"\b(?:another|further|additional|more)\s(?:\d|\w+ (?:min|hour))|\d+ (?:more|additional"
    r"|further) (?:min|hour)|\d+ \w+ (?:later|after that)",
    re.IGNORECASE,
)
_QUIET = re.compile(r"\s*\((?:no|without(?: a)?) pag(?:e|ing)\)", re.IGNORECASE)
"""What is said of whoever hears of it without being woken: `Notify the primary (no page)`."""
_FROM_THE_START = re.compile(r"(?:^|[:(,–—-]|\bfor)\s*(?:the )?first\s+$", re.IGNORECASE)
"""What stands before the time of whoever has it first: `You (on-call): first 15 minutes`."""
_BEFORE_NEXT = re.compile(r"\bbefore (?:it |this |that |the \w+ )?(?:auto\w*[- ]?)?escalat\w+ to\b", re.IGNORECASE)
"""What somebody's time is up before: `has 10 minutes to acknowledge before it escalates to the secondary`."""
_AGAIN = re.compile(r"\bescalat\w*(?: \w+){0,3} every\b", re.IGNORECASE)
"""What says that each delay as long leads on: `Escalate every 30 minutes if not resolved`."""
_BEGINS = re.compile(r"[^\w]*")
_NAMES = re.compile(r"\)?\s*[:|–—-]\s")
"""What parts a stretch of time from whoever it is the turn of: `30-60 min: team lead`."""
_BARE = re.compile(
    r"\W*(?:(?:notify|notification|escalate|escalation|page|inform|alert)\s)?(?:within|after|in)\s[^,;]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one clause says: `after` None when no time is stated, `who` empty when nobody is named.

    `extended` when they are brought in once an outage lasts long, and no line says how long that is; `unheeded`
    when no line says for which incidents, so that nobody is brought in. `kind` is the kind of incident that alone
    brings them in, by hand, `advised` the seconds after which it does. `in_turn` is the other time that the
    words can mean, if each level's own is how long it has before the next.
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
    kind: str = ""
    advised: int | None = None
    in_turn: int | None = None


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
        if step.after is None and granted and _BEFORE_NEXT.search(clause):
            only = step.severities or (before.severities if before else ())
            step = replace(step, after=granted, until="acknowledged", silence=True, severities=only)
        step = _after_silence(step, before, clause, joint, turn)
        if not step.severities:  # who does not answer may do so whatever the incident
            same = before.severities if step.further and before else ()
            step = replace(step, severities=same or (meant if step.silence and not unresolved(clause) else apart))
        if before and joint == "and":
            step = _shared(step, before, clause)
        plainly = not running or ((step.severities or escalating) and _told(clause, step, before))
        amounts = duration.amounts(clause)
        untimed = step.after is None and len({a.seconds for a in amounts}) < 2 and not any(a.low for a in amounts)
        if plainly and untimed and _at_once(clause, first=index == 0 or running) and step.who:
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
    given = [a.seconds for a in duration.amounts(clause) if GRANTS.search(clause[max(a.start - 40, 0) : a.start])]
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
    severities = meant(clause, scale) if silent(clause) or unresolved(clause) else mentioned(clause, scale)
    after, business = when(clause)
    quiet = _QUIET.search(clause)
    clause = _QUIET.sub("", clause)
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
        "notify" if quiet else manner_of(clause, who),
        business,
        leisure and not who,
        silent(clause),
        waited_for(clause),
        bool(FURTHER.search(clause)),
    )


def _later(clause: str) -> bool:
    """Whether words tell of what comes after a while."""
    return bool(silent(clause) or unresolved(clause) or re.match(r"\W*after\b", clause, re.IGNORECASE))


def until_of(words: str) -> Until:
    """What ends the clock of a step: an acknowledgement where only silence brings somebody in, else the end."""
    return "acknowledged" if silent(words) and not unresolved(words) else "resolved"


def when(clause: str) -> tuple[int | None, bool]:
    """After how many seconds a clause takes place, and whether only business time counts."""
    found = [a for a in duration.amounts(clause) if not in_passing(clause, a)]
    if duration.vague(clause) or len({a.seconds for a in found}) > 1:
        return None, False
    if (
        found
        and found[0].low is not None
        and not re.search(r"\b(?:after|within|in|for)\s*$", clause[: found[0].start])
    ):
        begins = _BEGINS.fullmatch(clause[: found[0].start]) and _NAMES.match(clause, found[0].end)
        return (found[0].low if begins or found[0].low == 0 else None), False
    if found and _FROM_THE_START.search(clause, 0, found[0].start):
        return 0, False
    if not found and _AGAIN.search(clause) and (every := duration.period(clause)):
        return every.seconds, every.business
    if found:
        return found[0].seconds, found[0].business or duration.business(clause[found[0].start :])
    return (0, False) if duration.immediate(clause) else (None, False)

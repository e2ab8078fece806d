"""Works out when each of several escalation levels in a row is reached, from times that teams write in two ways."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile

from sirenbook.model.policy import Until
from sirenbook.playbook.escalation.steps import FURTHER, Step
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.phrases import STUCK, conditional, manner_of, silent, unresolved
from sirenbook.playbook.language.targets import named_in
from sirenbook.playbook.language.whom import waited_for
from sirenbook.playbook.text.inline import Line

_AT = re.compile(
    r"\bafter\b|\bif\b|\+\s?\d|\bat\s+\d|t\+|elapsed|past|(?:minutes?|mins?|hours?|h) in\b|\bfrom\b|>\s?\d"
    r"|^\W*(?:\[\d\d:\d\d\]|(?:minute|hour) \d)",
    re.IGNORECASE,
)
_REACHED = re.compile(
    r"\b(?:if|when|no|not|without|unresolved|unacknowledged|after|escalate[ds]? at)\b[^,;()]*\(?$", re.IGNORECASE
)
_LATE = re.compile(
    r"\s*(?:with(?:out)?|no|of no)\s(?:any )?(?:progress|resolution|fix|ack\w*|response|answer)", re.I
)
_TIMEOUT = re.compile(r"\W*(?:time-?out|to (?:answer|ack|respond))", re.IGNORECASE)
_IF = re.compile(r"\W*(?:if|when|on|upon)\b", re.IGNORECASE)
_IF_NOT = re.compile(r"\W*if (?:still )?(?:not|un)\b", re.IGNORECASE)
_LEAVES = re.compile(
    r"\b(?:escalates|hands (?:\w+ )?over|moves on|passes (?:\w+ )?on|goes on)"
    r"\b(?: to (?:the )?(?:next|level|tier|stage)(?: \w+)?)? (?:after|in)\b|\bbefore escalat|\bmove on after\b",
    re.IGNORECASE,
)
_WORKER = re.compile(r"\b(?:tier|level|l)[ -]?\d|\b(?:primary|secondary|backup|they|them)\b", re.IGNORECASE)
_MEASURED = re.compile(r"[>≥]=?\s?\d|more than|longer than", re.IGNORECASE)
_SINCE_START = re.compile(
    r"\b(?:service|incident|outage|impact|down(?:time)?)\b(?: (?:is|for|lasting|down))*\s?"
    r"(?:>|more than|longer than|over)\s?\d",
    re.IGNORECASE,
)
"""How long something is down, which counts from the start whatever the levels before had: `outage > 30 min`."""
_TAKES_FIRST = re.compile(
    r"\b(?:on[ -]?call|primary|duty|(?:level|tier|l|step|stage|line)[ -]?[01]|first|initial|desk|support"
    r"|(?<!senior )(?<!lead )(?<!staff )(?<!principal )engineers?"
    r"|analysts?|operators?|responders?|developers?|sres?|shift|noc)\b",
    re.IGNORECASE,
)
"""What is said of whoever takes incidents first; a row of managers without times begins with none of them."""
LONGER = re.compile(r"(?:^|\bif|\bor)\W*>\s?\d", re.IGNORECASE)
"""What an arrow may say of how long an incident has lasted: `if SEV-1 or >1 hour`."""
WAIT = "wait "
"""What the words of a level begin with that says itself when it is left for the next."""
_STUCK = re.compile(r"\bif stuck\b", re.IGNORECASE)
_GIVEN_OVER = re.compile(r"\W*escalate to\b", re.IGNORECASE)
_FROM_ZERO = re.compile(r"^\W*0\s?(?:m|s|h)", re.IGNORECASE)
"""What stands on the arrow to the first of all where the others hold moments too: `(0 min) Primary`."""
_ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
_COUNTED = re.compile(r"at t\s?\+", re.IGNORECASE)
_ANSWERS = re.compile(r"\d ?\w+ to (?:ack|respond|answer)", re.IGNORECASE)
_HAS = re.compile(r"respon|\back|timeout|wait|\bto answer|\bhas\b|allow", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stage:
    """One of several levels in a row: who it is, and the words that may hold its time and condition."""

    who: tuple[str, ...]
    words: str
    line: Line
    condition: str = ""
    severities: tuple[str, ...] = ()


def climb(stages: Sequence[Stage], *, waits: bool = True) -> list[Step]:
    """The steps of levels in a row; `waits` when the row is climbed on no answer unless it says otherwise."""
    told = [s.words if _stretched(stages) else f"{s.words} {s.condition}" for s in stages]
    along = any(time_of(s.condition) for s in stages) and _only_at_once(stages)
    times = _along_arrows(stages) if along else schedule(told)
    in_turn = [None] * len(stages) if along else _in_turn(told, times)
    times = [None if i and _for_some(s, stages) else t for i, (s, t) in enumerate(zip(stages, times, strict=True))]
    if stages and times[0] == 0 and (_follows(stages[0]) or not _begins_with(stages, times)):
        times[0] = None
    return [
        Step(
            stage.who,
            after,
            stage.line.at(),
            stage.severities,
            _until(stage, waits),
            manner_of(stage.words, stage.who),
            silence=silent(f"{stage.words} {stage.condition}"),
            in_turn=other,
        )
        for stage, after, other in zip(stages, times, in_turn, strict=True)
    ]


def _stretched(stages: Sequence[Stage]) -> bool:
    """Whether each level has a stretch of time of its own, one after another, whatever the arrows repeat of it."""
    begins = [duration.window(s.words) for s in stages]
    starts = [b[0] for b in begins if b]
    return len(starts) == len(stages) > 1 and starts[0] == 0 and starts == sorted(set(starts))


def _for_some(stage: Stage, stages: Sequence[Stage]) -> bool:
    """Whether a level has no time of its own, and is for some severities only, as the others in its row are not."""
    words = f"{stage.words} {stage.condition}"
    apart = stage.severities and not all(s.severities for s in stages)
    return bool(apart and _ONLY.search(words)) and time_of(words) is None


def _only_at_once(stages: Sequence[Stage]) -> bool:
    """Whether the words of levels tell no time but that to answer, or that each is paged at once in its turn."""
    told = [None if _ANSWERS.search(s.words) else time_of(s.words) for s in stages]
    return not any(told) or (told[0] is not None and not any(a.seconds for a in told if a))


def _begins_with(stages: Sequence[Stage], times: Sequence[int | None]) -> bool:
    """Whether the first of a row is called at once: some time is told, or it is who takes incidents first."""
    told = any(times[1:]) or any(time_of(f"{s.words} {s.condition}") for s in stages)
    return (
        told or any(_TAKES_FIRST.search(w) for w in stages[0].who) or bool(_TAKES_FIRST.search(stages[0].line.text))
    )


def _follows(first: Stage) -> bool:
    """Whether even the first of the levels comes after somebody who does not answer, or on a condition alone."""
    unheard = bool(_IF.match(first.words)) and silent(first.words) and not time_of(first.words)
    onward = bool(_GIVEN_OVER.match(first.words)) and conditional(first.words)
    return silent(first.condition) or unheard or onward


def schedule(words: Sequence[str]) -> list[int | None]:
    """After how many seconds each level is reached; None where the words leave it open.

    A time beside a level is the time at which it is reached (`after 15 min`, `15-30 min`, the first at 0), or the
    time that the level has before the next one is reached (the first has one, the last has none). Where neither
    can be told, the first level is at once and the others stay open: a wrong time is worse than none. Times that
    rise from the first to the last, which each has, count from the alert, and are asked about.
    """
    found = [time_of(w) for w in words]
    if not any(f is not None for f in found):
        return [0 if i == 0 and len(found) > 1 else None for i in range(len(found))]
    if all(_COUNTED.match(w) for w in words):
        return [a.seconds if a else None for a in found]
    if any(FURTHER.search(w) for w in words[1:]) and found[0] is None:
        return _each_added(words, found)
    if any(a is not None and a.low is not None for a in found):
        return [_begins(w) if a else None for w, a in zip(words, found, strict=True)]
    moments = None if words[0].startswith(WAIT) else _moments(words, found)
    if moments is not None:
        return moments
    return _accumulated(words, found) if _own(words, found) else _by_condition(words, found)


def _each_added(words: Sequence[str], found: Sequence[duration.Amount | None]) -> list[int | None]:
    """The times of levels of which some have a further wait after the one before: `after another 10 minutes`."""
    times: list[int | None] = [0]
    for text, amount in zip(words[1:], found[1:], strict=True):
        before = times[-1] if FURTHER.search(text) else 0
        times.append(None if amount is None or before is None else before + amount.seconds)
    return times


def _moments(words: Sequence[str], found: Sequence[duration.Amount | None]) -> list[int | None] | None:
    """The times where each is that at which its level is reached; None where they may be waits."""
    if not _left(words, found) and _absolute(words, found):
        return [0 if a is None and i == 0 else a.seconds if a else None for i, a in enumerate(found)]
    first = found[0].seconds if found[0] and _reached(words[0], found[0]) else 0
    if _each_reached(words, found):
        return [first, *(a.seconds if a else None for a in found[1:])]
    if first and not (waited_for(words[0]) or STUCK.search(words[0])):
        told = (a if a and (not a.seconds or _reached(w, a)) else None for w, a in zip(words, found, strict=True))
        return [a.seconds if a else None for a in told]
    return None


def _by_condition(words: Sequence[str], found: Sequence[duration.Amount | None]) -> list[int | None]:
    """The times of levels that are no row, of which one with its own condition still holds."""
    if (rising := _rising(found)) and not any(_HAS.search(w) for w in words):
        return [0, *rising[1:]]
    times: list[int | None] = [0 if i == 0 else None for i in range(len(found))]
    follows = bool(waited_for(words[0]))
    if follows or found[0] is None or found[0].seconds == 0:
        named = enumerate(zip(words, found, strict=True))
        own = [i for i, (w, a) in named if a and (i or follows) and _conditioned(w, a)]
        times = [a.seconds if a and i in own else times[i] for i, a in enumerate(found)]
    return times


def _rising(found: Sequence[duration.Amount | None]) -> list[int]:
    """The times of levels that rise from the first to the last, which each has as well; none where they do not."""
    known = [a.seconds for a in found if a and a.seconds]
    return known if len(known) == len(found) > 2 and known == sorted(set(known)) else []


def _in_turn(words: Sequence[str], times: Sequence[int | None]) -> list[int | None]:
    """When levels are reached if rising times are not read from the alert, but as what each has before the next."""
    rising = _rising([time_of(w) for w in words])
    untold = rising and list(times) == [0, *rising[1:]] and not any(_AT.search(w) for w in words)
    return [None, *accumulate(rising[:-1])] if untold else [None] * len(words)


def _begins(words: str) -> int | None:
    """When the stretch of time begins that words name: `first 15 minutes`, `15-30 minutes`, `30+ minutes`."""
    stretch = duration.window(words)
    return stretch[0] if stretch else None


def _conditioned(words: str, amount: duration.Amount) -> bool:
    return amount.seconds == 0 or unresolved(words) or silent(words)


def _along_arrows(stages: Sequence[Stage]) -> list[int | None]:
    """Times that stand on arrows are waits at the level before, unless they count from the start (`T+30`)."""
    found = [time_of(s.condition) for s in stages]
    if any(re.search(r"\bt\s?\+|since|total|elapsed", s.condition, re.IGNORECASE) for s in stages):
        return schedule([s.condition for s in stages])
    stretches = [_stretch(s.condition) for s in stages]
    if sum(1 for t in stretches if t is not None) > 1:
        return stretches
    values = [a.seconds for a in found if a]
    not_yet = all(_IF_NOT.match(s.condition) for s, a in zip(stages, found, strict=True) if a)
    if _FROM_ZERO.search(stages[0].condition) or (not_yet and values == sorted(set(values))):
        return [a.seconds if a else 0 if place == 0 else None for place, a in enumerate(found)]
    times: list[int | None] = []
    total: int | None = 0
    since_start = False
    for place, (amount, stage) in enumerate(zip(found, stages, strict=True)):
        if amount and _SINCE_START.search(stage.condition):
            times.append(amount.seconds)
            total = None
            continue
        if amount and _lasts(stage.condition) and amount.seconds > (total or 0):
            since_start = since_start or bool(total)
            total = amount.seconds
        elif amount and since_start:
            total = None  # the row counts in two ways, and this one can be either
        elif amount and total is not None:
            total += amount.seconds
        elif place:
            total = None
        times.append(total)
    return times


def _stretch(condition: str) -> int | None:
    """When the stretch of time begins that stands on an arrow: `5-10 min`, `30+ min`."""
    begins = [a.seconds if a.open else a.low for a in duration.amounts(condition)]
    return next((b for b in begins if b is not None), None)


def _lasts(condition: str) -> bool:
    """Whether a condition is about how long the incident has lasted, not how long somebody has worked at it."""
    whole = re.fullmatch(r"\(([^()]*)\)", condition.strip())
    bare = whole[1] if whole else re.sub(r"\([^()]*\)", "", condition)
    return bool(unresolved(bare) or LONGER.search(bare)) and not (
        silent(bare) or _WORKER.search(bare) or named_in(bare)
    )


def time_of(words: str) -> duration.Amount | None:
    """The one time that words hold, be it written as `T+30m`."""
    return duration.read(re.sub(r"\b[tT]\s?\+\s?(?=\d+ ?(?:s|m|h|d)[a-z]*\b)", "", words))


def _absolute(words: Sequence[str], found: Sequence[duration.Amount | None]) -> bool:
    """Whether the times are those at which the levels are reached."""
    values = [a.seconds for a in found[1:] if a is not None]
    begins = found[0] is None or found[0].seconds == 0
    told = all(_AT.search(w) for w, a in zip(words[1:], found[1:], strict=True) if a is not None)
    if begins and told and values == sorted(values) and len(set(values)) > 1:
        return True  # two may be reached at one and the same time
    rising = values == sorted(set(values)) and bool(values)
    return rising and (
        begins or (told and not (found[-1] is None and not _AT.search(words[-1])) and bool(_AT.search(words[0])))
    )


def _left(words: Sequence[str], found: Sequence[duration.Amount | None]) -> bool:
    """Whether every time but the last level's says when its level is left: `escalates after 5 minutes`."""
    timed = [w for w, a in zip(words, found, strict=True) if a is not None]
    return all(a is not None for a in found[:-1]) and all(_LEAVES.search(w) for w in timed)


def _own(words: Sequence[str], found: Sequence[duration.Amount | None]) -> bool:
    """Whether the times are those that each level has before the next is reached."""
    if _left(words, found):
        return True
    if waited_for(words[0]):
        return False  # the first of them follows somebody else
    if words[0].startswith(WAIT):
        return True
    if found[0] is None or found[0].seconds == 0:
        return False
    if any(a is None for a in found[:-1]):
        return _equal_then_none(found)
    waits = [a.seconds for a in found if a is not None and a.seconds]
    falling = any(b < a for a, b in pairwise(waits)) or (len(waits) > 2 and len(set(waits)) == 1)
    # three that rise to the last can as well be the times by which each level answers
    answers = len(waits) < 3 and all(_HAS.search(w) for w in words)
    return found[-1] is None or found[-1].seconds == 0 or falling or answers


def _equal_then_none(found: Sequence[duration.Amount | None]) -> bool:
    """Whether the first levels all have the same time, which is no moment then, and the others none."""
    first = [a.seconds for a in takewhile(lambda a: a is not None, found) if a]
    return len(first) > 1 and len(set(first)) == 1 and not any(found[len(first) :])


def _each_reached(words: Sequence[str], found: Sequence[duration.Amount | None]) -> bool:
    """Whether every level but the first says in words of its own when it is reached, or one of those that rise."""
    later = [(w, a) for w, a in zip(words[1:], found[1:], strict=True) if a and a.seconds]
    times = [a.seconds for _, a in later]
    told = [_reached(w, a) for w, a in later]
    rising = times == sorted(set(times)) and not any(_HAS.search(w) for w, _ in later)
    first = found[0] is not None and found[0].seconds < min(times, default=0) and _reached(words[0], found[0])
    return bool(later) and times == sorted(times) and (all(told) or (rising and (first or any(told))))


def _reached(words: str, amount: duration.Amount) -> bool:
    """Whether words of their own say when a level is reached: `if not acknowledged in 15 minutes`."""
    before = bool(_REACHED.search(words[: amount.start]) or _LATE.match(words, amount.end))
    return before and not (_LEAVES.search(words) or _TIMEOUT.match(words, amount.end))


def _accumulated(words: Sequence[str], found: Sequence[duration.Amount | None]) -> list[int | None]:
    """The waits added up, as far as they are waits: what is longer than some time (`impact > 2 h`) may be none."""
    times: list[int | None] = []
    total: int | None = 0
    left = [a.seconds for a in found if a is not None]
    if words[0].startswith(WAIT) and len(left) == len(found) > 2 and left == sorted(set(left)):
        return [0, *left[:-1]]  # even the last says when it is left, so that all count from the start
    for text, amount in zip(words, found, strict=True):
        times.append(total)
        late = (silent(text) or unresolved(text) or _STUCK.search(text)) and not _SINCE_START.search(text)
        measured = _MEASURED.search(text) and not late
        total = None if total is None or measured or amount is None else total + amount.seconds
    return times


def _until(stage: Stage, waits: bool) -> Until:
    words = f"{stage.words} {stage.condition}"
    if unresolved(words) and not silent(words):
        return "resolved"
    return "acknowledged" if silent(words) or waits else "resolved"

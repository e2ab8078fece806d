"""Reads Mermaid flow charts: each way through one is a row of levels, with the conditions on its arrows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sirenbook.playbook.escalation.asked import NO
from sirenbook.playbook.escalation.drawn import BRANCH
from sirenbook.playbook.escalation.ladder import Stage, climb
from sirenbook.playbook.escalation.stages import who_in
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import PAGES, brings, silent, unresolved
from sirenbook.playbook.language.reach import mentioned
from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.flow_chart import Box, FlowChart, Link, read_flow_chart

_MOST_WAYS, _MOST_BOXES = 200, 200
"""Ways through one chart, and boxes in it; what has more is no escalation, and is not read."""
_YES = re.compile(r"\W*(?:yes|true)\b\W*", re.IGNORECASE)
_IN_TIME = re.compile(r"\W*(?:within|in time)\b", re.IGNORECASE)
"""What stands on the arrow that is followed when somebody did answer: `Within 15 min`."""
_KEPT = re.compile(
    r"\b(?:ack\w*|(?:answer|respon[ds])\w*|(?:resolved|fixed|mitigated|contained)(?= (?:with)?in\b))[^?]*",
    re.IGNORECASE,
)
"""What a question asks whether it was done in time: `Has the primary acknowledged in 5 min?`."""
_ANSWERED = re.compile(r"\b(?:ack|answer|respon[ds])", re.IGNORECASE)
_TIMED = re.compile(r"\b(?:ack|answer|respon|resol|unresolved|duration|elapsed|how long)", re.IGNORECASE)
"""What a question is about whose answers are waits: `Unresolved for how long?`."""
_WAITS = re.compile(r"\W*(?:wait|after)\b.*\d", re.IGNORECASE)
_BESIDES = re.compile(r"(\+|&|,|\band)\s+(?:auto[- ]?)?(?:page|notify|call|alert)s?\s+", re.IGNORECASE)
"""What stands between two who are both called: `Secondary + auto-page the lead`."""
_TO_ANSWER = re.compile(r"\s(?:\(?ack\w*|responds?|answers?)\b.*", re.IGNORECASE)
"""What is said of whoever has to answer: `Primary on-call ACK in 5 min`."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way through a chart as far as it is followed: its boxes, its levels, and the words since the last one.

    `given` are the severities that it is for, none where it is for all of them.
    """

    boxes: tuple[str, ...]
    given: tuple[str, ...] = ()
    levels: tuple[Stage, ...] = ()
    waited: tuple[str, ...] = ()


def of_flow_chart(fence: Fence, scale: Scale, *, announced: bool) -> list[Step]:
    """Whom the ways through a chart bring in, each at the time that the arrows of its way add up to.

    A way without times brings in those whom it says to page for its severities and, where escalation is announced,
    by hand those whom it calls on a condition.
    """
    chart = read_flow_chart(fence)
    if len(chart.boxes) > _MOST_BOXES:
        return []
    if any(duration.amounts(x.label) and scale.mentioned(x.label) for x in chart.links):
        return []  # a row for each severity, drawn into one
    ways = _ways(chart, scale)
    return _merged([s for way in ways for s in _climbed(way.levels, announced=announced)], scale)


def _ways(chart: FlowChart, scale: Scale) -> list[Way]:
    """Every way through a chart that follows no box twice; none where there are too many of them."""
    found: list[Way] = []
    opened = [w for name in chart.starts() if (w := _entered(Way(()), name, chart, scale))]
    while opened:
        way = opened.pop()
        at = way.boxes[-1]
        onward = [x for x in chart.onward(at) if x.end not in way.boxes]
        followed = [w for x in onward if (w := _along(way, x, chart, scale))]
        opened += followed
        found += [] if followed else [way]
        if len(found) + len(opened) > _MOST_WAYS:
            return []
    return found[::-1]


def _entered(way: Way, name: str, chart: FlowChart, scale: Scale) -> Way | None:
    """A way with one more box, which is a level if it names somebody; None if it is for other severities."""
    box = chart.boxes[name]
    way = replace(way, boxes=(*way.boxes, name))
    if box.asks:
        return way
    text = _BESIDES.sub(r"\1 ", box.line.text)
    led = scale.purely(BRANCH.split(text)[0])
    given = _narrowed(way.given, led)
    if given is None:
        return None
    words = BRANCH.split(text, maxsplit=1)[-1] if led else text
    who = who_in(_TO_ANSWER.sub("", words))
    if any(not targets.is_channel(w) for w in who):
        level = Stage(who, words, box.line, _condition(way.waited), given)
        return replace(way, given=given, levels=(*way.levels, level), waited=())
    waited = (*way.waited, text) if _WAITS.match(text) else way.waited
    return replace(way, given=given, waited=waited)


def _along(way: Way, link: Link, chart: FlowChart, scale: Scale) -> Way | None:
    """A way followed along one arrow; None where the arrow is for other severities than those of the way."""
    asked = chart.boxes[link.start]
    named = _severities(asked, link.label, scale)
    given = _narrowed(way.given, named)
    if given is None:
        return None
    waited = () if _answered(asked, link.label) else way.waited
    told = () if named else _told(asked, link.label)
    return _entered(replace(way, given=given, waited=(*waited, *told)), link.end, chart, scale)


def _severities(asked: Box, label: str, scale: Scale) -> tuple[str, ...]:
    """The severities that an arrow is for, be it that the box before it asks for them: `SEV1 or SEV2?`."""
    yes = bool(_YES.match(label))
    if asked.asks and (yes or NO.match(label)):
        graded = mentioned(asked.line.text, scale)
        return graded if yes or not graded else tuple(n for n in scale.names if n not in graded)
    return scale.titled(label) or mentioned(label, scale)


def _told(asked: Box, label: str) -> tuple[str, ...]:
    """The condition that an arrow is followed on: that somebody was silent so long, or what else it says."""
    if not label or _IN_TIME.match(label) or _answered(asked, label):
        return ()
    if not asked.asks:
        return (label,)
    kept = _KEPT.search(asked.line.text)
    if kept and NO.match(label):
        return (f"not {kept[0].strip()}",)
    timed = duration.bare(label) and _TIMED.search(asked.line.text)
    return (label if timed else f"{asked.line.text} {label}",)


def _answered(asked: Box, label: str) -> bool:
    """Whether an arrow says that somebody did come, so that no wait before it counts any more."""
    kept = _KEPT.search(asked.line.text) if asked.asks and _YES.match(label) else None
    return bool(kept and _ANSWERED.search(kept[0]))


def _condition(waited: Sequence[str]) -> str:
    """The words on the way to a level: the waits in them, unless anything else has to be the case as well."""
    others = [w for w in waited if not _is_wait(w)]
    return duration.without(" ".join(others)) if others else " ".join(waited)


def _is_wait(words: str) -> bool:
    """Whether words on an arrow say nothing but how long somebody is silent, or an incident goes on."""
    lasts = "?" not in words and (silent(words) or unresolved(words))
    return bool(lasts or duration.bare(words) or _WAITS.match(words))


def _narrowed(given: tuple[str, ...], named: tuple[str, ...]) -> tuple[str, ...] | None:
    """The severities that a way is for once words on it name some; None when none of them is left."""
    if not (given and named):
        return given or named
    return tuple(n for n in given if n in named) or None


def _climbed(levels: Sequence[Stage], *, announced: bool) -> Iterator[Step]:
    """The steps of one way, with the times of its arrows alone where any has one."""
    timed = any(duration.amounts(s.condition) for s in levels)
    steps = climb([replace(s, words="") for s in levels] if timed else levels)
    for step, level in zip(steps, levels, strict=True):
        known = step.after or (step.after == 0 and not level.condition)
        if timed and (known or announced):
            yield step if known or silent(level.condition) else replace(step, after=None)
        elif not timed and level.severities and _paged(level):
            yield replace(step, after=None if level.condition else 0)
        elif not timed and announced and level.condition and brings(level.line.text):
            yield replace(step, after=None)


def _paged(level: Stage) -> bool:
    """Whether a box says that somebody is paged, or is the page to whoever is on call."""
    return bool(PAGES.search(level.line.text)) or (
        brings(level.line.text) and any(targets.ON_CALL.search(w) for w in level.who)
    )


def _merged(steps: Iterable[Step], scale: Scale) -> list[Step]:
    """The steps of all ways, each once, with the severities of every way on which it stands."""
    found: dict[tuple[tuple[str, ...], int | None], Step] = {}
    for step in steps:
        key = (step.who, step.after)
        known = found.get(key)
        if known is None:
            found[key] = step
        elif not (known.severities and step.severities):
            found[key] = replace(known, severities=())
        else:
            both = tuple(n for n in scale.names if n in (*known.severities, *step.severities))
            found[key] = replace(known, severities=both)
    return list(found.values())

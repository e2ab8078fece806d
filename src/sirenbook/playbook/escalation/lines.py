"""Reads whom one line of a playbook brings in, by what it says and by what it stands under."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sirenbook.playbook.escalation import duties, stages, triggers
from sirenbook.playbook.escalation.place import Place
from sirenbook.playbook.escalation.single_lines import NEED, called_when, single, standing_in, told_if
from sirenbook.playbook.escalation.steps import Step, read_steps
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale, read_name
from sirenbook.playbook.language.passing import counts
from sirenbook.playbook.language.phrases import (
    PAGES,
    POSTED,
    STARTS,
    brings,
    calls,
    conditional,
    notifies,
    silent,
    unresolved,
)
from sirenbook.playbook.language.vocabulary import part_of
from sirenbook.playbook.text.document import plain
from sirenbook.playbook.text.inline import Line

_MAIL = re.compile(r"\be-?mail (?!updates?\b)", re.IGNORECASE)
_GENERAL = re.compile(r"\b(?:all|any|every|each|paged|on[ -]?call|escalat\w+)\b", re.IGNORECASE)
_NEEDED = re.compile(r"(?:for|if|when|in case|on|upon)\b", re.IGNORECASE)
"""What a label begins with on whose need somebody comes, and not with every incident."""
_USUALLY = re.compile(r"\b(?:usually|typically|normally)\b", re.IGNORECASE)
"""What says how things mostly are, and promises nothing."""
_ORDER = re.compile(r"\W*(?:page|notify|call|alert|inform|engage|involve|contact)\W+(?:the )?", re.IGNORECASE)
_UPON = re.compile(r"\bif (?!needed|necessary|required|appropriate|applicable)", re.IGNORECASE)
_ESCALATES = re.compile(r"escalat(?:ion|e|es)(?: (?:path|policy|chain|process|rule))?")
_PRONOUN = re.compile(
    r"\W*([A-Z][\w-]*(?: [\w-]+){0,3}?) (?:is|are)\b[^.]{0,80}\."
    r" (?:They|He|She) (?=(?:is|are|gets?|will be) \w+ed\b)"
)
_CONTACTED = re.compile(r"contact(?:ed)?|called|paged|engaged|when(?: to \w+)?|trigger", re.IGNORECASE)
_CASE = re.compile(
    r"\b(?:breach|loss|leak|bypass|intrusion|attack|corruption|exposure|failure|outage|burn|fraud|incident)s?$"
)
_ASKED = re.compile(r"\?\W{0,4}(?:yes|no)?\W{0,4}(?:→|->|=>)", re.IGNORECASE)
"""A question that leads to somebody: `Is data lost? YES → Page the database team`."""
_OF_A_KIND = re.compile(
    r"(?:the )?([^,;]{2,40}?) for ([^,;]{2,40}? (?:incidents?|issues?|problems?|events?|outages?|failures?))",
    re.IGNORECASE,
)
_FOR_INCIDENTS = re.compile(r"\s(?:for|on|of)\s(?:any |all |every )?\S+ incidents?$", re.IGNORECASE)
_ONWARD_EACH = re.compile(r"\bto the next (?:tier|level|step|person|one)\b([^.]*)", re.IGNORECASE)
"""What is said behind a row of names of when each goes on: `Escalate to the next tier after 15 min without ack`."""
_FIELDS = ("escalation", "who", "response", "ack", "resolution", "update", "meaning", "action")


def of_line(line: Line, place: Place) -> Iterator[Step]:
    """The steps in one line, each with a quote that stands in it."""
    for step in _told_in(line, place):
        stands = step.why.line != line.line or step.why.quote in line.text
        yield step if stands else replace(step, why=line.at())


def _told_in(line: Line, place: Place) -> Iterator[Step]:
    """The steps in one line of running text: all under an escalation heading, else only the plain ones."""
    if apart := list(_of_duty(line, place)) or list(_for_kinds(line, place)):
        yield from apart
        return
    if _read_elsewhere(line, place):
        return
    if one := single(line, place) or standing_in(line, place) or called_when(line, place):
        yield one
        return
    if graded := list(told_if(line, place.scale)):
        yield from graded
        return
    if _leads_nowhere(line):
        return
    told = place.announced or part_of(line.label) == "escalation"
    own = _own_severity(line, place.scale)
    if told and (levels := list(stages.of_arrows(stages.pointed(_row_of(line)), line, place.scale))):
        first = stages.ARROWS.split(_row_of(line))[0]
        alone = all(place.scale.find(w) for w in stages.who_in(first))
        own = own or (place.scale.mentioned(first) if alone else ())
        levels = _onward_each(levels, line, place)
        yield from (s if s.severities else replace(s, severities=own) for s in levels)
        return
    yield from _in_running_text(line, place, own, told=told)


def _leads_nowhere(line: Line) -> bool:
    """Whether a line says after how long a silence it goes on from somebody, and names nobody to go on to."""
    begun, *onward = stages.ARROWS.split(line.value)
    waits = line.label and silent(begun) and duration.amounts(begun)
    return bool(waits and onward) and not any(map(stages.who_in, onward))


def _onward_each(levels: list[Step], line: Line, place: Place) -> list[Step]:
    """Levels without times, each as long after the one before as a sentence behind their row says of them all."""
    rule = _ONWARD_EACH.search(line.text)
    waits = [a for a in duration.amounts(rule[1]) if not counts(rule[1], a)] if rule else []
    if not (rule and waits) or not silent(rule[1]) or any(s.after for s in levels):
        return levels
    only = place.scale.mentioned(rule[1])
    first, *later = levels
    timed = (replace(s, after=waits[0].seconds * n, severities=only, silence=True) for n, s in enumerate(later, 1))
    return [first, *timed]


def _in_running_text(line: Line, place: Place, own: tuple[str, ...], *, told: bool) -> Iterator[Step]:
    """The steps in the clauses of a line, as far as it or its heading says that they are for every incident."""
    if _USUALLY.search(line.text) and not place.announced:
        return
    given = place.given or own
    read = read_steps(_spelled(line.text), line, place.scale, given, running=True, escalating=place.announced)
    announced = place.announced or _ESCALATES.fullmatch(plain(line.label))
    by_hand = _ASKED.search(line.text) or (place.announced and (_NEEDED.match(line.label) or for_a_kind(place)))
    for step in _counted(read, line, place):
        left = step.leisure and given and not (step.who or place.given)
        timed = step.who and step.after is not None and (told or step.silence or _named(step.why.quote))
        general = holds_for_all(step, place) or (told and bool(step.after))
        if place.announced and not step.severities and _names_a_kind(line.label) and calls(step.why.quote):
            yield replace(step, after=None, advised=step.after, kind=line.label)
        elif by_hand and step.after == 0:
            yield replace(step, after=None)
        elif left or (timed and (step.severities or general)):
            yield step
        elif step.who and step.after and brings(step.why.quote):
            yield replace(step, unheeded=True)
        elif step.after is None and _by_condition(step, place) and (announced or _ordered(step, place)):
            yield step


def _names_a_kind(label: str) -> bool:
    """Whether a label is a kind of incident: `Tenant isolation failure: page the data team`."""
    return bool(_CASE.search(plain(label))) and not targets.only_names(label)


def _spelled(words: str) -> str:
    """Words with the name for which a pronoun stands: `The backup is Kim. They are paged if …`."""
    found = _PRONOUN.match(words)
    return f"{found[1]} {words[found.end() :]}" if found and targets.only_names(found[1]) else words


def for_a_kind(place: Place) -> bool:
    """Whether the words that lead to a line are for some kind of incident only: `For database issues:`."""
    lead = place.lead.text
    general = _GENERAL.search(lead) or place.scale.mentioned(lead, by_label=True) or place.given
    return bool(_NEEDED.match(lead)) and not (general or silent(lead) or unresolved(lead) or STARTS.search(lead))


def _for_kinds(line: Line, place: Place) -> Iterator[Step]:
    """Whom a line of escalation lists, each for incidents of a kind: `Data owner for database issues, …`."""
    told = part_of(line.label) == "escalation" and not duration.amounts(line.value)
    pieces = (
        [_OF_A_KIND.fullmatch(p.strip()) for p in re.split(r"[;,]\s+(?:and\s)?", line.value.rstrip("."))]
        if told
        else []
    )
    named = [
        (m, who) for m in pieces if m and (who := targets.only_names(m[1])) and not place.scale.mentioned(m[2])
    ]
    if len(named) == len(pieces) > 1:
        yield from (Step(who, None, line.at(m[0]), kind=m[2].strip()) for m, who in named)


def _of_duty(line: Line, place: Place) -> Iterator[Step]:
    """When the role is brought in that a line, or the heading above it, names before it tells of it."""
    if place.role and (step := _if_silent(line, place)):
        yield step
    elif duties.tells(line.value, place.scale):
        who = targets.only_names(line.label) or place.role
        yield from duties.of_duty(who, line, place.scale) if who else ()


def _if_silent(line: Line, place: Place) -> Step | None:
    """The role that a heading names, where a field says after whose silence: `Contact: if nobody acks in 5 min`."""
    amount = duration.read(line.value) if _CONTACTED.fullmatch(line.label) and silent(line.value) else None
    told = amount and _UPON.match(line.value) and not targets.listed_in(line.value)
    return (
        Step(place.role, amount.seconds, line.at(), until="acknowledged", silence=True) if amount and told else None
    )


def _counted(steps: Iterable[Step], line: Line, place: Place) -> Iterator[Step]:
    """Steps whose times count from when the holder of a duty was brought in, where the line is of their duty."""
    base = place.holder if part_of(line.label) == "escalation" else ()
    for step in steps:
        yield replace(step, base=step.base or base)


def _row_of(line: Line) -> str:
    """The words in which a row of arrows may stand; where one points from its label, that is its first name."""
    pointed = stages.ARROWS.match(line.text[len(line.label) :]) if line.text.startswith(line.label) else None
    return line.text if line.label and pointed and targets.only_names(line.label) else line.value


def _named(words: str) -> bool:
    """Whether words bring somebody in, or begin with somebody: `Team Lead within 2 hours`."""
    return brings(words) or targets.leads(words) or bool(POSTED.search(words) or _MAIL.search(words))


def _read_elsewhere(line: Line, place: Place) -> bool:
    """Whether a line is one severity's own words, or a level's own condition, which are read as such."""
    if line.text.rstrip().endswith("?"):
        return True  # a question is put to whoever decides, and states nothing
    if place.announced:
        level = place.levelled and (triggers.is_trigger(line.label) or triggers.leaves(line.text))
        return level or bool(place.scale.purely(line.label))
    late = silent(line.label) or unresolved(line.label)
    return bool(place.given) and not late and part_of(line.label) in _FIELDS


def _ordered(step: Step, place: Place) -> bool:
    """Whether a step says in so many words that somebody is brought in for a severity that it or its list names."""
    words = step.why.quote
    order = _ORDER.match(words)
    if place.scale.mentioned(words):
        named = order and targets.only_names(_FOR_INCIDENTS.sub("", words[order.end() :].rstrip(".")))
        return bool(PAGES.search(words) or named)
    if order and _UPON.search(words) and order[0].strip().lower().startswith("page"):
        return True
    return bool(order and place.given and targets.only_names(words[order.end() :]))


def _by_condition(step: Step, place: Place) -> bool:
    """Whether a step without a time, or what leads to it, says on what condition or for whom somebody is called."""
    people = any(not targets.is_channel(w) for w in step.who)
    ordered = place.given and _ORDER.match(step.why.quote)
    told = calls(step.why.quote) or notifies(step.why.quote) or step.silence or ordered
    led = conditional(place.lead.text) or NEED.search(plain(place.lead.text))
    upon = conditional(step.why.quote) or (place.announced and led)
    joins = place.announced and place.given and upon and brings(step.why.quote)
    return bool(people and (told or joins) and (step.severities or step.silence or upon))


def _own_severity(line: Line, scale: Scale) -> tuple[str, ...]:
    """The severity that a line begins with: `Sev0 - drop everything. …`."""
    if line.label:
        timed = scale.mentioned(line.label) if duration.amounts(line.label) else ()
        return scale.titled(line.label) or timed
    name = read_name(line.text)
    found = scale.find(name.id) if name else None
    return (found,) if found else ()


def holds_for_all(step: Step, place: Place) -> bool:
    """Whether a step without a severity can be meant for every incident."""
    if not place.announced and not step.silence and not unresolved(step.why.quote):
        return False
    return bool(step.after) or all(targets.ON_CALL.search(w) for w in step.who)

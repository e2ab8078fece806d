"""Reads whom one line of a playbook brings in, by what it says and by what it stands under."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sirenbook.playbook.escalation import duties, stages, triggers
from sirenbook.playbook.escalation.conditions import lasting
from sirenbook.playbook.escalation.steps import Step, read_steps, until_of, when
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale, read_name
from sirenbook.playbook.language.passing import counts
from sirenbook.playbook.language.phrases import (
    ALONE,
    AT_END,
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
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import plain
from sirenbook.playbook.text.inline import Line

_WHOEVER = re.compile(r"^who(?:ever)? is\s|\s(?:this|that|for the) (?:week|shift|day)\W*$", re.IGNORECASE)
_AT_ONCE = re.compile(r",?\s*\(?(?:right away|at once|immediately|straight ?away)\)?\W*$", re.IGNORECASE)
_BESIDES = re.compile(
    r",\s(?:(?:at )?any(?:time| time| hour)|day (?:and|or) night|24/7)\b.*|\sbefore you\b.*", re.IGNORECASE
)
"""What else is said of whoever an arrow points at: `→ storage team, at any hour`."""
_ONLY = re.compile(r"^full | only\W*$", re.IGNORECASE)
_FIRST = re.compile(r"(?:the )?(?:first|initial)(?: (?:responders?|contacts?|point of contact|response|line))?")
_MAIL = re.compile(r"\be-?mail (?!updates?\b)", re.IGNORECASE)
_NEED = re.compile(
    r"\b(?:impact|loss|breach|legal|compliance|media|press|public|pr|data|security|privacy|regulat\w+|financial"
    r"|revenue|customers?|vendor|third[ -]party|infrastructure|database|network|hardware|payments?|billing"
    r"|issues?|problems?|exposure|attack|threat|bypass|intrusion)\b"
)
"""What a label is about that says on what need somebody else comes."""
_SENT_ON = re.compile(r"escalate to (?:the )?([^;,.]+)\.?", re.IGNORECASE)
_GENERAL = re.compile(r"\b(?:all|any|every|each|paged|on[ -]?call|escalat\w+)\b", re.IGNORECASE)
_NEEDED = re.compile(r"(?:for|if|when|in case|on|upon)\b", re.IGNORECASE)
"""What a label begins with on whose need somebody comes, and not with every incident."""
_TAKES_OVER = re.compile(
    r"\W*(?:respond|takes? over|steps? in|joins?|back-?up|covers?|available)s?\b", re.IGNORECASE
)
_WHEN = re.compile(
    r"\W*(?:escalate|page|call|contact|engage|involve|notify)d? (?:after|if|for|when|within)\b", re.IGNORECASE
)
_ON_NEED = re.compile(
    r"\W*(?:when|if|only (?:for|if|when)|mandatory (?:for|when|if)|sev\W?\d|p\d)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"\s[-–—]\s\S+@\S+$")
_ORDER = re.compile(r"\W*(?:page|notify|call|alert|inform|engage|involve|contact)\W+(?:the )?", re.IGNORECASE)
_UPON = re.compile(r"\bif (?!needed|necessary|required|appropriate|applicable)", re.IGNORECASE)
_SENDS = re.compile(r"\W*(?:escalate|notify|inform|involve)\b", re.IGNORECASE)
"""What an arrow may lead to besides a name: `Data loss → Notify the database lead`."""
_NOTIFIED = re.compile(r"\bnotifications?\b", re.IGNORECASE)
_REPORT = re.compile(r"\b(?:report|summary|digest|daily|weekly)\b", re.IGNORECASE)
_IF_GRAVE = re.compile(
    r"\W*(?:\d+[.)] )?escalate to (?:the )?([^.;:()]{2,40}?) (?:if|for|when) ([^.;:()]{2,40})\W*", re.IGNORECASE
)
_GOES_ON = re.compile(r"\bescalat(?:ions?|es|ed)\b", re.IGNORECASE)
_ESCALATES = re.compile(r"escalat(?:ion|e|es)(?: (?:path|policy|chain|process|rule))?")
_PRONOUN = re.compile(
    r"\W*([A-Z][\w-]*(?: [\w-]+){0,3}?) (?:is|are)\b[^.]{0,80}\."
    r" (?:They|He|She) (?=(?:is|are|gets?|will be) \w+ed\b)"
)
_ESCALATED_TO = re.compile(r"\bescalate to (?:the )?([^()]{2,40}?)\W*$", re.IGNORECASE)
"""Whom a heading says that its conditions bring in: `When to escalate to management`."""
_CONTACTED = re.compile(r"contact(?:ed)?|called|paged|engaged|when(?: to \w+)?|trigger", re.IGNORECASE)
_FIELDS = ("escalation", "who", "response", "ack", "resolution", "update", "meaning", "action")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: whether a heading announces escalation, the severities it names, and what leads in.

    `role` is whom the heading names, whose duties its lines tell. `holder` is the same where the heading is not one
    of escalation: its line of escalation counts from when they were brought in. `contacts` where the heading is one
    of those who can be called, each of whom may stand with what for.
    """

    scale: Scale
    announced: bool
    given: tuple[str, ...]
    lead: Line
    lasting: bool = False
    levelled: bool = False
    chain: bool = False
    holder: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    contacts: bool = False

    def fill(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Steps that name no severity are for those of the heading."""
        for step in steps:
            yield step if step.severities or not self.given else replace(step, severities=self.given)


def of_line(line: Line, place: Place) -> Iterator[Step]:
    """The steps in one line, each with a quote that stands in it."""
    for step in _told_in(line, place):
        stands = step.why.line != line.line or step.why.quote in line.text
        yield step if stands else replace(step, why=line.at())


def _told_in(line: Line, place: Place) -> Iterator[Step]:
    """The steps in one line of running text: all under an escalation heading, else only the plain ones."""
    if duty := list(_of_duty(line, place)):
        yield from duty
        return
    if _read_elsewhere(line, place):
        return
    if single := _single(line, place) or _standing_in(line, place) or called_when(line, place):
        yield single
        return
    told = place.announced or part_of(line.label) == "escalation"
    own = _own_severity(line, place.scale)
    if told and (levels := list(stages.of_arrows(stages.pointed(_row_of(line)), line, place.scale))):
        first = stages.ARROWS.split(_row_of(line))[0]
        alone = all(place.scale.find(w) for w in stages.who_in(first))
        own = own or (place.scale.mentioned(first) if alone else ())
        yield from (s if s.severities else replace(s, severities=own) for s in levels)
        return
    given = place.given or own
    read = read_steps(_spelled(line.text), line, place.scale, given, running=True, escalating=place.announced)
    announced = place.announced or _ESCALATES.fullmatch(plain(line.label))
    by_hand = place.announced and (_NEEDED.match(line.label) or for_a_kind(place))
    for step in _counted(read, line, place):
        left = step.leisure and given and not (step.who or place.given)
        timed = step.who and step.after is not None and (told or step.silence or _named(step.why.quote))
        general = holds_for_all(step, place) or (told and bool(step.after))
        if by_hand and step.after == 0:
            yield replace(step, after=None)
        elif left or (timed and (step.severities or general)):
            yield step
        elif step.who and step.after and brings(step.why.quote):
            yield replace(step, unheeded=True)
        elif step.after is None and _by_condition(step, place) and (announced or _ordered(step, place)):
            yield step


def _spelled(words: str) -> str:
    """Words with the name for which a pronoun stands: `The backup is Kim. They are paged if …`."""
    found = _PRONOUN.match(words)
    return f"{found[1]} {words[found.end() :]}" if found and targets.only_names(found[1]) else words


def for_a_kind(place: Place) -> bool:
    """Whether the words that lead to a line are for some kind of incident only: `For database issues:`."""
    lead = place.lead.text
    general = _GENERAL.search(lead) or place.scale.mentioned(lead, by_label=True) or place.given
    return bool(_NEEDED.match(lead)) and not (general or silent(lead) or unresolved(lead) or STARTS.search(lead))


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


def _single(line: Line, place: Place) -> Step | None:
    """The one step of a line that is no sentence: who is first, upon what, how long, or a severity's team."""
    if place.given and (alone := ALONE.fullmatch(line.text)) and (due := duration.read(alone[1])):
        return Step((), due.seconds, line.at(), business=due.business)
    if place.announced and _FIRST.fullmatch(plain(line.label)):
        first = targets.only_names(line.value) or targets.only_names(_WHOEVER.sub("", line.value))
        if first:
            return Step(first, 0, line.at(line.value))
    if place.announced and (upon := _upon(line, place.scale) or _in_need(line, place.scale)):
        return upon
    if (place.announced or part_of(line.label) == "escalation") and (waited := _after_wait(line)):
        return waited
    if (
        other := _backing_up(line)
        or _told_by(line, place)
        or _if_grave(line, place.scale)
        or (_lasting(line, place) if place.lasting else None)
    ):
        return other
    severities = place.scale.purely(line.label)
    who = targets.only_names(_ONLY.sub("", line.value)) if severities else ()
    beside = AT_END.search(line.value) if who else None
    amount = duration.alone(beside[1]) if beside else None
    return Step(who, amount.seconds if amount else None, line.at(line.value), severities) if who else None


def _backing_up(line: Line) -> Step | None:
    """The second on call whom a label names, whose words say after how long a silence an incident goes on."""
    amount = (
        duration.read(line.value) if targets.SECOND.search(line.label) and _GOES_ON.search(line.value) else None
    )
    who = targets.only_names(line.label) if amount and silent(line.value) else ()
    return Step(who, amount.seconds, line.at(), until="acknowledged", silence=True) if who and amount else None


def _told_by(line: Line, place: Place) -> Step | None:
    """Whom the heading says are told, where a line says by when for a severity: `SEV2 incidents: within 1 hour`."""
    announced = place.role and _NOTIFIED.search(place.lead.text)
    only = place.scale.titled(line.label) if announced and line.label else ()
    due = duration.read(line.value) if only and not _REPORT.search(line.value) else None
    return Step(place.role, due.seconds, line.at(), only, business=due.business) if due else None


def _if_grave(line: Line, scale: Scale) -> Step | None:
    """Who comes by hand for some severities, wherever that stands: `Escalate to the commander if SEV1/SEV2`."""
    found = _IF_GRAVE.fullmatch(line.text)
    only = scale.purely(found[2]) if found else ()
    who = targets.only_names(found[1]) if found and only else ()
    return Step(who, None, line.at(), only) if who else None


def _standing_in(line: Line, place: Place) -> Step | None:
    """The holder of a duty who comes when another does not answer: `Respond if the primary is silent`."""
    amount = duration.read(line.text)
    if not (place.holder and _TAKES_OVER.match(line.text) and silent(line.text) and amount):
        return None
    return Step(place.holder, amount.seconds, line.at(), until="acknowledged", silence=True)


def called_when(line: Line, place: Place) -> Step | None:
    """Whoever a label names, whose words say when to call them: `Deputy: escalate after 15 min without answer`."""
    told = _WHEN.match(line.value) if place.announced else place.contacts and _ON_NEED.match(line.value)
    who = targets.only_names(_ADDRESS.sub("", line.label)) if told else ()
    if not who or whom(line.value, plainly=False):
        return None
    only = place.scale.mentioned(line.value)
    return Step(who, when(line.value)[0], line.at(), only, until_of(line.value), silence=silent(line.value))


def _upon(line: Line, scale: Scale) -> Step | None:
    """Who comes where an arrow points at them from what has happened: `Data involved → Legal`, by hand.

    Whoever is on call comes at once when it is the alert itself: `Alert triggers → page to primary on-call`.
    """
    pieces = stages.ARROWS.split(line.text)
    waits = [a for a in duration.amounts(pieces[0]) if not counts(pieces[0], a)]
    if len(pieces) != 2 or waits or whom(pieces[0], plainly=False):
        return None
    happened = len(pieces[0].split()) > 1 and not (silent(pieces[0]) or unresolved(pieces[0]))
    named = stages.SENT_TO.sub("", _AT_ONCE.sub("", _BESIDES.sub("", pieces[1])))
    called = targets.only_names(named) or (whom(pieces[1], plainly=False) if _SENDS.match(pieces[1]) else ())
    who = called if happened and not scale.mentioned(line.text) else ()
    begins = STARTS.search(pieces[0]) and any(targets.ON_CALL.search(w) for w in who)
    return Step(who, 0 if begins else None, line.at()) if who and not targets.listed_in(pieces[0]) else None


def _after_wait(line: Line) -> Step | None:
    """Who comes where an arrow points at them from how long nobody answers: `15 min no response → backup`."""
    pieces = stages.ARROWS.split(line.value)
    amount = duration.read(pieces[0]) if len(pieces) == 2 and silent(pieces[0]) else None
    who = targets.only_names(_BESIDES.sub("", pieces[1])) if amount else ()
    if not (who and amount) or whom(pieces[0], plainly=False):
        return None
    return Step(who, amount.seconds, line.at(), until="acknowledged", silence=True)


def _in_need(line: Line, scale: Scale) -> Step | None:
    """Who comes by hand where a label says on what need: `Revenue impact: Product Manager + Sales Lead`."""
    label = plain(line.label)
    needed = _NEED.search(label) and not (scale.mentioned(label) or whom(line.label, plainly=False))
    onward = _SENT_ON.fullmatch(line.value)
    who = targets.only_names(_AT_ONCE.sub("", onward[1] if onward else line.value)) if needed else ()
    return Step(who, None, line.at()) if who else None


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
        named = order and targets.only_names(words[order.end() :].rstrip("."))
        return bool(PAGES.search(words) or named)
    if order and _UPON.search(words) and order[0].strip().lower().startswith("page"):
        return True
    return bool(order and place.given and targets.only_names(words[order.end() :]))


def _by_condition(step: Step, place: Place) -> bool:
    """Whether a step without a time, or what leads to it, says on what condition or for whom somebody is called."""
    people = any(not targets.is_channel(w) for w in step.who)
    ordered = place.given and _ORDER.match(step.why.quote)
    told = calls(step.why.quote) or notifies(step.why.quote) or step.silence or ordered
    led = conditional(place.lead.text) or _NEED.search(plain(place.lead.text))
    upon = conditional(step.why.quote) or (place.announced and led)
    return bool(people and told and (step.severities or step.silence or upon))


def _lasting(line: Line, place: Place) -> Step | None:
    """How long an incident of one severity lasts before it is escalated: `P1 for more than 15 minutes`."""
    severities, amount = place.scale.mentioned(line.text) or place.given, duration.read(line.text)
    if not (severities and amount and amount.seconds and (lasting(line.text) or silent(line.text))):
        return None
    onward = _ESCALATED_TO.search(place.lead.text)
    who = targets.only_names(onward[1]) if onward else ()
    return None if whom(line.text) else Step(who, amount.seconds, line.at(), severities, until_of(line.text))


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

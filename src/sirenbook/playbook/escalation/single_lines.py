"""Reads the one level that a line states which is no sentence: who is first, upon what, after how long."""

import re
from collections.abc import Iterator

from sirenbook.playbook.escalation import stages
from sirenbook.playbook.escalation.conditions import lasting
from sirenbook.playbook.escalation.place import Place
from sirenbook.playbook.escalation.steps import Step, until_of, when
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.passing import counts
from sirenbook.playbook.language.phrases import (
    ALONE,
    AT_END,
    STARTS,
    brings,
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
NEED = re.compile(
    r"\b(?:impact|loss|breach|legal|compliance|media|press|public|pr|data|security|privacy|regulat\w+|financial"
    r"|revenue|customers?|vendor|third[ -]party|infrastructure|database|network|hardware|payments?|billing"
    r"|issues?|problems?|exposure|attack|threat|bypass|intrusion)\b"
)
"""What a label is about that says on what need somebody else comes."""
_SENT_ON = re.compile(r"escalate to (?:the )?([^;,.]+)\.?", re.IGNORECASE)
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
_SENDS = re.compile(r"\W*(?:escalate|notify|inform|involve)\b", re.IGNORECASE)
"""What an arrow may lead to besides a name: `Data loss → Notify the database lead`."""
_NOTIFIED = re.compile(r"\bnotifications?\b", re.IGNORECASE)
_REPORT = re.compile(r"\b(?:report|summary|digest|daily|weekly)\b", re.IGNORECASE)
_IF_GRAVE = re.compile(
    r"\W*(?:\d+[.)] )?escalate to (?:the )?([^.;:()]{2,40}?) (?:if|for|when) ([^.;:()]{2,40})\W*", re.IGNORECASE
)
_PAGED_AT = re.compile(
    r"\((?:auto(?:matically)?[- ]?)?(?:paged|called|notified) (?:at|after) ([^()]+)\)", re.IGNORECASE
)
_PARTS = re.compile(r";|\s[–—-]\s|:\s|(?<=[.])\s")
_TOLD_IF = re.compile(
    r"(?:the )?([^\s,.;:()][^,.;:()]{1,40}?) (?:(?:is|are|gets?) )?(?:paged|notified|informed|called|alerted"
    r"|engaged|notification) \(?(?:if|for|on) ([^.;:()]{2,30}?)\)?\W*",
    re.IGNORECASE,
)
"""Somebody who is told if the incident is grave: `Commander notified (if SEV1 or SEV2)`."""
_FOR_SOME = re.compile(r"([^()]{2,40}?) \((?:for |on |if |only )*([^()]+?)(?: only)?\)\W*", re.IGNORECASE)
_BY_ITSELF = re.compile(r"\bauto(?:matically)?[- ]?escalates?\b", re.IGNORECASE)
"""What a page does when nobody answers: `Secondary: auto-escalates after 5 min`."""
_GOES_ON = re.compile(
    r"\bescalat(?:ions?|es|ed)\b|\breceives? (?:the )?pages?\b|\b(?:takes? over|steps? in)\b", re.IGNORECASE
)
_ESCALATED_TO = re.compile(r"\bescalate to (?:the )?([^()]{2,40}?)\W*$", re.IGNORECASE)
"""Whom a heading says that its conditions bring in: `When to escalate to management`."""
_ANY_INCIDENT = re.compile(
    r"\W*(?:the |any |an? )?(?:incident|issue|problem|outage)s? (?:(?:is|are|has|have|was|been|still) )*"
    r"(?:not\b|un\w+ed\b|open\b|last|exceed|continu|persist|ongoing)",
    re.IGNORECASE,
)
"""What a line begins with that is about how long any incident goes on: `Incident not resolved in 1 hour`."""
_REQUIRED = re.compile(r"\W*(.{2,40}?) notification (?:required|needed|mandatory)\W*", re.IGNORECASE)
_ACTIVATES = re.compile(
    r"\W*(?:activate|assemble|mobili[sz]e|assign(?:ed)? to) (?:the )?([^,.;]{2,40} team)\W*", re.IGNORECASE
)
"""What is done for every incident of a severity, at no time that is said: `Activate the response team`."""


def single(line: Line, place: Place) -> Step | None:
    """The one step of a line that is no sentence: who is first, upon what, how long, or a severity's team."""
    if place.given and (alone := ALONE.fullmatch(line.text)) and (due := duration.read(alone[1])):
        return Step((), due.seconds, line.at(), business=due.business)
    if place.announced and _FIRST.fullmatch(plain(line.label)):
        first = targets.only_names(line.value) or targets.only_names(_WHOEVER.sub("", line.value))
        if first:
            return Step(first, 0, line.at(line.value))
    if place.announced and (upon := _upon(line, place.scale) or _in_need(line, place.scale)):
        return upon
    if (place.announced or part_of(line.label) == "escalation") and (waited := _after_wait(line, place.scale)):
        return waited
    if (
        other := _backing_up(line)
        or (None if place.given else _unnamed(line))
        or _told_by(line, place)
        or (_activated(line) if place.given else None)
        or _if_grave(line, place.scale)
        or _for_graver(line, place)
        or _paged_at(line, place.scale)
        or (_lasting(line, place) if place.lasting else None)
    ):
        return other
    severities = place.scale.purely(line.label)
    who = targets.only_names(_ONLY.sub("", line.value)) if severities else ()
    beside = AT_END.search(line.value) if who else None
    amount = duration.alone(beside[1]) if beside else None
    return Step(who, amount.seconds if amount else None, line.at(line.value), severities) if who else None


def _activated(line: Line) -> Step | None:
    """Whom a severity's own list of actions brings in, by hand: `Activate the full response team`."""
    deed = _REQUIRED.fullmatch(line.text) or _ACTIVATES.fullmatch(line.text)
    who = targets.only_names(deed[1]) if deed else ()
    return Step(who, None, line.at()) if who else None


def _backing_up(line: Line) -> Step | None:
    """The second on call whom a label names, whose words say after how long a silence an incident goes on."""
    amount = (
        duration.read(line.value) if targets.SECOND.search(line.label) and _GOES_ON.search(line.value) else None
    )
    late = silent(line.value) or _BY_ITSELF.search(line.value)
    who = targets.only_names(line.label) if amount and late else ()
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


def told_if(line: Line, scale: Scale) -> Iterator[Step]:
    """Whom the parts of a line say are told for some severities: `vendor paged if P1`, `Lead notified (if P0)`."""
    for part in _PARTS.split(line.text):
        found = _TOLD_IF.fullmatch(part.strip())
        only = scale.purely(found[2]) if found and not duration.amounts(part) else ()
        if found and only and (who := targets.only_names(found[1])):
            yield Step(who, None, line.at(part.strip()), only)


def _for_graver(line: Line, place: Place) -> Step | None:
    """Who of a list of those to be told is told for some severities only: `Owner (for SEV1)` under `Notify:`."""
    found = _FOR_SOME.fullmatch(line.text) if brings(place.lead.text) else None
    only = place.scale.purely(found[2]) if found else ()
    who = targets.only_names(found[1]) if found and only else ()
    return Step(who, None, line.at(), only) if who else None


def _paged_at(line: Line, scale: Scale) -> Step | None:
    """Whom a list of contacts says to be paged at some time: `VP: … (auto-paged at 30 min for P1)`."""
    found = _PAGED_AT.search(line.value)
    who = targets.only_names(line.label) if found else ()
    due = duration.read(found[1]) if found and who else None
    return Step(who, due.seconds, line.at(), scale.mentioned(line.value), business=due.business) if due else None


def standing_in(line: Line, place: Place) -> Step | None:
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


def _unnamed(line: Line) -> Step | None:
    """After how long a rotation goes on to the next, whoever that is: `Escalation: after 30 min if no response`."""
    late = plain(line.label) == "escalation" and silent(line.value) and not targets.named_in(line.value)
    amount = duration.read(line.value) if late else None
    return Step((), amount.seconds, line.at(), until=until_of(line.value)) if amount else None


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


def _after_wait(line: Line, scale: Scale) -> Step | None:
    """Who comes where an arrow points at them from how long nobody answers: `15 min no response → backup`."""
    pieces = stages.ARROWS.split(line.value)
    amount = duration.read(pieces[0]) if len(pieces) == 2 and silent(pieces[0]) else None
    who = targets.only_names(stages.TRY.sub("", _BESIDES.sub("", pieces[1]))) if amount else ()
    if not (who and amount) or whom(pieces[0], plainly=False):
        return None
    return Step(who, amount.seconds, line.at(), scale.mentioned(line.text), "acknowledged", silence=True)


def _in_need(line: Line, scale: Scale) -> Step | None:
    """Who comes by hand where a label says on what need: `Revenue impact: Product Manager + Sales Lead`."""
    label = plain(line.label)
    needed = NEED.search(label) and not (scale.mentioned(label) or whom(line.label, plainly=False))
    onward = _SENT_ON.fullmatch(line.value)
    who = targets.only_names(_AT_ONCE.sub("", onward[1] if onward else line.value)) if needed else ()
    return Step(who, None, line.at()) if who else None


def _lasting(line: Line, place: Place) -> Step | None:
    """How long an incident of one severity lasts before it is escalated: `P1 for more than 15 minutes`."""
    severities, amount = place.scale.mentioned(line.text) or place.given, duration.read(line.text)
    general = not place.levelled and _ANY_INCIDENT.match(line.text)
    meant = severities or place.onward or general
    if not (meant and amount and amount.seconds and (lasting(line.text) or silent(line.text))):
        return None
    onward = _ESCALATED_TO.search(place.lead.text)
    who = targets.only_names(onward[1]) if onward else place.onward
    return None if whom(line.text) else Step(who, amount.seconds, line.at(), severities, until_of(line.text))

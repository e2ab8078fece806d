"""Reads the escalation in what is said of one severity: a matrix's row, a table's cell, a heading's fields."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sirenbook.playbook.escalation import matrix
from sirenbook.playbook.escalation.condition_tables import names_when
from sirenbook.playbook.escalation.conditions import raises
from sirenbook.playbook.escalation.kinds import is_topic
from sirenbook.playbook.escalation.stages import ARROWS, of_arrows, pointed
from sirenbook.playbook.escalation.steps import Step, read_steps, until_of, when
from sirenbook.playbook.escalation.triggers import is_trigger
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import (
    ALONE,
    AT_END,
    brings,
    calls,
    conditional,
    manner_of,
    notifies,
    silent,
    unresolved,
)
from sirenbook.playbook.language.records import Field, Group, Record
from sirenbook.playbook.language.vocabulary import ESCALATION_TOPIC, SEVERITY_TOPIC, UPDATE_TOPIC, part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import plain

_COLUMN = re.compile(r"(?:auto[ -]?)?escalat(?:e|es|ion)(?: triggers?| (?:level |tier )?\d)?")
_BRACKETS = re.compile(r"\(([^()]+)\)")
_FROM = re.compile(
    r"(?:(?:initial|first|current) (?:responders?|owner|level|contact|assignee)|(?:escalat\w+ )?from)(?: \(\w+\))?"
)
"""What a first column is called whose rows are those who go on to the people beside them."""
_THEN = re.compile(r",? (?:and )?then\s", re.IGNORECASE)
_CALLS = re.compile(r"^\W*(?:pages?|calls?|notif(?:y|ies)|alerts?)\s(?:the\s)?", re.IGNORECASE)
_FIRST = re.compile(r"(?:initial|first|primary) (?:respon[ds]\w+|contact|owner|assignee)")
_ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
_ANSWER = re.compile(r"\brespon[ds]", re.IGNORECASE)
_OVER = re.compile(r">|more than|longer than|\bafter\b|\bover\b", re.IGNORECASE)
_NAMED = re.compile(r"\b(?:named|appointed|assigned|designated) (?:with)?in \d", re.IGNORECASE)
_APPOINTS = re.compile(r"\W*(?:assign|appoint|designate|engage)\b", re.IGNORECASE)
_ALERTS = re.compile(r"\W*(?:alert|notify|inform)\b", re.IGNORECASE)
"""What an action begins with that brings somebody in: `Alert engineering team, begin investigation`."""
_ABOVE = re.compile(r"(?:exec(?:utive)?s?|management|leadership|board|c-suite)(?: team)?")
"""Who is over the team, so that a time alone beside them is when they are told: `Exec team: within 1 hour`."""
_RESPONDS = re.compile(
    r"(?:primary |secondary )?on-?call\b(?: engineer)?"
    r"(?: \+ [\w ]+)? (?:handles|responds|takes)",
    re.IGNORECASE,
)
_TO_WHOM = re.compile(r"escalates? to|who(?: to \w+)?|(?:to )?whom|notif(?:y|ies|ication)|pages?")
_CONDITIONAL = re.compile(r"\((?:if|when|unless|may|can|optional)\b[^()]*\)", re.IGNORECASE)
_IF = re.compile(r"(?:only )?(?:if|when|unless)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\S+@\S+\.\w+|\[?@[\w.-]+\]?")
_AUDIENCE = re.compile(r"stakeholder|audience|recipient|informed|subscriber")
_WAYS = re.compile(r"\b(?:channels?|methods?|medium|via)$")
"""What a column is called that says how people are told: `Notification channels`."""
_A_DAY = 86400
"""Seconds from which a deadline is one of what comes after an incident."""
_REACHED = re.compile(r"#\w|\bon-?call\b", re.IGNORECASE)
_DECIDES = re.compile(r"\b(?:decisions?|authority|authori[sz]ations?|approvals?|approvers?|sign-?offs?)\b")
_SPEAKS = re.compile(r"escalat|\bpage|notif|ticket", re.IGNORECASE)


def steps_of_record(severity: str, record: Record, group: Group, scale: Scale) -> Iterator[Step]:
    """The steps in the fields of a record that is named as a severity."""
    mine = (severity,)
    if is_trigger(group.header) or names_when(group.header) or part_of(group.header) == "hours":
        return  # a column of conditions, whose rows are those who are called, is read as such; hours call nobody
    if any(_DECIDES.search(plain(t)) and not SEVERITY_TOPIC.search(plain(t)) for t in group.topic[-1:]):
        return  # who may decide it, and not who comes
    titles = (*group.topic[max(2, len(group.topic) - 2) : -1], *group.topic[-1:], group.header)
    announced = any(ESCALATION_TOPIC.search(plain(t)) for t in titles)
    if group.kind == "sections" and any(ESCALATION_TOPIC.search(plain(t)) for t in group.topic[2:]):
        turns = list(matrix.of_levels(record, group, mine)) or list(matrix.of_turns(record, mine))
        yield from turns or (s for f in record.fields for s in _of_label(f, mine) if not s.who)
        return  # such headings are read as escalation sections, where levels in a row belong together
    told = any(UPDATE_TOPIC.search(plain(t)) for t in group.topic[2:])
    if steps := matrix.steps_of_line(record, group, mine, announced=announced):
        yield from steps
        return
    found = [*_of_title(record, group, scale, mine)]
    found += _of_fields(record, scale, mine, announced=announced, told=told)
    if later := _lasting(record):
        found = [replace(s, after=later) if s.after in (None, 0) and s.who else s for s in found]
    elif _follows(record, group) or (group.kind == "columns" and _FROM.fullmatch(plain(group.header))):
        found = [replace(s, after=None) if s.after == 0 else s for s in found]
    if _ONLY.search(record.title) and group.kind == "rows":
        found = [replace(s, after=None) if s.after == 0 else s for s in found]  # who is for it, and not when
    if is_topic(group.before):  # for one kind of incident, which people see
        kind = next((f.value for f in record.fields if f.label == group.before), "")
        found = [replace(s, after=None, advised=s.after, kind=kind) for s in found]
    yield from found
    wait = matrix.delay(record, "escalation")
    named = any(part_of(f.label) == "who" and not targets.idle(f.value) for f in record.fields if f.label)
    escalates = announced or any(part_of(f.label) == "escalation" for f in record.fields if f.label)
    if wait and escalates and not named and not any(s.who or s.leisure for s in found):
        yield Step((), wait, record.name.at(), mine)


def _lasting(record: Record) -> int | None:
    """How long an incident has lasted, where a row says that beside its severity: `SEV1 (30+ min)`."""
    aside = _BRACKETS.search(record.title)
    words = aside[1] if aside else ""
    if unresolved(words) or duration.bare(words):
        found = [a for a in duration.amounts(words) if a.open or _OVER.search(words)]
        return found[0].seconds if len(found) == 1 else None
    return None


def _follows(record: Record, group: Group) -> bool:
    """Whether a row is not the first of its severity, where each row is somebody's: no word says when they come."""
    title = plain(record.title)
    same = [r for r in group.records if plain(r.title) == title] if group.kind == "rows" else []
    return len(same) > 1 and same[0] is not record


def _of_title(record: Record, group: Group, scale: Scale, mine: tuple[str, ...]) -> Iterator[Step]:
    """Whom a severity's heading pages in brackets: `SEV1 - Critical (page on-call)`."""
    for aside in _BRACKETS.finditer(record.title) if group.kind == "sections" else ():
        if calls(aside[1]):
            yield from (s for s in read_steps(aside[1], record.name, scale, mine) if s.who)


def _of_fields(
    record: Record, scale: Scale, mine: tuple[str, ...], *, announced: bool, told: bool
) -> Iterator[Step]:
    """The steps in the single fields of a record."""
    for entry in (f for f in record.fields if not raises(f.label, scale)):
        part = part_of(entry.label) if entry.label else ("escalation" if announced else None)
        if brought := list(_of_label(entry, mine)):
            yield from brought
            continue
        if then := duration.by_then(entry.label):
            yield from _by_then(entry, then, scale, mine)
            continue
        if not entry.label and (alone := ALONE.fullmatch(entry.value)) and (due := duration.read(alone[1])):
            yield Step((), due.seconds, entry.line.at(entry.value), mine, business=due.business)
            continue
        if (announced and plain(entry.label) == "to") or (part is None and _comes_at(entry, record)):
            part = "escalation"
        if part in ("response", "action") or plain(entry.label) == "communication":
            yield from _of_response(entry, scale, mine)
        if part not in ("escalation", "who") or _is_no_call(entry, record, told=told):
            continue
        delay = _delay(entry, part, record, announced=announced)
        steps = list(_of_words(entry, scale, mine, escalating=part == "escalation"))
        if len(steps) > 1 and ARROWS.search(pointed(entry.value)) and (part == "who" or delay):
            onward = delay if matrix.ONTO.fullmatch(plain(entry.label)) else None
            begins = steps[0].after is None or (onward and steps[0].after == 0)
            first = replace(steps[0], after=onward or 0) if begins else steps[0]
            yield from _chained([first, *steps[1:]], None if onward else matrix.delay(record, "escalation"))
            continue
        for step in steps:
            late = delay is not None and step.after in (None, 0)
            unsaid = step.after == 0 and not duration.immediate(entry.value) and _waits_somehow(record, entry)
            yield replace(step, after=delay) if late or unsaid else step


def _comes_at(entry: Field, record: Record) -> bool:
    """Whether a column beside one of escalation names somebody with a time in brackets: `CTO (30 min)`."""
    amount = duration.read(entry.value) if (aside := AT_END.search(entry.value)) else None
    timed = amount is not None and aside is not None and duration.bare(aside[1])
    beside = any(part_of(f.label) == "escalation" for f in record.fields if f.label)
    return timed and beside and bool(targets.only_names(duration.without(entry.value)))


def _is_no_call(entry: Field, record: Record, *, told: bool) -> bool:
    """Whether a field that could name people says when they come, how they are reached, or who hears of it."""
    label = plain(entry.label)
    ways = _WAYS.search(label) and not _REACHED.search(entry.value)
    return bool(_is_delay(entry) or _reaches(entry, record) or ways or (told and _AUDIENCE.search(label)))


def _delay(entry: Field, part: str, record: Record, *, announced: bool) -> int | None:
    """When the people of a field come by what other fields of its row say."""
    delay = matrix.delay(record, part)
    if delay is None and part == "who" and _TO_WHOM.fullmatch(plain(entry.label)):
        delay = _told_then(entry, record)
    return matrix.trigger_wait(record) if delay is None and announced else delay


def _waits_somehow(record: Record, entry: Field) -> bool:
    """Whether a time stands beside people in a field of which nobody knows what it says: then they come by hand."""
    others = (f for f in record.fields if f is not entry and f.label and part_of(f.label) is None)
    return any((amount := duration.alone(f.value)) is not None and amount.seconds for f in others)


def _told_then(entry: Field, record: Record) -> int | None:
    """When a field's people are told: at the time of their row, or once that of the field before them is over."""
    called = targets.ON_CALL.search(entry.value) and not targets.SECOND.search(entry.value)
    if called or ARROWS.search(entry.value):
        return None  # whoever is on call, or the first in a row of names, comes at once
    before = record.fields[max(record.fields.index(entry) - 1, 0)]
    return matrix.delay(record, "escalation") if _is_delay(before) else matrix.told_after(record)


def _reaches(entry: Field, record: Record) -> bool:
    """Whether a field is but an address of those whom another field of the same row names."""
    others = (f for f in record.fields if f is not entry and part_of(f.label) in ("who", "escalation"))
    return bool(_ADDRESS.fullmatch(entry.value.strip())) and any(targets.listed_in(f.value) for f in others)


def _is_wait(label: str) -> bool:
    """Whether a label is the condition on which its value holds: `If unacknowledged for 5 min: …`."""
    return (silent(label) or unresolved(label)) and bool(duration.amounts(label))


def _of_wait(entry: Field, mine: tuple[str, ...]) -> Iterator[Step]:
    """Whom a value names whose label is the wait and the condition before they are brought in."""
    amount = duration.read(entry.label)
    for place, words in enumerate(_THEN.split(entry.value)):
        who = targets.listed_in(_CALLS.sub("", words)) or whom(words)
        if who and amount:
            manner, after = manner_of(entry.value, who), None if place else amount.seconds
            yield Step(who, after, entry.line.at(), mine, until_of(entry.label), manner, amount.business)


def _of_label(entry: Field, mine: tuple[str, ...]) -> Iterator[Step]:
    """Whom a field brings in whose label is the condition for it."""
    if told := matrix.told_in(entry, mine):
        yield told
    elif _COLUMN.fullmatch(plain(entry.label)) and (moment := duration.alone(entry.value)):
        yield Step((), moment.seconds, entry.line.at(entry.value), mine, business=moment.business)
    elif _ABOVE.fullmatch(plain(entry.label)) and (due := duration.alone(entry.value)) and due.seconds:
        yield Step((entry.label,), due.seconds, entry.line.at(entry.value), mine, business=due.business)
    elif _FIRST.fullmatch(plain(entry.label)) and (who := targets.only_names(entry.value)):
        yield Step(who, 0, entry.line.at(entry.value), mine)
    elif _is_wait(entry.label) or (brings(entry.label) and duration.amounts(entry.label)):
        yield from _of_wait(entry, mine)
    elif silent(entry.label):
        yield from _of_silence(entry, mine)


def _of_silence(entry: Field, mine: tuple[str, ...]) -> Iterator[Step]:
    """Whom a label calls when nobody answers, at the time that its value states: `Page the backup if no ack`."""
    who = whom(entry.label, plainly=False) if brings(entry.label) else ()
    after, business = when(entry.value)
    if who and after:
        yield Step(who, after, entry.line.at(), mine, "acknowledged", manner_of(entry.label, who), business)


def _chained(steps: list[Step], wait: int | None) -> Iterator[Step]:
    """A row of names whose first wait stands in another column: `Escalation time`."""
    known = [s.after for s in steps[1:] if s.after is not None]
    for place, step in enumerate(steps):
        yield replace(step, after=wait) if place == 1 and wait and not known else step


def _of_response(entry: Field, scale: Scale, mine: tuple[str, ...]) -> Iterator[Step]:
    """What a field about the response says of people: whom it pages in so many words, or that nobody hurries."""
    if part_of(entry.label) == "action" and (who := targets.only_names(entry.value)):
        yield Step(who, 0, entry.line.at(entry.value), mine)
        return
    first = () if brings(entry.value) else targets.only_names(entry.value.split(",")[0])
    if any(targets.ON_CALL.search(w) for w in first):
        yield Step(first, 0, entry.line.at(entry.value), mine)
        return
    timed = duration.read(entry.value) is not None
    for step in read_steps(entry.value, entry.line, scale, mine):
        joins = brings(step.why.quote) and any(targets.SECOND.search(w) for w in step.who)
        acts = _APPOINTS if step.after else _ALERTS if part_of(entry.label) == "action" else _NAMED
        named = joins or _engages(step) or _NAMED.search(step.why.quote) or acts.match(step.why.quote)
        told = step.who and (calls(step.why.quote) or notifies(step.why.quote) or named)
        if (step.leisure and not timed) or told or (step.who and _RESPONDS.match(step.why.quote)):
            yield step


def _by_then(entry: Field, then: duration.Amount, scale: Scale, mine: tuple[str, ...]) -> Iterator[Step]:
    """Whom a field calls whose label is the time by which that is done: `Within 15 minutes: notify the manager`."""
    for step in read_steps(entry.value, entry.line, scale, mine) if then.seconds < _A_DAY else ():
        if step.who and (calls(step.why.quote) or notifies(step.why.quote)):
            late = step.after is not None and step.after > 0
            yield step if late else replace(step, after=then.seconds, business=then.business)


def _engages(step: Step) -> bool:
    """Whether words bring in whoever is on call at once: `Engage on-call immediately`."""
    on_call = any(targets.ON_CALL.search(w) for w in step.who)
    return on_call and brings(step.why.quote) and bool(duration.immediate(step.why.quote))


def _of_words(entry: Field, scale: Scale, mine: tuple[str, ...], *, escalating: bool) -> Iterator[Step]:
    """The steps of a field's words: a row of arrows, a list of names, or a sentence."""
    row = pointed(entry.value)
    if ARROWS.search(row) and (chain := list(of_arrows(row, entry.line, scale))):
        yield from (replace(s, severities=mine) for s in chain)
        return
    timed = duration.amounts(entry.value) or duration.immediate(entry.value)
    listed = () if timed or _SPEAKS.search(entry.value) else targets.listed_in(_certain(entry.value))
    joined = "+" in entry.value and _COLUMN.fullmatch(plain(entry.label))
    if not (listed or timed) and (joined or _TO_WHOM.fullmatch(plain(entry.label))):
        listed = targets.called(entry.value)
    if listed:
        after = None if conditional(entry.label) or conditional(_certain(entry.value)) else 0
        hours = duration.business(entry.value)
        manner = manner_of(entry.value, listed)
        yield Step(listed, after, entry.line.at(entry.value), mine, "resolved", manner, hours)
        return
    main, aside = _set_aside(entry.value)
    steps = [*read_steps(main, entry.line, scale, mine, escalating=escalating)]
    if escalating and not steps and duration.immediate(main) and not _ANSWER.search(main):
        steps = [Step((), 0, entry.line.at(main))]
    if _IF.match(aside) and not whom(aside):  # it is their condition: `Lead (if customers see it)`
        steps = [replace(s, after=None) if s.after == 0 else s for s in steps]
    for step in (*steps, *read_steps(aside, entry.line, scale, mine, running=True)):
        yield replace(step, severities=mine)


def _certain(words: str) -> str:
    """Those of a list who are brought in whatever happens: `IC + On-call + Security (if data leaked)`."""
    parts = re.split(r"(\s*(?:\+|;|,|&|\band\b)\s*(?![^(]*\)))", words)
    kept = [p for p in parts[::2] if not _CONDITIONAL.search(p)]
    return " + ".join(kept) if len(kept) < len(parts[::2]) else words


def _set_aside(words: str) -> tuple[str, str]:
    """Words without a condition in brackets, and that condition: `On-call (may call an expert after 1 hour)`."""
    found = _CONDITIONAL.search(words)
    apart = found and (whom(found[0]) or not (silent(found[0]) or unresolved(found[0])))
    return (
        (words[: found.start()] + words[found.end() :], found[0].strip("() ")) if found and apart else (words, "")
    )


def _is_delay(entry: Field) -> bool:
    """Whether a field holds nothing but a time: `Auto-escalation: 15 minutes`, but not what is done then."""
    plainly = not (whom(entry.value) or unresolved(entry.value) or silent(entry.value))
    return plainly and matrix.is_delay(entry.label)

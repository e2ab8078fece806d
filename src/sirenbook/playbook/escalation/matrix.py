"""Reads one severity's line of a matrix, whose other side is times, escalation levels, turns or people."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from sirenbook.playbook.escalation.ladder import Stage, climb
from sirenbook.playbook.escalation.stages import LEVEL, who_in
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.escalation.triggers import is_trigger
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.phrases import AT_END, brings, conditional, manner_of, silent, unresolved
from sirenbook.playbook.language.records import Field, Group, Record
from sirenbook.playbook.language.vocabulary import part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import plain

_DELAYS = (
    re.compile(r"^(?:when|within)$|^(?:notify|page|contact|call) (?:within|after|when)"),
    re.compile(
        r"escalat\w* (?:after|time|within|in|threshold|timeout|window|if)|time (?:to|before) escal|auto-?escal"
        r"|(?:no (?:progress|resolution|fix)|unresolved|not (?:resolved|fixed)|stuck)(?: (?:after|for|in|within))?$"
    ),
)
_TOLD_WHEN = re.compile(
    r"(?:(?:notification|notify|to notify|contact|escalation) )?"
    r"(?:time(?:line|frame| ?limit| elapsed)?|timing|deadline|window)|elapsed(?: time)?"
    r"|(?:minutes?|mins?|hours?)(?: elapsed)?"
)
_TURNS = (
    (
        "first",
        re.compile(r"(?:first|initial(?:ly)?|starts? with|primary)(?: (?:contact|respon[ds]\w+|level|owner)s?)?"),
    ),
    (
        "next",
        re.compile(
            r"(?:escalat\w+ )?(?:to|path|contact|target)|escalates?(?: to whom?)?|then"
            r"|(?:next|second(?:ary)?|back-?up)(?: (?:contact|responder|level|owner|on-?call)s?)?"
        ),
    ),
)
_FURTHER = re.compile(
    r"(?:third|tertiary|fourth|final|last|executive|management)(?: (?:contact|level|escalation|notification))?"
)
"""What a column is called whose people come after those in the columns before it."""
_TIMES = re.compile(
    r"(?:time ?(?:frame|line|out|limit|elapsed)?|time since \w+(?: \w+)?|timing|delay|wait|after|within"
    r"|duration|elapsed(?: time)?|(?:if )?(?:unresolved|not resolved|open|ongoing)(?: (?:after|for))?"
    r"|(?:minutes?|mins?|hours?)(?: elapsed| since \w+)?)"
    r"(?: \((?:in )?\w+\))?"
)
_CALL = re.compile(r"^(?:page|notify|call|alert|wake)s? (?:the )?", re.IGNORECASE)
_TO = re.compile(
    r"^(?:escalate[sd]?|escalation|goes|page|notify|hand(?:ed)? over)(?: to)? (?:the )?", re.IGNORECASE
)
_OWNER = re.compile(r"(?:initial|first|primary)(?: (?:owner|contact|responder|respon[ds]\w+|assignee|on-?call)s?)?")
_INTERVAL = re.compile(
    r"escalat\w+ interval|interval between|between (?:levels|steps|contacts)"
    r"|(?:wait|time|delay) (?:per|before) (?:level|step|next)"
)
_PHASE = re.compile(
    r"\b(?:phase|response|investigat\w+|resolution|triage|contain\w+|recovery|assess\w*|detection|mitigation"
    r"|communication|review|actions?|steps)\b",
    re.IGNORECASE,
)
"""What a heading says whose time is how long a piece of work takes, not when somebody comes."""
_BEGINS = re.compile(r"(?:initial|first|primary)\b")
_IN_HOURS = re.compile(r"(?:in |during |within )?(?:business|working|office) hours(?: only)?", re.IGNORECASE)
_WRITTEN = re.compile(r"\W*(?:document|logg|record|track|review|batch)ed\b", re.IGNORECASE)
"""What is done by a time that brings nobody in: `Documented within 24 hours`."""
_NOTIFIED = re.compile(r"(.+?) (?:notify|notified|notification|informed)\??", re.IGNORECASE)
_AUDIENCE = re.compile(r"stakeholder|customer|client|user|public|external", re.IGNORECASE)
"""Those who hear of an incident, and are nobody's next level: `Stakeholder notification`."""
_ASKED = re.compile(r"(?:page|notify|call|inform|alert)\s(?:the\s)?(.+?)\s?\?", re.IGNORECASE)
"""A column that asks whether somebody is told: `Notify the board?`."""
_TICK = re.compile(r"✅|✓|✔️?|☑️?|yes|x|●|•", re.IGNORECASE)
_TICKED = re.compile(r"(?:✅|✓|✔️?|☑️?)(?: [\w-]+){1,3}")
_AT_ONCE = re.compile(r"immediate|\bpaged\b|at once", re.IGNORECASE)
ONTO = re.compile(r"escalates? to")
"""What a column is called whose row of names begins with the one who is brought in after the wait beside it."""
_NUMBER = re.compile(r"(?:level|tier|l)[ -]?\d")
_WITHIN = re.compile(r"\bwithin\b")
_LEADS_TO_TIME = re.compile(r"\s(?:within|after|in|by)$", re.IGNORECASE)
"""What a label ends with whose cells hold the times: `Notify the CTO after`."""
_DASH = re.compile(r"[-–—]+|n/?a|none|no", re.IGNORECASE)
_SINCE = re.compile(r"\s*t\s?\+", re.IGNORECASE)
_CLOCKS = ("response", "resolution", "update", "ack", "first update")


def steps_of_line(record: Record, group: Group, mine: tuple[str, ...], *, announced: bool) -> list[Step]:
    """The steps that a matrix states for one severity, or none where its fields are no line of a matrix."""
    timed = _of_numbers(record, mine) if announced else ()
    kinds = (of_levels(record, group, mine), timed, _of_windows(record, group, mine), of_turns(record, mine))
    read = (list(kind) for kind in (*kinds, _of_roles(record, mine, announced)))
    steps = next((steps for steps in read if steps), [])
    taken = {s.why.quote for s in steps}
    told = (told_in(f, mine) for f in record.fields if f.value not in taken) if steps else ()
    steps += [s for s in told if s]
    onward = [f for f in record.fields if ONTO.fullmatch(plain(f.label)) and who_in(f.value)]
    return [] if onward and len(steps) == 1 else steps


def delay(record: Record, part: str | None) -> int | None:
    """The time in a field of its own that says when those in the fields of one part are brought in."""
    wanted = _DELAYS if part == "escalation" else _DELAYS[:1]
    said = [f for f in record.fields if any(d.search(plain(f.label)) for d in wanted)]
    if part == "escalation" and not said:
        said = [f for f in record.fields if _TIMES.fullmatch(plain(f.label)) or _is_told_when(f)]
    said = [f for f in said if not _WRITTEN.match(f.value)]
    found = [a for f in said if (a := duration.read(f.value, duration.unit_of(f.label)))]
    return found[0].seconds if len(found) == 1 else None


def _is_told_when(entry: Field) -> bool:
    """Whether a field says by nothing but a time when people are told: `Notify: < 30 min`."""
    return plain(entry.label) in ("notify", "notification") and duration.alone(entry.value) is not None


def trigger_wait(record: Record) -> int | None:
    """When a field of triggers brings somebody in: `Immediately`, or once nothing happened: `> 1 h no fix`."""
    said = [f.value for f in record.fields if is_trigger(f.label)]
    late = [v for v in said if silent(v) or unresolved(v) or duration.bare(v)]
    amount = duration.read(late[0]) if len(late) == 1 else None
    return amount.seconds if amount else 0 if late and duration.immediate(late[0]) else None


def told_after(record: Record) -> int | None:
    """The time in a field of its own that says when people are told: `Notification time: 4 hours`."""
    said = [f for f in record.fields if _TOLD_WHEN.fullmatch(plain(f.label))]
    counts = (f"{f.value} {duration.unit_of(f.label)}" if f.value.isdigit() else f.value for f in said)
    found = [a for words in counts if (a := duration.alone(words))]
    return found[0].seconds if len(found) == 1 else None


def is_delay(label: str) -> bool:
    """Whether a label says that its value is the time to escalate after."""
    return any(d.search(plain(label)) for d in _DELAYS)


def of_levels(record: Record, group: Group, mine: tuple[str, ...]) -> Iterator[Step]:
    """The cells under columns that are levels in a row, each with its time in the cell or in the header."""
    levels = _levels(record)
    found = [(f, who) for f in levels if (who := who_in(f.value))]
    if not found or len(levels) < 2 or any(conditional(f.value) for f in levels):
        return
    since = _counted_from_the_start(group)
    if len(found) < 2 and not since:
        return
    waits = _spaced(record, len(found)) or _between(record, [f for f, _ in found])
    words = [w or f"{_time_in(f.label)} {f.value}".strip() for w, (f, _) in zip(waits, found, strict=True)]
    stages = [Stage(who, w, f.line, severities=mine) for w, (f, who) in zip(words, found, strict=True)]
    for step, stage, (entry, _) in zip(climb(stages), stages, found, strict=True):
        own = duration.read(stage.words) if since else None
        timed = replace(step, after=own.seconds, business=own.business) if own else step
        begins = timed.after is None and entry is levels[0] and _BEGINS.match(plain(entry.label))
        yield replace(timed, after=0 if begins else timed.after, why=entry.line.at(entry.value))


def _of_numbers(record: Record, mine: tuple[str, ...]) -> Iterator[Step]:
    """The times under columns that are levels by number alone, who are named elsewhere: `Level 2: 1 hour`."""
    numbered = [f for f in record.fields if _NUMBER.fullmatch(plain(f.label)) and not targets.idle(f.value)]
    timed = [(f, a) for f in numbered if (a := duration.read(f.value)) and duration.bare(f.value)]
    for entry, amount in timed if len(timed) == len(numbered) else ():
        yield Step((entry.label,), amount.seconds, entry.line.at(entry.value), mine, business=amount.business)


def _levels(record: Record) -> list[Field]:
    """The fields whose labels are levels; beside one such, those whose labels hold a time are levels too."""
    if not any(LEVEL.match(plain(f.label)) for f in record.fields):
        return []
    levels = [
        f
        for f in record.fields
        if LEVEL.match(plain(f.label))
        or (_window(f.label) and not is_delay(f.label))
        or (_FURTHER.fullmatch(plain(f.label)) and duration.amounts(f.value))
    ]
    first = next(iter(record.fields))
    begins = first not in levels and _BEGINS.match(plain(first.label)) and who_in(first.value)
    return [first, *levels] if begins else levels


def _spaced(record: Record, count: int) -> list[str]:
    """The times of levels that follow each other at one interval, which stands in a column of its own."""
    found = [a for f in record.fields if _INTERVAL.search(plain(f.label)) and (a := duration.read(f.value))]
    return [f"after {n * found[0].seconds} seconds" if n else "" for n in range(count)] if len(found) == 1 else []


def _between(record: Record, levels: list[Field]) -> list[str]:
    """The waits that stand in columns of their own before each level: `First | Escalate after | Second | …`."""
    fields = list(record.fields)
    places = [fields.index(level) for level in levels]
    before = [fields[place - 1] if place else None for place in places]
    return [f"after {f.value}" if f and is_delay(f.label) and duration.read(f.value) else "" for f in before]


@lru_cache(maxsize=8)
def _counted_from_the_start(group: Group) -> bool:
    """Whether some line of a matrix reaches its first level at once, so that all its times count from the start."""
    return any(_begins_at_once(r) for r in group.records)


def _begins_at_once(record: Record) -> bool:
    levels = _levels(record)
    return bool(levels) and (amount := duration.read(levels[0].value)) is not None and amount.seconds == 0


def _time_in(label: str) -> str:
    """The words of a header that hold a time."""
    return label if duration.window(label) is not None else ""


def _of_windows(record: Record, group: Group, mine: tuple[str, ...]) -> Iterator[Step]:
    """The cells of a matrix whose columns are stretches of time."""
    told = (f for f in record.fields if not _PHASE.search(f.label) and not _is_deadline(f, group))
    timed = [(w, f) for f in told if (w := _window(f.label))]
    several = len(timed) > 1 or (timed and _by_windows(group))
    if not several and not any(_SINCE.match(f.label) for _, f in timed):
        return
    for entry in record.fields:
        called = whom(entry.value, plainly=False) if brings(entry.value) else ()
        if _OWNER.fullmatch(plain(entry.label)) and (who := targets.only_names(entry.value) or called):
            amount = duration.read(entry.value)
            after = amount.seconds if amount else 0
            yield Step(who, after, entry.line.at(entry.value), mine, "resolved", manner_of(entry.value, who))
    for (start, end), entry in timed:
        who = targets.only_names(entry.value) or (whom(entry.value) if brings(entry.value) else ())
        titled = all(word[:1].isupper() for word in entry.value.split())
        named = titled and _names_people(group)
        who = who or (targets.short_name(entry.value) or targets.called(entry.value) if named else ())
        lasting = duration.read(entry.value) if unresolved(entry.value) else None
        if who and lasting and lasting.seconds:
            yield Step(who, lasting.seconds, entry.line.at(entry.value), mine, business=lasting.business)
        elif who and (not conditional(entry.value) or start):
            needed = conditional(entry.value)
            reached = end if end is not None and _WITHIN.search(plain(entry.label)) else start
            step = Step(who, reached, entry.line.at(entry.value), mine, "resolved", manner_of(entry.value, who))
            yield replace(step, after=None, advised=reached, kind=_need(entry.value)) if needed else step


def _need(words: str) -> str:
    """The need on which alone a cell brings somebody in: `if customer-facing`."""
    aside = AT_END.search(words)
    return aside[1] if aside else words


def _is_deadline(entry: Field, group: Group) -> bool:
    """Whether a field stands in a list of what is done by some time, of which calling somebody is but a part."""
    return group.kind == "sections" and duration.by_then(entry.label) is not None


@lru_cache(maxsize=8)
def _by_windows(group: Group) -> bool:
    """Whether other lines of a matrix have several stretches of time, which this line's empty cells leave out."""
    return any(sum(1 for f in r.fields if _window(f.label)) > 1 for r in group.records)


@lru_cache(maxsize=8)
def _names_people(group: Group) -> bool:
    """Whether most cells under a matrix's stretches of time are nothing but somebody's role."""
    cells = [f.value for r in group.records for f in r.fields if _window(f.label) and not targets.idle(f.value)]
    return sum(1 for c in cells if targets.only_names(c)) * 2 > len(cells)


def of_turns(record: Record, mine: tuple[str, ...]) -> Iterator[Step]:
    """The cells of a matrix that says who is first, after how long it goes on, and to whom."""
    turns = {name: f for f in record.fields for name, label in _TURNS if label.fullmatch(plain(f.label))}
    if set(turns) != {"first", "next"}:
        return
    onward = turns["next"].value
    late = duration.read(onward) if silent(onward) or unresolved(onward) else None
    wait = next((duration.read(f.value) for f in _waits(record)), None) or late
    later = wait.seconds if wait else trigger_wait(record)
    for entry, after in ((turns["first"], 0), (turns["next"], later)):
        if who := targets.only_names(entry.value) or targets.called(entry.value):
            yield Step(who, after, entry.line.at(entry.value), mine, "resolved", manner_of(entry.value, who))
    for entry in (f for f in record.fields if _FURTHER.fullmatch(plain(f.label))):
        if who := targets.only_names(entry.value) or targets.called(entry.value):
            yield Step(who, None, entry.line.at(entry.value), mine)


def told_in(entry: Field, mine: tuple[str, ...]) -> Step | None:
    """Whom a column's header names that says in its cells whether, or after how long, they are told."""
    named, asked = _NOTIFIED.fullmatch(entry.label), _ASKED.fullmatch(entry.label)
    who = targets.only_names(named[1]) if named else ()
    if asked:
        who = targets.only_names(asked[1]) or targets.short_name(asked[1])
    amount = duration.read(entry.value) if who else None
    told = amount or _TICK.fullmatch(entry.value.strip())
    if not (who and told) or _AUDIENCE.search(entry.label) or targets.named_in(entry.value):
        return None
    return Step(who, amount.seconds if amount else None, entry.line.at(entry.value), mine)


def _waits(record: Record) -> list[Field]:
    """The field that says when a matrix goes on to the next: its own, or the only one of time."""
    own = [f for f in record.fields if is_delay(f.label)]
    return own if len(own) == 1 else [f for f in record.fields if _TIMES.fullmatch(plain(f.label))][:1]


def _window(label: str) -> tuple[int, int | None] | None:
    if label.strip() == "0":
        return 0, None
    if part_of(label) in ("response", "resolution", "update", "ack", "first update"):
        return None
    return duration.window(label)


def _of_roles(record: Record, mine: tuple[str, ...], announced: bool) -> Iterator[Step]:
    """The cells of a matrix that has people on one side, severities on the other, and times in its cells."""
    told = any(_TO.match(f.label) for f in record.fields)
    called = [(f, _role(f.label, announced or bool(_TO.match(f.label)))) for f in record.fields]
    timed = [(w, a, f) for f, w in called if w and (a := _reached(f.value))]
    nobody = [f for f in record.fields if announced and _role(f.label, announced) and _DASH.fullmatch(f.value)]
    if len(nobody) > 1 and len(nobody) == len(record.fields):
        yield Step((), None, record.name.at(), mine, manner="notify", leisure=True)
    known = any(targets.looks_like_target(w) or LEVEL.fullmatch(w) for who, _, _ in timed for w in who)
    named = [
        f for f in record.fields if all(f is not entry for _, _, entry in timed) and targets.only_names(f.value)
    ]
    if not known or named or (len(timed) < 2 and not (announced or told)):
        yield from _of_marks(record.fields, mine)
        return
    yield from _of_marks([f for f in record.fields if all(f is not entry for _, _, entry in timed)], mine)
    for who, amount, entry in timed:
        yield Step(who, amount.seconds, entry.line.at(entry.value), mine, "resolved", "page", amount.business)


def _reached(cell: str) -> duration.Amount | None:
    """The time in a cell; `business hours` is at once, as soon as they begin."""
    only = _IN_HOURS.fullmatch(cell.strip())
    return duration.Amount(0, 0, len(cell), business=True) if only else duration.read(cell)


def _of_marks(fields: Sequence[Field], mine: tuple[str, ...]) -> Iterator[Step]:
    """The ticks of a matrix of people and severities: whoever is on call at once, the others by hand."""
    for entry in fields:
        role = _CALL.sub("", entry.label).rstrip(" ?")
        ticked = _TICK.fullmatch(entry.value.strip()) or _TICKED.fullmatch(entry.value.strip())
        if ticked and targets.looks_like_target(role):
            who = targets.listed_in(role)
            first = any(targets.ON_CALL.search(w) for w in who) or _AT_ONCE.search(entry.value)
            yield Step(who, 0 if first else None, entry.line.at(entry.value), mine)


def _role(label: str, announced: bool) -> tuple[str, ...]:
    """Whom a label names; where escalation is announced, any short name that is no clock."""
    if asked := _ASKED.fullmatch(label):
        return targets.only_names(asked[1]) or targets.short_name(asked[1])
    if targets.looks_like_target(label):
        return targets.listed_in(label)
    called = _LEADS_TO_TIME.sub("", _TO.sub("", label))
    if level := LEVEL.match(called):
        aside = called[level.end() :].strip(" :-–—()")
        return targets.listed_in(aside) or ((level[0],) if announced and called != label else ())
    known = part_of(label) not in (None, "who")
    if called != label and targets.looks_like_target(called):
        return targets.listed_in(called)
    return targets.short_name(label) if announced and not known else ()

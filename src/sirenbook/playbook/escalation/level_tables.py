"""Reads tables of escalation that have a row for each level."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook.escalation.columns import (
    ALL,
    FIRST,
    agree,
    beside_levels,
    further,
    is_people,
    is_reach,
    people_at,
)
from sirenbook.playbook.escalation.kinds import (
    graded_topics,
    is_graded,
    is_topic,
    of_contacts,
    of_kinds,
    of_systems,
    of_topics,
)
from sirenbook.playbook.escalation.ladder import WAIT, Stage
from sirenbook.playbook.escalation.ladders import climb_each
from sirenbook.playbook.escalation.stages import ARROWS, happens, who_in
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import AT_END, ESCALATE, brings, conditional, silent, unresolved
from sirenbook.playbook.language.reach import meant
from sirenbook.playbook.language.vocabulary import part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import Table, plain
from sirenbook.playbook.text.inline import Line

_WAITS = re.compile(r"escalat\w+ (?:time|after|delay|window)|escalate after")
_MOMENT = re.compile(
    r"minutes?(?: since \w+)?|time|when|within|elapsed(?: time)?|time (?:elapsed|since \w+(?: \w+)?)|t ?\+"
)
_TIMEOUT = re.compile(r"(?:(?:escalation|response|ack\w*) )?time-?out|(?:wait|time) before (?:escalat\w+|next)\b.*")
"""What a column is called whose times are how long each level has before the next."""
_OWNER = re.compile(r"owners?|responsible(?: \w+)?|by(?: whom)?|actor|performed by|assigned to|lead")
"""What a column is called whose people do what stands beside them."""
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_MINUTES = re.compile(r"minutes?(?: since \w+)?")
_ELAPSED = re.compile(r"elapsed|since|t ?\+")
_FROM_START = re.compile(
    r"\b(?:count(?:s|ed)?|measured|times?)\b[^.]{0,40}\b(?:from|since) the (?:first|start|begin|initial|alert)",
    re.IGNORECASE,
)
_TOLD = re.compile(r"(?:who to )?(?:contacts?|notify|page|call|inform)|whom|escalate to")
"""What a column is called that says who is brought in, whatever is done beside it."""
_FIELD = re.compile(r"areas?|domains?|topics?|components?|systems?|services?|expertise")
"""What the first column of a table is called whose people know something, and follow nobody."""
_ARROW = re.compile(r"\W*(?:→|->|=>)\s*")
_WAYS = re.compile(r"phone|e-?mail|slack|backup|secondary")


def tells_waits(table: Table) -> bool:
    """Whether a table, whatever stands above it, says after how long each of its rows is brought in."""
    if _turns(table) or _pointing(table):
        return True
    for index, header in enumerate(table.header):
        waits = [r for r in table.rows if index < len(r) and duration.read(r[index].text)]
        if _WAITS.search(plain(header.text)) or (part_of(header.text) == "escalation" and len(waits) > 1):
            return True
    return False


def of_table(table: Table, scale: Scale, lead: str = "") -> Iterator[Step]:
    """A table of levels in a row, with the words that lead to it: one column says who, another may say when."""
    if by_kind := list(of_systems(table)) or list(of_kinds(table, scale)) or list(of_contacts(table, scale)):
        yield from by_kind
        return
    if onward := _pointing(table):
        yield from onward
        return
    parts = [_part(plain(h.text)) for h in table.header]
    if _lists_ways(table, parts) or is_graded(table, scale) or graded_topics(table, scale):
        return
    if turns := _turns(table):
        for row in table.rows:
            named = [(who_in(row[i].text), _at(table.header[i].text), row[i]) for i in turns]
            yield from climb_each([Stage(who, words, cell) for who, words, cell in named if who], scale)
        return
    told = any(_TOLD.fullmatch(plain(h.text)) and is_people(table, i) for i, h in enumerate(table.header))
    told = told or (
        "action" in parts and "who" in parts and agree(table, parts.index("action"), parts.index("who"))
    )
    if "action" in parts and not told and (acted := _of_actions(table, parts.index("action"), scale)):
        yield from map(_on_need, climb_each(acted, scale))
    elif (who_at := _called(table, parts)) is not None:
        yield from _of_rows(table, who_at, parts, scale, from_start=bool(_FROM_START.search(lead)))


def _on_need(step: Step) -> Step:
    """A step that its action brings in on some need alone, by hand, at the time that its row advises."""
    words = step.why.quote
    needed = conditional(words) and not (silent(words) or unresolved(words))
    return replace(step, after=None, advised=step.after, kind=words) if needed and step.after else step


def _pointing(table: Table) -> list[Step]:
    """Whom the arrows of a column point at from the people of its rows, who go on to them by hand: `→ CTO`."""
    for index, header in enumerate(table.header):
        cells = [row[index] for row in table.rows if _ARROW.match(row[index].text)]
        if part_of(header.text) == "escalation" and len(cells) * 2 > len(table.rows):
            return [Step(who, None, c.at()) for c in cells if (who := who_in(_ARROW.sub("", c.text)))]
    return []


def _part(header: str) -> str | None:
    """What a column tells: when, what is done (`Escalation action`), or what else headers are known for."""
    if _MOMENT.fullmatch(header):
        return "when"
    return "action" if header in ("escalation action", "action required", "required action") else part_of(header)


def _lists_ways(table: Table, parts: Sequence[str | None]) -> bool:
    """Whether a table only says how people are reached, or what they know."""
    ways = any(_WAYS.search(plain(h.text)) for h in table.header)
    known_for = _FIELD.fullmatch(plain(table.header[0].text)) if table.header else None
    return bool(ways or known_for) and "when" not in parts and not tells_waits(table)


def _called(table: Table, parts: Sequence[str | None]) -> int | None:
    """The column of those who are brought in."""
    called = [i for i, p in enumerate(parts) if p in ("who", "escalation") and is_people(table, i)]
    who_at = next((i for i in called if not is_reach(table, i)), None)
    who_at = people_at(table, -1) if who_at is None else who_at
    return beside_levels(table) if who_at is None else who_at


def _of_rows(
    table: Table, who_at: int, parts: Sequence[str | None], scale: Scale, *, from_start: bool
) -> Iterator[Step]:
    if is_topic(table.header[0].text):
        onward = people_at(table, -1)
        yield from of_topics(table, who_at if onward is None else onward)
        return
    at_times = _counts_from_start(table)
    minutes = next((i for i, h in enumerate(table.header) if _MINUTES.fullmatch(plain(h.text))), None)
    stages = [
        _row_stage(r, who_at, parts, scale, at_times=at_times or minutes is not None, minutes=minutes)
        for r in table.rows
    ]
    if any(_TIMEOUT.fullmatch(plain(h.text)) for h in table.header):
        stages = [replace(s, words=f"{WAIT}{s.words}") if s.words else s for s in stages]
    elif moments := _each_at(table, stages):
        yield from moments
        return
    if "action" in parts and _OWNER.fullmatch(plain(table.header[who_at].text)):
        at = parts.index("action")
        acted = [(s, r[at].text) for s, r in zip(stages, table.rows, strict=True)]
        stages = [replace(s, who=whom(w, plainly=False) or s.who) for s, w in acted if s is stages[0] or brings(w)]
    steps = climb_each(_handed_on(stages) if from_start else [s for s in stages if s.who], scale)
    if not any(s.words for s in stages) and sum(is_people(table, i) for i in range(len(parts))) > 1:
        # rows that each name several people are teams beside each other, not levels in a row
        steps = [replace(step, after=None) for step in steps]
        steps += further(table, who_at)
    yield from steps


def _each_at(table: Table, stages: Sequence[Stage]) -> list[Step]:
    """The rows of contacts in no order, each with its own moment, of which the first is at once."""
    told = any(_WAITS.search(plain(h.text)) for h in table.header)
    found = [a for s in stages if (a := duration.read(s.words))]
    times = [a.seconds for a in found]
    if not told or len(times) < len(stages) or times[0] != 0 or times == sorted(times):
        return []
    pairs = zip(stages, found, strict=True)
    return [Step(s.who, a.seconds, s.line.at(), s.severities, business=a.business) for s, a in pairs if s.who]


def _handed_on(stages: Sequence[Stage]) -> list[Stage]:
    """The levels whose times say when each is left, counted from the start: the next one is reached then."""
    held = [s for s in stages if s.who]
    if not held or held[-1].words or not all(s.words for s in held[:-1]):
        return held
    reached = ["immediately", *(f"at {s.words}" for s in held[:-1])]
    return [replace(s, words=words) for s, words in zip(held, reached, strict=True)]


def _at(header: str) -> str:
    """The words of a header, with what makes a moment of its time."""
    return f"at {header}" if duration.window(header) is not None else header


def _turns(table: Table) -> list[int]:
    """The columns of people whose headers say after how long it is their turn, the first of them at once."""
    people = [i for i in range(len(table.header)) if is_people(table, i)]
    timed = [i for i in people[1:] if duration.window(table.header[i].text) is not None]
    return people if timed and timed == people[1:] else []


def _of_actions(table: Table, at: int, scale: Scale) -> list[Stage]:
    """A table of times whose actions say who is brought in, whoever it is that acts."""
    timed = [i for i in range(len(table.header)) if i != at and all(duration.window(r[i].text) for r in table.rows)]
    acts = [r[at] for r in table.rows]
    told = sum(1 for c in acts if whom(c.text))
    escalates = told and ESCALATE.search(table.header[at].text)
    since = told > 1 and timed and _ELAPSED.search(plain(table.header[timed[0]].text))
    if not timed or not (escalates or since or told * 2 > len(acts)):
        return []
    pairs = ((_who_after(row[at].text), row[timed[0]].text, row[at]) for row in table.rows)
    return [
        Stage(who, f"at {time}", cell, cell.text, meant(cell.text, scale) or scale.mentioned(time))
        for who, time, cell in pairs
        if who
    ]


def _who_after(words: str) -> tuple[str, ...]:
    """Whom an action brings in: what stands behind its last arrow."""
    _, *pieces = ARROWS.split(words)
    last = pieces[-1] if pieces else words
    bare = pieces and len(last.split()) <= 3 and targets.named_in(last) and not brings(last)
    told = who_in(last) if happens(last) else ()
    return (last,) if bare else told or whom(last) or whom(words)


def _counts_from_start(table: Table) -> bool:
    """Whether a column of times begins at once or says so, so that all of them are moments and no waits."""
    moments = [i for i, h in enumerate(table.header) if _MOMENT.fullmatch(plain(h.text))]
    if any(_ELAPSED.search(plain(table.header[i].text)) for i in moments):
        return True
    cells = [c.text for row in table.rows for c in row]
    if moments and sum(1 for words in cells if happens(words)) * 2 > len(table.rows):
        return True
    times = [duration.read(row[moments[0]].text) for row in table.rows] if moments else []
    seconds = [a.seconds for a in times if a]
    rising = moments[:1] == [0] and len(seconds) == len(times) > 1 and seconds == sorted(set(seconds))
    return seconds[:1] == [0] or (rising and not targets.ON_CALL.search(" ".join(c.text for c in table.rows[0])))


def tells_stretches(table: Table) -> bool:
    """Whether a table gives each of its people a stretch of time, one after the other: `0-15 min`, `15+ min`."""
    times = [i for i, h in enumerate(table.header) if _MOMENT.fullmatch(plain(h.text))]
    read = [duration.read(row[i].text) for i in times[:1] for row in table.rows]
    stretches = len(read) > 1 and all(a and (a.low is not None or a.open) for a in read)
    return stretches and people_at(table, -1) is not None


def _row_stage(
    row: tuple[Line, ...],
    who_at: int,
    parts: Sequence[str | None],
    scale: Scale,
    *,
    at_times: bool,
    minutes: int | None,
) -> Stage:
    """One row as a level; `minutes` is the column of bare numbers whose header says that they are minutes."""
    cell = row[who_at]
    brief = len(re.findall(r"\w+", cell.text)) <= 2
    who = who_in(cell.text) or (targets.short_name(cell.text.replace("/", " / ")) if brief else ())
    said = [(i, c.text) for i, c in enumerate(row) if parts[i] in ("when", "escalation", None, "severity")]
    times = [f"{t} minutes" if i == minutes and t.isdigit() else t for i, t in said if i != who_at]
    words = "; ".join(f"at {t}" if at_times else t for t in times if duration.window(t) is not None)
    words = words or ("immediately" if any(FIRST.fullmatch(plain(t)) for t in times) else "")
    only = next((s for c in row[1:] if (s := scale.purely(ALL.sub("", c.text)) or _aside(c.text, scale))), ())
    return Stage(who, words, cell, severities=only)


def _aside(words: str, scale: Scale) -> tuple[str, ...]:
    """The severities that alone a time is for, which stand beside it: `30 minutes (P0 only)`, `SEV1 after 1 h`."""
    if duration.window(words) is None:
        return ()
    timed = next((part for part in _OR.split(words) if duration.amounts(part)), words)
    aside = AT_END.search(timed)
    return scale.mentioned(aside[1] if aside else timed)

"""Reads tables of escalation: a row for each level, or for each condition on which somebody is brought in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook.escalation.columns import beside_levels, is_people, is_reach, people_at
from sirenbook.playbook.escalation.conditions import lasting
from sirenbook.playbook.escalation.kinds import each_graded, graded_topics, is_graded, is_topic, of_kinds, of_topics
from sirenbook.playbook.escalation.ladder import WAIT, Stage, climb_each
from sirenbook.playbook.escalation.stages import ARROWS, happens, who_in
from sirenbook.playbook.escalation.steps import Step, read_steps, until_of, when
from sirenbook.playbook.escalation.triggers import LEVELLED, is_trigger
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import LOOSE, Scale
from sirenbook.playbook.language.phrases import AT_END, STARTS, brings, manner_of, silent, unresolved
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
_FURTHER = re.compile(r"(?:final|executive|management|last)\b.*escalat|then\b|finally\b")
"""What a column is called whose people come after those that another column names."""
_OWNER = re.compile(r"owners?|responsible(?: \w+)?|by(?: whom)?|actor|performed by|assigned to|lead")
"""What a column is called whose people do what stands beside them."""
_MINUTES = re.compile(r"minutes?(?: since \w+)?")
_ELAPSED = re.compile(r"elapsed|since|t ?\+")
_FROM_START = re.compile(
    r"\b(?:count(?:s|ed)?|measured|times?)\b[^.]{0,40}\b(?:from|since) the (?:first|start|begin|initial|alert)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"condition|trigger|^scope$|\bif\b|\bwhen\b|situation|scenario|criteri|\bevent|\breason"
    r"|(?:engaged|involved|called|paged|joins) (?:at|on|for|from)\b"
)
_TOLD = re.compile(r"(?:who to )?(?:contacts?|notify|page|call|inform)|whom|escalate to")
"""What a column is called that says who is brought in, whatever is done beside it."""
_WHEN = re.compile(
    r"(?:escalate|page|call|contact|engage|involve|notify) (?:when|if|for)"
    r"|when to (?:escalate|page|call|contact|engage|involve|notify)"
)
_ALTERNATIVE = re.compile(r"\bor\b|;|,")
_OR = re.compile(r"\bor\b|;")
_EITHER = re.compile(rf"({LOOSE.pattern}) or ({LOOSE.pattern} (?:not|un\w+ed))\b", re.IGNORECASE)
"""Two severities that share what follows: `P1 or P2 unresolved in 30 min`."""
_ALL = re.compile(r"^\W*(?:all|any|every)\s|\s(?:incidents?|events?|alerts?|issues?)\W*$", re.IGNORECASE)
_CALLS = re.compile(r"\W*(?:escalate|notify|page|engage|call|contact|involve|alert|inform)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;])\s+")
_FIRST = re.compile(
    r"(?:first|initial) (?:responder|response|contact|line)(?: (?:for|to) (?:all|any|every) \w+)?|always(?: first)?"
    r"|(?:all|any|every) (?:alert|incident|page)s?"
)
_FIELD = re.compile(r"areas?|domains?|topics?|components?|systems?|services?|expertise")
"""What the first column of a table is called whose people know something, and follow nobody."""
_WAYS = re.compile(r"phone|e-?mail|slack|backup|secondary")


def tells_waits(table: Table) -> bool:
    """Whether a table, whatever stands above it, says after how long each of its rows is brought in."""
    if _turns(table):
        return True
    for index, header in enumerate(table.header):
        waits = [r for r in table.rows if index < len(r) and duration.read(r[index].text)]
        if _WAITS.search(plain(header.text)) or (part_of(header.text) == "escalation" and len(waits) > 1):
            return True
    return False


def calls_when(table: Table) -> bool:
    """Whether a table, whatever stands above it, has a column that says when each of its people is called."""
    heads = [plain(h.text) for h in table.header]
    cells = [c.text for row in table.rows for h, c in zip(heads, row, strict=False) if h == "when"]
    return _names_when(table) or any(unresolved(words) or LOOSE.match(words) for words in cells)


def _names_when(table: Table) -> bool:
    return any(_WHEN.fullmatch(plain(h.text)) for h in table.header)


def of_conditions(table: Table, scale: Scale) -> Iterator[Step]:
    """A table that says on what condition whom: `No ack in 5 min | page the secondary`."""
    if each_graded(table, 0, scale) and not is_trigger(table.header[0].text):
        return  # rows that are each a severity's
    if graded_topics(table, scale):
        return
    if _names_when(table) and (listed := list(_of_triggers(table, scale))):
        yield from listed
        return
    said = next((i for i in range(len(table.header)) if _is_condition(table, i, scale)), None)
    if said is None or _leaves(table, said) or _acts(table, said):
        return
    if (who := people_at(table, said)) is None:
        yield from _of_deeds(table, said, scale)
        return
    others = [i for i in range(len(table.header)) if i not in (said, who)]
    times = [i for i in others if part_of(table.header[i].text) == "when" or _is_time(table, i)]
    for row in table.rows:
        words = " ".join(f"{row[i].text.rstrip('.:')}," for i in (said, *times))
        called = whom(row[said].text) if targets.idle(row[who].text) and brings(row[said].text) else ()
        brought = who_in(_SENTENCE.split(row[who].text)[0]) or called
        several = brought and len(_alternatives(row[said].text, scale)) > 1
        each = list(_on_each(brought, row[said], scale)) if several else []
        yield from each or ([_on_condition(brought, row[who], row[said].text, words, scale)] if brought else [])
    yield from _further(table, who)


def _acts(table: Table, said: int) -> bool:
    """Whether a column of what happens says itself who is called, so that those beside it are who calls."""
    if part_of(table.header[said].text) != "action" or (who := people_at(table, said)) is None:
        return False
    calling = sum(1 for row in table.rows if brings(row[said].text) and whom(row[said].text, plainly=False))
    return calling * 2 > len(table.rows) and not _agree(table, said, who)


def _of_deeds(table: Table, said: int, scale: Scale) -> Iterator[Step]:
    """Whom the deeds of a table call, each on its row's condition: `Unresolved after 1 h (P0) | Escalate to …`."""
    done = next((i for i, h in enumerate(table.header) if i != said and part_of(h.text) == "action"), None)
    if done is None:
        return
    for row in table.rows:
        deed = _SENTENCE.split(row[done].text)[0]
        if _CALLS.match(deed) and (who := whom(deed, plainly=False)):
            yield _on_condition(who, row[done], row[said].text, row[said].text, scale)


def _on_condition(brought: tuple[str, ...], cell: Line, said: str, words: str, scale: Scale) -> Step:
    """Whom one row brings in: at its time, at once where everything begins with them, else by hand."""
    listed = targets.only_names(cell.text)
    told = [] if listed else [s for s in read_steps(cell.text, cell, scale) if s.who == brought and s.after]
    late = (silent(said) or unresolved(said)) and len(duration.amounts(said)) == 1
    after, business = (told[0].after, told[0].business) if told else when(said if late else f"{words} {cell.text}")
    always = bool(_FIRST.fullmatch(plain(said)) or STARTS.search(words))
    after = 0 if after is None and always else after
    only = scale.mentioned(words, by_label=True)
    general = only or always or silent(words) or unresolved(words)
    if after is not None and not general and not any(targets.ON_CALL.search(w) for w in brought):
        after = None  # soon, but only when it is so, which people see
    manner = manner_of(cell.text, brought)
    return Step(brought, after, cell.at(), only, until_of(words), manner, business, silence=silent(words))


def _of_triggers(table: Table, scale: Scale) -> Iterator[Step]:
    """The people of a table with each of the conditions on which they are called: `P0 > 30 min or P1 > 1 h`."""
    said = next(i for i, h in enumerate(table.header) if _WHEN.fullmatch(plain(h.text)))
    who = people_at(table, said)
    if who is None:
        return
    topical = is_topic(table.header[0].text)
    for row in table.rows:
        brought, cell = who_in(row[who].text), row[said]
        said_so = cell.text and (silent(cell.text) or not targets.idle(cell.text))
        if brought and said_so and not scale.mentioned(cell.text):
            moment = _moment_in(cell.text)
            yield Step(brought, None if topical and not moment else moment, cell.at())
            continue
        yield from _on_each(brought, cell, scale) if brought else ()


def _on_each(brought: tuple[str, ...], cell: Line, scale: Scale) -> Iterator[Step]:
    """Whom each of the conditions brings in that a cell lists, for the severities it names: `P0, or P1 > 1 h`."""
    for part in _alternatives(cell.text, scale):
        only, amount = scale.mentioned(part), duration.read(part)
        if only and (amount or scale.purely(_ALL.sub("", part))):
            first = any(targets.ON_CALL.search(w) for w in brought)
            after = amount.seconds if amount else 0 if first else None
            yield Step(brought, after, cell.at(part.strip()), only)
        elif amount and amount.seconds and lasting(part) and not LOOSE.search(LEVELLED.sub("", part)):
            yield Step(brought, amount.seconds, cell.at(part.strip()))


def _moment_in(words: str) -> int | None:
    """The time of a cell that says nothing but when: `Immediate`, `After 5 minutes`, `First responder`."""
    amount = duration.read(words)
    if amount and duration.bare(words):
        return amount.seconds
    late = amount if amount and (silent(words) or unresolved(words)) else None
    return late.seconds if late else 0 if _FIRST.fullmatch(plain(words)) else None


def _alternatives(words: str, scale: Scale) -> list[str]:
    """The conditions that a cell lists; severities and the time behind their comma are one: `SEV1/2, > 30 min`."""
    parts = [p.strip() for p in _ALTERNATIVE.split(_EITHER.sub(r"\1/\2", words)) if p.strip()]
    apart = not _OR.search(words) and len(parts) == 2 and scale.purely(parts[0]) and not scale.mentioned(parts[1])
    return [words] if apart and duration.amounts(parts[1]) else parts


def _is_condition(table: Table, index: int, scale: Scale) -> bool:
    """Whether a column tells of what has not happened, or of what has, before somebody is brought in."""
    cells = [row[index].text for row in table.rows]
    late = [c for c in cells if silent(c) or unresolved(c)]
    named = is_trigger(table.header[index].text) and any(scale.mentioned(c) for c in cells)
    header = table.header[index].text
    told = bool(_CONDITION.search(plain(header))) or (index == 0 and is_topic(header))
    return named or (bool(late) and (told or len(late) * 2 > len(cells)))


def _leaves(table: Table, said: int) -> bool:
    """Whether a column of conditions says when each level is left: the first has one, and the last has none."""
    first, last = table.rows[0][said].text, table.rows[-1][said].text
    waits = (silent(first) or unresolved(first)) and bool(duration.amounts(first))
    return waits and targets.idle(last) and not re.search(r"\d", last)


def _is_time(table: Table, index: int) -> bool:
    """Whether a column tells moments, whatever its header is called."""
    if part_of(table.header[index].text) in ("response", "ack", "resolution", "update", "first update"):
        return False
    cells = [row[index].text for row in table.rows if row[index].text]
    told = [c for c in cells if duration.window(c) is not None or duration.immediate(c)]
    return len(told) * 2 > len(cells)


def of_table(table: Table, scale: Scale, lead: str = "") -> Iterator[Step]:
    """A table of levels in a row, with the words that lead to it: one column says who, another may say when."""
    if by_kind := list(of_kinds(table, scale)):
        yield from by_kind
        return
    parts = ["when" if _MOMENT.fullmatch(plain(h.text)) else part_of(h.text) for h in table.header]
    if _lists_ways(table, parts) or is_graded(table, scale) or graded_topics(table, scale):
        return
    if turns := _turns(table):
        for row in table.rows:
            named = [(who_in(row[i].text), _at(table.header[i].text), row[i]) for i in turns]
            yield from climb_each([Stage(who, words, cell) for who, words, cell in named if who], scale)
        return
    told = any(_TOLD.fullmatch(plain(h.text)) and is_people(table, i) for i, h in enumerate(table.header))
    told = told or (
        "action" in parts and "who" in parts and _agree(table, parts.index("action"), parts.index("who"))
    )
    if "action" in parts and not told and (acted := _of_actions(table, parts.index("action"), scale)):
        yield from climb_each(acted, scale)
    elif (who_at := _called(table, parts)) is not None:
        yield from _of_rows(table, who_at, parts, scale, from_start=bool(_FROM_START.search(lead)))


def _agree(table: Table, action: int, who: int) -> bool:
    """Whether a column of people names those whom the actions beside it call, and not who calls them."""
    pairs = [(whom(row[action].text), who_in(row[who].text)) for row in table.rows]
    called = [(a, b) for a, b in pairs if a and b]
    same = sum(1 for a, b in called if any(targets.same_role(x, y) for x in a for y in b))
    named = [b for _, b in called]
    return same * 2 > len(called) or (same > 1 and len(set(named)) == len(named))  # whoever acts does so often


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
        steps += _further(table, who_at)
    yield from steps


def _further(table: Table, who_at: int) -> list[Step]:
    """Those of columns that come after the one who is brought in: `Escalate to | Final escalation`."""
    columns = [i for i, h in enumerate(table.header) if i != who_at and _FURTHER.match(plain(h.text))]
    return [Step(who, None, r[i].at()) for r in table.rows for i in columns if (who := who_in(r[i].text))]


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
    if not timed or sum(1 for c in acts if whom(c.text)) * 2 <= len(acts):
        return []
    pairs = ((_who_after(row[at].text), f"at {row[timed[0]].text}", row[at]) for row in table.rows)
    return [Stage(who, words, cell, cell.text, meant(cell.text, scale)) for who, words, cell in pairs if who]


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
    first = duration.read(table.rows[0][moments[0]].text) if moments and table.rows else None
    return first is not None and first.seconds == 0


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
    words = words or ("immediately" if any(_FIRST.fullmatch(plain(t)) for t in times) else "")
    only = next((s for c in row[1:] if (s := scale.purely(_ALL.sub("", c.text)) or _aside(c.text, scale))), ())
    return Stage(who, words, cell, severities=only)


def _aside(words: str, scale: Scale) -> tuple[str, ...]:
    """The severities that alone a time is for, in brackets beside it: `30 minutes (P0 only)`."""
    aside = AT_END.search(words) if duration.window(words) is not None else None
    return scale.mentioned(aside[1]) if aside else ()

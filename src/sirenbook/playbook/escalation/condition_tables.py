"""Reads tables of escalation whose rows each say on what condition somebody is brought in: `No ack in 5 min`."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sirenbook.playbook.escalation.columns import ALL, FIRST, ONWARD, agree, further, people_at
from sirenbook.playbook.escalation.conditions import lasting
from sirenbook.playbook.escalation.kinds import each_graded, graded_topics, is_topic
from sirenbook.playbook.escalation.stages import who_in
from sirenbook.playbook.escalation.steps import Step, read_steps, until_of, when
from sirenbook.playbook.escalation.triggers import LEVELLED, is_trigger
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import LOOSE, Scale
from sirenbook.playbook.language.phrases import AT_END, STARTS, brings, manner_of, silent, unresolved
from sirenbook.playbook.language.statements import SENTENCE
from sirenbook.playbook.language.vocabulary import part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import Table, plain
from sirenbook.playbook.text.inline import Line

_CONDITION = re.compile(
    r"condition|trigger|^scope$|\bif\b|\bwhen\b|situation|scenario|criteri|\bevent|\breason"
    r"|(?:engaged|involved|called|paged|joins) (?:at|on|for|from)\b"
)
_WHEN = re.compile(
    r"(?:escalate|page|call|contact|engage|involve|notify) (?:when|if|for)"
    r"|when to (?:escalate|page|call|contact|engage|involve|notify)"
)
_ALTERNATIVE = re.compile(r"\bor\b|;|,")
_OR = re.compile(r"\bor\b|;")
_EITHER = re.compile(rf"({LOOSE.pattern}) or ({LOOSE.pattern} (?:not|un\w+ed))\b", re.IGNORECASE)
"""Two severities that share what follows: `P1 or P2 unresolved in 30 min`."""
_CALLS = re.compile(r"\W*(?:escalate|notify|page|engage|call|contact|involve|alert|inform)\b", re.IGNORECASE)
_EACH = re.compile(r"\W*(?:for )?(?:all|any|every)\b", re.IGNORECASE)
_DECLARED = re.compile(r"\bdeclared\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;])\s+")


def calls_when(table: Table) -> bool:
    """Whether a table, whatever stands above it, has a column that says when each of its people is called."""
    heads = [plain(h.text) for h in table.header]
    cells = [c.text for row in table.rows for h, c in zip(heads, row, strict=False) if h == "when"]
    return _names_when(table) or any(unresolved(words) or LOOSE.match(words) for words in cells)


def names_when(header: str) -> bool:
    """Whether a column is called so that it says on what its row's people are called: `When to contact`."""
    return bool(_WHEN.fullmatch(plain(header)))


def _names_when(table: Table) -> bool:
    return any(names_when(h.text) for h in table.header)


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
        onward = ONWARD.fullmatch(plain(table.header[who].text)) and targets.short_name(row[who].text)
        if not (brought := who_in(_SENTENCE.split(row[who].text)[0]) or called or onward):
            continue
        if len(told := SENTENCE.split(row[said].text)) > 1 and not times and scale.mentioned(told[0]):
            yield from (_on_condition(brought, row[who], part, part, scale) for part in told)
            continue
        several = len(_alternatives(row[said].text, scale)) > 1
        each = list(_on_each(brought, row[said], scale)) if several else []
        yield from each or [_on_condition(brought, row[who], row[said].text, words, scale)]
    yield from further(table, who)


def _acts(table: Table, said: int) -> bool:
    """Whether a column of what happens says itself who is called, so that those beside it are who calls."""
    if part_of(table.header[said].text) != "action" or (who := people_at(table, said)) is None:
        return False
    calling = sum(1 for row in table.rows if brings(row[said].text) and whom(row[said].text, plainly=False))
    return calling * 2 > len(table.rows) and not agree(table, said, who)


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
    always = bool(FIRST.fullmatch(plain(said)) or STARTS.search(words))
    after = 0 if after is None and always else after
    only = scale.mentioned(words, by_label=True)
    general = only or always or silent(words) or unresolved(words)
    step = Step(brought, after, cell.at(), only, until_of(words), manner_of(cell.text, brought), business)
    if after is not None and not general and not any(targets.ON_CALL.search(w) for w in brought):
        return replace(step, after=None, advised=after, kind=duration.without(said))  # which people see
    return replace(step, silence=silent(words))


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
            due = duration.read(cell.text) if not moment and AT_END.search(cell.text) else None
            step = Step(brought, None if topical and not moment else moment, cell.at())
            yield replace(step, advised=due.seconds, kind=duration.without(cell.text)) if due else step
            continue
        yield from _on_each(brought, cell, scale) if brought else ()


def _on_each(brought: tuple[str, ...], cell: Line, scale: Scale) -> Iterator[Step]:
    """Whom each of the conditions brings in that a cell lists, for the severities it names: `P0, or P1 > 1 h`."""
    for part in _alternatives(cell.text, scale):
        only, amount = scale.mentioned(part), duration.read(part)
        if only and (amount or scale.purely(ALL.sub("", part))):
            first = any(targets.ON_CALL.search(w) for w in brought)
            after = (
                amount.seconds if amount else 0 if first or _EACH.match(part) or _DECLARED.search(part) else None
            )
            yield Step(brought, after, cell.at(part.strip()), only)
        elif amount and amount.seconds and lasting(part) and not LOOSE.search(LEVELLED.sub("", part)):
            yield Step(brought, amount.seconds, cell.at(part.strip()))


def _moment_in(words: str) -> int | None:
    """The time of a cell that says nothing but when: `Immediate`, `After 5 minutes`, `First responder`."""
    amount = duration.read(words)
    if amount and duration.bare(words):
        return amount.seconds
    late = amount if amount and (silent(words) or unresolved(words)) else None
    return late.seconds if late else 0 if FIRST.fullmatch(plain(words)) else None


def _alternatives(words: str, scale: Scale) -> list[str]:
    """The conditions that a cell lists; severities and the time behind their comma are one: `SEV1/2, > 30 min`."""
    parts = [p.strip() for p in _ALTERNATIVE.split(_EITHER.sub(r"\1/\2", words)) if p.strip()]
    apart = not _OR.search(words) and len(parts) == 2 and scale.purely(parts[0]) and not scale.mentioned(parts[1])
    return [words] if apart and duration.amounts(parts[1]) else parts


def _is_condition(table: Table, index: int, scale: Scale) -> bool:
    """Whether a column tells of what has not happened, or of what has, before somebody is brought in."""
    cells = [row[index].text for row in table.rows]
    late = [c for c in cells if silent(c) or unresolved(c)]
    header = table.header[index].text
    named = is_trigger(header) and any(scale.mentioned(c) for c in cells) and not _is_time(table, index)
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

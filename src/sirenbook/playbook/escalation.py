"""Reads the escalation: who is brought in for which severity, after how long, in every form teams write it in."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook import drawing, duration, targets
from sirenbook.playbook.document import (
    Block,
    Document,
    Fence,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    blocks_of,
    lines_of,
    plain,
)
from sirenbook.playbook.inline import Line
from sirenbook.playbook.ladder import Stage, climb
from sirenbook.playbook.names import Scale
from sirenbook.playbook.records import Field, Group, Record
from sirenbook.playbook.scope import about_escalation, lines_policy
from sirenbook.playbook.severity import Draft
from sirenbook.playbook.steps import Step, manner_of, read_steps, silent, whom
from sirenbook.playbook.vocabulary import CONTACT_TOPIC, ESCALATION_TOPIC, part_of

_ARROWS = re.compile(r"\s*(?:→|➡️?|⇒|-{1,3}>|=+>|(?<=\s)>(?=\s[A-Z@]))\s*")
_LEVEL = re.compile(r"^(?:escalation )?(?:level|lvl|l|tier|step|stage|line)[ -]?\d\b", re.IGNORECASE)
_ROTATES = re.compile(r"rotation|rota\b|schedule|shift|roster")
_OR_SEVERITY = re.compile(r"\bor\s", re.IGNORECASE)


def read_escalation(documents: Sequence[Document], drafts: Sequence[Draft], scale: Scale) -> list[Step]:
    """Every step that a playbook states, the severities' own first, then those of escalation sections."""
    steps = [
        s for draft in drafts for record, group in draft.records for s in _of_record(draft, record, group, scale)
    ]
    for document in documents:
        for section in document.root.walk():
            if lines_policy(section):
                steps.extend(_of_section(section, scale))
    return steps


def chain_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """Who comes after whom where a playbook names a chain without times."""
    return tuple(dict.fromkeys(w for s in steps if s.after is None and not s.severities for w in s.who))


def _of_record(draft: Draft, record: Record, group: Group, scale: Scale) -> Iterator[Step]:
    """The steps in the fields of a record that is named as a severity."""
    mine = (draft.name.id,)
    if steps := list(_of_windows(record, mine)) or list(_of_roles(record, mine)):
        yield from steps
        return
    announced = any(ESCALATION_TOPIC.search(plain(t)) for t in (*group.topic[-2:], group.header))
    delay = _delay(record)
    for entry in record.fields:
        part = part_of(entry.label) if entry.label else ("escalation" if announced else None)
        if part == "response":
            yield from (s for s in read_steps(entry.value, entry.line, scale, mine) if s.leisure)
        if part not in ("escalation", "who") or _is_delay(entry):
            continue
        for step in _of_words(entry, scale, mine):
            late = delay is not None and step.after in (None, 0) and part == "escalation"
            yield replace(step, after=delay) if late else step


def _of_words(entry: Field, scale: Scale, mine: tuple[str, ...]) -> Iterator[Step]:
    """The steps of a field's words: a row of arrows, a list of names, or a sentence."""
    if _ARROWS.search(entry.value):
        yield from (replace(s, severities=mine) for s in _of_arrows(entry.value, entry.line))
        return
    listed = targets.listed_in(entry.value)
    if (
        listed
        and duration.read(entry.value) is None
        and not re.search(r"escalat|page|notif|ticket", entry.value, re.I)
    ):
        yield Step(listed, 0, entry.line.at(entry.value), mine, "resolved", manner_of(entry.value, listed))
        return
    for step in read_steps(entry.value, entry.line, scale, mine):
        yield replace(step, severities=mine)


def _of_windows(record: Record, mine: tuple[str, ...]) -> Iterator[Step]:
    """The cells of a matrix whose columns are stretches of time."""
    timed = [(w, f) for f in record.fields if (w := _window(f.label))]
    if len(timed) < 2:
        return
    for (start, _), entry in timed:
        who = targets.listed_in(entry.value)
        if who:
            yield Step(who, start, entry.line.at(entry.value), mine, "resolved", manner_of(entry.value, who))


def _window(label: str) -> tuple[int, int | None] | None:
    if part_of(label) in ("response", "resolution", "update", "ack", "first update"):
        return None
    return duration.window(label)


def _of_roles(record: Record, mine: tuple[str, ...]) -> Iterator[Step]:
    """The cells of a matrix whose columns are people and whose cells are times."""
    timed = [(a, f) for f in record.fields if targets.looks_like_target(f.label) and (a := duration.read(f.value))]
    if len(timed) < 2:
        return
    for amount, entry in timed:
        who = targets.listed_in(entry.label)
        yield Step(who, amount.seconds, entry.line.at(entry.value), mine, "resolved", "page", amount.business)


def _delay(record: Record) -> int | None:
    """The time in a field of its own that says after how long a severity escalates."""
    found = [a for f in record.fields if _is_delay(f) and (a := duration.read(f.value))]
    return found[0].seconds if len(found) == 1 else None


def _is_delay(entry: Field) -> bool:
    return bool(
        re.search(
            r"escalat\w* (?:after|time|within|in|threshold|timeout|window|if)|time (?:to"
            r"|before) escalat|auto-?escalat",
            plain(entry.label),
        )
    )


def _of_section(section: Section, scale: Scale) -> Iterator[Step]:
    """The steps right under one heading; a heading of contacts or of the rotation announces no levels."""
    announced = about_escalation(section) and not CONTACT_TOPIC.search(plain(section.title.text))
    rotates = announced and _ROTATES.search(plain(section.title.text))
    for block in section.blocks:
        yield from _of_rotation(block) if rotates else _of_block(block, scale, announced)
    if announced and not rotates and (stages := _stages_of_sections(section)):
        yield from climb(stages)


def _of_rotation(block: Block) -> Iterator[Step]:
    """What a list of who is on call says of escalation: the rows of arrows in it."""
    for line in lines_of(block):
        if _ARROWS.search(line.value):
            yield from _of_arrows(line.value, line)


def _of_block(block: Block, scale: Scale, announced: bool) -> Iterator[Step]:
    match block:
        case Fence() if announced and drawing.is_drawing(block):
            yield from _of_drawing(block, scale)
        case Table() if announced:
            yield from _of_table(block, scale)
        case Items():
            yield from _of_items(block, scale, announced)
        case Paragraph():
            for line in block.lines:
                yield from _of_line(line, scale, announced)
        case _:
            for inner in getattr(block, "blocks", ()):
                yield from _of_block(inner, scale, announced)


def _of_drawing(fence: Fence, scale: Scale) -> Iterator[Step]:
    nodes = [n for n in drawing.read_nodes(fence) if whom(n.line.text)]
    stages = [Stage(whom(n.line.text), n.line.text, n.line, n.condition) for n in nodes]
    for stage, step in zip(stages, climb(stages), strict=True):
        named = scale.mentioned(stage.condition)
        if named and not _OR_SEVERITY.search(stage.condition):
            yield replace(step, severities=named)
            continue
        yield replace(step, until="acknowledged" if silent(stage.condition) or not stage.condition else "resolved")
        if named:
            # "no response or P0": such an incident brings them in even when somebody has answered
            yield replace(step, severities=named, until="resolved")


def _of_table(table: Table, scale: Scale) -> Iterator[Step]:
    """A table of levels in a row: one column says who, another may say when."""
    parts = [part_of(h.text) for h in table.header]
    if (
        any(re.search(r"phone|e-?mail|slack|backup|secondary", plain(h.text)) for h in table.header)
        and "when" not in parts
    ):
        return
    if any(scale.mentioned(row[0].text) for row in table.rows if row):
        return
    who_at = next((i for i, p in enumerate(parts) if p in ("who", "escalation") and _is_people(table, i)), None)
    who_at = next((i for i in range(len(parts)) if _is_people(table, i)), None) if who_at is None else who_at
    if who_at is None:
        return
    stages = [_row_stage(row, who_at, parts) for row in table.rows]
    yield from climb([s for s in stages if s.who])


def _is_people(table: Table, index: int) -> bool:
    cells = [row[index].text for row in table.rows if len(row) > index]
    return bool(cells) and sum(1 for c in cells if targets.listed_in(c) or whom(c)) * 2 > len(cells)


def _row_stage(row: tuple[Line, ...], who_at: int, parts: Sequence[str | None]) -> Stage:
    cell = row[who_at]
    times = [
        c.text for i, c in enumerate(row) if i != who_at and parts[i] in ("when", "escalation", None, "severity")
    ]
    words = "; ".join(t for t in times if duration.window(t) is not None)
    return Stage(targets.listed_in(cell.text) or whom(cell.text), words, cell)


def _of_items(block: Items, scale: Scale, announced: bool) -> Iterator[Step]:
    if announced and (stages := _stages_of_items(block, scale)):
        yield from climb(stages)
        return
    for item in block.items:
        yield from _of_line(item.head, scale, announced)
        for inner in item.blocks:
            yield from _of_block(inner, scale, announced)


def _stages_of_items(block: Items, scale: Scale) -> list[Stage]:
    """The items of a list as levels in a row, if all but a few of them begin with somebody."""
    stages = [s for item in block.items if (s := _stage(item, scale))]
    return stages if len(stages) >= 2 and len(stages) * 3 >= len(block.items) * 2 else []


def _stage(item: Item, scale: Scale) -> Stage | None:
    head = item.head
    if scale.mentioned(head.label or head.text[:30]) or _ARROWS.search(head.text):
        return None
    label = _LEVEL.sub("", head.label).strip(" :-–—()")
    named = targets.listed_in(label) or targets.listed_in(
        re.split(r"[(:–—]|\s-\s", head.text)[0] if not head.label else ""
    )
    if not named and (_LEVEL.match(head.label) or duration.window(head.label)):
        named = targets.listed_in(re.split(r"[(–—]|\s-\s", head.value)[0]) or whom(head.value)
    if not named or re.search(r"@\w+\.|https?:|\+?\d[\d-]{6,}", head.text):
        return None
    return Stage(named, head.text, head)


def _stages_of_sections(section: Section) -> list[Stage]:
    """Headings such as `Level 2: Team Lead` as levels in a row."""
    stages = []
    for inner in section.sections:
        title = inner.title.text
        if _LEVEL.match(plain(title)):
            words = [title, *(x.text for b in blocks_of(inner) for x in getattr(b, "lines", ()))]
            named = targets.listed_in(_LEVEL.sub("", title).strip(" :-–—()")) or whom(title)
            stages.append(Stage(named, words[0], inner.title))
    return [s for s in stages if s.who] if len(stages) >= 2 else []


def _of_line(line: Line, scale: Scale, announced: bool) -> Iterator[Step]:
    """The steps in one line of running text: all under an escalation heading, else only the plain ones."""
    if announced and scale.mentioned(line.label):
        return
    if announced and _ARROWS.search(line.value):
        yield from _of_arrows(line.value, line)
        return
    for step in read_steps(line.text, line, scale, running=True):
        if step.who and step.after is not None and (step.severities or (announced and _holds_for_all(step))):
            yield step


def _holds_for_all(step: Step) -> bool:
    """Whether a step without a severity can be meant for every incident."""
    return bool(step.after) or all(targets.ON_CALL.search(w) for w in step.who)


def _of_arrows(text: str, line: Line) -> Iterator[Step]:
    """A row of names with arrows between them."""
    stages = [Stage(targets.listed_in(p) or whom(p), p, line) for p in _ARROWS.split(text)]
    named = [s for s in stages if s.who]
    if len(named) < 2:
        return
    steps = climb(named)
    timed = any(s.after for s in steps)
    starts = any(targets.ON_CALL.search(w) for w in named[0].who)
    for step in steps:
        yield step if timed or starts or step.after is None else replace(step, after=None)

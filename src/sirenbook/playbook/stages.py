"""Finds escalation levels in a row, in tables, lists, headings, drawings and arrows that name no severity."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook import drawing, duration, targets
from sirenbook.playbook.document import Fence, Item, Items, Section, Table, blocks_of, lines_of, plain
from sirenbook.playbook.inline import DECORATION, Line, make_line
from sirenbook.playbook.ladder import Stage, climb
from sirenbook.playbook.names import Scale
from sirenbook.playbook.records import fields_of
from sirenbook.playbook.steps import Step, brings, calls, silent, unresolved, whom
from sirenbook.playbook.vocabulary import part_of

ARROWS = re.compile(r"\s*(?:→|➡️?|⇒|-{1,3}>|=+>|(?<=\s)>(?=\s[A-Z@]))\s*")
_LEVEL = re.compile(
    r"^(?:escalation )?(?:(?:level|lvl|l|tier|step|stage|line)[ -]?\d|(?:first|second|third|fourth|1st"
    r"|2nd|3rd|4th|final)"
    r"[ -](?:line|level|tier|step|stage|escalation|contact|responder))\b",
    re.IGNORECASE,
)
_LEAVING = re.compile(r"escalat\w* (?:after|if|when|time|to next)|timeout|time ?out|time limit|wait")
_QUESTION = re.compile(r"\?(?:\s|$)|^(?:yes|no)\b", re.IGNORECASE)
_OR_SEVERITY = re.compile(r"\bor\s", re.IGNORECASE)


def of_drawing(fence: Fence, scale: Scale) -> Iterator[Step]:
    """The levels that boxes and arrows draw."""
    nodes = drawing.read_nodes(fence)
    if any(_QUESTION.search(n.line.text) for n in nodes):
        return  # a chart of decisions, not of who follows whom
    named = [(n, _who(_LEVEL.sub("", n.line.text).strip(" :-–—"))) for n in nodes]
    people = [(n, who) for n, who in named if any(not targets.is_channel(w) for w in who)]
    stages = [Stage(who, n.line.text, n.line, n.condition) for n, who in people]
    steps = climb(stages)
    if fence.language == "mermaid" and not any(s.after for s in steps):
        return  # a chart of decisions, not of who follows whom
    for stage, step in zip(stages, steps, strict=True):
        yield from _on_condition(step, stage.condition, scale)


def of_level_rows(fence: Fence) -> list[Step]:
    """The levels of a fence whose rows name one each, with what is known of it indented beneath."""
    rows = [(n, row) for n, row in enumerate(fence.text.split("\n")) if row.strip()]
    heads = [(place, n, row) for place, (n, row) in enumerate(rows) if _LEVEL.match(row)]
    if len(heads) < 2 or heads[0][0] or any(not row[:1].isspace() for _, row in rows if not _LEVEL.match(row)):
        return []
    ends = [place for place, _, _ in heads[1:]] + [len(rows)]
    found = []
    for (place, number, row), end in zip(heads, ends, strict=True):
        named = targets.listed_in(_LEVEL.sub("", row).strip(" :-–—")) or whom(row)
        waits = [make_line(fence.file, r.strip(" -*"), n, r) for n, r in rows[place + 1 : end]]
        told = [f"wait {x.value}" for x in waits if _LEAVING.search(plain(x.label))]
        found.append(Stage(named, told[0] if told else row, make_line(fence.file, row, fence.line + number, row)))
    return climb([s for s in found if s.who])


def _on_condition(step: Step, condition: str, scale: Scale) -> Iterator[Step]:
    """A level as the words on its arrow allow it: some severities at its time, others on their condition."""
    only = scale.mentioned(condition)
    lasts = unresolved(condition) and not silent(condition)
    if not only:
        yield replace(step, until="resolved" if lasts else "acknowledged")
        return
    # "no response or P0": such an incident brings them in even when somebody has answered
    yield replace(step, severities=only, until="resolved")
    others = tuple(s for s in scale.names if s not in only)
    if not others or not _OR_SEVERITY.search(condition):
        return
    if silent(condition):
        yield replace(step, severities=others, until="acknowledged")
    else:
        yield replace(step, severities=others, until="resolved", after=None, extended=lasts)


def _who(words: str) -> tuple[str, ...]:
    """Whom a box or a cell names: the whole of it without its brackets, or those named in it."""
    return targets.listed_in(words) or whom(words)


def of_table(table: Table, scale: Scale) -> Iterator[Step]:
    """A table of levels in a row: one column says who, another may say when."""
    parts = [part_of(h.text) for h in table.header]
    if (
        any(re.search(r"phone|e-?mail|slack|backup|secondary", plain(h.text)) for h in table.header)
        and "when" not in parts
    ):
        return
    if any(scale.mentioned(c.text) for c in table.header) or any(
        scale.purely(row[0].text) or scale.mentioned(row[0].text) for row in table.rows if row
    ):
        return
    if "action" in parts and (acted := _of_actions(table, parts.index("action"))):
        yield from climb(acted)
        return
    who_at = next((i for i, p in enumerate(parts) if p in ("who", "escalation") and _is_people(table, i)), None)
    who_at = next((i for i in range(len(parts)) if _is_people(table, i)), None) if who_at is None else who_at
    if who_at is None:
        return
    stages = [_row_stage(row, who_at, parts, scale) for row in table.rows]
    yield from climb([s for s in stages if s.who])


def _of_actions(table: Table, at: int) -> list[Stage]:
    """A table of times whose actions say who is brought in, whoever it is that acts."""
    timed = [i for i in range(len(table.header)) if i != at and all(duration.window(r[i].text) for r in table.rows)]
    acts = [r[at] for r in table.rows]
    if not timed or sum(1 for c in acts if whom(c.text)) * 2 <= len(acts):
        return []
    pairs = ((_who_after(row[at].text), row[timed[0]].text, row[at]) for row in table.rows)
    return [Stage(who, words, cell, cell.text) for who, words, cell in pairs if who]


def _who_after(words: str) -> tuple[str, ...]:
    """Whom an action brings in: what stands behind its last arrow."""
    _, *pieces = ARROWS.split(words)
    last = pieces[-1] if pieces else words
    bare = pieces and len(last.split()) <= 3 and targets.named_in(last) and not brings(last)
    return (last,) if bare else whom(last) or whom(words)


def _is_people(table: Table, index: int) -> bool:
    cells = [row[index].text for row in table.rows if len(row) > index]
    return bool(cells) and sum(1 for c in cells if _who(c)) * 2 > len(cells)


def _row_stage(row: tuple[Line, ...], who_at: int, parts: Sequence[str | None], scale: Scale) -> Stage:
    cell = row[who_at]
    brief = len(re.findall(r"\w+", cell.text)) <= 2
    who = _who(cell.text) or (targets.short_name(cell.text.replace("/", " / ")) if brief else ())
    times = [
        c.text for i, c in enumerate(row) if i != who_at and parts[i] in ("when", "escalation", None, "severity")
    ]
    words = "; ".join(t for t in times if duration.window(t) is not None)
    only = next((s for c in row[1:] if (s := scale.purely(c.text))), ())
    return Stage(who, words, cell, severities=only)


def in_list(block: Items, scale: Scale) -> list[Stage]:
    """The items of a list as levels in a row, if all but a few of them begin with somebody."""
    if any(len({a.seconds for a in duration.amounts(i.head.text)}) > 1 for i in block.items):
        return []  # sentences that tell of several levels each
    found = [_stage(item, scale) for item in block.items]
    known = [s for s in found if s]
    if len(known) < 2 or len(known) * 3 < len(block.items) * 2:
        return []
    # among roles that are known, a label that is not known is somebody too
    unknown = [Stage(targets.short_name(i.head.label), i.head.text, i.head) for i in block.items]
    return [s for pair in zip(found, unknown, strict=True) if (s := pair[0] or pair[1]) and s.who]


def _stage(item: Item, scale: Scale) -> Stage | None:
    head = item.head
    beginning = re.split(r"[(,]", head.label or head.text[:30])[0]
    if scale.mentioned(beginning) or ARROWS.search(head.text):
        return None
    label = _LEVEL.sub("", head.label).strip(" :-–—()")
    named = targets.listed_in(label) or (() if head.label else _first_in(head.text))
    if not named and (_LEVEL.match(head.label) or duration.window(head.label)):
        named = targets.listed_in(re.split(r"[(–—]|\s-\s", head.value)[0]) or whom(head.value)
    if not named or duration.vague(head.value) or re.search(r"@\w+\.|https?:|\+?\d[\d-]{6,}", head.text):
        return None
    told = re.search(r"\b(?:only|for)\b", head.text, re.IGNORECASE)
    beside = head.value.strip("() ").split(",")[0] if head.label else ""
    only = scale.mentioned(head.text) if told else scale.purely(beside)
    return Stage(named, head.text, head, severities=only)


def _first_in(text: str) -> tuple[str, ...]:
    """Whom an item without a label begins with, or whom it calls; a sentence about somebody is no level."""
    beginning = re.split(r"[(:–—]|\s-\s|\sfor\s", text)[0]
    return targets.only_names(beginning) or (targets.listed_in(beginning) if calls(beginning) else ())


def in_headings(section: Section) -> list[Stage]:
    """Headings such as `Level 2: Team Lead` as levels in a row."""
    stages = []
    for inner in section.sections:
        title = DECORATION.sub("", inner.title.text, count=1)
        if _LEVEL.match(plain(title)):
            named = targets.listed_in(_LEVEL.sub("", title).strip(" :-–—")) or whom(title)
            stages.append(Stage(named or _named_below(inner), _times_of(inner), inner.title, _reason_of(inner)))
    return [s for s in stages if s.who] if len(stages) >= 2 else []


def _reason_of(section: Section) -> str:
    """The line under a level's heading that says after what silence or delay it is reached."""
    lines = [x for b in blocks_of(section) for x in lines_of(b) if silent(x.text) or unresolved(x.text)]
    return lines[0].text if len(lines) == 1 else ""


def _times_of(section: Section) -> str:
    """The words of a level's heading that may hold its time: the title, or a field that says when it is left."""
    title = section.title.text
    if duration.window(title) is not None:
        return title
    fields = [f for f in fields_of(section) if _LEAVING.search(plain(f.label)) and duration.read(f.value)]
    return f"wait {fields[0].value}" if len(fields) == 1 else title


def _named_below(section: Section) -> tuple[str, ...]:
    """Whom a level's fields name where its heading does not."""
    for entry in fields_of(section):
        if part_of(entry.label) == "who" and (named := targets.listed_in(entry.value)):
            return named
    return ()


def of_arrows(text: str, line: Line) -> Iterator[Step]:
    """A row of names with arrows between them."""
    pieces = ARROWS.split(text)
    if len(pieces) < 2 or sum(1 for p in pieces if _who(p)) < 2:
        return
    named = [s for p in pieces if (s := Stage(_who(p) or targets.short_name(p), p, line)).who]
    steps = climb(named)
    timed = any(s.after for s in steps)
    starts = any(targets.ON_CALL.search(w) for w in named[0].who)
    for step in steps:
        yield step if timed or starts or step.after is None else replace(step, after=None)

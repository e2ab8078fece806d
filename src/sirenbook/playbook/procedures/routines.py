"""Reads what every incident has at hand: phases with their time boxes, checklists, and palettes of commands."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sirenbook.model.procedure import Routine, RoutineKind, RunbookStep
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.names import CODE
from sirenbook.playbook.language.scope import is_process
from sirenbook.playbook.language.vocabulary import (
    CONTACT_TOPIC,
    ESCALATION_TOPIC,
    METRIC_TOPIC,
    ONCALL_TOPIC,
    PLAN_TOPIC,
    REVIEW_TOPIC,
    SEVERITY_TOPIC,
    TEMPLATE_TOPIC,
)
from sirenbook.playbook.procedures.instructions import is_box
from sirenbook.playbook.procedures.sections import Place, Reading, boxes, read_procedure
from sirenbook.playbook.procedures.titled import runbook_sections
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import BOLD, Document, Fence, Items, Section, Table, blocks_of, plain
from sirenbook.playbook.text.inline import DECORATION, Line

_PHASE = re.compile(r"(?:phase|stage|step)\s*(?:#\s*)?(?:\d+|[ivx]+|one|two|three|four|five|six)\b")
_NUMBERED = re.compile(r"^\d+(?:\.\d+)*[.):]\s+")
_STAGE = re.compile(
    r"\b(?:detect|identif|acknowledg|triage|assess|classif|declar|investigat|diagnos|contain|mitigat|respon|resol"
    r"|recover|restor|communicat|notif|escalat|eradicat|clos|verif|monitor|stabili|prepar|report"
    r"|post-?(?: ?incident|mortem)|review|lessons|follow)"
)
_COURSE = re.compile(
    r"\b(?:process|life-?cycle|workflow|phases?|stages?|procedures?|flow|timeline|first \w+ minutes)\b"
)
_CHECKLIST = re.compile(
    r"check-?lists?\b|(?<!asked )\bquestions\b|\bimmediate actions?\b|\bfirst (?:actions|things)\b"
)
_PALETTE = re.compile(
    r"\b(?:useful|handy|common|helpful|frequent(?:ly used)?|important|essential|quick|key|basic) commands?\b"
    r"|\bquick reference\b|\bcheat-?\s?sheets?\b|\bcommands? (?:reference|cheat|palette|list|library)\b"
    r"|\b(?:reference|diagnostic|debugging) commands\b"
)
_FOREIGN = (SEVERITY_TOPIC, ESCALATION_TOPIC, CONTACT_TOPIC, ONCALL_TOPIC, METRIC_TOPIC, PLAN_TOPIC)
_AFTER = re.compile(
    r"post-?(?: ?incident|-?mortem)|after (?:the |an )?(?:incident|resol)|follow-?up|review|lessons"
)
_OPENS_LATER = re.compile(r"\b(?:after|from|beyond|t)\s?\+?\s*$|\+\s*$")
_ENDING = re.compile(r"resol|recover|mitigat|clos|verif|monitor|restor|confirm")
_VERIFIES = re.compile(
    r"^(?:verify|confirm|monitor|validate|make sure|ensure|test|watch|observe|check that)\b|: (?:verify|confirm)\b"
)
MOST_STEPS = 900
"""More steps than all routines together may have; what follows is left out."""


def read_routines(documents: Sequence[Document]) -> tuple[Routine, ...]:
    """Every phase, checklist and palette, in the order of the text."""
    found: list[Routine] = []
    room = MOST_STEPS
    for document in documents:
        apart = {id(s) for s in runbook_sections(document)}
        for routine in _in_section(document.root, apart):
            if len(routine.steps) <= room:
                found.append(routine)
                room -= len(routine.steps)
    return tuple(found)


def _in_section(section: Section, apart: set[int]) -> Iterator[Routine]:
    """The routines under a heading, none inside another; `apart` are the runbooks."""
    title = plain(section.title.text)
    if id(section) in apart or (section.level > 1 and TEMPLATE_TOPIC.search(title)):
        return
    if section.level and _PALETTE.search(title):
        yield from _palettes(section, section.title.text)
        return
    if section.level > 1 and (_is_foreign(title) or REVIEW_TOPIC.search(title)):
        return
    if _is_checklist(section, title) and (found := _routine(section, "checklist")).steps:
        yield found
        return
    phases = {id(s) for s in _phases(section, apart)}
    yield from _in_blocks(section)
    for inner in section.sections:
        if id(inner) in phases:
            yield _phase(inner)
        else:
            yield from _in_section(inner, apart)


def _is_foreign(title: str) -> bool:
    """Whether a heading announces who is called or how bad things are, where times are no phases."""
    return not is_course(title) and any(topic.search(title) for topic in _FOREIGN)


def is_course(title: str) -> bool:
    """Whether a heading announces the course of the response."""
    return bool(_COURSE.search(title)) and not ESCALATION_TOPIC.search(title)


def _is_checklist(section: Section, title: str) -> bool:
    """Whether a heading announces one checklist, and not a document of several."""
    parted = any(s.level < BOLD for s in section.sections)
    return bool(section.level and _CHECKLIST.search(title)) and not parted


def _phases(section: Section, apart: set[int]) -> Sequence[Section]:
    """The headings right under one that are phases: they say so, state time boxes, or are stages in a row."""
    inner = [s for s in section.sections if id(s) not in apart and not CODE.match(plain(s.title.text))]
    said = [s for s in inner if _PHASE.match(_bare(s)) or _window(s.title.text) != (None, None)]
    if not any(_acts(s) for s in inner):
        return ()
    if len(said) >= 2 and (section.level <= 1 or not _is_foreign(plain(section.title.text))):
        return inner if all(_PHASE.match(_bare(s)) or _NUMBERED.match(_bare(s)) for s in inner) else said
    if not _runs_a_course(section):
        return ()
    staged = [s for s in inner if _STAGE.search(_bare(s))]
    return inner if len(inner) >= 3 and len(staged) * 2 >= len(inner) else ()


def _runs_a_course(section: Section) -> bool:
    title = plain(section.title.text)
    numbered = [s for s in section.sections if _NUMBERED.match(_bare(s))]
    if section.level > 1:
        return is_process(section) or is_course(title)
    return bool(section.level) and is_course(title) and len(numbered) == len(section.sections)


def _bare(section: Section) -> str:
    return plain(DECORATION.sub("", section.title.text, count=1))


def _acts(section: Section) -> bool:
    return any(isinstance(b, Items | Fence) for s in section.walk() for b in blocks_of(s))


def _window(title: str) -> tuple[int | None, int | None]:
    """The time box that a title states; an amount alone is a length, and says neither begin nor end."""
    folded = duration.fold(title)
    found = [a for a in duration.amounts(title) if not a.business]
    if len(found) != 1:
        return None, None
    amount = found[0]
    if amount.low is not None:
        return amount.low, amount.seconds
    before = folded[: amount.start].rstrip("( ")
    if amount.open or _OPENS_LATER.search(before):
        return amount.seconds, None
    if re.search(r"(?:<|\bfirst|\bwithin(?: the)?(?: first)?|\bunder|\bup to|\bless than|\buntil)$", before):
        return 0, amount.seconds
    return None, None


def _phase(section: Section) -> Routine:
    found = _routine(section, "phase")
    begins, ends = _window(section.title.text)
    later = bool(_AFTER.search(plain(section.title.text)))
    return _boxed(found, begins, ends, later=later)


def _boxed(found: Routine, begins: int | None, ends: int | None, *, later: bool) -> Routine:
    return replace(found, begins=begins, ends=ends, since="resolved" if later else "opened")


def _routine(section: Section, kind: RoutineKind) -> Routine:
    later = bool(_AFTER.search(plain(section.title.text)))
    read = read_procedure(section, titled=True, listed=later)
    title = _NUMBERED.sub("", section.title.text).strip("` :")
    steps = [_verifying(s) for s in read.steps] if _ENDING.search(plain(title)) else read.steps
    return Routine(title, kind, section.title.at(), tuple(steps), tuple(read.branches))


def _verifying(step: RunbookStep) -> RunbookStep:
    """A step of the phase that ends an incident: by its words it may be there to see that it is solved."""
    checks = step.kind == "manual" and _VERIFIES.search(plain(step.text))
    return replace(step, part="verification") if checks else step


def _in_blocks(section: Section) -> Iterator[Routine]:
    """Checklists that stand under a heading without one of their own, and phases in lists."""
    for block in section.blocks:
        if isinstance(block, Items) and section.level:
            if is_course(plain(section.title.text)) and (found := tuple(_listed(block))):
                yield from found
            elif all(is_box(i.head) and "[" in i.head.source for i in block.items):
                yield _of_boxes(block, section.title)
        elif isinstance(block, Fence) and (
            drawn := [(w, t) for w, t in boxes(block) if _CHECKLIST.search(t.lower())]
        ):
            yield _drawn(drawn)


def _listed(block: Items) -> Iterator[Routine]:
    """Phases that are items of a list: each label says so or states its time box."""
    heads = [(i.head.label or i.head.text) for i in block.items]
    boxed = [_window(head) for head in heads]
    if sum(1 for h, w in zip(heads, boxed, strict=True) if _PHASE.match(plain(h)) or w != (None, None)) < 2:
        return
    for item, (begins, ends) in zip(block.items, boxed, strict=True):
        reading = Reading(titled=True)
        reading.blocks(item.blocks, Place())
        if not reading.steps and item.head.label:
            reading.manual(item.head.at(item.head.value), Place())
        title = (item.head.label or item.head.text).strip(": ")
        found = Routine(title, "phase", item.head.at(), tuple(reading.steps), tuple(reading.branches))
        yield _boxed(found, begins, ends, later=bool(_AFTER.search(plain(title))))


def _of_boxes(block: Items, title: Line) -> Routine:
    reading = Reading(titled=True)
    reading.block(block, Place())
    return Routine(title.text.strip("` :"), "checklist", title.at(), tuple(reading.steps), tuple(reading.branches))


def _drawn(items: Sequence[tuple[Provenance, str]]) -> Routine:
    title = items[0][1]
    steps = tuple(RunbookStep(why.quote, "", why, "", "manual", 0, title) for why, _ in items)
    return Routine(title, "checklist", items[0][0], steps)


def _palettes(section: Section, title: str) -> Iterator[Routine]:
    """The commands of a section for looking things up, one palette for each heading."""
    steps = tuple(s for b in section.blocks for s in _commands(b))
    if steps:
        yield Routine(title.strip("` :"), "palette", section.title.at(), steps)
    for inner in section.sections:
        if inner.level >= BOLD or not _PALETTE.search(plain(inner.title.text)):
            yield from _palettes(inner, f"{title}: {inner.title.text.strip(': ')}")
        else:
            yield from _palettes(inner, inner.title.text)


def _commands(block: object) -> Iterator[RunbookStep]:
    match block:
        case Fence():
            yield from (_command(block.file, c.line, c.text, c.language) for c in read_commands(block))
        case Items():
            for item in block.items:
                yield from _coded(item.head, item.head.label)
                yield from (s for b in item.blocks for s in _commands(b))
        case Table():
            for row in block.rows:
                yield from (s for cell in row for s in _coded(cell, row[0].text))
        case _:
            return


def _coded(line: Line, purpose: str) -> Iterator[RunbookStep]:
    """The commands that stand as inline code in a cell or item."""
    for code in line.codes:
        for command in read_commands(Fence("", code, line.line, line.file)):
            yield _command(line.file, line.line, command.text, command.language, purpose)


def _command(file: str, line: int, text: str, language: str, purpose: str = "") -> RunbookStep:
    why = Provenance(file, line, text.split("\n", maxsplit=1)[0])
    return RunbookStep(text, language, why, purpose=purpose)

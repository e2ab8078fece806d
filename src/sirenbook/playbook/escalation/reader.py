"""Reads the escalation: who is brought in for which severity, after how long, in every form teams write it in."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook.draft import Draft
from sirenbook.playbook.escalation import (
    condition_tables,
    deadlines,
    drawn,
    duties,
    headed,
    level_tables,
    stages,
    stretches,
    triggers,
)
from sirenbook.playbook.escalation.anchors import anchor
from sirenbook.playbook.escalation.columns import settings
from sirenbook.playbook.escalation.conditions import goes_on, named_if, on_waits, raises, upon_each, waits_of
from sirenbook.playbook.escalation.fenced import levels_under, of_fence
from sirenbook.playbook.escalation.graded import steps_of_record
from sirenbook.playbook.escalation.graded_titles import severities_of
from sirenbook.playbook.escalation.kinds import is_of_others
from sirenbook.playbook.escalation.ladder import Stage
from sirenbook.playbook.escalation.ladders import climb_each
from sirenbook.playbook.escalation.lines import for_a_kind, of_line
from sirenbook.playbook.escalation.numbered_levels import name_levels
from sirenbook.playbook.escalation.place import Place
from sirenbook.playbook.escalation.single_lines import called_when
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import AT_END, conditional, silent, unresolved
from sirenbook.playbook.language.scope import about_escalation, policy_sections, runbook_sections
from sirenbook.playbook.language.vocabulary import ESCALATION_TOPIC, part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import (
    Block,
    Document,
    Fence,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    lines_of,
    plain,
)
from sirenbook.playbook.text.inline import Line

_ROTATES = re.compile(
    r"rotation|rota\b|schedule|shift(?! (?:lead|manager|supervisor|engineer|commander|operator))|roster"
)
_WHEN = re.compile(
    r"when to escalate|escalat\w+ (?:criteria|triggers?|conditions?)|escalate (?:if|when)"
    r"|\btime[ -]?(?:d|based) escalation"
)
_CHAIN = re.compile(r"\b(?:chain|path|ladder|order|sequence)\b")
_EACH = re.compile(
    r"\bwait|\bbefore (?:moving|going|calling|trying|escalating|you)|\bbetween\b|\b(?:per|each) (?:person|level"
    r"|step|call)"
    r"|\beach (?:has|gets|is given)|\b(?:moving|going) on\b|\bnext (?:person|level|one)",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"\W*(?:\d\d:\d\d\W+|first\W+|\d[.)]\s*)*(?:start|begin|page|call|ring|phone|notify|alert|contact)s?\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"\bexample (?!of\b)\w+$|\b(?:escalation|incident|timeline) examples?$", re.IGNORECASE)
_SITUATIONS = re.compile(r"\b(?:scenarios|situations|special cases|incident types?)\b")
"""What a heading is called whose inner headings are each for one kind of incident, which people see."""
_OUTSIDE = re.compile(
    r"\b(?:external|vendor|third[- ]party|supplier|provider) (?:escalations?|support|dependenc|service)"
)
"""What a heading is called under which other firms stand, whom people call."""
_TOLD = re.compile(r"\s(?:notifications?|escalations?|paging)$", re.IGNORECASE)
"""What stands behind a role in a heading over when they are called: `Executive notification`."""
_HOW = re.compile(r"how to (?:escalate|page|call|notify)\b.*")
_DUTIES = re.compile(r"(?:responsibilities|duties|role|tasks|involvement|involved):?")
"""What a heading is called under the name of a role whose duties it lists."""
_NEXT = re.compile(r"(?:escalation|escalates? to|final|last resort)(?: contact| point| level)?")
_UNTOLD = re.compile(r"\bOR\b|;")


def read_escalation(documents: Sequence[Document], drafts: Sequence[Draft], scale: Scale) -> list[Step]:
    """Every step that a playbook states, the severities' own first, then those of escalation sections.

    Those that are unheeded come last.
    """
    found: list[Step] = []
    for draft in drafts:
        for record, group in draft.records:
            found.extend(steps_of_record(draft.name.id, record, group, scale))
    for document in documents:
        for section in policy_sections(document):
            if _EXAMPLE.search(section.title.text):
                continue
            of_a_kind = any(_SITUATIONS.search(plain(t)) for t in section.path[1:-1])
            of_a_kind = of_a_kind or bool(_OUTSIDE.search(plain(section.title.text)))
            steps = _of_section(section, scale)
            if _HOW.fullmatch(plain(section.title.text)):  # which tells how, and at no time
                steps = (replace(s, after=None) if s.after == 0 else s for s in steps)
            found.extend(_for_kind(s, section.title.text) if of_a_kind else s for s in steps)
        found.extend(s for section in runbook_sections(document) for s in _of_runbook(section, scale))
    found = name_levels([s for s in found if not (s.who and all(scale.find(w) for w in s.who))], documents)
    return [*anchor([s for s in found if not s.unheeded]), *(s for s in found if s.unheeded)]


def _of_runbook(section: Section, scale: Scale) -> Iterator[Step]:
    """Whom a runbook's own headings of escalation bring in: by hand, as they are for its failure alone."""
    for inner in (s for s in section.walk() if s is not section and ESCALATION_TOPIC.search(plain(s.title.text))):
        yield from (_for_kind(step, section.title.text) for step in _of_section(inner, scale))


def _for_kind(step: Step, kind: str) -> Step:
    """A step that is for one kind of incident alone: people take it, at the time that the text advises."""
    return replace(
        step, after=None, advised=step.advised if step.after is None else step.after, kind=step.kind or kind
    )


def chain_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """Who comes after whom where a playbook names a chain without times."""
    return tuple(dict.fromkeys(w for s in steps if s.after is None and not s.severities for w in s.who))


def _of_section(section: Section, scale: Scale) -> Iterator[Step]:
    """The steps right under one heading; a heading of contacts or of the rotation announces no levels."""
    title, about = plain(section.title.text), about_escalation(section)
    if about and headed.is_when(section):
        return  # whose people are read with the other levels in its row
    announced = about and not headed.lists_contacts(section, title)
    given = next((s for t in reversed(section.path[2:]) if (s := severities_of(t, scale, announced=about))), ())
    above = plain(section.parent.title.text) if section.parent else ""
    lasting = bool(_WHEN.search(title) or _WHEN.search(above))
    levelled = bool(section.parent and stages.LEVEL.match(title))
    chain = announced and bool(_CHAIN.search(title))
    whose = section.parent.title if section.parent and _DUTIES.fullmatch(title) else section.title
    named = targets.only_names(_TOLD.sub("", whose.text))
    holder = () if about else named
    role = () if stages.LEVEL.match(title) or _OUTSIDE.search(title) else named
    contacts = about and not announced
    onward = headed.first_on_path(section) if lasting else ()
    place = Place(scale, announced, given, section.title, lasting, levelled, chain, holder, role, contacts, onward)
    if announced and _rotates(title) and not any(_goes_on(b) or _takes_turns(b) for b in section.blocks):
        yield from place.fill(s for block in section.blocks for s in _of_rotation(block, place))
    elif in_time := deadlines.within(section, place):
        yield from in_time
    elif waits := waits_of(section.title):
        yield from place.fill(_on_waits((x for b in section.blocks for x in lines_of(b)), waits, place))
    else:
        yield from place.fill(_told_under(section, place))
        about = about or about_escalation(section, loosely=True)
        yield from place.fill(_in_headings(section, place)) if about else ()


def _rotates(title: str) -> bool:
    """Whether a heading is that of a rotation; a sentence that leads to a list may speak of one in passing."""
    return bool(_ROTATES.search(title)) and len(title.split()) <= 8


def _takes_turns(block: Block) -> bool:
    """Whether a list of who is on call gives them turns, two of them with a time: `Secondary: Lead (15 min)`."""
    heads = [i.head for i in block.items] if isinstance(block, Items) else []
    turns = [h for h in heads if stages.is_turn(plain(h.label))]
    timed = [h for h in turns if any(a.seconds for a in duration.amounts(h.value))]
    return len(turns) == len(heads) and len(timed) > 1


def _told_under(section: Section, place: Place) -> Iterator[Step]:
    """The steps of a section's own blocks; paragraphs that begin with the number of a level are levels in a row."""
    lines = [x for b in section.blocks if isinstance(b, Paragraph) for x in b.lines] if place.announced else []
    numbered = [h for line in lines if (h := stages.numbered(line))]
    levels = stages.in_list(numbered, place.scale) if len(numbered) > 1 else []
    taken = {s.line.line for s in levels}
    told: list[Step] = []
    for block in section.blocks:
        found = (s for s in _of_block(block, place) if s.why.line not in taken or s.severities)
        told.extend(found)
        place = replace(place, lead=block.lines[-1] if isinstance(block, Paragraph) else section.title)
    yield from _opened(section, told, place.scale) if place.announced and not for_a_kind(place) else ()
    yield from told
    yield from climb_each(levels or (headed.over_lists(section) if place.announced else ()), place.scale)


def _in_headings(section: Section, place: Place) -> Iterator[Step]:
    """The levels that headings under a section are, or the rows of its fences."""
    if levels := headed.in_headings(section, place.scale):
        triggered = list(headed.on_triggers(section, place.scale))
        apart = any(s.severities for s in triggered) or len(triggered) > len(levels)
        yield from triggered if apart else ()
        if apart:
            levels = [s for s in levels if not any(s.who == t.who for t in triggered)]
            levels = [s if _says_when(s.words) else replace(s, words="", condition="") for s in levels]
        graver = list(headed.for_severities(section, place.scale))
        yield from graver
        climbed = climb_each(levels, place.scale)
        yield from (s for s in climbed if s.after is not None or all(s.who != g.who for g in graver))
    for block in map(drawn.without_ways, section.blocks):
        if isinstance(block, Fence):
            yield from levels_under(block, place)


def _says_when(words: str) -> bool:
    """Whether the heading of a level says from when to when it is its turn: `Level 2: Lead (15-30 min)`."""
    return any(a.low is not None for a in duration.amounts(words))


def _opened(section: Section, told: Sequence[Step], scale: Scale) -> Iterator[Step]:
    """Whom the first line of an escalation calls, where only those after it have times: they come at once."""
    lines = [x for b in section.blocks if isinstance(b, Items | Paragraph) for x in lines_of(b)]
    if not any(s.after and s.who for s in told) or any(s.after == 0 and not s.severities for s in told):
        return
    first = next(iter(lines), None)
    acting = first and (_OPENS.match(first.text) or stages.acts(first.text))
    if first is None or not acting or conditional(first.text):
        return
    opening = first.text.split(". ")[0]
    if not (duration.amounts(opening) or scale.mentioned(opening)) and (who := whom(opening, plainly=False)):
        yield Step(who, 0, first.at(opening))


def _of_rotation(block: Block, place: Place) -> Iterator[Step]:
    """What a list of who is on call says of escalation: the rows of arrows in it, and when somebody is called."""
    if isinstance(block, Fence):
        yield from drawn.of_graded_rows(block, place.scale)
    for line in lines_of(block):
        if step := called_when(line, place):
            yield step
        if stages.ARROWS.search(line.value):
            yield from stages.of_arrows(line.value, line, place.scale)


def _of_block(block: Block, place: Place) -> Iterator[Step]:
    match block := drawn.without_ways(block):
        case Fence():
            yield from of_fence(block, place)
        case Table():
            yield from _of_table(block, place)
        case Items():
            yield from _of_items(block, place)
        case Paragraph():
            for line in block.lines:
                yield from of_line(line, place)
        case _:
            for inner in getattr(block, "blocks", ()):
                yield from _of_block(inner, place)


def _of_table(table: Table, place: Place) -> Iterator[Step]:
    if is_of_others(table):
        return
    if listed := settings(table):
        yield from _of_items(listed, place)
    elif (place.announced or condition_tables.calls_when(table)) and (
        met := list(condition_tables.of_conditions(table, place.scale))
    ):
        yield from met
    elif not place.announced and (told := list(duties.of_table(table, place.scale))):
        yield from told
    elif place.announced or level_tables.tells_waits(table):
        yield from level_tables.of_table(table, place.scale, place.lead.text)


def _of_items(block: Items, place: Place) -> Iterator[Step]:
    if place.announced and (timed := list(goes_on(place.lead, place.scale))):
        yield from timed
        return
    if who := named_if(place.lead.text, heading=place.lasting):
        yield from upon_each(lines_of(block), who, place.scale)
        return
    if raises(place.lead.text, place.scale) or (not place.announced and _is_procedure(block)):
        return  # what makes an incident graver; what steps of a repair say holds for their failure
    if place.announced and (begun := stretches.of_items(block, place)):
        yield from begun
        return
    if not place.announced and (timed := deadlines.in_items(block, place)):
        yield from timed
        return
    levels, brought = ([], []) if _tells_duty(block, place) else _levels_of(block, place)
    yield from brought
    if levels and (levels[0].line == block.items[0].head or _tells_when(levels[0].line.text)):
        yield from climb_each(_in_turn(levels, place.lead.text), place.scale)
        taken = {s.line.line for s in levels}
        for item in block.items:
            yield from _of_item(item, place) if item.head.line not in taken else ()
        return
    for item in block.items:
        yield from _of_item(item, place)


def _tells_duty(block: Items, place: Place) -> bool:
    """Whether a list says when the role above it, or each of those it names, is brought in, and no turns."""
    told = sum(1 for i in block.items if duties.tells(i.head.value, place.scale))
    each = sum(1 for i in block.items if i.head.label and duties.is_told(i.head.value))
    return (bool(place.role) and told > 0) or each * 2 > len(block.items)


def _levels_of(block: Items, place: Place) -> tuple[list[Stage], list[Step]]:
    """The items of a list that are levels in a row, and the steps of those that say on what they are reached."""
    announced = place.announced or _goes_on(block) or any(part_of(part) == "escalation" for part in _asides(block))
    if not announced:
        return [], []
    levels = stages.in_list([i.head for i in block.items], place.scale, chain=block.ordered and place.chain)
    brought = [s for level in levels for s in triggers.brought_on(level.who, _beneath(level, block), place.scale)]
    graver = [s for s in brought if s.severities]
    levels = [s for s in levels if not graver or all(s.who != b.who for b in brought)]
    return [_with_reason(s, block) for s in levels], brought if graver else []


def _of_item(item: Item, place: Place) -> Iterator[Step]:
    beneath = [x for inner in item.blocks for x in lines_of(inner)]
    if beneath and (waits := waits_of(item.head)):
        yield from _on_waits(beneath, waits, place)
        return
    if beneath and (who := named_if(item.head.text)):
        yield from upon_each(beneath, who, place.scale)
        return
    yield from of_line(item.head, place)
    graded = place.scale.titled(item.head.label or item.head.text)
    if not graded or (place.lasting and ESCALATION_TOPIC.search(plain(item.head.text))):
        told = place.announced or _announces(item.head)
        inside = replace(place, announced=told, lead=item.head, given=graded or place.given)
        for inner in item.blocks:
            yield from inside.fill(_of_block(inner, inside))


def _tells_when(level: str) -> bool:
    """Whether a level can stand behind a machine's: its time, if it has any, is a stretch that begins later."""
    amounts = duration.amounts(level)
    return not amounts or amounts[0].low is not None


def _is_procedure(block: Items) -> bool:
    """Whether a numbered list is steps with commands under them."""
    fences = [f for i in block.items for f in i.blocks if isinstance(f, Fence) and read_commands(f)]
    return block.ordered and len(fences) > 1


def _announces(head: Line) -> bool:
    """Whether an item is nothing but the name of what stands under it: `Escalation path: managed by …`."""
    label = plain(head.label or head.text)
    return label in ("escalation", "escalate") or bool(head.bold and ESCALATION_TOPIC.search(label))


def _beneath(level: Stage, block: Items) -> list[Line]:
    """The lines that stand under the item of a list that is a level."""
    return [x for i in block.items if i.head.line == level.line.line for b in i.blocks for x in lines_of(b)]


def _with_reason(level: Stage, block: Items) -> Stage:
    """A level of a list with the words beneath it that say after what silence or delay it is reached."""
    beneath = _beneath(level, block)
    late = [x.text for x in beneath if (silent(x.text) or unresolved(x.text)) and duration.amounts(x.text)]
    told = duration.amounts(level.words) or len(late) != 1 or triggers.leaves(late[0])
    return level if told else replace(level, words=f"{level.words} {_UNTOLD.split(late[0])[0]}")


def _goes_on(block: Block) -> bool:
    """Whether a list of who is on call says who comes after them: `Primary: …`, `Secondary: …`, `Escalation: …`."""
    heads = (
        [i.head for i in block.items if not stages.ARROWS.search(i.head.value)] if isinstance(block, Items) else []
    )
    labels = [plain(h.label) for h in heads]
    return any(_NEXT.fullmatch(x) for x in labels) and any(
        stages.is_turn(x) for x in labels if not _NEXT.fullmatch(x)
    )


def _in_turn(levels: list[Stage], lead: str) -> list[Stage]:
    """Levels without times of their own, each as long as the words before the list say to wait for everyone."""
    waits = duration.amounts(lead) if _EACH.search(lead) else []
    if len(waits) != 1 or any(duration.window(s.words) for s in levels):
        return levels
    wait = lead[waits[0].start : waits[0].end]
    return [*(replace(s, words=f"{s.words}; moves on after {wait}") for s in levels[:-1]), levels[-1]]


def _asides(block: Items) -> Iterator[str]:
    """What stands in brackets at the ends of a list's items: `Secondary: CEO (escalation)`."""
    return (m[1] for item in block.items if (m := AT_END.search(item.head.text)))


def _on_waits(lines: Iterable[Line], waits: Sequence[str], place: Place) -> Iterator[Step]:
    """The steps of the lines under a condition of silence or delay, for the severities it names or for all."""
    yield from (s for s in on_waits(lines, waits, place.scale, place.given) if s.who and s.after is not None)

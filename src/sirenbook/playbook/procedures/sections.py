"""Reads what a section tells people to do: its commands and instructions in order, its branches, its parts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sirenbook.model.procedure import Branch, RunbookStep
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.procedures.branches import way_of_heading, ways_of_list, ways_of_table, ways_within
from sirenbook.playbook.procedures.instructions import Way, is_action, is_box, led_in
from sirenbook.playbook.procedures.parts import labels_parts, part_named
from sirenbook.playbook.text.commands import fences_of, read_commands
from sirenbook.playbook.text.document import Block, Fence, Item, Items, Paragraph, Quote, Section, Table, plain
from sirenbook.playbook.text.drawing import is_drawing
from sirenbook.playbook.text.inline import Line

TOLD = frozenset({"symptoms", "impact", "causes", "prevention"})
"""Parts that say how things are; what stands in them is read, and is no step."""
_DONE = frozenset(
    {"immediate_actions", "containment", "investigation", "verification", "resolution", "escalation"}
    | {"communication", "follow_up"}
)
"""Parts that say what to do."""
_MAY_LIST_FAULTS = frozenset({"immediate_actions", "containment", "investigation", "resolution", "causes"})
_LATER = re.compile(r"long[- ]term|permanent (?:fix|solution)")
LONGEST_ROW = 300
"""Characters of a drawing's row that are looked at; a longer one is no box."""
_BOXED = re.compile(
    r"[\s│|║┃]*(?:(?P<number>\d{1,2})[.)]\s*)?(?P<box>[□☐▢◻❏❑]|\[[ xX]?\])?\s*(?P<text>\w[^│|║┃]*?)\s*[│|║┃]?\s*"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a procedure something stands."""

    part: str = ""
    branch: int = 0
    purpose: str = ""


@dataclass(slots=True)
class Reading:
    """One procedure as it is read.

    With `titled` every heading says what the steps under it are for; with `listed` every item of a list is a step.
    """

    titled: bool = False
    listed: bool = False
    steps: list[RunbookStep] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    told: dict[str, list[Provenance]] = field(default_factory=dict)
    groups: int = 0
    open_group: int = 0

    def section(self, section: Section, place: Place) -> None:
        """Read what stands under a heading; the ways that its headings and sentences open stand side by side."""
        outer, self.open_group = self.open_group, 0
        headed = place
        for content in section.contents:
            if not isinstance(content, Section):
                self.block(content, place if isinstance(content, Paragraph) else headed)
                headed = _headed(content, place, headed)
                continue
            title = content.title
            part = _part_of(title.text) or place.part
            way = None if place.branch else way_of_heading(content)
            if way is not None:
                self.section(content, Place(part, self._branch(way, title, self._section_group(), part)))
            else:
                known = _part_of(title.text) and not self.titled
                self.section(content, Place(part, place.branch, "" if known else title.text.rstrip(": ")))
        self.open_group = outer

    def block(self, block: Block, place: Place) -> None:
        """Read one block."""
        match block:
            case Fence():
                self._fence(block, place)
            case Items():
                self._items(block, place)
            case Table():
                self._table(block, place)
            case Quote():
                self.blocks(block.blocks, place)
            case Paragraph():
                for line in block.lines:
                    self._sentence(line, place)

    def blocks(self, blocks: Sequence[Block], place: Place) -> None:
        """Read several blocks."""
        for each in blocks:
            self.block(each, place)

    def _fence(self, fence: Fence, place: Place) -> None:
        if is_drawing(fence):
            for why, title in boxes(fence):
                self.manual(why, replace(place, purpose=title or place.purpose))
            return
        for command in read_commands(fence):
            why = Provenance(fence.file, command.line, command.text.split("\n")[0])
            step = RunbookStep(
                command.text, command.language, why, place.part, "command", place.branch, place.purpose
            )
            self.steps.append(step)

    def _items(self, block: Items, place: Place) -> None:
        if not place.part and labels_parts(block):
            self._parts_listed(block, place)
            return
        if place.part in TOLD:
            self._tell_items(block, place)
        may_list_faults = place.part in _MAY_LIST_FAULTS
        ways = ways_within(block) if place.branch else ways_of_list(block, causes=may_list_faults)
        group = self._next_group() if any(ways) else 0
        for number, item in enumerate(block.items):
            way = ways[number] if ways else None
            if way is not None:
                self._item_of_way(item, way, group, place)
            elif place.part not in TOLD:
                self._item(item, place, ordered=block.ordered)
            elif any(read_commands(f) for b in item.blocks for f in fences_of(b)):
                part = "resolution" if place.part == "causes" else "investigation"
                self._item(item, replace(place, part=part), ordered=block.ordered)

    def _parts_listed(self, block: Items, place: Place) -> None:
        """A list whose items are labelled as the parts: each says what its part says."""
        for item in block.items:
            line, part = item.head, _part_of(item.head.label) or place.part
            if part in TOLD and line.value:
                self._tell(part, line, line.value)
            elif line.value:
                self.manual(line.at(line.value), replace(place, part=part))
            if part == "escalation":
                self._tell(part, line, line.value)
            self.blocks(item.blocks, replace(place, part=part))

    def _tell_items(self, block: Items, place: Place) -> None:
        for item in block.items:
            self._tell(place.part, item.head)
            for inner in item.blocks:
                if isinstance(inner, Items):
                    self._tell_items(inner, place)

    def _item_of_way(self, item: Item, way: Way, group: int, place: Place) -> None:
        """An item that opens a branch: what stands under it, or else its own words, is what is done."""
        branch = self._branch(way, item.head, group, place.part, place.branch)
        before = len(self.steps)
        self.blocks(item.blocks, Place(_acting(place.part), branch))
        if len(self.steps) == before:
            words = way.action or way.title
            self.manual(item.head.at(words), Place(_acting(place.part), branch))

    def _item(self, item: Item, place: Place, *, ordered: bool) -> None:
        """A plain item: a heading of the steps under it, or a step itself."""
        head, before = item.head, len(self.steps)
        inner = replace(place, purpose=head.text.rstrip(": ") or place.purpose)
        announces = not head.text or not head.value or head.text.endswith(":")
        for block in item.blocks:
            if announces or _tells_more(block):
                self.block(block, inner)
        step = self.listed or ordered or place.branch or place.part in _DONE or is_action(head.text) or is_box(head)
        if len(self.steps) == before and head.text and step:
            self.manual(head.at(), place)
        if place.part == "escalation":
            self._tell("escalation", head)

    def _table(self, table: Table, place: Place) -> None:
        rows = ways_of_table(table)
        group = self._next_group() if rows else 0
        for way, line in rows:
            number = 0 if place.branch else self._branch(way, line, group, place.part)
            self._tell("causes", line)
            self.manual(replace_quote(line, way.action), Place(_acting(place.part), number or place.branch))

    def _sentence(self, line: Line, place: Place) -> None:
        """A line of running text: it tells of a part, or in a part that says what to do it is an instruction."""
        labelled = _part_of(line.label) if line.label else None
        part, words = (labelled, line.value) if labelled else (place.part, line.text)
        if not words:
            return
        way = led_in(line) if part in _DONE and not place.branch else None
        if part in TOLD:
            self._tell(part, line, words)
        elif way is not None and way.action:
            branch = self._branch(way, line, self._section_group(), part)
            self.manual(line.at(way.action), Place(part, branch))
        elif (part in _DONE or place.branch or self.titled) and is_action(words) and not words.endswith(":"):
            self.manual(line.at(words), replace(place, part=part))
        if part == "escalation":
            self._tell("escalation", line, words)

    def manual(self, why: Provenance, place: Place) -> None:
        """Take an instruction in."""
        self.steps.append(
            RunbookStep(why.quote, "", why, place.part, "manual", place.branch, place.purpose),
        )

    def _tell(self, part: str, line: Line, words: str = "") -> None:
        if line.text:
            self.told.setdefault(part, []).append(line.at(words))

    def _section_group(self) -> int:
        self.open_group = self.open_group or self._next_group()
        return self.open_group

    def _next_group(self) -> int:
        self.groups += 1
        return self.groups

    def _branch(self, way: Way, line: Line, group: int, part: str, inside: int = 0) -> int:
        """Note a branch down; answers its number."""
        branch = Branch(way.title, line.at(), group, way.condition, way.action, part, inside)
        self.branches.append(branch)
        return len(self.branches)


def read_procedure(section: Section, *, titled: bool = False, listed: bool = False) -> Reading:
    """All that one section tells people to do."""
    reading = Reading(titled, listed)
    reading.section(section, Place())
    return reading


def boxes(fence: Fence) -> Iterator[tuple[Provenance, str]]:
    """The numbered or boxed lines of a drawing, each with the words that head them."""
    title = ""
    for offset, row in enumerate(fence.text.split("\n")):
        found = _BOXED.fullmatch(row.rstrip()) if len(row) <= LONGEST_ROW else None
        if found is None:
            continue
        if found["number"] or found["box"]:
            yield Provenance(fence.file, fence.line + offset, found["text"]), title
        else:
            title = found["text"]


def _headed(block: Block, place: Place, before: Place) -> Place:
    """The place of what follows a block: a label without words of its own heads it."""
    if not isinstance(block, Paragraph):
        return before
    last = block.lines[-1]
    part = _part_of(last.label) if last.label and not last.value else None
    return replace(place, part=part) if part else place


def replace_quote(line: Line, words: str) -> Provenance:
    """The place of a line, with other words of the same source line as the quote."""
    column = line.source.find(words) + 1
    return Provenance(line.file, line.line, words, max(column, 1))


def _part_of(title: str) -> str | None:
    return "prevention" if _LATER.match(plain(title)) else part_named(title)


def _acting(part: str) -> str:
    """The part that a step of a branch stands in: causes that are listed with their fixes are a resolution."""
    return "resolution" if part in TOLD else part


def _tells_more(block: Block) -> bool:
    """Whether what stands under an instruction is to be done too, and no remark on it."""
    if isinstance(block, Items):
        if any(read_commands(f) for f in fences_of(block)):
            return True
        return sum(1 for i in block.items if is_action(i.head.text)) * 2 >= len(block.items)
    return not isinstance(block, Paragraph)

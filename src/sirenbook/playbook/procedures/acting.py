"""Tells whether a section says what to do: by commands, by steps, by lists of instructions."""

import re

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.language.vocabulary import RUNBOOK_SECTION
from sirenbook.playbook.procedures.instructions import is_action, opened_by
from sirenbook.playbook.text.commands import fences_of, read_commands
from sirenbook.playbook.text.document import Block, Fence, Item, Items, Section, Table, blocks_of, plain
from sirenbook.playbook.text.inline import Line

_NUMBERED = re.compile(r"^[\s\u2500-\u257f|]*(?:\d{1,2}[.)]|step \d{1,2}[:.)])\s+\S", re.MULTILINE | re.IGNORECASE)
_NUMBERED_REMARK = re.compile(r"^\s*#\s*(?:step )?\d{1,2}[.):]\s+\S", re.MULTILINE | re.IGNORECASE)
"""A remark among commands that numbers what is done."""
_ASKED = re.compile(r"\?\s*$", re.MULTILINE)
"""What the rows of a chart of decisions end with."""
_STEPS = re.compile(r"^\s*(?:- )?(?:steps|response|actions|procedures?):\s*$", re.MULTILINE | re.IGNORECASE)
_CODE = ("typescript", "ts", "javascript", "js", "go", "ruby", "java", "rust", "php", "csharp", "elixir", "erlang")
_WORDS = ("", "text", "txt", "markdown", "md")
_PARTED = re.compile(
    r"^\s*(symptoms?|checks?|causes?|actions?|fix|resolution|mitigation)\s*:\s", re.MULTILINE | re.I
)
"""A row of a fence that is a part of the answer to a failure: `Symptoms: …` over `Action: …`."""
_CHECKLIST = re.compile(r"\bcheck-?list\b", re.IGNORECASE)
_BOX = re.compile(r"\s*[-*+]\s+\[[ xX]\]\s")
_LINK_ROW = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\[[^\]]*\]\([^)]*\)\W*")


@judgement
def acts(section: Section) -> bool:
    """Whether a section tells what to do: commands, or a list of steps."""
    listed = any(_is_list_of_steps(b) for s in section.walk() for b in s.blocks)
    return listed or bool(commands_in(section))


def shows_code(section: Section) -> bool:
    """Whether program code to run stands right under a heading, which is counted as no command."""
    return any(isinstance(b, Fence) and b.language in _CODE for b in section.blocks)


def works_through(section: Section) -> bool:
    """Whether commands stand under a heading, or a numbered list or a checklist of things to do."""
    ticked = not _CHECKLIST.search(section.title.text)  # a checklist by name is one of the book's own
    return bool(commands_in(section)) or any(
        isinstance(b, Items)
        and (b.ordered or (ticked and _is_checklist(b)))
        and sum(1 for i in b.items if _is_step(i)) >= 2
        for s in section.walk()
        for b in s.blocks
    )


@judgement
def types_in(section: Section) -> bool:
    """Whether a numbered list right under a heading holds commands to type in, as code within its items."""
    lists = (b for b in section.blocks if isinstance(b, Items) and b.ordered)
    return any(sum(1 for i in b.items if _is_typed(i.head)) > 1 for b in lists)


def _is_typed(line: Line) -> bool:
    return any(read_commands(Fence("", code, line.line, line.file)) for code in line.codes)


def tells_steps(section: Section) -> bool:
    """Whether a list right under a heading, or under its labels, is one of things to do."""
    lists = (b for b in blocks_of(section) if isinstance(b, Items) and len(b.items) > 1)
    return any(all(tells_to_act(i.head) for i in b.items) for b in lists)


def tells_to_act(line: Line) -> bool:
    """Whether a line is an instruction, behind a label or a condition too."""
    return any(is_action(t) for t in (line.text, line.value)) or opened_by(line.text) is not None


@judgement
def commands_in(section: Section) -> list[Fence]:
    """The fences with commands in a section, those in its lists too."""
    found = (f for s in section.walk() for b in blocks_of(s) for f in fences_of(b))
    return [f for f in found if read_commands(f)]


def draws_steps(section: Section) -> bool:
    """Whether numbered steps stand in a fence under a heading, or under its labels."""
    return any(isinstance(b, Fence) and _is_list_of_steps(b) for b in blocks_of(section))


def shows_commands(section: Section) -> bool:
    """Whether commands stand under a heading, or a fence for them that holds but remarks."""
    shell = (b for b in section.blocks if isinstance(b, Fence) and b.language in ("bash", "sh", "shell"))
    return bool(commands_in(section) or types_in(section)) or any(shell)


def tells_how(section: Section) -> bool:
    """Whether commands stand under a heading, or a list of what to do in turn, be it in a fence."""
    return shows_commands(section) or works_through(section) or draws_steps(section)


def _is_step(item: Item) -> bool:
    """Whether an item is an instruction, or the name of a step whose instructions stand beneath it."""
    beneath = [x.head for inner in item.blocks if isinstance(inner, Items) for x in inner.items]
    return tells_to_act(item.head) or sum(1 for x in beneath if tells_to_act(x)) * 2 > len(beneath)


def _is_list_of_steps(block: Block) -> bool:
    """Whether a block is a list that does not only link to other pages, or a table of steps."""
    if isinstance(block, Table):
        stepped = bool(block.header) and plain(block.header[0].text) in ("step", "steps", "phase", "stage", "#")
        return stepped or sum(1 for r in block.rows if RUNBOOK_SECTION.match(plain(r[0].text))) > 1
    if isinstance(block, Fence):
        if block.language in ("bash", "sh", "shell") and len(_NUMBERED_REMARK.findall(block.text)) > 1:
            return True
        numbered = block.language in (*_WORDS, "yaml", "yml") and len(_NUMBERED.findall(block.text)) > 1
        if block.language in _WORDS and len({p.lower() for p in _PARTED.findall(block.text)}) > 1:
            return True
        if block.language in _WORDS and len(_ASKED.findall(block.text)) > 1:
            return True
        return numbered or (block.language in ("yaml", "yml") and _STEPS.search(block.text) is not None)
    return isinstance(block, Items) and not _is_index(block)


def _is_checklist(block: Items) -> bool:
    """Whether every item of a list has a box to tick."""
    return all(_BOX.match(i.head.source) for i in block.items)


def _is_index(block: Items) -> bool:
    """Whether a list only links to other pages."""
    return all(_LINK_ROW.fullmatch(i.head.source) for i in block.items)

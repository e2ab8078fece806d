"""Finds procedures without a heading: under bold lines, and as the items of a list."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.language.vocabulary import REMEDY, RUNBOOK_TOPIC, TROUBLE, UNREAL_TOPIC
from sirenbook.playbook.procedures.acting import commands_in, tells_steps, works_through
from sirenbook.playbook.procedures.instructions import is_action
from sirenbook.playbook.procedures.naming import KIND, is_kept, is_recorded, names_nothing, says_so
from sirenbook.playbook.procedures.parts import labels_parts, part_named, parts_only
from sirenbook.playbook.procedures.phases import STEP, is_mending_phase
from sirenbook.playbook.text.commands import fences_of, read_commands
from sirenbook.playbook.text.document import BOLD, Item, Items, Paragraph, Section, plain

_ISSUES = re.compile(r"\w (?:issues?|problems?|incidents?)$")
_PROCEDURES = re.compile(r"\b(?:response|technical|recovery|resolution) procedures$")
_BRANCH = re.compile(r"(?:if|when|otherwise)\b")
"""What a branch of one procedure begins with: `If the rollback fails:`."""
_GATHERS = re.compile(
    r"\b(?:strateg(?:y|ies)|scenarios"
    r"|(?:common|known|typical) (?:issues|problems|failures|fixes|(?:response|repair|mitigation) actions))\b"
)
"""What an item of a list says that gathers procedures for several failures."""
SEVERAL = re.compile(r"\b(?:procedures|strategies|run-?books|playbooks|scenarios)\b")


@judgement
def gathers(section: Section) -> bool:
    """Whether procedures stand right under a heading in bold, or as items of a list: several if it may name one."""
    told = sum(1 for s in section.sections if is_bold_procedure(s))
    return told > (0 if names_nothing(section.title.text) else 1) or bool(listed_procedures(section))


def is_bold_procedure(section: Section) -> bool:
    """Whether a bold line is the title of a procedure: it names trouble, right under what announces procedures."""
    above = section.parent
    if section.level != BOLD or above is None or not 1 < above.level < BOLD or is_runbook(above) or says_so(above):
        return False
    title, topic = plain(section.title.text), plain(above.title.text)
    announced = (RUNBOOK_TOPIC.search(topic) and not is_kept(topic)) or _gathers_kind(above)
    if KIND.match(title) or (is_mending_phase(above) and _is_failure(title) and _lists_procedures_in_bold(above)):
        named = bool(commands_in(section))
    elif announced and TROUBLE.search(title):
        named = not _BRANCH.match(title) and (_is_told(section) or tells_steps(section))
    else:
        named = bool(announced and _is_told(section) and _lists_procedures_in_bold(above) and not is_action(title))
    return named and not (STEP.match(title) or part_named(title) or is_recorded(section))


def _gathers_kind(section: Section) -> bool:
    """Whether a heading names a kind of failure under one of procedures: `Infrastructure incidents`."""
    above = section.parent
    told = above is not None and above.level > 1 and _PROCEDURES.search(plain(above.title.text))
    return bool(told and _ISSUES.search(plain(section.title.text)))


def _is_told(section: Section) -> bool:
    """Whether a bold line has commands or steps under it, or a list whose items are labelled as parts."""
    return works_through(section) or any(isinstance(b, Items) and labels_parts(b) for b in section.blocks)


def _is_failure(title: str) -> bool:
    return bool(TROUBLE.search(title) or _ISSUES.search(title.rstrip(": ")))


@judgement
def _lists_procedures_in_bold(section: Section) -> bool:
    """Whether most of the bold lines under a heading that tell of steps name a failure or its remedy."""
    titles = [plain(s.title.text) for s in section.sections if s.level == BOLD and _is_told(s)]
    named = [t for t in titles if _is_named(t, section)]
    return len(named) > 1 and len(named) * 2 > len(titles)


def _is_named(title: str, above: Section) -> bool:
    """Whether a title names a failure, or under a heading of procedures a remedy for something."""
    remedies = SEVERAL.search(plain(above.title.text))
    return bool(_is_failure(title) or (remedies and REMEDY.search(title) and not parts_only(title)))


@judgement
def listed_procedures(section: Section) -> tuple[Section, ...]:
    """The items of a list that are procedures, as sections: most name a failure, with what to do beneath it."""
    part = section.parent is not None and is_runbook(section.parent)
    if part or not 1 < section.level < BOLD or is_runbook(section):
        return ()
    title = plain(section.title.text)
    if not RUNBOOK_TOPIC.search(title) or UNREAL_TOPIC.search(title):
        return ()
    lists = [b for b in section.blocks if isinstance(b, Items)]
    scattered = _gathered(section)
    return tuple(s for b in (*lists, *scattered) for s in _procedures_among(b, section))


def _gathered(section: Section) -> tuple[Items, ...]:
    """The one list whose items each begin anew behind a fence that is not indented: `1. …`, a fence, `2. …`."""
    found: list[Item] = []
    for block in section.blocks:
        if isinstance(block, Items) and block.ordered and len(block.items) == 1:
            if block.items[0].number != len(found) + 1:
                return ()
            found.append(block.items[0])
        elif found:
            found[-1] = replace(found[-1], blocks=(*found[-1].blocks, block))
    return (Items(tuple(found), section.title.line, ordered=True),) if len(found) > 1 else ()


def procedures_in_items(section: Section) -> Iterator[Section]:
    """The procedures under bold lines within an item that gathers them: `2. Common mitigation strategies`."""
    if section.level <= BOLD and not is_runbook(section):
        for item in (i for b in section.blocks if isinstance(b, Items) for i in b.items):
            if _GATHERS.search(plain(item.head.label or item.head.text)):
                found = [s for s in _under_bold_lines(item, section) if _is_failure(plain(s.title.text))]
                acting = [s for s in found if commands_in(s)]
                yield from acting if len(acting) > 1 else ()


def _under_bold_lines(item: Item, above: Section) -> list[Section]:
    """The bold lines within an item as sections, each with the blocks up to the next."""
    found: list[Section] = []
    for block in item.blocks:
        if isinstance(block, Paragraph) and len(block.lines) == 1 and block.lines[0].heading:
            title = block.lines[0]
            found.append(Section(BOLD, replace(title, text=title.text.rstrip(": ")), above, []))
        elif found:
            found[-1].contents.append(block)
    return found


def _procedures_among(block: Items, above: Section) -> Iterator[Section]:
    """The items of one list that work through a failure, if most of its items name one."""
    heads = [plain(i.head.label or i.head.text).rstrip(": ") for i in block.items]
    titled = [i.head.bold or any(read_commands(f) for b in i.blocks for f in fences_of(b)) for i in block.items]
    if sum(1 for t, head in zip(titled, heads, strict=True) if t and _is_named(head, above)) * 2 <= len(heads):
        return
    for item, title, is_title in zip(block.items, heads, titled, strict=True):
        told = Section(BOLD, replace(item.head, text=item.head.label or item.head.text), above, list(item.blocks))
        named = _is_named(title, above) or not (part_named(title) or is_action(title))
        if is_title and named and (works_through(told) or tells_steps(told)):
            yield told

"""Tells headings that name a failure, and headings under which several failures are told, each apart."""

import re

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.language.vocabulary import NO_RUNBOOK, NO_TROUBLE, REMEDY, TROUBLE, UNREAL_TOPIC
from sirenbook.playbook.procedures.acting import tells_how, works_through
from sirenbook.playbook.procedures.instructions import is_action
from sirenbook.playbook.procedures.parts import part_named, parts_only
from sirenbook.playbook.procedures.phases import STEP, is_of_severity
from sirenbook.playbook.procedures.unheaded import gathers
from sirenbook.playbook.text.document import BOLD, Section, plain

CATEGORY = re.compile(
    r"\w\)? (?:issues|problems|failures|errors|outages|faults|incidents"
    r"|(?<!\bthe )(?<!\ban )(?<!\bany )(?<!\bevery )(?<!\beach )incident)$"
)
_ISSUES = re.compile(r"\w\)? (?:issues?|problems?|incidents?)\b")


MEASURE = re.compile(
    rf"{REMEDY.pattern}|\bkill[- ]?switch(?:es)?\b|\bcircuit[- ]breakers?\b"
    r"|^emergency: \w|\bemergency (?:withdrawals?|fallback|isolation|lockdown|freeze)\b"
)
"""Words of what is done against a failure at once."""
_BARE = re.compile(r"(?:\d+(?:\.\d+)* )?(?:rollback|roll back|fail-?over|restart|restore)(?: \([^()]*\))?")
"""A remedy that says nothing else, and is no part of a failure's answer unless it stands under one."""


def is_apart(title: str) -> bool:
    """Whether a title says more than which part of a procedure it is, or says that it is one."""
    named = REMEDY.search(title) and (title.endswith(("procedure", "procedures")) or _BARE.fullmatch(title))
    return bool(named) or not parts_only(title)


@judgement
def lists_troubles(section: Section) -> bool:
    """Whether the headings under one are failures, with commands against each, so that each is its own.

    Most of them name one, or one does where the heading above names the kind: `API problems`, `Database issues`.
    """
    if is_runbook(section):
        return False
    named = [s for s in section.sections if is_trouble(plain(s.title.text)) and tells_how(s) and not gathers(s)]
    acting = [s for s in section.sections if not NO_RUNBOOK.search(plain(s.title.text))]
    if len(named) > 1 and len(named) * 2 > len(acting):
        return True
    kind = CATEGORY.search(plain(section.title.text)) and not section.blocks and not is_of_severity(section)
    named = [s for s in section.sections if is_trouble(plain(s.title.text))]
    return bool(kind and named) and all(names_one_of_several(s) and works_through(s) for s in section.sections)


def names_one_of_several(section: Section) -> bool:
    """Whether a heading may name a case beside others: it is no part, no step and no instruction."""
    title = plain(section.title.text)
    return not (STEP.match(title) or part_named(title) or is_action(title)) and section.level < BOLD


def is_trouble(title: str) -> bool:
    """Whether a title names a failure, and is that of no part, step or example."""
    named = TROUBLE.search(title) or _ISSUES.search(title)
    return (
        bool(named)
        and not (STEP.match(title) or UNREAL_TOPIC.search(title) or NO_TROUBLE.search(title))
        and part_named(title) is None
    )

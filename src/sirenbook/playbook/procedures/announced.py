"""Tells what a heading above announces: procedures for failures, each under a heading of its own."""

import re

from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.language.vocabulary import NO_RUNBOOK, REMEDY, RUNBOOK_TOPIC, TROUBLE
from sirenbook.playbook.procedures.acting import acts, commands_in, tells_to_act, works_through
from sirenbook.playbook.procedures.instructions import is_action
from sirenbook.playbook.procedures.naming import ALERT_NAME, is_kept, is_routine, is_scale, says_so
from sirenbook.playbook.procedures.parts import part_named, parts_only
from sirenbook.playbook.procedures.phases import is_of_severity, only_grades
from sirenbook.playbook.procedures.troubles import MEASURE, is_apart, is_trouble, lists_troubles
from sirenbook.playbook.text.document import Fence, Items, Paragraph, Section, plain

_SENTENCE = re.compile(r"(?<=[.;])\s+")
_RUNBOOKS = re.compile(r"\b(?:run-?books|playbooks)\b")
_RUNBOOKS_SAID = re.compile(r"\brun-?books?\b|\bcommon (?:issues|problems|failures)\b")
"""What a heading announces procedures with, whatever else it says: `Reference: common issues and quick fixes`."""
_GATHERED = re.compile(
    r"\b(?:stuff|things|what(?:ever)?) (?:that |which )?(?:tends? to )?"
    r"(?:breaks?|go(?:es)? wrong|fails?|(?:ha(?:ve|s) )?broken)\b"
    r"|\bby symptom\b|\bmanual (?:\w+ )?procedures$"
)
"""Other words with which a heading says that failures follow: `Stuff that breaks`, `Commands by symptom`."""
_ENDS = re.compile(
    r"(?:[\W\d]|and|phase|minutes?|mins?|hours?|hrs?|days?|weeks?|containment|eradication|remediation|resolution|restoration|recovery)+"
)
_ASIDE = re.compile(r"\([^()]*\)")
_STEPS = re.compile(r"(?:the |(?:response|execution|recovery) )?(?:procedure|steps|step[- ]by[- ]step)")
"""What a heading is called whose own headings are the steps of one procedure."""
_CHECKED = re.compile(r"\b(?:verification|schedule|assumptions|inventory|scope|requirements|teams?)$")


def is_one_announced(section: Section, title: str, topic: Section) -> bool:
    """Whether a heading is one of the procedures that the heading `topic` above it announces."""
    apart = is_apart(title) if topic is section.parent else _is_apart_within(section, title)
    if topic.level == 1 and topic is not section.parent and not (is_trouble(title) or MEASURE.search(title)):
        return False
    return apart and _is_told(section, title)


def _is_told(section: Section, title: str) -> bool:
    """Whether what stands under an announced heading is a procedure, and not what it has to do with."""
    if only_grades(section) or (is_of_severity(section) and not is_trouble(title)):
        return bool(commands_in(section))
    if _lists_facts(section) and not (is_trouble(title) or title.startswith('"') or _is_among_troubles(section)):
        return False
    return acts(section) or _is_one_of_many(section)


def _lists_facts(section: Section) -> bool:
    """Whether all that stands under a heading are a drawing, or lists of which few items are instructions."""
    blocks = [b for s in section.walk() for b in s.blocks if not isinstance(b, Paragraph)]
    if all(isinstance(b, Fence) and b.language == "mermaid" for b in blocks):
        return bool(blocks)
    items = [i for b in blocks if isinstance(b, Items) for i in b.items]
    listed = all(isinstance(b, Items) for b in blocks) and not works_through(section)
    return listed and sum(1 for i in items if tells_to_act(i.head)) * 2 < len(items)


def _is_among_troubles(section: Section) -> bool:
    beside = section.parent.sections if section.parent else []
    return sum(1 for s in beside if is_trouble(plain(s.title.text))) * 2 > len(beside)


def _is_apart_within(section: Section, title: str) -> bool:
    """Whether a title deeper under what announces procedures is one of its own, and no part of a failure's."""
    above = section.parent
    failing = above is not None and is_trouble(plain(above.title.text)) and not lists_troubles(above)
    remedies = above is not None and [t for x in above.sections if REMEDY.search(t := plain(x.title.text))]
    of_things = remedies and len(remedies) > 1 and not any(map(parts_only, remedies))
    steps = above is not None and _STEPS.fullmatch(plain(above.title.text))
    return part_named(title) is None and not (steps or (failing and not of_things))


def announcing(section: Section) -> Section | None:
    """The heading above that announces procedures for failures."""
    above = section.parent
    while above is not None and above.level > 0:
        title = plain(above.title.text)
        if says_so(above) or is_runbook(above) or is_kept(title) or (above.level > 1 and is_routine(title)):
            return None
        other = NO_RUNBOOK.search(title) and not RUNBOOK_TOPIC.search(title)
        if above.level > 1 and (other or is_scale(above)):
            return None
        said = RUNBOOK_TOPIC.search(title) or _GATHERED.search(title)
        announces = said and (above.level > 1 or "runbooks" in title)
        if announces and not _ENDS.fullmatch(_ASIDE.sub("", title)):
            if above.level == 1 and any(is_routine(plain(t)) for t in section.path[2:]):
                return None
            return above if _RUNBOOKS_SAID.search(title) or not NO_RUNBOOK.search(title) else None
        above = above.parent
    return None


def _is_one_of_many(section: Section) -> bool:
    """Whether a heading with nothing but prose stands among procedures, or tells of a failure under `Runbooks`."""
    above = section.parent
    if above is None or not section.blocks or _CHECKED.search(plain(section.title.text)):
        return False
    beside = [s for s in above.sections if s is not section]
    if above.level > 1 and len([s for s in beside if acts(s)]) * 2 > len(beside):
        return True
    lines = (x for b in section.blocks if isinstance(b, Paragraph) for x in b.lines)
    failing = TROUBLE.search(plain(section.title.text)) or ALERT_NAME.fullmatch(section.title.text.strip("` "))
    told = failing and _RUNBOOKS.search(plain(above.title.text))
    return bool(told) and any(is_action(s) for x in lines for s in _SENTENCE.split(x.text))

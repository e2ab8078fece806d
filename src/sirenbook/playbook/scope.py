"""Tells what a section is for, so that a runbook's or a template's words are not taken for the team's policy."""

import re

from sirenbook.playbook.document import Section, plain
from sirenbook.playbook.vocabulary import ESCALATION_TOPIC, REVIEW_TOPIC, RUNBOOK_SECTION, TEMPLATE_TOPIC

_TELLING = re.compile(
    r"^(?:\d+[.)]?\s*)?(?:symptoms?|diagnos|investigat|immediate actions?|resolution steps|remediat"
    r"|root cause|common causes)"
)
_EXAMPLES = re.compile(r"\b(?:table of contents|change ?log|revision history|glossary|appendix|references?|faq)\b")


def lines_policy(section: Section) -> bool:
    """Whether what stands under a heading is the team's policy, and no runbook, template or review."""
    here: Section | None = section
    while here is not None:
        title = plain(here.title.text)
        if here.level > 1 and (
            TEMPLATE_TOPIC.search(title) or REVIEW_TOPIC.search(title) or _EXAMPLES.search(title)
        ):
            return False
        if is_runbook(here):
            return False
        here = here.parent
    return True


def is_runbook(section: Section) -> bool:
    """Whether a heading's own sections or labels are those of a runbook: symptoms, investigation, resolution."""
    titles = [plain(s.title.text).rstrip(":") for s in section.sections]
    titles += [plain(line.label) for block in section.blocks for line in getattr(block, "lines", ()) if line.label]
    telling = [t for t in titles if _TELLING.match(t)]
    return section.level > 1 and bool(telling) and len([t for t in titles if RUNBOOK_SECTION.match(t)]) >= 2


def about_escalation(section: Section) -> bool:
    """Whether a heading, or one of those above it, announces escalation."""
    titles = [section.title.text, *(section.parent.path if section.parent else ())]
    return any(ESCALATION_TOPIC.search(plain(t)) for t in titles[:1] + titles[2:])

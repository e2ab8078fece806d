"""Tells a procedure by what stands beside it: headings whose own headings are all parts of one."""

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.procedures.acting import acts
from sirenbook.playbook.procedures.parts import parts_only
from sirenbook.playbook.procedures.phases import is_of_severity
from sirenbook.playbook.text.document import BOLD, Section


@judgement
def holds_runbook(section: Section) -> bool:
    """Whether a heading right under one has the parts of a runbook."""
    return any(is_runbook(s) for s in section.sections)


def is_parted_like_those_beside(section: Section) -> bool:
    """Whether all headings under one are parts of a procedure, and so are those under one beside it."""
    if section.level < 2 or section.parent is None or is_of_severity(section) or is_runbook(section.parent):
        return False
    return _is_parted(section) and _holds_parted(section.parent)


@judgement
def _holds_parted(section: Section) -> bool:
    return sum(1 for s in section.sections if _is_parted(s)) > 1


@judgement
def _is_parted(section: Section) -> bool:
    titles = [s.title.text for s in section.sections if s.level < BOLD]
    return (
        len(titles) > 1
        and all(parts_only(t) for t in titles)
        and not parts_only(section.title.text)
        and acts(section)
    )

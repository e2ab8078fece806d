"""Tells a procedure by what stands beside it: headings that are called, parted or built alike."""

import re

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.procedures.acting import acts
from sirenbook.playbook.procedures.parts import parts_only
from sirenbook.playbook.procedures.phases import is_of_severity
from sirenbook.playbook.text.document import BOLD, Section, plain


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


_CODE = re.compile(r"(?P<kind>(?:[a-z]+[ -]){0,2}?[a-z]+)[ -]?(?:\d{1,3}|(?<=[ -])[a-z])\s*(?:[:.)]|[–—-](?=\s))\s")
_NO_CODE = re.compile(r"step|phase|stage|part|day|week|hour|minute|appendix|section|template|option|method|case")
_ADDED = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+|\s*\([^()]*\)|:$")


def code_of(section: Section) -> str:
    """The word of a code that a title begins with, as those beside it do: `IR-005: Signals`, `Type B: Flood`."""
    found = _CODE.match(_ADDED.sub("", plain(section.title.text)))
    return found["kind"] if found and not _NO_CODE.fullmatch(found["kind"]) else ""


def is_built_like(section: Section, other: Section) -> bool:
    """Whether a heading has the same headings beneath it as another, half of its own and two of them at least."""
    own, others = _headings(section), _headings(other)
    shared = len(own & others)
    return shared > 1 and shared * 2 >= len(own)


@judgement
def _headings(section: Section) -> frozenset[str]:
    return frozenset(_ADDED.sub("", plain(s.title.text)) for s in section.sections)

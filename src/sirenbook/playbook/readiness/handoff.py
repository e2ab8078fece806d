"""Reads what the next one is told when the duty changes hands."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.readiness import Stated
from sirenbook.playbook.language.scope import policy_sections
from sirenbook.playbook.text.document import Block, Document, Items, Section
from sirenbook.playbook.text.inline import Line

_HANDED = re.compile(r"\bhand(?:ing)?[- ]?(?:off|over)s?\b", re.IGNORECASE)
_BRIEF = re.compile(
    r"meeting|brief|checklist|notes?\b|document|template|includ|cover|review|discuss|agenda|tell|summar",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"hand(?:ing)?[- ]?(?:off|over)s?\b[^.:]{0,60}?"
    r"(?:\b(?:covers?|includes?|lists?|reviews?|discuss(?:es)?|must (?:name|tell))\b"
    r"|:)\s*(?P<list>[^.]{10,300})",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b\d{1,2}:\d\d\b|monday|tuesday|wednesday|thursday|friday|saturday|sunday|\bdaily\b", re.IGNORECASE
)


def read_handoff(documents: Sequence[Document]) -> tuple[Stated, ...]:
    """What the next one on call is told."""
    found = (s for doc in documents for section in policy_sections(doc) for s in _handoff(section))
    return tuple({s.why: s for s in found}.values())


def _handoff(section: Section) -> Iterator[Stated]:
    titled = bool(_HANDED.search(section.title.text))
    for block in section.blocks:
        if isinstance(block, Items) and titled:
            listed = [i.head for i in block.items if i.head.text and not _WHEN.search(i.head.text)]
            yield from (Stated(line.text, line.at()) for line in listed if not _HANDED.search(line.label))
        yield from _within(block)


def _within(block: Block) -> Iterator[Stated]:
    """The list under a line about the hand-off, or after its colon."""
    if isinstance(block, Items):
        for item in block.items:
            below = [i.head for b in item.blocks if isinstance(b, Items) for i in b.items]
            if _HANDED.search(item.head.text) and below and _BRIEF.search(item.head.text):
                yield from (Stated(line.text, line.at()) for line in below)
            elif not below:
                yield from _inline(item.head)
    else:
        for line in getattr(block, "lines", ()):
            yield from _inline(line)


def _inline(line: Line) -> Iterator[Stated]:
    found = _LISTED.search(line.text)
    if not found or _WHEN.search(found["list"]):
        return
    parts = [p.strip(" .") for p in re.split(r",\s*(?:and\s)?|;\s*|\s+and\s+", found["list"])]
    if len(parts) > 1:
        yield from (Stated(p, line.at(p)) for p in parts if p)

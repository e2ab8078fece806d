"""Reads what people on call are bound to do, and what the next one is told when the duty changes hands."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.readiness import Duty, Stated
from sirenbook.playbook import duration
from sirenbook.playbook.document import Block, Document, Item, Items, Section, Table, plain
from sirenbook.playbook.inline import Line
from sirenbook.playbook.readiness.columns import columns, rows
from sirenbook.playbook.scope import policy_sections

_DUTIES = re.compile(r"responsibilit|\bduties\b|\bexpectations?\b|\baccountabilities\b")
_ALONE = re.compile(
    r"^(?:[\d.]+\s)?(?:(?:key|main|core|on[- ]?call|roles?(?: and| &)?|general|their|the)\s)*"
    r"(?:responsibilities|responsibility|duties|expectations?)(?:\s(?:are|include))?:?$"
)
_WORD_FOR_DUTIES = re.compile(
    r"\W*\b(?:responsibilities|responsibility|duties|expectations?)\b(?:\s(?:of|for)(?: the)?\b)?\W*", re.IGNORECASE
)
_WITHIN = re.compile(r"\b(?:within|in under|in less than|no later than|at most)\b|<", re.IGNORECASE)
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
_WHO = {
    "who": re.compile(r"role|who|name|person|position"),
    "what": re.compile(r"responsib|dut(?:y|ies)|expect|does"),
}
_WHEN = re.compile(
    r"\b\d{1,2}:\d\d\b|monday|tuesday|wednesday|thursday|friday|saturday|sunday|\bdaily\b", re.IGNORECASE
)


def read_duties(documents: Sequence[Document]) -> tuple[Duty, ...]:
    """Every duty of every role."""
    return tuple(d for doc in documents for s in policy_sections(doc) for d in _duties(s))


def read_handoff(documents: Sequence[Document]) -> tuple[Stated, ...]:
    """What the next one on call is told."""
    found = (s for doc in documents for section in policy_sections(doc) for s in _handoff(section))
    return tuple({s.why: s for s in found}.values())


def _duties(section: Section) -> Iterator[Duty]:
    title = plain(section.title.text)
    titled = bool(_DUTIES.search(title))
    for block in section.blocks:
        if isinstance(block, Items) and titled:
            for item in block.items:
                yield from _of_item(item, _who(section))
        elif isinstance(block, Table):
            places = columns(block, _WHO)
            for row in rows(block, places) if len(places) == 2 else ():
                if len(row) == 2:
                    yield from (_duty(row["who"].text, part, row["what"]) for part in _parts(row["what"].text))


def _who(section: Section) -> str:
    """Whose duties a heading announces: its own words, or those of the heading above."""
    title = section.title.text.strip(": ")
    if _ALONE.match(plain(title)):
        return section.parent.title.text.strip(": ") if section.parent and section.parent.level else ""
    return _WORD_FOR_DUTIES.sub("", title).strip() or title


def _of_item(item: Item, who: str) -> Iterator[Duty]:
    """A duty; where the item names a role, what it lists beneath are that role's."""
    inner = [i for block in item.blocks if isinstance(block, Items) for i in block.items]
    if inner:
        role = (item.head.label or item.head.text).rstrip(": ")
        yield from (_duty(role, i.head.text, i.head) for i in inner)
    elif item.head.text:
        role = item.head.label if item.head.bold and item.head.label else ""
        yield _duty(role or who, item.head.value if role else item.head.text, item.head)


def _duty(who: str, what: str, line: Line) -> Duty:
    amount = duration.read(what) if _WITHIN.search(what) else None
    return Duty(who, what, line.at(what), amount.seconds if amount else None)


def _parts(text: str) -> list[str]:
    return [p.strip() for p in text.split(";") if p.strip()]


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

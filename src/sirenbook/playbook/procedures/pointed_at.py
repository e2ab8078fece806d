"""Tells which headings the text's own table of alerts points to as the procedures to follow."""

import re

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.procedures.acting import acts
from sirenbook.playbook.procedures.references import slug
from sirenbook.playbook.text.document import BOLD, Section, Table, blocks_of, plain
from sirenbook.playbook.text.inline import Line

_CASES = re.compile(
    r"\b(?:alert|scenario|symptom|incident|problem|failure|issue|trigger|situation)s?(?: type| name)?$"
)
PROCEDURES = re.compile(r"\b(?:run-?book|playbook|procedure)s?\b")
"""What a column is called that says which runbook answers an alert."""


def is_pointed_at(section: Section) -> bool:
    """Whether a row of alerts points to a heading as its runbook: `DiskFull | [Disk full](#disk-full)`."""
    if not 1 < section.level < BOLD or not acts(section):
        return False
    root = section
    while root.parent is not None:
        root = root.parent
    return slug(section.title.text) in _linked(root)


@judgement
def _linked(root: Section) -> frozenset[str]:
    """The anchors that the tables of alerts of a file point to in their columns of runbooks."""
    tables = [b for s in root.walk() for b in blocks_of(s) if isinstance(b, Table) and b.header]
    found = set()
    for table in (t for t in tables if _CASES.search(plain(t.header[0].text))):
        told = [i for i, h in enumerate(table.header) if PROCEDURES.search(plain(h.text))]
        cells = (row[i] for row in table.rows for i in told if i < len(row))
        found |= {anchor for cell in cells for anchor in anchors_in(cell)}
    return frozenset(found)


def anchors_in(cell: Line) -> list[str]:
    """The anchors of this file that a cell links to, or that of the heading that it names."""
    return [target.lstrip("#") for _, target in cell.links if target.startswith("#")] or [slug(cell.text)]

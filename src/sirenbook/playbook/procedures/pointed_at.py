"""Tells which headings the text's own table of alerts points to as the procedures to follow."""

import re

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.procedures.acting import acts
from sirenbook.playbook.procedures.references import slug
from sirenbook.playbook.text.document import BOLD, Section, Table, blocks_of, plain

_CASES = re.compile(
    r"\b(?:alert|scenario|symptom|incident|problem|failure|issue|trigger|situation)s?(?: type| name)?$"
)
_PROCEDURES = re.compile(r"\b(?:run-?book|playbook|procedure)s?\b")


def is_pointed_at(section: Section) -> bool:
    """Whether a row of alerts links to a heading as its runbook: `DiskFull | [Disk full](#disk-full)`."""
    if not 1 < section.level < BOLD or not acts(section):
        return False
    root = section
    while root.parent is not None:
        root = root.parent
    return slug(section.title.text) in _linked(root)


@judgement
def _linked(root: Section) -> frozenset[str]:
    """The anchors that the tables of alerts of a file link to in their columns of runbooks."""
    tables = [b for s in root.walk() for b in blocks_of(s) if isinstance(b, Table) and b.header]
    found = set()
    for table in (t for t in tables if _CASES.search(plain(t.header[0].text))):
        told = [i for i, h in enumerate(table.header) if _PROCEDURES.search(plain(h.text))]
        cells = (row[i] for row in table.rows for i in told if i < len(row))
        found |= {target.lstrip("#") for c in cells for _, target in c.links if target.startswith("#")}
    return frozenset(found)

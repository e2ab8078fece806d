"""Every code that a finding can carry: what it means, why it matters, what it looks like and how it is mended."""

from collections.abc import Mapping

from sirenbook.playbook.codes.bindings import BINDINGS
from sirenbook.playbook.codes.code import Code
from sirenbook.playbook.codes.commands import COMMANDS
from sirenbook.playbook.codes.procedure import PROCEDURE
from sirenbook.playbook.codes.queries import QUERIES
from sirenbook.playbook.codes.reader import READER
from sirenbook.playbook.codes.text import TEXT

__all__ = ["CODES", "Code", "explained"]

CODES: Mapping[str, Code] = {**READER, **PROCEDURE, **TEXT, **BINDINGS, **COMMANDS, **QUERIES}


def explained(code: str) -> str:
    """All that there is to say about one code, as plain text."""
    told = CODES[code]
    sample = "\n".join(f"    {row}".rstrip() for row in told.example.rstrip("\n").split("\n"))
    return (
        f"{code}: {told.title} ({told.grade})\n\n{told.why}\n\n"
        f"For instance:\n\n{sample}\n\nHow to mend it: {told.mend}\n"
    )

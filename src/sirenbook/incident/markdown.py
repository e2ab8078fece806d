"""Writes Markdown in which words from outside stay words: nothing in them becomes a heading, a link or HTML."""

import re
from collections.abc import Iterable, Sequence

_MARK = re.compile(r"([\\`*_\[\]<>#|~&])")
_LEAD = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")


def escaped(text: str) -> str:
    """Untrusted text as one line of Markdown that shows exactly these words."""
    line = " ".join(text.split())
    return _LEAD.sub(r"\1\\\2" if not line[:1].isdigit() else r"\1\2\\", _MARK.sub(r"\\\1", line))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of cells that are Markdown already."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]

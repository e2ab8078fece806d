"""Findings with what a reader needs around them: the path as it was given, the source line, where in it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from sirenbook.engine.policies.texts import BINDINGS, Texts
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.codes import CODES, Code
from sirenbook.playbook.text.encoding import unify


class Region(NamedTuple):
    """A part of one line of a file; line 0 where no line states it. `end` is the column after the last one."""

    path: str
    line: int
    column: int
    end: int
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class Found(NamedTuple):
    """One finding, its region, and those of the further places that belong to it."""

    diagnostic: Diagnostic
    at: Region
    also: tuple[Region, ...]

    @property
    def told(self) -> Code:
        """What is said of its code."""
        return CODES[self.diagnostic.code]


def located(path: Path, texts: Texts, diagnostics: Iterable[Diagnostic]) -> list[Found]:
    """The findings of the playbook at a path, with their regions in its files."""
    folder = path if path.is_dir() else path.parent
    files = {**texts.files, BINDINGS: texts.bindings}
    rows = {name: unify(text).split("\n") for name, text in files.items()}

    def region(at: Provenance) -> Region:
        if not at.stated or at.file not in rows:
            return Region((folder / at.file if at.file in files else path).as_posix(), 0, 1, 1, "")
        return _region((folder / at.file).as_posix(), at, rows)

    return [Found(d, region(d.at), tuple(map(region, d.also))) for d in diagnostics]


def _region(path: str, at: Provenance, rows: Mapping[str, list[str]]) -> Region:
    """The place in the text as it is stored, which has more characters where an encoding was mended."""
    of_file = rows[at.file]
    source = of_file[at.line - 1] if at.line <= len(of_file) else ""
    quote = at.quote.split("\n")[0].rstrip()
    column = at.column
    if not source.startswith(quote, column - 1):
        found = source.find(quote)
        column, quote = (found + 1, quote) if found >= 0 else (column, "")
    column = min(column, len(source) + 1)
    return Region(path, at.line, column, column + len(quote), source)

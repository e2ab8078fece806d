"""Reads a playbook for the commands that look at one without a server."""

from pathlib import Path

import click

from sirenbook.cli.exits import Exit, Fault
from sirenbook.engine.policies.reading import Loaded, load
from sirenbook.engine.policies.texts import Texts, Unreadable, read_texts
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance

playbook = click.argument("playbook", type=click.Path(path_type=Path))


def read(path: Path) -> Texts:
    """The texts at a path. Raises Fault where there are none."""
    try:
        return read_texts(path)
    except Unreadable as error:
        text, _, mend = str(error).partition("; ")
        code = Exit.USAGE if path.exists() else Exit.NOT_FOUND
        raise Fault(text, mend, code) from error


def open_playbook(path: Path) -> Loaded:
    """The playbook at a path, compiled. Raises Fault where there is none."""
    return load(read(path))


def place(at: Provenance) -> str:
    """A place as editors and compilers write it: file:line:column."""
    if not at.stated:
        return at.file or "(no line)"
    return f"{at.file}:{at.line}:{at.column}"


def errors(diagnostics: tuple[Diagnostic, ...]) -> int:
    """How many findings are errors."""
    return sum(d.grade == "error" for d in diagnostics)

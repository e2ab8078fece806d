"""Checks every command of a playbook: what cannot run, never ends, tells secrets, or is graver than it looks."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.lint.book import Book
from sirenbook.playbook.safety import judge
from sirenbook.playbook.safety.checks.look import Around
from sirenbook.playbook.text.commands import Command, fences_of, read_commands

_SET = re.compile(r"(?:^|\s)(?:export\s+)?([A-Z][A-Z0-9_]+)=|\bread\s+(?:-\w+\s+)*([A-Z][A-Z0-9_]+)")
_NAMESPACE = re.compile(r"\bkubectl\b.*?(?:\s-n\s|--namespace)")
_IN_TABLE = re.compile(
    r"`((?:kubectl|curl|psql|docker|systemctl|journalctl|aws|gcloud|redis-cli|helm|git) [^`]{3,400})`"
)
_ROLLOUT = re.compile(r"rollout status|kubectl wait\b")
DEPTH = 3
"""How many headings a procedure is told by: its title, and what is above it."""


class Placed(NamedTuple):
    """A command with its file and the headings above it."""

    command: Command
    file: str
    path: tuple[str, ...]


def check_commands(book: Book) -> Iterator[Diagnostic]:
    """Everything that is to be said of the commands, in the order of the text."""
    from sirenbook.playbook.safety.findings import findings

    placed = list(commands_of(book))
    for (command, file, _), around in zip(placed, _around(placed), strict=True):
        yield from findings(command.text, command.language, place_of(book, command, file), around)


def place_of(book: Book, command: Command, file: str) -> Provenance:
    """Where a command begins, with its first line."""
    return book.spot(file, command.line, command.text.partition("\n")[0].strip())


def commands_of(book: Book) -> Iterator[Placed]:
    """Every command of a playbook: those of its code blocks, then those of its tables."""
    for section in book.sections:
        for block in section.blocks:
            for fence in fences_of(block):
                for command in read_commands(fence):
                    file = section.title.file
                    yield Placed(command, file, book.path_at(file, command.line)[:DEPTH])
    for row in book.rows:
        if not row.coded and row.text.lstrip().startswith("|"):
            for found in _IN_TABLE.finditer(row.text.replace("\\|", "  ")):
                path = book.path_at(row.file, row.number)[:DEPTH]
                yield Placed(Command(found[1], "shell", row.number), row.file, path)


def _around(placed: Sequence[Placed]) -> Iterator[Around]:
    """What the commands around each one say: those of the same procedure, and those of the same file."""
    named = Counter(p.file for p in placed if _NAMESPACE.search(p.command.text))
    defined: dict[str, set[str]] = {}
    waited: dict[tuple[str, tuple[str, ...]], int] = {}
    for index, (command, file, path) in enumerate(placed):
        defined.setdefault(file, set()).update(a or b for a, b in _SET.findall(command.text))
        if _ROLLOUT.search(command.text):
            waited[file, path] = index
    looked: set[tuple[str, tuple[str, ...]]] = set()
    for index, (command, file, path) in enumerate(placed):
        yield Around(
            namespaced=named[file] > 1,
            checked=(file, path) in looked,
            waited=waited.get((file, path), -1) > index,
            defined=frozenset(defined[file]),
        )
        if judge(command.text, command.language).risk == "reads":
            looked.add((file, path))

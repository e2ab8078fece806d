"""Cuts the SQL out of a command, statement by statement, so that a database can be asked about it."""

import re
from typing import NamedTuple

from sirenbook.playbook.safety.arguments import parse
from sirenbook.playbook.safety.checks.look import Look
from sirenbook.playbook.safety.holes import marked
from sirenbook.playbook.safety.psql import OPTIONS
from sirenbook.playbook.safety.sql_text import Unclear, cut, statements

_HOLE = re.compile(r"'\0[^\0]*\0'|\0[^\0]*\0")


class Question(NamedTuple):
    """One statement with `$1`, `$2` for what is to be filled in, and the database that it names, if any."""

    text: str
    database: str | None


def questions(text: str, language: str) -> tuple[Question, ...]:
    """The statements of a command; none where it holds no SQL, or some that is not clear."""
    look = Look(text, language)
    if language == "sql":
        return tuple(_statements(text, None))
    found: list[Question] = []
    for piece in look.of("psql"):
        parsed = parse(piece.call.texts, OPTIONS)
        named = parsed.value("--dbname") or next((t for _, t in parsed.arguments), None)
        for option in parsed.options:
            if option.name == "--command":
                found += _statements(option.value or "", _database(named))
    return tuple(found)


def _database(named: str | None) -> str | None:
    """The name of a database, None where only a value or an address tells it."""
    return named if named and re.fullmatch(r"[\w-]+", named) else None


def _statements(text: str, database: str | None) -> list[Question]:
    source = text if "\0" in text else marked(text)[0]
    numbered: dict[str, int] = {}

    def parameter(found: re.Match[str]) -> str:
        return f"${numbered.setdefault(found[0].strip(chr(39)), len(numbered) + 1)}"

    filled = _HOLE.sub(parameter, source)
    if "\0" in filled or text.lstrip().startswith("\\"):
        return []
    try:
        return [Question(written, database) for written, _ in statements(cut(filled))]
    except Unclear:
        return []

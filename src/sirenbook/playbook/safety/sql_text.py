"""Cuts SQL as PostgreSQL does into strings, names, comments and code; what is not clear is refused."""

import re
from typing import NamedTuple


class Unclear(Exception):
    """Why a text of SQL is not judged: something in it may be cut in more than one way."""


class Sql(NamedTuple):
    """SQL with comments blanked, and its bare code, in which every string is blank; places are the text's."""

    text: str
    code: str
    commented: bool


_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$\w*\$|['\"]|/\*", re.DOTALL)
_NAME = re.compile(r"(?:(\"[^\"]+\"|[^\W\d][\w$]*)\s*\.\s*)?(\"[^\"]+\"|[^\W\d][\w$]*)\s*\(")


def cut(text: str) -> Sql:
    """The text's code and comments; Unclear where PostgreSQL might see other strings than we do."""
    whole, code = list(text), list(text)
    commented = False
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        piece = found[0]
        if piece.startswith(("--", "/*")) and len(piece) > 2:
            if "/*" in piece[2:]:
                raise Unclear("a comment inside a comment")
            commented = True
            _blank(whole, start, end)
            _blank(code, start, end)
        elif piece.startswith("'") and len(piece) > 1:
            if re.search(r"[\w&$]$", text[max(0, start - 1) : start]):
                raise Unclear("a string with escapes")
            _blank(code, start + 1, end - 1)
        elif piece.startswith('"') and len(piece) > 1:
            if text[max(0, start - 1) : start] == "&":
                raise Unclear("a name with escapes")
        elif piece == "--":
            commented = True
        else:
            raise Unclear("a string in dollars" if piece.startswith("$") else "a quote without an end")
    return Sql("".join(whole), "".join(code), commented)


def _blank(characters: list[str], start: int, end: int) -> None:
    characters[start:end] = [c if c == "\n" else " " for c in characters[start:end]]


def calls(code: str) -> list[tuple[str, str]]:
    """Every name that stands before a bracket, with its schema: functions, and words of SQL."""
    return [(_folded(m[1] or ""), _folded(m[2])) for m in _NAME.finditer(code)]


def _folded(name: str) -> str:
    return name[1:-1] if name.startswith('"') else name.lower()


def statements(sql: Sql) -> list[tuple[str, str]]:
    """The single statements of a text, each as written and as code, cut at semicolons outside strings."""
    found: list[tuple[str, str]] = []
    start = 0
    quoted = False
    for place, char in enumerate(sql.code + ";"):
        if char == '"':
            quoted = not quoted
        if char == ";" and not quoted:
            if sql.text[start:place].strip():
                found.append((sql.text[start:place].strip(), sql.code[start:place].strip()))
            start = place + 1
    return found

"""Reads the rows of a fence as names with what is said of each: flush left with more beneath, in YAML, in boxes."""

import re
from collections.abc import Iterator

from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.inline import Line, make_line

_STATED = re.compile(r"\s*(?:#.*|(?:- )?[A-Za-z][\w ()/&'-]{0,40}:(?: .*)?|- .*)")
_PROGRAM = re.compile(
    r"^\s*(?:- )?(?:\w*(?:timeout|interval|wait)|repeat\w*|receivers?|routes?|match\w*|alert|expr|api_?version|kind"
    r"|image|metadata|services?|rules?|spec|on|jobs):",
    re.IGNORECASE | re.MULTILINE,
)
"""The labels of what a program reads."""
_GAP = re.compile(r"\s{2,}|\t")
_BRANCH = " \t-*•|→>+\u2500\u2502\u251c\u2514"
_TOP = re.compile(r"\s*[┌╔╭]")
_TITLED = re.compile(r"\s*[┌╔╭][─═\s]*(\w.*?)[─═\s]*[┐╗╮]\s*")
_RULE = re.compile(r"[\s\u2500-\u257f+=-]*")
_SIDE = re.compile(r"\s*[│┃║|]\s?([^│┃║|]*?)\s*[│┃║|]\s*")


def named_rows(fence: Fence) -> list[tuple[str, list[Line]]]:
    """The names that stand flush left or at the head of a box, each with its own line and those beneath."""
    rows = [(n, row) for n, row in enumerate(fence.text.split("\n"), fence.line) if row.strip()]
    if states(fence) and all(row[0].isspace() for _, row in rows[1:]):
        rows = [(n, row[2:]) for n, row in rows[1:]]  # one label stands above them all
    boxes = _TOP.match(rows[0][1]) if rows else None
    found: list[tuple[str, list[Line]]] = []
    for number, row in (_unboxed(rows) if boxes else rows) if states(fence) or _plain(fence) else ():
        name, *beside = _GAP.split(row.strip(" :")) if row[0].isalnum() else ("", row.strip(_BRANCH))
        if name:
            found.append((name, [make_line(fence.file, name, number, row)]))
        if found:
            found[-1][1].extend(make_line(fence.file, words, number, row) for words in beside)
    return found


def _unboxed(rows: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The rows of boxes without their borders, the first of each flush left and the others deeper."""
    first = False
    for number, row in rows:
        if inner := _SIDE.fullmatch(row):
            yield number, inner[1] if first else f"  {inner[1]}"
        elif title := _TITLED.fullmatch(row):
            yield number, title[1]
        first = bool(_TOP.match(row)) if _RULE.fullmatch(row) else False


def _plain(fence: Fence) -> bool:
    """Whether a fence says nothing of its language, or that it holds words."""
    return fence.language in ("", "text", "txt")


def states(fence: Fence) -> bool:
    """Whether every row of a YAML fence is a label, a label with its value, or an item of a list, in words."""
    rows = [row for row in fence.text.split("\n") if row.strip()]
    told = fence.language in ("yaml", "yml") and not _PROGRAM.search(fence.text)
    return told and all(_STATED.fullmatch(row) for row in rows)

"""Lays words out on a terminal: colours where there is one, columns as wide as it is, nothing that misbehaves."""

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

from sirenbook.cli.plain import plain, safe_json

NARROWEST = 40
WIDEST = 120
PIPED = 100
LEAST_COLUMN = 12
LEAST_ROOM = 24
"""Columns that a paragraph needs beside its lead; with fewer it begins below."""


class Screen:
    """Where a command's answer goes, how wide it is, and whether it takes colours."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = width
        self.colour = colour
        self.lines: list[str] = []

    def line(self, text: str = "") -> None:
        """One line, made of parts that are harmless already."""
        self.lines.append(text.rstrip())

    def paint(self, text: str, *styles: str) -> str:
        """Untrusted text made harmless, in a colour or weight where the terminal takes them."""
        return self.dress(plain(text), *styles)

    def dress(self, text: str, *styles: str) -> str:
        """The same for text that is harmless already."""
        if not self.colour or not text.strip() or not styles:
            return text
        weights = {s: True for s in styles if s in ("bold", "dim", "reverse")}
        colours = [s for s in styles if s not in weights]
        return click.style(text, fg=colours[0] if colours else None, **weights)

    def heading(self, text: str) -> None:
        """A heading, set off by an empty line."""
        if self.lines:
            self.line()
        self.line(self.paint(text, "bold"))

    def wrapped(self, lead: str, text: str, tail: str = "", *styles: str) -> None:
        """A hanging paragraph: `lead` once on the left, `text` wrapped beside it, `tail` flush right if it fits."""
        if self.width - cells(lead) < LEAST_ROOM:
            self.line(self.dress(lead, "bold"))
            lead = "    "
        indent, tail = cells(lead), plain(tail)
        room = self.width - indent
        rows = wrap(plain(text), room) or [""]
        beside = tail and cells(rows[-1]) + 2 + cells(tail) <= room
        for number, row in enumerate(rows):
            left = self.dress(lead, "bold") if number == 0 else " " * indent
            right = ""
            if beside and number == len(rows) - 1:
                gap = " " * (room - cells(row) - cells(tail))
                right = gap + self.dress(tail, "dim")
            self.line(left + self.dress(row, *styles) + right)
        if tail and not beside:
            self.line(" " * max(self.width - cells(tail), 0) + self.dress(tail, "dim"))

    def show(self) -> None:
        """Write it all to stdout."""
        click.echo("\n".join(self.lines), color=self.colour)


def screen() -> Screen:
    """The screen of this process: stdout."""
    tty = sys.stdout.isatty()
    chosen = os.environ.get("COLUMNS", "")
    columns = int(chosen) if chosen.isdigit() and int(chosen) else shutil.get_terminal_size((PIPED, 24)).columns
    width = columns if tty or chosen.isdigit() else PIPED
    return Screen(min(max(width, NARROWEST), WIDEST), tty and coloured())


def coloured() -> bool:
    """Whether colours are welcome, by the two conventions there are."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def put_json(value: Any) -> None:
    """Write data to stdout as JSON that is safe to look at on a terminal."""
    click.echo(safe_json(json.dumps(value, ensure_ascii=False, indent=2)))


def say(text: str) -> None:
    """Words for the person, beside the data: on stderr."""
    click.echo(plain(text), err=True)


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(map(_cell, text))


def _cell(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.combining(character) or character in "\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, room: int) -> str:
    """The text within so many columns, with an ellipsis where something is left out."""
    if cells(text) <= room:
        return text
    kept, used = "", 0
    for character in text:
        used += _cell(character)
        if used > room - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def pad(text: str, room: int) -> str:
    """The text filled with blanks to so many columns."""
    return text + " " * max(room - cells(text), 0)


def wrap(text: str, room: int) -> list[str]:
    """The text in rows of so many columns, broken at blanks; a word that is too long is broken where it must be."""
    rows: list[str] = []
    row = ""
    for word in text.split():
        rest = word
        if row and cells(row) + 1 + cells(rest) <= room:
            row = f"{row} {rest}"
            continue
        if row:
            rows.append(row)
        while cells(rest) > room:
            head = _head(rest, room)
            rows.append(head)
            rest = rest[len(head) :]
        row = rest
    return [*rows, row] if row else rows


def _head(word: str, room: int) -> str:
    used = 0
    for place, character in enumerate(word):
        used += _cell(character)
        if used > room:
            return word[: max(place, 1)]
    return word


def table(
    out: Screen, header: Sequence[str], rows: Iterable[Sequence[str]], give: int, spare: Sequence[int] = ()
) -> None:
    """A table of untrusted cells. On a narrow screen the columns `spare` go, in turn, and `give` gets narrower."""
    grid = [list(header), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(map(cells, column)) for column in zip(*grid, strict=True)]
    kept = list(range(len(header)))
    for column in spare:
        if _short(out, [widths[k] for k in kept]) + LEAST_COLUMN > min(widths[give], LEAST_COLUMN * 2):
            kept.remove(column)
    lacking = max(_short(out, [widths[k] for k in kept]), 0)
    widths[give] = max(widths[give] - lacking, LEAST_COLUMN)
    for number, row in enumerate(grid):
        words = _row([row[k] for k in kept], [widths[k] for k in kept])
        out.line(out.dress(words, "bold") if number == 0 else words)


def _short(out: Screen, widths: Sequence[int]) -> int:
    """By how many columns the screen is too narrow."""
    return sum(widths) + 2 * (len(widths) - 1) - out.width


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(pad(cut(cell, width), width) for cell, width in zip(row, widths, strict=True))

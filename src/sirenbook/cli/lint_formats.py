"""How findings are printed: as a compiler does for people, and as data for programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sirenbook.cli.findings import Found, Region
from sirenbook.cli.lint_fix import Fixed
from sirenbook.cli.lint_github import commands, sarif
from sirenbook.cli.lint_junit import junit
from sirenbook.cli.plain import plain
from sirenbook.cli.screen import Screen, cells, put_json, screen

STYLES = {"error": ("red", "bold"), "warning": ("yellow", "bold"), "note": ("cyan", "bold")}
LEAST_SOURCE = 24
"""Columns of a source line that are shown on the narrowest screen."""


def render(format_: str, found: Sequence[Found], playbooks: Sequence[Path], fixed: Sequence[Fixed]) -> None:
    """Print findings in one of the formats."""
    match format_:
        case "json":
            put_json({**as_data(found), "fixed": [line._asdict() for line in fixed]})
        case "github":
            _github(found)
        case "sarif":
            put_json(sarif(found))
        case "junit":
            click.echo(junit(found, playbooks))
        case _:
            _text(found)


def _text(found: Sequence[Found]) -> None:
    out = screen()
    in_words(out, found)
    if out.lines:
        out.show()


def _github(found: Sequence[Found]) -> None:
    for line in commands(found):
        click.echo(plain(line))


def as_data(found: Sequence[Found]) -> dict[str, Any]:
    """The findings as JSON."""
    grades = [f.diagnostic.grade for f in found]
    return {
        "findings": [_datum(f) for f in found],
        "counts": {grade: grades.count(grade) for grade in ("error", "warning", "note")},
    }


def _datum(found: Found) -> dict[str, Any]:
    said = found.diagnostic
    return {
        "code": said.code,
        "grade": said.grade,
        "title": found.told.title,
        **_place(found.at),
        "text": said.text,
        "help": said.help,
        "why": found.told.why,
        "source": found.at.source,
        "also": [_place(region) for region in found.also],
    }


def _place(region: Region) -> dict[str, Any]:
    """A region; line and columns are null where no line states the finding."""
    if not region.line:
        return {"file": region.path, "line": None, "column": None, "end_column": None}
    return {"file": region.path, "line": region.line, "column": region.column, "end_column": region.end}


def in_words(out: Screen, found: Sequence[Found]) -> None:
    """The findings as compilers print them; why a code matters is said where it comes first."""
    told: set[str] = set()
    for each in found:
        if told:
            out.line()
        _finding(out, each, first=each.diagnostic.code not in told)
        told.add(each.diagnostic.code)


def _finding(out: Screen, found: Found, *, first: bool) -> None:
    said = found.diagnostic
    grade = out.paint(f"{said.grade} {said.code}", *STYLES[said.grade])
    out.line(f"{out.paint(str(found.at), 'bold')}: {grade}: {out.paint(said.text)}")
    if found.at.line:
        _source(out, found)
    if first:
        out.wrapped("  why: ", found.told.why)
    out.wrapped(" help: ", said.help)
    if found.also:
        out.wrapped(" also: ", ", ".join(str(region) for region in found.also))


def _source(out: Screen, found: Found) -> None:
    """The source line, as much of it as fits, and a caret below each column that is meant."""
    at = found.at
    gutter = f"{at.line:>5} | "
    room = max(out.width - len(gutter), LEAST_SOURCE)
    before, hit, after = _around(at, room)
    out.line(out.dress(gutter, "dim") + out.dress(before + hit + after))
    carets = "^" * max(min(cells(hit), room - cells(before)), 1)
    blank = out.dress(f"{'':>5} | ", "dim")
    out.line(f"{blank}{' ' * cells(before)}{out.dress(carets, *STYLES[found.diagnostic.grade])}")


def _around(at: Region, room: int) -> tuple[str, str, str]:
    """What stands before, in and after a region, harmless, and cut so that the region is seen."""
    start, end = at.column - 1, at.end - 1
    before, hit, after = plain(at.source[:start]), plain(at.source[start:end]), plain(at.source[end:])
    spare = room - min(cells(hit), room // 2)
    if cells(before) > spare:
        before = "…" + _tail(before, spare // 2)
    hit = _head(hit, room - cells(before))
    return before, hit, _head(after, room - cells(before) - cells(hit))


def _head(text: str, room: int) -> str:
    """As much of a text as fits, with an ellipsis where it does not."""
    if cells(text) <= room:
        return text
    kept = ""
    for character in text:
        if cells(kept + character) > room - 1:
            break
        kept += character
    return f"{kept}…" if room > 0 else ""


def _tail(text: str, room: int) -> str:
    kept = text[-room:]
    while cells(kept) > room:
        kept = kept[1:]
    return kept

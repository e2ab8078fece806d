"""Suggests a change to the playbook: what people found wrong in its steps becomes a patch for its owner."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import unified_diff

from msgspec import Struct

from sirenbook.incident.context import Context
from sirenbook.incident.timeline import person_name
from sirenbook.model.event import Entry
from sirenbook.model.incident import Incident
from sirenbook.model.step_event import StepMarked

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")


class Remark(Struct, frozen=True):
    """What somebody found wrong at one line of a file."""

    file: str
    line: int
    text: str


def remarks(context: Context, incident: Incident, entries: Iterable[Entry]) -> list[Remark]:
    """What people said of steps that are wrong, or that did not work and why; the last word on each line."""
    found: dict[tuple[str, int], Remark] = {}
    for entry in entries:
        event = entry.event
        if not isinstance(event, StepMarked) or not event.why.stated:
            continue
        place = (event.why.file, event.why.line)
        found.pop(place, None)
        if event.verdict == "wrong" or (event.verdict == "failed" and event.note):
            who = person_name(context.bindings, event.by)
            said = " ".join((event.note or "this step is wrong").split())
            found[place] = Remark(*place, f"{incident.number}, {entry.at:%Y-%m-%d}, {who}: {said}")
    return sorted(found.values(), key=lambda r: (r.file, r.line))


def patch(files: Mapping[str, str], found: Sequence[Remark]) -> str:
    """A unified diff that notes each remark below its step; empty where there are none."""
    pieces = []
    for name, text in files.items():
        mine = [r for r in found if r.file == name]
        before = text.splitlines(keepends=True)
        after = _noted(before, mine)
        diff = unified_diff(before, after, f"a/{name}", f"b/{name}")
        pieces += [row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in diff]
    return "".join(pieces)


def _noted(rows: Sequence[str], found: Iterable[Remark]) -> list[str]:
    """The rows with the remarks between them, the last ones first so that the places stay right."""
    noted = list(rows)
    for remark in sorted(found, key=lambda r: -r.line):
        if not 0 < remark.line <= len(rows):
            continue
        place = _below(rows, remark.line)
        lead = re.match(r"\s*", rows[remark.line - 1])
        indent = lead[0].rstrip("\n") if lead else ""
        if not noted[place - 1].endswith("\n"):
            noted[place - 1] += "\n"
        noted[place:place] = ["\n", f"{indent}> **To check** {remark.text}\n"]
    return noted


def _below(rows: Sequence[str], line: int) -> int:
    """The place below a line: after the fence that it is in, else right after it."""
    mark = ""
    for number, row in enumerate(rows, 1):
        fence = _FENCE.match(row)
        if fence and not mark:
            mark = fence[1]
        elif fence and fence[1].startswith(mark):
            mark = ""
            if number >= line:
                return number
        if number >= line and not mark:
            return line
    return line

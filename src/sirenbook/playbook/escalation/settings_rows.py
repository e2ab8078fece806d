"""Reads an escalation that is written as the settings of a pager: `- delay: 15 minutes`, `target: secondary`."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.inline import Line, make_line

_ROW = re.compile(r"\s*(?P<item>-\s+)?[\"']?(?P<key>[\w .-]+?)[\"']?\s*:\s*(?P<value>.*?)\s*(?:#.*)?")
_WHOM = re.compile(r"target|notif(?:y|ies)|whom?|role|user|page|contact|team|escalate[ _]to")
_AFTER = re.compile(r"(?:delay|after|at|wait)(?:[ _](?:in[ _])?(?P<unit>seconds|minutes|mins|min|hours))?")


def of_settings(fence: Fence, scale: Scale) -> list[Step]:
    """The levels of a fence whose items each name somebody and a delay, for the severity that they stand under.

    The first delay is none, and each is longer than the one before: those are moments. Other delays can as well be
    waits between levels, and are not read.
    """
    if fence.language not in ("yaml", "yml"):
        return []
    found: list[Step] = []
    for only, rows in _blocks(fence, scale):
        steps = [s for item in _items(rows) if (s := _step(item, only))]
        times = [s.after for s in steps if s.after is not None]
        if len(times) == len(steps) > 1 and times[0] == 0 and times == sorted(set(times)):
            found += steps
    return found


def _blocks(fence: Fence, scale: Scale) -> Iterator[tuple[tuple[str, ...], list[tuple[re.Match[str], Line]]]]:
    """The rows of a fence, a block for each severity that some of them stand under."""
    only: tuple[str, ...] = ()
    rows: list[tuple[re.Match[str], Line]] = []
    for number, text in enumerate(fence.text.split("\n"), fence.line):
        row = _ROW.fullmatch(text)
        if row and not row["value"] and (named := scale.purely(row["key"])):
            yield only, rows
            only, rows = named, []
        elif row:
            rows.append((row, make_line(fence.file, text.strip(), number, text)))
    yield only, rows


def _items(rows: Sequence[tuple[re.Match[str], Line]]) -> Iterator[list[tuple[re.Match[str], Line]]]:
    """The rows of each item of a list."""
    item: list[tuple[re.Match[str], Line]] = []
    for row, line in rows:
        if row["item"] and item:
            yield item
            item = []
        if row["item"] or item:
            item.append((row, line))
    if item:
        yield item


def _step(item: Sequence[tuple[re.Match[str], Line]], only: tuple[str, ...]) -> Step | None:
    """Whom one item names after which delay, or None where it does not say both."""
    who: tuple[str, ...] = ()
    due: duration.Amount | None = None
    at = item[0][1]
    for row, line in item:
        key = row["key"].lower()
        if _WHOM.fullmatch(key):
            words = row["value"].strip("\"'[]").replace("_", " ")
            who, at = targets.only_names(words) or ((words,) if targets.short_name(words.title()) else ()), line
        elif named := _AFTER.fullmatch(key):
            count = row["value"].strip("\"'")
            due = duration.read(f"{count} {named['unit'] or 'minutes'}" if count.isdigit() else count)
    return Step(who, due.seconds, at.at(), only) if who and due else None

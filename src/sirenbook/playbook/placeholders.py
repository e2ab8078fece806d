"""Finds every place of a template that wants filling: brackets of all kinds, choices, blank times and dates."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sirenbook.model.promise import Placeholder
from sirenbook.playbook.language.names import CODE

_ZONE = re.compile(
    r"\s?\(?(?P<zone>(?:[ECMP][SD]?T|UTC|GMT|CES?T|BST|IST|JST|AE[SD]T|SGT|Z)\b|[A-Z][a-z]+/[A-Z]\w+)"
)
_HEADED_ZONE = re.compile(r"\btime\s*\((?P<zone>[A-Z]{2,5})\)", re.IGNORECASE)
_DEFAULT = re.compile(r"^(?P<name>.+?)\s+or\s+[\"“'](?P<default>[^\"”']+)[\"”']$")
_BARE = re.compile(
    r"\bYYYY-MM-DD(?:[ T]HH:MM(?::SS)?)?\b|(?<![\w:])HH:MM(?::SS)?(?![\w:])|\bX (?:hours|minutes)(?: Y minutes)?\b"
    r"|(?<![\w/])(?:P|SEV-?)X(?![\w/])|_{4,}"
)
_SERIES = re.compile(rf"(?:{CODE.pattern})(?:\s?/\s?(?:{CODE.pattern}))+", re.IGNORECASE)
_UNITS = re.compile(r" (?:minutes?/hours?|hours?/minutes?|min/h)\b")
_COUNT = re.compile(
    r"x{1,3}|y|n{1,3}|#+|_+|\.{2,3}|…|\d{1,3}|(?:number|num|count|amount|how many|minutes?|mins?|hours?|days?|time"
    r"|duration|interval)(?: of .{1,30})?",
    re.IGNORECASE,
)
_OF_UNIT = re.compile(
    r"[\s-]?(?P<unit>(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|users?|customers?|percent)\b|%)"
)
_EXPLAINED = re.compile(r"[,;]\s*if\b.*$")


class Bracket(NamedTuple):
    """A bracket in a text that is a placeholder: where it begins and ends, and what is in it."""

    start: int
    end: int
    inner: str


def placeholders(text: str, brackets: Sequence[Bracket], rows: Sequence[int]) -> tuple[Placeholder, ...]:
    """The places of a text that want filling, in order; `rows` are the source lines of its rows."""
    taken = [(b.start, b.end) for b in brackets]
    found = [_of_bracket(text, b, rows) for b in brackets]
    for pattern in (_SERIES, _BARE):
        for hit in pattern.finditer(text):
            if not any(start < hit.end() and hit.start() < end for start, end in taken):
                taken.append(hit.span())
                found.append(_of_bare(text, hit, rows))
    return tuple(sorted(found, key=lambda p: p.start))


def _of_bracket(text: str, bracket: Bracket, rows: Sequence[int]) -> Placeholder:
    unit = _UNITS.match(text, bracket.end)
    stated = _DEFAULT.match(bracket.inner)
    counted = _OF_UNIT.match(text, bracket.end) if _COUNT.fullmatch(bracket.inner.strip()) else None
    name = stated["name"].strip() if stated else bracket.inner
    return Placeholder(
        name=name,
        start=bracket.start,
        end=unit.end() if unit else bracket.end,
        line=_line(text, bracket.start, rows),
        choices=tuple(_choices(name)),
        default=stated["default"] if stated else "",
        zone=_zone(text, bracket.start, bracket.end, name),
        unit=counted["unit"] if counted and not unit else "",
    )


def _of_bare(text: str, hit: re.Match[str], rows: Sequence[int]) -> Placeholder:
    choices = tuple(c.strip() for c in hit[0].split("/")) if "/" in hit[0] else ()
    zone = _zone(text, hit.start(), hit.end(), hit[0]) if "HH" in hit[0] else ""
    return Placeholder(hit[0], hit.start(), hit.end(), _line(text, hit.start(), rows), choices, "", zone)


def _choices(name: str) -> Iterator[str]:
    """What a name such as `Investigating/Identified/Resolved` offers: words of the same make, one of which fits.

    `Number/percentage`, `Feature/Service` and `Date/time` say what is asked for and are no choices.
    """
    parts = [p.strip() for p in re.split(r"\s?[/|]\s?", name)]
    stated = all(_is_state(p) for p in parts) or all(CODE.fullmatch(p) for p in parts)
    if len(parts) > 1 and (stated or len(parts) > 2) and all(p and len(p) < 40 for p in parts):
        yield from parts


def _is_state(word: str) -> bool:
    return bool(
        re.fullmatch(
            r"(?:[A-Za-z]+ )?[A-Za-z]+(?:ing|ed)|open|closed|yes|no|none|high|low|medium", word, re.IGNORECASE
        )
    )


def _line(text: str, start: int, rows: Sequence[int]) -> int:
    return rows[min(text.count("\n", 0, start), len(rows) - 1)] if rows else 0


def _zone(text: str, start: int, end: int, name: str) -> str:
    """The zone that stands right behind a time, or at the head of its column."""
    if not re.search(r"time|hh:mm|date|stamp|eta|when", _EXPLAINED.sub("", name), re.IGNORECASE):
        return ""
    if behind := _ZONE.match(text, end):
        return behind["zone"]
    above = text.rfind("\n\n", 0, start)
    headed = _HEADED_ZONE.search(text, max(above, 0), start) if text[:start].rstrip(" ").endswith("|") else None
    return headed["zone"] if headed else ""

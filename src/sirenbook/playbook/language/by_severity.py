"""Takes apart words that give each severity a time of its own: `4 hours (SEV1) or 24 hours (SEV2)`, `P1: 5 min`."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from sirenbook.playbook.language import duration
from sirenbook.playbook.language.names import LABEL, LOOSE, Scale
from sirenbook.playbook.language.reach import REST, mentioned

_NAMES = rf"{LOOSE.pattern}(?:\s?[/&,-]\s?(?:{LOOSE.pattern}|(?<=[/-])\d(?![\w.%]|\s?\w))|\+(?!\s?\d))*"
_BEHIND = re.compile(
    r"\s*(?:unresolved |without (?:an? )?(?:ack\w*|response|resolution) )?(?:\((?:if |for |in )?([^()]{1,40})\)|"
    rf"(?:(?:for |on )(?:all |any |every )?)?({_NAMES})(?:\s(?:incident|issue|outage)s?)?"
    r"(?: \((?:pages?|paged|tickets?|by \w+)\))?(?!\s?(?:[:=]|is\b)))",
    re.IGNORECASE,
)
_GRADED_BEHIND = re.compile(
    rf"\s*((?:for|of|on|in case of) (?:an? |any |all )?(?:{LABEL.pattern})(?: (?:or|and) (?:{LABEL.pattern}))?"
    r"[ -](?:severity |priority )?(?:incidents?|outages?|issues?|events?)?\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"({_NAMES})(?:\s(?:pages?|alerts?|incidents?|issues?|outages?))?"
    r"(?:\s(?:is |are )?(?:acknowledged|acked|answered|responded to|resolved|fixed|restored|mitigated)(?=\s))?"
    r"\s?(?:\(\s?|[:=]|is |in |after |within |at )?"
    r"\s?(?:after |within |every )?[<≤~>≥]?=?\s?$",
    re.IGNORECASE,
)
_REST = re.compile(rf"\s*(?:\(\s*(?:for )?{REST}\s*\)|for {REST})", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;/)]*(?:(?:or|and|but|within|after|every|for|all|any)\s+)*[<≤~]?\s?", re.IGNORECASE)


class Share(NamedTuple):
    """The time of some severities: where it stands in the text, from `start` to `end` with their names."""

    severities: tuple[str, ...]
    time: str
    start: int
    end: int


def by_severity(text: str, scale: Scale) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each severity's share of a text that names several times, or nothing where it does not."""
    shares = shares_of(text, scale)
    for share in shares if len(shares) > 1 else ():
        yield share.severities, text[: shares[0].start] + share.time + text[shares[-1].end :]


def shares_of(text: str, scale: Scale) -> list[Share]:
    """The times of a text that stand in a row beside the severities that they are for."""
    if not scale.names:
        return []
    now = duration.immediate(text)
    spans = sorted([*((a.start, a.end) for a in duration.amounts(text)), *([now] if now else [])])
    for kind in (_behind, _before):
        found = [s for span in spans if (s := kind(text, span, scale))]
        if found and (rest := _left_over(text, spans, found, scale)):
            found.append(rest)
        if len(found) > 1 and all(_BETWEEN.fullmatch(text, a.end, b.start) for a, b in pairwise(found)):
            return found
    return []


def _behind(text: str, span: tuple[int, int], scale: Scale) -> Share | None:
    """A time with its severities behind it: `15 min (P1)`, `15 min for P1`, `15 min of a critical incident`."""
    found = _BEHIND.match(text, span[1])
    severities = scale.purely(found[1] or found[2]) if found else ()
    if not severities and (found := _GRADED_BEHIND.match(text, span[1])):
        severities = mentioned(found[1], scale)
    return Share(severities, text[slice(*span)], span[0], found.end()) if found and severities else None


def _left_over(text: str, spans: Sequence[tuple[int, int]], found: Sequence[Share], scale: Scale) -> Share | None:
    """The time behind all others that is for the severities not named: `…, 2 hours (others)`, `… for the rest`."""
    behind = _REST.match(text, spans[-1][1])
    named = {severity for share in found for severity in share.severities}
    left = tuple(s for s in scale.names if s not in named)
    return Share(left, text[slice(*spans[-1])], spans[-1][0], behind.end()) if behind and left else None


def _before(text: str, span: tuple[int, int], scale: Scale) -> Share | None:
    """A time with its severities before it: `P1: 15 min`, `SEV1 immediate`."""
    begun = max(span[0] - 60, 0)
    found = _BEFORE.search(text, begun, span[0])
    severities = scale.purely(found[1]) if found else ()
    return Share(severities, text[slice(*span)], found.start(), span[1]) if found and severities else None

"""Takes apart a sentence that gives each severity a time of its own: `within 4 hours (SEV1) or 24 hours (SEV2)`."""

import re
from collections.abc import Iterator
from itertools import pairwise

from sirenbook.playbook import duration
from sirenbook.playbook.duration import Amount
from sirenbook.playbook.names import Scale

_BESIDE = re.compile(r"\s*(?:\(([^()]{1,40})\)|for ([\w-]+(?:\s?[/&]\s?[\w-]+)*))")
_BETWEEN = re.compile(r"[\s,;]*(?:(?:or|and|within)\s+)*", re.IGNORECASE)


def by_severity(text: str, scale: Scale) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each severity's share of a sentence that names several times, or nothing where it does not."""
    shares = [s for a in duration.amounts(text) if (s := _share(text, a, scale))]
    if len(shares) < 2 or not _in_a_row(text, shares):
        return
    for severities, amount, _ in shares:
        yield severities, text[: shares[0][1].start] + text[amount.start : amount.end] + text[shares[-1][2] :]


def _share(text: str, amount: Amount, scale: Scale) -> tuple[tuple[str, ...], Amount, int] | None:
    """An amount with the severities right beside it, and where these end."""
    found = _BESIDE.match(text, amount.end)
    severities = scale.purely(found[1] or found[2]) if found else ()
    return (severities, amount, found.end()) if found and severities else None


def _in_a_row(text: str, shares: list[tuple[tuple[str, ...], Amount, int]]) -> bool:
    return all(_BETWEEN.fullmatch(text, one[2], other[1].start) for one, other in pairwise(shares))

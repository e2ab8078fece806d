"""Checks of the figures by which severities are recognised: where two claim the same, and where none does."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

from sirenbook.model.criteria import Bounds, Condition
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.lint.book import Book


class _Claim(NamedTuple):
    """What one severity says of one measure."""

    severity: str
    condition: Condition
    why: Provenance

    @property
    def bounds(self) -> Bounds:
        """The values that it claims."""
        return self.condition.bounds


def check_criteria(book: Book) -> Iterator[Diagnostic]:
    """Whatever is wrong between the figures of different severities."""
    for claims in _measures(book.policy).values():
        for worse, better in combinations(claims, 2):
            if worse.severity != better.severity:
                yield from _between(worse, better)
        once = [c for c in claims if sum(c.severity == x.severity for x in claims) == 1]
        for worse, better in pairwise(once):
            yield from _gap(worse, better)


def _measures(policy: Policy) -> dict[tuple[str, str, int | None], list[_Claim]]:
    """The claims on each measure, worst severity first; those that depend on more than one figure are left out."""
    found: dict[tuple[str, str, int | None], list[_Claim]] = {}
    for severity in policy.severities:
        for criterion in severity.criteria:
            if len(criterion.conditions) == 1 and not criterion.words:
                (condition,) = criterion.conditions
                key = (condition.measure, condition.unit, condition.lasting)
                found.setdefault(key, []).append(_Claim(severity.name, condition, criterion.why))
    return found


def _between(worse: _Claim, better: _Claim) -> Iterator[Diagnostic]:
    """A value that two severities claim, unless the graver one is only the narrower part of the other."""
    if worse.bounds.hold(better.bounds):
        yield Diagnostic(
            "SB214",
            "warning",
            f"{better.severity} is never reached by “{better.condition}”: {worse.severity}, which is worse, claims "
            f"all of it with “{worse.condition}”.",
            f"Raise the figure of {worse.severity}, or exchange the two.",
            better.why,
            (worse.why,),
        )
    elif _overlap(worse.bounds, better.bounds) and not better.bounds.hold(worse.bounds):
        yield Diagnostic(
            "SB214",
            "warning",
            f"“{better.condition}” is {better.severity}, and “{worse.condition}” is {worse.severity}: where both "
            "hold, the graver counts.",
            "Let one begin where the other ends.",
            better.why,
            (worse.why,),
        )


def _overlap(first: Bounds, second: Bounds) -> bool:
    """Whether more than one value lies within both."""
    return first.meet(second) and first.low != second.high and first.high != second.low


def _gap(worse: _Claim, better: _Claim) -> Iterator[Diagnostic]:
    """Values between two severities that neither claims."""
    ends = _apart(better.bounds, worse.bounds) or _apart(worse.bounds, better.bounds)
    if ends and not (worse.condition.unit == "" and ends[1] - ends[0] <= 1):
        between = Bounds(*ends).spoken(worse.condition.unit)
        yield Diagnostic(
            "SB215",
            "note",
            f"Nothing says what a {worse.condition.measure} of {between} is: “{better.condition}” is "
            f"{better.severity}, “{worse.condition}” is {worse.severity}.",
            "Let one begin where the other ends.",
            worse.why,
            (better.why,),
        )


def _apart(lower: Bounds, upper: Bounds) -> tuple[float, float] | None:
    """The ends of the values between two bounds, if there are any."""
    if lower.high is None or upper.low is None or lower.high >= upper.low:
        return None
    return lower.high, upper.low

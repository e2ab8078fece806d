"""What a severity is recognised by: conditions such as `error rate > 10 %`, and words where no figure is."""

from typing import Literal

from msgspec import Struct

from sirenbook.model.provenance import Provenance

Unit = Literal["percent", "seconds", "times", ""]
_SIGNS = {"percent": " %", "seconds": " s", "times": "x", "": ""}


class Bounds(Struct, frozen=True, omit_defaults=True):
    """The values between two ends; None where there is no end. `over` and `under` leave the end itself out."""

    low: float | None = None
    high: float | None = None
    over: bool = False
    under: bool = False

    def hold(self, other: "Bounds") -> bool:
        """Whether every value of the other lies within these."""
        return _starts_by(self, other) and _ends_by(self, other)

    def meet(self, other: "Bounds") -> bool:
        """Whether some value lies within both."""
        return _reaches(self, other) and _reaches(other, self)

    @property
    def point(self) -> float | None:
        """The one value, where it is one."""
        return self.low if self.low == self.high and not (self.over or self.under) else None

    def spoken(self, unit: Unit = "") -> str:
        """The bounds in signs: `> 10 %`, `1–10 %`, `12 %`."""
        sign = _SIGNS[unit]
        if self.point is not None:
            return f"{self.point:g}{sign}"
        if self.low is not None and self.high is not None:
            return f"{self.low:g}–{self.high:g}{sign}"
        if self.low is not None:
            return f"{'>' if self.over else '≥'} {self.low:g}{sign}"
        return f"{'<' if self.under else '≤'} {self.high:g}{sign}"


def _starts_by(outer: Bounds, inner: Bounds) -> bool:
    if outer.low is None:
        return True
    if inner.low is None:
        return False
    return inner.low > outer.low or (inner.low == outer.low and (inner.over or not outer.over))


def _ends_by(outer: Bounds, inner: Bounds) -> bool:
    if outer.high is None:
        return True
    if inner.high is None:
        return False
    return inner.high < outer.high or (inner.high == outer.high and (inner.under or not outer.under))


def _reaches(first: Bounds, second: Bounds) -> bool:
    """Whether the first does not end before the second begins."""
    if first.high is None or second.low is None:
        return True
    return first.high > second.low or (first.high == second.low and not (first.under or second.over))


class Condition(Struct, frozen=True, omit_defaults=True):
    """One measure and the values that it must have; unit `times` counts multiples of what is normal.

    `lasting` is for how many seconds it must last, where that is said.
    """

    measure: str
    bounds: Bounds
    unit: Unit = ""
    lasting: int | None = None

    def __str__(self) -> str:
        normal = " the normal" if self.unit == "times" else ""
        for_ = f" for {self.lasting:g} s" if self.lasting else ""
        return f"{self.measure} {self.bounds.spoken(self.unit)}{normal}{for_}"


class Criterion(Struct, frozen=True, omit_defaults=True):
    """One thing by which a severity is recognised: all of its conditions hold, and its `words` are said.

    Without conditions it is words alone, as the team wrote them.
    """

    why: Provenance
    words: str = ""
    conditions: tuple[Condition, ...] = ()

"""What is passed between the judges of single programs: a call with its words, and the verdict on it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from sirenbook.model.judgement import Flag, Risk, Word, worst

HOLE = "\0"
"""Stands on both sides of a hole's name in a word's plain text. No playbook's text can hold it."""


def plain(word: Word) -> str:
    """The word as the judges compare it: holes are marked so that they equal nothing that a table lists."""
    return "".join(p if isinstance(p, str) else f"{HOLE}{p.name}{HOLE}" for p in word.parts)


def shown(text: str) -> str:
    """Plain text as people may read it."""
    parts = text.split(HOLE)
    return "".join(part if index % 2 == 0 else f"<{part}>" for index, part in enumerate(parts))


class Call(NamedTuple):
    """One program with its words, the text that it is fed (None: nothing is), and how deep it is wrapped.

    `environment` are the variables set in front of it.
    """

    words: tuple[Word, ...]
    fed: Word | None = None
    depth: int = 0
    first: bool = True
    environment: tuple[tuple[str, Word], ...] = ()

    @property
    def program(self) -> str:
        """The program's name as written."""
        return plain(self.words[0]) if self.words else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The words after the program's name."""
        return tuple(plain(w) for w in self.words[1:])


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one program is judged.

    `words` are those that run unattended, None when there is no such form, empty when the program is left out;
    `cured` are the flags that this form no longer has.
    """

    risk: Risk
    reasons: tuple[str, ...]
    flags: frozenset[Flag] = frozenset()
    words: tuple[Word, ...] | None = None
    rewrites: tuple[str, ...] = ()
    cured: frozenset[Flag] = frozenset()

    def also(self, *flags: Flag, risk: Risk = "reads", because: str = "") -> Self:
        """The same, with more against it."""
        return replace(
            self,
            risk=worst(self.risk, risk),
            flags=self.flags | set(flags),
            reasons=(*self.reasons, because) if because else self.reasons,
        )

    def inside(self, outer: "Verdict", lead: Sequence[Word]) -> "Verdict":
        """The verdict on a command that another one starts, whose own words stand in front."""
        return Verdict(
            worst(self.risk, outer.risk),
            (*outer.reasons, *self.reasons),
            self.flags | outer.flags,
            None if self.words is None or outer.words is None else (*lead, *self.words),
            (*outer.rewrites, *self.rewrites),
            self.cured | outer.cured,
        )


def reads(call: Call, because: str, flags: Iterable[Flag] = ()) -> Verdict:
    """It only reads, and runs as it is written."""
    return Verdict("reads", (because,), frozenset(flags), call.words)


def changes(call: Call, because: str, flags: Iterable[Flag] = ()) -> Verdict:
    """It changes something, or nobody knows that it does not."""
    return Verdict("changes", (because,), frozenset(flags), call.words)


def destroys(call: Call, because: str, flags: Iterable[Flag] = ()) -> Verdict:
    """It takes away what does not come back by itself."""
    return Verdict("destroys", (because,), frozenset(flags), call.words)


Judge = Callable[[Call], Verdict]
"""What judges a call."""

"""Words of a shell command while they are read: what is quoted, what a shell would expand, what a loop fills in."""

import re
from dataclasses import dataclass, field

from sirenbook.model.judgement import Hole, Stage, Stream, Word
from sirenbook.playbook.safety import holes

_PLAIN = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
_COUNTS = re.compile(
    r"(?!\w*_proxy$|histchars$)[a-z][a-z0-9_]*|NS|NAMESPACE|POD|NODE|SVC|SERVICE|APP|DEPLOY(?:MENT)?|DB|ZONE"
)
"""Variables of a loop that mean nothing to a shell or to programs."""


def may_count(name: str) -> bool:
    """Whether a loop may set this variable without a program taking it for its own."""
    return _COUNTS.fullmatch(name) is not None


def plain(word: Word) -> bool:
    """Whether a word is fixed text that a shell neither cuts nor expands, wherever it is put."""
    return not word.holes and _PLAIN.fullmatch(word.spelled) is not None


def counted(word: Word, name: str, value: str) -> Word:
    """The word with a loop's variable replaced by one of its values."""
    spellings = (f"${name}", f"${{{name}}}")
    parts: list[str | Hole] = []
    for part in word.parts:
        filled = value if isinstance(part, Hole) and part.spelling in spellings else part
        if isinstance(filled, str) and parts and isinstance(parts[-1], str):
            parts[-1] += filled
        else:
            parts.append(filled)
    return Word(tuple(parts))


def set_to(word: Word, length: int) -> Word:
    """What a variable is set to: the word without its name, which is so many characters long."""
    first, *rest = word.parts
    assert isinstance(first, str)
    return Word((first[length:], *rest) if first[length:] or not rest else tuple(rest))


@dataclass
class Draft:
    """A program while it is read."""

    words: list[Word] = field(default_factory=list)
    streams: dict[str, Stream] = field(default_factory=lambda: {"1": "output", "2": "errors"})
    fed: Word | None = None
    environment: list[tuple[str, Word]] = field(default_factory=list)

    def stage(self) -> Stage:
        """The finished program."""
        program = self.words[0].spelled.rpartition("/")[2]
        found = tuple(holes.without_pattern_holes(w, program) for w in self.words)
        return Stage(found, self.streams["1"], self.streams["2"], self.fed, tuple(self.environment))

    def counted(self, name: str, value: str) -> "Draft":
        """The same program on one round of a loop."""
        made = [counted(w, name, value) for w in self.words]
        given = [(n, counted(w, name, value)) for n, w in self.environment]
        return Draft(made, self.streams, self.fed, given)


class WordDraft:
    """A word while it is read, and what a shell would still make of it."""

    def __init__(self) -> None:
        self.parts: list[str | Hole] = []
        self.bare = True
        self.raw = ""

    def text(self, characters: str) -> None:
        """Characters that are quoted, and mean themselves."""
        self.bare = False
        self._add(characters)
        self.raw += "\0" if characters else ""

    def hole(self, hole: Hole) -> None:
        """A place to fill."""
        self.bare = False
        self.parts.append(hole)
        self.raw += "\0"

    def loose(self, char: str, *, first: bool) -> None:
        """A character outside quotes."""
        if char == "~" and (first or self.raw[-1:] in ("=", ":")):
            self.raw += "\1"
        self._add(char)
        self.raw += char

    def _add(self, characters: str) -> None:
        if self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += characters
        else:
            self.parts.append(characters)

    @property
    def expands(self) -> str:
        """What the shell would replace in this word, if anything."""
        if "\1" in self.raw:
            return "`~` for a home directory"
        if re.search(r"[*?\[]", self.raw) and "://" not in self.raw:
            return "a pattern for file names"
        if "{" in self.raw and re.search(r",|\.\.", self.raw):
            return "alternatives in braces"
        return ""

    def word(self) -> Word:
        """The finished word."""
        return Word(tuple(self.parts) or ("",))

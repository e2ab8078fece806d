"""Finds where each key of a TOML text stands, which tomllib does not tell."""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]

_KEY = re.compile(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_PLAIN = re.compile(r"[^,\]}\n#]*")


def key_places(text: str) -> dict[Path, tuple[int, int]]:
    """(line, column) of every table, key and list item of a TOML text that tomllib accepts, by its path."""
    scan = _Scan(text)
    try:
        scan.document()
    except (IndexError, RecursionError, ValueError):
        # A place is a courtesy: what the scan did not get to is shown at the entry around it.
        return scan.places
    return scan.places


class _Scan:
    """One walk through a TOML text."""

    def __init__(self, text: str) -> None:
        self.text, self.pos = text, 0
        self.starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
        self.places: dict[Path, tuple[int, int]] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        """Visit every table header and every key."""
        prefix: Path = ()
        while first := self.peek():
            if first == "[":
                prefix = self.header()
            else:
                self.pair(prefix)

    def peek(self) -> str:
        """The next character that is neither space nor comment; empty at the end."""
        self.take(_BLANK)
        return self.text[self.pos : self.pos + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        """Step over what the pattern matches here."""
        match = pattern.match(self.text, self.pos)
        if match is None:
            raise ValueError(f"nothing known at {self.pos}")
        self.pos = match.end()
        return match[0]

    def mark(self, path: Path, start: int) -> None:
        """Remember where a path was first met."""
        line = bisect_right(self.starts, start)
        self.places.setdefault(path, (line, start - self.starts[line - 1] + 1))

    def header(self) -> Path:
        """`[a.b]` or `[[a.b]]`: the path that the keys below it belong to."""
        start, brackets = self.pos, 2 if self.text.startswith("[[", self.pos) else 1
        self.pos += brackets
        path = self.indexed(self.keys())
        self.pos += brackets
        if brackets == 2:
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, self.counts[path])
        for end in range(1, len(path) + 1):
            self.mark(path[:end], start)
        return path

    def indexed(self, keys: Path) -> Path:
        """A header's keys with the index of the latest item of every list of tables on the way."""
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            if path in self.counts:
                path = (*path, self.counts[path])
        return (*path, keys[-1])

    def keys(self) -> Path:
        """A key, dotted or not; stops at what follows it."""
        keys: list[str | int] = []
        while True:
            self.peek()
            keys.append(next(iter(tomllib.loads(f"{self.take(_KEY)} = 0"))))
            if self.peek() != ".":
                return tuple(keys)
            self.pos += 1

    def pair(self, prefix: Path) -> None:
        """`key = value`."""
        start, path = self.pos, prefix
        for key in self.keys():
            path = (*path, key)
            self.mark(path, start)
        self.pos += 1
        self.value(path)

    def value(self, path: Path) -> None:
        """Whatever stands right of `=` or in a list."""
        first = self.peek()
        if first in ("[", "{"):
            self.items(path, "]" if first == "[" else "}")
        else:
            self.take(_STRING if first in ('"', "'") else _PLAIN)

    def items(self, path: Path, end: str) -> None:
        """The inside of a list or of an inline table."""
        self.pos += 1
        count = 0
        while (first := self.peek()) not in (end, ""):
            if first == ",":
                self.pos += 1
            elif end == "}":
                self.pair(path)
            else:
                self.mark((*path, count), self.pos)
                self.value((*path, count))
                count += 1
        self.pos += 1

"""Reads TOML so that every finding has its line, and one mistake costs one entry instead of the whole file."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from sirenbook.model.diagnostic import Diagnostic, Grade
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.bindings.toml_places import Path, key_places

_LIMIT = 1_000_000
_PATIENCE = 20
# A header that lacks its last bracket still begins a table: what follows must not land on the one before.
_HEADER = re.compile(r"[ \t]*\[{1,2}(?:[^\[\]\n]+\]{1,2}[ \t]*(?:#.*)?$|[ \t]*[A-Za-z])")
_WHERE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_ASSIGNED = re.compile(r'([\w"\'-]+)\s*=')
_NAMED = re.compile(r"\s*([\"'])[A-Za-z_]\w*\1")
_SECRET = re.compile(r"(?i)passw|token|secret|api_?key|authorization|credential")


def is_secret(key: str) -> bool:
    """Whether a key's value must not stand in a file: a password, token or secret, not the name of where it is."""
    bare = key.strip("\"'").casefold()
    return bool(_SECRET.search(bare)) and not bare.endswith(("_env", "_file"))


def suggestion(word: str, known: Iterable[str]) -> str:
    """The sentence `Did you mean ...? ` for a word that is not known; empty when nothing comes close."""
    folded = {k.casefold(): k for k in known}
    near = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return f'Did you mean "{folded[near[0]]}"? ' if near else ""


class TomlText:
    """One TOML text being read: its values, the place of each key, and what was found wrong on the way."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.found: list[Diagnostic] = []
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        self.lines = text.split("\n")
        if len(text) > _LIMIT:
            self._report_syntax((f"the file is longer than {_LIMIT:,} characters", 1, 1), range(0))
            text = ""
        kept = self._sound(text)
        self.values: dict[str, Any] = tomllib.loads(kept)
        self.places = key_places(kept)

    def at(self, path: Path) -> Provenance:
        """The place of a key, or of the nearest entry around it; never shows the value of a secret."""
        while path and path not in self.places:
            path = path[:-1]
        return self._place(*self.places.get(path, (1, 1)))

    def report(self, code: str, path: Path, text: str, help_: str, grade: Grade = "error") -> None:
        """Note a finding at a key."""
        self.found.append(Diagnostic(code, grade, text, help_, self.at(path)))

    def _place(self, line: int, column: int) -> Provenance:
        quote = self.lines[line - 1].strip()[:200]
        for match in _ASSIGNED.finditer(quote):
            bare = match[1].strip("\"'")
            if is_secret(bare) or (bare.endswith("_env") and not _NAMED.match(quote, match.end())):
                quote = f"{quote[: match.end()]} …"
                break
        return Provenance(self.file, line, quote, column)

    def _sound(self, text: str) -> str:
        """The text with what cannot be read blanked, so that the rest keeps its lines."""
        if _flaw(text) is None:
            return text
        kept = "\n".join(self._sound_section(start, part) for start, part in _sections(text))
        # Sections that are sound alone can still collide, such as the same person written twice.
        while (flaw := _flaw(kept)) is not None:
            kept = self._without_section(flaw, kept)
        return kept

    def _sound_section(self, start: int, part: str) -> str:
        """One table with its unreadable lines blanked; at most one finding, at the first of them."""
        first = flaw = _flaw(part)
        if first is None:
            return part
        lines = part.split("\n")
        left_out: list[int] = []
        while flaw is not None:
            bad = _written(lines, flaw[1] - 1)
            # Without its header a table's keys would land in the table before, on another person.
            whole = bad is not None and (_HEADER.match(lines[bad]) or len(left_out) >= _PATIENCE)
            gone = range(len(lines)) if bad is None or whole else (bad,)
            left_out += [start + i for i in gone]
            lines = ["" if i in gone else line for i, line in enumerate(lines)]
            flaw = _flaw("\n".join(lines))
        self._report_syntax((first[0], start + first[1] - 1, first[2]), left_out)
        return "\n".join(lines)

    def _without_section(self, flaw: tuple[str, int, int], kept: str) -> str:
        parts = list(_sections(kept))
        index = max(i for i, (start, _) in enumerate(parts) if start <= flaw[1])
        # An empty section cannot be at fault: then no section can be blamed, and all are left out.
        for i in [index] if parts[index][1].strip() else range(len(parts)):
            start, part = parts[i]
            parts[i] = (start, "\n" * part.count("\n"))
        start, part = parts[index]
        self._report_syntax(flaw, range(start, start + part.count("\n") + 1))
        return "\n".join(part for _, part in parts)

    def _report_syntax(self, flaw: tuple[str, int, int], left_out: Iterable[int]) -> None:
        text, line, column = flaw
        skipped = sorted({n for n in left_out if self.lines[n - 1].strip()})
        lost = f"Until it is mended, {_ranges(skipped)} left out. " if skipped else ""
        help_ = f"{lost}Write text, and names with spaces, in double quotes, and close every bracket."
        place = self._place(min(line, len(self.lines)), column)
        self.found.append(Diagnostic("SB301", "error", f"This is not TOML: {text}.", help_, place))


def _sections(text: str) -> Iterator[tuple[int, str]]:
    """(first line, text) of what stands before the first table header, and of each table."""
    start, part = 1, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if _HEADER.match(line) and number > 1:
            yield start, "\n".join(part)
            start, part = number, []
        part.append(line)
    yield start, "\n".join(part)


def _written(lines: list[str], index: int) -> int | None:
    """The last line with anything on it, at this index or before; None when there is none."""
    return next((i for i in range(min(index, len(lines) - 1), -1, -1) if lines[i].strip()), None)


def _flaw(text: str) -> tuple[str, int, int] | None:
    """What stops this text from being TOML, with line and column; None when it is."""
    try:
        tomllib.loads(text)
    except RecursionError:
        return "values are nested too deeply", 1, 1
    except ValueError as error:
        said = str(error)
        where = _WHERE.search(said)
        if where and where[1]:
            return said[: where.start()], int(where[1]), int(where[2])
        return said[: where.start()] if where else said, text.rstrip().count("\n") + 1, 1
    return None


def _ranges(lines: list[int]) -> str:
    """`line 3 is` or `lines 3-5, 9 are`."""
    spans: list[list[int]] = []
    for n in lines:
        if spans and spans[-1][-1] == n - 1:
            spans[-1][1:] = [n]
        else:
            spans.append([n])
    words = ", ".join("-".join(map(str, span)) for span in spans)
    return f"line {words} is" if len(lines) == 1 else f"lines {words} are"

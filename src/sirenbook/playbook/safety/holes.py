"""Recognises what a team leaves to fill in: `<pod-name>`, `{agent_id}`, `[SERVICE]`, `$DB_HOST`."""

import re

from sirenbook.model.judgement import Hole, Kind, Word

_ANGLE = re.compile(r"<([A-Za-z][\w. /:-]{0,60})>(?![\w$<>(])")
_ANGLE_QUOTED = re.compile(r"<([A-Za-z][\w-]{0,60})>")
_BRACE = re.compile(r"(?<![\w${%)\\])\{([A-Za-z][\w-]{0,60})\}(?!\})")
_BRACE_IN_SQL = re.compile(r"(?<![\w${)\\])\{([A-Za-z][\w-]{0,60})\}(?!\})")
_BRACKET = re.compile(r"\[([A-Z][A-Z0-9_ ]{2,60}|[a-z]{2,}(?:[-_ ][a-z]{2,}){1,6}|\w+(?:/\w+){1,9})\]")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w{0,120})\}|([A-Za-z_]\w{0,120}))")
_OWN_BRACES = re.compile(r"jsonpath|go-template|custom-columns|\{\{|\{\.|\{range")
WITH_PATTERNS = frozenset(
    ("grep", "egrep", "zgrep", "awk", "gawk", "mawk", "sed", "perl", "python", "python3", "jq", "yq", "xargs")
)
"""Programs whose words are programs or patterns, in which brackets mean something else."""

_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("secret", re.compile(r"token|secret|passw|credential|api_?key\b|apikey|private_?key|_KEY$|^PGPASS")),
    ("namespace", re.compile(r"namespace|(?:^|[-_])ns$")),
    ("url", re.compile(r"ur[il]$|(?:^|[-_])dsn$|webhook")),
    ("host", re.compile(r"host|domain|endpoint|server|address|(?:^|[-_])(?:ip|fqdn)$")),
    ("path", re.compile(r"path$|file(?:name)?$|(?:^|[-_])dir(?:ectory)?$|manifest")),
    (
        "number",
        re.compile(r"count|replica|number|(?:^|[-_ ])(?:n|num|port|pid|revision|limit|seconds|minutes|size)$"),
    ),
    ("uuid", re.compile(r"uuid|guid")),
    ("id", re.compile(r"(?:^|[-_ ])(?:id|key|user|email|arn|version|tag|image|commit|sha)$|Id$")),
)
_TOLD = re.compile(r"passw|secret|token$", re.IGNORECASE)
_SECRET_NAME = re.compile(r"token|secret|passw|credential|api_?key|private_?key|_key$|^pgpass", re.IGNORECASE)


def quoted_at(text: str, place: int) -> re.Match[str] | None:
    """The placeholder that begins here inside quotes."""
    return _ANGLE_QUOTED.match(text, place) or _BRACE.match(text, place)


def bare_at(text: str, place: int) -> re.Match[str] | None:
    """The placeholder that begins here outside quotes, where a shell would see redirections, globs and braces."""
    return _ANGLE.match(text, place) or _BRACE.match(text, place) or _BRACKET.match(text, place)


def variable_at(text: str, place: int) -> re.Match[str] | None:
    """The environment variable that is expanded here."""
    return _VARIABLE.match(text, place)


def hole(found: re.Match[str]) -> Hole:
    """What is found, as a hole of a word."""
    return Hole(next(g for g in found.groups() if g is not None).strip(), found[0])


def is_variable(spelling: str) -> bool:
    """Whether a hole is filled from the environment rather than by a person."""
    return spelling.startswith("$")


def is_secret(hole: Hole) -> bool:
    """Whether a variable holds what must not be shown: a secret, or an address that may carry one."""
    return is_variable(hole.spelling) and kind_of(hole.name, hole.spelling) in ("secret", "url")


def choices(name: str) -> tuple[str, ...]:
    """The values that `[prod/staging]` leaves to choose from."""
    return tuple(name.split("/")) if "/" in name and " " not in name else ()


def kind_of(name: str, spelling: str) -> Kind:
    """What values a parameter takes, by its name."""
    if spelling.startswith("[") and choices(name):
        return "enum"
    if is_variable(spelling) and _SECRET_NAME.search(name):
        return "secret"
    for kind, pattern in _KINDS:
        if pattern.search(name) or pattern.search(name.lower()):
            return "id" if kind == "secret" and not (is_variable(spelling) or _TOLD.search(name)) else kind
    return "name" if not is_variable(spelling) else "id"


def kept_open(word: Word, opened: str) -> str:
    """Why a word cannot keep brackets as they are that no quotes protect: a shell would write to a file."""
    return "a redirection to a file" if "<" in opened and _OWN_BRACES.search(word.spelled) else ""


def without_pattern_holes(word: Word, program: str) -> Word:
    """The word as text where its brackets belong to a language of their own (jsonpath, awk, JSON templates)."""
    if not word.holes or not (program in WITH_PATTERNS or _OWN_BRACES.search(word.spelled)):
        return word
    parts: list[str | Hole] = []
    for part in word.parts:
        kept = part if isinstance(part, str) or is_variable(part.spelling) else part.spelling
        if isinstance(kept, str) and parts and isinstance(parts[-1], str):
            parts[-1] += kept
        else:
            parts.append(kept)
    return Word(tuple(parts))


def marked(text: str) -> tuple[str, tuple[Hole, ...]]:
    """A text in which every placeholder is its name between two NULs, and the placeholders, each once."""
    parts: list[str] = []
    found: dict[str, Hole] = {}
    place = 0
    while place < len(text):
        found_here = _ANGLE_QUOTED.match(text, place) or _BRACE_IN_SQL.match(text, place)
        match = found_here if text[place] in "<{" else None
        if match:
            known = hole(match)
            found[known.name] = known
            parts.append(f"\0{known.name}\0")
            place = match.end()
        else:
            parts.append(" " if text[place] == "\0" else text[place])
            place += 1
    return "".join(parts), tuple(found.values())


def without_loose(text: str) -> str:
    """A marked text in which placeholders outside quotes are empty strings."""
    pieces = text.split("'")
    return "'".join(p if i % 2 else re.sub("\0[^\0]*\0", "''", p) for i, p in enumerate(pieces))

"""Reads what people write after /incident and /pager: a verb, the incident, what is given by name, and the rest."""

import re
from collections.abc import Iterable

from msgspec import Struct

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_NUMBER = re.compile(r"(?:INC-)(\d{1,18})\b", re.IGNORECASE | re.ASCII)
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
LONGEST = 3000


class Said(Struct, frozen=True):
    """A command as it was written: `incident` where one is named, `given` what has a name, `rest` what has none."""

    verb: str
    incident: int | None = None
    given: dict[str, str] = {}
    rest: str = ""

    def again(self, incident: int) -> str:
        """The same words, to be read again later, with the incident named."""
        given = (f'{name}="{value}"' for name, value in self.given.items())
        return " ".join((self.verb, f"INC-{incident}", *given, self.rest))


def read(text: str, names: dict[str, Iterable[str]]) -> Said:
    """What was written; `names` are what each verb takes as name=value, and nothing else is taken so."""
    verb, _, left = text.translate(_QUOTES).strip()[:LONGEST].partition(" ")
    verb, left = verb.lower(), left.strip()
    number = _NUMBER.match(left)
    if number:
        left = left[number.end() :].strip()
    given: dict[str, str] = {}
    for name in names.get(verb, ()):
        found = re.search(rf'(?<!\S){name}\s*=\s*("[^"]*"|\S+)', left, re.IGNORECASE)
        if found:
            given[name] = found[1].strip('"').strip()
            left = f"{left[: found.start()].rstrip()} {left[found.end() :].lstrip()}".strip()
    whole = left[1:-1] if len(left) > 1 and left[0] == left[-1] == '"' else left
    return Said(verb, int(number[1]) if number else None, given, whole.strip())


def mentioned(text: str) -> str:
    """The chat's id of the person who is mentioned; empty where it is a name."""
    found = _MENTION.fullmatch(text.strip())
    return found[1] if found else ""

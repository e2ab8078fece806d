"""What a blank before a unit asks for (`[X] minutes`): one of an incident's times, as a number of that unit."""

import re
from datetime import datetime

from msgspec import Struct

from sirenbook.model.incident import Incident

_SIZES = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_OF_TIME = re.compile(r"(?:s|sec|second|m|min|minute|h|hr|hour|d|day)s?", re.IGNORECASE)
_CLAUSE = re.compile(r"[.;,|!?]\s")
_GUESSED = re.compile(r"\beta\b|estimat|expect|detect|percent|credit|\bhope\b|\bshould\b", re.IGNORECASE)
_ASKED = (
    ("next", r"\bnext\b|\bupdates? (?:in|every|within)\b|\bagain (?:in|within)\b|\bcheck back\b|\bupdate you\b"),
    (
        "answer",
        r"\bmtta\b|\bto (?:ack\w*|respond|response)\b|\b(?:acknowledged|responded) (?:in|after|within)\b",
    ),
    (
        "end",
        r"\bmttr\b|time to (?:resol\w+|recover\w*|restor\w+|fix|repair)\b|(?:resolution|recovery) time\b"
        r"|\b(?:resolved|restored|recovered|fixed|solved|mitigated) (?:in|after|within)\b",
    ),
    (
        "length",
        r"\bduration\b|\bdown ?time\b|\blast(?:ed|s)\b|\btotal time\b|\btook\b|\b(?:outage|disruption) of\b"
        r"|\b(?:down|unavailable|degraded|disrupted|affected|impacted|slow|offline) for\b",
    ),
)


class Asked(Struct, frozen=True):
    """An amount that is known, in seconds; `ahead` if it is the time until the next update, which is promised."""

    seconds: float
    ahead: bool = False


def asked(before: str, incident: Incident, next_by: datetime | None, now: datetime) -> Asked | None:
    """The amount that the words before a blank ask for; None where they ask for another, or nobody knows it."""
    what = _meaning(_CLAUSE.split(before)[-1])
    if what == "next":
        return Asked((next_by - now).total_seconds(), ahead=True) if next_by and next_by > now else None
    answered = incident.first_acknowledged_at or incident.acknowledged_at
    ends = {"answer": answered, "end": incident.resolved_at, "length": incident.resolved_at or now}
    end = ends.get(what)
    return Asked((end - incident.opened_at).total_seconds()) if end and incident.opened_at else None


def _meaning(clause: str) -> str:
    """What the words of one clause ask for, those next to the blank first; nothing where they only guess."""
    if _GUESSED.search(clause):
        return ""
    found = [(m.end(), name) for name, words in _ASKED for m in re.finditer(words, clause, re.IGNORECASE)]
    return max(found, default=(0, ""))[1]


def in_unit(seconds: float, unit: str) -> str | None:
    """An amount as a number of a unit, as people say it; None for a unit that is none of time."""
    if not _OF_TIME.fullmatch(unit):
        return None
    size = _SIZES[unit[0].lower()]
    if size <= 60:
        return str(max(round(seconds / size), 1))
    return f"{max(seconds / size, 0.1):.1f}".removesuffix(".0")

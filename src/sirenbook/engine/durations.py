"""Reads an amount of time as people type it into a form: `30m`, `2 h`, `90 min`, `1h30`."""

import re
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"(\d{1,6})\s*([smhd])?[a-z]*\s*", re.ASCII)


def parse_duration(text: str) -> timedelta | None:
    """The amount of time, a bare number counting minutes (after hours too); None when it is none."""
    rest, seconds = text.strip().lower(), 0
    if not rest:
        return None
    while rest:
        part = _PART.match(rest)
        if part is None:
            return None
        seconds += int(part[1]) * _UNITS[part[2] or "m"]
        rest = rest[part.end() :]
    return timedelta(seconds=min(seconds, 10 * 86400))

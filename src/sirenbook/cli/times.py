"""Times as people at a terminal give and read them: amounts such as 1h30m, local clocks, ages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import click

_AMOUNT = re.compile(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*(s|sec|m|min|h|hours?|d|days?|w)(?=[\d\s]|$)\s*", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

Show = Callable[[datetime], datetime]
"""Turns an instant into the zone that a person wants to read."""


def amount(text: str) -> timedelta:
    """An amount of time on the command line: 45s, 12m, 3h, 1h30m, 2d. Raises BadParameter."""
    found = parse_amount(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is not an amount of time; write 45s, 12m, 3h, 1h30m or 2d")
    return found


def moment(text: str) -> datetime:
    """A moment on the command line: in ISO 8601, local where no offset is given, or an amount of time from now.

    Raises BadParameter.
    """
    from sirenbook.engine.clock import wall_clock

    try:
        if (ahead := parse_amount(text)) is not None:
            return wall_clock() + ahead
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is not a time; write 2026-03-02T09:00, or 2h from now") from None


def parse_amount(text: str) -> timedelta | None:
    """An amount of time; None when the text is none."""
    place, seconds = 0, 0.0
    while place < len(text):
        found = _AMOUNT.match(text, place)
        if found is None:
            return None
        seconds += float(found[1]) * _SECONDS[found[2][0].lower()]
        place = found.end()
    return timedelta(seconds=seconds) if text.strip() else None


def spell(wait: timedelta) -> str:
    """The amount in the form in which the server reads it."""
    seconds = round(wait.total_seconds())
    return f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"


def instant(text: str | None) -> datetime | None:
    """A time of the server's JSON."""
    return datetime.fromisoformat(text) if text else None


def local(at: datetime) -> datetime:
    """The moment in the machine's own zone."""
    return at.astimezone()


def utc(at: datetime) -> datetime:
    """The moment in UTC."""
    return at.astimezone(UTC)


def clock(at: datetime, now: datetime, show: Show) -> str:
    """The time of day; with its date where that is not today."""
    there, today = show(at), show(now)
    return f"{there:%H:%M:%S}" if there.date() == today.date() else f"{there:%Y-%m-%d %H:%M}"


def offset(since: timedelta) -> str:
    """An amount since the start as `+01:30`, with seconds or days only where there are some."""
    seconds = round(since.total_seconds())
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    return f"+{f'{days}d ' if days else ''}{hours:02}:{minutes:02}{f':{rest:02}' if rest else ''}"


def span(lasting: timedelta) -> str:
    """An amount as people say it, in its two largest units: `45 s`, `5 min`, `1 h 30 min`, `3 d`."""
    left = max(round(lasting.total_seconds()), 0)
    if left >= 3600:
        left -= left % (3600 if left >= 2 * 86400 else 60)
    parts = []
    for size, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if left >= size and not (size == 86400 and left < 2 * 86400):
            parts.append(f"{left // size} {name}")
            left %= size
    return " ".join(parts[:2]) or "0 s"


def ahead(at: datetime, now: datetime) -> str:
    """How far away something is: `in 25 min`; `now` once its time has come."""
    left = at - now
    if left.total_seconds() <= 0:
        return "now"
    # Seconds matter in the last minutes only.
    coarse = timedelta(minutes=round(left.total_seconds() / 60)) if left > timedelta(minutes=2) else left
    return f"in {span(coarse)}"

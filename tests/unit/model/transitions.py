"""Every change of the clocks of every zone from 2020 to 2040, found by asking the zones themselves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
_STRIDE = timedelta(days=5)
"""Shorter than any two changes are apart, Ramadan in Morocco included."""


@cache
def zones() -> tuple[str, ...]:
    """The zones that differ: links to the same clocks are left out."""
    distinct: dict[bytes, str] = {}
    for name in sorted(available_timezones() - {"Factory"}):
        *folders, file = name.split("/")
        data = resources.files(".".join(["tzdata.zoneinfo", *folders])) / file
        distinct.setdefault(data.read_bytes(), name)
    return tuple(distinct.values())


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The instants at which a zone's offset changes."""
    return tuple(_changes(ZoneInfo(name)))


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    at = START
    while at < END:
        following = at + _STRIDE
        if _offset(at, zone) != _offset(following, zone):
            yield _between(at, following, zone)
        at = following


def _between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()

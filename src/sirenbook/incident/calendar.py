"""Business time: from an instant, so many seconds of business hours later."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sirenbook.model.bindings import BusinessHours

_DAYS_AHEAD = 3660


def business_add(hours: BusinessHours, start: datetime, seconds: int) -> datetime:
    """The instant at which `seconds` of business hours have passed since `start`.

    A whole number of days (86,400 s) counts business days and keeps the time of day; anything shorter counts
    within opening hours. Zero is the next moment of business hours. Raises ValueError without any business day.
    """
    if not hours.days:
        raise ValueError("business hours need at least one weekday")
    if seconds and seconds % 86_400 == 0:
        return _add_days(hours, start, seconds // 86_400)
    left = timedelta(seconds=seconds)
    for opens, closes in _openings(hours, start):
        begin = max(opens, start)
        if begin < closes and left <= closes - begin:
            return begin + left
        left -= max(closes - begin, timedelta())
    raise ValueError(f"{seconds} s of business hours do not fit into ten years")


def _openings(hours: BusinessHours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing instants, in UTC, of the business days from the local day of `start` on."""
    zone = ZoneInfo(hours.zone)
    first = start.astimezone(zone).date()
    for offset in range(_DAYS_AHEAD):
        day = first + timedelta(days=offset)
        if day.weekday() in hours.days:
            yield _at(day, hours.start, zone, start), _at(day, hours.end, zone, start)


def _at(day: date, minute: int, zone: ZoneInfo, like: datetime) -> datetime:
    hour, rest = divmod(minute, 60)
    closing = hour == 24
    return _instant(day + timedelta(days=closing), time(0 if closing else hour, rest), zone, like)


def _instant(day: date, at: time, zone: ZoneInfo, like: datetime) -> datetime:
    """The moment of a local time; the end of the gap where the clocks skip it."""
    local = datetime.combine(day, at, zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        instant = _end_of_gap(zone, local.replace(fold=1).astimezone(UTC), instant)
    return instant.astimezone(like.tzinfo)


def _end_of_gap(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The moment between the two at which the zone's clocks jump."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _add_days(hours: BusinessHours, start: datetime, days: int) -> datetime:
    """`days` business days later at the same local time of day."""
    zone = ZoneInfo(hours.zone)
    local = start.astimezone(zone)
    day = local.date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() in hours.days
    return _instant(day, local.time(), zone, start)

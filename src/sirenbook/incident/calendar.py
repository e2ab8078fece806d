"""Business time: from an instant, so many seconds of business hours later."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sirenbook.model.hours import BusinessHours
from sirenbook.model.wall import first, local, shown

_DAYS_AHEAD = 3660
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


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


def closing(hours: BusinessHours, day: date) -> datetime:
    """When something due on a day is late: at the end of business hours there."""
    midnight = datetime.combine(day, time(), ZoneInfo(hours.zone))
    return (midnight + timedelta(minutes=hours.end)).astimezone(UTC)


def business_day(hours: BusinessHours, day: date) -> date:
    """The day itself or the next one with business hours; itself where there are none at all."""
    ahead = (day + timedelta(days=n) for n in range(_DAYS_AHEAD))
    return next((each for each in ahead if hours.on(each)), day)


def hours_words(hours: BusinessHours) -> str:
    """Business hours in few words, without their holidays."""
    start, end = divmod(hours.start, 60), divmod(hours.end, 60)
    days = ", ".join(_DAYS[d] for d in hours.days)
    return f"{start[0]:02}:{start[1]:02} to {end[0]:02}:{end[1]:02} {hours.zone}, {days}"


def _openings(hours: BusinessHours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing instants, in UTC, of the business days from the local day of `start` on."""
    zone = ZoneInfo(hours.zone)
    today = shown(start, zone).date()
    for offset in range(_DAYS_AHEAD):
        day = today + timedelta(days=offset)
        if hours.on(day):
            opens, closes = (first(local(day, minute), zone) for minute in (hours.start, hours.end))
            yield opens.astimezone(start.tzinfo), closes.astimezone(start.tzinfo)


def _add_days(hours: BusinessHours, start: datetime, days: int) -> datetime:
    """`days` business days later at the same local time of day."""
    zone = ZoneInfo(hours.zone)
    at = shown(start, zone)
    day = at.date()
    while days:
        day += timedelta(days=1)
        days -= hours.on(day)
    return first(datetime.combine(day, at.time()), zone).astimezone(start.tzinfo)

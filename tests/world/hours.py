"""Business hours counted the slow and obvious way, to check the quick one by."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sirenbook.model.hours import BusinessHours

_DAY = 86_400


@lru_cache(maxsize=20_000)
def business_later(hours: BusinessHours, start: datetime, seconds: int) -> datetime:
    """Whole days: that many business days on, at the same local time. Less: so much open time on."""
    zone = ZoneInfo(hours.zone)
    if seconds and seconds % _DAY == 0:
        return _days_later(hours, start, seconds // _DAY, zone)
    day, left = start.astimezone(zone).date(), timedelta(seconds=seconds)
    while True:
        if day.weekday() in hours.days:
            opens, closes = max(_instant(day, hours.start, zone), start), _instant(day, hours.end, zone)
            if closes > opens:
                if left <= closes - opens:
                    return opens + left
                left -= closes - opens
        day += timedelta(days=1)


def _days_later(hours: BusinessHours, start: datetime, days: int, zone: ZoneInfo) -> datetime:
    local = start.astimezone(zone)
    day = local.date()
    for _ in range(days):
        day += timedelta(days=1)
        while day.weekday() not in hours.days:
            day += timedelta(days=1)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    if minute == 1440:
        return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)

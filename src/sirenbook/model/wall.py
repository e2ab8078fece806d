"""The clocks on the wall: at which instant they show a local time, through every change of a zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = 24 * 60
"""Minutes of a day on the clock, whatever it really lasts."""


def local(day: date, minute: int) -> datetime:
    """The local time so many minutes of the clock after midnight; 24:00 and more are of the days that follow."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def shown(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of a zone show at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None)


def first(shows: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which clocks show this time, or more where they skip it."""
    early, late = _both(shows, zone)
    return _jump(early, late, zone) if early > late else early


def last(shows: datetime, zone: ZoneInfo) -> datetime:
    """The last instant at which clocks show this time, or more where they skip it."""
    early, late = _both(shows, zone)
    return _jump(early, late, zone) if early > late else late


def _both(shows: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The time by the offset before a change and by the one after it; in the other order where it is skipped."""
    aware = shows.replace(tzinfo=zone, fold=0)
    return aware.astimezone(UTC), aware.replace(fold=1).astimezone(UTC)


def _jump(after: datetime, before: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two at which the clocks jump forward."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)

"""Business time, against counting minute by minute, and over every kind of clock change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sirenbook.incident.calendar import business_add
from sirenbook.model.hours import BusinessHours

ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "Africa/Cairo")


def counted(hours: BusinessHours, start: datetime, minutes: int) -> datetime:
    """The same by counting the minutes of which the beginning is in business hours."""
    zone, at = ZoneInfo(hours.zone), start
    while True:
        local = at.astimezone(zone)
        inside = local.weekday() in hours.days and hours.start <= local.hour * 60 + local.minute < hours.end
        if inside and not minutes:
            return at
        minutes -= inside
        at += timedelta(minutes=1)
        if inside and not minutes:
            return at


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    opens=st.integers(4 * 60, 12 * 60),
    open_for=st.integers(1, 10 * 60),
    days=st.sets(st.integers(0, 6), min_size=1),
    start=st.integers(0, 2 * 365 * 24 * 60),
    minutes=st.integers(0, 1439),
)
def test_as_counted(zone: str, opens: int, open_for: int, days: set[int], start: int, minutes: int) -> None:
    """Amounts that are not whole days count open time, whatever the clocks of the zone do at night."""
    hours = BusinessHours(zone, opens, opens + open_for, tuple(sorted(days)))
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    if minutes > open_for * 3:
        minutes = open_for * 3
    assert business_add(hours, begin, minutes * 60) == counted(hours, begin, minutes)


def at(zone: str, *local: int, fold: int = 0) -> datetime:
    """A local time as an instant."""
    return datetime(*local, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[arg-type]


NY, HOWE, CAIRO, APIA = "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"


@pytest.mark.parametrize(
    ("zone", "start", "days", "end"),
    [
        # 167 and 169 hours, not 168: the local time stays.
        (NY, (2026, 3, 2, 9), 5, (2026, 3, 9, 9)),
        (NY, (2026, 10, 26, 9), 5, (2026, 11, 2, 9)),
        (HOWE, (2026, 4, 2, 9), 2, (2026, 4, 6, 9)),
        (CAIRO, (2026, 4, 23, 10), 1, (2026, 4, 24, 10)),
        ("Africa/Casablanca", (2026, 2, 13, 9), 1, (2026, 2, 16, 9)),
    ],
)
def test_business_days_keep_the_local_time(
    zone: str, start: tuple[int, ...], days: int, end: tuple[int, ...]
) -> None:
    """A day is a day, even one of 23, 23.5 or 25 hours."""
    assert business_add(BusinessHours(zone), at(zone, *start), days * 86_400) == at(zone, *end)


def test_a_time_that_the_clocks_skip_is_the_end_of_the_gap() -> None:
    """02:30 does not exist on that Sunday in New York: it is 03:00, not 03:30 and not 01:30."""
    sundays = BusinessHours(NY, 2 * 60 + 30, 10 * 60, (6,))
    assert business_add(sundays, at(NY, 2026, 3, 7, 12), 0) == at(NY, 2026, 3, 8, 3)
    assert business_add(BusinessHours(NY, days=(5, 6)), at(NY, 2026, 3, 7, 2, 30), 86_400) == at(NY, 2026, 3, 8, 3)


def test_a_day_that_does_not_exist_has_no_business_hours() -> None:
    """Samoa skipped Friday, 30 December 2011: eight hours after Thursday noon end on Monday."""
    start = at(APIA, 2011, 12, 29, 12)
    assert business_add(BusinessHours(APIA), start, 8 * 3600) == at(APIA, 2012, 1, 2, 12)


def test_an_hour_that_comes_twice_begins_with_the_first() -> None:
    """01:30 twice in New York: business hours that begin there begin at the first."""
    hours = BusinessHours(NY, 90, 10 * 60, (6,))
    assert business_add(hours, at(NY, 2026, 10, 31, 12), 0) == at(NY, 2026, 11, 1, 1, 30)


def test_the_last_minute_of_the_day() -> None:
    """Open until midnight."""
    hours = BusinessHours("UTC", 0, 24 * 60, (0, 1, 2, 3, 4, 5, 6))
    start = datetime(2026, 1, 1, 23, tzinfo=UTC)
    assert business_add(hours, start, 7200) == start + timedelta(hours=2)


def test_hours_without_a_day_are_refused() -> None:
    """They would never come."""
    with pytest.raises(ValueError, match="at least one weekday"):
        business_add(BusinessHours(days=()), datetime(2026, 1, 1, tzinfo=UTC), 60)


def test_holidays_are_no_business_days() -> None:
    """Three business days over New Year and its weekend; an hour before it ends after it."""
    hours = BusinessHours("America/New_York", holidays=(date(2026, 12, 25), date(2027, 1, 1)))
    new_year = at("America/New_York", 2026, 12, 31, 16, 30)
    assert business_add(hours, new_year, 3 * 86_400) == at("America/New_York", 2027, 1, 6, 16, 30)
    assert business_add(hours, new_year, 3600) == at("America/New_York", 2027, 1, 4, 9, 30)
    assert business_add(hours, at("America/New_York", 2026, 12, 25, 12), 0) == at(
        "America/New_York", 2026, 12, 28, 9
    )

"""The clocks on the wall, at every change of every zone from 2020 to 2040."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sirenbook.model.wall import first, last, shown
from unit.model.transitions import changes, zones

SECOND = timedelta(seconds=1)


def test_every_change_of_every_zone() -> None:
    """Around each change, `first` is where clocks first reach a time, and `last` where they show it no more."""
    seen = 0
    for name in zones():
        zone = ZoneInfo(name)
        for change in changes(name):
            before, after = shown(change - SECOND, zone) + SECOND, shown(change, zone)
            low, high = min(before, after), max(before, after)
            for shows in (low - SECOND, low, low + (high - low) / 2, high - SECOND, high, high + SECOND):
                skipped_or_once = first(shows, zone)
                assert shown(skipped_or_once - SECOND, zone) < shows <= shown(skipped_or_once, zone), (name, shows)
                over = last(shows, zone)
                assert shows <= shown(over, zone), (name, shows)
                assert all(shown(at, zone) > shows for at in (over + SECOND, change) if at > over), (name, shows)
                twice = after < before and after <= shows < before
                assert over - skipped_or_once == (before - after if twice else timedelta(0)), (name, shows)
                if before <= shows < after:
                    assert skipped_or_once == over == change, (name, shows)
            seen += 1
    assert seen > 2000


NY, HOWE = "America/New_York", "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("zone", "shows", "begins", "ends"),
    [
        (NY, (2026, 3, 8, 2, 30), "2026-03-08T07:00", "2026-03-08T07:00"),
        (NY, (2026, 11, 1, 1, 30), "2026-11-01T05:30", "2026-11-01T06:30"),
        (NY, (2026, 3, 2, 9), "2026-03-02T14:00", "2026-03-02T14:00"),
        (HOWE, (2026, 4, 5, 1, 45), "2026-04-04T14:45", "2026-04-04T15:15"),
        ("Africa/Cairo", (2026, 4, 24, 0, 30), "2026-04-23T22:00", "2026-04-23T22:00"),
    ],
)
def test_known_times(zone: str, shows: tuple[int, ...], begins: str, ends: str) -> None:
    """Times that were worked out by hand."""
    clock, time = ZoneInfo(zone), datetime(*shows)  # type: ignore[arg-type]
    assert first(time, clock) == datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert last(time, clock) == datetime.fromisoformat(ends).replace(tzinfo=UTC)

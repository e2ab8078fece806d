"""Rotations: exact through every change of the clocks, layers, windows, holidays and overrides."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sirenbook.model.rotation import HOLIDAY, Layer, Override, Rotation, Window
from sirenbook.model.wall import shown
from unit.model.transitions import changes, zones

NY = "America/New_York"
WEEK, DAY, HOUR = 604_800, 86_400, 3600
THREE = ("mira", "ravi", "sofia")


def utc(text: str) -> datetime:
    """An instant, written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(zone: str = NY, members: tuple[str, ...] = THREE, at: int = 9) -> Rotation:
    """A weekly rotation from Monday, 5 January 2026 on."""
    return Rotation("platform", (Layer(members, WEEK, datetime(2026, 1, 5, at), zone),))


def test_a_week_has_167_and_169_hours() -> None:
    """Monday 09:00 stays 09:00 over both changes of the clocks."""
    shifts = weekly().shifts(utc("2026-01-01T00:00"), utc("2026-12-01T00:00"))[1:-1]
    hours = {shift.start.date(): (shift.end - shift.start) / timedelta(hours=1) for shift in shifts}
    assert hours.pop(date(2026, 3, 2)) == 167
    assert hours.pop(date(2026, 10, 26)) == 169
    assert set(hours.values()) == {168}
    assert {f"{shown(s.start, ZoneInfo(NY)):%a %H:%M}" for s in shifts} == {"Mon 09:00"}


def test_people_follow_one_another_for_ever() -> None:
    """The first member begins, before the first turn as after it."""
    rotation = weekly()
    assert rotation.holders(utc("2026-01-05T14:00")) == ("mira",)
    assert rotation.holders(utc("2026-01-05T13:59:59")) == ("sofia",)
    assert rotation.holders(utc("2026-01-12T14:00")) == ("ravi",)
    assert rotation.holders(utc("2026-01-12T14:00"), 1) == ("sofia",)
    assert rotation.holders(utc("2026-01-12T14:00"), 3) == ()


def test_a_skipped_hand_off_happens_as_the_clocks_jump() -> None:
    """02:30 does not exist on 8 March 2026 in New York."""
    daily = Rotation("night", (Layer(("mira", "ravi"), DAY, datetime(2026, 3, 1, 2, 30), NY),))
    shifts = daily.shifts(utc("2026-03-07T12:00"), utc("2026-03-09T12:00"))
    assert [s.start for s in shifts][1:] == [utc("2026-03-08T07:00"), utc("2026-03-09T06:30")]
    assert all(a.end == b.start for a, b in zip(shifts, shifts[1:], strict=False))


def test_an_hour_shown_twice_belongs_to_both() -> None:
    """01:30 comes twice on 1 November 2026: the new one begins at the first, the old one ends at the second."""
    daily = Rotation("night", (Layer(("mira", "ravi"), DAY, datetime(2026, 3, 1, 1, 30), NY),))
    assert daily.holders(utc("2026-11-01T05:29:59")) == ("mira",)
    assert daily.holders(utc("2026-11-01T05:30")) == ("ravi", "mira")
    assert daily.holders(utc("2026-11-01T06:29:59")) == ("ravi", "mira")
    assert daily.holders(utc("2026-11-01T06:30")) == ("ravi",)


def test_no_gap_at_any_change_of_any_zone() -> None:
    """Around every change from 2020 to 2040: never nobody, two only while clocks show a time again."""
    for number, name in enumerate(zones()):
        zone = ZoneInfo(name)
        for change in changes(name):
            before, after = shown(change - timedelta(seconds=1), zone), shown(change, zone)
            anchor = min(before, after) - timedelta(hours=5, minutes=number % 60)
            period = (HOUR, 90 * 60, 7 * HOUR, DAY, WEEK)[number % 5]
            rotation = Rotation("any", (Layer(THREE, period, anchor, name),))
            start, end = change - timedelta(hours=4), change + timedelta(hours=4)
            segments = rotation.segments(start, end)
            assert (segments[0].start, segments[-1].end) == (start, end)
            assert all(a.end == b.start for a, b in zip(segments, segments[1:], strict=False))
            assert all(segment.holders(0) for segment in segments), (name, change)
            if after > before:
                assert all(len(segment.lines) == 1 for segment in segments), (name, change)


ZONES = st.sampled_from(zones())


@settings(max_examples=60, deadline=None)
@given(
    zone=ZONES,
    members=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True),
    period=st.integers(HOUR, 3 * WEEK),
    anchor=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    days=st.integers(1, 6),
)
def test_segments_are_who_is_on_call(
    zone: str, members: list[str], period: int, anchor: datetime, start: datetime, days: int
) -> None:
    """Cutting a while into segments says the same as asking for any instant, and leaves out nothing."""
    rotation = Rotation("any", (Layer(tuple(members), period, anchor, zone),))
    end = start + timedelta(days=days)
    segments = rotation.segments(start, end)
    assert sum((s.end - s.start for s in segments), timedelta()) == end - start
    for segment in segments:
        middle = segment.start + (segment.end - segment.start) / 2
        assert rotation.lines(middle) == segment.lines != ()
        assert rotation.lines(segment.end - timedelta(microseconds=1)) == segment.lines


NIGHT = Window((0, 1, 2, 3, 4), 17 * 60, 9 * 60)
OPEN = Window((0, 1, 2, 3, 4), 9 * 60, 17 * 60)
OFF = Window((5, 6, HOLIDAY))


def layered(*windows: Window, **more: object) -> Rotation:
    """Mira and Ravi in turns, and Sofia over them while the windows are open."""
    lower = weekly(members=("mira", "ravi")).layers[0]
    upper = Layer(("sofia",), WEEK, datetime(2026, 1, 5), NY, windows)
    return Rotation("platform", (lower, upper), **more)  # type: ignore[arg-type]


def test_a_later_layer_decides_while_its_windows_are_open() -> None:
    """Business hours in local time, over the change of the clocks."""
    rotation = layered(OPEN)
    assert rotation.holders(utc("2026-03-06T13:59")) == ("mira",)
    assert rotation.holders(utc("2026-03-06T14:00")) == ("sofia",)
    assert rotation.holders(utc("2026-03-09T13:00")) == ("sofia",)
    assert rotation.holders(utc("2026-03-09T21:00")) == ("ravi",)
    assert rotation.holders(utc("2026-03-07T15:00")) == ("mira",)


def test_the_layer_beneath_is_next_in_turn() -> None:
    """Sofia alone has the office hours; after her come those whose turn it would be."""
    assert layered(OPEN).lines(utc("2026-03-06T15:00")) == (("sofia", "mira", "ravi"),)
    assert layered(OPEN).lines(utc("2026-03-09T15:00")) == (("sofia", "ravi", "mira"),)


def test_windows_past_midnight_belong_to_the_day_they_begin_on() -> None:
    """The night of Friday ends on Saturday morning; no night begins on Saturday."""
    rotation = layered(NIGHT)
    assert rotation.holders(utc("2026-03-07T13:59")) == ("sofia",)
    assert rotation.holders(utc("2026-03-07T14:00")) == ("mira",)
    assert rotation.holders(utc("2026-03-08T03:00")) == ("mira",)


def test_a_holiday_is_no_weekday() -> None:
    """Business hours do not open on a holiday; windows of holidays do."""
    christmas = (date(2026, 12, 25),)
    assert layered(OPEN, holidays=christmas).holders(utc("2026-12-25T15:00")) != ("sofia",)
    assert layered(OFF, holidays=christmas).holders(utc("2026-12-25T15:00")) == ("sofia",)
    assert layered(OFF).holders(utc("2026-12-25T15:00")) != ("sofia",)


def test_following_the_sun_leaves_no_gap_in_a_year() -> None:
    """Three regions, each in its own hours: where their clocks disagree for weeks, the layer below holds."""
    base = Layer(("lead",), WEEK, datetime(2026, 1, 5), "UTC")
    sites = (("asia", "Asia/Singapore"), ("europe", "Europe/London"), ("america", "America/Los_Angeles"))
    day = Window((0, 1, 2, 3, 4, 5, 6), 8 * 60, 16 * 60)
    layers = tuple(Layer((who,), WEEK, datetime(2026, 1, 5), zone, (day,)) for who, zone in sites)
    rotation = Rotation("sun", (base, *layers))
    segments = rotation.segments(utc("2026-01-01T00:00"), utc("2027-01-01T00:00"))
    assert all(len(s.holders(0)) == 1 for s in segments)
    held = {who: timedelta() for who in ("lead", "asia", "europe", "america")}
    for segment in segments:
        held[segment.holders(0)[0]] += segment.end - segment.start
    assert held["america"] == timedelta(hours=8) * 365
    assert sum(held.values(), timedelta()) == timedelta(days=365)
    assert held["lead"] > timedelta(0)


def during(number: int, person: str, start: str, end: str, **more: str) -> Override:
    """An override of every rotation."""
    return Override(number, "", person, utc(start), utc(end), **more)


def test_an_override_takes_the_turn_and_no_longer() -> None:
    """The one whose turn it is goes to the end of the line."""
    sofia = (during(1, "sofia", "2026-01-06T00:00", "2026-01-07T00:00"),)
    rotation = weekly()
    assert rotation.lines(utc("2026-01-05T23:59"), sofia) == (("mira", "ravi", "sofia"),)
    assert rotation.lines(utc("2026-01-06T00:00"), sofia) == (("sofia", "ravi", "mira"),)
    assert rotation.holders(utc("2026-01-07T00:00"), 0, sofia) == ("mira",)


def test_cover_stands_in_wherever_one_is_in_line() -> None:
    """As the primary and as the second; and nowhere else."""
    cover = (during(1, "zoe", "2026-01-05T00:00", "2026-03-01T00:00", instead_of="ravi"),)
    rotation = weekly()
    assert rotation.lines(utc("2026-01-06T00:00"), cover) == (("mira", "zoe", "sofia", "ravi"),)
    assert rotation.lines(utc("2026-01-13T00:00"), cover) == (("zoe", "sofia", "mira", "ravi"),)
    nobody = (during(1, "zoe", "2026-01-05T00:00", "2026-03-01T00:00", instead_of="somebody"),)
    assert rotation.lines(utc("2026-01-06T00:00"), nobody) == rotation.lines(utc("2026-01-06T00:00"))


def test_the_later_override_wins_and_a_cover_may_be_covered() -> None:
    """They are laid over one another in the order in which they were made."""
    first = during(1, "ravi", "2026-01-06T00:00", "2026-01-08T00:00", instead_of="mira")
    second = during(2, "sofia", "2026-01-07T00:00", "2026-01-08T00:00", instead_of="ravi")
    rotation = weekly(members=("mira", "ravi"))
    assert rotation.holders(utc("2026-01-06T12:00"), 0, (first, second)) == ("ravi",)
    assert rotation.holders(utc("2026-01-07T12:00"), 0, (first, second)) == ("sofia",)


def test_an_override_fills_a_gap() -> None:
    """Outside the windows of the only layer nobody has a turn; somebody may step in."""
    only = Rotation("day", (Layer(("mira",), WEEK, datetime(2026, 1, 5), "UTC", (OPEN,)),))
    assert only.lines(utc("2026-01-06T20:00")) == ()
    stepped_in = (during(1, "ravi", "2026-01-06T18:00", "2026-01-06T22:00"),)
    assert only.holders(utc("2026-01-06T20:00"), 0, stepped_in) == ("ravi",)
    gaps = [s for s in only.segments(utc("2026-01-06T00:00"), utc("2026-01-07T00:00"), stepped_in) if not s.lines]
    assert [(g.start.hour, g.end.hour) for g in gaps] == [(0, 9), (17, 18), (22, 0)]


@pytest.mark.parametrize("place", [0, 1])
def test_shifts_join_what_one_person_holds(place: int) -> None:
    """Somebody alone has one shift however many turns; two share theirs."""
    start, end = utc("2026-01-01T00:00"), utc("2026-04-01T00:00")
    [whole] = weekly(members=("mira",)).shifts(start, end)
    assert (whole.start, whole.end, whole.person) == (start, end, "mira")
    shifts = weekly(members=("mira", "ravi")).shifts(start, end, place)
    assert all(a.person != b.person and a.end == b.start for a, b in zip(shifts, shifts[1:], strict=False))

"""Calendars by RFC 5545: what is written is read again, and what cannot be understood is said with its line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sirenbook.engine.people.icalendar import Entry, Malformed, read, write

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")
SPAN = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


@given(summary=WORDS, description=WORDS, hours=st.integers(1, 500))
def test_what_is_written_is_read(summary: str, description: str, hours: int) -> None:
    entry = Entry("platform.mira@sirenbook", NOW, NOW + timedelta(hours=hours), summary, description)
    text = write("On call; really, yes\\no", [entry], NOW)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert read(text, VIENNA, SPAN) == (entry,)


def test_lines_are_folded_within_no_character() -> None:
    text = write("x", [Entry("u", NOW, NOW + timedelta(hours=1), "é" * 80)], NOW)
    assert [e.summary for e in read(text, UTC, SPAN)] == ["é" * 80]
    assert "BEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20261123T090000Z\r\nDTSTART:20261123T090000Z\r\n" in text


def event(*lines: str) -> str:
    """A calendar with one event."""
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT", "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        (("DTSTART:20261123T090000Z", "DTEND:20261123T100000Z"), "2026-11-23T09:00", "2026-11-23T10:00"),
        (("DTSTART:20261123T090000", "DTEND:20261123T100000"), "2026-11-23T08:00", "2026-11-23T09:00"),
        (
            ("DTSTART;TZID=America/New_York:20261123T090000", "DTEND;TZID=Europe/Vienna:20261123T170000"),
            "2026-11-23T14:00",
            "2026-11-23T16:00",
        ),
        (
            ('DTSTART;TZID="America/New_York":20261123T090000', "DURATION:PT90M"),
            "2026-11-23T14:00",
            "2026-11-23T15:30",
        ),
        (("DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261125"), "2026-11-22T23:00", "2026-11-24T23:00"),
        (("DTSTART;VALUE=DATE:20260329",), "2026-03-28T23:00", "2026-03-29T22:00"),
        (("DTSTART:20261123T090000Z", "DURATION:P1W"), "2026-11-23T09:00", "2026-11-30T09:00"),
        (
            ("DTSTART;TZID=America/New_York:20260308T023000", "DURATION:PT1H"),
            "2026-03-08T07:00",
            "2026-03-08T08:00",
        ),
    ],
)
def test_times_of_every_kind(lines: tuple[str, ...], start: str, end: str) -> None:
    """In UTC, local, with a zone, whole days (one of 23 hours), and an hour that the clocks skip."""
    [found] = read(event(*lines), VIENNA, SPAN)
    assert (found.start, found.end) == tuple(datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (start, end))


def test_what_stands_within_an_event_is_not_of_it() -> None:
    alarm = ("BEGIN:VALARM", "SUMMARY:not this", "TRIGGER:-PT5M", "END:VALARM")
    text = event("DTSTART:20261123T090000Z", "DTEND:20261123T100000Z", *alarm, "SUMMARY:Mira\\, Ravi\\nand")
    assert [e.summary for e in read(text, UTC, SPAN)] == ["Mira, Ravi\nand"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "no line BEGIN:VCALENDAR"),
        (event("DTSTART:tomorrow"), "line 4: 'tomorrow' is no time"),
        (event("DTSTART;TZID=Mars/Base:20261123T090000"), "line 4: there is no time zone 'Mars/Base'"),
        (event("DTSTART;TZID=../../etc/passwd:20261123T090000"), "there is no time zone"),
        (event("DTSTART:20261123T090000Z", "DTEND:20261123T090000Z"), "line 4: the event ends no later"),
        (event("DTSTART:20261123T090000Z"), "line 4: the event ends no later"),
        (
            event("DTSTART:20261123T090000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"),
            "line 6: rules such as FREQ=SECONDLY",
        ),
        (event("DTSTART:20261123T090000Z", "DURATION:P1Y"), "line 5: 'P1Y' is no duration"),
        (event("SUMMARY:Mira"), "line 5: the event before lacks DTSTART"),
        (event("no property at all"), "line 4: this is no property"),
        ("BEGIN:VCALENDAR" + "\nX:1" * 400_000, "longer than 1 MiB"),
    ],
)
def test_what_cannot_be_understood_is_said(text: str, said: str) -> None:
    with pytest.raises(Malformed, match=said.replace("(", r"\(")):
        read(text, UTC, SPAN)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(event(text), UTC, SPAN)
    except Malformed as error:
        assert str(error)


def starts(*lines: str, zone: ZoneInfo = VIENNA) -> list[str]:
    """When the occurrences of one event begin, by the clocks of a zone."""
    return [f"{e.start.astimezone(zone):%m-%d %H:%M}" for e in read(event(*lines), zone, SPAN)]


WEEKLY = ("DTSTART;TZID=America/New_York:20261012T090000", "DTEND;TZID=America/New_York:20261019T090000")


def test_a_weekly_turn_keeps_its_hour_through_the_changes_of_its_own_clocks() -> None:
    """New York leaves summer time on 1 November, a week after Vienna: the turn lasts 169 hours there."""
    found = read(event(*WEEKLY, "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4", "SUMMARY:Mira"), VIENNA, SPAN)
    assert [f"{e.start:%m-%d %H:%M}" for e in found] == ["10-12 13:00", "10-26 13:00", "11-09 14:00", "11-23 14:00"]
    assert [(e.end - e.start).total_seconds() / 3600 for e in found] == [168, 169, 168, 168]
    assert len({e.uid for e in found}) == 4
    assert all(e.uid.startswith("1\x1f") for e in found)


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        (("RRULE:FREQ=DAILY;COUNT=3",), ["10-05 09:00", "10-06 09:00", "10-07 09:00"]),
        (("RRULE:FREQ=DAILY;INTERVAL=20;UNTIL=20261115",), ["10-05 09:00", "10-25 09:00", "11-14 09:00"]),
        (("RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261012T065959Z",), ["10-05 09:00", "10-07 09:00"]),
        (("RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261012T070000Z",), ["10-05 09:00", "10-07 09:00", "10-12 09:00"]),
        (("RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=3",), ["10-05 09:00", "11-02 09:00", "12-07 09:00"]),
        (
            ("RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=Europe/Vienna:20261006T090000,20261007T090000"),
            ["10-05 09:00", "10-08 09:00"],
        ),
        (("RDATE;TZID=Europe/Vienna:20261101T090000",), ["10-05 09:00", "11-01 09:00"]),
        (("RRULE:FREQ=DAILY;COUNT=3", "STATUS:CANCELLED"), []),
    ],
)
def test_rules(rules: tuple[str, ...], found: list[str]) -> None:
    begin = ("DTSTART;TZID=Europe/Vienna:20261005T090000", "DURATION:PT8H")
    assert starts(*begin, *rules) == found


def test_one_that_never_ends_is_told_as_far_as_asked() -> None:
    found = starts("DTSTART:20200106T090000Z", "DURATION:P7D", "RRULE:FREQ=WEEKLY")
    assert (len(found), found[0], found[-1]) == (26, "10-05 11:00", "03-29 11:00")


def test_one_time_that_was_moved_takes_its_own_place() -> None:
    moved = ("RECURRENCE-ID;TZID=Europe/Vienna:20261006T090000", "DTSTART;TZID=Europe/Vienna:20261006T150000")
    text = "\r\n".join(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", "DTSTART;TZID=Europe/Vienna:20261005T090000", "DURATION:PT1H"]
        + ["RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT", "BEGIN:VEVENT", "UID:1", *moved, "DURATION:PT1H"]
        + ["END:VEVENT", "END:VCALENDAR"]
    )
    found = read(text, VIENNA, SPAN)
    assert sorted(f"{e.start.astimezone(VIENNA):%d %H}" for e in found) == ["05 09", "06 15", "07 09"]
    assert len({e.uid for e in found}) == 3


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=MINUTELY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=99999", "FREQ=DAILY;BYDAY=XX"),
        *("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=WEEKLY;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;X=1"),
    ],
)
def test_rules_that_are_refused(rule: str) -> None:
    with pytest.raises(Malformed, match="line 6"):
        starts("DTSTART:20261005T090000Z", "DURATION:PT8H", f"RRULE:{rule}")

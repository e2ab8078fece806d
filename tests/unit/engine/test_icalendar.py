"""Calendars by RFC 5545: what is written is read again, and what cannot be understood is said with its line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sirenbook.engine.icalendar import Entry, Malformed, read, write

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


@given(summary=WORDS, description=WORDS, hours=st.integers(1, 500))
def test_what_is_written_is_read(summary: str, description: str, hours: int) -> None:
    entry = Entry("platform.mira@sirenbook", NOW, NOW + timedelta(hours=hours), summary, description)
    text = write("On call; really, yes\\no", [entry], NOW)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert read(text, VIENNA) == (entry,)


def test_lines_are_folded_within_no_character() -> None:
    text = write("x", [Entry("u", NOW, NOW + timedelta(hours=1), "é" * 80)], NOW)
    assert [e.summary for e in read(text, UTC)] == ["é" * 80]
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
    [found] = read(event(*lines), VIENNA)
    assert (found.start, found.end) == tuple(datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (start, end))


def test_what_stands_within_an_event_is_not_of_it() -> None:
    alarm = ("BEGIN:VALARM", "SUMMARY:not this", "TRIGGER:-PT5M", "END:VALARM")
    text = event("DTSTART:20261123T090000Z", "DTEND:20261123T100000Z", *alarm, "SUMMARY:Mira\\, Ravi\\nand")
    assert [e.summary for e in read(text, UTC)] == ["Mira, Ravi\nand"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "no line BEGIN:VCALENDAR"),
        (event("DTSTART:tomorrow"), "line 4: 'tomorrow' is no time"),
        (event("DTSTART;TZID=Mars/Base:20261123T090000"), "line 4: there is no time zone 'Mars/Base'"),
        (event("DTSTART;TZID=../../etc/passwd:20261123T090000"), "there is no time zone"),
        (event("DTSTART:20261123T090000Z", "DTEND:20261123T090000Z"), "line 4: the event ends no later"),
        (event("DTSTART:20261123T090000Z"), "line 4: the event ends no later"),
        (event("DTSTART:20261123T090000Z", "RRULE:FREQ=WEEKLY"), "line 5: an event that repeats"),
        (event("DTSTART:20261123T090000Z", "DURATION:P1Y"), "line 5: 'P1Y' is no duration"),
        (event("SUMMARY:Mira"), "line 5: the event before lacks DTSTART"),
        (event("no property at all"), "line 4: this is no property"),
        ("BEGIN:VCALENDAR" + "\nX:1" * 400_000, "longer than 1 MiB"),
    ],
)
def test_what_cannot_be_understood_is_said(text: str, said: str) -> None:
    with pytest.raises(Malformed, match=said.replace("(", r"\(")):
        read(text, UTC)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(event(text), UTC)
    except Malformed as error:
        assert str(error)

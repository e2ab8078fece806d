"""Text that is safe to print, amounts and times that people write, and a layout as wide as the terminal."""

import json
from datetime import UTC, datetime, timedelta

import click
import pytest

from sirenbook.cli.plain import plain, safe_json
from sirenbook.cli.screen import Screen, cells, cut, table, wrap
from sirenbook.cli.times import ahead, amount, clock, moment, offset, parse_amount, span, spell, utc

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b2J",
    "a\rb",
    "a\x08b",
    "abc\u202edcba",
    "\u2066iso\u2069",
    "\u200bnothing",
    "\ufeffbom",
    "\ud800lone",
    "\x00nul",
    "\U000e0041tag",
    "a\u2028b",
    "a\x85b",
    "\x7fdel",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_terminal_obeys_gets_through(text: str) -> None:
    safe = plain(f"before {text} after")
    assert safe.isprintable()
    assert safe.startswith("before") and safe.endswith("after")


@pytest.mark.parametrize("text", HOSTILE)
def test_json_means_the_same_and_is_safe_to_look_at(text: str) -> None:
    said = safe_json(json.dumps({"t": text, "ü": "日本"}, ensure_ascii=False, indent=2))
    assert json.loads(said) == {"t": text, "ü": "日本"}
    assert said.replace("\n", "").isprintable()
    assert "日本" in said


@pytest.mark.parametrize("text", ["Ünïcode", "日本語", "👨‍👩‍👧 family", "naïve café", "a – b … “c”"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_lines_become_one() -> None:
    assert plain("one\n  two\r\nthree") == "one two three"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45s", 45), ("12m", 720), ("3h", 10800), ("1h30m", 5400), ("1h 30m", 5400), ("2d", 172800), ("1.5h", 5400)]
    + [("90 min", 5400), ("2 hours", 7200), ("1W", 604800), ("0s", 0)],
)
def test_amounts(text: str, seconds: int) -> None:
    assert amount(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", " ", "5", "-5m", "m", "5x", "5mm", "1h30", "soon", "5m!", "9" * 30 + "m"])
def test_what_is_no_amount(text: str) -> None:
    assert parse_amount(text) is None
    with pytest.raises(click.BadParameter):
        amount(text)


def test_amounts_as_the_server_reads_them() -> None:
    assert spell(timedelta(minutes=90)) == "90m"
    assert spell(timedelta(seconds=45)) == "45s"


def test_moments() -> None:
    assert moment("2026-03-02T09:00Z") == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert moment("2026-03-02T09:00+02:00") == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert moment("2026-03-02T09:00").tzinfo is UTC
    assert timedelta(hours=1) < moment("4h") - moment("2h") < timedelta(hours=3)
    for wrong in ("tomorrow", "2026-13-01", "0001-01-01T00:00+14:00"):
        with pytest.raises(click.BadParameter):
            moment(wrong)


def test_clocks_show_the_date_when_it_is_not_today() -> None:
    now = datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert clock(now - timedelta(hours=1), now, utc) == "09:00:00"
    assert clock(now - timedelta(days=1), now, utc) == "2026-01-04 10:00"


def test_offsets_and_spans() -> None:
    assert offset(timedelta(minutes=90)) == "+01:30"
    assert offset(timedelta(days=1, seconds=61)) == "+1d 00:01:01"
    shown = [span(timedelta(seconds=s)) for s in (0, 45, 300, 5400, 5461, 86400, 172800, 200000, -5)]
    assert shown == ["0 s", "45 s", "5 min", "1 h 30 min", "1 h 31 min", "24 h", "2 d", "2 d 7 h", "0 s"]


def test_how_far_away() -> None:
    now = datetime(2026, 1, 5, 10, tzinfo=UTC)
    shown = [ahead(now + timedelta(seconds=s), now) for s in (-1, 0, 90, 1799, 7201)]
    assert shown == ["now", "now", "in 1 min 30 s", "in 30 min", "in 2 h"]


def test_width_counts_columns_not_characters() -> None:
    assert cells("日本") == 4
    assert cells("e\u0301") == 1
    assert cut("日本語", 4) == "日…"
    assert wrap("aa bb cc", 5) == ["aa bb", "cc"]
    assert wrap("a" * 12, 5) == ["aaaaa", "aaaaa", "aa"]
    assert wrap("", 5) == []


def test_a_table_gives_way_in_one_column() -> None:
    out = Screen(40, colour=False)
    table(out, ("ID", "TITLE"), [("INC-1", "x" * 100), ("INC-2", "y")], give=1)
    assert all(cells(line) <= 40 for line in out.lines)
    assert out.lines[1].endswith("…")


@pytest.mark.parametrize("width", [40, 60, 120])
def test_a_paragraph_stays_within_the_screen(width: int) -> None:
    out = Screen(width, colour=False)
    out.wrapped("  10:00:00  ", "Escalated to Secondary On-Call: not acknowledged after 5 min", "playbook.md:181")
    assert all(cells(line) <= width for line in out.lines)
    assert out.lines[-1].endswith("playbook.md:181")


def test_colours_only_where_they_are_wanted() -> None:
    assert Screen(80, colour=True).paint("x", "red", "bold") != "x"
    assert Screen(80, colour=False).paint("x", "red", "bold") == "x"

"""The grammar of time, as tables of words and the seconds they mean."""

import pytest

from sirenbook.playbook.language import duration

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800

AMOUNTS = [
    ("5 minutes", 5 * MINUTE),
    ("15 min", 15 * MINUTE),
    ("5 mins", 5 * MINUTE),
    ("15m", 15 * MINUTE),
    ("15min", 15 * MINUTE),
    ("1h", HOUR),
    ("1 hr", HOUR),
    ("2 hrs.", 2 * HOUR),
    ("90 seconds", 90),
    ("1.5 hours", 5400),
    ("1,5 hours", 5400),
    ("1½ hours", 5400),
    ("one and a half hours", 5400),
    ("half an hour", 1800),
    ("a quarter of an hour", 900),
    ("quarter of an hour", 900),
    ("an hour", HOUR),
    ("a day", DAY),
    ("two hours", 2 * HOUR),
    ("thirty minutes", 1800),
    ("thirty (30) minutes", 1800),
    ("forty-five minutes", 2700),
    ("1 hour 30 minutes", 5400),
    ("1 hour and 30 minutes", 5400),
    ("1h30m", 5400),
    ("1 hour (60 minutes)", HOUR),
    ("Immediate", 0),
    ("Immediately", 0),
    ("at once", 0),
    ("Immediate (< 5 minutes)", 5 * MINUTE),
    ("Immediate – within 15 minutes", 15 * MINUTE),
    ("< 15 minutes", 15 * MINUTE),
    ("≤ 15 mins", 15 * MINUTE),
    ("within 30 minutes", 1800),
    ("under 4 hours", 4 * HOUR),
    ("15-30 minutes", 1800),
    ("15 – 30 minutes", 1800),
    ("15 to 30 minutes", 1800),
    ("30m - 1h", HOUR),
    ("between 1 and 2 hours", 2 * HOUR),
    ("1 or 2 hours", 2 * HOUR),
    ("2+ hours", 2 * HOUR),
    ("24 hours", DAY),
    ("1 week", WEEK),
    ("2 weeks", 2 * WEEK),
    ("~20 minutes", 20 * MINUTE),
    ("20 minutes (24/7)", 20 * MINUTE),
    ("10 minutes, 24 hours a day", 10 * MINUTE),
    ("30-minute", 1800),
    ("T+0", 0),
]
NOTHING = [
    "", "-", "—", "N/A", "TBD", "best effort", "As soon as possible", "ASAP", "when time permits", "next sprint",
    "{time}", "[TIME]", "<response-time>", "[X] minutes", "X minutes", "{n} hours", "24/7", "99.9%",
    "during business hours",
    "pull in a second engineer",
    "Business hours", "15 min / 30 min", "5 minutes for calls, 1 hour for tickets", "None", "hourly", "twice a day",
    "5 users", "P1", "10 mg", "3x", "soon", "4 people", "$5m?", "v1.2 h",
]  # fmt: skip
BUSINESS = [
    ("4 hours during business hours", 4 * HOUR),
    ("4 hours (business hours)", 4 * HOUR),
    ("< 4 hours (business hours)", 4 * HOUR),
    ("8 business hours", 8 * HOUR),
    ("within 3 business days", 3 * DAY),
    ("1 working day", DAY),
    ("next business day", DAY),
    ("Next working day", DAY),
    ("Next Business", DAY),
    ("Next Bus. Day", DAY),
    ("NBD", DAY),
    ("2 hours, Mon-Fri", 2 * HOUR),
]
PERIODS = [
    ("every 30 minutes", 1800),
    ("Every 15 minutes until resolved", 900),
    ("hourly", HOUR),
    ("Hourly updates", HOUR),
    ("daily", DAY),
    ("weekly", WEEK),
    ("every hour", HOUR),
    ("each hour", HOUR),
    ("every half hour", 1800),
    ("half-hourly", 1800),
    ("every two hours", 2 * HOUR),
    ("every other day", 2 * DAY),
    ("twice a day", 12 * HOUR),
    ("twice daily", 12 * HOUR),
    ("once a day", DAY),
    ("once per hour", HOUR),
    ("3 times per day", 8 * HOUR),
    ("30 minutes thereafter", 1800),
    ("within 15 minutes, then every 30 minutes", 1800),
    ("within 15 minutes, 1 hour thereafter", HOUR),
    ("at 30 minute intervals", 1800),
    ("in intervals of 20 minutes", 1200),
]
NO_PERIOD = [
    "", "At start, major updates, and resolution", "Internal only", "as needed", "30 minutes", "within 30 minutes",
    "every 15 minutes, then hourly", "[X] hourly", "biweekly", "every release", "on status change", "60 minutes",
]  # fmt: skip
WINDOWS = [
    ("0-30 min", (0, 1800)),
    ("30-60 min", (1800, HOUR)),
    ("1-2 hours", (HOUR, 2 * HOUR)),
    ("2+ hours", (2 * HOUR, None)),
    ("45+ min", (2700, None)),
    ("> 1 hour", (HOUR, None)),
    ("After 30 minutes", (1800, None)),
    ("First 15 minutes", (0, 900)),
    ("< 15 min", (0, 900)),
    ("T+30m", (1800, None)),
    ("T+0", (0, None)),
    ("+15 min", (900, None)),
    ("Immediately", (0, None)),
]


@pytest.mark.parametrize(("text", "seconds"), AMOUNTS)
def test_amount(text: str, seconds: int) -> None:
    amount = duration.read(text)
    assert amount is not None
    assert (amount.seconds, amount.business) == (seconds, False)


@pytest.mark.parametrize("text", NOTHING)
def test_no_amount_is_none_and_never_zero(text: str) -> None:
    assert duration.read(text) is None


@pytest.mark.parametrize(("text", "seconds"), BUSINESS)
def test_business_time(text: str, seconds: int) -> None:
    amount = duration.read(text)
    assert amount is not None
    assert (amount.seconds, amount.business) == (seconds, True)


@pytest.mark.parametrize("text", ["4 hours outside business hours", "30 minutes, also after business hours"])
def test_time_outside_business_hours_is_no_business_time(text: str) -> None:
    amount = duration.read(text)
    assert amount is not None
    assert not amount.business


@pytest.mark.parametrize(("text", "seconds"), PERIODS)
def test_period(text: str, seconds: int) -> None:
    amount = duration.period(text)
    assert amount is not None
    assert amount.seconds == seconds


@pytest.mark.parametrize("text", NO_PERIOD)
def test_no_period(text: str) -> None:
    assert duration.period(text) is None


@pytest.mark.parametrize(("text", "expected"), WINDOWS)
def test_window(text: str, expected: tuple[int, int | None]) -> None:
    assert duration.window(text) == expected


@pytest.mark.parametrize(
    ("header", "unit"), [("Response (min)", "min"), ("SLA in hours", "hours"), ("Response", "")]
)
def test_unit_of_a_column(header: str, unit: str) -> None:
    assert duration.unit_of(header) == unit


def test_bare_numbers_take_their_columns_unit() -> None:
    amount = duration.read("15", "min")
    assert amount is not None
    assert amount.seconds == 900
    assert duration.read("15") is None


@pytest.mark.parametrize(
    ("seconds", "business", "words"),
    [(0, False, "at once"), (90, False, "90 seconds"), (60, False, "1 minute"), (14400, True, "4 business hours")],
)
def test_spoken(seconds: int, business: bool, words: str) -> None:
    assert duration.spoken(seconds, business) == words

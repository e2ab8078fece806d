"""[rotations] of sirenbook.toml: whom it puts on call, what the playbook adds, every mistake with its line."""

import sys
from datetime import UTC, date, datetime

import pytest

from sirenbook.model.bindings import Bindings, Duty
from sirenbook.model.policy import Rotation as Stated
from sirenbook.model.provenance import Provenance
from sirenbook.model.rotation import HOLIDAY, Window
from sirenbook.playbook.bindings.days_off import public_holidays
from sirenbook.playbook.bindings.reader import read_bindings

PEOPLE = "".join(
    f'[people.{id_}]\ncontact = [{{channel = "console", to = "{id_}"}}]\n' for id_ in ("mira", "ravi", "sofia")
)
LINE = Provenance("playbook.md", 12, "Handoff: Monday 9:00 AM ET")
STATED = Stated(604_800, "monday", "09:00", "ET", why=LINE)


def read(text: str, stated: Stated | None = None) -> tuple[Bindings, list[str]]:
    """Bindings of three people and a text, with its findings; lines count from the text's first."""
    bindings, found = read_bindings(PEOPLE + text, "sirenbook.toml", stated)
    return bindings, [f"{d.code}:{d.at.line - 6}: {d.text} {d.help}" for d in found]


def utc(text: str) -> datetime:
    """An instant, written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WHOLE = """\
[rotations.platform]
members = ["mira", "ravi", "sofia"]
start = 2026-11-25
period = "2 weeks"
handoff = "Tuesday 10:30"
zone = "Europe/Vienna"
holidays = [2026-12-25, "2027-01-01"]

[[rotations.platform.layers]]
members = ["Sofia"]
hours = ["Mon-Fri 17:00-09:00", "Sat, Sun, holidays"]

[targets]
"Primary On-Call" = "rotation:platform"
"Secondary" = ["rotation:platform.secondary", "mira"]
"""


def test_a_whole_rotation() -> None:
    bindings, found = read(WHOLE)
    assert found == []
    rotation = bindings.rotations["platform"]
    base, nights = rotation.layers
    assert (base.members, base.period, base.zone) == (("mira", "ravi", "sofia"), 1_209_600, "Europe/Vienna")
    assert base.anchor == datetime(2026, 11, 24, 10, 30)
    assert (base.period_why.line, base.handoff_why.line) == (10, 11)
    assert nights.windows == (Window((0, 1, 2, 3, 4), 1020, 540), Window((5, 6, HOLIDAY)))
    assert rotation.holidays == (date(2026, 12, 25), date(2027, 1, 1))
    assert bindings.targets["primary on-call"] == (Duty("platform"),)
    assert bindings.targets["secondary"] == ("mira", Duty("platform", 1))


def test_who_answers_at_a_time() -> None:
    bindings, _ = read(WHOLE)
    tuesday = utc("2026-11-24T09:30")
    assert [p.id for p in bindings.reach("primary on-call", tuesday)] == ["mira"]
    assert [p.id for p in bindings.reach("secondary", tuesday)] == ["mira", "ravi"]
    assert [p.id for p in bindings.reach("primary on-call", utc("2026-11-24T20:00"))] == ["sofia"]
    [called] = bindings.answering("primary on-call", tuesday)
    assert (called.rotation, called.until) == ("platform", utc("2026-11-24T16:00"))
    assert [p.id for p in bindings.everyone("secondary")] == ["mira", "ravi", "sofia"]


def test_what_is_left_out_the_playbook_says() -> None:
    bindings, found = read('[rotations.a]\nmembers = ["mira", "ravi"]\nstart = "2026-01-05"', STATED)
    assert found == []
    [layer] = bindings.rotations["a"].layers
    assert (layer.period, layer.anchor, layer.zone) == (604_800, datetime(2026, 1, 5, 9), "America/New_York")
    assert layer.period_why == layer.handoff_why == LINE


def test_what_nobody_says_is_a_default_that_says_so() -> None:
    bindings, found = read('[business_hours]\nzone = "Asia/Tokyo"\n[rotations.a]\nmembers = "mira"')
    assert found == []
    [layer] = bindings.rotations["a"].layers
    assert (layer.period, layer.anchor, layer.zone) == (604_800, datetime(2024, 1, 1, 9), "Asia/Tokyo")
    assert not layer.period_why.stated
    assert not layer.handoff_why.stated


def test_layers_take_over_what_stands_above_them() -> None:
    text = '[rotations.sun]\nzone = "UTC"\nperiod = "daily"\nstart = "2026-01-05"\n'
    for who, zone in (("mira", "Europe/London"), ("ravi", "Asia/Kolkata")):
        text += f'[[rotations.sun.layers]]\nmembers = ["{who}"]\nzone = "{zone}"\nhours = "08:00-16:00"\n'
    bindings, found = read(text)
    assert found == []
    layers = bindings.rotations["sun"].layers
    assert [(x.members, x.zone, x.period) for x in layers] == [
        (("mira",), "Europe/London", 86_400),
        (("ravi",), "Asia/Kolkata", 86_400),
    ]
    assert layers[0].windows == (Window(tuple(range(8)), 480, 960),)


TWO = '[rotations.a]\nmembers = ["mira", "ravi"]\nstart = "2026-01-05"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[rotations.a]\nmembers = []", "SB313:1: rotations.a has no members"),
        ("[rotations.a]", "SB313:1"),
        ('[rotations."a.b"]\nmembers = "mira"', 'SB303:1: "a.b" cannot be the name'),
        ("[rotations]\na = 5", "SB303:2: rotations.a must be a table"),
        ('[rotations.a]\nmembers = ["mira", "ravi"]', "SB315:1: rotations.a does not say who is on call now"),
        (TWO + 'zone = "Mars/Base"', "SB306:4: rotations.a.zone: there is no time zone 'Mars/Base'"),
        (TWO + 'period = "* * * * * *"', "SB310:4: rotations.a.period: '* * * * * *' is not a turn"),
        (TWO + 'period = "30 minutes"', "SB310:4"),
        (TWO + "period = 7", "SB310:4"),
        (TWO + 'handoff = "Monday 9 o\'clock"', "SB310:4"),
        (TWO + 'handoff = "Mox 09:00"', "SB310:4"),
        (TWO + 'handoff = "25:00"', "SB310:4"),
        (TWO + 'hours = "Mon-Fri 9-17"', "SB310:4"),
        (TWO + 'hours = ["Mon-Fri 09:00-17:00", "Someday"]', "SB310:4"),
        (TWO + 'holidays = ["Christmas"]', "SB310:4"),
        (TWO + 'perod = "1 week"', 'SB302:4: "perod" is not known in [rotations.a] and was left out. Did you mean'),
        ('[rotations.a]\nmembers = "zoe"\n[targets]', 'SB305:2: Nobody in [people] is "zoe"'),
        (
            TWO.replace("s.a", "s.api") + '[targets]\nx = "rotation:apis"',
            'SB314:5: There is no rotation "apis". Did',
        ),
        (
            TWO + '[targets]\n"x" = "rotation:a.secundary"',
            'SB314:5: "secundary" is no place in a rotation. Did you',
        ),
        (TWO + '[[rotations.a.layers]]\nmembers = "mira"\nhours = "x"', "SB310:6"),
    ],
)
def test_every_mistake_has_a_line_and_a_mend(text: str, expected: str) -> None:
    _, found = read(text)
    assert any(f.startswith(expected) for f in found), found


def test_a_zone_of_the_playbook_that_is_none_is_asked_for() -> None:
    bindings, found = read(TWO, Stated(604_800, "monday", "09:00", "QQT", why=LINE))
    assert [f[:8] for f in found] == ["SB306:1:"]
    assert bindings.rotations["a"].layers[0].zone == "UTC"


def test_how_long_a_turn_is_is_asked_for() -> None:
    _, found = read(TWO)
    assert [f.split(";")[0] for f in found] == [
        "SB315:1: rotations.a says as little as the playbook of how long a turn is"
    ]
    assert read(TWO + 'period = "daily"')[1] == read(TWO, STATED)[1] == []


def test_a_time_of_the_playbook_that_is_none_is_not_taken() -> None:
    bindings, _ = read(TWO, Stated(604_800, "monday", "31:00", "ET", why=LINE))
    [layer] = bindings.rotations["a"].layers
    assert (layer.anchor.hour, layer.handoff_why.stated) == (9, False)


def test_a_wrong_value_stays_at_what_it_would_be() -> None:
    bindings, _ = read(TWO + 'period = "never"', STATED)
    assert bindings.rotations["a"].layers[0].period == 604_800


def test_public_holidays_by_country_and_part() -> None:
    bindings, found = read(TWO + 'holidays = ["AT", "DE-BY", 2026-12-24]\n')
    assert not any(f.startswith("SB310") for f in found)
    days = set(bindings.rotations["a"].holidays)
    assert {date(2026, 10, 26), date(2026, 11, 1), date(2040, 12, 25), date(2026, 12, 24)} <= days
    assert date(2026, 8, 15) in days
    assert date(2026, 3, 2) not in days


@pytest.mark.parametrize("place", ["XX", "DE-QQ"])
def test_a_place_of_which_no_holidays_are_known(place: str) -> None:
    _, found = read(TWO + f'holidays = ["{place}"]\n')
    assert any(f.startswith("SB310") and f"are known of '{place}'" in f for f in found)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    public_holidays.cache_clear()
    _, found = read(TWO + 'holidays = ["AT"]\n')
    assert any("pip install 'sirenbook[holidays]'" in f for f in found)

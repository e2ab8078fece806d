"""Business hours of a team in sirenbook.toml: what it leaves out is as everywhere; mistakes have their line."""

from datetime import date

import pytest

from sirenbook.model.hours import BusinessHours
from sirenbook.playbook.bindings.reader import read_bindings

HOUSE = '[business_hours]\nzone = "Europe/Berlin"\nhours = "08:00-16:00"\nholidays = [2026-12-24]\n'
RAIL = HOUSE + '[teams.rail]\nservices = ["points"]\n'


def test_what_a_team_leaves_out_is_as_in_the_installation() -> None:
    found, wrong = read_bindings(
        RAIL + 'business_hours = {zone = "Asia/Tokyo", days = "Mon-Sat"}\n', "sirenbook.toml"
    )
    assert not wrong
    own = BusinessHours("Asia/Tokyo", 480, 960, (0, 1, 2, 3, 4, 5), (date(2026, 12, 24),))
    assert found.hours_of("points") == own
    assert found.calendar_of("points") == "rail"
    assert found.hours_of("buoy") == found.business_hours != own


def test_its_own_holidays_replace_the_others() -> None:
    found, _ = read_bindings(RAIL + "business_hours = {holidays = []}\n", "sirenbook.toml")
    assert found.hours_of("points").holidays == ()


def test_practices_go_by_a_team_that_everybody_is_in() -> None:
    people = "".join(f'[people.{p}]\ncontact = [{{channel = "console", to = "x"}}]\n' for p in ("ana", "bo", "cy"))
    text = RAIL + 'commander = ["ana", "bo"]\nbusiness_hours = {zone = "Asia/Tokyo"}\n' + people
    found, wrong = read_bindings(text, "sirenbook.toml")
    assert not [d for d in wrong if d.grade == "error"]
    zones = [found.hours_for(who).zone for who in (["ana", "bo"], ["ana", "cy"], [])]
    assert zones == ["Asia/Tokyo", "Europe/Berlin", "Europe/Berlin"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('business_hours = {zone = "Asia/Tokio"}', "SB306"),
        ('business_hours = {days = "Mon-Fro"}', "SB310"),
        ('business_hours = {holidays = ["someday"]}', "SB310"),
        ('business_hours = {hour = "09:00-17:00"}', "SB302"),
        ('business_hours = "always"', "SB303"),
        ("responder = []", "SB317"),
    ],
)
def test_a_mistake_has_its_line_and_a_mend(line: str, code: str) -> None:
    (found,) = read_bindings(RAIL + line + "\n", "sirenbook.toml")[1]
    assert (found.code, found.at.line in (5, 7)) == (code, True)
    assert found.help


def test_a_service_of_two_calendars_is_a_finding() -> None:
    two = 'business_hours = {days = "Sat"}\n[teams.port]\nservices = ["points"]\nbusiness_hours = {days = "Sun"}\n'
    found, (wrong,) = read_bindings(RAIL + two, "sirenbook.toml")
    assert (wrong.code, wrong.at.line) == ("SB319", 9)
    assert found.hours_of("points").days == (5,)

"""A page never ends in silence while nobody has answered it."""

from datetime import date

import pytest
from msgspec import structs

from sirenbook.model import command as c
from sirenbook.model.hours import BusinessHours
from unit.incident.scenes import Scene, bindings, level, person, policy, receipt, severity


def test_rounds_grow_apart_and_reach_the_fallback() -> None:
    """Two rounds of the stated patience; from the third on the fallback too, ever further apart."""
    scene = Scene(policy(level("1", 0), ack=severity(ack=5).ack)).run(60)
    assert scene.told("Silent") == ["5 Silent 1", "10 Silent 2", "15 Silent 3", "25 Silent 4", "45 Silent 5"]
    assert scene.pages()[:5] == ["0 mira", "5 mira", "10 mira", "15 mira", "15 ana"]


def test_the_backup_comes_with_the_first_round() -> None:
    """A backup is for silence."""
    scene = Scene(policy(level("1", 0), backup="secondary", ack=severity(ack=5).ack)).run(5)
    assert scene.pages() == ["0 mira", "5 mira", "5 theo"]


@pytest.mark.parametrize(
    ("severity_ack", "policy_ack", "response", "minute"),
    [(7, 9, 30, 7), (None, 9, 30, 9), (None, None, 30, 30), (None, None, None, 15), (0.25, None, None, 1)],
)
def test_patience_is_the_nearest_stated_time(
    severity_ack: float | None, policy_ack: float | None, response: float | None, minute: float
) -> None:
    """The severity's own, the playbook's, the response time, a default; a minute at least."""
    clocks = {k: v for k, v in (("ack", severity_ack), ("response", response)) if v is not None}
    ack = severity(ack=policy_ack).ack if policy_ack else None
    scene = Scene(policy(level("1", 0), severities=[severity("P1", 0, **clocks)], ack=ack)).run(minute)
    assert scene.told("Silent") == [f"{minute:g} Silent 1"]


def test_waiting_for_a_level_within_the_hour() -> None:
    """The ladder goes on soon: nobody is paged twice before it."""
    scene = Scene(policy(level("1", 0), level("2", 40, "secondary"), ack=severity(ack=5).ack)).run(44)
    assert scene.told("Silent") == []
    assert scene.run(45).told("Silent") == ["45 Silent 1"]


def test_not_waiting_for_a_level_tomorrow() -> None:
    """A level that comes the next day does not excuse silence until then."""
    scene = Scene(policy(level("1", 0), level("2", 1560, "secondary"), ack=severity(ack=5).ack)).run(5)
    assert scene.told("Silent") == ["5 Silent 1"]


def test_nor_for_a_level_that_informs() -> None:
    """Only a page bridges the silence."""
    scene = Scene(policy(level("1", 0), level("2", 30, "vp", manner="notify"), ack=severity(ack=5).ack)).run(5)
    assert scene.told("Silent") == ["5 Silent 1"]


def test_what_waits_for_business_hours_rests_at_night() -> None:
    """Opened at 9, answered within 4 business hours: rounds at 13 and 17, then the next morning, not at night."""
    scene = Scene(policy(level("1", 0), severities=[severity("P1", 0, response=-240)])).run(60 * 24)
    assert scene.told("Silent") == ["240 Silent 1", "480 Silent 2"]


@pytest.mark.parametrize(
    ("hours", "first", "again"),
    [
        (BusinessHours(), 0, 240),
        (BusinessHours(start=13 * 60), 240, 480),
        (BusinessHours(holidays=(date(2026, 11, 23), date(2026, 11, 24))), 2 * 1440, 2 * 1440 + 240),
        (BusinessHours(days=(5,)), 5 * 1440, 5 * 1440 + 240),
    ],
)
def test_who_is_left_to_business_hours_is_not_paged_outside_them(
    hours: BusinessHours, first: int, again: int
) -> None:
    """Opened on a Monday at nine: the first page waits for the next opening, and its response time with it."""
    severities = [severity("P0", 0), severity("P1", 1, response=240)]
    left = policy(level("1", 0), severities=severities, patient=("P1",))
    scene = Scene(left, bindings(business_hours=hours)).run(again)
    assert scene.pages() == [f"{first} mira", f"{again} mira"]
    assert scene.told("ResponseMissed") == [f"{again} ResponseMissed"]


def test_an_answer_ends_it() -> None:
    """Acknowledged: no round any more."""
    scene = Scene(policy(level("1", 0))).do(1, c.Acknowledge("theo")).run(600)
    assert scene.pages() == ["0 mira"]


def test_a_page_that_no_channel_accepted_is_begun_again_within_a_minute() -> None:
    """Nobody's patience is asked for what did not arrive; a level that is about to come does not delay it."""
    two = policy(level("1", 0), level("2", 30, "secondary"), ack=severity(ack=15).ack)
    scene = Scene(two, bindings(fallback=())).do(0.1, receipt("INC-1.1", "mira", "refused")).run(3)
    assert scene.told("Silent", "Paged") == ["0 Paged mira", "1 Silent 1", "1 Paged mira"]


def test_a_page_that_was_accepted_once_is_waited_for() -> None:
    """The second method failed, but the first one arrived."""
    scene = Scene(policy(level("1", 0)), bindings(person("mira", "push", "mail"), fallback=()))
    scene.do(0.1, receipt("INC-1.1", "mira", "accepted")).do(1.1, receipt("INC-1.1", "mira", "refused", method=1))
    assert scene.run(14).told("Silent") == []


def test_a_missed_response_pages_where_people_were_only_informed() -> None:
    """Informed at once, nobody answered within the response time: now on-call is paged."""
    two = policy(level("1", 0, "vp", manner="notify"), severities=[severity("P1", 0, response=30)])
    scene = Scene(two).run(30)
    assert scene.told("ResponseMissed", "Paged") == ["30 ResponseMissed", "30 Paged mira"]
    never = Scene(structs.replace(two, quiet=("P1",))).run(30)
    assert never.told("ResponseMissed", "Paged") == ["30 ResponseMissed"]


def test_whoever_left_is_replaced_by_the_fallback() -> None:
    """The next round finds the paged person gone from the bindings."""
    scene = Scene(policy(level("1", 0)))
    scene.bindings = bindings(person("mira"))
    assert scene.run(15).told("Unreachable", "Paged")[1:] == ["15 Unreachable primary", "15 Paged ana"]


def test_a_new_level_is_asked_as_patiently_as_the_first() -> None:
    """The growing waits begin anew with whoever is brought in late."""
    far = policy(level("1", 0), level("2", 120, "secondary"), ack=severity(ack=5).ack)
    scene = Scene(far).run(130)
    assert [s for s in scene.told("Silent") if float(s.split()[0]) > 120] == ["125 Silent 3"]

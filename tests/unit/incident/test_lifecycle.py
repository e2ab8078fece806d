"""How an incident is taken, rests, ends and comes back; and what it refuses."""

from datetime import timedelta

import pytest

from sirenbook.model import command as c
from unit.incident.scenes import START, WHY, Scene, clock, level, policy, severity

LADDER = (level("1", 0), level("2", 10, "secondary"), level("3", 60, "vp", "resolved"))


def snooze(minute: float, by: str = "mira") -> c.Snooze:
    """A snooze until a minute."""
    return c.Snooze(by, START + timedelta(minutes=minute))


def test_a_second_acknowledgement_changes_nothing() -> None:
    """The same person, or another one who was not paged since."""
    scene = (
        Scene(policy(*LADDER))
        .do(1, c.Acknowledge("mira"))
        .do(2, c.Acknowledge("mira"))
        .do(3, c.Acknowledge("theo"))
    )
    assert scene.told("Acknowledged") == ["1 Acknowledged mira"]
    assert scene.incident.acknowledged_by == "mira"


def test_a_later_page_is_answered_by_whom_it_went_to() -> None:
    """Vera was paged for the unresolved incident: her answer settles her page; Mira keeps the incident."""
    scene = Scene(policy(*LADDER)).do(1, c.Acknowledge("mira")).run(60).do(61, c.Acknowledge("vera"))
    assert scene.told("Acknowledged") == ["1 Acknowledged mira", "61 Acknowledged vera"]
    assert scene.incident.acknowledged_by == "mira"
    assert all(p.settled for p in scene.incident.pages)


def test_the_end_of_a_snooze_asks_afresh() -> None:
    """It pages who was paged, and starts the unanswered clock again instead of reaching all it had held back."""
    scene = Scene(policy(*LADDER)).do(1, snooze(30)).run(40)
    assert scene.told("SnoozeEnded", "Paged")[1:] == ["30 SnoozeEnded", "30 Paged mira", "40 Paged theo"]


def test_the_end_of_a_snooze_pages_the_snoozer() -> None:
    """Also one who was never paged."""
    scene = Scene(policy(*LADDER)).do(1, snooze(30, by="vera")).run(30)
    assert scene.pages() == ["0 mira", "30 mira", "30 vera"]


def test_a_snooze_is_ended_by_an_acknowledgement() -> None:
    """Whoever takes it takes it for good."""
    scene = Scene(policy(*LADDER)).do(1, snooze(30)).do(2, c.Acknowledge("theo")).run(59)
    assert scene.told("SnoozeEnded") == []
    assert scene.incident.acknowledged_by == "theo"


def test_a_snooze_rests_while_cleared_alerts_are_watched() -> None:
    """Paging rests: it is over with the incident, or comes when an alert returns."""
    resting = policy(*LADDER, watch=clock(60))
    quiet = Scene(resting).do(1, snooze(30)).do(2, c.Fold(0, 1, "x")).run(300)
    assert quiet.told()[-1] == "62 Resolved"
    back = Scene(resting).do(1, snooze(30)).do(2, c.Fold(0, 1, "x")).do(40, c.Fold(1, 1, "x"))
    assert back.told("SnoozeEnded") == ["40 SnoozeEnded"]


def test_watching_ends_it_by_itself() -> None:
    """All alerts cleared and stayed quiet; without a watch period people end it."""
    assert Scene(policy(*LADDER, watch=clock(10))).do(1, c.Fold(0, 1, "x")).run(30).told()[-1] == "11 Resolved"
    assert Scene(policy(*LADDER)).do(1, c.Fold(0, 1, "x")).run(10).pages() == ["0 mira", "10 theo"]


def test_an_alert_that_returns_lets_the_clocks_go_on() -> None:
    """They go on as if nothing had cleared."""
    scene = Scene(policy(*LADDER, watch=clock(30))).do(1, c.Fold(0, 1, "x")).do(20, c.Fold(1, 1, "x"))
    assert scene.told()[-3:] == ["20 AlertsReturned", "20 Escalated 2", "20 Paged theo"]


def test_reopening_starts_everything_afresh() -> None:
    """All clocks, the response time too, although somebody had answered in its first life."""
    scene = Scene(policy(*LADDER, severities=[severity("P1", 0, response=20)]))
    scene.do(1, c.Acknowledge("mira")).do(5, c.Resolve("mira")).do(100, c.Reopen("theo", "back")).run(120)
    assert scene.told("Escalated")[1:] == ["100 Escalated 1", "110 Escalated 2"]
    assert scene.told("ResponseMissed") == ["120 ResponseMissed"]


def test_reopening_where_people_are_only_informed_pages_nobody_at_once() -> None:
    """The page of its first life does not count as unanswered."""
    scene = Scene(policy(level("1", 0, manner="notify"))).do(1, c.Escalate("mira", "vp")).do(2, c.Resolve("mira"))
    scene.do(100, c.Reopen("mira")).run(200)
    assert scene.pages() == ["1 vera"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (c.Acknowledge("mira"), "reopen it to acknowledge it"),
        (c.Snooze("mira", START + timedelta(minutes=30)), "reopen it to snooze it"),
        (c.Resolve("mira"), "reopen it to resolve it"),
        (c.Escalate("mira"), "reopen it to escalate it"),
        (c.Regrade("mira", "P2"), "reopen it to grade it"),
        (c.Fold(1, 1, "x"), "alerts open a new incident"),
    ],
)
def test_what_a_resolved_incident_refuses(command: c.Command, words: str) -> None:
    """Everything but a note and reopening."""
    scene = Scene(policy(*LADDER)).do(1, c.Resolve("mira"))
    with pytest.raises(c.Refused, match=words):
        scene.do(2, command)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (c.Reopen("mira"), "is open already"),
        (c.Open("again", "P1", "", WHY, by="mira"), "is open already"),
        (c.Snooze("mira", START), "within the next 24 hours"),
        (c.Snooze("mira", START + timedelta(hours=25)), "within the next 24 hours"),
        (c.Note("mira", "  "), "needs words"),
        (c.Regrade("mira", "SEV9"), "it has P0, P1, P2"),
    ],
)
def test_what_an_open_incident_refuses(command: c.Command, words: str) -> None:
    """Refused in words for people, and nothing happens."""
    scene = Scene(policy(*LADDER))
    before = scene.told()
    with pytest.raises(c.Refused, match=words):
        scene.do(0.5, command)
    assert scene.told() == before


def test_notes_are_taken_even_after_the_end() -> None:
    """The timeline goes on; nothing else does."""
    scene = (
        Scene(policy(*LADDER)).do(1, c.Resolve("mira", false_alarm=True)).do(5, c.Note("mira", " it was a test "))
    )
    assert scene.told()[-1] == "5 Noted"
    assert scene.incident.false_alarm
    assert scene.wake_at is None

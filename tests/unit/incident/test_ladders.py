"""Levels on their two clocks: who is brought in when, and what spares them."""

import pytest

from sirenbook.model import command as c
from sirenbook.model.policy import Level
from unit.incident.scenes import Scene, bindings, level, person, policy, severity

ACK, FULL = "acknowledged", "resolved"
LADDER = (level("1", 0), level("2", 5, "secondary"), level("3", 30, "vp", FULL))


def test_every_level_in_its_minute() -> None:
    """Nobody acknowledges: the ladder is climbed to its end, cumulatively."""
    scene = Scene(policy(*LADDER, ack=severity(ack=60).ack)).run(30)
    assert scene.told("Escalated") == ["0 Escalated 1", "5 Escalated 2", "30 Escalated 3"]
    assert scene.pages() == ["0 mira", "5 theo", "30 vera"]


def test_acknowledging_spares_only_the_unanswered_clock() -> None:
    """The clock of the unresolved incident goes on."""
    scene = Scene(policy(*LADDER)).do(3, c.Acknowledge("mira")).run(300)
    assert scene.told("Escalated") == ["0 Escalated 1", "30 Escalated 3"]


def test_resolving_spares_everybody() -> None:
    """No deadline is left."""
    scene = Scene(policy(*LADDER)).do(3, c.Resolve("mira"))
    assert scene.wake_at is None
    assert scene.run(300).told("Escalated") == ["0 Escalated 1"]


@pytest.mark.parametrize("manner", ["notify", "ticket"])
def test_informing_demands_nothing(manner: str) -> None:
    """A level that informs pages nobody, a ticket is owed; after a day without an answer somebody is paged."""
    scene = Scene(policy(level("1", 0, manner=manner))).run(1439)
    owed = ["0 ItemAdded"] if manner == "ticket" else []
    assert scene.told() == ["0 Opened", *owed, "0 Escalated 1", "0 Notified mira"]
    assert scene.run(1440).pages() == ["1440 mira"]


def test_all_severities_share_a_level_without_severity() -> None:
    """A level that names no severity holds for each."""
    scene = Scene(policy(level("all", 2, severity=None)), severity="P2").run(2)
    assert scene.told("Escalated") == ["2 Escalated all"]


def test_levels_in_business_hours() -> None:
    """Opened on Monday at 9 by UTC: ten business hours end on Tuesday at 11."""
    scene = Scene(policy(level("1", 600, business=True), severities=[severity("P1", 0, response=-4800)]))
    assert scene.run(60 * 26 - 1).told("Escalated") == []
    assert scene.run(60 * 26).told("Escalated") == ["1560 Escalated 1"]


def test_the_same_person_is_paged_once_a_moment() -> None:
    """Two names of the playbook, one person, one page."""
    scene = Scene(
        policy(level("1", 0, "primary and boss")), bindings(targets={"primary": ("mira",), "boss": ("mira",)})
    )
    assert scene.pages() == ["0 mira"]


def test_who_has_it_is_told_not_paged() -> None:
    """Mira took it; the level that names her later only informs her."""
    scene = Scene(policy(level("1", 0), level("2", 10, "primary and vp", FULL)))
    scene.do(1, c.Acknowledge("mira")).run(10)
    assert scene.told("Paged", "Notified") == ["0 Paged mira", "10 Notified mira", "10 Paged vera"]


def test_a_target_that_leads_to_nobody() -> None:
    """The fallback is paged in its place."""
    scene = Scene(policy(level("1", 0, "nobody")))
    assert scene.told() == ["0 Opened", "0 Escalated 1", "0 Unreachable nobody", "0 Paged ana"]


def test_nobody_at_all_is_asked_for_again() -> None:
    """Without a fallback the page is not dropped: every round says that nobody can be reached."""
    scene = Scene(policy(level("1", 0, "nobody"), on_call=("nobody",)), bindings(fallback=())).run(15)
    assert scene.told("Unreachable") == ["0 Unreachable nobody", "15 Unreachable nobody"]
    assert scene.wake_at is not None


def test_people_without_a_contact_method_are_nobody() -> None:
    """A name bound to a person who cannot be reached counts as unreachable."""
    scene = Scene(policy(level("1", 0)), bindings(person("mira")))
    assert scene.told("Unreachable", "Paged") == ["0 Unreachable primary", "0 Paged ana"]


def hand_reached() -> Level:
    """A level that only people reach."""
    return level("legal", None, "vp")


def test_by_hand_the_next_level_comes_early_and_not_again() -> None:
    """Escalating without a name brings in whoever would be next; its clock has nothing left to do."""
    scene = Scene(policy(*LADDER, hand_reached(), ack=severity(ack=60).ack)).do(1, c.Escalate("mira")).run(29)
    assert scene.told("Escalated") == ["0 Escalated 1", "1 Escalated 2"]


def test_by_hand_each_in_turn_until_none_is_left() -> None:
    """The level without a time is the last; then there is nobody to escalate to."""
    scene = Scene(policy(*LADDER, hand_reached()))
    for minute in (1, 2, 3):
        scene.do(minute, c.Escalate("mira"))
    assert scene.told("Escalated") == ["0 Escalated 1", "1 Escalated 2", "2 Escalated 3", "3 Escalated legal"]
    with pytest.raises(c.Refused, match="every level"):
        scene.do(4, c.Escalate("mira"))


@pytest.mark.parametrize(
    ("to", "paged"),
    [("legal", "vera"), ("vp", "vera"), ("VP", "vera"), ("secondary", "theo"), ("Theo", "theo"), ("ana", "ana")],
)
def test_by_hand_to_a_level_a_target_or_a_person(to: str, paged: str) -> None:
    """Whatever the name stands for is paged, with the note."""
    scene = Scene(policy(level("1", 0), hand_reached())).do(1, c.Escalate("mira", to, "please look"))
    assert scene.pages() == ["0 mira", f"1 {paged}"]


def test_by_hand_to_a_stranger() -> None:
    """The refusal names who there is."""
    with pytest.raises(c.Refused, match=r"nobody is called 'bob'; the playbook names primary"):
        Scene(policy(level("1", 0))).do(1, c.Escalate("mira", "bob"))


def test_down_for_two_hours_everything_missed_happens_once_in_order() -> None:
    """One pass decides what two hours of silence left, each entry with the time it was due."""
    scene = Scene(policy(*LADDER))
    scene._decide(120, c.Tick())
    late = [(e.due, type(e.event).__name__) for e in scene.entries if e.due and e.due < e.at]
    assert [kind for _, kind in late if kind == "Escalated"] == ["Escalated", "Escalated"]
    assert scene.pages() == ["0 mira", "120 theo", "120 vera"]

"""Roles by the playbook's rule: given at the beginning or to whoever takes it, asked for where they are missing."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from sirenbook.model import command as c
from sirenbook.model.clock import Clock
from sirenbook.model.event import Notified, Paged
from sirenbook.model.hours import BusinessHours
from sirenbook.model.promise import Appointment, Obligation, ObligationKind, Role
from sirenbook.model.provenance import Provenance
from sirenbook.model.review_event import ItemAdded
from unit.incident.scenes import START, Scene, bindings, level, person, policy

LINE = Provenance("playbook.md", 33, "a dedicated commander")
GIVEN = Provenance("playbook.md", 21, "assign a commander")


def obliged(kind: ObligationKind, *severities: str) -> Obligation:
    """One severity obliges to one thing."""
    return Obligation(kind, severities or ("P1",), LINE)


def commander(*, holders: tuple[str, ...] = (), **more: Any) -> Role:
    """The role of the commander, given by one line."""
    return Role("Commander", "commander", GIVEN, holders=holders, appointments=(Appointment(GIVEN, **more),))


def scene(*roles: Role, **more: Any) -> Scene:
    """P1 pages Mira at once; Theo, Vera and Ana are at hand."""
    severity, cast = more.pop("severity", "P1"), more.pop("cast", None)
    levels = (level("1", 0), level("0", 0, severity="P0"), level("2", 0, severity="P2"))
    return Scene(policy(*levels, roles=roles, **more), cast, severity=severity)


def held(found: Scene) -> dict[str, str]:
    """Who has which role."""
    return {h.kind: h.person for h in found.incident.roles}


def words(found: Scene) -> list[str]:
    """What people were told, by whom it reached: `mira: you are now …`."""
    events = (e.event for e in found.entries)
    return [f"{e.person}: {e.text}" for e in events if isinstance(e, Notified)]


def test_whoever_takes_it_first_is_commander_until_it_is_handed_over() -> None:
    """By the line that wants a commander; the second to answer changes nothing, a hand-over does."""
    found = scene(commander()).do(1, c.Acknowledge("mira")).do(2, c.Acknowledge("theo"))
    assert held(found) == {"commander": "mira"}
    assert words(found) == ["mira: you are now Commander, until you hand it over"]
    found.do(5, c.AssignRole("mira", "commander", "theo", "the disk is full"))
    assert held(found) == {"commander": "theo"}
    assert words(found)[-1] == "theo: you are now Commander: the disk is full"


def test_a_playbook_that_wants_no_commander_gets_none() -> None:
    """A template with a field for one does not ask for one."""
    assert held(scene(Role("Commander", "commander", GIVEN)).do(1, c.Acknowledge("mira"))) == {}


def test_a_role_whose_holder_is_stated_is_given_as_it_begins() -> None:
    """The secondary leads the search, by the playbook."""
    lead = Role("Tech lead", "technical lead", GIVEN, appointments=(Appointment(GIVEN, who=("secondary",)),))
    found = scene(lead)
    assert held(found) == {"technical lead": "theo"}
    assert words(found) == ["theo: you are now Tech lead, until you hand it over"]


def test_a_role_of_one_severity_is_given_when_it_is_graded_so() -> None:
    """P0 wants one, P1 does not."""
    found = scene(commander(severities=("P0",))).do(1, c.Acknowledge("mira"))
    assert held(found) == {}
    assert held(found.do(5, c.Regrade("mira", "P0"))) == {"commander": "mira"}


def test_a_dedicated_commander_is_paged_at_once_and_is_not_whoever_came_first() -> None:
    """Vera is stated for it."""
    found = scene(commander(holders=("vp",)), obligations=(obliged("dedicated commander"),))
    assert held(found.do(1, c.Acknowledge("mira"))) == {"commander": "vera"}
    paged = next(e.event for e in found.entries if isinstance(e.event, Paged))
    assert (paged.person, paged.why, paged.note) == ("vera", GIVEN, "you are now Commander")


def test_nobody_has_it_the_owner_is_reminded_ever_less_often() -> None:
    """After 5 minutes, then after 10, 20, 40 more; a role given ends it."""
    found = scene(commander(), obligations=(obliged("dedicated commander"),)).do(1, c.Acknowledge("mira"))
    assert found.run(90).told("RoleMissing") == [
        "6 RoleMissing",
        "16 RoleMissing",
        "36 RoleMissing",
        "76 RoleMissing",
    ]
    found.do(95, c.AssignRole("mira", "commander", "theo")).run(3000)
    assert len(found.told("RoleMissing")) == 4


def test_the_second_time_whom_the_playbook_states_for_it_is_paged() -> None:
    """Two people stand behind the role, so nobody has it by itself, and one of them is to come."""
    two = bindings(person("ivo", "push"), targets={"primary": ("mira",), "chiefs": ("ivo", "theo")})
    found = scene(commander(holders=("chiefs",), by=True, severities=("P1",)), cast=two)
    found.do(1, c.Acknowledge("mira")).run(16)
    assert found.pages() == ["0 mira", "16 ivo", "16 theo"]


def test_the_playbooks_own_time_for_it_counts() -> None:
    """Within ten minutes of the start."""
    given = commander(by=True, severities=("P1",), within=Clock(600, GIVEN))
    assert scene(given).do(1, c.Acknowledge("mira")).run(11).told("RoleMissing") == ["10 RoleMissing"]


def test_a_dedicated_commander_may_not_lead_the_search_too() -> None:
    """It is said as the role is given, and again until one of them is handed over."""
    found = scene(commander(), obligations=(obliged("dedicated commander"),)).do(1, c.Acknowledge("mira"))
    found.do(2, c.AssignRole("mira", "commander", "theo")).do(3, c.AssignRole("mira", "technical lead", "theo"))
    assert words(found)[-1] == "mira: P1 wants a commander who does nothing else: hand one of the two roles over"
    assert found.run(20).told("RoleMissing") == ["8 RoleMissing", "18 RoleMissing"]
    found.do(21, c.AssignRole("theo", "technical lead", "mira")).run(600)
    assert len(found.told("RoleMissing")) == 2


def test_all_hands_are_told_at_once_and_again_by_a_worse_grade() -> None:
    """Everybody who is ever on call, but for whoever is paged anyway."""
    hands = obliged("all hands", "P0")
    two = bindings(targets={"primary": ("mira",), "secondary on-call": ("theo", "vera")})
    found = scene(obligations=(hands,), cast=two, backup="secondary on-call")
    assert words(found) == []
    found.do(5, c.Regrade("mira", "P0"))
    assert words(found) == ["theo: all hands: disk full", "vera: all hands: disk full"]
    assert next(e for e in found.entries if isinstance(e.event, Notified)).event.why == LINE  # type: ignore[union-attr]


def test_a_review_in_turn_is_an_item_until_somebody_does_it() -> None:
    """`Weekly review in the standup` is due within a week, chased when it is late, and opened once."""
    weekly = replace(obliged("periodic review"), why=replace(LINE, quote="Weekly review in the standup"))
    found = scene(obligations=(weekly,)).do(1, c.Acknowledge("mira"))
    found.do(2, c.Regrade("mira", "P0")).do(3, c.Regrade("mira", "P1"))
    [item] = [x.event for x in found.entries if isinstance(x.event, ItemAdded)]
    assert (item.text, item.due, item.why) == (weekly.why.quote, START + timedelta(days=7), weekly.why)
    found.do(4, c.Resolve("mira", "gone")).run(7 * 1440 + 1)
    assert found.told("DueSoon", "Overdue") == ["8640 DueSoon", "10080 Overdue"]
    found.do(7 * 1440 + 2, c.ChangeItem("mira", 1, status="done")).run(30 * 1440)
    assert len(found.told("Overdue")) == 1


def test_management_is_brought_in_at_once_though_its_level_comes_later() -> None:
    """The ladder would call the manager after an hour."""
    later = level("late", 60, "engineering manager", until="resolved")
    two = bindings(targets={"primary": ("mira",), "engineering manager": ("vera",)})
    found = Scene(policy(level("1", 0), later, obligations=(obliged("management at once"),)), two)
    assert sorted(found.pages()) == ["0 mira", "0 vera"]
    assert found.do(1, c.Acknowledge("mira")).run(200).pages() == found.pages()


def test_management_whose_level_waits_for_business_hours_is_brought_in_at_once_all_the_same() -> None:
    """At nine in the morning in London it is night in Honolulu, where the hours of business are counted."""
    night = replace(
        bindings(targets={"primary": ("mira",), "team lead": ("vera",)}),
        business_hours=BusinessHours(zone="Pacific/Honolulu"),
    )
    both = policy(
        level("1", 0), level("2", 0, "team lead", business=True), obligations=(obliged("management at once"),)
    )
    assert sorted(Scene(both, night).pages()) == ["0 mira", "0 vera"]


def test_management_that_the_ladder_reaches_at_once_is_not_called_twice() -> None:
    """Its level is the obligation."""
    two = bindings(targets={"primary": ("mira",), "team lead": ("vera",)})
    both = policy(level("1", 0), level("2", 0, "team lead"), obligations=(obliged("management at once"),))
    assert sorted(Scene(both, two).pages()) == ["0 mira", "0 vera"]

"""What customers are owed once an incident is over: opened as items, with date, owner and line."""

from datetime import UTC, datetime

import pytest

from sirenbook.incident import core
from sirenbook.incident.after.aftermath import outstanding
from sirenbook.model import command as c
from sirenbook.model.promise import Audience, Promise
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import FollowUp, Readiness
from sirenbook.model.review import Item
from unit.incident.scenes import Scene, level, policy

DAY = 86_400
HEAD = FollowUp("Customer follow-up", Provenance("p.md", 8, "Customer follow-up"), DAY)
LETTER = FollowUp("Customer follow-up: a letter", Provenance("p.md", 9, "a letter"), DAY)
GRAVE = FollowUp("Offer credits to affected customers", Provenance("p.md", 10, "Offer credits"), None, ("P0",))
HOUSE = FollowUp("Update dashboards", Provenance("p.md", 11, "Update dashboards"), DAY)


def solved(*follow_ups: FollowUp, audience: Audience = "customers", false_alarm: bool = False) -> Scene:
    """An incident of P1 that Mira had and somebody heard of, resolved after an hour."""
    scene = Scene(policy(level("first", 0), readiness=Readiness(follow_ups=follow_ups))).do(
        1, c.Acknowledge("mira")
    )
    scene.do(30, c.Tell("mira", audience, "We are on it.", posted=True))
    return scene.do(60, c.Resolve("mira", false_alarm=false_alarm))


def items(scene: Scene) -> tuple[Item, ...]:
    return scene.incident.aftermath.items if scene.incident.aftermath else ()


def test_it_is_opened_with_its_date_owner_and_line_and_reminded() -> None:
    scene = solved(HEAD, LETTER, GRAVE, HOUSE)
    [item] = items(scene)
    assert (item.text, item.kind, item.owner, item.why) == (LETTER.what, "customer", "mira", LETTER.why)
    [left] = outstanding(scene.context(60), scene.incident)
    assert (left.why, f"{left.due:%a %H:%M}") == (LETTER.why, "Tue 10:00")
    assert scene.run(1500).told("DueSoon", "Overdue") == ["1260 DueSoon", "1500 Overdue"]


def test_business_days_are_counted_as_such() -> None:
    letter = FollowUp(
        "Offer credits to affected customers", Provenance("p.md", 9, "a letter"), 5 * DAY, (), business=True
    )
    [item] = items(solved(letter))
    assert item.due == datetime(2026, 11, 30, 10, tzinfo=UTC), "the week-end between does not count"


def test_only_where_customers_were_told_and_it_was_no_false_alarm() -> None:
    assert items(solved(LETTER, audience="internal")) == ()
    assert items(solved(LETTER, false_alarm=True)) == ()


def test_resolved_again_it_is_not_opened_twice() -> None:
    scene = solved(LETTER).do(90, c.Reopen("mira")).do(120, c.Resolve("mira"))
    assert len(items(scene)) == 1


def test_a_promise_of_words_afterwards_is_one_too() -> None:
    why = Provenance("p.md", 20, "Summary for customers afterwards")
    promise = Promise("customers", "must", why, moments=("after",))
    scene = Scene(policy(level("first", 0), promises=(promise,))).do(1, c.Acknowledge("mira"))
    scene.do(30, c.Tell("mira", "customers", "We are on it.", posted=True)).do(60, c.Resolve("mira"))
    assert [(x.text, x.due, x.why) for x in items(scene)] == [(why.quote, None, why)]


def test_another_date_is_the_teams_own() -> None:
    scene = solved(LETTER)
    later = scene.context(6000).now
    scene.do(61, c.ChangeItem("theo", 1, due=later))
    assert items(scene)[0].why is None


@pytest.mark.parametrize(
    ("words", "owed"),
    [
        ("Reach out to affected customers", True),
        ("E-mail all clients a summary", True),
        ("Customer check-in", True),
        ("Customers: send an apology", True),
        ("Assess customer impact", False),
        ("Review customer support tickets", False),
        ("Send the report to the team", False),
    ],
)
def test_whose_follow_up_it_is(words: str, owed: bool) -> None:
    assert bool(items(solved(FollowUp(words, Provenance("p.md", 9, words))))) is owed


def test_folding_the_timeline_gives_the_same() -> None:
    scene = solved(LETTER)
    assert core.fold(scene.incident.id, scene.entries).aftermath == scene.incident.aftermath

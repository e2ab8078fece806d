"""From a page to a person: contact methods in turn, failures, and who is told what."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from sirenbook.incident.timeline import describe
from sirenbook.model import command as c
from sirenbook.model.bindings import Bindings, ContactMethod, Duty, Person
from sirenbook.model.event import Notified, Paged
from sirenbook.model.hours import BusinessHours
from sirenbook.model.rotation import Layer, Rotation
from unit.incident.scenes import CAST, START, WHY, Scene, bindings, level, person, policy, receipt, severity

MANY = bindings(person("mira", "push", "mail", "phone", after=120))
ONE = policy(level("1", 0))


def test_contact_methods_follow_each_other_by_their_own_time() -> None:
    """The first at once, the others after their wait since the page."""
    scene = Scene(ONE, MANY).run(2)
    assert scene.told("Paged", "PageContinued") == [
        "0 Paged mira",
        "2 PageContinued mira 1",
        "2 PageContinued mira 2",
    ]
    assert [i.key for i in scene.intents] == ["INC-1.1.0", "INC-1.1.1", "INC-1.1.2"]


def test_a_failure_begins_the_next_method_at_once() -> None:
    """Beside further attempts on the one that failed."""
    scene = Scene(ONE, MANY).do(0.1, receipt("INC-1.1", "mira", "failed", final=False))
    assert scene.told("PageContinued") == ["0.1 PageContinued mira 1"]


def test_the_same_failure_again_changes_nothing() -> None:
    """The page has moved on already."""
    scene = Scene(ONE, MANY).do(0.1, receipt("INC-1.1", "mira", "failed", final=False))
    scene.do(0.2, receipt("INC-1.1", "mira", "failed"))
    assert scene.told("PageContinued") == ["0.1 PageContinued mira 1"]


def test_after_the_last_method_the_fallback() -> None:
    """No way is left to Mira: Ana is paged in her place."""
    scene = Scene(ONE).do(0.1, receipt("INC-1.1", "mira", "refused"))
    assert scene.told()[-3:] == ["0.1 PageContinued mira 1", "0.1 Unreachable primary", "0.1 Paged ana"]


def test_an_attempt_that_will_be_repeated_is_not_the_end() -> None:
    """Only the final failure of the last method gives the page up."""
    scene = Scene(ONE).do(0.1, receipt("INC-1.1", "mira", "failed", final=False))
    assert "Unreachable" not in " ".join(scene.told())


def test_two_who_cannot_be_reached_are_not_paged_in_turn_for_ever() -> None:
    """The fallback fails too: it is not paged in its own place, nor the first one again."""
    scene = Scene(ONE).do(0.1, receipt("INC-1.1", "mira", "refused"))
    scene.do(0.2, receipt("INC-1.2", "ana", "refused"))
    assert scene.pages() == ["0 mira", "0.1 ana"]


def test_a_page_in_anothers_place_that_fails_does_not_go_back() -> None:
    """Both are the fallback: each is paged once, and what follows is the next round's."""
    scene = Scene(ONE, bindings(fallback=("mira", "ana"))).do(0.1, receipt("INC-1.1", "mira", "refused"))
    scene.do(0.2, receipt("INC-1.2", "ana", "refused"))
    assert scene.pages() == ["0 mira", "0.1 ana"]
    assert [e.partition(" ")[2] for e in scene.run(2).told("Silent", "Paged")[2:]] == ["Silent 1", "Paged mira"]


def test_a_late_failure_of_a_settled_page_is_only_recorded() -> None:
    """Acknowledged meanwhile: nothing follows from it."""
    scene = Scene(ONE, MANY).do(0.1, c.Acknowledge("mira")).do(0.2, receipt("INC-1.1", "mira", "refused"))
    assert scene.told()[-2:] == ["0.1 Acknowledged mira", "0.2 Delivered INC-1.1.0 refused"]


def test_a_receipt_after_the_end_is_only_recorded() -> None:
    """What comes back after the incident is resolved pages nobody."""
    scene = Scene(ONE).do(1, c.Resolve("mira")).do(2, receipt("INC-1.1", "mira", "refused"))
    assert scene.told()[-1] == "2 Delivered INC-1.1.0 refused"
    assert scene.wake_at is None


def test_a_method_that_is_for_other_severities_is_passed_over() -> None:
    """Unless none is left: what the playbook pages for is never silenced by a personal rule."""
    push, mail, phone = MANY.people["mira"].methods
    night = Person("mira", "Mira", (replace(push, severities=("p0",)), mail, replace(phone, severities=("p1",))))
    scene = Scene(ONE, bindings(night)).do(0.1, receipt("INC-1.1", "mira", "refused", method=1))
    assert [i.key for i in scene.intents] == ["INC-1.1.1", "INC-1.1.2"]
    only = Person("mira", "Mira", (replace(push, severities=("p0",)),))
    assert [i.key for i in Scene(ONE, bindings(only)).intents] == ["INC-1.1.0"]


def test_quiet_hours_end_by_the_clock_on_the_wall() -> None:
    """Over midnight, and outside of them not at all."""
    sleeper = Person("mira", "Mira", (), (22 * 60, 7 * 60))
    team = Bindings(business_hours=BusinessHours(zone="America/New_York"))
    late = datetime(2026, 3, 8, 4, 30, tzinfo=UTC)
    assert team.quiet_until(sleeper, late) == datetime(2026, 3, 8, 11, 0, tzinfo=UTC), "the clocks go forward"
    assert team.quiet_until(sleeper, late.replace(hour=20)) is None


def test_what_was_accepted_and_did_not_arrive_goes_on_at_once() -> None:
    """The provider says so later; on the last method the fallback is paged, and the page counts as unheard."""
    scene = Scene(ONE, MANY).do(0.1, receipt("INC-1.1", "mira", "accepted"))
    scene.do(0.2, receipt("INC-1.1", "mira", "undelivered"))
    assert scene.told("PageContinued") == ["0.2 PageContinued mira 1"]
    alone = (
        Scene(ONE)
        .do(0.1, receipt("INC-1.1", "mira", "accepted"))
        .do(0.2, receipt("INC-1.1", "mira", "undelivered"))
    )
    assert alone.pages() == ["0 mira", "0.2 ana"]


def test_that_it_is_shown_settles_nothing() -> None:
    """Only somebody who acknowledges does: the next method follows in its time."""
    scene = Scene(ONE, MANY).do(0.1, receipt("INC-1.1", "mira", "shown")).run(2)
    assert scene.told("PageContinued")[0] == "2 PageContinued mira 1"


PUSHED = Person(
    "mira",
    "Mira",
    (ContactMethod("push", "mira", receipt=15), ContactMethod("phone", "mira"), ContactMethod("mail", "mira")),
)


def handed(page: str = "INC-1.1", method: int = 0, *, traced: bool = True) -> c.Receive:
    return replace(receipt(page, "mira", "accepted", method=method), traced=traced)


def test_a_device_that_says_nothing_is_given_up_within_seconds() -> None:
    """From when it was handed the page; every method begins once, and the later ones in their own time."""
    scene = Scene(ONE, bindings(PUSHED)).do(0.05, handed()).run(1)
    assert scene.told("PageContinued") == ["0.3 PageContinued mira 1", "1 PageContinued mira 2"]
    assert [i.key for i in scene.intents] == ["INC-1.1.0", "INC-1.1.1", "INC-1.1.2"]
    assert any("no device said within 15 s" in getattr(e.event, "reason", "") for e in scene.entries)


def test_a_device_that_told_is_waited_for_as_long_as_a_person() -> None:
    """Even where its word overtakes the provider's, and where it comes after the page had gone on."""
    for order in (("accepted", "shown"), ("shown", "accepted")):
        scene = Scene(ONE, bindings(PUSHED))
        for second, outcome in enumerate(order, 1):
            scene.do(second / 60, replace(receipt("INC-1.1", "mira", outcome), traced=outcome == "accepted"))
        assert scene.run(0.9).told("PageContinued") == []
        assert scene.run(1).told("PageContinued")[0] == "1 PageContinued mira 1"
    late = Scene(ONE, bindings(PUSHED)).do(0.05, handed()).do(0.4, receipt("INC-1.1", "mira", "shown"))
    assert late.run(0.9).told("PageContinued") == ["0.3 PageContinued mira 1"]


def test_what_no_device_can_tell_of_is_not_waited_for() -> None:
    """In a bundle there is no address to come back to; and nobody is hurried who has acknowledged."""
    scene = Scene(ONE, bindings(PUSHED)).do(0.05, handed(traced=False)).run(0.9)
    assert scene.told("PageContinued") == []
    assert Scene(ONE, bindings(PUSHED)).do(0.05, handed()).do(0.1, c.Acknowledge("mira")).run(5).told()[-1:] == [
        "0.1 Acknowledged mira"
    ]


def test_only_the_method_that_is_under_way_is_waited_for() -> None:
    """The first failed; its receipt, come late, says nothing of the second."""
    two = replace(PUSHED, methods=(ContactMethod("mail", "mira"), *PUSHED.methods))
    scene = Scene(ONE, bindings(two)).do(0.01, receipt("INC-1.1", "mira", "failed", final=False))
    scene.do(0.02, handed(method=0)).do(0.1, handed(method=1)).do(0.2, receipt("INC-1.1", "mira", "shown")).run(0.5)
    assert scene.told("PageContinued") == ["0.01 PageContinued mira 1", "0.35 PageContinued mira 2"]


def test_a_channel_that_is_followed_hears_what_became_of_its_pages() -> None:
    """By the methods that the page went out by, and by no others."""
    scene = Scene(ONE, MANY, followed=frozenset({"push", "phone"}))
    scene.do(1, c.Acknowledge("mira")).do(2, c.Resolve("mira"))
    assert [(i.key, i.moment, i.demands) for i in scene.intents[1:]] == [
        ("INC-1.1.0.acknowledged", "acknowledged", False),
        ("INC-1.1.0.resolved", "resolved", False),
    ]


def test_a_notification_goes_on_by_the_next_method() -> None:
    """It finally failed on the first one; nobody else is told instead."""
    scene = Scene(policy(level("1", 0, manner="notify")), MANY)
    notice = Notified(page="INC-1.1", person="mira", target="primary", text="disk full", why=WHY)
    failed = c.Receive("INC-1.1", "mira", "push", "failed", "INC-1.1.0", 0, 3, "", True, notice=notice)
    scene.do(0.1, failed)
    assert [i.key for i in scene.intents] == ["INC-1.1.0", "INC-1.1.1"]


def test_updates_remind_who_has_it() -> None:
    """Unacknowledged: everybody who was paged; then whoever took it, before it is due, and by a page when it is."""
    two = policy(level("1", 0, "primary and secondary"), severities=[severity("P1", 0, update=10)])
    scene = Scene(two).run(10).do(11, c.Acknowledge("vera")).run(21)
    assert scene.told("UpdateDue", "Notified")[:3] == ["10 UpdateDue", "10 Notified mira", "10 Notified theo"]
    assert scene.told()[-4:] == ["17.6667 UpdateNudged", "17.6667 Notified vera", "21 UpdateDue", "21 Paged vera"]


def test_an_update_given_starts_the_cadence_afresh() -> None:
    """Told at 8: the next is due at 18. A mere note changes nothing."""
    two = policy(level("1", 0), severities=[severity("P1", 0, update=10)])
    scene = Scene(two).do(8, c.Note("mira", "we are on it", update=True)).do(9, c.Note("mira", "hm")).run(18)
    assert scene.told("UpdateDue") == ["18 UpdateDue"]


def test_a_missed_target_is_told_to_on_call_where_nobody_was_paged() -> None:
    """Somebody always hears of it."""
    two = policy(level("1", 0, "vp", manner="notify"), severities=[severity("P1", 0, resolution=60)])
    assert Scene(two).run(60).told("ResolutionMissed", "Notified")[1:] == [
        "60 ResolutionMissed",
        "60 Notified mira",
    ]


ROTATION = Rotation("desk", (Layer(("mira", "theo"), 86_400, datetime(2026, 11, 22, 9, 5)),))
"""Mira hands over to Theo five minutes after the scenes begin; the turns before hers are his."""


def on_rotation(*people: Person) -> Bindings:
    """The same people, and whoever's turn it is as the primary."""
    targets = {"primary": (Duty("desk"),), "secondary": (Duty("desk", 1),)}
    return bindings(*people, targets=targets, rotations={"desk": ROTATION}, fallback=())


def test_the_page_goes_to_whoever_has_the_turn_and_says_until_when() -> None:
    """The rotation stands on the timeline with the end of the shift."""
    scene = Scene(ONE, on_rotation())
    [paged] = [e.event for e in scene.entries if isinstance(e.event, Paged)]
    assert (paged.person, paged.rotation, paged.until) == ("mira", "desk", START + timedelta(minutes=5))
    words = describe(paged, on_rotation()).text
    assert words == "Paging Mira as primary, on call in rotation desk until 2026-11-23 09:05 UTC"


def test_after_a_hand_off_the_next_round_is_the_successors() -> None:
    """Nobody answered Mira's page by the end of her shift."""
    assert Scene(ONE, on_rotation()).run(15).pages() == ["0 mira", "15 theo"]


def test_a_page_that_goes_on_over_a_hand_off_reaches_both() -> None:
    """Mira is tried on by her other methods; Theo is paged from his first on."""
    both = on_rotation(person("mira", "push", "phone", after=360))
    scene = Scene(ONE, both).run(7)
    assert scene.told("Paged", "PageContinued") == ["0 Paged mira", "6 PageContinued mira 1", "6 Paged theo"]


def test_a_successor_is_paged_again_in_the_predecessors_place() -> None:
    """On-call is looked up again at every round."""
    scene = Scene(ONE)
    scene.bindings = bindings(*CAST, targets={"primary": ("theo",)})
    assert scene.run(15).pages() == ["0 mira", "15 theo"]

"""After the incident: reviews by the playbook's clocks, action items by their dates, and who is reminded."""

from datetime import timedelta
from typing import Any

import pytest

from sirenbook.incident.after.aftermath import kind_of, outstanding
from sirenbook.model import command as c
from sirenbook.model.policy import Clock, ReviewDeadline
from sirenbook.model.provenance import Provenance
from unit.incident.scenes import START, Scene, bindings, level, policy

DAY = 24 * 60


def review(what: str, hours: float, *severities: str, business: bool = False) -> ReviewDeadline:
    return ReviewDeadline(what, Clock(int(hours * 3600), Provenance("p.md", 9, what), business), severities)


def over(*reviews: ReviewDeadline, **more: Any) -> Scene:
    """An incident of P1 that Mira had, resolved on Monday at 10:00."""
    levels = (level("first", 0), level("second", 30, "secondary"), level("boss", 60, "vp"))
    return Scene(policy(*levels, reviews=reviews)).do(1, c.Acknowledge("mira")).do(60, c.Resolve("mira", **more))


def told(scene: Scene) -> list[str]:
    return [w for w in scene.told("DueSoon", "Overdue", "Notified") if float(w.split()[0]) > 60]


def test_the_owner_is_reminded_before_it_is_due_and_those_above_when_it_is_late() -> None:
    going = over(review("Report within 48 hours", 48)).run(60 + 7 * DAY)
    assert told(going)[:6] == [
        *(f"{60 + DAY} DueSoon", f"{60 + DAY} Notified mira"),
        *(f"{60 + 2 * DAY} Overdue", f"{60 + 2 * DAY} Notified mira", f"{60 + 2 * DAY} Notified theo"),
        f"{60 + 3 * DAY} Overdue",
    ]
    assert f"{60 + 3 * DAY} Notified vera" in told(going)
    assert going.pages() == ["0 mira"]  # a late report pages nobody


def test_reminders_end_and_the_report_stays_outstanding() -> None:
    going = over(review("Report within 24 hours", 24)).run(60 * DAY)
    assert len(going.told("Overdue")) == 6
    assert going.wake_at is None
    assert [x.key for x in outstanding(going.context(0), going.incident)] == ["review.0"]


def test_business_days_pass_over_the_weekend() -> None:
    going = over(review("Review within 5 business days", 5 * 24, business=True))
    [due] = outstanding(going.context(0), going.incident)
    assert (f"{due.near:%a %d %H:%M}", f"{due.due:%a %d %H:%M}") == ("Fri 27 10:00", "Mon 30 10:00")


def test_only_its_own_severities_and_no_false_alarm() -> None:
    assert over(review("Report in 24 hours", 24, "P0")).wake_at is None
    assert over(review("Report in 24 hours", 24, "P0", "P1")).wake_at is not None
    assert over(review("Report in 24 hours", 24), false_alarm=True).wake_at is None


def test_an_approved_review_is_what_was_asked_for() -> None:
    going = over(review("Report within 48 hours", 48))
    going.do(70, c.WriteReview("mira", "# It broke", 0)).do(80, c.ApproveReview("theo", 1))
    assert told(going.run(9 * DAY)) == []
    assert going.do(9 * DAY, c.PublishReview("mira")).incident.aftermath.published == 1  # type: ignore[union-attr]


def test_people_may_say_that_it_is_done() -> None:
    going = over(review("Update the status page within 24 hours", 24), review("Report within 48 hours", 48))
    going.do(70, c.FollowUp("mira", "review.0", "it says resolved"))
    assert [x.key for x in outstanding(going.context(0), going.incident)] == ["review.1"]
    with pytest.raises(c.Refused, match=r"review\.1"):
        going.do(80, c.FollowUp("mira", "review.0"))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Schedule within 3 business days for P1/P2", "meeting"),
        ("Put an invitation into the calendar within a day", "meeting"),
        ("The draft is due within 3 business days", "draft"),
        ("the meeting is held within 5 business days", "document"),
        ("Action items within 30 days", "items"),
        ("Corrective measures within two weeks", "items"),
        ("Follow-up Actions (Within 1 week)", "document"),
        ("Incident report within 48 hours", "document"),
        ("Retro within 5 business days for Sev1.", "document"),
    ],
)
def test_what_fulfils_a_deadline(words: str, kind: str) -> None:
    assert kind_of(review(words, 48)) == kind


def test_a_scheduled_meeting_and_items_that_are_done_fulfil_theirs() -> None:
    going = over(review("Schedule within 3 days", 72), review("Action items within 30 days", 720))
    going.do(70, c.ScheduleReview("mira", START + timedelta(days=1)))
    assert [x.key for x in outstanding(going.context(0), going.incident)] == ["review.1"]
    going.do(80, c.AddItem("mira", "Watch the disk")).do(90, c.ChangeItem("mira", 1, status="done"))
    assert outstanding(going.context(0), going.incident) == []


def test_reopened_everything_is_asked_for_anew() -> None:
    going = over(review("Report within 24 hours", 24)).do(70, c.FollowUp("mira", "review.0"))
    going.do(80, c.Reopen("mira")).do(90, c.Resolve("mira"))
    [due] = outstanding(going.context(0), going.incident)
    assert due.due == START + timedelta(minutes=90, hours=24)


def test_a_late_item_is_told_to_its_owner_first_and_then_further_up() -> None:
    going = over().do(70, c.AddItem("mira", "Watch  the\ndisk", "vera", START + timedelta(days=3)))
    assert told(going.run(6 * DAY)) == [
        *(f"{2 * DAY} DueSoon", f"{2 * DAY} Notified vera"),
        *(f"{3 * DAY} Overdue", f"{3 * DAY} Notified vera"),
        *(f"{4 * DAY} Overdue", f"{4 * DAY} Notified vera", f"{4 * DAY} Notified theo"),
    ]
    assert going.incident.aftermath.items[0].text == "Watch the disk"  # type: ignore[union-attr]


def test_another_date_begins_afresh_and_done_ends_it() -> None:
    going = over().do(70, c.AddItem("mira", "Watch the disk", "vera", START + timedelta(hours=4))).run(DAY)
    assert [w.split()[1] for w in told(going) if "Notified" not in w] == ["DueSoon", "Overdue"]
    going.do(DAY, c.ChangeItem("vera", 1, due=START + timedelta(days=9))).run(9 * DAY)
    assert [w.split()[1] for w in told(going) if "Notified" not in w][2:] == ["DueSoon", "Overdue"]
    going.do(9 * DAY + 1, c.ChangeItem("vera", 1, status="done"))
    assert going.wake_at is None
    going.do(9 * DAY + 2, c.ChangeItem("vera", 1, status="done"))
    assert len(going.told("ItemChanged")) == 2


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (c.WriteReview("mira", "  ", 0), "needs words"),
        (c.WriteReview("mira", "x" * 64_001, 0), "at most 64000"),
        (c.WriteReview("mira", "x", 3), "version 0"),
        (c.ApproveReview("mira", 1), "no review yet"),
        (c.PublishReview("mira"), "approved"),
        (c.AssignReview("mira", " "), "who"),
        (c.ScheduleReview("mira", START), "to come"),
        (c.ScheduleReview("mira", START + timedelta(days=9), 0), "minutes"),
        (c.AddItem("mira", " \n"), "needs words"),
        (c.ChangeItem("mira", 1), "no action item 1"),
        (c.FollowUp("mira", "review.7"), "nothing"),
    ],
)
def test_what_is_refused(command: c.Command, word: str) -> None:
    with pytest.raises(c.Refused, match=word):
        over().do(70, command)


def test_nobody_approves_what_they_have_not_seen() -> None:
    going = over().do(70, c.WriteReview("mira", "# One", 0)).do(80, c.WriteReview("theo", "# Two", 1))
    with pytest.raises(c.Refused, match="version 2"):
        going.do(90, c.ApproveReview("vera", 1))
    going.do(90, c.ApproveReview("vera", 2)).do(95, c.WriteReview("mira", "# Three", 2))
    with pytest.raises(c.Refused, match="not approved"):
        going.do(99, c.PublishReview("mira"))


def test_it_goes_up_to_the_commander_and_ends_with_the_manager_whom_the_playbook_names() -> None:
    """Theo commanded what Mira had; the ladder has no manager, the playbook has."""
    levels = (level("first", 0), level("boss", 60, "vp"))
    book = policy(*levels, reviews=(review("Report within 24 hours", 24),), backup="Office Manager")
    cast = bindings(targets={"primary": ("mira",), "vp": ("vera",), "office manager": ("ana",)})
    going = Scene(book, cast).do(1, c.Acknowledge("mira")).do(2, c.AssignRole("mira", "commander", "theo"))
    going.do(60, c.Resolve("mira")).run(30 * DAY)
    above = [w.split()[2] for w in told(going) if "Notified" in w and "mira" not in w]
    assert above == ["theo", "vera", "ana", "ana", "ana", "ana"]

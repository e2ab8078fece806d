"""What a playbook wants said in a message is asked for, filled in where it is known, and never blocks for ever."""

from typing import Any

import pytest

from sirenbook.incident.updates import demands
from sirenbook.model import command as c
from sirenbook.model.clock import Clock
from sirenbook.model.event import Escalated, Notified, Paged, Resolved
from sirenbook.model.promise import Demand, Moment, SecurityRule
from sirenbook.model.provenance import Provenance
from sirenbook.model.update_event import UpdateGiven
from unit.incident.scenes import WHY, Scene, level, policy

LINE = Provenance("playbook.md", 12, "say the root cause and what prevents it")


def book(moment: Moment, *fields: str, **more: Any) -> Scene:
    """An incident that Mira took, under a playbook that wants these fields at one moment."""
    demand = Demand(moment, fields, LINE, more.pop("audience", "internal"))
    levels = (level("1", 0), level("2", 60, "secondary", until="resolved"))
    return Scene(policy(*levels, demands=(demand,), **more)).do(1, c.Acknowledge("mira"))


def last(scene: Scene, kind: type[Any]) -> Any:
    """The newest event of a kind."""
    return next(x.event for x in reversed(scene.entries) if isinstance(x.event, kind))


def test_an_end_without_what_the_playbook_wants_said_is_refused_with_the_line() -> None:
    """It names what is missing, where that is stated, and both ways on."""
    with pytest.raises(
        c.Refused, match=r"still to say: root cause, prevention.*playbook\.md:12.*why it goes without"
    ):
        book("resolution", "root cause", "prevention").do(5, c.Resolve("mira", "restarted it"))


def test_fields_are_kept_by_the_playbooks_names() -> None:
    """A shorter name means the same field; the reason may hold one too."""
    scene = book("resolution", "root cause", "prevention measures")
    given = c.Resolve("mira", "Root cause: the disk was full", fields={"prevention": "an alert at 80 %"})
    ended = last(scene.do(5, given), Resolved)
    assert (ended.fields, ended.lacking) == ((("prevention measures", "an alert at 80 %"),), ())
    assert scene.incident.said == {"prevention measures": "an alert at 80 %"}


def test_a_reason_ends_it_without_them_and_is_kept() -> None:
    """Nothing may keep people from stopping the pages."""
    scene = book("resolution", "root cause").do(5, c.Resolve("mira", "it is gone", without="nobody knows yet"))
    ended = last(scene, Resolved)
    assert (ended.lacking, ended.without) == (("root cause",), "nobody knows yet")
    assert last(scene, Notified).text == "it is over, and root cause is still to be said of it"


def test_a_false_alarm_has_no_cause_to_tell() -> None:
    """Nothing happened."""
    assert not book("resolution", "root cause").do(5, c.Resolve("mira", false_alarm=True)).incident.open


def test_alerts_that_stay_quiet_end_it_and_its_owner_is_asked_for_the_words() -> None:
    """What ends by itself waits for nobody."""
    scene = book("resolution", "root cause", watch=Clock(300, WHY))
    scene.do(5, c.Fold(0, 1, "disk full")).run(20)
    assert not scene.incident.open
    assert last(scene, Notified).text == "it is over, and root cause is still to be said of it"


def test_an_update_holds_what_is_known_and_what_was_given() -> None:
    """The severity is known; when it ends, only people know."""
    scene = book("start", "severity", "ETA")
    with pytest.raises(c.Refused, match="still to say: ETA"):
        scene.do(5, c.Tell("mira", "internal", "we look into it", posted=True))
    scene.do(5, c.Tell("mira", "internal", "we look into it", posted=True, fields={"eta": "11:30"}))
    assert last(scene, UpdateGiven).text == "we look into it\nSeverity: P1\nETA: 11:30"


def test_an_update_may_go_without_when_somebody_says_why() -> None:
    """It stands beside it for ever."""
    told = c.Tell("mira", "internal", "we look into it", posted=True, without="too early")
    given = last(book("start", "ETA").do(5, told), UpdateGiven)
    assert (given.text, given.lacking, given.without) == ("we look into it", ("ETA",), "too early")


def test_consent_is_to_the_words_with_their_fields() -> None:
    """Theo consents; the same fields given later make the same words, others do not."""
    rule = SecurityRule("approval before external words", WHY, ("secondary",))
    scene = book("start", "ETA", audience="customers", security=(rule,)).do(2, c.MarkSecurity("mira"))
    scene.do(3, c.ApproveUpdate("theo", "customers", "we look into it", {"ETA": "11:30"}))
    with pytest.raises(c.Refused, match="must approve these very words"):
        scene.do(4, c.Tell("mira", "customers", "we look into it", posted=True, fields={"ETA": "12:30"}))
    scene.do(5, c.Tell("mira", "customers", "we look into it", posted=True, fields={"ETA": "11:30"}))
    assert last(scene, UpdateGiven).approved_by == "theo"


FOUR = ("Incident link", "Current status", "Why escalating", "What help is needed")


def test_whoever_is_called_by_hand_hears_why_and_what_for() -> None:
    """Link and status are known; the rest is asked for and reaches the phone."""
    scene = book("escalation", *FOUR)
    with pytest.raises(c.Refused, match="still to say: Why escalating, What help is needed"):
        scene.do(5, c.Escalate("mira", note="please come"))
    scene.do(5, c.Escalate("mira", fields={"why": "disk is full", "help": "a bigger disk"}))
    note = "Incident link: INC-1\nCurrent status: acknowledged\nWhy escalating: disk is full\n" \
           "What help is needed: a bigger disk"  # fmt: skip
    assert last(scene, Escalated).note == last(scene, Paged).note == scene.intents[-1].text == note


def test_an_emergency_calls_first_and_says_why_not() -> None:
    """Nobody is left alone for want of a form."""
    scene = book("escalation", "what was tried").do(5, c.Escalate("mira", without="everything burns"))
    assert last(scene, Escalated).note.strip() == "Without what was tried: everything burns"


def test_a_status_update_on_the_timeline_is_no_way_around() -> None:
    """A note that counts as an update is held to the same."""
    scene = book("start", "ETA")
    with pytest.raises(c.Refused, match="still to say: ETA"):
        scene.do(5, c.Note("mira", "we look into it", update=True))
    scene.do(5, c.Note("mira", "the ETA is 11:30", update=True)).do(6, c.Note("mira", "a plain note"))


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("The root cause was a full disk", "root cause", True),
        ("Root cause:", "root cause", False),
        ("We prevent it with an alert", "prevention measures", True),
        ("see https://status.example/1", "Incident link", True),
        ("metadata is lost", "ETA", False),
        ("back at ETA 11:30", "ETA", True),
    ],
)
def test_a_text_says_a_field_by_its_words(text: str, name: str, said: bool) -> None:
    """Stems count, an empty label does not."""
    assert demands.says(text, name) is said


def test_what_was_said_in_the_house_does_not_go_outside_by_itself() -> None:
    """The cause that engineers wrote is not for customers until somebody writes it for them."""
    demand = Demand("resolution", ("root cause",), LINE)
    scene = Scene(policy(level("1", 0), demands=(demand,))).do(1, c.Acknowledge("mira"))
    scene.do(5, c.Resolve("mira", "fixed", fields={"root cause": "Bob dropped the table"}))
    with pytest.raises(c.Refused, match="still to say: root cause"):
        scene.do(6, c.Tell("mira", "customers", "it works again", posted=True))
    scene.do(6, c.Tell("mira", "internal", "it works again", posted=True))
    assert last(scene, UpdateGiven).text.endswith("Root cause: Bob dropped the table")

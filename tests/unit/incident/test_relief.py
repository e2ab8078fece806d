"""Who takes over in a long incident: by the playbook's words, suggested in time, called by one tap."""

from typing import Any

import pytest

from sirenbook.incident.people.relief import relief, words
from sirenbook.incident.timeline import describe
from sirenbook.model import command as c
from sirenbook.model.clock import Clock
from sirenbook.model.promise import Duty, Role
from sirenbook.model.provenance import Provenance
from unit.incident.scenes import Scene, bindings, level, person, policy

LINE = Provenance("playbook.md", 40, "Takes over if the primary needs rest")
CAST = bindings(
    person("mira", "push"), person("theo", "push"), targets={"primary": ("mira",), "secondary": ("theo",)}
)


def book(text: str, *, role: str = "secondary", hours: int | None = None, **more: Any) -> Any:
    within = Clock(hours * 3600, LINE) if hours else None
    return policy(level("1", 0), roles=(Role(role, "responsible", LINE, (Duty(text, LINE, within),)),), **more)


def after(playbook: Any, minutes: float) -> Scene:
    return Scene(playbook, CAST).do(1, c.Acknowledge(by="mira")).run(minutes)


def found(scene: Scene, minutes: float) -> Any:
    return relief(scene.context(minutes), scene.incident)


def suggested(playbook: Any, minutes: float) -> Any:
    return found(after(playbook, minutes), minutes)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Takes over if the primary needs rest during an extended incident", "secondary"),
        ("relieves the primary in prolonged outages", "secondary"),
        ("steps over nothing, but takes over when the other is exhausted", "secondary"),
        ("hands the incident over to the secondary when tired", "primary"),
        ("is relieved by the secondary after 4 hours", "primary"),
    ],
)
def test_it_is_read_by_its_meaning(text: str, role: str) -> None:
    assert suggested(book(text, role=role, backup="secondary"), 4 * 60 + 2).target == "secondary"


@pytest.mark.parametrize(
    "text",
    [
        "takes over when the primary does not answer",
        "assists in long incidents",
        "keeps the timeline during extended incidents",
        "takes a rest after each shift",
    ],
)
def test_other_duties_are_none_of_it(text: str) -> None:
    assert suggested(book(text, backup="secondary"), 24 * 60) is None


def test_it_is_suggested_when_its_time_comes() -> None:
    playbook = book("takes over in long incidents")
    assert suggested(playbook, 4 * 60) is None, "acknowledged a minute later"
    scene = after(playbook, 4 * 60 + 1)
    told = words(scene.context(241), found(scene, 241))
    assert (
        told == "Mira has had it for 4 h: Theo takes over; the playbook does not say how long is long, 4 h is taken"
    )
    stated = book("takes over in incidents longer than 2 hours", hours=2)
    assert suggested(stated, 2 * 60) is None
    assert suggested(stated, 2 * 60 + 1).stated


def test_nobody_is_suggested_before_it_is_somebodys_or_in_place_of_themselves() -> None:
    assert found(Scene(book("takes over in long incidents"), CAST).run(24 * 60), 24 * 60) is None
    alone = book("takes over in long incidents", role="primary")
    assert suggested(alone, 24 * 60) is None


def test_one_tap_pages_them_by_the_line_and_the_suggestion_is_gone() -> None:
    scene = after(book("takes over in long incidents"), 300).do(300, c.Escalate(by="mira", relief=True))
    [event] = [e.event for e in scene.entries if type(e.event).__name__ == "Escalated" and e.event.by]
    assert (event.who, event.why, event.manner) == (("secondary",), LINE, "page")
    assert event.note.startswith("Mira has had it for 4 h 59 min: Theo takes over")
    assert scene.told("Paged")[-1] == "300 Paged theo"
    assert found(scene, 301) is None


def test_a_tap_before_its_time_is_refused() -> None:
    with pytest.raises(c.Refused, match="nobody is to take over now"):
        after(book("takes over in long incidents"), 10).do(10, c.Escalate(by="mira", relief=True))


def relieved() -> Scene:
    """Mira commands; after five hours Theo is called to take over."""
    scene = after(book("takes over in long incidents"), 2).do(2, c.AssignRole("mira", "commander", "mira"))
    return scene.do(300, c.Escalate(by="mira", relief=True))


def test_who_answers_that_call_has_the_incident_and_its_roles() -> None:
    """Until they do, it stays with whoever had it; what was owed is then theirs, and both are told."""
    scene = relieved()
    assert scene.incident.acknowledged_by == "mira"
    scene.do(301, c.Acknowledge(by="theo"))
    assert scene.incident.acknowledged_by == "theo" and {h.person for h in scene.incident.roles} == {"theo"}
    given = [e.event for e in scene.entries if type(e.event).__name__ == "RoleAssigned"][-1]
    assert (given.before, given.by, given.why) == ("mira", "theo", LINE)
    told = {e.event.person: e.event.text for e in scene.entries if type(e.event).__name__ == "Notified"}
    assert told["theo"].startswith(
        "you have taken it over from Mira; it is acknowledged; you are now Incident Commander"
    )
    assert told["mira"] == "Theo has taken it over from you: it is not yours any more"
    lines = [describe(e.event, CAST).text for e in scene.entries]
    assert "Acknowledged by web, taking over from Mira" in lines
    assert found(scene, 302) is None and found(scene, 301 + 4 * 60) is None, "Theo is the one who takes over"


def test_nobody_else_takes_it_over_by_answering_a_page() -> None:
    """Neither who was called otherwise, nor who was called once and has taken over already."""
    other = after(book("takes over in long incidents"), 300).do(300, c.Escalate(by="mira", to="theo", note="help"))
    assert other.do(301, c.Acknowledge(by="theo")).incident.acknowledged_by == "mira"
    again = (
        relieved().do(301, c.Acknowledge(by="theo")).do(302, c.Escalate(by="theo", to="mira", note="one question"))
    )
    assert again.do(303, c.Acknowledge(by="mira")).incident.acknowledged_by == "theo"
    assert relieved().do(301, c.Acknowledge(by="mira")).incident.acknowledged_by == "mira"

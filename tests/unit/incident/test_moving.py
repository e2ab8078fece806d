"""An incident that turns out to be another service's: who is called, who has it, and what stays as it was."""

from typing import Any

import pytest
from msgspec.structs import replace

from sirenbook.incident.timeline import describe
from sirenbook.model import command as c
from sirenbook.model.identity import Team
from sirenbook.model.provenance import Provenance
from unit.incident.scenes import Scene, bindings, clock, level, person, policy

WATCH = clock(10)
TEAMS = {"payments": Team(("ledger",), {"theo": "responder"})}
LEVELS = (level("1", 0), level("2", 30, "secondary", "resolved"))


def cast(**targets: tuple[str, ...]) -> Any:
    named = {"primary": ("mira",), "secondary": ("theo",), **{k.replace("_", " "): v for k, v in targets.items()}}
    return bindings(person("mira", "push"), person("theo", "push"), targets=named, teams=TEAMS)


def moved(minute: float = 5, service: str = "ledger", bound: Any = None, **more: Any) -> Scene:
    scene = Scene(policy(*LEVELS, **more), bound or cast(payments_team=("theo",)))
    return scene.do(2, c.Acknowledge("mira")).do(minute, c.Move("mira", service, "its queries wait"))


def test_whoever_answers_by_the_name_of_the_team_is_called_and_takes_it_over() -> None:
    scene = moved()
    assert scene.told("Moved", "Escalated", "Paged")[2:] == ["5 Moved", "5 Escalated by name", "5 Paged theo"]
    assert (scene.incident.service, scene.incident.acknowledged_by) == ("ledger", "mira")
    said = [describe(e.event, scene.bindings).text for e in scene.entries]
    assert "Moved to ledger: its queries wait" in said
    assert scene.do(7, c.Acknowledge("theo")).incident.acknowledged_by == "theo"
    assert "7 Notified mira" in scene.told("Notified"), "whoever had it hears that it is not theirs any more"


def test_where_nobody_is_called_so_those_whom_the_playbook_calls_at_once_are() -> None:
    scene = moved(bound=replace(cast(), targets={"primary": ("theo",), "secondary": ("vera",)}))
    assert scene.told("Escalated", "Paged")[2:] == ["5 Escalated by name", "5 Paged theo"], "no, theo had"


def test_the_line_is_that_of_the_playbook_where_it_has_one() -> None:
    line = Provenance("playbook.md", 9, "Payments on call: after two hours")
    late = level("3", 120, "Payments on call", "resolved")
    bound = cast(payments_on_call=("theo",))
    scene = Scene(policy(*LEVELS, replace(late, why=line)), bound)
    page = scene.do(5, c.Move("mira", "payments")).entries[-1].event
    assert getattr(page, "why", None) == line


def test_its_clocks_and_its_ladder_go_on_and_who_may_see_it_stays() -> None:
    scene = Scene(policy(*LEVELS), cast()).do(1, c.Restrict("mira", "a name is in it"))
    before = scene.incident
    after = scene.do(5, c.Move("mira", "ledger")).incident
    assert (after.reached, after.graded_at, after.restricted) == (before.reached, before.graded_at, True)
    assert scene.run(30).told("Escalated")[-1] == "30 Escalated 2"


def test_the_same_service_again_changes_nothing() -> None:
    assert moved().do(6, c.Move("mira", " Ledger ")).told("Moved") == ["5 Moved"]


def test_nobody_is_called_while_it_is_watched() -> None:
    scene = Scene(policy(*LEVELS, watch=WATCH), cast()).do(1, c.Fold(0, 1, "x")).do(3, c.Move("mira", "ledger"))
    assert scene.told("Moved", "Escalated") == ["0 Escalated 1", "3 Moved"]


@pytest.mark.parametrize(("service", "ended", "words"), [("  ", False, "to which"), ("ledger", True, "reopen it")])
def test_what_is_refused(service: str, ended: bool, words: str) -> None:
    scene = Scene(policy(*LEVELS), cast())
    if ended:
        scene.do(1, c.Resolve("mira", "done"))
    with pytest.raises(c.Refused, match=words):
        scene.do(2, c.Move("mira", service))

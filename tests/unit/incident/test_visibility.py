"""Who may see a restricted incident, and what is left of it for everybody else."""

import pytest
from msgspec.structs import replace

from sirenbook.incident.visibility import NOBODY, Reader, may_see, unless_confidential, veiled
from sirenbook.model.bindings import Duty
from sirenbook.model.command import AssignRole, MarkSecurity, MarkStep, Refused, Restrict
from sirenbook.model.incident import Incident
from sirenbook.model.promise import SecurityRule
from sirenbook.model.step_event import StepMarked
from sirenbook.playbook.bindings.reader import read_bindings
from unit.incident.grounds import PODS, runbook
from unit.incident.scenes import WHY, Scene, bindings, level, policy

RULES = (SecurityRule("approval before external words", WHY, ("vp",)),)


def scene(**more: object) -> Scene:
    return Scene(policy(level("first", 0), security=RULES), bindings(**more))


def sees(scene: Scene, person: str) -> bool:
    return may_see(scene.context(1), scene.incident, Reader(person))


def test_all_see_what_is_not_restricted() -> None:
    found = scene()
    assert may_see(found.context(1), found.incident, NOBODY)


@pytest.mark.parametrize("command", [Restrict("mira"), MarkSecurity("mira")])
def test_those_who_work_on_it_see_it_and_nobody_else(command: Restrict | MarkSecurity) -> None:
    found = scene().do(1, command)
    assert sees(found, "mira"), "she was paged"
    assert sees(found, "vera"), "the playbook names her for security"
    assert not sees(found, "theo")
    assert not may_see(found.context(1), found.incident, NOBODY)
    assert may_see(found.context(1), found.incident, Reader(everything=True))
    found.do(2, AssignRole("mira", "scribe", "theo"))
    assert sees(found, "theo"), "he has a role in it"


def test_whoever_takes_over_the_duty_sees_it() -> None:
    found = scene().do(1, Restrict("mira"))
    found.bindings = replace(found.bindings, targets={**found.bindings.targets, "primary": ("theo",)})
    assert sees(found, "theo")
    assert sees(found, "mira"), "and who was paged before still does"


def test_the_owner_names_readers() -> None:
    text = '[people.ana]\nname = "Ana"\n[rotations.soc]\nmembers = ["ana"]\nstart = "2026-01-05"\n'
    text += '[security]\nreaders = ["Ana", "rotation:soc", "nobody"]'
    read, found = read_bindings(text, "sirenbook.toml")
    assert (read.readers, [d.code for d in found if "nobody" in d.text]) == (("ana", Duty("soc")), ["SB305"])
    assert sees(scene(readers=("theo",)).do(1, Restrict("mira")), "theo")


def test_a_stranger_sees_that_it_is_there() -> None:
    found = scene().do(1, Restrict("mira", "talks with a partner"))
    assert not may_see(found.context(1), found.incident, Reader("theo"))
    left = veiled(found.incident)
    kept = {f for f in Incident.__struct_fields__ if getattr(left, f) != getattr(Incident(id=1), f)}
    assert kept == {"policy", "title", "severity", "opened_at", "restricted"}
    assert left.title == "Restricted incident"
    assert unless_confidential(found.incident) == left
    assert may_see(found.context(1), found.incident, Reader("mira"))


def test_a_security_incident_stays_restricted() -> None:
    found = scene().do(1, MarkSecurity("mira")).do(2, Restrict("mira"))
    with pytest.raises(Refused, match="say first that it is none"):
        found.do(3, Restrict("mira", lift=True))
    found.do(4, MarkSecurity("vera", lift=True))
    assert found.incident.confidential
    assert not found.do(5, Restrict("mira", lift=True)).incident.confidential


def attacked(mark: bool) -> Scene:
    """A playbook with one runbook for attacks, and an incident that no runbook answers."""
    book = replace(runbook("Somebody got in", PODS), security=WHY)
    made = Scene(policy(level("first", 0), security=RULES, runbooks=(runbook("Bookings fail"), book)))
    return made.do(1, MarkSecurity("mira", "keys were posted")) if mark else made


def test_the_checklist_for_attacks_is_there_at_once_and_ticked_on_the_timeline() -> None:
    assert attacked(mark=False).incident.procedure is None
    found = attacked(mark=True)
    assert found.incident.procedure is not None
    assert found.incident.procedure.runbook == "Somebody got in"
    found.do(2, MarkStep("mira", 1, "done"))
    ticked = found.entries[-1].event
    assert isinstance(ticked, StepMarked)
    assert (ticked.by, ticked.verdict) == ("mira", "done")

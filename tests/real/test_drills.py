"""Drills: alert, page, what the runbook looked up by itself, one approval, recovery; with real kubectl and SQL."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from real.conftest import needs
from real.desk import Desk, ended, over
from real.phases import wrong as wrong_in_phases
from real.running import eventually
from real.test_demo import Demo
from real.test_demo_faults import SEEDS, SIGNS
from sirenbook.cli.demo.faults import Exercise, assigned, exercises, mends
from sirenbook.cli.demo.reading import commands_of
from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import read_texts

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(p.parent for p in (ROOT / "examples").glob("*/playbook.md"))
DRILLED = EXAMPLES[:1] if SEEDS else EXAMPLES
"""A drill takes a minute: where other playbooks of the same five kinds are drilled, one of ours is enough."""
pytestmark = [needs("kubectl", "psql", "curl"), pytest.mark.xdist_group("demo")]


def drills(folder: Path) -> list[Exercise]:
    """Every fault that the runbook it leads to can end."""
    texts = read_texts(folder)
    found = assigned(exercises(load(texts).policy, commands_of(texts)))
    return [each for each in found.values() if each.ended_by == "runbook"]


ELSEWHERE = {"High Response Time", "Empty the cache", "Cache Recovery"}
"""Runbooks that look at dashboards, or at nothing, before they act."""


@pytest.fixture(scope="module", params=DRILLED, ids=lambda p: p.name)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Desk]]:
    """A demo of one example, in which nothing is broken yet."""
    folder = tmp_path_factory.mktemp("demo")
    folder.chmod(0o711)
    demo = Demo(folder, request.param.name, "--well")
    yield request.param, Desk(demo)
    demo.end()


def test_every_runbook_that_can_mend_something_is_drilled(scene: tuple[Path, Desk]) -> None:
    folder, desk = scene
    found = drills(folder)
    assert found
    wrong = [fault for each in found if (fault := drill(desk, each))]
    assert not wrong, "\n\n".join(wrong)


def test_what_every_response_has_at_hand_is_drilled_way_by_way(scene: tuple[Path, Desk]) -> None:
    assert wrong_in_phases(*scene) == {}


def drill(desk: Desk, exercise: Exercise) -> str | None:
    """One drill from the alert to the recovery; what went otherwise than it should."""
    fault = f"{desk.demo.word['faults']}/{exercise.fault.name}"
    httpx2.put(fault, timeout=30).raise_for_status()
    incident = eventually(lambda: desk.incident(exercise.runbook.title), 30)
    try:
        return unseen(desk, incident, exercise) or unmended(desk, incident, exercise)
    finally:
        over(desk, incident, fault)


def unseen(desk: Desk, incident: str, exercise: Exercise) -> str | None:
    """What is wrong where what the runbook looked up by itself does not show the fault."""
    eventually(lambda: desk.settled(incident), 60)
    said = desk.looked_up(incident)
    if exercise.runbook.title in ELSEWHERE or re.search(SIGNS[exercise.fault.name], said):
        return None
    return f"{exercise.runbook.title}, {exercise.fault.name}: nothing shows in\n{said[-1500:]}"


def unmended(desk: Desk, incident: str, exercise: Exercise) -> str | None:
    """What is wrong where the steps at hand, approved one by one, do not end the fault."""
    ending = [s["number"] for s in desk.everything(incident) if mends(s["written"], exercise.fault)]
    desk.fill_in(incident, [s for s in desk.everything(incident) if s["number"] in ending])
    for step in [s for s in desk.everything(incident) if s["number"] in ending and not s["hindrance"]]:
        desk.carry_out(incident, step)
        if ended(desk, exercise.fault.name):
            return None
    told = [(s["text"], s["state"], s["hindrance"]) for s in desk.everything(incident) if s["number"] in ending]
    return f"{exercise.runbook.title}, {exercise.fault.name}: still on after {told}"

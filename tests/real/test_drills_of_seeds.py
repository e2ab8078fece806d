"""The runbooks of playbooks that are not ours, each drilled as far as its text goes; skipped where they are not."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from real.conftest import needs
from real.desk import Desk, over
from real.phases import wrong as wrong_in_phases
from real.running import eventually
from real.test_demo import Demo
from real.test_demo_faults import SEEDS
from real.test_drills import unmended, unseen
from sirenbook.cli.demo.faults import Exercise, exercises, mends
from sirenbook.cli.demo.reading import commands_of
from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import read_texts

pytestmark = [
    needs("kubectl", "psql", "curl"),
    pytest.mark.skipif(not SEEDS, reason="the playbooks are not here"),
    pytest.mark.xdist_group("demo"),
]


@pytest.fixture(scope="module", params=SEEDS, ids=lambda p: p.stem[:3])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Desk]]:
    """A demo of one playbook, in which nothing is broken yet."""
    folder = tmp_path_factory.mktemp("demo")
    folder.chmod(0o711)
    demo = Demo(folder, str(request.param), "--well")
    yield request.param, Desk(demo)
    demo.end()


def drills(path: Path) -> dict[str, list[Exercise]]:
    """For each runbook the faults that it is about, those first that its own commands end."""
    texts = read_texts(path)
    policy = load(texts).policy
    found = exercises(policy, commands_of(texts))
    return {r.title: [e for e in found if e.runbook.title == r.title] for r in policy.runbooks}


def test_every_runbook_is_drilled_as_far_as_its_text_goes(scene: tuple[Path, Desk]) -> None:
    path, desk = scene
    told = {title: drilled(desk, title, found) for title, found in drills(path).items()}
    assert not any(told.values()), "\n\n".join("\n".join([t, *faults]) for t, faults in told.items() if faults)


def test_what_every_response_has_at_hand_is_drilled_way_by_way(scene: tuple[Path, Desk]) -> None:
    assert wrong_in_phases(*scene) == {}


def drilled(desk: Desk, title: str, found: list[Exercise]) -> list[str]:
    """What stands in the way of one fault after the other; empty as soon as one could be drilled to its end."""
    faults = []
    for each in found:
        fault = looked(desk, each)
        if fault is None:
            return []
        faults.append(fault)
    return faults or [f"{title}: no fault of the demo is about it"]


def looked(desk: Desk, exercise: Exercise) -> str | None:
    """Alert, diagnosis, and the mend: by its own steps where some end the fault, else a person's tick."""
    switch = f"{desk.demo.word['faults']}/{exercise.fault.name}"
    known = {each["id"] for each in desk.ask("/api/incidents?status=all")["incidents"]}
    httpx2.put(switch, timeout=30).raise_for_status()
    incident = eventually(lambda: desk.newest(known), 30)
    try:
        if desk.ask(f"/api/incidents/{incident}/steps")["runbook"] != exercise.runbook.title:
            desk.ask(f"/api/incidents/{incident}/runbook", {"runbook": exercise.runbook.title, "by": "bao"})
        fault = unseen(desk, incident, exercise)
        if fault is None and exercise.ended_by == "runbook":
            fault = unmended(desk, incident, exercise)
        elif fault is None:
            tick(desk, incident)
            fault = elsewhere(desk, incident, exercise) if exercise.ended_by == "playbook" else None
        return fault
    finally:
        over(desk, incident, switch)


def elsewhere(desk: Desk, incident: str, exercise: Exercise) -> str | None:
    """The mend by another runbook of the playbook, or by what every incident has at hand."""
    faults = []
    for title in desk.ask(f"/api/incidents/{incident}/steps")["runbooks"]:
        desk.ask(f"/api/incidents/{incident}/runbook", {"runbook": title, "by": "bao"})
        if any(mends(s["written"], exercise.fault) and s["ready"] for s in desk.everything(incident)):
            eventually(lambda: desk.settled(incident), 60)
            fault = unmended(desk, incident, exercise)
            if fault is None:
                return None
            faults.append(fault)
    return "\n".join(faults) if faults else None


def tick(desk: Desk, incident: str) -> None:
    """Say of every step that did not run that it was done elsewhere, as a person does who followed the text."""
    for step in desk.steps(incident):
        if not step["runs"]:
            body = {"step": step["number"], "verdict": "not applicable", "note": "done elsewhere", "by": "bao"}
            desk.ask(f"/api/incidents/{incident}/marks", body)
    assert all(s["runs"] or s["verdict"] for s in desk.steps(incident))

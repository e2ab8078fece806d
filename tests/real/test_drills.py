"""Drills: alert, page, what the runbook looked up by itself, one approval, recovery; with real kubectl and SQL."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from real.conftest import needs
from real.running import eventually
from real.test_demo import Demo
from real.test_demo_faults import SIGNS
from sirenbook.cli.demo.faults import Exercise, assigned, exercises, mends
from sirenbook.cli.demo.reading import commands_of
from sirenbook.engine.reading import load, read_texts

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(p.parent for p in (ROOT / "examples").glob("*/playbook.md"))
pytestmark = [needs("kubectl", "psql", "curl"), pytest.mark.xdist_group("demo")]


def drills(folder: Path) -> list[Exercise]:
    """Every fault that the runbook it leads to can end."""
    texts = read_texts(folder)
    found = assigned(exercises(load(texts).policy, commands_of(texts)))
    return [each for each in found.values() if each.ended_by == "runbook"]


ELSEWHERE = {"High Response Time", "Empty the cache", "Cache Recovery"}
"""Runbooks that look at dashboards, or at nothing, before they act."""
ENDED = ("worked", "nothing", "failed", "stopped", "unknown", "withdrawn")


class Desk:
    """What a responder does, over the API."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        made = [self.ask("/api/tokens", {"name": p, "person": p}) for p in ("bao", "farida")]
        self.people = [str(each["secret"]) for each in made]

    def ask(self, path: str, body: dict[str, Any] | None = None, token: str = "") -> Any:
        """One request; whatever is refused is told."""
        method, headers = ("POST" if body else "GET"), {"Authorization": f"Bearer {token or self.demo.token}"}
        answer = httpx2.request(method, self.demo.word["url"] + path, json=body, headers=headers, timeout=30)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def incident(self, runbook: str) -> str:
        """The newest incident that is worked by a runbook."""
        for each in self.ask("/api/incidents")["incidents"]:
            if self.ask(f"/api/incidents/{each['id']}/steps")["runbook"] == runbook:
                return str(each["id"])
        return ""

    def newest(self, known: set[str]) -> str:
        """An incident that is not among these."""
        return next((str(e["id"]) for e in self.ask("/api/incidents")["incidents"] if e["id"] not in known), "")

    def steps(self, incident: str) -> list[dict[str, Any]]:
        """The steps of its runbook."""
        return list(self.ask(f"/api/incidents/{incident}/steps")["steps"])

    def everything(self, incident: str) -> list[dict[str, Any]]:
        """The steps of its runbook, and those that every incident has at hand."""
        found = self.ask(f"/api/incidents/{incident}/steps")
        return [*found["steps"], *(s for routine in found["routines"] for s in routine["steps"])]

    def step(self, incident: str, number: int) -> dict[str, Any]:
        """One step, by its number."""
        return next(s for s in self.everything(incident) if s["number"] == number)

    def settled(self, incident: str) -> bool:
        """Whether nothing runs or waits to run by itself."""
        return all(s["runs"] and s["state"] != "running" for s in self.steps(incident) if s["automatic"])

    def looked_up(self, incident: str) -> str:
        """What the steps that ran by themselves wrote."""
        return "\n".join(o["text"] for o in self.ask(f"/api/incidents/{incident}/outputs")["outputs"])

    def fill_in(self, incident: str, ending: list[dict[str, Any]]) -> None:
        """Say who holds the lock, as the runbook's own look-up tells: who waits for nobody."""
        if any("<pid>" in s["hindrance"] for s in ending):
            rows = re.findall(r"^(\d+) \| update.* \| (\d+) \|", self.looked_up(incident), re.MULTILINE)
            waiting, holding = {a for a, _ in rows}, {b for _, b in rows}
            [pid] = holding - waiting
            self.ask(f"/api/incidents/{incident}/values", {"name": "pid", "value": pid, "by": "bao"})

    def carry_out(self, incident: str, step: dict[str, Any]) -> None:
        """Approve exactly what is shown, by as many people as it takes, and wait for its end."""
        for token in self.people:
            fresh = self.step(incident, step["number"])
            if not fresh["runs"]:
                body = {"step": step["number"], "digest": fresh["digest"]}
                self.ask(f"/api/incidents/{incident}/steps", body, token)
        eventually(lambda: self.step(incident, step["number"])["state"] in ENDED, 40)


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda p: p.name)
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


def ended(desk: Desk, fault: str) -> bool:
    """Whether a fault is over: the database takes a moment to let go of a session."""
    with suppress(AssertionError):
        return eventually(lambda: fault not in desk.demo.on(), 3, every=0.2)
    return False


def drill(desk: Desk, exercise: Exercise) -> str | None:
    """One drill from the alert to the recovery; what went otherwise than it should."""
    fault = f"{desk.demo.word['faults']}/{exercise.fault.name}"
    httpx2.put(fault, timeout=30).raise_for_status()
    incident = eventually(lambda: desk.incident(exercise.runbook.title), 30)
    try:
        return unseen(desk, incident, exercise) or unmended(desk, incident, exercise)
    finally:
        over(desk, incident, fault)


def over(desk: Desk, incident: str, fault: str) -> None:
    """Whatever came of a drill: the fault is off, its alert ends, and the next one is an incident of its own."""
    httpx2.delete(fault, timeout=30).raise_for_status()
    eventually(lambda: desk.ask(f"/api/incidents/{incident}")["phase"] in ("watching", "resolved"), 30)
    body = {"by": "bao", "reason": "the drill is over", "at_once": True}
    desk.ask(f"/api/incidents/{incident}/resolve", body)


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

"""Every playbook at hand gives a review that leaves open what nobody can know, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.test_rehearsals import EXAMPLES, MONDAY, SEEDS
from sirenbook.engine.rehearsal.rehearse import rehearse
from sirenbook.incident.after.review_draft import Draft, draft, review_template
from sirenbook.model import command as c
from sirenbook.model.bindings import Bindings
from sirenbook.playbook.bindings.reader import demo_bindings
from sirenbook.playbook.compile import compile_playbook
from unit.incident.scenes import START, Scene

OPEN = {"seed-0": 4, "seed-1": 3, "seed-2": 7, "seed-3": 11, "seed-4": 4}
"""How many places only people can fill in: causes, figures, lessons."""


def drafted(path: Path) -> tuple[Draft, str]:
    own = compile_playbook([(path.name, path.read_text("utf-8"))])
    scene = Scene(own, demo_bindings(own, Bindings()), severity=own.severities[0].name)
    end = c.Resolve("mira", "rolled back", at_once=True, without="the review tells")
    scene.do(2, c.Acknowledge("mira")).do(40, end)
    scene.do(50, c.AddItem("mira", "Alert sooner", "theo", START))
    made = draft(scene.context(60), scene.incident, scene.entries, None, "mira")
    return made, made.text.partition("## From the record")[0]


@pytest.mark.parametrize("name", [*SEEDS, *EXAMPLES])
def test_nothing_that_is_known_is_left_open(name: str) -> None:
    path = {**SEEDS, **EXAMPLES}[name]
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    made, body = drafted(path)
    template = review_template(Scene(compile_playbook([(path.name, path.read_text("utf-8"))])).context(0))
    for blank in template.blanks:
        words = template.text[blank.start : blank.end]
        assert words not in body.replace(f"[to fill in: {blank.name}]", ""), words
    assert "09:00 - Opened" in body or "| Opened" in body or "04:00 | Opened" in body
    assert body.count("Alert sooner") == 1
    assert "HH:MM" not in body
    if name in OPEN:
        assert len(made.blanks) == OPEN[name], made.blanks


@pytest.mark.parametrize("name", SEEDS)
def test_a_rehearsal_shows_what_is_due_afterwards(name: str) -> None:
    path = SEEDS[name]
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    own = compile_playbook([(path.name, path.read_text("utf-8"))])
    worst = own.severities[0].name
    played = rehearse(own, Bindings(), worst, start=MONDAY, resolve_after=timedelta(minutes=5), names="targets")
    over = next(s.offset for s in played.steps if s.kind == "Resolved")
    due = [s.offset - over for s in played.steps if s.kind == "Overdue"]
    hours = {"seed-0": [24, 24], "seed-1": [24, 168], "seed-2": [48], "seed-3": [72], "seed-4": [24, 168]}[name]
    assert due == [timedelta(hours=h) for h in hours]

"""Lint on whole playbooks: what must be found in real ones, and that nothing is found that is not there."""

from datetime import date
from pathlib import Path

import pytest

from sirenbook.engine.policies.reading import inspect, load
from sirenbook.engine.policies.texts import read_texts
from sirenbook.model.diagnostic import Diagnostic

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(p.parent for p in ROOT.glob("examples/*/playbook.md"))
SEEDS = Path(ROOT.parent / "shared" / "seeds")
SEEN = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
TODAY = date(2026, 11, 1)

GRAVE = {
    "agent-platform": {"SB205:326"},
    "desk-studio": set(),
    "graph-intelligence": set(),
    "startup-studio": {"SB211:265", "SB212:72"},
    "workflow-orchestrator": {"SB227:199"},
    "000": {"SB108:1", "SB205:225", "SB241:38"},
    "001": {"SB105:32", "SB227:205"},
    "002": {"SB205:324", "SB231:437"},
    "003": set(),
    "004": {"SB105:12", "SB205:223", "SB211:264", "SB212:72", "SB281:341"},
}
"""Whatever is graver than a note, commands aside, each read against the text and found true."""


def found(path: Path) -> tuple[Diagnostic, ...]:
    return inspect(load(read_texts(path)), TODAY)


def graver(path: Path) -> set[str]:
    return {f"{d.code}:{d.at.line}" for d in found(path) if d.grade != "note" and d.code < "SB4"}


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda p: p.name)
def test_the_examples(folder: Path) -> None:
    assert graver(folder) == GRAVE[folder.name]


@pytest.mark.skipif(not SEEN, reason="needs the shared playbooks")
@pytest.mark.parametrize("file", SEEN, ids=lambda p: p.name[:3])
def test_playbooks_of_others(file: Path) -> None:
    assert graver(file) == GRAVE[file.name[:3]]


@pytest.mark.skipif(not SEEN, reason="needs the shared playbooks")
def test_both_halves_of_a_contradiction_are_shown() -> None:
    (promise,) = [d for d in found(SEEN[4]) if d.code == "SB211"]
    assert [a.line for a in (promise.at, *promise.also)] == [264, 244, 265]
    (example,) = [d for d in found(SEEN[4]) if d.code == "SB212"]
    assert [a.line for a in (example.at, *example.also)] == [72, 22]


@pytest.mark.skipif(not SEEN, reason="needs the shared playbooks")
@pytest.mark.parametrize(("number", "line"), [(0, 223), (4, 4)])
def test_a_wrong_encoding_is_shown_where_it_begins(number: int, line: int) -> None:
    (spoilt,) = [d for d in found(SEEN[number]) if d.code == "SB104"]
    assert (spoilt.at.line, spoilt.at.column) == (line, 1 if number == 0 else 5)

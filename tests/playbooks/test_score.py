"""Scores the reader on the example playbooks against their hand labels, where those are at hand."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.normalised import normalise

SHARED = Path(__file__).parents[3] / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
SCORER = SHARED / "importer" / "score.py"
SCORED = 17  # fields that the five playbooks exercise

pytestmark = pytest.mark.skipif(
    not SEEDS or not SCORER.exists(), reason="the example playbooks and their labels are not here"
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("normalised")
    for number, path in enumerate(SEEDS):
        policy = compile_playbook([(path.name, path.read_text(encoding="utf-8"))])
        target = out / f"seed-{number}.json"
        target.write_text(json.dumps(normalise(policy, target.stem)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(SCORER), str(out), "--split", "seeds", "--verbose"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def overall(report: str) -> dict[str, tuple[int, int, int]]:
    rows = re.findall(r"^   ([a-z_]+\.[a-z_]+) .* tp +(\d+) fp +(\d+) fn +(\d+)", report.split("OVERALL")[1], re.M)
    return {name: (int(tp), int(fp), int(fn)) for name, tp, fp, fn in rows}


def test_every_field_is_read_without_a_fault(report: str) -> None:
    counts = overall(report)
    faults = {name: count for name, count in counts.items() if count[1] or count[2]}
    assert (len([c for c in counts.values() if any(c)]), faults) == (SCORED, {}), report


def test_no_clock_is_wrong_or_invented(report: str) -> None:
    assert re.search(r"wrong or invented clocks .*: 0$", report, re.M), report

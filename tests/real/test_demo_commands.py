"""Every kubectl line of every playbook runs against the demo's cluster, and ends as it would against a real one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from real.conftest import needs
from real.platforms import Beside

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/playbook.md"))
SHARED = ROOT.parent / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
COMMANDS = SHARED / "runbooks" / "commands.json"
ENDLESS = ("logs -f", "port-forward")
FAILING = {
    "kubectl restart ": "unknown command",
    "kubectl apply -f ": "does not exist",
    "mean_time": 'column "mean_time" does not exist',
    "from app.db": "",
    "kubectl port-forward": "not",
    "--previous": "previous terminated container",
}
"""Lines that cannot do what they say, wherever they run; or not here. An empty word: it may work or not."""

pytestmark = [needs("kubectl", "timeout"), pytest.mark.xdist_group("demo")]
PLAYBOOKS = [pytest.param(p, id=p.parent.name) for p in EXAMPLES] + [pytest.param(p, id=p.stem[:3]) for p in SEEDS]


@pytest.fixture(scope="module", params=PLAYBOOKS)
def beside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """A platform for one playbook."""
    place = Beside.of(request.param, tmp_path_factory.mktemp("demo"))
    yield place
    place.stop()


def test_every_kubectl_line_ends_as_it_would_on_a_real_cluster(beside: Beside) -> None:
    ran = 0
    wrong = []
    for text in [t for t in beside.commands if "kubectl" in t]:
        for program in [p for p in beside.filled(text) if p[0] == "kubectl"]:
            ran += 1
            if fault := _judge(beside, text, program):
                wrong.append(fault)
    assert wrong == []
    assert ran >= 5


def _judge(beside: Beside, text: str, program: list[str]) -> str | None:
    endless = any(e in text for e in ENDLESS[:1])
    ended = beside.kubectl(*program[1:], limit=3 if endless else 20)
    beside.later(10)
    said = f"{' '.join(program)}\n  exit {ended.returncode}: {ended.stdout[-300:]}{ended.stderr[-300:]}"
    if expected := next((e for e in FAILING if e in text), None):
        well = FAILING[expected] == "" or (ended.returncode == 1 and FAILING[expected] in ended.stderr)
    elif endless:
        well = ended.returncode == 124 and bool(ended.stdout)
    else:
        well = ended.returncode == 0 and bool(ended.stdout or ended.stderr or "pg_restore" in program)
    return None if well else said


@pytest.mark.skipif(not COMMANDS.exists(), reason="the labelled commands of the five playbooks are not here")
def test_the_labelled_commands_are_all_among_those_that_ran() -> None:
    from sirenbook.cli.demo.reading import commands_of
    from sirenbook.engine.policies.texts import read_texts

    read = [_words(c) for p in SEEDS for c in commands_of(read_texts(p))]
    labelled = json.loads(COMMANDS.read_text())["commands"]
    wanted = [c for c in labelled if c["command"].startswith("kubectl") and c["language"].startswith("shell")]
    missing = [c["id"] for c in wanted if _words(c["command"]) not in read]
    assert len(wanted) > 60
    # Four stand in a table as inline code, not as commands of their own.
    assert len(missing) <= 4, missing


def _words(text: str) -> str:
    return " ".join(text.replace("\\\n", " ").split())

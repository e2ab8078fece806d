"""What is said of commands: every fault that is known, on our examples and on commands labelled by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from sirenbook.model.provenance import Provenance
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.lint import lint
from sirenbook.playbook.lint.book import Book
from sirenbook.playbook.lint.commands import commands_of
from sirenbook.playbook.safety import judge
from sirenbook.playbook.safety.checks.look import Around
from sirenbook.playbook.safety.findings import findings

ROOT = Path(__file__).parents[4]
LABELS = ROOT.parent / "shared" / "runbooks" / "commands.json"
SEEDS = ROOT.parent / "shared" / "seeds"
EXAMPLES = sorted((ROOT / "examples").glob("*/playbook.md"))
HERE = Provenance("playbook.md", 1, "")
ERRORS = {
    "K-VERB": "SB421",
    "S-COL": "SB441",
    "S-PG13": "SB441",
    "S-PG13b": "SB441",
    "S-NODB": "SB442",
    "C-GLOB": "SB461",
    "C-NOFAIL": "SB462",
    "S-BLOCKQ": "SB443",
    "S-REGCLASS": "SB444",
    "R-RESTORE": "SB450",
    "Z-SECRETOUT": "SB406",
    "X-STDIN": "SB404",
    "X-UNBOUNDED": "SB403",
    "X-PAGER": "SB404",
    "Y-SWALLOW": "SB471",
    "L-SLASH": "SB402",
}
BLANKS = {"P-REDIR": "SB407", "P-BRACE": "SB407"}
WARNINGS = {
    "K-NONS": "SB423",
    "K-LOGS10": "SB424",
    "K-LOGS1POD": "SB425",
    "K-UNDO": "SB426",
    "K-NOWAIT": "SB427",
    "X-GREP1": "SB411",
    "X-PIPEMASK": "SB412",
    "X-NOTIMEOUT": "SB463",
    "C-SILENT": "SB464",
    "K-NOTREADY": "SB429",
    "S-SUPER": "SB447",
    "P-ENV": "SB408",
    "Z-ARGV": "SB409",
    "Y-CWD": "SB410",
    "Y-DROP": "SB472",
    "Y-UNKNOWN": "SB473",
    "X-TTY": "SB405",
    "S-NOROWS": "SB448",
}


def labels() -> list[dict[str, Any]]:
    return list(json.loads(LABELS.read_text())["commands"]) if LABELS.exists() else []


def codes(command: dict[str, Any]) -> dict[str, str]:
    """The codes found on a labelled command, each with its gravest grade."""
    language = "sql" if command["fence"] == "sql" else "shell"
    found = findings(command["command"], language, HERE, Around(namespaced=True))
    return {d.code: d.grade for d in reversed(found)}


@pytest.mark.skipif(not LABELS.exists(), reason="the labelled commands are not at hand")
def test_every_labelled_fault_is_found() -> None:
    missing = [
        (c["id"], f["code"])
        for c in labels()
        for f in c["faults"]
        if f["code"] in ERRORS | BLANKS | WARNINGS and (ERRORS | BLANKS | WARNINGS)[f["code"]] not in codes(c)
    ]
    assert missing == []


@pytest.mark.skipif(not LABELS.exists(), reason="the labelled commands are not at hand")
def test_no_error_where_the_label_has_none() -> None:
    false = {
        c["id"]: wrong
        for c in labels()
        if (
            wrong := {k for k, g in codes(c).items() if g == "error"} - {ERRORS.get(f["code"]) for f in c["faults"]}
        )
    }
    assert false == {}


@pytest.mark.skipif(not SEEDS.exists(), reason="the labelled playbooks are not at hand")
def test_the_reader_cuts_the_labelled_commands() -> None:
    """All but the one that stands in a comment, which is no step."""
    wanted = {(c["seed"], c["line"]) for c in labels() if not c["command"].startswith("--")}
    found = set()
    for path in sorted(SEEDS.glob("*.txt")):
        files = [(path.name, path.read_text())]
        book = Book(compile_playbook(files), files)
        found |= {(path.name[:3], p.command.line) for p in commands_of(book)}
    assert wanted - found == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.parent.name)
def test_our_examples_are_looked_over(path: Path) -> None:
    files = [(path.name, path.read_text())]
    policy = compile_playbook(files)
    for found in lint(policy, files):
        row = files[0][1].split("\n")[found.at.line - 1]
        assert found.help and found.text
        assert not found.code.startswith("SB4") or found.at.quote in row


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.parent.name)
def test_every_step_of_our_examples_is_judged(path: Path) -> None:
    policy = compile_playbook([(path.name, path.read_text())])
    for runbook in policy.runbooks:
        for step in runbook.steps:
            judged = judge(step.text, step.language)
            assert judged.reasons, step
            assert not judged.automatic or judged.run is not None


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("kubectl get pods -n a", "shell", ""),
        ("kubectl get nodes", "shell", ""),
        ("curl -fsS --max-time 5 https://shop.example/health", "shell", ""),
        ("SELECT pid, wait_event FROM pg_stat_activity WHERE pid > 1", "sql", ""),
        ("SELECT a.pid AS x FROM pg_stat_activity a ORDER BY x", "sql", ""),
        ("SELECT oops FROM pg_stat_activity", "sql", "SB441"),
        ("SELECT buffers_backend FROM pg_stat_bgwriter", "sql", "SB441"),
        ("SELECT oops FROM pg_stat_activity JOIN orders ON true", "sql", ""),
        ("SELECT (SELECT oops) FROM orders", "sql", ""),
        ("WITH a AS (SELECT 1 AS oops) SELECT oops FROM a", "sql", ""),
        ("sum(rate(http_requests_total[5m])) by (code)", "query", ""),
        ("sum(rate(http_requests_total[5m])", "query", "SB465"),
        ("kubectl logs -n a -f x", "shell", "SB403"),
        ("kubectl get pods -n a -w", "shell", "SB403"),
        ("kubectl exec -n a x -- tail -f /var/log/x", "shell", "SB403"),
        ("sh -c 'kubectl halt x'", "shell", "SB421"),
        ("timeout 5 kubectl get pods --frob -n a", "shell", "SB422"),
        ("kubectl autoscale deploy x -n a --cpu-percent=5 --max=3", "shell", "SB422"),
    ],
)
def test_single_commands(text: str, language: str, code: str) -> None:
    found = {d.code for d in findings(text, language, HERE) if d.grade != "note"}
    assert (code in found) if code else found == set()

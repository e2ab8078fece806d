"""The commands of five published playbooks, judged by hand beforehand: every risk is met."""

import json
from pathlib import Path
from typing import Any

import pytest

from sirenbook.playbook.safety import judge

ROOT = Path(__file__).parents[4]
LABELS = ROOT.parent / "shared" / "runbooks" / "commands.json"
RISK = {
    "read-only": "reads",
    "mutating": "changes",
    "destructive": "destroys",
    "unknown-code": "changes",
    "not-a-shell-command": "changes",
}


def labels() -> list[dict[str, Any]]:
    """Every labelled command; none where the labels are not at hand."""
    return list(json.loads(LABELS.read_text())["commands"]) if LABELS.exists() else []


def language(command: dict[str, Any]) -> str:
    return "sql" if command["fence"] == "sql" else "shell"


@pytest.mark.skipif(not LABELS.exists(), reason="the labelled commands are not at hand")
def test_every_risk_is_met() -> None:
    wrong = {}
    for command in labels():
        judged = judge(command["command"], language(command))
        if judged.risk != RISK[command["risk"]]:
            wrong[command["id"]] = (command["risk"], judged.risk, judged.reasons)
    assert wrong == {}
    assert len(labels()) == 139

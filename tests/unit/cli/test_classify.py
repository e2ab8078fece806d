"""`classify` says which severity facts or alerts have, by which line; and what it could not use."""

import json
from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli.exits import Exit

PLAYBOOK = """\
# Incidents

| Severity | Response Time | Criteria |
|---|---|---|
| P1 | 5 minutes | Error rate > 10%, data loss |
| P2 | 1 hour | Error rate 1-10%, latency above 2x normal |
"""


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    path = tmp_path / "playbook.md"
    path.write_text(PLAYBOOK)
    return path


def test_facts(run: Any, playbook: Path) -> None:
    result = run(
        "classify", str(playbook), "--fact", "error_rate=12%", "--fact", "latency=3x", "--fact", "error_rates=0.2"
    )
    assert result.exit_code == Exit.OK
    assert "P1: error_rate = 12% meets a criterion of P1" in result.stdout
    assert "P2  latency = 3x meets “latency above 2x normal”" in result.stdout
    assert "playbook.md:5:" in result.stdout
    assert "error_rates = 0.2 is not compared: the playbook gives error rate in percent." in result.stderr


@pytest.mark.parametrize("shape", ["one", "list", "webhook"])
def test_an_alert_in_any_shape(run: Any, playbook: Path, tmp_path: Path, shape: str) -> None:
    one = {"labels": {"alertname": "ApiErrors"}, "annotations": {"summary": "Error rate is 4% on api"}}
    whole = {"one": one, "list": [one], "webhook": {"version": "4", "alerts": [{"status": "firing", **one}]}}
    file = tmp_path / "alert.json"
    file.write_text(json.dumps(whole[shape]))
    result = run("classify", str(playbook), "--alert", str(file), "--json")
    (told,) = json.loads(result.stdout)["classified"]
    assert (told["alert"], told["severity"], told["why"]["line"]) == ("ApiErrors", "P2", 6)
    assert told["evidence"][0]["said"] == ["“Error rate is 4% on api”"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give either --fact"),
        (["--fact", "x"], "write each fact once, as NAME=VALUE"),
        (["--fact", "a=1", "--fact", "a=2"], "write each fact once"),
    ],
)
def test_what_cannot_be(run: Any, playbook: Path, arguments: list[str], words: str) -> None:
    result = run("classify", str(playbook), *arguments)
    assert result.exit_code == Exit.USAGE
    assert words in result.stderr


@pytest.mark.parametrize("text", ["{", "[1]", '{"alerts": 3}', '"x"', "\udcff"])
def test_what_is_no_alert(run: Any, playbook: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "alert.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    result = run("classify", str(playbook), "--alert", str(file))
    assert result.exit_code == Exit.USAGE
    assert "Give an Alertmanager webhook" in result.stderr
    assert "Traceback" not in result.stderr

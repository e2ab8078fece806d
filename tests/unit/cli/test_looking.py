"""Commands that look at a playbook without a server: explain and rehearse."""

import json
from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli.exits import Exit

PLAYBOOK = """\
# Aquarium incidents

## Severities

### P1 - Critical
- **Response Time**: 5 minutes
- **Escalation**: Page the keeper; escalate to the director if not resolved in 30 minutes

### P2 - Low
- **Response Time**: 4 hours
- **Escalation**: Page the keeper
"""
BINDINGS = """\
fallback = ["mira"]
[people.mira]
name = "Mira Okafor"
contact = [{channel = "ntfy", to = "https://ntfy.sh/mira"}]
[people.ravi]
name = "Ravi Menon"
contact = [{channel = "ntfy", to = "https://ntfy.sh/ravi"}]
"""


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    path = tmp_path / "aquarium.md"
    path.write_text(PLAYBOOK)
    return path


@pytest.fixture
def bound(playbook: Path, run: Any) -> Path:
    """The same with somebody behind every name that it pages."""
    policy = json.loads(run("explain", playbook, "--json").stdout)["policy"]
    names = sorted({w for level in policy["levels"] for w in level["who"]} | set(policy["on_call"]))
    people = ("mira", "ravi")
    lines = [f'"{n}" = "{people[i % 2]}"' for i, n in enumerate(names)]
    (playbook.parent / "sirenbook.toml").write_text(BINDINGS + "[targets]\n" + "\n".join(lines))
    return playbook


def test_explain_in_words_with_findings_as_compilers_print_them(run: Any, playbook: Path) -> None:
    result = run("explain", playbook)
    assert result.exit_code == Exit.OK
    assert "P1 Critical  [aquarium.md:5]" in result.stdout
    assert "respond within 5 minutes  [aquarium.md:6]" in result.stdout
    assert ": SB321 error: There is no fallback" in result.stdout
    assert result.stdout.count("SB321") == 1


def test_strict_tells_scripts(run: Any, playbook: Path, bound: Path) -> None:
    assert run("explain", bound, "--strict").exit_code == Exit.OK
    (playbook.parent / "sirenbook.toml").unlink()
    assert run("explain", playbook, "--strict").exit_code == Exit.FINDINGS


def test_explain_as_data(run: Any, playbook: Path) -> None:
    said = json.loads(run("explain", playbook, "--json").stdout)
    assert [s["name"] for s in said["policy"]["severities"]] == ["P1", "P2"]
    assert {d["code"] for d in said["diagnostics"]} >= {"SB320", "SB321"}


def test_normalised_takes_the_name_of_the_file_or_another(run: Any, playbook: Path) -> None:
    said = json.loads(run("explain", playbook, "--normalised").stdout)
    assert (said["schema"], said["doc"]) == ("sirenbook.playbook/1", "aquarium")
    assert json.loads(run("explain", playbook, "--normalised", "--doc", "seed-9").stdout)["doc"] == "seed-9"


def test_questions_are_a_table_to_copy(run: Any, playbook: Path) -> None:
    import tomllib

    said = run("explain", playbook, "--questions").stdout
    uncommented = "\n".join(x.removeprefix("# ") if '" = ' in x else x for x in said.splitlines())
    answers = tomllib.loads(uncommented)["answers"]
    asked = json.loads(run("explain", playbook, "--questions", "--json").stdout)["questions"]
    assert answers == {q["key"]: q["default"] for q in asked}


@pytest.mark.parametrize("command", ["explain", "rehearse"])
def test_no_playbook_there(run: Any, tmp_path: Path, command: str) -> None:
    missing = run(command, tmp_path / "none.md")
    assert missing.exit_code == Exit.NOT_FOUND
    assert "none.md does not exist. Give a playbook" in missing.stderr
    assert run(command, tmp_path).exit_code == Exit.USAGE


def test_a_playbook_without_severities_is_a_finding(run: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_text("# Nothing\n\nNo words.\n")
    result = run("rehearse", tmp_path / "empty.md")
    assert result.exit_code in (Exit.OK, Exit.FINDINGS)
    assert "Traceback" not in result.output


def test_rehearse_shows_when_whom_and_where_it_is_written(run: Any, playbook: Path) -> None:
    said = run("rehearse", playbook, "-s", "critical", "--start", "2026-01-05T10:00Z", "--utc").stdout
    assert said.startswith("P1 Critical, opened Mon 2026-01-05 10:00 UTC\n")
    assert "aquarium.md:7" in said
    assert "+00:30  Escalated to" in said


def test_rehearse_every_severity_without_a_choice(run: Any, playbook: Path) -> None:
    said = json.loads(run("rehearse", playbook, "--json", "--ack-after", "4m").stdout)
    assert [r["severity"] for r in said["rehearsals"]] == ["P1", "P2"]
    kinds = [s["kind"] for s in said["rehearsals"][0]["steps"]]
    assert kinds[0] == "Opened" and "Acknowledged" in kinds and "Silent" not in kinds


def test_rehearse_calls_people_by_name_once_they_are_bound(run: Any, bound: Path) -> None:
    assert "Mira Okafor (" in run("rehearse", bound, "-s", "P1").stdout
    assert "Mira Okafor" not in run("rehearse", bound, "-s", "P1", "--targets").stdout


def test_rehearse_until_it_is_resolved(run: Any, playbook: Path) -> None:
    words = ("--ack-after", "4m", "--resolve-after", "20m", "-s", "P1")
    assert "not resolved after 30 min" not in run("rehearse", playbook, *words).stdout
    [one] = json.loads(run("rehearse", playbook, *words, "--json").stdout)["rehearsals"]
    assert one["ended"] == "resolved"
    assert {x["reason"] for x in one["not_reached"]} == {"resolved"}


def test_rehearse_an_unknown_severity(run: Any, playbook: Path) -> None:
    result = run("rehearse", playbook, "-s", "P9")
    assert result.exit_code == Exit.USAGE
    assert "It has P1, P2." in result.stderr

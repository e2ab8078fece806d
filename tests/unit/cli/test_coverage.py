"""`sirenbook coverage`: from files alone, from the server, in words, as data, and by its exit code."""

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
"""
PERSON = '[people.{0}]\nname = "{1}"\ncontact = [{{channel = "console", to = "{0}"}}]\n'
PEOPLE = 'fallback = ["ana"]\n' + "".join(
    PERSON.format(*p) for p in (("mira", "Mira Okafor"), ("ravi", "Ravi Menon"), ("ana", "Ana Lind"))
)
TURNS = '[rotations.desk]\nmembers = ["mira", "ravi"]\nstart = "2026-01-05"\n'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A playbook whose keeper is whoever's turn it is, and whose director is next in turn."""
    (tmp_path / "aquarium.md").write_text(PLAYBOOK)
    targets = '[targets]\n"keeper" = "rotation:desk"\n"director" = "rotation:desk.secondary"\n'
    (tmp_path / "sirenbook.toml").write_text(PEOPLE + targets + TURNS)
    return tmp_path / "aquarium.md"


def gapped(book: Path) -> None:
    """Leave the nights to nobody."""
    toml = book.parent / "sirenbook.toml"
    toml.write_text(toml.read_text() + 'hours = "Mon-Fri 09:00-17:00"\n')


def test_a_covered_playbook(run: Any, book: Path) -> None:
    result = run("coverage", book)
    assert result.exit_code == Exit.OK, result.output
    assert "8 weeks are covered" in result.stdout


def test_a_gap_is_told_with_its_mend_and_by_the_exit_code(run: Any, book: Path) -> None:
    gapped(book)
    result = run("coverage", book, "--weeks", "2")
    assert result.exit_code == Exit.FINDINGS
    assert "SB330 error: P1 pages nobody as" in result.stdout
    assert "SB331 warning" in result.stdout
    assert "sirenbook oncall override" in result.stdout


def test_who_is_paged_if_one_does_not_answer(run: Any, book: Path) -> None:
    result = run("coverage", book, "-s", "p1", "--without", "Mira Okafor", "--weeks", "1")
    assert result.exit_code == Exit.OK
    assert "+00:30 nobody" in result.stdout or "+00:00 nobody" in result.stdout
    assert "Ravi Menon (console)" in result.stdout
    assert "Mira Okafor (" not in result.stdout
    assert run("coverage", book, "--without", "mira").exit_code == Exit.USAGE
    assert run("coverage", book, "-s", "P9").exit_code == Exit.USAGE


def test_as_data(run: Any, book: Path) -> None:
    gapped(book)
    result = run("coverage", book, "--json", "--weeks", "1")
    assert result.exit_code == Exit.FINDINGS
    found = json.loads(result.stdout)
    [p1] = found["severities"]
    silent = next(s for s in p1["stretches"] if s["steps"][0]["people"])["without"]
    assert all(m["people"] for m in silent)
    gap = next(f for f in found["findings"] if f["code"] == "SB330")
    assert gap["seconds"] == (7 * 24 - 40) * 3600


def test_the_server_is_asked_without_a_playbook(run: Any, server: Any, home: Path) -> None:
    server.answer("GET /api/oncall/coverage?weeks=3", {"findings": [], "severities": []})
    result = run("coverage", "--weeks", "3")
    assert result.exit_code == Exit.OK
    assert "3 weeks are covered" in result.stdout

"""`sirenbook lint`: what it prints, which findings it takes, how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli.exits import Exit
from sirenbook.cli.screen import cells

PLAYBOOK = """\
# Incidents

| Severity | Response Time | Updates | Escalation |
|---|---|---|---|
| P0 | 30 minutes | Every 15 minutes | Page the on-call engineer immediately, CTO after 1 hour |
| P1 | 15 minutes | Every hour | Page the on-call engineer immediately |

If nobody answers, start again.

Last updated: 2026-10-01
"""
BINDINGS = """\
fallback = ["mira"]

[people.mira]
contact = [{channel = "email", to = "mira@example.org"}, {channel = "ntfy", to = "mira-7f3k"}]

[people.jon]
contact = [{channel = "email", to = "jon@example.org"}, {channel = "ntfy", to = "jon-7f3k"}]

[targets]
"on-call engineer" = "mira"
"CTO" = "jon"

[channels.email]
folder = "mail"
"""
TEXT = """\
playbook.md:6:8: warning SB201: P1 is answered within 15 minutes, and P0, which is worse, only within 30 minutes.
    6 | | P1 | 15 minutes | Every hour | Page the on-call engineer immediately |
      |        ^^^^^^^^^^
  why: Whoever sorts two incidents by their clocks takes up the lesser one first.
 help: Give P0 the shorter time, or exchange the two.
 also: playbook.md:5:8
"""
DAY = ("--today", "2026-11-01")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, with a playbook and its bindings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    (tmp_path / "playbook.md").write_text(PLAYBOOK)
    (tmp_path / "sirenbook.toml").write_text(BINDINGS)
    return tmp_path


def test_its_text(folder: Path, run: Any) -> None:
    result = run("lint", "playbook.md", *DAY)
    assert result.stdout == TEXT
    assert (result.stderr, result.exit_code) == ("1 warning.\n", Exit.FINDINGS)


def test_a_folder_is_a_playbook_too(folder: Path, run: Any) -> None:
    assert run("lint", ".", *DAY).stdout == TEXT


def test_nothing_wrong(folder: Path, run: Any) -> None:
    (folder / "playbook.md").write_text(PLAYBOOK.replace("30 minutes", "5 minutes"))
    result = run("lint", "playbook.md", *DAY)
    assert (result.stdout, result.stderr, result.exit_code) == ("", "No findings.\n", Exit.OK)


def test_its_json(folder: Path, run: Any) -> None:
    said = json.loads(run("lint", "playbook.md", *DAY, "--json").stdout)
    (finding,) = said["findings"]
    assert said["counts"] == {"error": 0, "warning": 1, "note": 0}
    place = {"file": "playbook.md", "line": 6, "column": 8, "end_column": 18}
    assert finding.items() >= {"code": "SB201", "grade": "warning", **place}.items()
    assert finding["also"] == [{"file": "playbook.md", "line": 5, "column": 8, "end_column": 18}]
    assert run("lint", "playbook.md", *DAY, "--format", "json").stdout == json.dumps(said, indent=2) + "\n"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--select", "SB1,sb28"), Exit.OK),
        (("--select", "SB2"), Exit.FINDINGS),
        (("--ignore", "SB201"), Exit.OK),
        (("--select", "SB2", "--ignore", "SB20"), Exit.OK),
        (("--fail-on", "error"), Exit.OK),
        (("--fail-on", "note"), Exit.FINDINGS),
        (("--fail-on", "never"), Exit.OK),
        (("--select", "SB9"), Exit.USAGE),
        (("--fail-on", "all"), Exit.USAGE),
    ],
)
def test_which_findings_count(folder: Path, run: Any, options: tuple[str, ...], code: Exit) -> None:
    assert run("lint", "playbook.md", *DAY, *options).exit_code == code


def test_one_that_does_not_exist(folder: Path, run: Any) -> None:
    result = run("lint", "playbok.md")
    assert (result.stdout, result.exit_code) == ("", Exit.NOT_FOUND)
    assert "laybok.md does not exist" in result.stderr


def test_all_about_a_code(run: Any) -> None:
    result = run("lint", "--explain", "sb201")
    assert result.exit_code == Exit.OK
    assert result.stdout.startswith("SB201: a lower severity with a shorter clock than a higher one (warning)\n\n")
    assert run("lint", "--explain", "SB999").exit_code == Exit.USAGE


def test_without_bindings_nothing_is_said_of_what_they_lack(folder: Path, run: Any) -> None:
    (folder / "sirenbook.toml").unlink()
    said = json.loads(run("lint", "playbook.md", *DAY, "--json").stdout)
    assert [f["code"] for f in said["findings"]] == ["SB327", "SB201"]


def test_long_lines_are_cut_around_the_place(folder: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    (folder / "playbook.md").write_text("wide 🚨🚨 words " * 9 + "see [this](#that) " + "and more words " * 9)
    rows = run("lint", "playbook.md", "--select", "SB261", *DAY).stdout.splitlines()
    assert max(map(cells, rows[1:])) <= 60
    start = cells(rows[2][: rows[2].index("^")])
    assert rows[2].strip("| ") == "^" * len("#that")
    shown = rows[1]
    while cells(shown[: len(shown)]) > start:
        shown = shown[:-1]
    assert rows[1].removeprefix(shown).startswith("#that")


def test_hostile_text_is_shown_not_obeyed(folder: Path, run: Any) -> None:
    (folder / "playbook.md").write_text(PLAYBOOK + "\n[\x1b[2J\u202eevil](#no\x07where) TODO \x1b[31m\n")
    result = run("lint", "playbook.md", *DAY)
    assert result.stdout.replace("\n", "").isprintable()

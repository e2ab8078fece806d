"""Findings for CI: GitHub's workflow commands, SARIF for code scanning, JUnit's XML."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sirenbook.cli.findings import Found, Region
from sirenbook.cli.lint_github import commands, sarif
from sirenbook.cli.lint_junit import junit
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance

HERE = Region("books/shop, main:1.md", 3, 5, 9, "see [x](#y)")
NOWHERE = Region("books/shop, main:1.md", 0, 1, 1, "")


def found(at: Region = HERE, text: str = "50 % of it,\r\n::error::no", grade: Any = "warning") -> Found:
    said = Diagnostic("SB261", grade, text, "Mend it.", Provenance("shop.md", at.line, "see"))
    return Found(said, at, (HERE,))


def test_a_workflow_command_is_escaped() -> None:
    (line,) = commands([found()])
    assert line == (
        "::warning file=books/shop%2C main%3A1.md,line=3,col=5,endColumn=9,title=SB261%3A a link to a heading "
        "that there is not::50 %25 of it,%0D%0A::error::no Mend it."
    )


def test_a_workflow_command_without_a_line() -> None:
    (line,) = commands([found(NOWHERE, "text", "note")])
    assert line.startswith("::notice file=books/shop%2C main%3A1.md,title=SB261%3A ")


def test_sarif_has_all_that_code_scanning_shows() -> None:
    log = sarif([found(), found(NOWHERE, "text", "note")])
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "SB261"
    assert rule["defaultConfiguration"] == {"level": "warning"}
    assert all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help"))
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("SB261", 0, "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "books/shop%2C%20main%3A1.md"
    assert place["region"] == {"startLine": 3, "startColumn": 5, "endColumn": 9, "snippet": {"text": "[x]("}}
    assert first["relatedLocations"][0]["id"] == 1
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_a_fingerprint_stays_when_lines_are_added_above_and_differs_between_two() -> None:
    moved = HERE._replace(line=30)
    alike = sarif([found(), found(HERE._replace(line=9))])["runs"][0]["results"]
    prints = [r["partialFingerprints"]["sirenbook/v1"] for r in alike]
    assert prints[0] != prints[1]
    assert sarif([found(moved)])["runs"][0]["results"][0]["partialFingerprints"]["sirenbook/v1"] == prints[0]


def test_paths_are_those_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repo").mkdir()
    monkeypatch.chdir(tmp_path / "repo")

    def uri(path: str) -> str:
        results = sarif([found(HERE._replace(path=path))])["runs"][0]["results"]
        return str(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])

    assert uri(f"{tmp_path}/repo/a.md") == uri("./a.md") == uri("../repo/a.md") == "a.md"
    assert uri(f"{tmp_path}/other/a b.md") == f"file://{tmp_path}/other/a%20b.md"


def test_junit_is_xml_whatever_was_found() -> None:
    hostile = found(text="<&\"'>]]>\x00\x1b\ud800\ufffe")
    text = junit([hostile, found(NOWHERE, "text", "note")], [Path("books/shop, main:1.md"), Path("clean.md")])
    root = ElementTree.fromstring(text.encode())
    assert root.attrib | {"name": ""} == {"name": "", "tests": "3", "failures": "1", "errors": "0"}
    assert [s.get("name") for s in root] == ["books/shop, main:1.md", "clean.md"]
    assert sum(int(s.get("tests", "")) for s in root) == len(root.findall(".//testcase")) == 3
    (failure,) = root.findall(".//failure")
    assert failure.get("type") == "SB261"
    assert "<&\"'>]]>" in (failure.text or "")
    assert len(root.findall(".//system-out")) == 1


@pytest.fixture
def playbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "playbook.md"
    file.write_text("# Incidents\n\nSee [this](#that) \x1b[31m\u202e\x00 %0A\n\n```\nnever closed\n")
    return file


@pytest.mark.parametrize("format_", ["text", "json", "github", "sarif", "junit"])
def test_every_format_is_the_same_each_time_and_safe_to_look_at(playbook: Path, run: Any, format_: str) -> None:
    asked = ("lint", "playbook.md", "--format", format_, "--today", "2026-11-01")
    first, second = run(*asked), run(*asked)
    assert first.stdout == second.stdout
    assert first.stdout.replace("\n", "").isprintable()
    assert "SB261" in first.stdout


@pytest.mark.parametrize("format_", ["json", "sarif"])
def test_json_is_json(playbook: Path, run: Any, format_: str) -> None:
    assert json.loads(run("lint", "playbook.md", "--format", format_).stdout)


def test_one_workflow_command_a_line(playbook: Path, run: Any) -> None:
    rows = run("lint", "playbook.md", "--format", "github").stdout.splitlines()
    assert rows
    assert all(row.startswith(("::error ", "::warning ", "::notice ")) for row in rows)

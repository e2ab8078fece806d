"""The list and the screen of one incident."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli import incidents, show
from sirenbook.cli.exits import Exit
from sirenbook.cli.screen import cells

NOW = datetime(2026, 1, 5, 10, 20, tzinfo=UTC)
LIST = "GET /api/incidents?status=open&limit=50"

SCREEN = """\
INC-7  P1 High  unacknowledged
Checkout is slow
opened 10:00:00, 20 min ago · 3 alerts
Impact  Nobody can pay
Graded  label severity=critical is bound to P1                                        playbook.md:12
http://x/incidents/INC-7

What happens next
  10:05:00  now            Escalated to Secondary On-Call: not acknowledged after 5 min
                                                                                      playbook.md:12

People
  10:00:01  Mira Okafor (Primary On-Call): no answer yet

Timeline
  10:00:00  Opened as P1: Checkout is slow                                            playbook.md:12
  10:00:01  Paging Mira Okafor as Primary On-Call                                     playbook.md:12
  10:09:00  Escalated to Secondary On-Call (4 min late)                               playbook.md:12
  10:10:00  restarted it — Mira Okafor
"""


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incidents, "wall_clock", lambda: NOW)
    monkeypatch.setattr(show, "wall_clock", lambda: NOW)


@pytest.fixture
def shown(server: Any, home: Path, detail: dict[str, Any], entries: list[dict[str, Any]]) -> Any:
    server.answer("GET /api/incidents/INC-7", detail)
    server.answer("GET /api/incidents/INC-7/timeline?after=0", {"entries": entries})
    server.answer(f"GET /api/incidents/INC-7/timeline?after={len(entries)}", {"entries": []})
    return server


def test_the_screen(shown: Any, run: Any) -> None:
    assert run("show", "7", "--utc").stdout == SCREEN


def test_the_newest_entries_only(shown: Any, run: Any) -> None:
    said = run("show", "7", "--utc", "--last", "1").stdout
    assert "… 3 earlier\n  10:10:00  restarted it" in said


def test_places_to_look_at(shown: Any, run: Any, detail: dict[str, Any]) -> None:
    why = {"file": "playbook.md", "line": 40, "quote": "Checkout"}
    detail["links"] = [
        {"title": "Checkout", "kind": "dashboard", "url": "https://g.example/d/1", "command": "", "why": why},
        {"title": "Logs", "kind": "logs", "url": "", "command": "kubectl logs -l app=web", "why": why},
    ]
    said = run("show", "7", "--utc").stdout
    assert "Where to look\n  dashboard     Checkout: https://g.example/d/1" in said
    assert "  logs          Logs: kubectl logs -l app=web" in said


def test_its_json(shown: Any, run: Any, detail: dict[str, Any], entries: list[dict[str, Any]]) -> None:
    assert json.loads(run("show", "7", "--json").stdout) == {**detail, "entries": entries}


@pytest.mark.parametrize("columns", [40, 64, 120, 300])
def test_it_fits_the_terminal(shown: Any, run: Any, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run("show", "7", "--utc").stdout.splitlines()
    assert max(map(cells, lines)) <= min(columns, 120)


def test_no_colours_without_a_terminal(shown: Any, run: Any) -> None:
    assert "\x1b" not in run("show", "7").stdout


def test_hostile_text_is_shown_not_obeyed(shown: Any, run: Any, detail: dict[str, Any], entries: Any) -> None:
    evil = "\x1b[2J\u202egnp.exe\r\x07"
    detail.update(title=evil, impact=evil, reason=evil, acknowledged_by=evil, label=evil, url=evil)
    detail["people"][0].update(name=evil, target=evil)
    detail["next"][0]["text"] = evil
    entries[0].update(text=evil, who=evil)
    entries[0]["why"]["file"] = evil
    said = run("show", "7").stdout
    assert said.replace("\n", "").isprintable()


def test_times_within_words_are_in_the_zone_of_the_screen(shown: Any, run: Any, entries: Any) -> None:
    entries[0].update(kind="Snoozed", text="… until 11:00 UTC", event={"until": "2026-01-05T11:00:00+00:00"})
    assert "snoozed until 11:00:00" in run("show", "7", "--utc").stdout


def test_a_resolved_one(shown: Any, run: Any, detail: dict[str, Any]) -> None:
    detail.update(status="resolved", phase="resolved", resolved_at="2026-01-05T10:15:00+00:00", next=[], people=[])
    said = run("show", "7", "--utc").stdout
    assert "over after 15 min" in said
    assert "Nothing, until somebody acts." in said


def test_the_list(server: Any, home: Path, run: Any, detail: dict[str, Any]) -> None:
    server.answer(LIST, {"incidents": [detail, {**detail, "id": "INC-6", "drill": True}], "next": 6})
    result = run("incidents", "--utc")
    assert result.stdout.splitlines() == [
        "INCIDENT  SEVERITY  STATE           OPENED    AGE     ALERTS  NEXT      TITLE",
        "INC-7     P1        unacknowledged  10:00:00  20 min  3       10:05:00  Checkout is slow",
        "INC-6     P1        unacknowledged  10:00:00  20 min  3       10:05:00  DRILL Checkout is slow",
    ]
    assert "--before 6" in result.stderr


def test_an_empty_list_is_words_and_json_is_still_data(server: Any, home: Path, run: Any) -> None:
    server.answer(LIST, {"incidents": [], "next": None})
    result = run("incidents")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "No open incidents.\n", Exit.OK)
    assert json.loads(run("incidents", "--json").stdout) == {"incidents": [], "next": None}


def test_filters(server: Any, home: Path, run: Any) -> None:
    run("incidents", "--status", "all", "-s", "P1", "-q", "a b&c", "-n", "5", "--before", "9")
    assert server.last.path == "/api/incidents?status=all&severity=P1&q=a+b%26c&limit=5&before=9"


@pytest.mark.parametrize("columns", [50, 60, 80])
def test_a_narrow_list_goes_without_columns(
    server: Any, home: Path, run: Any, detail: dict[str, Any], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    server.answer(LIST, {"incidents": [{**detail, "title": "Checkout " * 9}], "next": None})
    lines = run("incidents", "--utc").stdout.splitlines()
    assert max(map(cells, lines)) <= columns
    assert "INC-7" in lines[1] and "unack" in lines[1] and "Checkout" in lines[1]

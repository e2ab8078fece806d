"""What each command asks of the server, and what it says afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli.exits import Exit

ME = ("--by", "mira")

CALLS: list[tuple[tuple[str, ...], str, dict[str, Any]]] = [
    (("ack", "INC-7"), "acknowledge", {}),
    (("snooze", "7", "1h30m"), "snooze", {"for": "90m"}),
    (("snooze", "7", "--until", "2026-03-02T09:00Z"), "snooze", {"until": "2026-03-02T09:00:00+00:00"}),
    (("escalate", "7"), "escalate", {}),
    (("escalate", "7", "--to", "CTO", "--note", "help"), "escalate", {"to": "CTO", "note": "help"}),
    (("regrade", "7", "P0", "--reason", "worse"), "regrade", {"severity": "P0", "reason": "worse"}),
    (("move", "7", "ledger", "--reason", "slow"), "move", {"service": "ledger", "reason": "slow"}),
    (("resolve", "7"), "resolve", {}),
    (("resolve", "7", "--false-alarm", "--reason", "a test"), "resolve", {"false_alarm": True, "reason": "a test"}),
    (("reopen", "7", "--reason", "back"), "reopen", {"reason": "back"}),
    (("note", "7", "it", "was", "DNS"), "notes", {"text": "it was DNS"}),
    (("note", "7", "better now", "--update"), "notes", {"text": "better now", "update": True}),
]


@pytest.mark.parametrize(("words", "path", "body"), CALLS)
def test_every_command_asks_for_what_it_says(
    server: Any,
    home: Path,
    run: Any,
    detail: dict[str, Any],
    words: tuple[str, ...],
    path: str,
    body: dict[str, Any],
) -> None:
    server.answer(f"POST /api/incidents/INC-7/{path}", detail)
    result = run(*words, *ME)
    assert result.exit_code == Exit.OK, result.stderr
    assert server.last.body == {**body, "by": "mira"}
    assert result.stdout == "INC-7  P1  unacknowledged  Checkout is slow\n"
    assert "Escalated to Secondary On-Call" in result.stderr


def test_json_is_the_whole_answer_and_nothing_else(
    server: Any, home: Path, run: Any, detail: dict[str, Any]
) -> None:
    server.answer("POST /api/incidents/INC-7/acknowledge", detail)
    result = run("ack", "7", "--json")
    assert json.loads(result.stdout) == detail
    assert result.stderr == ""


def test_declare(server: Any, home: Path, run: Any, detail: dict[str, Any]) -> None:
    server.answer("POST /api/incidents", detail, 201)
    result = run("declare", "Checkout", "is slow", "-s", "P1", "--impact", "all", "--drill", *ME)
    assert result.exit_code == Exit.OK
    wanted = {"title": "Checkout is slow", "severity": "P1", "impact": "all", "drill": True, "by": "mira"}
    assert server.last.body == wanted


@pytest.mark.parametrize("asked", [(), ("-s", "?")])
def test_declare_by_facts(
    server: Any, home: Path, run: Any, detail: dict[str, Any], asked: tuple[str, ...]
) -> None:
    server.answer("POST /api/incidents", detail, 201)
    result = run("declare", "Slow", *asked, "--fact", "error_rate=12%", "--fact", "users = 300", *ME)
    assert server.last.body["facts"] == {"error_rate": "12%", "users": "300"}
    assert server.last.body.get("severity") == (asked[1] if asked else None)
    assert f"P1: {detail['reason']}" in result.stderr


def test_who_acts(
    server: Any, home: Path, run: Any, detail: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer("POST /api/incidents/INC-7/acknowledge", detail)
    monkeypatch.setenv("LOGNAME", "login")
    run("ack", "7")
    assert server.last.body["by"] == "login"
    monkeypatch.setenv("SIRENBOOK_USER", "ravi")
    run("ack", "7")
    assert server.last.body["by"] == "ravi"


def test_a_note_from_stdin(server: Any, home: Path, run: Any, detail: dict[str, Any]) -> None:
    server.answer("POST /api/incidents/INC-7/notes", detail)
    run("note", "7", "-", input="one\ntwo\n")
    assert server.last.body["text"] == "one\ntwo\n"


@pytest.mark.parametrize(
    "words",
    [
        ("snooze", "7"),
        ("snooze", "7", "30m", "--until", "2026-03-02T09:00Z"),
        ("snooze", "7", "soon"),
        ("note", "7", " "),
        ("note", "7"),
        ("declare", "x"),
        ("declare", "x", "--fact", "error_rate"),
        ("declare", " ", "-s", "P1"),
        ("ack", "--by", "mira"),
        ("ack", "seven"),
        ("incidents", "--limit", "0"),
        ("akc", "7"),
    ],
)
def test_usage(home: Path, run: Any, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == Exit.USAGE
    assert result.stdout == ""


def test_a_hostile_title_does_not_reach_the_terminal(
    server: Any, home: Path, run: Any, detail: dict[str, Any]
) -> None:
    detail["title"] = "\x1b]0;owned\x07\u202eevil\nsecond line"
    server.answer("POST /api/incidents/INC-7/acknowledge", detail)
    for words in (("ack", "7"), ("ack", "7", "--json")):
        said = run(*words).stdout
        assert said.replace("\n", "").isprintable()


def test_login_link(server: Any, home: Path, run: Any) -> None:
    server.answer("POST /api/login-links", {"url": "http://x/login/abc"})
    result = run("login-link")
    assert result.stdout == "http://x/login/abc\n"
    assert json.loads(run("login-link", "--json").stdout) == {"url": "http://x/login/abc"}

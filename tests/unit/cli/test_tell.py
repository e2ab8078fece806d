"""`sirenbook update` and `sirenbook role` against a server that answers what it is told to."""

from typing import Any

import pytest

DRAFT = {
    "text": "We look into [SERVICE]. Next: 10:30",
    "template": "Status page",
    "why": None,
    "gaps": [{"name": "SERVICE", "words": "[SERVICE]", "line": 12, "choices": []}],
    "fixed": False,
    "next_by": None,
}
OUTLET = {"name": "status.example.com", "bound": False}
WHY = {"file": "playbook.md", "line": 9, "quote": "ask the CTO"}


def line(**more: Any) -> dict[str, Any]:
    """How customers stand."""
    plain = {"told_at": None, "due": None, "in_seconds": None, "why": None, "missed": 0, "barred": None}
    asked = {"approval": None, "approvers": [], "approved": [], "outlets": [OUTLET], "draft": DRAFT, "fields": []}
    return {"audience": "customers", **plain, **asked, **more}


@pytest.fixture
def board() -> dict[str, Any]:
    """What the server says of the incident's updates."""
    role = {"name": "Scribe", "part": "scribe", "person": "mira", "person_name": "Mira", "why": WHY, "duties": []}
    return {"id": "INC-1", "state": "", "security": False, "states": [], "audiences": [line()], "roles": [role]}


@pytest.fixture
def path(server: Any, board: dict[str, Any]) -> str:
    """Where updates are asked and given."""
    server.answer("GET /api/incidents/INC-1/updates", board)
    server.answer("POST /api/incidents/INC-1/updates", board)
    server.answer("POST /api/incidents/INC-1/roles", board)
    return "/api/incidents/INC-1/updates"


def test_a_draft_is_printed_to_paste_with_what_is_open(run: Any, server: Any, path: str) -> None:
    result = run("update", "INC-1", "--audience", "customers", "--url", server.url)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == DRAFT["text"]
    assert "Open: [SERVICE], line 12" in result.stderr
    assert "Nothing is bound for status.example.com" in result.stderr
    assert [a.method for a in server.asked] == ["GET"]


def test_posted_says_so_with_the_words_filled_in(run: Any, server: Any, path: str) -> None:
    given = ("--audience", "customers", "--set", "service=Uploads", "--next", "30m", "--state", "Identified")
    result = run("update", "INC-1", "--posted", *given, "--by", "mira", "--url", server.url)
    assert result.exit_code == 0, result.output
    body = server.asked[-1].body
    assert (body["text"], body["way"], body["next"]) == ("We look into Uploads. Next: 10:30", "posted", "30m")
    assert (body["template"], body["state"], body["by"]) == ("Status page", "Identified", "mira")


def test_who_must_approve_is_told(run: Any, server: Any, path: str, board: dict[str, Any]) -> None:
    board["audiences"] = [line(approval=WHY, approvers=["CTO"])]
    server.answer(f"GET {path}", board)
    result = run("update", "INC-1", "--audience", "customers", "--url", server.url)
    assert "CTO must approve these words: playbook.md:9" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--audience", "moon"), "owed anything as 'moon'"),
        (("--audience", "customers", "--set", "COLOUR=red"), "names no open placeholder; there are: SERVICE"),
        (("--audience", "customers", "--posted", "--text", " "), "say it with --text"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Any, server: Any, path: str, arguments: Any, why: str) -> None:
    result = run("update", "INC-1", *arguments, "--url", server.url)
    assert result.exit_code == 2
    assert why in result.stderr


def test_roles_are_shown_and_given(run: Any, server: Any, path: str) -> None:
    assert "Mira" in run("role", "INC-1", "--url", server.url).stdout
    result = run("role", "INC-1", "scribe", "mira", "--note", "all yours", "--by", "jo", "--url", server.url)
    assert result.exit_code == 0, result.output
    assert server.asked[-1].body == {"role": "scribe", "person": "mira", "note": "all yours", "by": "jo"}
    assert run("role", "INC-1", "scribe", "--url", server.url).exit_code == 2

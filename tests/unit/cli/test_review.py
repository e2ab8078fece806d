"""`sirenbook review` and `sirenbook items`: what they ask of the server, and what they show."""

import json
from pathlib import Path
from typing import Any

from unit.cli.conftest import Run, StandIn

REVIEW = "/api/incidents/INC-7/review"
ITEM = {
    "incident": "INC-7",
    "number": 2,
    "text": "Watch the\x1b[31m disk",
    "owner": "Mira",
    "due": "2026-11-30T17:00:00+00:00",
    "status": "open",
    "kind": "action",
    "overdue": True,
}


def found(**more: Any) -> dict[str, Any]:
    due = {"key": "review.0", "what": "Report within 48 hours", "due": "2026-11-25T10:00:00+00:00", "overdue": True}
    return {
        "incident": "INC-7",
        "owner": "Mira",
        "version": 3,
        "approved": 3,
        "published": 0,
        "meeting_at": "2026-11-26T14:00:00+00:00",
        "meeting_minutes": 45,
        "blanks": ["cause"],
        "due": [{**due, "why": {"file": "playbook.md", "line": 115, "quote": "…"}}],
        "items": [ITEM],
    } | more


def test_a_pdf_goes_to_a_pipe_as_it_is(server: StandIn, home: Path, run: Run) -> None:
    made = {"name": "INC-7-review.pdf", "text": "JVBERi3/AA==", "encoding": "base64"}
    server.answer(f"GET {REVIEW}/export?format=pdf", made)
    assert run("review", "7", "--export", "pdf").stdout_bytes == b"%PDF-\xff\x00"
    assert json.loads(run("review", "7", "--export", "pdf", "--json").stdout) == made


def test_how_the_review_stands(server: StandIn, home: Path, run: Run) -> None:
    server.answer(f"GET {REVIEW}", found())
    shown = run("review", "7")
    assert shown.exit_code == 0, shown.output
    words = " ".join(shown.stdout.split())
    assert "Review of INC-7: version 3, approved" in words
    assert "Report within 48 hours playbook.md:115" in words
    assert "2026-11-30 Mira overdue Watch the" in words
    assert "1 places are left to fill in" in words
    assert "\x1b" not in shown.stdout
    assert json.loads(run("review", "7", "--json").stdout)["version"] == 3


def test_a_draft_is_printed_and_a_file_is_kept(server: StandIn, home: Path, run: Run, tmp_path: Path) -> None:
    server.answer(f"GET {REVIEW}/draft?entries=1%2C2", {"markdown": "# Draft\n", "blanks": ["cause"]})
    shown = run("review", "INC-7", "--draft", "--entries", "1,2")
    assert (shown.stdout, shown.stderr) == ("# Draft\n", "1 places are left to fill in.\n")
    server.answer(f"GET {REVIEW}", found())
    server.answer(f"POST {REVIEW}", found(version=4))
    server.answer(f"POST {REVIEW}/approve", found(version=4, approved=4))
    (tmp_path / "r.md").write_text("# Mine")
    assert run("review", "7", "--edit", tmp_path / "r.md", "--approve", "--by", "theo").exit_code == 0
    assert [a.body for a in server.asked[-2:]] == [
        {"markdown": "# Mine", "based_on": 3, "by": "theo"},
        {"version": 4, "by": "theo"},
    ]
    assert run("review", "7", "--edit", "-", input="# In").exit_code == 0
    assert server.last.body["markdown"] == "# In"
    assert run("review", "7", "--edit", tmp_path / "none.md").exit_code == 2


def test_the_other_options(server: StandIn, home: Path, run: Run) -> None:
    for what in ("assign", "schedule", "publish", "done"):
        server.answer(f"POST {REVIEW}/{what}", found())
    shown = run(
        *("review", "7", "--owner", "theo", "--meeting", "2026-11-26T14:00Z", "--minutes", "30"),
        *("--publish", "--done", "review.0", "--by", "ana"),
    )
    assert shown.exit_code == 0, shown.output
    assert [a.body for a in server.asked] == [
        {"owner": "theo", "by": "ana"},
        {"at": "2026-11-26T14:00:00+00:00", "minutes": 30, "by": "ana"},
        {"by": "ana"},
        {"key": "review.0", "by": "ana"},
    ]
    server.answer(f"GET {REVIEW}/export?format=patch", {"name": "x", "text": "--- a/p\n"})
    assert run("review", "7", "--export", "patch").stdout == "--- a/p\n"


def test_items(server: StandIn, home: Path, run: Run) -> None:
    server.answer("GET /api/items?which=overdue", {"items": [ITEM]})
    assert "2026-11-30" in run("items", "--which", "overdue").stdout
    server.answer("POST /api/incidents/INC-7/items", {"items": [ITEM]})
    run("items", "7", "--add", "Watch it", "--owner", "mira", "--due", "2026-11-30", "--by", "ana")
    assert server.last.body == {
        "text": "Watch it",
        "kind": "action",
        "owner": "mira",
        "due": "2026-11-30",
        "by": "ana",
    }
    server.answer("POST /api/incidents/INC-7/items/2", {"items": []})
    shown = run("items", "7", "--change", "2", "--status", "done", "--by", "ana")
    assert (server.last.body, shown.stderr) == ({"status": "done", "by": "ana"}, "No action items.\n")
    assert run("items", "--add", "x").exit_code == 2
    assert run("items", "7", "--add", "x", "--due", "soon").exit_code == 2

"""`sirenbook practices`: what is late on top, and a practice is done by its name."""

import json
from pathlib import Path
from typing import Any

from sirenbook.cli.exits import Exit

LATE = {
    "name": "restore-test",
    "what": "Restore test every month",
    "kind": "drill",
    "every": 30 * 86_400,
    "due": "2026-11-20T17:00:00Z",
    "overdue": True,
    "owner": "SRE lead",
    "reminded": ["Mira Kovač"],
    "done_at": None,
    "done_by": "",
    "note": "",
    "incident": "",
    "why": {"file": "playbook.md", "line": 7, "quote": "Restore test every month"},
}
NEVER = {**LATE, "name": "tabletop", "every": None, "due": None, "overdue": False, "owner": "", "reminded": []}
FOUND = {"overdue": 1, "practices": [LATE, NEVER]}


def test_they_are_listed_with_their_line(server: Any, home: Path, run: Any) -> None:
    server.answer("GET /api/practices", FOUND)
    told = run("practices").stdout
    assert "2026-11-20 OVERDUE" in told
    assert "playbook.md:7" in told
    assert told.index("restore-test") < told.index("tabletop")
    assert json.loads(run("practices", "--json").stdout) == FOUND
    server.answer("GET /api/practices", {"overdue": 0, "practices": []})
    assert "nothing done regularly" in run("practices").stdout


def test_one_is_done(server: Any, home: Path, run: Any) -> None:
    server.answer("POST /api/practices/restore%20test", FOUND)
    result = run("practices", "done", "restore test", "--note", "in 4 h", "--on", "2026-11-19", "--by", "mira")
    assert result.exit_code == 0
    assert server.asked[-1].body == {"by": "mira", "note": "in 4 h", "on": "2026-11-19"}
    assert run("practices", "done", "x", "--on", "yesterday").exit_code == Exit.USAGE

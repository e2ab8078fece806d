"""`sirenbook account ways` and `remove`: what they ask the server for, and how they tell people."""

from pathlib import Path
from typing import Any

from sirenbook.cli.exits import Exit

ACCOUNTS = {
    "accounts": [{"number": 4, "name": "Jonas Dahl", "role": "responder", "closed": False, "password": True}]
}
TIMES = {"since": "2026-11-23T10:00:00Z", "used": None, "until": None}
WAYS = {"account": "Jonas Dahl", "ways": [{"kind": "passkey", "name": "7", "label": "A\x1b[31m phone", **TIMES}]}


def test_ways_are_listed_and_taken_away_by_what_they_are_called(server: Any, home: Path, run: Any) -> None:
    server.answer("GET /api/accounts", ACCOUNTS)
    server.answer("GET /api/accounts/4/ways", WAYS)
    server.answer("POST /api/accounts/4/ways", {"account": "Jonas Dahl", "ways": []})
    shown = run("account", "ways", "jonas dahl")
    assert shown.exit_code == Exit.OK
    assert "passkey" in shown.stdout and "2026-11-23 10:00" in shown.stdout and "\x1b" not in shown.stdout
    assert run("account", "remove", "Jonas Dahl", "passkey", "7").exit_code == Exit.OK
    assert server.last.body == {"kind": "passkey", "name": "7"}
    assert run("account", "remove", "Jonas Dahl", "session").exit_code == Exit.OK
    assert server.last.body == {"kind": "session"}
    assert run("account", "ways", "nobody").exit_code == Exit.NOT_FOUND

"""`sirenbook checks`: the worst first, only what is critical where that is asked, and an exit code for scripts."""

import json
from pathlib import Path
from typing import Any

from sirenbook.cli.exits import Exit


def line(name: str, standing: str, *, critical: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "http",
        "target": f"https://{name}.example.org",
        "standing": standing,
        "critical": critical,
        "detail": f"{name} was seen",
        "hindrance": "",
        "since": "2026-11-23T10:00:00Z",
        "looked_at": "2026-11-23T10:05:00Z",
        "seconds": 0.12,
        "failed": 0,
        "failures": 3,
        "period": 60,
        "beat_at": None,
        "beat": "",
        "why": {"file": "sirenbook.toml", "line": 7, "quote": "[checks.api]"},
        **more,
    }


CHECKS = [line("mail", "well"), line("shop", "down"), line("api", "well", critical=True)]


def test_the_worst_first_and_an_exit_code(server: Any, home: Path, run: Any) -> None:
    server.answer("GET /api/checks", {"well": False, "checks": CHECKS})
    result = run("checks", "--utc")
    assert result.exit_code == Exit.FINDINGS
    rows = result.stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["down", "well", "well"]
    assert rows[0].startswith("down      shop: shop was seen")
    assert rows[0].endswith("since Mon 23 Nov 10:00")
    assert "api (critical)" in rows[1]


def test_only_what_is_critical(server: Any, home: Path, run: Any) -> None:
    server.answer("GET /api/checks", {"well": False, "checks": CHECKS})
    result = run("checks", "--critical-only", "--json")
    assert result.exit_code == Exit.OK
    assert [c["name"] for c in json.loads(result.stdout)["checks"]] == ["api"]


def test_all_there_is_to_say(server: Any, home: Path, run: Any) -> None:
    beat = line("backup", "new", beat="http://x/beat/abc", kind="heartbeat", since=None, looked_at=None, detail="")
    server.answer("GET /api/checks", {"well": True, "checks": [*CHECKS[2:], beat]})
    told = " ".join(run("checks", "-v", "--utc").stdout.split())
    assert "http https://api.example.org; every 60 s, an alert after 3; last look" in told
    assert "calls http://x/beat/abc" in told
    assert "nobody has looked yet" in told
    assert "sirenbook.toml:7" in told


def test_none_at_all(server: Any, home: Path, run: Any) -> None:
    server.answer("GET /api/checks", {"well": True, "checks": []})
    assert "Nothing is looked at" in run("checks").stdout

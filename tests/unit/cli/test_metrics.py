"""`sirenbook metrics`: the month on a terminal, as data and as files."""

import json
from pathlib import Path
from typing import Any

from unit.cli.conftest import Run, StandIn

FIGURES = [
    {"key": key, "name": key.title(), "unit": unit, "value": value, "median": None, "counted": 4}
    for key, unit, value in (
        ("incidents", "count", 4.0),
        ("acknowledgement", "seconds", 270.0),
        ("recovery", "seconds", None),
        ("response", "percent", 75.0),
        ("resolution", "percent", 100.0),
    )
]
WHY = {"file": "playbook.md", "line": 297, "quote": "MTTR < 15 min"}


def report(**more: Any) -> dict[str, Any]:
    missed = {"name": "MTTR", "op": "<", "target": 900.0, "unit": "seconds", "severity": "P0", "why": WHY}
    return {
        "month": "2026-11",
        "figures": FIGURES,
        "targets": [
            {**missed, "figure": {**FIGURES[2], "value": 1200.0}, "met": False},
            {**missed, "name": "Uptime", "figure": None, "met": None},
        ],
        "severities": [{"name": "P0", "figures": FIGURES}],
        "services": [],
        "months": [],
        "people": [],
        "nights": [],
        "patterns": [{"kind": "repeat alert", "what": "Disk\x1b[31m", "count": 2, "detail": "2 incidents"}],
        "drills": FIGURES,
    } | more


def test_the_month_beside_the_targets(server: StandIn, home: Path, run: Run) -> None:
    server.answer("GET /api/metrics?month=2026-11&months=6", report())
    shown = run("metrics", "--month", "2026-11")
    assert shown.exit_code == 0, shown.output
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert "MTTR at most 15 min for P0 20 min missed playbook.md:297" in lines
    assert "Uptime at most 15 min for P0 – not measured playbook.md:297" in lines
    assert "P0 4 4 min 30 s no figure 75 % 100 %" in lines
    assert "\x1b" not in shown.stdout


def test_as_data_and_as_files(server: StandIn, home: Path, run: Run, tmp_path: Path) -> None:
    server.answer("GET /api/metrics?months=6", report())
    assert json.loads(run("metrics", "--json").stdout)["month"] == "2026-11"
    server.answer("GET /api/metrics/report?months=2", {"month": "2026-11", "markdown": "# M", "html": "<p>"})
    files = (tmp_path / "m.html", tmp_path / "m.md")
    shown = run("metrics", "--months", 2, "--html", files[0], "--markdown", files[1])
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert [f.read_text() for f in files] == ["<p>", "# M"]
    assert run("metrics", "--months", 2, "--html", tmp_path / "no" / "m.html").exit_code == 2

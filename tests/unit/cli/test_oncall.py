"""`sirenbook oncall`: what it asks the server for, and how it tells people."""

from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli.exits import Exit

NOW = {
    "at": "2026-11-23T10:00:00Z",
    "rotations": [
        {
            "name": "platform",
            "zone": "UTC",
            "members": ["Mira Okafor", "Ravi Menon"],
            "primary": [{"person": "mira", "name": "Mira Okafor", "rotation": "platform", "until": None}],
            "secondary": [],
            "next_at": "2026-11-30T09:00:00Z",
            "next_person": "Ravi Menon",
            "feed": "http://x/calendar/abc.ics",
        }
    ],
    "targets": [{"target": "Primary On-Call", "people": []}],
}
LINE = {
    "number": 3,
    "kind": "cover",
    "rotation": "",
    "person": "ravi",
    "name": "Ravi Menon",
    "instead_of": "mira",
    "start": "2026-11-23T10:00:00Z",
    "end": "2026-11-24T10:00:00Z",
    "note": "",
    "made_at": "2026-11-23T10:00:00Z",
    "made_by": "Mira Okafor",
    "via": "api",
    "ended_at": None,
    "ended_by": "",
}


@pytest.mark.parametrize("words", [("oncall",), ("oncall", "who", "--utc")])
def test_who_tells_whom_and_where_there_is_nobody(
    words: tuple[str, ...], server: Any, home: Path, run: Any
) -> None:
    server.answer("GET /api/oncall", NOW)
    result = run(*words)
    assert result.exit_code == Exit.OK
    assert "Mira Okafor" in result.stdout
    assert "Ravi Menon from Mon 30 Nov" in result.stdout
    assert "NOBODY" in result.stdout


def test_next_shows_gaps(server: Any, home: Path, run: Any) -> None:
    gap = {"start": "2026-11-23T17:00:00Z", "end": "2026-11-24T09:00:00Z", "person": None, "name": "nobody"}
    answer = {"rotation": "platform", "place": 1, "shifts": [gap]}
    server.answer("GET /api/oncall/shifts?rotation=platform&weeks=2&place=1", answer)
    result = run("oncall", "next", "platform", "--weeks", "2", "--place", "secondary", "--utc")
    assert "Mon 23 Nov 17:00 UTC to Tue 24 Nov 09:00 UTC  NOBODY" in result.stdout


def test_cover_me_and_a_swap(server: Any, home: Path, run: Any) -> None:
    server.answer("POST /api/oncall/overrides", {"overrides": [LINE]}, 201)
    moments = ("--from", "2026-11-23T10:00Z", "--until", "2026-11-24T10:00Z")
    result = run("oncall", "cover", "ravi", *moments, "--by", "mira")
    assert "Ravi Menon in place of mira in every rotation" in result.stdout
    asked = server.last.body
    assert asked["by"] == "mira"
    [one] = asked["overrides"]
    assert (one["kind"], one["person"], one["instead_of"]) == ("cover", "ravi", "mira")
    swap = ("--swap-from", "2026-12-01T10:00Z", "--swap-until", "2026-12-02T10:00Z")
    run("oncall", "cover", "ravi", *moments, *swap, "--by", "mira")
    pairs = [(o["person"], o["instead_of"], o["start"]) for o in server.last.body["overrides"]]
    assert pairs == [
        ("ravi", "mira", "2026-11-23T10:00:00+00:00"),
        ("mira", "ravi", "2026-12-01T10:00:00+00:00"),
    ]
    assert run("oncall", "cover", "ravi", *moments, *swap[:2]).exit_code == Exit.USAGE


def test_override_end_and_list(server: Any, home: Path, run: Any) -> None:
    server.answer("POST /api/oncall/overrides", {"overrides": [LINE]}, 201)
    run("oncall", "override", "ravi", "--until", "2026-11-24T10:00Z", "--rotation", "platform", "--note", "ill")
    [one] = server.last.body["overrides"]
    assert (one["rotation"], one["note"], one["instead_of"]) == ("platform", "ill", "")
    ended = {**LINE, "ended_at": "2026-11-23T11:00:00Z", "ended_by": "Mira Okafor"}
    server.answer("POST /api/oncall/overrides/3/end", {"overrides": [ended]})
    assert "ended by Mira Okafor" in run("oncall", "end", "3").stdout
    server.answer("GET /api/oncall/overrides", {"overrides": []})
    assert "no overrides" in run("oncall", "overrides").stdout


def test_calendars_out_and_in(server: Any, home: Path, run: Any, tmp_path: Path) -> None:
    server.answer("GET /api/oncall/calendar?place=0", {"text": "BEGIN:VCALENDAR\r\n", "feed": "http://x/c.ics"})
    assert run("oncall", "export").stdout_bytes == b"BEGIN:VCALENDAR\r\n"
    assert run("oncall", "export", "--link").stdout == "http://x/c.ics\n"
    server.answer("POST /api/oncall/calendar", {"overrides": [LINE]}, 201)
    file = tmp_path / "team.ics"
    file.write_text("BEGIN:VCALENDAR")
    assert run("oncall", "import", file, "--rotation", "platform").exit_code == Exit.OK
    assert server.last.body["text"] == "BEGIN:VCALENDAR"
    assert run("oncall", "import", tmp_path / "none.ics").exit_code == Exit.USAGE

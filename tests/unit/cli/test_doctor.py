"""What doctor finds: a home, a server, a database, a playbook, each well or not."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from sirenbook.cli.exits import Exit
from sirenbook.engine.clock import SystemClock
from sirenbook.engine.handle import Engine, Signals, open_incident
from sirenbook.engine.policies.books import Books
from sirenbook.model.bindings import Bindings
from sirenbook.model.command import Open
from sirenbook.model.provenance import default
from sirenbook.playbook.compile import compile_playbook
from sirenbook.store.postgres import PostgresLedger

PLAYBOOK = """\
# Book

## Severities

### P1 - Critical
- **Response Time**: 5 minutes
- **Escalation**: Page the keeper

### P2 - Low
- **Response Time**: 1 hour
- **Escalation**: Page the keeper
"""
SOUND = """\
fallback = ["mira"]
[people.mira]
name = "Mira"
contact = [{channel = "ntfy", to = "https://ntfy.sh/a-topic"}]
[targets]
"keeper" = "mira"
"on-call" = "mira"
"""


def found(result: Any) -> dict[str, list[str]]:
    checks = json.loads(result.stdout)["checks"]
    verdicts: dict[str, list[str]] = {}
    for each in checks:
        verdicts.setdefault(each["name"], []).append(each["verdict"])
    return verdicts


def well(server: Any) -> None:
    server.answer("GET /health", {"ok": True, "faults": []})
    server.answer("GET /api/incidents?limit=1", {"incidents": [], "next": None})


def test_all_is_well(server: Any, home: Path, run: Any, tmp_path: Path) -> None:
    well(server)
    (tmp_path / "book.md").write_text(PLAYBOOK)
    (tmp_path / "sirenbook.toml").write_text(SOUND)
    result = run("doctor", tmp_path / "book.md", "--json")
    bad = [c for c in json.loads(result.stdout)["checks"] if c["verdict"] == "fail"]
    assert (result.exit_code, bad) == (Exit.OK, [])
    assert found(result)["server"] == ["ok"]


def test_every_line_has_its_mend(server: Any, home: Path, run: Any) -> None:
    server.answer("GET /health", {"ok": False, "faults": ["a message has waited 99 s to be sent"]}, 503)
    result = run("doctor")
    assert result.exit_code == Exit.FINDINGS
    assert "a message has waited 99 s to be sent" in result.stdout
    checks = json.loads(run("doctor", "--json").stdout)["checks"]
    assert [c for c in checks if c["verdict"] != "ok" and not c["mend"]] == []


def test_a_server_that_is_gone(home: Path, run: Any) -> None:
    (home / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:1"}))
    assert found(run("doctor", "--json"))["server"] == ["fail"]
    (home / "server.json").unlink()
    assert found(run("doctor", "--json"))["server"] == ["warn"]


def test_a_token_that_is_refused(server: Any, home: Path, run: Any) -> None:
    well(server)
    server.answer("GET /api/incidents?limit=1", {"error": {"code": "x", "text": "no", "help": ""}}, 401)
    assert found(run("doctor", "--json"))["token"] == ["fail"]


def test_secrets_that_others_can_read(server: Any, home: Path, run: Any) -> None:
    well(server)
    (home / "token").chmod(0o644)
    result = run("doctor", "--json")
    assert found(result)["secrets"] == ["fail"]
    assert result.exit_code == Exit.FINDINGS


def test_a_home_that_is_not_there_yet(server: Any, home: Path, run: Any, tmp_path: Path) -> None:
    assert found(run("doctor", "--json", "--home", tmp_path / "new"))["home"] == ["warn"]


def test_people_behind_a_channel_that_does_not_open(server: Any, home: Path, run: Any, tmp_path: Path) -> None:
    well(server)
    (tmp_path / "book.md").write_text(PLAYBOOK)
    broken = SOUND.replace("ntfy", "email", 1).replace("https://ntfy.sh/a-topic", "mira@x.org")
    (tmp_path / "sirenbook.toml").write_text(broken + "[channels.email]\nhost = 5\n")
    result = run("doctor", tmp_path / "book.md", "--json")
    assert "fail" in found(result)["channels"]
    assert found(result)["people"] == ["fail"]


def test_a_database_that_cannot_be_reached_keeps_its_password(server: Any, home: Path, run: Any) -> None:
    well(server)
    result = run("doctor", "--json", "--database-url", "postgresql://me:hunter2@127.0.0.1:1/db")
    assert found(result)["database"] == ["fail"]
    assert "hunter2" not in result.output


def test_a_database_with_sound_timelines(server: Any, home: Path, run: Any, database: str) -> None:
    well(server)
    asyncio.run(_open(database))
    result = run("doctor", "--json", "--database-url", database)
    assert found(result)["timelines"] == ["ok"]
    assert "1 timeline is unbroken" in result.stdout


def test_a_timeline_that_was_changed(server: Any, home: Path, run: Any, database: str) -> None:
    well(server)
    asyncio.run(_open(database))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("update event set data = replace(data, 'slow', 'fine') where seq = 1")
    result = run("doctor", "--json", "--database-url", database)
    assert found(result)["timelines"] == ["fail"]
    assert result.exit_code == Exit.FINDINGS


def test_a_database_without_migrations(server: Any, home: Path, run: Any, empty_database: str) -> None:
    well(server)
    assert "warn" in found(run("doctor", "--json", "--database-url", empty_database))["database"]


def test_the_playbook_that_ran_here_last(server: Any, home: Path, run: Any, database: str) -> None:
    well(server)
    stored = {"files": {"book.md": PLAYBOOK}, "bindings": SOUND, "demo": False}
    with psycopg.connect(database, autocommit=True) as connection:
        query = "insert into setting (name, value, changed_at) values ('playbook', %s, now())"
        connection.execute(query, (json.dumps(stored),))
    assert "open and used: ntfy" in run("doctor", "--database-url", database).stdout


def test_nothing_is_written(server: Any, home: Path, run: Any, empty_database: str) -> None:
    well(server)
    run("doctor", "--database-url", empty_database)
    with psycopg.connect(empty_database) as connection:
        row = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    assert row == (0,)


async def _open(dsn: str) -> None:
    policy = compile_playbook([("book.md", PLAYBOOK)])

    async def no_policy(digest: str) -> Any:
        raise LookupError(digest)

    async with AsyncConnectionPool(dsn, min_size=1, kwargs={"autocommit": True}, open=False) as pool:
        now = datetime(2026, 1, 5, tzinfo=UTC)
        engine = Engine(PostgresLedger(pool), SystemClock(now), Books(policy, Bindings()), Signals(), no_policy)
        await open_incident(engine, Open(title="slow", severity="P1", reason="r", why=default("t"), by="mira"))


def test_the_words_fit(server: Any, home: Path, run: Any) -> None:
    well(server)
    assert max(map(len, run("doctor").stdout.splitlines())) <= 100

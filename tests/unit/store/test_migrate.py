"""Migrations on a real server: whole or not at all, once, in order, and refused with words where they cannot be."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from sirenbook.store import migrate as module
from sirenbook.store.migrate import MigrationFault, known, migrate, pending

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_one.sql").write_text("create table one (id integer); insert into one values (1), (2);")
    (tmp_path / "0002_two.sql").write_text("-- 100 % of it\ncreate table two (id integer);\n")
    return tmp_path


def rows(dsn: str, query: str) -> list[tuple]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchall()


def test_applies_in_order_and_once(empty_database: str, folder: Path) -> None:
    told: list[str] = []
    assert migrate(empty_database, NOW, told.append, folder=folder) == ["0001_one", "0002_two"]
    assert told == ["Applying migration 0001_one", "Applying migration 0002_two"]
    assert migrate(empty_database, NOW, folder=folder) == []
    assert rows(empty_database, "select version, name, applied_at from migration order by version") == [
        (1, "0001_one", NOW),
        (2, "0002_two", NOW),
    ]
    assert rows(empty_database, "select id from one") == [(1,), (2,)]


def test_own_migrations_apply_and_are_numbered_without_a_gap(database: str) -> None:
    with psycopg.connect(database) as connection:
        assert pending(connection) == []
    assert rows(database, "select name from migration order by version") == [(m.name,) for m in known()]


def test_a_new_file_is_pending(empty_database: str, folder: Path) -> None:
    migrate(empty_database, NOW, folder=folder)
    (folder / "0003_three.sql").write_text("create table three (id integer)")
    with psycopg.connect(empty_database) as connection:
        assert [m.name for m in pending(connection, folder)] == ["0003_three"]
    assert migrate(empty_database, NOW, folder=folder) == ["0003_three"]


def test_a_failing_one_leaves_nothing_and_can_be_mended(empty_database: str, folder: Path) -> None:
    (folder / "0002_two.sql").write_text("create table two (id integer); select 1 / 0;")
    with pytest.raises(MigrationFault, match=r"0002_two failed, and nothing of it was kept: division by zero"):
        migrate(empty_database, NOW, folder=folder)
    assert rows(empty_database, "select to_regclass('one'), to_regclass('two')") == [("one", None)]
    (folder / "0002_two.sql").write_text("create table two (id integer);")
    assert migrate(empty_database, NOW, folder=folder) == ["0002_two"]


def test_an_applied_file_that_was_edited_is_refused(empty_database: str, folder: Path) -> None:
    migrate(empty_database, NOW, folder=folder)
    (folder / "0001_one.sql").write_text("create table one (id bigint);")
    with pytest.raises(MigrationFault, match="0001_one was applied to this database in another wording"):
        migrate(empty_database, NOW, folder=folder)


def test_line_ends_of_a_checkout_are_no_edit(empty_database: str, folder: Path) -> None:
    migrate(empty_database, NOW, folder=folder)
    (folder / "0002_two.sql").write_bytes(b"-- 100 % of it\r\ncreate table two (id integer);\r\n")
    assert migrate(empty_database, NOW, folder=folder) == []


def test_a_newer_database_is_refused(empty_database: str, folder: Path) -> None:
    migrate(empty_database, NOW, folder=folder)
    (folder / "0002_two.sql").unlink()
    with pytest.raises(MigrationFault, match=r"newer \(0002_two\) than this Sirenbook, which knows 0001_one"):
        migrate(empty_database, NOW, folder=folder)


@pytest.mark.parametrize(
    ("name", "words"),
    [("0004_gap.sql", "0003 is missing"), ("0002_again.sql", "0003 is missing"), ("x.sql", "not named like")],
)
def test_numbers_without_gap_or_double(folder: Path, name: str, words: str) -> None:
    (folder / name).write_text("select 1")
    with pytest.raises(MigrationFault, match=words):
        known(folder)


def test_old_server_is_refused(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST_SERVER", 99)
    with pytest.raises(MigrationFault, match=r"The server is PostgreSQL \d+\.\d+, but Sirenbook needs 99 or newer"):
        migrate(empty_database, NOW)


def test_a_role_without_rights_is_told_the_mend(empty_database: str, folder: Path) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("drop role if exists plain")
        connection.execute("create role plain login")
    try:
        with pytest.raises(MigrationFault, match=r"permission denied for schema public.*owner of the database"):
            migrate(psycopg.conninfo.make_conninfo(empty_database, user="plain"), NOW, folder=folder)
    finally:
        with psycopg.connect(empty_database, autocommit=True) as connection:
            connection.execute("drop role plain")


def test_two_at_once_apply_each_once(empty_database: str, folder: Path) -> None:
    (folder / "0001_one.sql").write_text("create table one (id integer); select pg_sleep(0.3);")
    done: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: done.append(migrate(empty_database, NOW, folder=folder))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(name for names in done for name in names) == ["0001_one", "0002_two"]


SLOW = "create table two (id integer); insert into two values (1); select pg_sleep(60);"
PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from sirenbook.store.migrate import migrate
migrate(sys.argv[1], datetime(2026, 1, 1, tzinfo=UTC), folder=Path(sys.argv[2]))
"""


def test_killed_half_way_goes_on_from_there(empty_database: str, folder: Path) -> None:
    (folder / "0002_two.sql").write_text(SLOW)
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, empty_database, str(folder)])
    in_it = "select 1 from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()"
    while not rows(empty_database, in_it + " and datname = current_database()"):
        assert child.poll() is None
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert rows(empty_database, "select name from migration") == [("0001_one",)]
    (folder / "0002_two.sql").write_text(SLOW.replace("select pg_sleep(60);", ""))
    assert migrate(empty_database, NOW, folder=folder) == ["0002_two"]
    assert rows(empty_database, "select id from two") == [(1,)]

"""What every test may ask for: a real PostgreSQL of the test's own process, and a fresh database in it."""

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg.conninfo import make_conninfo

from sirenbook.store.embedded import EmbeddedPostgres
from sirenbook.store.migrate import migrate

# The tests start the program a hundred times; three seconds of each start were the compiling of its modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_numbers = itertools.count(1)
_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""What must be free in memory, so that the tests' own server never fills it."""

# How fast this machine is just now decides nothing: no example is too slow. A change is judged by the same examples
# whenever it is; whoever works here meets others every day.
settings.register_profile(
    "calm", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("calm")

_LONG = ("real", "world")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: those that are left for the end are short, so that no worker waits for another."""
    items.sort(key=lambda item: not set(_LONG) & set(item.path.parts))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server for the whole session, one per xdist worker; it may forget all when the machine stops."""
    folder = _in_memory() or tmp_path_factory.mktemp("postgres")
    unsafe = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
    with EmbeddedPostgres.start(folder, settings=unsafe) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """A folder that is no disk's: to copy a database of 300 files costs a disk a second, and memory a twentieth."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
        return Path(tempfile.mkdtemp(prefix="sirenbook-test-", dir=_MEMORY))
    return None


@pytest.fixture(scope="session")
def _template(postgres: EmbeddedPostgres) -> str:
    """A database with every migration applied, to copy from."""
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        connection.execute("create database migrated")
    migrate(make_conninfo(postgres.dsn, dbname="migrated"), datetime(2026, 1, 1, tzinfo=UTC))
    return "migrated"


@pytest.fixture
def database(postgres: EmbeddedPostgres, _template: str) -> Iterator[str]:
    """The DSN of a fresh database with every migration applied."""
    yield from _fresh(postgres.dsn, _template)


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The DSN of a fresh database with nothing in it."""
    yield from _fresh(postgres.dsn, "template1")


def _fresh(dsn: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
        yield make_conninfo(dsn, dbname=name)
        connection.execute(f"drop database {name} with (force)")

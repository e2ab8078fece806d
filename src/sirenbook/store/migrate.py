"""Bring a database up to what this version needs: numbered SQL files, each applied once or not at all."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg
from psycopg import Connection, errors
from psycopg.rows import TupleRow

OLDEST_SERVER = 15
# Any number will do, as long as every version of Sirenbook asks for the same one.
ADVISORY_LOCK = 7_365_726_550
TABLE = """create table if not exists migration (
    version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null)"""

Progress = Callable[[str], None]


class MigrationFault(Exception):
    """Why the database cannot be brought up to date and what to do about it, in words for people."""


@dataclass(frozen=True)
class Migration:
    """One numbered SQL file; the checksum tells whether it was edited after it had been applied."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """What the file was when it was applied, whatever the line ends of a checkout."""
        return hashlib.sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()


def known(folder: Traversable | None = None) -> list[Migration]:
    """The migrations that this version brings, in order: 0001, 0002 and so on without a gap."""
    folder = folder or files("sirenbook.store") / "migrations"
    found = [_read(place) for place in folder.iterdir() if place.name.endswith(".sql")]
    found.sort(key=lambda migration: migration.version)
    for number, migration in enumerate(found, start=1):
        if migration.version != number:
            raise MigrationFault(f"Migration {number:04} is missing or doubled (next is {migration.name}).")
    return found


def pending(connection: Connection[TupleRow], folder: Traversable | None = None) -> list[Migration]:
    """The migrations still to be applied; refuses a database that is not an earlier state of this version's."""
    migrations = known(folder)
    applied = _applied(connection)
    for (version, name, checksum), migration in zip(applied, migrations, strict=False):
        if version != migration.version or checksum != migration.checksum:
            raise MigrationFault(
                f"Migration {name} was applied to this database in another wording than this Sirenbook's "
                f"{migration.name}. Install the version of Sirenbook that ran here last, or restore a backup."
            )
    if len(applied) > len(migrations):
        raise MigrationFault(
            f"This database is newer ({applied[-1][1]}) than this Sirenbook, which knows "
            f"{migrations[-1].name if migrations else 'no migration'}. Upgrade Sirenbook, or restore the backup "
            "that was made before the upgrade."
        )
    return migrations[len(applied) :]


def migrate(
    dsn: str, now: datetime, on_progress: Progress | None = None, *, folder: Traversable | None = None
) -> list[str]:
    """Apply what is pending and return its names; safe to kill at any instant and to run on many nodes at once."""
    tell = on_progress or (lambda _: None)
    done: list[str] = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        _check_server(connection)
        with _plainly("The table of migrations cannot be made"):
            if connection.execute("select to_regclass('migration')").fetchone() == (None,):
                _in_turn(connection, tell, lambda: connection.execute(TABLE))
        while pending(connection, folder):
            _in_turn(connection, tell, lambda: done.extend(_apply_next(connection, now, tell, folder)))
    return done


def _in_turn(connection: Connection[TupleRow], tell: Progress, act: Callable[[], object]) -> None:
    """Act in a transaction that holds the lock: it goes with the transaction, also through a pooler."""
    with connection.transaction():
        # A client that is killed in a long statement would otherwise keep the lock until its end.
        connection.execute("set local client_connection_check_interval = '1s'")
        free = connection.execute("select pg_try_advisory_xact_lock(%s)", (ADVISORY_LOCK,)).fetchone()
        if free != (True,):
            tell("Waiting for another Sirenbook to finish its migration")
            connection.execute("select pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
        # Whoever waits for a table stops all who come after, so the wait is short.
        connection.execute("set local lock_timeout = '10s'")
        act()


def _apply_next(
    connection: Connection[TupleRow], now: datetime, tell: Progress, folder: Traversable | None
) -> Iterator[str]:
    """Apply the first pending one, if nobody else did in the meantime, in the transaction that is open."""
    for migration in pending(connection, folder)[:1]:
        tell(f"Applying migration {migration.name}")
        with _plainly(f"Migration {migration.name} failed, and nothing of it was kept"):
            connection.execute(migration.sql.encode())
            connection.execute(
                "insert into migration (version, name, checksum, applied_at) values (%s, %s, %s, %s)",
                (migration.version, migration.name, migration.checksum, now),
            )
        yield migration.name


def _read(place: Traversable) -> Migration:
    name = place.name.removesuffix(".sql")
    number = re.match(r"(\d{4})_\w+$", name)
    if not number:
        raise MigrationFault(f"{place.name} is not named like a migration (0001_name.sql).")
    return Migration(int(number.group(1)), name, place.read_text(encoding="utf-8"))


def _applied(connection: Connection[TupleRow]) -> list[tuple[int, str, str]]:
    """What the database has, oldest first."""
    if connection.execute("select to_regclass('migration')").fetchone() == (None,):
        return []
    rows = connection.execute("select version, name, checksum from migration order by version")
    return [(version, name, checksum) for version, name, checksum in rows]


def _check_server(connection: Connection[TupleRow]) -> None:
    """Refuse a server that is too old, or a database that cannot hold every text."""
    version = connection.info.server_version
    if version < OLDEST_SERVER * 10000:
        raise MigrationFault(
            f"The server is PostgreSQL {version // 10000}.{version % 10000}, but Sirenbook needs "
            f"{OLDEST_SERVER} or newer. Upgrade the server, or name another one."
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise MigrationFault(
            f"The database {connection.info.dbname} is in {encoding}, but Sirenbook needs UTF8: create database … "
            "encoding 'UTF8' template template0."
        )


@contextmanager
def _plainly(what: str) -> Iterator[None]:
    """Turn what the server refuses into words."""
    try:
        yield
    except errors.InsufficientPrivilege as error:
        mend = "Make Sirenbook's role the owner of the database, or grant it create on the schema public."
        raise MigrationFault(f"{what}: {error.diag.message_primary}. {mend}") from error
    except errors.LockNotAvailable as error:
        raise MigrationFault(f"{what}: another session holds a table for over 10 s. Start again.") from error
    except psycopg.Error as error:
        raise MigrationFault(f"{what}: {error.diag.message_primary or error}.") from error

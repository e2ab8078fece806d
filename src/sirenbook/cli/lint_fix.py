"""Mends what is certain in a playbook's files: characters in a wrong encoding. Nothing else in them changes."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sirenbook.cli.exits import Exit, Fault
from sirenbook.playbook.text.encoding import repair, unify


class Fixed(NamedTuple):
    """One line that was mended, as it was and as it is."""

    file: str
    line: int
    before: str
    after: str


def fix(path: Path, names: Sequence[str]) -> Iterator[Fixed]:
    """Mend the named files of the playbook at a path, each at once or not at all. Raises Fault where it may not."""
    folder = path if path.is_dir() else path.parent
    for name in names:
        file = folder / name
        try:
            yield from _fix(file)
        except OSError as error:
            mend = "nothing in it was changed; make it writable, or mend a copy"
            raise Fault(f"{file} cannot be written: {error.strerror}", mend, Exit.REFUSED) from error


def _fix(file: Path) -> Iterator[Fixed]:
    """Bytes that are no UTF-8 pass through as they are."""
    before = file.read_bytes().decode("utf-8", "surrogateescape")
    after, touched = repair(before)
    if not touched:
        return
    _replace(file.resolve(), after.encode("utf-8", "surrogateescape"))
    rows = zip(unify(before).split("\n"), unify(after).split("\n"), strict=True)
    for number, (old, new) in enumerate(rows, 1):
        if old != new:
            yield Fixed(file.as_posix(), number, old, new)


def _replace(file: Path, data: bytes) -> None:
    """Put a new file in the place of another: whoever reads it meanwhile sees the old one or the new one."""
    if not file.stat().st_mode & 0o222:
        raise PermissionError(13, "it is read-only", str(file))
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(file.stat().st_mode & 0o7777)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

"""`sirenbook export` and `sirenbook verify`: an incident as evidence, and the check that it is still as it was."""

import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import Json, connect, incident_path
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.plain import safe_json
from sirenbook.cli.screen import put_json, say

TIMELINE = "timeline.jsonl"
LONGEST_WAIT = 60.0
"""Seconds: an incident of ten thousand alerts is read, hashed and sent in a few."""
LARGEST_BUNDLE = 512 * 1024 * 1024
"""Bytes when unpacked; what claims to hold more is not unpacked."""
_SAME_DAY = (1980, 1, 1, 0, 0, 0)
"""Every file carries the same date, so that one export packed twice is the same bytes."""


@click.command("export")
@options.incident
@click.option("--evidence", is_flag=True, help="Write a bundle: timeline, hashes, alerts, playbook, manifest.")
@click.option("--to", type=click.Path(path_type=Path), metavar="FILE", help="Where to write the bundle.")
@options.server
@options.as_json
def export(*, incident: str, evidence: bool, to: Path | None, as_json: bool, **where: Any) -> None:
    """Print the timeline of INCIDENT as it is stored, one entry a line; or write it as evidence."""
    answer = connect(where["url"], where["home_"], LONGEST_WAIT).get(f"{incident_path(incident)}/evidence")
    if not evidence and to is None:
        _print(answer, as_json=as_json)
        return
    file = to or Path(f"{answer['incident']}-evidence.zip")
    _pack(file, answer["files"])
    say(f"Wrote {file}. Note its seal where nobody can change it, and check by it:")
    say(f"  sirenbook verify {file} --seal {answer['seal']}")
    if as_json:
        put_json({"file": str(file), **{name: answer[name] for name in ("incident", "head", "seal")}})


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--seal", "--head", "noted", default="", metavar="HASH", help="The seal, or the last hash, as noted.")
@options.as_json
def verify(*, bundle: Path, noted: str, as_json: bool) -> None:
    """Check BUNDLE, made by `export --evidence`: was anything edited, removed or put in? It needs no server."""
    from sirenbook.store.evidence import examine

    try:
        found = examine(_unpack(bundle), noted)
    except ValueError as error:
        mend = "Give a file that `sirenbook export --evidence` wrote."
        raise Fault(f"{bundle}: {error}", mend, Exit.USAGE) from error
    if as_json:
        put_json({**{n: getattr(found, n) for n in found.__struct_fields__}, "ok": not found.faults})
    for fault in found.faults:
        say(fault)
    if found.faults:
        raise click.exceptions.Exit(Exit.FINDINGS)
    by = f"exported {found.exported_at} by {found.exported_by}"
    say(f"INC-{found.incident} is as it was when it was exported: {found.entries} entries, {by}.")
    if not noted:
        say(f"Compare its seal with the one that was noted then: {found.seal}")


def _print(answer: Json, *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    for line in answer["files"][TIMELINE].split("\n")[:-1]:
        click.echo(safe_json(line) if sys.stdout.isatty() else line)


def _pack(file: Path, files: Mapping[str, str]) -> None:
    """A new ZIP file; an older one of the same name is not overwritten."""
    with _plainly(file), zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as packed:
        for name, text in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, _SAME_DAY), text, zipfile.ZIP_DEFLATED)


def _unpack(file: Path) -> dict[str, bytes]:
    """The files of a bundle. Raises ValueError for what is no ZIP file, or one that is too large."""
    with _plainly(file), zipfile.ZipFile(file) as packed:
        infos = packed.infolist()
        if sum(i.file_size for i in infos) > LARGEST_BUNDLE:
            raise ValueError(f"it would hold more than {LARGEST_BUNDLE >> 20} MiB")
        if len({i.filename for i in infos}) < len(infos):
            raise ValueError("it holds two files of one name")
        return {i.filename: packed.read(i) for i in infos}


@contextmanager
def _plainly(file: Path) -> Iterator[None]:
    """Say in words what is wrong with a file."""
    try:
        yield
    except FileExistsError as error:
        raise Fault(f"{file} exists already", "Name another with --to.", Exit.REFUSED) from error
    except FileNotFoundError as error:
        raise Fault(f"there is no {file}", "", Exit.NOT_FOUND) from error
    except OSError as error:
        raise Fault(f"{file}: {error.strerror}", "", Exit.USAGE) from error
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise ValueError(f"it is no whole ZIP file ({error})") from error

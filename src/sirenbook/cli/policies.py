"""`sirenbook policies`: which playbook was in force when, who put it there, and its text as it was."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.plain import plain
from sirenbook.cli.screen import put_json, say, screen, table
from sirenbook.engine.clock import wall_clock

_HEADER = ("VERSION", "APPLIED", "BY", "VIA", "DIGEST", "NOTE")
_NOTE = 5
_SPARE = (3, 4)
"""What a narrow screen goes without: via, digest."""
SHORT_DIGEST = 12


@click.command("policies")
@click.argument("number", required=False, type=click.IntRange(1))
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Write the texts of NUMBER into this folder.")
@click.option("--limit", "-n", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many.")
@click.option("--before", type=click.IntRange(1), help="Continue a listing below this number.")
@options.server
@options.in_utc
@options.as_json
def policies(*, number: int | None, folder: Path | None, utc: bool, as_json: bool, **where: Any) -> None:
    """List the versions of the playbook that were put in force, newest first; or show the text of NUMBER."""
    server = connect(where["url"], where["home_"])
    show = times.utc if utc else times.local
    if number is None:
        if folder is not None:
            raise click.UsageError("say which version to write: `sirenbook policies 3 --to FOLDER`")
        wanted = {"limit": where["limit"], "before": where["before"]}
        _listing(server.get("/api/policies", **wanted), show, as_json=as_json)
        return
    found = server.get(f"/api/policies/{number}")
    if folder is not None:
        _write(folder, found)
    elif not as_json:
        say(_told(found["version"], show))
        _print(found["files"])
    if as_json:
        put_json(found)


def _listing(answer: Json, show: times.Show, *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    out, now = screen(), wall_clock()
    table(out, _HEADER, (_row(each, now, show) for each in answer["policies"]), give=_NOTE, spare=_SPARE)
    out.show()
    if answer.get("next"):
        say(f"There are more: --before {answer['next']}")


def _row(each: Json, now: datetime, show: times.Show) -> tuple[str, ...]:
    at = times.instant(each["applied_at"])
    state = " in force" if each["in_force"] else ""
    when = times.clock(at, now, show) if at else ""
    digest = str(each["digest"])[:SHORT_DIGEST]
    return f"{each['number']}{state}", when, each["applied_by"], each["via"], digest, each["note"]


def _told(version: Json, show: times.Show) -> str:
    at = times.instant(version["applied_at"])
    when = f", {times.clock(at, wall_clock(), show)}" if at else ""
    note = f": {version['note']}" if version["note"] else ""
    return f"Version {version['number']}, applied by {version['applied_by']}{when}{note}"


def _print(files: dict[str, str]) -> None:
    """The texts: as they are into a file or pipe, harmless on a terminal."""
    shown = (lambda text: "\n".join(map(plain, text.split("\n")))) if sys.stdout.isatty() else str
    for name, text in files.items():
        if len(files) > 1:
            click.echo(f"<!-- {plain(name)} -->")
        click.echo(shown(text), nl=not text.endswith("\n"))


def _write(folder: Path, found: Json) -> None:
    """The texts as files of a folder; nothing that is there already is overwritten."""
    texts = {**found["files"], **({"sirenbook.toml": found["bindings"]} if found["bindings"] else {})}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            file = folder / Path(name.replace("\\", "/")).name
            with file.open("x", encoding="utf-8") as new:
                new.write(text)
            say(f"Wrote {file}")
    except FileExistsError as error:
        raise Fault(f"{error.filename} exists already", "Give an empty folder.", Exit.REFUSED) from error
    except OSError as error:
        raise Fault(f"{error.filename} cannot be written: {error.strerror}", "", Exit.USAGE) from error

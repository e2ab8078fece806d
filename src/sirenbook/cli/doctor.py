"""`sirenbook doctor`: one line for everything that must be well for pages to flow, with its mend."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from sirenbook.cli import installation, options
from sirenbook.cli.client import running
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.installation import Check
from sirenbook.cli.screen import Screen, put_json, say, screen
from sirenbook.engine.home import home
from sirenbook.engine.policies.reading import load

_STYLES = {"ok": ("green",), "warn": ("yellow", "bold"), "fail": ("red", "bold")}


@click.command("doctor")
@click.argument("playbook", required=False, type=click.Path(path_type=Path))
@click.option("--database-url", envvar="SIRENBOOK_DATABASE_URL", help="The database; else the server's own.")
@options.server
@options.as_json
def doctor(*, playbook: Path | None, database_url: str | None, as_json: bool, **where: Any) -> None:
    """Check the machine, the server, the database and PLAYBOOK; without it, the one that ran here last."""
    folder = home(where["home_"], os.environ)
    found = list(_checks(folder, playbook, database_url, where))
    worst = "fail" if any(c.verdict == "fail" for c in found) else "ok"
    if as_json:
        put_json({"ok": worst == "ok", "checks": [c._asdict() for c in found]})
    else:
        out = screen()
        for each in found:
            _print(out, each)
        out.show()
        warned = sum(c.verdict == "warn" for c in found)
        failed = sum(c.verdict == "fail" for c in found)
        say(f"{failed} failed, {warned} warned, {len(found) - failed - warned} well.")
    if worst == "fail":
        sys.exit(Exit.FINDINGS)


def _checks(folder: Path, playbook: Path | None, dsn: str | None, where: dict[str, Any]) -> Iterator[Check]:
    yield from installation.machine()
    yield from installation.folder(folder)
    yield from installation.server(where["url"], where["home_"], folder)
    dsn = dsn or _own_database(folder)
    of_database = _database(dsn)
    yield from of_database
    readable = all(c.name == "timelines" or c.verdict == "ok" for c in of_database)
    yield from _playbook(folder, playbook, dsn if readable else None)


def _database(dsn: str | None) -> list[Check]:
    if dsn is None:
        return []
    from sirenbook.cli.database_checks import database

    return list(database(dsn))


def _own_database(folder: Path) -> str | None:
    try:
        found = running(folder).get("database")
    except Fault:
        # `installation.server` reports it.
        return None
    return str(found) if found else None


def _playbook(folder: Path, path: Path | None, dsn: str | None) -> Iterator[Check]:
    from sirenbook.cli.database_checks import last_run
    from sirenbook.cli.playbooks import open_playbook

    if path is not None:
        yield from installation.playbook(open_playbook(path), folder)
        return
    texts = last_run(dsn) if dsn else None
    if texts is None:
        yield Check("playbook", "warn", "none was looked at", "Give one: sirenbook doctor PLAYBOOK.md")
        return
    yield from installation.playbook(load(texts), folder)


def _print(out: Screen, each: Check) -> None:
    lead = f"{each.verdict:<5} {each.name:<10} "
    out.wrapped(lead, each.text, "", *(() if each.verdict == "ok" else _STYLES[each.verdict]))
    if each.mend:
        out.wrapped(" " * len(lead), each.mend)

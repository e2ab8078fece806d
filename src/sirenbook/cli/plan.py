"""`sirenbook plan` and `sirenbook apply`: what a new playbook would change, and putting it in force."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.options import person
from sirenbook.cli.planning import PATIENCE, asked, body_of, read_off
from sirenbook.cli.playbooks import playbook, read
from sirenbook.cli.screen import Screen, put_json, say, screen
from sirenbook.engine.clock import wall_clock

SHORT_DIGEST = 12


@click.command("plan")
@playbook
@click.option("--database-url", help="Read the database itself, while no server runs.")
@options.server
@options.in_utc
@options.as_json
def plan(*, playbook: Path, database_url: str | None, utc: bool, as_json: bool, **where: Any) -> None:
    """Show what PLAYBOOK would change against the one in force. Nothing is changed; exits with 7 if it differs."""
    texts = read(playbook)
    if database_url is not None:
        found = read_off(database_url, texts)
    else:
        found = asked(connect(where["url"], where["home_"], PATIENCE), texts)
    if as_json:
        put_json(found)
    else:
        _show(found, utc=utc)
        if not texts.bindings:
            say("There is no sirenbook.toml beside it: the one in force stays.")
        short = str(found["digest"])[:SHORT_DIGEST]
        say(f"Compared with version {found['number']}. Next: sirenbook apply {playbook} --expect {short}")
    if found["errors"]:
        sys.exit(Exit.FINDINGS)
    if not found["same"]:
        sys.exit(Exit.DIFFERS)


@click.command("apply")
@playbook
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--note", help="Why, for the list of versions.")
@click.option("--expect", metavar="DIGEST", help="Refuse unless this is in force still, as `plan` printed it.")
@click.option("--force", is_flag=True, help="Also with errors that the one in force does not have.")
@options.in_utc
@options.acting
def apply(
    *,
    playbook: Path,
    yes: bool,
    note: str | None,
    expect: str | None,
    force: bool,
    utc: bool,
    by: str | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Put PLAYBOOK in force on every node. Open incidents keep the playbook that they opened under."""
    if not yes and not _somebody_can_answer():
        raise click.UsageError("nobody can be asked here; look at `sirenbook plan` and say --yes")
    texts, who = read(playbook), person(by)
    server = connect(where["url"], where["home_"], PATIENCE)
    found = asked(server, texts)
    _must_still_hold(found, expect)
    if not as_json:
        _show(found, utc=utc)
    if found["errors"] and not force:
        count = "an error" if found["errors"] == 1 else f"{found['errors']} errors"
        raise Fault(f"it brings {count}", "Mend it, or insist with --force.", Exit.FINDINGS)
    if not yes:
        _confirm(found)
    body = body_of(texts)
    answer = server.post("/api/policies", **body, note=note, expected=found["digest"], force=force, by=who)
    _tell(answer, as_json=as_json)


def _somebody_can_answer() -> bool:
    return sys.stdin.isatty()


def _must_still_hold(found: Json, expect: str | None) -> None:
    if expect and not (len(expect) >= 6 and str(found["digest"]).startswith(expect)):
        version = f"version {found['number']} ({found['digest'][:SHORT_DIGEST]})"
        raise Fault(f"in force by now is {version}, not {expect}", "Plan again.", Exit.REFUSED)


def _confirm(found: Json) -> None:
    question = "It reads the same for everybody; put it in force?" if found["same"] else "Put it in force?"
    if not click.confirm(question, err=True):
        raise Fault("nothing was changed", "", Exit.REFUSED)


def _tell(answer: Json, *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    version = answer["version"]
    if not answer["changed"]:
        say(f"It is in force already, as version {version['number']}.")
        return
    number = version["number"]
    click.echo(str(number))
    say(f"Version {number} is in force. The one before it: sirenbook policies {number - 1} --to FOLDER")


def _show(found: Json, *, utc: bool) -> None:
    """The plan in words."""
    from msgspec import convert

    from sirenbook.engine.policies.plan import Plan
    from sirenbook.engine.policies.plan_words import SAME, words

    now, show = wall_clock(), times.utc if utc else times.local

    def clock(at: datetime) -> str:
        return times.clock(at, now, show)

    out = screen()
    if found["same"]:
        out.line(SAME)
    for heading, lines in words(convert(found["plan"], Plan), clock):
        out.heading(heading)
        for line in lines:
            _line(out, line)
    out.show()


def _line(out: Screen, line: str) -> None:
    bare = line.lstrip(" ")
    out.wrapped("  " + " " * (len(line) - len(bare)), bare)

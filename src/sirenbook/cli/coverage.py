"""`sirenbook coverage`: proves who is paged in the weeks ahead, and says what is wrong with that."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect
from sirenbook.cli.exits import Exit
from sirenbook.cli.screen import Screen, put_json, screen

_MOST_SHOWN = 40
_STYLES = {"error": "red", "warning": "yellow"}


@click.command("coverage")
@click.argument("playbook", required=False, type=click.Path(path_type=Path))
@click.option("--weeks", type=click.IntRange(1, 53), default=8, show_default=True, help="How far to look ahead.")
@click.option("--severity", "-s", help="Show who is paged for this severity, from hand-off to hand-off.")
@click.option("--without", metavar="PERSON", help="With --severity: as if this person did not answer.")
@options.in_utc
@options.server
@options.as_json
def coverage(
    *,
    playbook: Path | None,
    weeks: int,
    severity: str | None,
    without: str | None,
    utc: bool,
    as_json: bool,
    **where: Any,
) -> None:
    """Prove who is paged in the weeks ahead: every minute, severity, and any one person missing.

    It asks the running server, which knows overrides and open channels; with PLAYBOOK it reads the files alone.
    """
    if without and not severity:
        raise click.UsageError("--without needs --severity")
    found = _offline(playbook, weeks) if playbook else _asked(weeks, where)
    if as_json:
        put_json(found)
    else:
        out = screen()
        if severity:
            _severity(out, found, severity, without, times.utc if utc else times.local)
        _findings(out, found, weeks)
        out.show()
    if any(f["grade"] == "error" for f in found["findings"]):
        raise click.exceptions.Exit(Exit.FINDINGS)


def _asked(weeks: int, where: dict[str, Any]) -> Json:
    return connect(where["url"], where["home_"]).get("/api/oncall/coverage", weeks=weeks)


def _offline(playbook: Path, weeks: int) -> Json:
    """The proof of a playbook's files, as the server would answer it."""
    import msgspec

    from sirenbook.cli.playbooks import open_playbook
    from sirenbook.engine.clock import wall_clock
    from sirenbook.engine.people.coverage import prove, ways_of

    loaded = open_playbook(playbook)
    start = wall_clock().replace(second=0, microsecond=0)
    proof = prove(loaded.policy, loaded.bindings, ways_of(loaded.bindings), start, weeks)
    found: Json = msgspec.json.decode(msgspec.json.encode(proof))
    return found


def _findings(out: Screen, found: Json, weeks: int) -> None:
    for each in found["findings"]:
        why = each["why"]
        place = f"{why['file']}:{why['line']}" if why.get("line") else ""
        out.wrapped(f"{each['code']} {each['grade']}: ", str(each["text"]), place, _STYLES.get(each["grade"], ""))
        out.wrapped("    ", str(each["help"]), "", "dim")
    if not found["findings"]:
        what = "every severity that pages reaches somebody at every minute, whoever is missing"
        out.line(f"{weeks} weeks are covered: {what}.")


def _severity(out: Screen, found: Json, name: str, without: str | None, show: times.Show) -> None:
    shown = [s for s in found["severities"] if s["name"].casefold() == name.casefold()]
    if not shown:
        known = ", ".join(s["name"] for s in found["severities"])
        raise click.UsageError(f"the playbook has no severity {name!r}; it has {known}")
    for one in shown:
        _stretches(out, one, without, show)


def _stretches(out: Screen, one: Json, without: str | None, show: times.Show) -> None:
    team = f" of team {one['team']}" if one["team"] else ""
    out.heading(f"{one['name']}{team}{f', without {without}' if without else ''}")
    if not one["stretches"]:
        out.line("The playbook pages nobody for it.")
    for each in one["stretches"][:_MOST_SHOWN]:
        start, end = (show(datetime.fromisoformat(each[k])) for k in ("start", "end"))
        out.wrapped(f"{start:%a %d %b %H:%M} to {end:%a %d %b %H:%M}  ", _paged(each, without))
    if len(one["stretches"]) > _MOST_SHOWN:
        out.line(f"… and {len(one['stretches']) - _MOST_SHOWN} more; --json has all of them")
    out.line()


def _paged(stretch: Json, without: str | None) -> str:
    """Who is paged, step by step; one who does not answer is left out."""
    steps = []
    for step in (s for s in stretch["steps"] if not s["again"]):
        people = [p for p in step["people"] if without not in (p["person"], p["name"])]
        names = ", ".join(f"{p['name']} ({' then '.join(p['ways'])})" for p in people) or "nobody"
        steps.append(f"{times.offset(timedelta(seconds=step['after']))} {names}")
    return "; ".join(steps)

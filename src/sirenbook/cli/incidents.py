"""`sirenbook incidents`: the list, as a table."""

from datetime import datetime
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect
from sirenbook.cli.screen import put_json, say, screen, table
from sirenbook.engine.clock import wall_clock

_HEADER = ("INCIDENT", "SEVERITY", "STATE", "OPENED", "AGE", "ALERTS", "NEXT", "TITLE")
_TITLE = 7
_SPARE = (5, 6, 3, 4)
"""What a narrow screen goes without: alerts, next, opened, age."""


@click.command("incidents")
@click.option("--status", type=click.Choice(("open", "resolved", "all")), default="open", show_default=True)
@click.option("--severity", "-s", help="Only this severity.")
@click.option("--search", "-q", "q", metavar="TEXT", help="Only titles with this text.")
@click.option("--limit", "-n", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many.")
@click.option("--before", type=click.IntRange(1), metavar="NUMBER", help="Continue a listing below this number.")
@options.server
@options.in_utc
@options.as_json
def incidents(*, utc: bool, as_json: bool, **given: Any) -> None:
    """List incidents, newest first."""
    wanted = {key: given[key] for key in ("status", "severity", "q", "limit", "before")}
    answer = connect(given["url"], given["home_"]).get("/api/incidents", **wanted)
    if as_json:
        put_json(answer)
        return
    found = answer["incidents"]
    if not found:
        say("No incidents." if given["status"] == "all" else f"No {given['status']} incidents.")
        return
    out, now = screen(), wall_clock()
    show = times.utc if utc else times.local
    table(out, _HEADER, (_row(each, now, show) for each in found), give=_TITLE, spare=_SPARE)
    out.show()
    if answer.get("next"):
        say(f"There are more: --before {answer['next']}")


def _row(each: Json, now: datetime, show: times.Show) -> tuple[str, ...]:
    opened, ended = times.instant(each.get("opened_at")), times.instant(each.get("resolved_at"))
    wake = times.instant(each.get("wake_at"))
    drill = "DRILL " if each.get("drill") else ""
    return (
        str(each["id"]),
        str(each["severity"]),
        _state(each),
        times.clock(opened, now, show) if opened else "",
        times.span((ended or now) - opened) if opened else "",
        str(each.get("alerts") or ""),
        times.clock(wake, now, show) if wake else "",
        f"{drill}{each['title']}",
    )


def _state(each: Json) -> str:
    phase = str(each.get("phase") or each.get("status"))
    owner = each.get("acknowledged_by")
    return f"{phase}: {owner}" if owner and phase in ("acknowledged", "snoozed") else phase

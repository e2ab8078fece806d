"""`sirenbook checks`: the health checks and how they stand, the worst first."""

from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect
from sirenbook.cli.exits import Exit
from sirenbook.cli.screen import Screen, put_json, screen

_WORST_FIRST = ("down", "failing", "new", "well", "unwatched")
_STYLES = {"down": "red", "failing": "yellow", "well": "green"}


@click.command("checks")
@click.option("--critical-only", is_flag=True, help="Only those that are marked critical.")
@click.option("--verbose", "-v", is_flag=True, help="What each looks at, how long it took, and its line.")
@options.in_utc
@options.server
@options.as_json
def checks(*, critical_only: bool, verbose: bool, utc: bool, as_json: bool, **where: Any) -> None:
    """Show the health checks and how they stand. Exit code 1 while one of those shown is down."""
    found = connect(where["url"], where["home_"]).get("/api/checks")
    lines = [c for c in found["checks"] if c["critical"] or not critical_only]
    lines.sort(key=lambda c: (_WORST_FIRST.index(c["standing"]), not c["critical"]))
    well = all(c["standing"] != "down" for c in lines)
    if as_json:
        put_json({"well": well, "checks": lines})
    else:
        _tell(lines, verbose, times.utc if utc else times.local)
    if not well:
        raise click.exceptions.Exit(Exit.FINDINGS)


def _tell(lines: list[Json], verbose: bool, show: times.Show) -> None:
    out = screen()
    for line in lines:
        standing = str(line["standing"])
        name = f"{line['name']} (critical)" if line["critical"] else str(line["name"])
        since = times.instant(line["since"])
        tail = f"since {show(since):%a %d %b %H:%M}" if since else ""
        said = str(line["hindrance"] or line["detail"] or "nobody has looked yet")
        out.wrapped(f"{standing:<9} ", f"{name}: {said}", tail, _STYLES.get(standing, "dim"))
        if verbose:
            _more(out, line, show)
    if not lines:
        out.line("Nothing is looked at; write [checks.api] into sirenbook.toml.")
    out.show()


def _more(out: Screen, line: Json, show: times.Show) -> None:
    looked = times.instant(line["looked_at"])
    why = line["why"]
    parts = [
        f"{line['kind']} {line['target']}" if line["target"] != line["name"] else str(line["kind"]),
        f"every {line['period']} s, an alert after {line['failures']}",
        f"last look {show(looked):%a %d %b %H:%M:%S}, {line['seconds']:.2f} s" if looked else "",
        f"calls {line['beat']}" if line["beat"] else "",
    ]
    place = f"{why['file']}:{why['line']}" if why.get("line") else ""
    out.wrapped(" " * 10, "; ".join(filter(None, parts)), place, "dim")

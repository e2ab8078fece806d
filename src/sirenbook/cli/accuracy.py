"""`sirenbook accuracy`: how often the steps of the runbooks did what they say, the worst first."""

from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import Json, connect
from sirenbook.cli.screen import put_json, screen, table


@click.command("accuracy")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How far back to look.")
@options.server
@options.as_json
def accuracy(*, days: int, as_json: bool, **where: Any) -> None:
    """Show runbook accuracy: in all, by runbook, and the lines that did not do what they say."""
    found = connect(where["url"], where["home_"]).get("/api/runbooks/accuracy", days=days)
    if as_json:
        put_json(found)
        return
    out = screen()
    out.line(out.paint(f"Runbook accuracy over {days} days: {_share(found['accuracy'])}", "bold"))
    for title, share in sorted(found["runbooks"].items(), key=lambda pair: (pair[1] is None, pair[1])):
        out.wrapped(f"  {_share(share):>7}  ", str(title))
    failing = [x for x in found["lines"] if x["failed"] or x["wrong"]]
    if failing:
        out.heading("Lines that did not do what they say")
        header = ("line", "tried", "worked", "failed", "wrong", "what it says")
        table(out, header, map(_row, sorted(failing, key=lambda x: x["worked"] / x["tried"])), give=5)
    out.show()


def _share(share: float | None) -> str:
    return "no trial" if share is None else f"{share * 100:.0f} %"


def _row(line: Json) -> tuple[str, ...]:
    why = line["why"]
    counts = (str(line[name]) for name in ("tried", "worked", "failed", "wrong"))
    return (f"{why['file']}:{why['line']}", *counts, str(why["quote"]))

"""`sirenbook practices`: what the playbook wants done regularly, by when, and saying that it was done."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect
from sirenbook.cli.options import person
from sirenbook.cli.screen import put_json, screen, table
from sirenbook.cli.show import place
from sirenbook.incident.timeline import span

_HEADER = ("name", "due", "how often", "whose", "last done", "line", "what")


@click.group("practices", invoke_without_command=True)
@options.server
@options.as_json
@click.pass_context
def practices(context: click.Context, /, *, as_json: bool, **where: Any) -> None:
    """Show what the playbook wants done regularly, what is due first on top."""
    if context.invoked_subcommand is None:
        _tell(connect(where["url"], where["home_"]).get("/api/practices"), as_json=as_json)


@practices.command("done")
@click.argument("name")
@click.option("--note", metavar="WORDS", help="What there is to say of it.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day, as 2026-11-30; else today.")
@options.acting
def done(*, name: str, note: str | None, on: datetime | None, by: str | None, as_json: bool, **where: Any) -> None:
    """Say that the practice NAME was done; its next time is counted from then."""
    server = connect(where["url"], where["home_"])
    day = on.date().isoformat() if on else None
    _tell(server.post(f"/api/practices/{quote(name, safe='')}", by=person(by), note=note, on=day), as_json=as_json)


@practices.command("undo")
@click.argument("name")
@click.option("--note", metavar="WORDS", help="Why it was not done after all.")
@options.acting
def undo(*, name: str, note: str | None, by: str | None, as_json: bool, **where: Any) -> None:
    """Take back that the practice NAME was done last; it is due as it was before."""
    server = connect(where["url"], where["home_"])
    found = server.post(f"/api/practices/{quote(name, safe='')}/undo", by=person(by), note=note)
    _tell(found, as_json=as_json)


def _tell(found: Json, *, as_json: bool) -> None:
    if as_json:
        put_json(found)
        return
    out = screen()
    table(out, _HEADER, map(_row, found["practices"]), give=6)
    if not found["practices"]:
        out.line("The playbook wants nothing done regularly.")
    out.show()


def _row(line: Json) -> tuple[str, ...]:
    due, last = times.instant(line["due"]), times.instant(line["done_at"])
    day = f"{times.local(due):%Y-%m-%d}" if due else "no date"
    return (
        str(line["name"]),
        f"{day} OVERDUE" if line["overdue"] else day,
        f"every {span(line['every'])}" if line["every"] else "not said",
        str(line["owner"] or ", ".join(line["reminded"]) or "nobody"),
        f"{times.local(last):%Y-%m-%d}" if last else "never here",
        place(line["why"]),
        str(line["what"]),
    )

"""`sirenbook items`: the action items of all incidents or of one, written down, changed and done."""

from datetime import datetime
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect, incident_path
from sirenbook.cli.exits import Fault
from sirenbook.cli.options import person
from sirenbook.cli.screen import put_json, say, screen, table

_HEADER = ("", "incident", "due", "owner", "status", "what")


@click.command("items")
@click.argument("incident", required=False)
@click.option("--add", metavar="TEXT", help="Write down an action item of INCIDENT.")
@click.option("--customer", is_flag=True, help="With --add: it is a follow-up with a customer.")
@click.option("--change", type=click.IntRange(1), metavar="NUMBER", help="Change this one of INCIDENT.")
@click.option("--owner", metavar="PERSON", help="Who does it.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Until when, as 2026-11-30.")
@click.option("--status", type=click.Choice(("open", "done", "dropped")), help="With --change: what became of it.")
@click.option("--note", help="With --change: why.")
@click.option("--link", help="With --change: where it is tracked; a ticket that has one is written.")
@click.option("--paste", type=click.IntRange(1), metavar="NUMBER", help="The text of this ticket, to paste it.")
@click.option("--which", type=click.Choice(("open", "overdue", "all")), default="open", show_default=True)
@options.acting
def items(
    *, incident: str | None, as_json: bool, by: str | None, url: str | None, home_: str | None, **what: Any
) -> None:
    """List action items, those that are due first on top; add one to INCIDENT, or change it."""
    if incident is None and (what["add"] or what["change"] or what["paste"]):
        raise click.UsageError("say of which incident, such as `sirenbook items INC-1 --add …`")
    server = connect(url, home_)
    due: datetime | None = what["due"]
    given = {"owner": what["owner"], "due": due.date().isoformat() if due else None, "by": person(by)}
    if incident is None:
        found = server.get("/api/items", which=what["which"])
    elif what["add"]:
        kind = "customer" if what["customer"] else "action"
        found = server.post(incident_path(incident, "items"), text=what["add"], kind=kind, **given)
    elif what["change"]:
        path = incident_path(incident, "items", str(what["change"]))
        found = server.post(path, status=what["status"], note=what["note"], link=what["link"], **given)
    else:
        found = server.get(incident_path(incident, "items"))
    if as_json:
        put_json(found)
    elif what["paste"]:
        _paste(found["items"], what["paste"])
    else:
        _show(found["items"])


def _paste(found: list[Json], number: int) -> None:
    text = next((str(x["paste"]) for x in found if x["number"] == number), "")
    if not text:
        raise Fault(f"item {number} is no ticket that has to be written")
    click.echo(text)


def _show(found: list[Json]) -> None:
    if not found:
        say("No action items.")
        return
    out = screen()
    table(out, _HEADER, map(item_row, found), give=5)
    out.show()


def item_row(item: Json) -> tuple[str, ...]:
    """An action item as a row: its number, incident, date, owner, status and words."""
    due = times.instant(item["due"])
    day = f"{times.local(due):%Y-%m-%d}" if due else "no date"
    status = "overdue" if item["overdue"] else str(item["status"])
    return (
        str(item["number"]),
        str(item["incident"]),
        day,
        str(item["owner"] or "nobody"),
        status,
        f"{item['text']} ({item['link']})" if item.get("link") else str(item["text"]),
    )

"""`sirenbook declare`: opens an incident by hand."""

from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import connect
from sirenbook.cli.outcome import tell
from sirenbook.cli.screen import say


@click.command("declare")
@click.argument("title", nargs=-1, required=True)
@click.option("--severity", "-s", help="A severity of the playbook, by name or label; ? lets its criteria choose.")
@options.facts
@click.option("--impact", help="What is broken for whom.")
@click.option("--service", help="The service that it is about, or the team whose it is.")
@click.option("--reason", help="Why this severity.")
@click.option("--drill", is_flag=True, help="Real pages, marked as a drill.")
@options.acting
def declare(*, title: tuple[str, ...], by: str | None, facts: dict[str, str], **given: Any) -> None:
    """Open an incident called TITLE; whoever the playbook names is paged at once."""
    words = " ".join(title).strip()
    if not words:
        raise click.UsageError("an incident needs a title")
    if not given["severity"] and not facts:
        raise click.UsageError("give --severity, ? to let the playbook's criteria choose, or --fact NAME=VALUE")
    body = {key: given[key] for key in ("severity", "impact", "reason", "drill", "service")}
    client = connect(given["url"], given["home_"])
    opened = client.post("/api/incidents", title=words, by=options.person(by), facts=facts or None, **body)
    tell(opened, as_json=given["as_json"])
    if given["severity"] in (None, "?"):
        say(f"{opened['severity']}: {opened['reason']}")

"""`sirenbook declare`: opens an incident by hand."""

from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import connect
from sirenbook.cli.outcome import tell


@click.command("declare")
@click.argument("title", nargs=-1, required=True)
@click.option("--severity", "-s", required=True, help="A severity of the playbook, by name or label.")
@click.option("--impact", help="What is broken for whom.")
@click.option("--reason", help="Why this severity.")
@click.option("--drill", is_flag=True, help="Real pages, marked as a drill.")
@options.acting
def declare(*, title: tuple[str, ...], by: str | None, **given: Any) -> None:
    """Open an incident called TITLE; whoever the playbook names is paged at once."""
    words = " ".join(title).strip()
    if not words:
        raise click.UsageError("an incident needs a title")
    body = {key: given[key] for key in ("severity", "impact", "reason", "drill")}
    client = connect(given["url"], given["home_"])
    tell(client.post("/api/incidents", title=words, by=options.person(by), **body), as_json=given["as_json"])

"""`sirenbook login-link`: a way onto the pages for whoever may run commands here."""

from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import connect
from sirenbook.cli.screen import put_json, say
from sirenbook.model.rights import ACCOUNT_ROLES


@click.command("login-link")
@click.option("--name", help="Whom it is for; else whoever opens it is asked.")
@click.option("--role", type=click.Choice(ACCOUNT_ROLES), help="Of whoever has no account yet; else responder.")
@options.server
@options.as_json
def login_link(*, name: str | None, role: str | None, as_json: bool, **where: Any) -> None:
    """Make a one-time link that logs whoever opens it in on the pages."""
    answer = connect(where["url"], where["home_"]).post("/api/login-links", name=name, role=role)
    if as_json:
        put_json(answer)
        return
    click.echo(str(answer["url"]))
    say("Open it once, in the browser that shall be logged in.")

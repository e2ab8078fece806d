"""`sirenbook login-link`: a way onto the pages for whoever may run commands here."""

from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import connect
from sirenbook.cli.screen import put_json, say


@click.command("login-link")
@options.server
@options.as_json
def login_link(*, as_json: bool, **where: Any) -> None:
    """Make a one-time link that logs whoever opens it in on the pages."""
    answer = connect(where["url"], where["home_"]).post("/api/login-links")
    if as_json:
        put_json(answer)
        return
    click.echo(str(answer["url"]))
    say("Open it once, in the browser that shall be logged in.")

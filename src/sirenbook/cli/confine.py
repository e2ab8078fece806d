"""`sirenbook security` and `sirenbook restrict`: what an incident is, and who may see it."""

from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import Json, connect, incident_path
from sirenbook.cli.options import person
from sirenbook.cli.screen import put_json, say

_REASON = click.option("--reason", help="Why.")


@click.command("security")
@options.incident
@click.option("--lift", is_flag=True, help="It is none after all; whoever may approve words outside says so.")
@_REASON
@options.acting
def security(*, incident: str, lift: bool, reason: str | None, by: str | None, as_json: bool, **where: Any) -> None:
    """Say that INCIDENT is one of security: few see it, and words outside wait for consent."""
    board = connect(where["url"], where["home_"]).post(
        incident_path(incident, "security"), lift=lift, reason=reason, by=person(by)
    )
    _tell(board, as_json=as_json)


@click.command("restrict")
@options.incident
@click.option("--lift", is_flag=True, help="Show it to all again.")
@_REASON
@options.acting
def restrict(*, incident: str, lift: bool, reason: str | None, by: str | None, as_json: bool, **where: Any) -> None:
    """Show INCIDENT to those only who work on it."""
    board = connect(where["url"], where["home_"]).post(
        incident_path(incident, "restrict"), lift=lift, reason=reason, by=person(by)
    )
    _tell(board, as_json=as_json)


def _tell(board: Json, *, as_json: bool) -> None:
    if as_json:
        put_json(board)
        return
    kind = "a security incident" if board["security"] else "no security incident"
    say(f"{board['id']} is {kind}; {'those who work on it' if board['restricted'] else 'all'} may see it.")

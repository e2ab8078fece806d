"""`sirenbook account`: who may log in on the pages, in which role, and what was changed about it."""

from datetime import datetime
from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import Client, connect
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.screen import put_json, screen, table
from sirenbook.model.rights import ACCOUNT_ROLES


@click.group("account")
def account() -> None:
    """List and change the accounts of the pages: roles, and who is let in."""


@account.command("list")
@options.server
@options.as_json
def list_(*, as_json: bool, **where: Any) -> None:
    """List everybody who may log in, and whose accounts are closed."""
    _tell(connect(where["url"], where["home_"]).get("/api/accounts"), as_json=as_json)


@account.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ACCOUNT_ROLES))
@options.server
@options.as_json
def role_(*, name: str, role: str, as_json: bool, **where: Any) -> None:
    """Give the account of NAME another ROLE. The last admin stays one."""
    _change(connect(where["url"], where["home_"]), name, as_json=as_json, role=role)


@account.command("close")
@click.argument("name")
@options.server
@options.as_json
def close(*, name: str, as_json: bool, **where: Any) -> None:
    """Close the account of NAME and log it out everywhere, at once."""
    _change(connect(where["url"], where["home_"]), name, as_json=as_json, state="closed")


@account.command("open")
@click.argument("name")
@options.server
@options.as_json
def open_(*, name: str, as_json: bool, **where: Any) -> None:
    """Let the closed account of NAME in again."""
    _change(connect(where["url"], where["home_"]), name, as_json=as_json, state="open")


@account.command("audit")
@options.server
@options.as_json
def audit(*, as_json: bool, **where: Any) -> None:
    """Show what was changed about accounts and tokens, when and by whom."""
    answer = connect(where["url"], where["home_"]).get("/api/audit")
    if as_json:
        put_json(answer)
        return
    out = screen()
    rows = [(_moment(c["at"]), c["by"], c["what"]) for c in answer["changes"]]
    table(out, ("WHEN", "BY", "WHAT"), rows, give=2)
    out.show()


def _moment(at: str) -> str:
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M %Z}"


def _change(client: Client, name: str, *, as_json: bool, **change: str) -> None:
    accounts = client.get("/api/accounts")["accounts"]
    number = next((a["number"] for a in accounts if a["name"].casefold() == name.casefold()), None)
    if number is None:
        names = ", ".join(a["name"] for a in accounts) or "nobody"
        raise Fault(f"no account is called {name!r}", f"there are: {names}", Exit.NOT_FOUND)
    _tell(client.post(f"/api/accounts/{number}", **change), as_json=as_json)


def _tell(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    out = screen()
    rows = [_row(a) for a in answer["accounts"]]
    table(out, ("NAME", "ROLE", "PASSWORD", "STATE"), rows, give=0)
    out.show()


def _row(each: dict[str, Any]) -> tuple[str, ...]:
    return (each["name"], each["role"], "yes" if each["password"] else "", "closed" if each["closed"] else "open")

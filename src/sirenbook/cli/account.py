"""`sirenbook account`: who may log in on the pages, in which role, and what was changed about it."""

from datetime import datetime
from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import Client, connect
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.plain import plain
from sirenbook.cli.screen import put_json, say, screen, table
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


@account.command("ways")
@click.argument("name")
@options.server
@options.as_json
def ways(*, name: str, as_json: bool, **where: Any) -> None:
    """List what lets the account of NAME in: password, passkeys, providers, sessions, tokens."""
    client = connect(where["url"], where["home_"])
    _tell_ways(client.get(f"/api/accounts/{_number(client, name)}/ways"), as_json=as_json)


@account.command("remove")
@click.argument("name")
@click.argument("kind", type=click.Choice(("password", "passkey", "identity", "session", "token")))
@click.argument("which", default="")
@options.server
@options.as_json
def remove(*, name: str, kind: str, which: str, as_json: bool, **where: Any) -> None:
    """Take a way in away from the account of NAME, who is told of it. Without WHICH: all of that KIND."""
    client = connect(where["url"], where["home_"])
    answer = client.post(f"/api/accounts/{_number(client, name)}/ways", kind=kind, name=which)
    _tell_ways(answer, as_json=as_json)


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


@account.group("break-glass")
def break_glass() -> None:
    """The sealed access, for when nobody can log in otherwise."""


@break_glass.command("create")
@options.server
@options.as_json
def create(*, as_json: bool, **where: Any) -> None:
    """Make a code that lets somebody in as admin, once, for an hour. One made before opens nothing any more."""
    answer = connect(where["url"], where["home_"]).post("/api/break-glass")
    if as_json:
        put_json(answer)
        return
    click.echo(str(answer["code"]))
    say(
        "It is shown this once. Keep it on paper, sealed; everybody is told when it is used, at /login/break-glass."
    )


@break_glass.command("show")
@options.server
@options.as_json
def show(*, as_json: bool, **where: Any) -> None:
    """Say whether a code lies ready, and whether somebody is in by it."""
    _glass(connect(where["url"], where["home_"]).get("/api/break-glass"), as_json=as_json)


@break_glass.command("end")
@options.server
@options.as_json
def end(*, as_json: bool, **where: Any) -> None:
    """Log out whoever came in by the sealed access."""
    _glass(connect(where["url"], where["home_"]).post("/api/break-glass/end"), as_json=as_json)


def _glass(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    sealed, broken = answer["sealed"], answer["broken"]
    click.echo(
        f"A code lies ready since {_moment(sealed['at'])}, by {plain(sealed['by'])}." if sealed else "No code."
    )
    if broken:
        until = _moment(broken["until"])
        click.echo(f"{plain(broken['name'])} is admin by it until {until}. Reason: {plain(broken['reason'])}")


def _moment(at: str | None) -> str:
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M %Z}" if at else ""


def _change(client: Client, name: str, *, as_json: bool, **change: str) -> None:
    _tell(client.post(f"/api/accounts/{_number(client, name)}", **change), as_json=as_json)


def _number(client: Client, name: str) -> int:
    accounts = client.get("/api/accounts")["accounts"]
    number = next((a["number"] for a in accounts if a["name"].casefold() == name.casefold()), None)
    if number is None:
        names = ", ".join(a["name"] for a in accounts) or "nobody"
        raise Fault(f"no account is called {name!r}", f"there are: {names}", Exit.NOT_FOUND)
    return int(number)


def _tell_ways(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    out = screen()
    rows = [(w["kind"], w["name"], w["label"], *map(_moment, (w["since"], w["used"]))) for w in answer["ways"]]
    table(out, ("KIND", "WHICH", "KNOWN BY", "SINCE", "LAST USED"), rows, give=2)
    out.show()


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

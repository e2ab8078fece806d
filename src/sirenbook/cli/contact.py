"""`sirenbook contact`: whether people can be reached, codes that verify a way to them, and tests of it."""

from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import connect
from sirenbook.cli.screen import put_json, say, screen, table


@click.group("contact")
def contact() -> None:
    """Show how well contact methods are known to work, verify and test them."""


@contact.command("list")
@options.server
@options.as_json
def list_(*, as_json: bool, **where: Any) -> None:
    """List every contact method and how well it is known to work."""
    _tell(connect(where["url"], where["home_"]).get("/api/contacts"), as_json=as_json)


@contact.command("verify")
@click.argument("person")
@click.option("--channel", metavar="CHANNEL", help="Send a code by this channel only.")
@click.option("--code", metavar="CODE", help="The code that PERSON was sent: nothing is sent, it is checked.")
@options.server
@options.as_json
def verify(*, person: str, channel: str | None, code: str | None, as_json: bool, **where: Any) -> None:
    """Send PERSON a code by their contact methods; with --code, take it."""
    client = connect(where["url"], where["home_"])
    if code is not None:
        _tell(client.post("/api/contacts/verify", person=person, code=code), as_json=as_json)
        return
    _sent(client.post("/api/contacts/code", person=person, channel=channel), as_json=as_json)
    if not as_json:
        say(f"Then: sirenbook contact verify {person} --code CODE")


@contact.command("test")
@click.argument("person")
@click.option("--channel", metavar="CHANNEL", help="Test this channel only.")
@options.server
@options.as_json
def test(*, person: str, channel: str | None, as_json: bool, **where: Any) -> None:
    """Send PERSON a test by their contact methods."""
    client = connect(where["url"], where["home_"])
    _sent(client.post("/api/contacts/test", person=person, channel=channel), as_json=as_json)


def _sent(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
    else:
        out = screen()
        rows = [(s["channel"], s["to"], s["outcome"], s["detail"]) for s in answer["sent"]]
        table(out, ("CHANNEL", "ADDRESS", "OUTCOME", "DETAIL"), rows, give=3)
        out.show()
    if not any(s["outcome"] == "accepted" for s in answer["sent"]):
        raise SystemExit(1)


def _tell(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    out = screen()
    rows = [
        (c["name"], c["channel"], c["to"], c["state"], (c["worked_at"] or "never")[:16].replace("T", " "))
        for c in answer["contacts"]
    ]
    table(out, ("PERSON", "CHANNEL", "ADDRESS", "STATE", "LAST WORKED (UTC)"), rows, give=2)
    out.show()

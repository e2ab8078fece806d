"""`sirenbook token`: makes tokens for programs, people and runners, lists them, and ends them."""

from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import connect
from sirenbook.cli.screen import put_json, say, screen, table

_SCOPES = ["admin", "command", "respond", "read", "intake"]


@click.group("token")
def token() -> None:
    """Make, list and end the tokens by which programs, people and runners are known."""


@token.command("new")
@click.argument("name")
@click.option("--runner", "labels", metavar="LABELS", help="For a runner: it may take steps for these labels only.")
@click.option("--person", metavar="PERSON", help="Whatever is done by it is done in this person's name.")
@click.option(
    "--scope",
    type=click.Choice(_SCOPES),
    help="What it opens; else admin.",
)
@click.option("--restricted", is_flag=True, help="It sees restricted incidents too, such as those of security.")
@click.option("--days", type=click.IntRange(1, 3650), help="It opens nothing after so many days.")
@options.server
@options.as_json
def new(
    *,
    name: str,
    labels: str | None,
    person: str | None,
    scope: str | None,
    restricted: bool,
    days: int | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Make a token called NAME and print its secret, this once."""
    if labels is not None and (person or scope or restricted):
        raise click.UsageError("--runner stands alone: such a token does nothing but take steps")
    named = [w for w in (labels or "").replace(",", " ").split() if w]
    wanted = "runner" if labels is not None else scope or "admin"
    client = connect(where["url"], where["home_"])
    answer = client.post(
        "/api/tokens",
        name=name,
        scope=wanted,
        labels=named,
        person=person,
        restricted=restricted or None,
        days=days,
    )
    if as_json:
        put_json(answer)
        return
    click.echo(str(answer["secret"]))
    say("It is shown this once; `sirenbook token revoke` ends it.")


@token.command("list")
@options.server
@options.as_json
def list_(*, as_json: bool, **where: Any) -> None:
    """List the tokens that are in force."""
    _tell(connect(where["url"], where["home_"]).get("/api/tokens"), as_json=as_json)


@token.command("revoke")
@click.argument("name")
@options.server
@options.as_json
def revoke(*, name: str, as_json: bool, **where: Any) -> None:
    """End the token called NAME: a runner's at once, any other within ten seconds."""
    _tell(connect(where["url"], where["home_"]).post("/api/tokens/revoke", name=name), as_json=as_json)


def _tell(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    out = screen()
    rows = [_row(t) for t in answer["tokens"]]
    table(out, ("NAME", "FOR", "LABELS", "PERSON", "RESTRICTED", "UNTIL"), rows, give=0)
    out.show()


def _row(token: dict[str, Any]) -> tuple[str, ...]:
    seen = "yes" if token["restricted"] else ""
    return (
        token["name"],
        token["scope"],
        ", ".join(token["labels"]),
        token["person"],
        seen,
        token["expires_at"] or "",
    )

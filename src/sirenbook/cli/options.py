"""Options that many commands share, said once."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sirenbook.cli.exits import Exit, Fault

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print data as JSON instead of words.")
in_utc = click.option("--utc", is_flag=True, help="Show times in UTC instead of the local zone.")
home = click.option("--home", "home_", metavar="FOLDER", help="The server's data folder (SIRENBOOK_HOME).")
incident = click.argument("incident")


def _pairs(_: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = {name.strip(): value.strip() for name, sign, value in (g.partition("=") for g in given) if sign}
    if len(pairs) < len(given) or not all(n and v for n, v in pairs.items()):
        what, example = ("fact", "error_rate=12%") if parameter.name == "facts" else ("field", "cause=disk_full")
        raise click.BadParameter(f"write each {what} once, as NAME=VALUE, such as {example}")
    return pairs


facts = click.option(
    "--fact", "facts", multiple=True, metavar="NAME=VALUE", callback=_pairs,
    help="Something measured, such as error_rate=12% or users=300; more than one may be given.",
)  # fmt: skip


def said(command: Command) -> Command:
    """What the playbook wants said in a message, and why some of it is missing."""
    fields = click.option(
        "--field", "fields", multiple=True, metavar="NAME=VALUE", callback=_pairs,
        help='What the playbook wants said, such as cause="the disk was full"; more than one may be given.',
    )  # fmt: skip
    without = click.option(
        "--without", metavar="REASON", help="Go on without the fields that are missing: say why."
    )
    return fields(without(command))


def server(command: Command) -> Command:
    """Which server to talk to."""
    url = click.option("--url", metavar="URL", help="The server (SIRENBOOK_URL); else the one of the home.")
    return url(home(command))


def acting(command: Command) -> Command:
    """Which server, in whose name, and how to answer."""
    by = click.option("--by", metavar="PERSON", help="In whose name (SIRENBOOK_USER, else your login name).")
    return server(by(as_json(command)))


def person(given: str | None) -> str:
    """In whose name a command acts."""
    name = (given or os.environ.get("SIRENBOOK_USER") or "").strip()
    return name or _login_name()


def _login_name() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise Fault("nobody is named to do this", "Give --by or set SIRENBOOK_USER.", Exit.USAGE) from error

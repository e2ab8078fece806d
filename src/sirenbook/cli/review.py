"""`sirenbook review`: the review of an incident, drafted, written, approved, published and taken along."""

import sys
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Client, Json, connect, incident_path
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.items import item_row
from sirenbook.cli.options import person
from sirenbook.cli.plain import plain
from sirenbook.cli.screen import put_json, say, screen, table
from sirenbook.cli.show import place


@click.command("review")
@options.incident
@click.option("--draft", is_flag=True, help="Print a draft from the timeline, in the playbook's template.")
@click.option("--entries", metavar="1,2,7", help="With --draft: which entries of the timeline it shows.")
@click.option(
    "--edit", "file", type=click.Path(path_type=Path, allow_dash=True), help="Keep FILE as a new version."
)
@click.option("--approve", is_flag=True, help="Approve the newest version.")
@click.option("--publish", is_flag=True, help="Publish the approved version.")
@click.option("--owner", metavar="PERSON", help="Say who writes it.")
@click.option("--meeting", type=times.moment, metavar="TIME", help="Set the time of the meeting about it.")
@click.option("--minutes", type=click.IntRange(1, 480), default=60, show_default=True, help="How long it takes.")
@click.option("--done", metavar="KEY", help="Say that something the playbook wants is done.")
@click.option(
    "--export", "kind", type=click.Choice(("md", "html", "pdf", "ics", "patch")), help="Print it as a file."
)
@options.acting
def review(
    *, incident: str, as_json: bool, by: str | None, url: str | None, home_: str | None, **what: Any
) -> None:
    """Show the review of INCIDENT and what is left to do after it; or draft, write, approve, publish, export it."""
    server, path = connect(url, home_), incident_path(incident, "review")
    if what["draft"]:
        _print(server.get(f"{path}/draft", entries=what["entries"]), "markdown", as_json=as_json)
    elif what["kind"]:
        _print(server.get(f"{path}/export", format=what["kind"]), "text", as_json=as_json)
    else:
        found = _change(server, path, person(by), what) or server.get(path)
        put_json(found) if as_json else _show(found)


def _change(server: Client, path: str, by: str, what: dict[str, Any]) -> Json:
    """Do what the options ask, in the order in which it makes sense; answers the review after it, if any was."""
    found: Json = {}
    meeting: datetime | None = what["meeting"]
    if what["owner"]:
        found = server.post(f"{path}/assign", owner=what["owner"], by=by)
    if meeting is not None:
        found = server.post(f"{path}/schedule", at=meeting.isoformat(), minutes=what["minutes"], by=by)
    if what["file"] is not None:
        text, version = _read(what["file"]), server.get(path)["version"]
        found = server.post(path, markdown=text, based_on=version, by=by)
    if what["approve"]:
        version = (found or server.get(path))["version"]
        found = server.post(f"{path}/approve", version=version, by=by)
    if what["publish"]:
        found = server.post(f"{path}/publish", by=by)
    if what["done"]:
        found = server.post(f"{path}/done", key=what["done"], by=by)
    return found


def _read(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except OSError as error:
        raise Fault(f"{file}: {error.strerror}", "Name a file of Markdown.", Exit.USAGE) from error
    except UnicodeDecodeError as error:
        raise Fault(f"{file} is not UTF-8", "Save it as UTF-8.", Exit.USAGE) from error


def _print(answer: Json, name: str, *, as_json: bool) -> None:
    if as_json:
        put_json(answer)
        return
    if answer.get("encoding") == "base64":
        _put_bytes(str(answer["name"]), b64decode(str(answer[name])))
        return
    text = str(answer[name])
    shown = "\n".join(map(plain, text.split("\n"))) if sys.stdout.isatty() else text
    click.echo(shown, nl=not shown.endswith("\n"))
    if answer.get("blanks"):
        say(f"{len(answer['blanks'])} places are left to fill in.")


def _put_bytes(name: str, data: bytes) -> None:
    """A file that is no text, for a pipe; a terminal would not know what to make of it."""
    if sys.stdout.isatty():
        raise Fault("this is no text for a terminal", f"Write `> {name}` behind the command.", Exit.USAGE)
    click.echo(data, nl=False)


def _show(found: Json) -> None:
    out = screen()
    state = f"version {found['version']}" if found["version"] else "not written yet"
    if found["version"]:
        state += ", approved" if found["approved"] == found["version"] else ", not approved"
        state += ", published" if found["published"] == found["version"] else ""
    out.line(out.paint(f"Review of {found['incident']}: {state}", "bold"))
    if found["owner"]:
        out.line(out.paint(f"  {found['owner']} writes it"))
    meeting = times.instant(found["meeting_at"])
    if meeting is not None:
        out.line(f"  Meeting at {times.local(meeting):%Y-%m-%d %H:%M}, {found['meeting_minutes']} min")
    if found["blanks"]:
        out.line(f"  {len(found['blanks'])} places are left to fill in")
    out.heading("What the playbook still wants")
    for each in found["due"]:
        due = times.instant(each["due"])
        assert due is not None
        lead = f"  {each['key']:<10} {times.local(due):%Y-%m-%d %H:%M}  "
        out.wrapped(lead, each["what"], place(each["why"]), *(("red",) if each["overdue"] else ()))
    if not found["due"]:
        out.line("  Nothing.")
    if found["items"]:
        out.heading("Action items")
        header = ("", "incident", "due", "owner", "status", "what")
        table(out, header, map(item_row, found["items"]), give=5)
    out.show()

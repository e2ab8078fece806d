"""`sirenbook status` and `sirenbook maintenance`: the public page, as it is or as files, and what is announced."""

import os
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.options import person
from sirenbook.cli.screen import Screen, put_json, say, screen, table
from sirenbook.engine.clock import wall_clock


class _Moment(click.ParamType[datetime]):
    """A time as people at a terminal write it."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, or a word on how to write one."""
        return value if isinstance(value, datetime) else times.moment(str(value))


_MOMENT = _Moment()


@click.group("status", invoke_without_command=True)
@options.server
@options.as_json
@click.pass_context
def status(ctx: click.Context, /, *, as_json: bool, **where: Any) -> None:
    """Show what the public status page says, who told it, and who approved it."""
    if ctx.invoked_subcommand is None:
        found = connect(where["url"], where["home_"]).get("/api/status")
        put_json(found) if as_json else _show(found)


def _show(found: Json) -> None:
    out = screen()
    out.line(f"{out.paint(str(found['title']), 'bold')}  {found['words']}  {found['url']}")
    table(out, ("component", "fares", "up in 90 days"), [_component(c) for c in found["components"]], give=0)
    for incident in found["incidents"]:
        _incident(out, incident)
    for each in found["maintenance"]:
        out.line(f"Maintenance {each['number']}, {each['state']}: {each['title']}  {_while(each)}")
    counted = ", ".join(f"{n} by {kind}" for kind, n in found["subscribers"].items()) or "nobody"
    out.line(f"Subscribers: {counted}")
    for news in found["news"][:5]:
        how = f"{news['sent']} sent, {news['waiting']} waiting, {news['failed']} failed"
        out.wrapped(f"  {_at(news['at'])}  ", str(news["subject"]), how)
    out.show()


def _component(each: Json) -> tuple[str, ...]:
    uptime = "" if each["uptime"] is None else f"{each['uptime'] * 100:.2f} %"
    return str(each["name"]), str(each["condition"]), uptime


def _incident(out: Screen, incident: Json) -> None:
    over = "over" if incident["over_at"] else str(incident["impact"])
    out.line(f"{out.paint(str(incident['id']), 'bold')}  {incident['title']}  {over}")
    for told in incident["updates"]:
        approved = f", approved by {told['approved_by']}" if told["approved_by"] else ""
        out.wrapped(f"  {_at(told['at'])}  {told['state']}: ", str(told["text"]), f"{told['by']}{approved}")


def _at(text: str) -> str:
    at = times.instant(text)
    return times.clock(at, wall_clock(), times.local) if at else ""


def _while(each: Json) -> str:
    return f"{_at(each['start'])} to {_at(each['end'])}"


@status.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@options.server
@options.as_json
def export(*, folder: Path, as_json: bool, **where: Any) -> None:
    """Write the whole page into FOLDER: files that any web server shows, feeds included."""
    files: dict[str, str] = connect(where["url"], where["home_"]).get("/api/status/export")["files"]
    for name, text in files.items():
        _write(folder / _inside(name), text)
    if as_json:
        put_json({"files": sorted(files)})
    else:
        say(f"Wrote {len(files)} files into {folder}; index.html is the page.")


def _inside(name: str) -> PurePosixPath:
    """A path that stays within the folder, whatever the server says."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise Fault(f"the server names a file outside the folder: {name!r}", "Check --url.", Exit.INTERNAL)
    return path


def _write(file: Path, text: str) -> None:
    """Replace a file whole: whoever serves the folder never sees half of one."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8", newline="")
        aside.replace(file)
    except OSError as error:
        raise Fault(f"{file} cannot be written: {error.strerror}", "", Exit.USAGE) from error


@status.command("forget")
@click.argument("address")
@options.server
@options.as_json
def forget(*, address: str, as_json: bool, **where: Any) -> None:
    """Forget the subscriber with this ADDRESS, who asked you to."""
    found = connect(where["url"], where["home_"]).post("/api/status/forget", address=address)
    put_json(found) if as_json else say("Whoever had this address is forgotten.")


@click.group("maintenance", invoke_without_command=True)
@options.server
@options.as_json
@click.pass_context
def maintenance(ctx: click.Context, /, *, as_json: bool, **where: Any) -> None:
    """List maintenance that was announced on the status page."""
    if ctx.invoked_subcommand is None:
        _tell(connect(where["url"], where["home_"]).get("/api/maintenance"), as_json=as_json)


@maintenance.command("announce")
@click.argument("title")
@click.option("--from", "start", type=_MOMENT, required=True, metavar="TIME", help="When it begins.")
@click.option("--until", type=_MOMENT, required=True, metavar="TIME", help="When it ends.")
@click.option("--component", "components", multiple=True, help="What it concerns; may be repeated.")
@click.option("--text", default="", help="What people should know of it.")
@options.acting
def announce(
    *,
    title: str,
    start: datetime,
    until: datetime,
    components: tuple[str, ...],
    text: str,
    by: str | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Announce maintenance under a TITLE; subscribers are told, alerts page as ever."""
    said = {"title": title, "text": text, "components": list(components), "by": person(by)}
    when = {"start": times.utc(start).isoformat(), "end": times.utc(until).isoformat()}
    client = connect(where["url"], where["home_"])
    _tell(client.post("/api/maintenance", **said, **when), as_json=as_json)


@maintenance.command("end")
@click.argument("number", type=click.IntRange(1))
@options.acting
def end(*, number: int, by: str | None, as_json: bool, **where: Any) -> None:
    """End maintenance NUMBER now, or call it off before it begins."""
    client = connect(where["url"], where["home_"])
    _tell(client.post(f"/api/maintenance/{number}/end", by=person(by)), as_json=as_json)


def _tell(found: Json, *, as_json: bool) -> None:
    if as_json:
        put_json(found)
        return
    if not found["maintenance"]:
        say("No maintenance was announced.")
        return
    out = screen()
    header = ("", "state", "from", "until", "components", "what")
    table(out, header, [_row(m) for m in found["maintenance"]], give=5)
    out.show()


def _row(each: Json) -> tuple[str, ...]:
    when = _at(each["start"]), _at(each["end"])
    return str(each["number"]), str(each["state"]), *when, ", ".join(each["components"]), str(each["title"])

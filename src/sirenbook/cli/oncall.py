"""`sirenbook oncall`: who is on call, who is next, and putting somebody on call in place of another."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.options import person
from sirenbook.cli.screen import Screen, put_json, screen, table

_PLACES = ("primary", "secondary", "tertiary")
_FROM = click.option("--from", "start", type=times.moment, metavar="TIME", help="From when; now without it.")
_ROTATION = click.option("--rotation", metavar="NAME", help="In this rotation only; without it, in all of them.")
_NOTE = click.option("--note", metavar="WORDS", help="Why.")


@click.group("oncall", invoke_without_command=True)
@click.pass_context
def oncall(context: click.Context) -> None:
    """Show who is on call, and put others on call for a while."""
    if context.invoked_subcommand is None:
        context.invoke(who)


@oncall.command("who")
@click.option("--at", type=times.moment, metavar="TIME", help="At another time, such as 2026-03-02T09:00.")
@options.in_utc
@options.server
@options.as_json
def who(
    *,
    at: datetime | None = None,
    utc: bool = False,
    as_json: bool = False,
    url: str | None = None,
    home_: str | None = None,
) -> None:
    """Show who is on call now: by rotation, and for every name of the playbook."""
    found = connect(url, home_).get("/api/oncall", at=at.isoformat() if at else None)
    if as_json:
        put_json(found)
        return
    show, out = (times.utc if utc else times.local), screen()
    rows = [_watch(rotation, show) for rotation in found["rotations"]]
    if rows:
        table(out, ("rotation", "primary", "secondary", "next"), rows, give=3)
        out.line()
    targets = [(c["target"], _all(c["people"], show) or "NOBODY") for c in found["targets"]]
    table(out, ("name in the playbook", "is answered by"), targets, give=1)
    out.show()


def _watch(rotation: Json, show: times.Show) -> tuple[str, ...]:
    first, second = (_all(rotation[k], show) for k in ("primary", "secondary"))
    following = times.instant(rotation["next_at"])
    ahead = f"{rotation['next_person']} from {_when(following, show)}" if following else ""
    return rotation["name"], first or "NOBODY", second or "nobody", ahead


def _all(people: list[Json], show: times.Show) -> str:
    return ", ".join(_named(p, show) for p in people)


def _named(each: Json, show: times.Show) -> str:
    until = times.instant(each["until"])
    return f"{each['name']} until {_when(until, show)}" if until else str(each["name"])


def _when(at: datetime, show: times.Show) -> str:
    return f"{show(at):%a %d %b %H:%M %Z}"


@oncall.command("next")
@click.argument("rotation", required=False)
@click.option("--weeks", type=click.IntRange(1, 53), default=4, show_default=True, help="How far to look ahead.")
@click.option("--place", type=click.Choice(_PLACES), default="primary", show_default=True, help="Which duty.")
@options.in_utc
@options.server
@options.as_json
def next_(*, rotation: str | None, weeks: int, place: str, utc: bool, as_json: bool, **where: Any) -> None:
    """Show the shifts of ROTATION in the weeks ahead, and the gaps among them."""
    client = connect(where["url"], where["home_"])
    found = client.get("/api/oncall/shifts", rotation=rotation, weeks=weeks, place=_PLACES.index(place))
    if as_json:
        put_json(found)
        return
    _must_turn(found["rotation"])
    show, out = (times.utc if utc else times.local), screen()
    out.line(out.paint(f"{found['rotation']}, {place}", "bold"))
    for shift in found["shifts"]:
        _shift(out, shift, show)
    out.show()


def _shift(out: Screen, shift: Json, show: times.Show) -> None:
    start, end = (datetime.fromisoformat(shift[k]) for k in ("start", "end"))
    words = f"{_when(start, show)} to {_when(end, show)}  "
    if shift["person"]:
        out.wrapped(words, str(shift["name"]))
    else:
        out.wrapped(words, "NOBODY", "", "red")


@oncall.command("brief")
@click.argument("rotation", required=False)
@options.server
@options.as_json
def brief(*, rotation: str | None, as_json: bool, **where: Any) -> None:
    """Show what whoever came on call in ROTATION now would be told."""
    found = connect(where["url"], where["home_"]).get("/api/oncall/brief", rotation=rotation)
    if as_json:
        put_json(found)
        return
    out = screen()
    out.line(out.paint(found["title"] or "There are no rotations.", "bold"))
    for line in str(found["brief"]).splitlines():
        out.wrapped("", line)
    out.show()


@oncall.command("override")
@click.argument("who_", metavar="WHO")
@_FROM
@click.option("--until", "end", type=times.moment, metavar="TIME", required=True, help="Until when.")
@_ROTATION
@_NOTE
@options.acting
def override(*, who_: str, start: datetime | None, end: datetime, **more: Any) -> None:
    """Put WHO on call, whoever's turn it is."""
    _make([_wanted("override", who_, (start, end), more)], more)


@oncall.command("cover")
@click.argument("who_", metavar="WHO")
@click.option("--for", "away", metavar="PERSON", help="Whom they stand in for; you without it.")
@_FROM
@click.option("--until", "end", type=times.moment, metavar="TIME", required=True, help="Until when.")
@click.option("--swap-from", type=times.moment, metavar="TIME", help="In exchange you take theirs, from when.")
@click.option("--swap-until", type=times.moment, metavar="TIME", help="In exchange you take theirs, until when.")
@_ROTATION
@_NOTE
@options.acting
def cover(
    *,
    who_: str,
    away: str | None,
    start: datetime | None,
    end: datetime,
    swap_from: datetime | None,
    swap_until: datetime | None,
    **more: Any,
) -> None:
    """Have WHO stand in for you, wherever you are in turn; with --swap-from you take their turns in exchange."""
    if (swap_from is None) != (swap_until is None):
        raise click.UsageError("a swap needs both --swap-from and --swap-until")
    mine = away or person(more["by"])
    kind = "swap" if swap_from else "cover"
    wanted = [_wanted(kind, who_, (start, end), more, mine)]
    if swap_from and swap_until:
        wanted.append(_wanted(kind, mine, (swap_from, swap_until), more, who_))
    _make(wanted, more)


def _wanted(
    kind: str, who_: str, when: tuple[datetime | None, datetime], more: dict[str, Any], away: str = ""
) -> Json:
    from sirenbook.engine.clock import wall_clock

    begin, end = when[0] or wall_clock(), when[1]
    said = {"rotation": more["rotation"] or "", "note": more["note"] or ""}
    return {"kind": kind, "person": who_, "instead_of": away, "start": _iso(begin), "end": _iso(end), **said}


def _iso(at: datetime) -> str:
    return times.utc(at).isoformat()


def _make(wanted: list[Json], more: dict[str, Any]) -> None:
    client = connect(more["url"], more["home_"])
    _tell(client.post("/api/oncall/overrides", overrides=wanted, by=person(more["by"])), as_json=more["as_json"])


@oncall.command("overrides")
@options.server
@options.as_json
def overrides(*, as_json: bool, **where: Any) -> None:
    """List overrides, the newest first: who made them, and who ended them."""
    _tell(connect(where["url"], where["home_"]).get("/api/oncall/overrides"), as_json=as_json)


@oncall.command("end")
@click.argument("number", type=click.IntRange(1))
@options.acting
def end_(*, number: int, by: str | None, as_json: bool, **where: Any) -> None:
    """End override NUMBER now, or take it back before it begins."""
    client = connect(where["url"], where["home_"])
    _tell(client.post(f"/api/oncall/overrides/{number}/end", by=person(by)), as_json=as_json)


@oncall.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@_ROTATION
@options.acting
def import_(*, file: Path, rotation: str | None, by: str | None, as_json: bool, **where: Any) -> None:
    """Put people on call as a calendar FILE says, `-` for stdin; each event names one person."""
    text = _read(file)
    client = connect(where["url"], where["home_"])
    found = client.post("/api/oncall/calendar", text=text, rotation=rotation, by=person(by))
    _tell(found, as_json=as_json)


def _read(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise Fault(f"{file} cannot be read ({why})", "Give a calendar file (.ics).", Exit.USAGE) from error


@oncall.command("export")
@click.argument("rotation", required=False)
@click.option("--place", type=click.Choice(_PLACES), default="primary", show_default=True, help="Which duty.")
@click.option("--link", is_flag=True, help="Print the address to subscribe to instead.")
@options.server
@options.as_json
def export(*, rotation: str | None, place: str, link: bool, as_json: bool, **where: Any) -> None:
    """Print the shifts of ROTATION as a calendar (iCalendar, RFC 5545)."""
    client = connect(where["url"], where["home_"])
    found = client.get("/api/oncall/calendar", rotation=rotation, place=_PLACES.index(place))
    if as_json:
        put_json(found)
        return
    _must_turn(found["feed"])
    click.echo(found["feed"] if link else found["text"], nl=link)


def _must_turn(rotation: str) -> None:
    """Say where nobody takes turns, rather than nothing. Raises Fault."""
    if not rotation:
        raise Fault(
            "nobody takes turns: sirenbook.toml has no [rotations]",
            "`sirenbook oncall` shows who answers to each name; docs/bindings.md shows a rotation.",
            Exit.NOT_FOUND,
        )


def _tell(found: Json, *, as_json: bool) -> None:
    if as_json:
        put_json(found)
        return
    out = screen()
    for each in found["overrides"]:
        _override(out, each)
    if not found["overrides"]:
        out.line("There are no overrides.")
    out.show()


def _override(out: Screen, each: Json) -> None:
    start, end = (datetime.fromisoformat(each[k]) for k in ("start", "end"))
    whom = f"in place of {each['instead_of']}" if each["instead_of"] else "in place of whose turn it is"
    within = each["rotation"] or "every rotation"
    styles = ["dim"] if each["ended_at"] else []
    out.wrapped(f"{each['number']:>4}  ", f"{each['name']} {whom} in {within}", "", *styles)
    out.wrapped("      ", f"{_when(start, times.local)} to {_when(end, times.local)}", f"by {each['made_by']}")
    if each["ended_at"]:
        out.wrapped("      ", f"ended by {each['ended_by'] or 'somebody'}")

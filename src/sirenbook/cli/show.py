"""`sirenbook show`: one incident on one screen, with the playbook's line behind everything."""

from datetime import datetime
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Client, Json, connect, incident_path
from sirenbook.cli.screen import Screen, put_json, screen
from sirenbook.engine.clock import wall_clock

_STATES = {
    "unacknowledged": ("red", "bold"),
    "acknowledged": ("yellow", "bold"),
    "snoozed": ("yellow", "bold"),
    "watching": ("cyan", "bold"),
    "resolved": ("green", "bold"),
    "false alarm": ("green", "bold"),
}
_KINDS = {
    "Opened": ("bold",),
    "Escalated": ("yellow",),
    "Silent": ("yellow",),
    "Unreachable": ("red",),
    "ResponseMissed": ("red",),
    "ResolutionAtRisk": ("yellow",),
    "ResolutionMissed": ("red",),
    "Acknowledged": ("green",),
    "Resolved": ("green",),
    "Reopened": ("red",),
}
MOST_PAGES = 100
"""How often to ask for more of a timeline; a longer one is cut and says so."""


@click.command("show")
@options.incident
@click.option("--last", type=click.IntRange(1), metavar="NUMBER", help="Only so many of the newest entries.")
@options.server
@options.in_utc
@options.as_json
def show(*, incident: str, last: int | None, utc: bool, as_json: bool, **where: Any) -> None:
    """Show INCIDENT: what happens next, who was paged, and its timeline."""
    client = connect(where["url"], where["home_"])
    detail = client.get(incident_path(incident))
    entries = _timeline(client, incident)
    if as_json:
        put_json({**detail, "entries": entries[-last:] if last else entries})
        return
    view = View(screen(), wall_clock(), times.utc if utc else times.local)
    view.header(detail)
    view.ahead(detail.get("next") or [])
    view.relief(detail.get("relief"), str(detail["id"]))
    view.people(detail.get("people") or [])
    view.links(detail.get("links") or [])
    view.timeline(entries, last)
    view.out.show()


def _timeline(client: Client, incident: str) -> list[Json]:
    entries: list[Json] = []
    for _ in range(MOST_PAGES):
        after = entries[-1]["seq"] if entries else 0
        more = client.get(incident_path(incident, "timeline"), after=after)["entries"]
        if not more:
            break
        entries.extend(more)
    return entries


class View:
    """The parts of the screen, top to bottom."""

    def __init__(self, out: Screen, now: datetime, zone: times.Show) -> None:
        self.out = out
        self.now = now
        self.zone = zone

    def header(self, detail: Json) -> None:
        """What it is, how bad, in which state and for how long."""
        out = self.out
        state = str(detail.get("phase") or detail.get("status"))
        grade = " ".join(str(x) for x in (detail["severity"], detail.get("label")) if x)
        drill = "  DRILL" if detail.get("drill") else ""
        left = f"{out.paint(str(detail['id']), 'bold')}  {out.paint(grade, 'bold')}"
        out.line(f"{left}  {out.paint(state, *_STATES.get(state, ()))}{out.paint(drill, 'magenta', 'bold')}")
        out.wrapped("", str(detail["title"]), "", "bold")
        out.wrapped("", self._life(detail))
        if detail.get("impact"):
            out.wrapped("Impact  ", str(detail["impact"]))
        calendar = detail.get("calendar") or {}
        if calendar.get("team"):
            out.wrapped("Hours  ", f"{calendar['hours']}, of team {calendar['team']}", "", "dim")
        if detail.get("reason"):
            out.wrapped("Graded  ", str(detail["reason"]), place(detail.get("why")))
        if detail.get("url"):
            out.line(out.paint(str(detail["url"]), "dim"))

    def _life(self, detail: Json) -> str:
        opened, ended = times.instant(detail.get("opened_at")), times.instant(detail.get("resolved_at"))
        taken = times.instant(detail.get("acknowledged_at"))
        parts = []
        if opened:
            lasted = times.span((ended or self.now) - opened)
            parts.append(f"opened {self.clock(opened)}, " + (f"over after {lasted}" if ended else f"{lasted} ago"))
        if taken and detail.get("acknowledged_by"):
            parts.append(f"acknowledged by {detail['acknowledged_by']} {self.clock(taken)}")
        if detail.get("alerts"):
            parts.append(f"{detail['alerts']} alert{'s' if detail['alerts'] != 1 else ''}")
        return " · ".join(parts)

    def ahead(self, following: list[Json]) -> None:
        """What will happen if nothing else does, with the playbook's lines."""
        self.out.heading("What happens next")
        if not following:
            self.out.line("  Nothing, until somebody acts.")
        for each in following:
            at = times.instant(each["at"])
            left = times.ahead(at, self.now) if at else ""
            lead = f"  {self.clock(at)}  {left:<14} "
            self.out.wrapped(lead, str(each["text"]), place(each.get("why")))

    def relief(self, found: Json | None, incident: str) -> None:
        """Who is to take over in a long incident, and how to call them."""
        if found:
            self.out.heading("Relief")
            self.out.wrapped("  ", str(found["text"]), place(found["why"]))
            self.out.line(self.out.dress(f"  sirenbook escalate {incident} --relief", "dim"))

    def people(self, people: list[Json]) -> None:
        """Who was paged, and whether a page still waits for an answer."""
        if not people:
            return
        self.out.heading("People")
        for each in people:
            at = times.instant(each.get("at"))
            state = "settled" if each.get("settled") else "no answer yet"
            name, target = str(each.get("name") or each.get("person")), str(each.get("target"))
            name += "" if target in (name, each.get("person")) else f" ({target})"
            style = () if each.get("settled") else ("yellow",)
            self.out.wrapped(f"  {self.clock(at)}  ", f"{name}: {state}", "", *style)

    def links(self, links: list[Json]) -> None:
        """The playbook's dashboards and other places to look at for this incident."""
        if not links:
            return
        self.out.heading("Where to look")
        for each in links:
            self.out.wrapped(
                f"  {each['kind']:<13} ", f"{each['title']}: {each['url'] or each['command']}", place(each["why"])
            )

    def timeline(self, entries: list[Json], last: int | None) -> None:
        """What happened, oldest first."""
        self.out.heading("Timeline")
        shown = entries[-last:] if last else entries
        if len(shown) < len(entries):
            self.out.line(self.out.dress(f"  … {len(entries) - len(shown)} earlier", "dim"))
        for each in shown:
            self._entry(each)

    def _entry(self, each: Json) -> None:
        at, due = times.instant(each["at"]), times.instant(each.get("due"))
        late = at - due if at and due else None
        text = self._text(each)
        if each.get("who") and each["who"] != "Sirenbook":
            text += f" — {each['who']}"
        if late is not None and late.total_seconds() > 5:
            text += f" ({times.span(late)} late)"
        kind = str(each.get("kind") or "")
        self.out.wrapped(f"  {self.clock(at)}  ", text, place(each.get("why")), *_KINDS.get(kind, ()))

    def _text(self, each: Json) -> str:
        """What happened in the server's words, except for times in them: those are meant for this screen's zone."""
        if each.get("kind") != "Snoozed":
            return str(each["text"])
        return f"Acknowledged and snoozed until {self.clock(times.instant(each['event']['until']))}"

    def clock(self, at: datetime | None) -> str:
        """A time of day, with its date where that is not today."""
        return times.clock(at, self.now, self.zone) if at else " " * 8


def place(why: Any) -> str:
    """The playbook's line behind something, or nothing where a default stands in."""
    return f"{why['file']}:{why['line']}" if isinstance(why, dict) and why.get("line") else ""

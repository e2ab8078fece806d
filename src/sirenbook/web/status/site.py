"""The status page as files: the same templates for a live site and for one that is exported, feeds included."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from sirenbook.engine.people.icalendar import Entry, write
from sirenbook.incident.measures.trends import earlier
from sirenbook.incident.updates.status_board import DAYS, Board, Known, by_month
from sirenbook.incident.updates.status_news import moment
from sirenbook.model.status import Condition, Maintenance, PublicIncident
from sirenbook.web.rendering import environment
from sirenbook.web.status.feeds import Feed, as_atom, as_json, as_rss

_TEMPLATES = environment()
_SLUGS: dict[Condition | None, str] = {
    "operational": "ok",
    "maintenance": "work",
    "degraded": "slow",
    "partial outage": "part",
    "major outage": "down",
    None: "none",
}


class Way(Struct, frozen=True):
    """How one page links to the others: to the pages and files of a live site, or of a folder of files."""

    page: Callable[[str], str]
    file: Callable[[str], str]


LIVE = Way(
    lambda path: f"/status/{path}".rstrip("/"),
    lambda name: "/status.json" if name == "status.json" else f"/status/{name}",
)


def within(depth: int) -> Way:
    """The links of a file so many folders deep: relative, so that it works wherever the folder is put."""
    up = "../" * depth
    return Way(lambda path: f"{up}{path}/index.html" if path else f"{up}index.html", lambda name: up + name)


class Site:
    """A status page at one moment, ready to be written in any form.

    `asks` tells how people can subscribe: by `mail` and webhook, by `hooks` alone, or not at all.
    """

    def __init__(self, known: Known, board: Board, name_of: Callable[[int], str], url: str, asks: str = "") -> None:
        self.known, self.board = known, board
        self._name_of, self._url, self._asks = name_of, url, asks
        self._templates = _TEMPLATES

    def render(self, template: str, way: Way, css: str, **values: Any) -> str:
        """One page."""
        common = {
            "b": self.board,
            "way": way,
            "css": css,
            "name_of": self._name_of,
            "moment": self._moment,
            "slug": _SLUGS.get,
            "asks": self._asks,
            "page_url": self._url,
            "zone": self.known.zone.key,
            "iso": _iso,
        }
        return self._templates.get_template(template).render({**common, **values})

    def _moment(self, at: datetime) -> str:
        return moment(at, self.known.zone)

    def index(self, way: Way, css: str) -> str:
        """The page itself."""
        return self.render("status.html", way, css)

    def history(self, way: Way, css: str, incidents: Sequence[PublicIncident], month: str = "") -> str:
        """What was, by month: of one month, or of as long as the bars show."""
        months = [(month, list(incidents))] if month else by_month(incidents, self.known.zone)
        before = self._earlier(month)
        return self.render("status_history.html", way, css, months=months, month=month, earlier=before)

    def _earlier(self, month: str) -> str:
        """The month before; empty where nothing was known then."""
        shown = self.board.now - timedelta(days=DAYS)
        before = earlier(month, 1) if month else f"{shown.astimezone(self.known.zone):%Y-%m}"
        return before if before >= f"{self.known.since.astimezone(self.known.zone):%Y-%m}" else ""

    def incident(self, way: Way, css: str, incident: PublicIncident) -> str:
        """The permalink of an incident."""
        return self.render("status_incident.html", way, css, i=incident)

    def feed(self) -> Feed:
        """What programs read."""
        return Feed(self.board, self.known.incidents, self._url, self._name_of, self.known.zone)

    def calendar(self) -> str:
        """Maintenance as a calendar to subscribe to."""
        return write(self.board.title, map(self._entry, self.known.maintenance), self.board.now)

    def _entry(self, each: Maintenance) -> Entry:
        off = "Called off: " if each.called_off else ""
        what = f"{', '.join(each.components)}\n\n" if each.components else ""
        end = each.until if each.called_off else max(each.end, each.start)
        return Entry(f"maintenance-{each.id}@sirenbook", each.start, end, f"{off}{each.title}", what + each.text)

    def files(self, css: str, months: Sequence[tuple[str, Sequence[PublicIncident]]]) -> Iterator[tuple[str, str]]:
        """The whole as files by their path, for any web server."""
        name = "status.css"
        yield name, css
        yield "index.html", self.index(within(0), name)
        yield "history/index.html", self.history(within(1), within(1).file(name), self.known.incidents)
        for month, incidents in months:
            way = within(2)
            yield f"history/{month}/index.html", self.history(way, way.file(name), incidents, month)
        told = {i.id: i for _, incidents in months for i in incidents} | {i.id: i for i in self.known.incidents}
        for each in told.values():
            way = within(2)
            yield f"incidents/{self._name_of(each.id)}/index.html", self.incident(way, way.file(name), each)
        yield "status.json", as_json(self.feed())
        yield "feed.rss", as_rss(self.feed())
        yield "feed.atom", as_atom(self.feed())
        yield "maintenance.ics", self.calendar()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

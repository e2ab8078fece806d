"""Pages from templates: everything is escaped, deceiving characters are shown, times are in the team's zone."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sirenbook.engine.station import Station
from sirenbook.incident.measures.metrics import aim, verdict, worded
from sirenbook.incident.measures.trend_report import chosen
from sirenbook.incident.timeline import span
from sirenbook.web.faults import Fault
from sirenbook.web.login.sessions import Visitor, asks_in_place
from sirenbook.web.static_files import StaticFiles
from sirenbook.web.visible import visible, web_address

_LIST_MARK = re.compile(r"^(?:[-*+]|\d{1,3}[.)]|#{1,6})\s+")


class Times:
    """How one page tells the time: the moment it was made, and the team's zone."""

    def __init__(self, now: datetime, zone: tzinfo) -> None:
        self.now = now
        self._zone = zone

    def iso(self, at: datetime) -> str:
        """For programs."""
        return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def short(self, at: datetime) -> str:
        """Hours and minutes; with the day where it is not today."""
        local, today = at.astimezone(self._zone), self.now.astimezone(self._zone)
        return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%d %b %H:%M}"

    def full(self, at: datetime) -> str:
        """All of it, with the zone."""
        return f"{at.astimezone(self._zone):%a %d %b %Y, %H:%M:%S %Z}"

    def clock(self, at: datetime) -> str:
        """The time of day with its zone."""
        return f"{at.astimezone(self._zone):%H:%M %Z}"

    def left(self, at: datetime) -> str:
        """How long until then, as a clock shows it; with a minus when it is past."""
        return counted(round((at - self.now).total_seconds()))

    def since(self, at: datetime) -> str:
        """How long ago, as a clock shows it."""
        return counted(max(0, round((self.now - at).total_seconds())))


def counted(seconds: int) -> str:
    """An amount of time as a clock shows it."""
    sign, seconds = ("\u2212" if seconds < 0 else ""), abs(seconds)
    hours, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    return sign + (f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}")


def zone_of(station: Station) -> tzinfo:
    """The team's zone, by its business hours."""
    try:
        return ZoneInfo(station.engine.books.bindings.business_hours.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


class Pages:
    """Renders templates for one station."""

    def __init__(self, station: Station, files: StaticFiles) -> None:
        self.station = station
        self.files = files
        self._environment = environment()
        self._environment.globals["static"] = files.path

    def text(self, template: str, visitor: Visitor | None, **values: Any) -> str:
        """One template filled in."""
        times = Times(self.station.now(), zone_of(self.station))
        token = visitor.form_token() if visitor else ""
        source = len(self.station.loaded.texts.files) > 1
        common = {
            "t": times,
            "visitor": visitor,
            "form_token": token,
            "many_files": source,
            "keep": False,
        }
        return self._environment.get_template(template).render({**common, **values})

    def page(self, template: str, visitor: Visitor | None, *, status: int = 200, **values: Any) -> HTMLResponse:
        """One page."""
        return HTMLResponse(self.text(template, visitor, **values), status)

    def fault(self, request: Request, fault: Fault, visitor: Visitor | None = None, number: str = "") -> Response:
        """What a person is told when something went wrong."""
        if asks_in_place(request):
            text = self.text("_notice.html", visitor, notice=fault.text)
            return HTMLResponse(text, fault.status, fault.headers)
        page = self.page("fault.html", visitor, status=fault.status, fault=fault, number=number)
        page.headers.update(fault.headers)
        return page


def standalone(template: str, zone: tzinfo, now: datetime, **values: Any) -> str:
    """A page that stands alone in a file: it needs no server, no session and no script."""
    return environment().get_template(template).render(t=Times(now, zone), **values)


def environment() -> Environment:
    """What templates are rendered by: everything is escaped, and what is not there is a fault."""
    made = Environment(
        loader=PackageLoader("sirenbook.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(span=span, web_address=web_address, quoted=_quoted, said=_said)
    made.filters.update(plain=_plain, worded=worded, verdict=verdict, aim=aim, chosen=chosen)
    return made


def _finalize(value: Any) -> Any:
    if value is None:
        return ""
    return visible(value) if type(value) is str else value


def _plain(text: str) -> str:
    """Text to be edited: escaped, but with its rows, and nothing shown as a sign that would be sent back as one."""
    return escape(text)


def _said(quote: str) -> str:
    """A line of the playbook as a sentence: without the marks of its list or table."""
    bare = _LIST_MARK.sub("", quote.strip()).strip("|").strip()
    return " · ".join(part.strip() for part in bare.split("|") if part.strip()) or quote


def _quoted(text: str) -> str:
    """Text as part of an address."""
    return Markup(quote(text, safe=""))  # noqa: S704 - percent-encoding leaves nothing to escape

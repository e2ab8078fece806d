"""The API of the measures: a month's figures beside the playbook's own targets, and the report of it."""

import re
from datetime import tzinfo

from msgspec import Struct

from sirenbook.engine.measuring import measured
from sirenbook.engine.station import Station
from sirenbook.incident.measures.trend_report import written
from sirenbook.incident.measures.trends import Report, month_of
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault
from sirenbook.web.pages.charts import charts
from sirenbook.web.rendering import standalone, zone_of

MONTHS = 6


class TrendReport(Struct, frozen=True):
    """The report of a month as people read it: Markdown, and a page of HTML that stands alone."""

    month: str
    markdown: str
    html: str


async def metrics(call: Call) -> Report:
    """The measures of a month, by severity, service, month and person, beside the playbook's targets."""
    months = call.number("months", MONTHS)
    zone = zone_of(call.station)
    month = month_asked(call.station, call.text("month"), zone)
    return await measured(call.station, month, months, zone, call.reader)


async def trend_report(call: Call) -> TrendReport:
    """The report of a month as Markdown and as HTML."""
    found = await metrics(call)
    return TrendReport(found.month, written(found, call.bindings), as_html(call.station, found))


def as_html(station: Station, found: Report) -> str:
    """The report as a page that stands alone."""
    shown = {"r": found, "charts": charts(found), "names": names(station)}
    return standalone("trends_file.html", zone_of(station), station.now(), **shown)


def names(station: Station) -> dict[str, str]:
    """What people are called, by their ids."""
    return {p.id: p.name for p in station.engine.books.bindings.people.values()}


def month_asked(station: Station, text: str | None, zone: tzinfo) -> str:
    """The month that is asked for, the present one where none is. Raises Fault 400."""
    month = text or month_of(station.now(), zone)
    if not re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", month, re.ASCII):
        raise Fault(400, "parameter", "month must be written as 2026-11")
    return month

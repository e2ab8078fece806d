"""The page of trends: a month's figures beside the playbook's targets, charts with their tables, and its files."""

import csv
import io
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.engine.measuring import measured
from sirenbook.incident.measures.metrics import Figure
from sirenbook.incident.measures.trend_report import written
from sirenbook.incident.measures.trends import Report, earlier
from sirenbook.web.admission import reader_by_account
from sirenbook.web.api.metrics import MONTHS, as_html, month_asked, names
from sirenbook.web.faults import unknown
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.pages.charts import charts
from sirenbook.web.rendering import Pages, zone_of
from sirenbook.web.visits import Visits

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TrendsPage:
    """Shows one month, on the page and as files."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        return [
            Route("/trends", signed_in(self.show), methods=["GET"]),
            Route("/trends.{kind:str}", signed_in(self.file), methods=["GET"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        found = await self._report(request, visitor)
        return self._pages.page(
            "trends.html",
            visitor,
            r=found,
            charts=charts(found),
            names=names(self._station),
            before=earlier(found.month, 1),
            after=earlier(found.month, -1),
        )

    async def file(self, request: Request, visitor: Visitor) -> Response:
        """The same as a file: `csv`, `md` or `html`."""
        found = await self._report(request, visitor)
        match request.path_params["kind"]:
            case "csv":
                text, kind = as_csv(found), "text/csv"
            case "md":
                text, kind = written(found, self._station.engine.books.bindings), "text/markdown"
            case "html":
                text, kind = as_html(self._station, found), "text/html"
            case _:
                raise unknown("such file of trends")
        name = f"trends-{found.month}.{request.path_params['kind']}"
        return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    async def _report(self, request: Request, visitor: Visitor) -> Report:
        zone = zone_of(self._station)
        reader = reader_by_account(self._station.engine.books.bindings, visitor.account)
        month = month_asked(self._station, request.query_params.get("month"), zone)
        return await measured(self._station, month, MONTHS, zone, reader)


def as_csv(found: Report) -> str:
    """Every figure of a report as a row; a cell that a spreadsheet would run as a formula begins with a quote."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(("by", "name", "measure", "unit", "mean", "median", "incidents"))
    for by, name, figure in _figures(found):
        safe = f"'{name}" if name.startswith(_FORMULA) else name
        rows.writerow((by, safe, figure.key, figure.unit, figure.value, figure.median, figure.counted))
    return text.getvalue()


def _figures(found: Report) -> Iterator[tuple[str, str, Figure]]:
    groups = (("severity", found.severities), ("service", found.services), ("month", found.months))
    for by, each in groups:
        yield from ((by, group.name, figure) for group in each for figure in group.figures)
    yield from (("all", found.month, figure) for figure in found.figures)
    yield from (("drills", found.month, figure) for figure in found.drills)

"""The page of who is on call: now, through the week with its gaps, and the overrides with a form to make one."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people import oncall
from sirenbook.engine.people.oncall import Unsound
from sirenbook.engine.people.oncall_calendar import feed
from sirenbook.engine.people.reach import prove_here
from sirenbook.engine.people.standing import person_of
from sirenbook.model.wall import first, shown
from sirenbook.store.overrides import Wanted
from sirenbook.web.faults import unknown
from sirenbook.web.login.sessions import Visitor, posted
from sirenbook.web.pages.oncall_week import Reader, week
from sirenbook.web.rendering import Pages, zone_of
from sirenbook.web.visits import Visits

MOST_LISTED = 50
LONGEST_NOTE = 2000


class OnCallPage:
    """Shows who is on call and takes overrides; gives calendars to programs that show a signed link."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in, anybody = self._visits.signed_in, self._visits.anybody
        return [
            Route("/oncall", signed_in(self.show), methods=["GET"]),
            Route("/oncall/overrides", signed_in(self.make, "responder"), methods=["POST"]),
            Route("/oncall/overrides/{number:int}/end", signed_in(self.end, "responder"), methods=["POST"]),
            Route("/calendar/{token}.ics", anybody(self.calendar), methods=["GET"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        return await self._whole(visitor, request.query_params.get("week", ""))

    async def make(self, request: Request, visitor: Visitor) -> Response:
        """Put somebody on call in place of another."""
        fields = await posted(request, visitor)
        try:
            await oncall.make(self._station, [self._wanted(fields)], self._me(visitor), "page")
        except Unsound as error:
            return await self._whole(visitor, "", notice=str(error), status=422)
        return RedirectResponse("/oncall", 303)

    async def end(self, request: Request, visitor: Visitor) -> Response:
        """End an override now, or take it back."""
        await posted(request, visitor)
        await oncall.end(self._station, request.path_params["number"], self._me(visitor))
        return RedirectResponse("/oncall", 303)

    async def calendar(self, request: Request) -> Response:
        """The shifts of one duty, for a calendar program."""
        duty = self._station.links.read_feed(request.path_params["token"])
        if duty is None or duty[0] not in self._station.engine.books.bindings.rotations:
            raise unknown("such calendar")
        return Response(feed(self._station, *duty), media_type="text/calendar; charset=utf-8")

    async def _whole(self, visitor: Visitor, monday: str, *, notice: str = "", status: int = 200) -> Response:
        bindings, now, zone = self._station.engine.books.bindings, self._station.now(), self._zone()
        begin = _monday(monday) or _week_of(shown(now, zone).date())
        return self._pages.page(
            "oncall.html",
            visitor,
            status=status,
            notice=notice,
            watches=oncall.watches(bindings, now),
            called=oncall.called(self._station, now),
            week=week(Reader(bindings, zone, self._me(visitor)), begin),
            zone=zone.key,
            before=begin - timedelta(days=7),
            after=begin + timedelta(days=7),
            today=shown(now, zone).date(),
            proof=await prove_here(self._station, 8),
            handoffs=await self._station.letters.latest("handoff", 5),
            overrides=await self._station.overrides.list(MOST_LISTED),
            people=list(bindings.people.values()),
            names={p.id: p.name for p in bindings.people.values()},
            links=self._station.links,
            soon=shown(now, zone).replace(second=0, microsecond=0),
        )

    def _wanted(self, fields: dict[str, str]) -> Wanted:
        """The override that a form asks for; its times are by the clocks of the team's zone. Raises Unsound."""
        start, end = (self._instant(fields.get(name, "")) for name in ("start", "end"))
        away = fields.get("instead_of", "")[:200]
        note = fields.get("note", "").strip()[:LONGEST_NOTE]
        kind = "cover" if away else "override"
        return Wanted(kind, fields.get("rotation", "")[:60], fields.get("person", "")[:200], start, end, away, note)

    def _instant(self, text: str) -> datetime:
        try:
            return first(datetime.fromisoformat(text).replace(tzinfo=None), self._zone())
        except (ValueError, OverflowError):
            raise Unsound("say from when and until when, such as 2026-03-02 09:00") from None

    def _zone(self) -> ZoneInfo:
        zone = zone_of(self._station)
        return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")

    def _me(self, visitor: Visitor) -> str:
        return person_of(self._station.engine.books.bindings, visitor.account.name)


def _monday(text: str) -> date | None:
    """The Monday of the week of a day that the address names; None where it names none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return _week_of(day) if 2020 <= day.year <= 2100 else None


def _week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())

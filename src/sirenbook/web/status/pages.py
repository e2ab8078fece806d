"""The public status page over HTTP: no login, no scripts; feeds, history, and who wants to hear of it."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sirenbook.channels.email import EmailChannel
from sirenbook.engine.links import Wish
from sirenbook.engine.station import Station
from sirenbook.engine.status import board as status
from sirenbook.incident.measures.trends import earlier
from sirenbook.incident.updates.status_board import board
from sirenbook.model.status import PublicIncident, StatusPage
from sirenbook.web.bodies import form_fields, read_body
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.login.patience import address_of, asks_too_often
from sirenbook.web.rendering import Pages
from sirenbook.web.status.feeds import as_atom, as_json, as_rss
from sirenbook.web.status.site import LIVE, Site
from sirenbook.web.visits import Visits

FRESH = timedelta(seconds=3)
"""For how long a page is shown again as it was made: the public may come in numbers."""
MOST_MONTHS = 36
LARGEST_FORM = 16_384
_SHARED = {"Cache-Control": "public, max-age=10"}
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_ASKED = "If this address can be reached, a message with a link is on its way. It is good for 48 hours."
_CHALLENGED = "If it answers the challenge that is sent to it now, it hears of what happens from then on."
_CONFIRMED = "You hear of what happens from now on. Every message has a link that ends it."


class _Kept(Struct, frozen=True):
    at: datetime
    page: StatusPage
    site: Site


class StatusPages:
    """Shows what the public is told, and takes subscriptions; 404 where no page is set up."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._station = pages.station
        self._visits = visits
        self._css = pages.files.path("status.css")
        self._kept: _Kept | None = None
        self._making = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Where it is served."""
        anybody = self._visits.anybody
        return [
            Route("/status", anybody(self.index), methods=["GET"]),
            Route("/status.json", anybody(self.json), methods=["GET"]),
            Route("/status/feed.{kind}", anybody(self.feed), methods=["GET"]),
            Route("/status/maintenance.ics", anybody(self.calendar), methods=["GET"]),
            Route("/status/history", anybody(self.history), methods=["GET"]),
            Route("/status/history/{month}", anybody(self.month), methods=["GET"]),
            Route("/status/incidents/{name}", anybody(self.incident), methods=["GET"]),
            Route("/status/subscribe", anybody(self.subscribe), methods=["POST"]),
            Route("/status/confirm/{token}", anybody(self.confirm), methods=["GET", "POST"]),
            Route("/status/unsubscribe/{token}", anybody(self.unsubscribe), methods=["GET", "POST"]),
        ]

    async def site(self) -> Site:
        """The page as it is now, or was a moment ago. Raises Fault 404 or Away."""
        page = status.page_of(self._station)
        if page is None:
            raise unknown("status page here")
        async with self._making:
            now = self._station.now()
            if self._kept is None or self._kept.page != page or not now - FRESH < self._kept.at <= now:
                self._kept = _Kept(now, page, await site_of(self._station, page))
            return self._kept.site

    async def index(self, request: Request) -> Response:
        """The page."""
        return _page((await self.site()).index(LIVE, self._css))

    async def json(self, request: Request) -> Response:
        """The page for programs."""
        return Response(as_json((await self.site()).feed()), headers=_SHARED, media_type="application/json")

    async def feed(self, request: Request) -> Response:
        """RSS or Atom."""
        make = {"rss": as_rss, "atom": as_atom}.get(request.path_params["kind"])
        if make is None:
            raise unknown("such feed")
        kind = f"application/{request.path_params['kind']}+xml"
        return Response(make((await self.site()).feed()), headers=_SHARED, media_type=kind)

    async def calendar(self, request: Request) -> Response:
        """Maintenance, for a calendar program."""
        return Response((await self.site()).calendar(), headers=_SHARED, media_type="text/calendar")

    async def history(self, request: Request) -> Response:
        """What was in as many days as the bars show."""
        site = await self.site()
        return _page(site.history(LIVE, self._css, site.known.incidents))

    async def month(self, request: Request) -> Response:
        """What was in a month, such as `2026-11`."""
        month, site = request.path_params["month"], await self.site()
        if not _MONTH.fullmatch(month) or not "2020" < month < "2100":
            raise unknown("such month")
        return _page(site.history(LIVE, self._css, await of_month(self._station, site, month), month))

    async def incident(self, request: Request) -> Response:
        """One incident by its public name."""
        site, name = await self.site(), request.path_params["name"]
        found = next((i for i in site.known.incidents if self._station.links.public_name(i.id) == name), None)
        found = found or await self._older(name)
        if found is None:
            raise unknown("such incident")
        return _page(site.incident(LIVE, self._css, found))

    async def _older(self, name: str) -> PublicIncident | None:
        """One that is older than the bars are long."""
        now = self._station.now()
        since = now - timedelta(days=31 * MOST_MONTHS)
        for number in await self._station.status.numbers(since, now):
            if self._station.links.public_name(number) == name:
                return await status.story_of(self._station, number, await self._station.status.story(number))
        return None

    async def subscribe(self, request: Request) -> Response:
        """Ask an address whether it wants to hear of the page. Whoever asks learns nothing of who does already."""
        site, fields = await self.site(), await _fields(request)
        page = site.known.page
        if not page.subscribing:
            raise unknown("way to subscribe here")
        kind = "webhook" if fields.get("kind") == "webhook" else "email"
        components = tuple(v for k, v in fields.items() if k.startswith("component."))
        wish = status.wish_of(page, kind, fields.get("address", "")[:500], components)
        if not isinstance(wish, Wish):
            said = "write an https address" if kind == "webhook" else "write one plain mail address"
            return self._say(site, "That did not work", said, 422)
        often = await asks_too_often(self._station, address_of(request))
        if often or not await status.subscribe(self._station, wish):
            return self._say(site, "Too many at once", "Please try again in an hour.", 429)
        return self._say(site, "Nearly done", _CHALLENGED if kind == "webhook" else _ASKED)

    async def confirm(self, request: Request) -> Response:
        """The answer to a mail: opening the link changes nothing, its button does."""
        site = await self.site()
        wish = self._station.links.read_wish(request.path_params["token"], self._station.now())
        if wish is None:
            raise Fault(404, "not-found", "this link is damaged or too old", "subscribe again on the status page")
        if request.method == "GET":
            return self._say(site, "Do you want to hear of our status?", wish.address, action="Yes, tell me")
        if not await status.confirm(self._station, wish):
            return self._say(site, "That did not work", "There is no room for more subscribers.", 429)
        return self._say(
            site, "Done", "You hear of what happens from now on. Every message has a link that ends it."
        )

    async def unsubscribe(self, request: Request) -> Response:
        """The end of a subscription, by its link or by a mail program's own button."""
        site = await self.site()
        subscriber = self._station.links.read_unsubscribe(request.path_params["token"])
        if subscriber is None:
            raise Fault(404, "not-found", "this link is damaged", "use the link of your last message")
        if request.method == "GET":
            return self._say(site, "Hear no more of our status?", "", action="Unsubscribe")
        await self._station.status.unsubscribe(subscriber)
        return self._say(site, "Done", "You hear no more of it, and your address is forgotten.")

    def _say(self, site: Site, head: str, said: str, code: int = 200, action: str = "") -> Response:
        text = site.render("status_say.html", LIVE, self._css, head=head, said=said, action=action)
        return HTMLResponse(text, code)


async def site_of(station: Station, page: StatusPage) -> Site:
    """The page at this moment. Raises Away."""
    known = await status.known(station, page)
    made = await asyncio.to_thread(board, known, station.now())
    mail = isinstance(station.dispatcher.channels.get("email"), EmailChannel)
    url = status.address_of(station, "/status")
    return Site(known, made, station.links.public_name, url, asks=("mail" if mail else "hooks") * page.subscribing)


async def of_month(station: Station, site: Site, month: str) -> list[PublicIncident]:
    """The incidents of which the public was told in a month. Raises Away."""
    zone = site.known.zone
    since, until = (
        datetime(int(m[:4]), int(m[5:]), 1, tzinfo=zone).astimezone(UTC) for m in (month, earlier(month, -1))
    )
    return sorted(await status.public_incidents(station, since, until), key=lambda i: i.began, reverse=True)


async def files_of(station: Station, css: str) -> dict[str, str]:
    """The whole page as files by their path. Raises Fault 404 or Away."""
    page = status.page_of(station)
    if page is None:
        raise unknown("status page here: write [status] in sirenbook.toml")
    site = await site_of(station, page)
    zone = site.known.zone
    month, first = f"{site.board.now.astimezone(zone):%Y-%m}", f"{site.known.since.astimezone(zone):%Y-%m}"
    months = [m for m in (earlier(month, n) for n in range(MOST_MONTHS)) if m >= first]
    told = [(m, await of_month(station, site, m)) for m in months]
    return dict(await asyncio.to_thread(lambda: list(site.files(css, told))))


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form from anywhere, an exported page included: it changes nothing by itself."""
    body = await read_body(request.receive, LARGEST_FORM)
    try:
        return form_fields(body)
    except ValueError:
        raise Fault(400, "malformed", "this form has too many fields") from None


def _page(text: str) -> Response:
    return HTMLResponse(text, headers=_SHARED)

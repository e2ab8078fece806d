"""The whole of what is served over HTTP, as one ASGI application."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sirenbook.engine.station import Station
from sirenbook.web.api.routes import api_routes, fault_response
from sirenbook.web.callbacks import Callbacks
from sirenbook.web.faults import Fault
from sirenbook.web.figures import Figures
from sirenbook.web.intake import PREFIX, Intake
from sirenbook.web.live import Live
from sirenbook.web.login.glass import GlassPage
from sirenbook.web.login.oidc import OidcPage
from sirenbook.web.login.passkeys import PasskeyPage
from sirenbook.web.login.sessions import is_page_of_ours
from sirenbook.web.login.tokens import Tokens
from sirenbook.web.login.welcome import WelcomePage
from sirenbook.web.offline import Offline
from sirenbook.web.pages.acknowledge import AcknowledgePage
from sirenbook.web.pages.checks import ChecksPage
from sirenbook.web.pages.comparison import ComparisonPage
from sirenbook.web.pages.home import HomePage
from sirenbook.web.pages.incident import IncidentPage
from sirenbook.web.pages.maintenance import MaintenancePage
from sirenbook.web.pages.oncall import OnCallPage
from sirenbook.web.pages.people import PeoplePage
from sirenbook.web.pages.phone import PhonePage
from sirenbook.web.pages.plan import PlanPage
from sirenbook.web.pages.playbook import PlaybookPage
from sirenbook.web.pages.practices import PracticesPage
from sirenbook.web.pages.review import ReviewPage
from sirenbook.web.pages.settings import SettingsPage
from sirenbook.web.pages.start import StartPage
from sirenbook.web.pages.trends import TrendsPage
from sirenbook.web.pages.ways import WaysPage
from sirenbook.web.rendering import Pages
from sirenbook.web.security import Guard, note_defect
from sirenbook.web.static_files import StaticFiles
from sirenbook.web.status.pages import StatusPages
from sirenbook.web.visits import Visits
from sirenbook.web.wellbeing import Wellbeing


def create_app(station: Station) -> ASGIApp:
    """The application of one process. Intake comes before everything else: storms hit it."""
    figures, tokens = Figures(), Tokens(station)
    intake = Intake(station, tokens, figures)
    site = Guard(_site(station, tokens, figures), station)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await intake(scope, receive, send)
        else:
            await site(scope, receive, send)

    return app


def site_routes(station: Station, tokens: Tokens, figures: Figures, pages: Pages) -> list[Route]:
    """Everything that is served beside the intake of alerts."""
    visits = Visits(pages, figures)
    return [
        *Wellbeing(station, tokens, figures, visits).routes(),
        *api_routes(station, tokens, figures),
        Route("/static/{name}", pages.files.serve, methods=["GET"]),
        *Offline(pages.files, visits).routes(),
        *HomePage(pages, visits, figures).routes(),
        *ReviewPage(pages, visits).routes(),
        *ComparisonPage(pages, visits).routes(),
        *IncidentPage(pages, visits).routes(),
        *SettingsPage(pages, visits, figures).routes(),
        *StartPage(pages, visits, figures).routes(),
        *OnCallPage(pages, visits).routes(),
        *ChecksPage(pages, visits).routes(),
        *PracticesPage(pages, visits).routes(),
        *PlaybookPage(pages, visits).routes(),
        *PlanPage(pages, visits).routes(),
        *TrendsPage(pages, visits).routes(),
        *AcknowledgePage(pages, visits).routes(),
        *WelcomePage(pages, visits).routes(),
        *OidcPage(pages, visits).routes(),
        *PasskeyPage(pages, visits).routes(),
        *GlassPage(pages, visits).routes(),
        *PeoplePage(pages, visits).routes(),
        *WaysPage(pages, visits, tokens).routes(),
        *PhonePage(pages, visits).routes(),
        *Callbacks(station, visits).routes(),
        *MaintenancePage(pages, visits).routes(),
        *StatusPages(pages, visits).routes(),
        *Live(station, visits).routes(),
    ]


def _site(station: Station, tokens: Tokens, figures: Figures) -> ASGIApp:
    pages = Pages(station, StaticFiles())
    site = Starlette(
        routes=site_routes(station, tokens, figures, pages),
        middleware=[Middleware(GZipMiddleware, minimum_size=400, compresslevel=6)],
        exception_handlers={HTTPException: _refuser(pages), Exception: _defect(pages)},
    )
    site.state.links = station.links
    # Starlette would send on to whatever host the request claims to be for.
    site.router.redirect_slashes = False
    return site


def _refuser(pages: Pages):  # type: ignore[no-untyped-def]
    async def refuse(request: Request, error: HTTPException) -> Response:
        bare = request.url.path.rstrip("/")
        if request.method == "GET" and bare != request.url.path and is_page_of_ours(bare):
            return RedirectResponse(bare, 307)
        fault = Fault(error.status_code, "not-found", "there is nothing here", "", dict(error.headers or {}))
        if error.status_code == 405:
            fault = Fault(405, "method-not-allowed", "this cannot be done here", "", dict(error.headers or {}))
        return _told(pages, request, fault)

    return refuse


def _defect(pages: Pages):  # type: ignore[no-untyped-def]
    async def defect(request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        number = note_defect(error, getattr(route, "path", "?"))
        fault = Fault(500, "defect", f"something went wrong here; its number is {number}", "the log has more")
        return _told(pages, request, fault)

    return defect


def _told(pages: Pages, request: Request, fault: Fault) -> Response:
    if request.url.path.startswith("/api"):
        return fault_response(fault)
    return pages.fault(request, fault)

"""What makes the pages an app: the manifest, and the worker that shows open incidents while there is no network."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.web.security import POLICY
from sirenbook.web.static_files import StaticFiles, text_of
from sirenbook.web.visits import Visits

_SIZES = (192, 512)


class Offline:
    """Serves what a browser needs to install the pages and to keep them."""

    def __init__(self, files: StaticFiles, visits: Visits) -> None:
        self._visits = visits
        self._worker = text_of("worker.js").replace("'{policy}'", f'"{POLICY}"')
        self._manifest = msgspec.json.encode(_manifest(files))

    def routes(self) -> list[Route]:
        """Where it is served."""
        anybody = self._visits.anybody
        return [
            Route("/worker.js", anybody(self.worker), methods=["GET"]),
            Route("/manifest.json", anybody(self.manifest), methods=["GET"]),
        ]

    async def worker(self, request: Request) -> Response:
        """The script between the pages and the network; at the root, so that it holds for every page."""
        return _fresh(self._worker.encode(), "text/javascript; charset=utf-8")

    async def manifest(self, request: Request) -> Response:
        """What the app is called and looks like."""
        return _fresh(self._manifest, "application/manifest+json")


def _fresh(content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})


def _manifest(files: StaticFiles) -> dict[str, object]:
    icons = [
        {"src": files.path(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in _SIZES
        for purpose in ("any", "maskable")
    ]
    return {
        "id": "/",
        "name": "Sirenbook",
        "short_name": "Sirenbook",
        "description": "Open incidents, who is on call, and the runbook.",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#0f1217",
        "theme_color": "#c2253a",
        "icons": icons,
    }

"""What every answer carries to keep browsers from being used against people, and what happens on a defect."""

import secrets
import traceback
from contextlib import suppress

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sirenbook.engine.station import Station

log = structlog.get_logger()

MOST_HEADERS = 200
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would make browsers send `Origin: null` with our own forms, which then look foreign.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Adds the headers of safety to every answer, and turns a defect into an error with a number and no detail."""

    def __init__(self, app: ASGIApp, station: Station) -> None:
        self._app = app
        self._links = station.links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if len(scope["headers"]) > MOST_HEADERS:
            await send({"type": "http.response.start", "status": 431, "headers": [(b"connection", b"close")]})
            await send({"type": "http.response.body", "body": b"too many headers"})
            return
        # The handler of defects has answered and logged by the time an exception gets here.
        with suppress(Exception):
            await self._app(scope, receive, self._guarded(scope, send))

    def _guarded(self, scope: Scope, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if self._links.base_url.startswith("https://") or scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        return guarded


def note_defect(error: Exception, place: str) -> str:
    """Log a defect under a number that is safe to show; the words of the error may hold secrets and stay out."""
    number = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    trail = " < ".join(f"{_short(f.filename)}:{f.lineno} {f.name}" for f in reversed(frames))
    log.error("a request failed", number=number, place=place, error=type(error).__name__, trail=trail)
    return number


def _short(path: str) -> str:
    return path.rsplit("/site-packages/", maxsplit=1)[-1].rsplit("/sirenbook/", maxsplit=1)[-1]

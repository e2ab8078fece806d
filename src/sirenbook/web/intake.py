"""Alerts in: `POST /in/{source}`, answered only after the commit.

A plain ASGI handler in front of everything else, because this is the one path that storms hit.
"""

import structlog
from starlette.types import Receive, Scope, Send

from sirenbook.engine import failpoints
from sirenbook.engine.plugins import find_sources
from sirenbook.engine.station import Station
from sirenbook.sources import Malformed, Parsed
from sirenbook.web.bodies import MEBIBYTE, Gone, read_body
from sirenbook.web.faults import Fault, error_body, fault_of, unauthorized, unknown
from sirenbook.web.figures import Figures
from sirenbook.web.login.tokens import Tokens

log = structlog.get_logger()

PREFIX = "/in/"
LARGEST_BODY = 16 * MEBIBYTE
MOST_HEADERS = 200
_SCOPES = ("intake", "admin")
_JSON = (b"content-type", b"application/json")


class Intake:
    """Takes alerts from every source that is installed."""

    def __init__(self, station: Station, tokens: Tokens, figures: Figures) -> None:
        self._station = station
        self._tokens = tokens
        self._figures = figures
        self._sources = find_sources()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            incidents = await self._take(scope, receive)
        except Gone:
            return
        except Exception as error:
            await self._turn_down(error, send)
            return
        self._figures.requests_taken += 1
        names = ",".join([f'"INC-{i}"' for i in incidents])
        await answer(send, 202, f'{{"incidents":[{names}]}}'.encode())
        failpoints.reach("K4")

    async def _take(self, scope: Scope, receive: Receive) -> list[int]:
        """Authenticate, read, parse, commit; answers the incidents."""
        announced = await self._admit(scope)
        failpoints.reach("K0")
        body = await read_body(receive, LARGEST_BODY, announced)
        parsed = self._parse(scope["path"][len(PREFIX) :], body)
        failpoints.reach("K1")
        if parsed.truncated > 0:
            self._say_truncated(parsed)
        if not parsed.alerts:
            return []
        incidents = await self._station.receiver.receive(parsed.alerts)
        self._figures.alerts_taken += len(parsed.alerts)
        self._figures.last_alert_at = self._station.now()
        return incidents

    async def _admit(self, scope: Scope) -> int:
        """Let a request in by its headers; answers the length that it announces."""
        if len(scope["headers"]) > MOST_HEADERS:
            raise Fault(431, "too-many-headers", "too many headers", "", {"Connection": "close"})
        authorization, announced = b"", 0
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = value
            elif name == b"content-length":
                announced = int(value) if value.isdigit() else 0
            elif name == b"content-encoding" and value != b"identity":
                raise Fault(415, "encoded", "compressed bodies are not taken", "send the JSON as it is")
        token = await self._tokens.of(authorization)
        if token is None or token.scope not in _SCOPES:
            raise unauthorized()
        if scope["path"][len(PREFIX) :] not in self._sources:
            raise unknown(f"alert source {scope['path'][len(PREFIX) :]!r}; there are: {', '.join(self._sources)}")
        if scope["method"] != "POST":
            raise Fault(405, "method-not-allowed", "alerts are POSTed", "", {"Allow": "POST"})
        return announced

    def _parse(self, source: str, body: bytes) -> Parsed:
        try:
            return self._sources[source](body)
        except Malformed as error:
            raise Fault(400, "malformed", str(error), "nothing of this request was taken") from error

    def _say_truncated(self, parsed: Parsed) -> None:
        log.warning("the sender left alerts out", left_out=parsed.truncated, taken=len(parsed.alerts))
        self._figures.truncated.inc(parsed.truncated)

    async def _turn_down(self, error: Exception, send: Send) -> None:
        fault = fault_of(error)
        if fault is None:
            log.error("intake failed", error=type(error).__name__, exc_info=error)
            fault = Fault(500, "defect", "this request could not be taken", "nothing of it was committed")
        self._figures.count("intake", fault.status)
        await answer(send, fault.status, error_body(fault), fault.headers)


async def answer(send: Send, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    """Send one whole JSON answer."""
    pairs = [_JSON, (b"content-length", b"%d" % len(body))]
    if headers:
        pairs.extend((k.lower().encode(), v.encode()) for k, v in headers.items())
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})

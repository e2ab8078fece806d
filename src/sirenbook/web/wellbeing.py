"""Whether pages flow, for those who watch: /health for probes, /metrics for Prometheus."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.engine.station import Health, Station
from sirenbook.store.ledger import Away
from sirenbook.web.faults import unauthorized
from sirenbook.web.figures import Figures
from sirenbook.web.login.tokens import Tokens
from sirenbook.web.visits import Visits

OPEN_METRICS = "open_metrics"
"""The setting that lets /metrics be read without a token."""
_SCOPES = ("read", "admin")
_PROMETHEUS = "text/plain; version=0.0.4"


class Wellbeing:
    """Answers probes."""

    def __init__(self, station: Station, tokens: Tokens, figures: Figures, visits: Visits) -> None:
        self._station = station
        self._tokens = tokens
        self._figures = figures
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/metrics", self._visits.anybody(self.metrics), methods=["GET"]),
        ]

    async def health(self, request: Request) -> Response:
        """200 while pages flow, 503 with the reasons while they do not."""
        try:
            health = await self._station.health()
        except Away:
            health = Health(False, ("the database is away",))
        body = msgspec.json.encode(health)
        return Response(body, 200 if health.ok else 503, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """The figures, for a token that may read, or for everybody where the setting says so."""
        authorization = request.headers.get("authorization", "").encode("latin-1")
        token = await self._tokens.of(authorization)
        allowed = token is not None and token.scope in _SCOPES
        if not allowed and not await self._station.settings.get(OPEN_METRICS):
            raise unauthorized()
        return Response(await self._figures.text(self._station), media_type=_PROMETHEUS)

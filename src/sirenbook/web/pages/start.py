"""The first page of a newcomer: what was understood of their playbook, what was not, and the first checks."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.model.policy import Policy, Severity
from sirenbook.model.provenance import Provenance
from sirenbook.web.figures import Figures
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.pages.first_checks import first_checks
from sirenbook.web.pages.understood import of_severity
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

MOST_FINDINGS = 6
_GRAVE = {"error": 0, "warning": 1}


class Understood(Struct, frozen=True):
    """What was read of one severity, each value with its line."""

    severity: Severity
    values: tuple[tuple[Provenance, str], ...]


class StartPage:
    """Shows it; settings lead back here."""

    def __init__(self, pages: Pages, visits: Visits, figures: Figures) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits
        self._figures = figures

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [Route("/start", self._visits.signed_in(self.show), methods=["GET"])]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        loaded = self._station.loaded
        policy = loaded.policy
        grave = sorted((d for d in loaded.diagnostics if d.grade in _GRAVE), key=lambda d: _GRAVE[d.grade])
        return self._pages.page(
            "start.html",
            visitor,
            policy=policy,
            understood=_understood(policy),
            findings=grave[:MOST_FINDINGS],
            more=len(grave) - MOST_FINDINGS,
            files=frozenset(loaded.texts.files),
            questions=sum(not q.answered for q in policy.questions),
            first=await first_checks(self._station, visitor, self._figures),
            base_url=self._station.links.base_url,
        )


def _understood(policy: Policy) -> list[Understood]:
    return [
        Understood(s, tuple((why, words.removeprefix(f"{s.name}: ")) for why, words in of_severity(policy, s)))
        for s in policy.severities
    ]

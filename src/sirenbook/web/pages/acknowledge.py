"""The page behind a signed link, for a phone at night: what is wrong, why you, and one large button.

Opening it changes nothing, because mail scanners open links; only its forms act.
"""

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.links import Grant
from sirenbook.incident.context import Context
from sirenbook.incident.people.escalation import next_level
from sirenbook.incident.timeline import person_name
from sirenbook.incident.visibility import NOBODY, Reader, severity_named
from sirenbook.model.bindings import Person, fold
from sirenbook.model.command import Acknowledge, Escalate, Refused
from sirenbook.store.queries import Row
from sirenbook.web import view
from sirenbook.web.admission import admit, sight
from sirenbook.web.api.calls import find
from sirenbook.web.api.shapes import Ahead, Detail, Place
from sirenbook.web.api.step_shapes import Step
from sirenbook.web.faults import Fault
from sirenbook.web.login.sessions import posted
from sirenbook.web.pages.steps_view import steps as steps_of
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

_HANDS_ON = ("Escalated", "Silent")


class Call(Struct, frozen=True):
    """Everything that the page shows to the person who was called."""

    detail: Detail
    rank: int
    open: bool
    name: str
    target: str
    why: Place | None
    mine: bool
    next: Ahead | None
    next_names: tuple[str, ...]
    ran: tuple[Step, ...]
    passable: bool


class AcknowledgePage:
    """Shows one incident to the person whom a link names, and takes their answer."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        anybody = self._visits.anybody
        return [
            Route("/a/{token}", anybody(self.show), methods=["GET"]),
            Route("/a/{token}", anybody(self.acknowledge), methods=["POST"]),
            Route("/a/{token}/pass", anybody(self.pass_on), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page; nothing changes by it."""
        return await self._page(request, await self._grant(request))

    async def acknowledge(self, request: Request) -> Response:
        """Take the incident."""
        grant = await self._grant(request)
        await posted(request, None)
        return await self._do(request, grant, Acknowledge(by=grant.person, via="link"))

    async def pass_on(self, request: Request) -> Response:
        """Hand the incident to whoever would be next."""
        grant = await self._grant(request)
        reason = (await posted(request, None)).get("reason", "").strip()[:500]
        name = person_name(self._station.engine.books.bindings, grant.person)
        note = f"{name} cannot take it" + (f": {reason}" if reason else "")
        return await self._do(request, grant, Escalate(by=grant.person, to=None, note=note), "?passed=1")

    async def _do(
        self, request: Request, grant: Grant, command: Acknowledge | Escalate, then: str = ""
    ) -> Response:
        try:
            await self._station.command(grant.incident, command)
        except Refused as refusal:
            return await self._page(request, grant, status=409, notice=str(refusal))
        return RedirectResponse(f"/a/{request.path_params['token']}{then}", 303)

    async def _grant(self, request: Request) -> Grant:
        """What the link grants, to somebody who may see the incident. Raises Fault 403 or 404, or Away."""
        grant = self._station.links.read(request.path_params["token"][:2000], self._station.now())
        if grant is None:
            help_ = "links last for a day; open the newest notification, or log in and find the incident there"
            raise Fault(404, "link-over", "this link is no longer valid", help_)
        await admit(self._station, grant.incident, Reader(grant.person))
        return grant

    async def _page(self, request: Request, grant: Grant, *, status: int = 200, notice: str = "") -> Response:
        row = await find(self._station, grant.incident)
        call = await self._call(row, grant)
        passed = bool(request.query_params.get("passed")) and not notice
        return self._pages.page(
            "acknowledge.html",
            None,
            status=status,
            c=call,
            notice=notice,
            passed=passed,
            token=request.path_params["token"],
        )

    async def _call(self, row: Row, grant: Grant) -> Call:
        context = await self._station.policy_of(row.incident)
        page = next((p for p in row.incident.pages if p.person == grant.person), None)
        seen = await sight(self._station, row, NOBODY)
        detail, steps = await view.detail(self._station, seen), await steps_of(self._station, seen.incident)
        next_ = next((a for a in detail.next if a.kind in _HANDS_ON), None)
        call = Call(
            detail=detail,
            rank=context.severity(row.incident).rank,
            open=row.incident.open,
            name=person_name(context.bindings, grant.person),
            target=page.target if page else "",
            why=view.place(page.why) if page else detail.why,
            mine=row.incident.status == "acknowledged" and (page is None or page.settled),
            next=next_,
            next_names=_next_names(context, row),
            ran=tuple(s for s in steps.steps if s.runs and not s.runs[0].dry),
            passable=next_level(context, row.incident) is not None,
        )
        return _neutral(call, severity_named(context, row.incident)) if row.incident.confidential else call


def _neutral(call: Call, severity: str) -> Call:
    """What is shown without a login of an incident that few may see: that it is theirs to answer."""
    detail = replace(call.detail, severity=severity, label=None, reason="", why=None)
    return replace(call, detail=detail, target="", why=None, next=None, next_names=(), ran=())


def _next_names(context: Context, row: Row) -> tuple[str, ...]:
    """The people of the next level, where the playbook names one that comes by itself."""
    for level in context.levels(row.incident):
        if level.after is not None and level.key not in row.incident.reached and level.manner == "page":
            return tuple(dict.fromkeys(n for who in level.who for n in _names(context, who)))
    return ()


def _names(context: Context, target: str) -> list[str]:
    people: tuple[Person, ...] = context.bindings.reach(target, context.now)
    return [p.name for p in people] or [target if fold(target) else "nobody"]

"""The first page: what is open, the gravest on top, whether pages flow, and how to declare an incident."""

import hashlib
from collections.abc import Mapping

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people.glass import Opened, opened
from sirenbook.engine.people.standing import person_of, role_for, services_in
from sirenbook.engine.station import Health, Station
from sirenbook.incident.severity import Choice
from sirenbook.incident.timeline import person_name
from sirenbook.incident.visibility import VEIL, Reader
from sirenbook.model.command import Open
from sirenbook.model.identity import services_of
from sirenbook.model.rights import allows
from sirenbook.store.queries import Row
from sirenbook.web import view
from sirenbook.web.admission import listed, must_be, reader_by_account, sight
from sirenbook.web.api.query import LARGEST_ID
from sirenbook.web.api.shapes import Ahead, Summary
from sirenbook.web.faults import Fault
from sirenbook.web.figures import Figures
from sirenbook.web.grading import LONGEST_FACT, evidence_words, grade, measures
from sirenbook.web.login.sessions import Visitor, posted
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

MOST_SHOWN = 100
PAGE = 50


class Card(Struct, frozen=True):
    """One open incident on the first page."""

    summary: Summary
    rank: int
    overdue: bool
    paged: tuple[str, ...]
    next: Ahead | None


class Front(Struct, frozen=True):
    """Everything that the first page shows."""

    cards: list[Card]
    more: int
    waiting: int
    health: Health
    problems: int
    errors: int
    stamp: str
    discreet: bool
    """Whether it tells nothing of a restricted incident."""
    glass: Opened | None = None


async def front(station: Station, reader: Reader) -> Front:
    """The first page as it is now for one reader."""
    rows = [await sight(station, r, reader) for r in await station.queries.gravest(MOST_SHOWN)]
    cards = [await _card(station, r) for r in rows]
    cards.sort(key=lambda c: (c.rank, not c.overdue, c.summary.status != "unacknowledged", c.summary.opened_at))
    health = await station.health()
    total = health.ages.open if health.ages else len(cards)
    faults = (*health.faults, *health.open_circuits)
    glass = await opened(station)
    known = [(r.incident.id, r.incident.seq, r.alerts) for r in rows]
    stamp = hashlib.sha256(repr([*known, faults, glass and glass.until]).encode())
    return Front(
        cards=cards,
        more=max(0, total - len(cards)),
        waiting=sum(c.summary.status == "unacknowledged" for c in cards),
        health=health,
        problems=sum(d.grade != "note" for d in station.loaded.diagnostics),
        errors=sum(d.grade == "error" for d in station.loaded.diagnostics),
        stamp=stamp.hexdigest()[:16],
        discreet=all(r.incident.title == VEIL for r in rows if r.incident.confidential),
        glass=glass,
    )


async def _card(station: Station, row: Row) -> Card:
    incident = row.incident
    context = await station.policy_of(incident)
    waiting = tuple(dict.fromkeys(person_name(context.bindings, p.person) for p in incident.pages if not p.settled))
    return Card(
        summary=await view.summary(station, row),
        rank=context.severity(incident).rank,
        overdue=incident.response_missed or incident.round > 0,
        paged=waiting,
        next=next(iter(view.ahead(context, row)), None),
    )


class HomePage:
    """Shows the first page and the list of what is resolved, and takes declarations."""

    def __init__(self, pages: Pages, visits: Visits, figures: Figures) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits
        self._figures = figures

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        return [
            Route("/", signed_in(self.show), methods=["GET"]),
            Route("/live", signed_in(self.live), methods=["GET"]),
            Route("/resolved", signed_in(self.resolved), methods=["GET"]),
            Route("/incidents", signed_in(self.declare), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The whole page."""
        return await self._whole(visitor)

    async def _whole(
        self,
        visitor: Visitor,
        *,
        status: int = 200,
        notice: str = "",
        given: "_Given | None" = None,
        choice: Choice | None = None,
    ) -> Response:
        found, policy = await self._front(visitor), self._station.engine.books.policy
        people = self._station.engine.books.bindings.people
        return self._pages.page(
            "home.html",
            visitor,
            status=status,
            f=found,
            policy=policy,
            measures=measures(policy),
            given=given or _Given({}),
            choice=choice,
            evidence=[(e, evidence_words(e)) for e in choice.evidence] if choice else [],
            notice=notice,
            keep=found.discreet,
            services=self._services(visitor),
            declares=allows(visitor.account.role, "responder"),
            channels=sorted({m.channel for p in people.values() for m in p.methods}),
            last_alert=self._figures.last_alert_at,
            base_url=self._station.links.base_url,
        )

    async def _front(self, visitor: Visitor) -> Front:
        return await front(self._station, self._reader(visitor))

    def _services(self, visitor: Visitor) -> tuple[str, ...]:
        """For what a visitor may declare: anything, and these are only known; or for these of their teams alone."""
        bindings = self._station.engine.books.bindings
        if allows(visitor.account.role, "responder"):
            return services_of(bindings.teams)
        return services_in(bindings.teams, person_of(bindings, visitor.account.name))

    def _reader(self, visitor: Visitor) -> Reader:
        return reader_by_account(self._station.engine.books.bindings, visitor.account)

    async def live(self, request: Request, visitor: Visitor) -> Response:
        """What is open now; 204 where the page knows it already."""
        found = await self._front(visitor)
        if request.query_params.get("stamp") == found.stamp:
            return Response(status_code=204)
        last = self._figures.last_alert_at
        return self._pages.page(
            "_home_live.html", None, f=found, last_alert=last, base_url=self._station.links.base_url
        )

    async def resolved(self, request: Request, visitor: Visitor) -> Response:
        """What is over, newest first."""
        text = request.query_params.get("before", "")
        before = int(text) if text.isascii() and text.isdigit() and int(text) <= LARGEST_ID else None
        rows = await listed(self._station, "resolved", self._reader(visitor), before=before, limit=PAGE + 1)
        found = [await view.summary(self._station, r) for r in rows[:PAGE]]
        older = rows[PAGE - 1].incident.id if len(rows) > PAGE else None
        return self._pages.page("resolved.html", visitor, incidents=found, older=older)

    async def declare(self, request: Request, visitor: Visitor) -> Response:
        """Open an incident by hand, or only say which severity the playbook's criteria give it."""
        fields = await posted(request, visitor)
        given = _Given(fields)
        policy, bindings = self._station.engine.books.policy, self._station.engine.books.bindings
        person, role = person_of(bindings, visitor.account.name), visitor.account.role
        own = self._services(visitor)
        if not own:
            must_be(role, "responder")
        if not allows(role_for(bindings.teams, given.service, role, person), "responder"):
            notice = f"as a {role} you declare for your team only; say which service it is: {', '.join(own)}"
            return await self._whole(visitor, status=403, notice=notice, given=given)
        if not given.title:
            return await self._whole(visitor, status=422, notice="an incident needs a title", given=given)
        try:
            choice = grade(policy, given.severity, given.facts, given.title, given.impact)
        except Fault as fault:
            return await self._whole(visitor, status=fault.status, notice=fault.text, given=given)
        if fields.get("way") == "weigh":
            return await self._whole(visitor, given=given, choice=choice)
        command = Open(
            title=given.title,
            severity=choice.severity,
            reason=choice.reason,
            why=choice.why,
            by=person,
            drill=bool(fields.get("drill")),
            impact=given.impact,
            service=given.service,
        )
        decision = await self._station.declare(command)
        return RedirectResponse(f"/incidents/{decision.incident.number}", 303)


class _Given:
    """What a form of declaring says, cut to what is taken."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.title = fields.get("title", "").strip()[:300]
        self.severity = fields.get("severity", "").strip()[:200]
        self.impact = fields.get("impact", "").strip()[:10_000]
        self.service = " ".join(fields.get("service", "").split())[:200]
        self.drill = bool(fields.get("drill"))
        self.facts = {
            k.removeprefix("fact.")[:LONGEST_FACT]: v.strip()[:LONGEST_FACT]
            for k, v in fields.items()
            if k.startswith("fact.") and v.strip()
        }

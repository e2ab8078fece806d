"""The page of a review: a draft to tick together, its versions, its approval, and the action items; no script."""

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, date, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people.standing import person_of
from sirenbook.model import command as c
from sirenbook.model.command import Command, Refused
from sirenbook.model.review import KINDS, STATUSES
from sirenbook.store.queries import Row
from sirenbook.web.admission import must_command, reader_by_account
from sirenbook.web.api.calls import find, parse_id
from sirenbook.web.documents import as_html
from sirenbook.web.faults import Fault, fault_of
from sirenbook.web.login.sessions import Visitor, posted
from sirenbook.web.pages import review_pdf
from sirenbook.web.pages import review_view as view
from sirenbook.web.pages.actions import credited
from sirenbook.web.rendering import Pages, zone_of
from sirenbook.web.visits import Visits

_TYPES = {
    "md": "text/markdown",
    "html": "text/html",
    "pdf": "application/pdf",
    "ics": "text/calendar",
    "patch": "text/x-diff",
}
MOST_TICKED = 12


class ReviewPage:
    """Shows the review of one incident and does what its forms ask; and the list of all action items."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        one = "/incidents/{id}/review"
        return [
            Route(one, signed_in(self.show), methods=["GET"]),
            Route(f"{one}/draft", signed_in(self.draft), methods=["GET"]),
            Route(f"{one}.{{kind:str}}", signed_in(self.file), methods=["GET"]),
            Route(f"{one}/{{action}}", signed_in(self.act, "responder"), methods=["POST"]),
            Route("/items", signed_in(self.items), methods=["GET"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The review as it stands."""
        version = _number(request.query_params.get("version", "")) or 0
        return await self._whole(await self._row(request), visitor, version=version)

    async def draft(self, request: Request, visitor: Visitor) -> Response:
        """A draft of the entries that are ticked, to be written on and kept."""
        row, ticked = await self._row(request), request.query_params.getlist("e")
        picks = {int(x) for x in ticked if _number(x)} if ticked else None
        made = await view.drafted(self._station, row, picks, self._person(visitor))
        return self._pages.page("review_draft.html", visitor, d=made, title=row.incident.title)

    async def file(self, request: Request, visitor: Visitor) -> Response:
        """The review, its meeting or its suggestions as a file."""
        row = await self._row(request)
        kind = request.path_params["kind"]
        version = _number(request.query_params.get("version", "")) or 0
        made = await view.exported(self._station, row, kind, version)
        headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
        body = b64decode(made.text) if made.encoding == "base64" else made.text
        return Response(body, media_type=_TYPES[kind], headers=headers)

    async def act(self, request: Request, visitor: Visitor) -> Response:
        """Carry out one form; the ticked lines of a review become an action item each."""
        fields = await posted(request, visitor)
        row = await self._row(request)
        if request.path_params["action"] in ("approve", "publish"):
            person = self._person(visitor)
            await must_command(self._station, row.incident.id, visitor.account.role, person)
        try:
            for command in self._commands(request.path_params["action"], fields, self._person(visitor)):
                await self._station.command(row.incident.id, credited(command, visitor.account))
        except (Refused, Fault) as error:
            fault = fault_of(error)
            if fault is None or fault.status not in (409, 422):
                raise
            text = fields.get("markdown", "") if request.path_params["action"] == "write" else ""
            return await self._whole(await self._row(request), visitor, fault.status, fault.text, unsaved=text)
        return RedirectResponse(f"/incidents/{row.incident.number}/review", 303)

    async def items(self, request: Request, visitor: Visitor) -> Response:
        """All action items that are open."""
        reader = reader_by_account(self._station.engine.books.bindings, visitor.account)
        found = await view.all_items(self._station, "all" if request.query_params.get("all") else "open", reader)
        return self._pages.page("items.html", visitor, items=found, all=bool(request.query_params.get("all")))

    async def _whole(
        self,
        row: Row,
        visitor: Visitor,
        status: int = 200,
        notice: str = "",
        *,
        version: int = 0,
        unsaved: str = "",
    ) -> Response:
        found = await view.review(self._station, row, version)
        context = await self._station.policy_of(row.incident)
        return self._pages.page(
            "review.html",
            visitor,
            status=status,
            notice=notice,
            r=found,
            open=row.incident.open,
            title=row.incident.title,
            policy=row.incident.policy,
            pdf=review_pdf.available(),
            body=as_html(found.markdown),
            unsaved=unsaved,
            names=[p.name for p in context.bindings.people.values()],
        )

    async def _row(self, request: Request) -> Row:
        return await find(self._station, parse_id(request.path_params["id"]))

    def _person(self, visitor: Visitor) -> str:
        return person_of(self._station.engine.books.bindings, visitor.account.name)

    def _commands(self, action: str, fields: dict[str, str], by: str) -> list[Command]:
        """The commands that a form asks for. Raises Fault 404 or 422."""
        make = _COMMANDS.get(action)
        if make is None:
            raise Fault(404, "not-found", f"there is no action {action}")
        return make(self, {k: v.strip() for k, v in fields.items()}, by)

    def _write(self, fields: dict[str, str], by: str) -> list[Command]:
        return [c.WriteReview(by, fields.get("markdown", ""), _number(fields.get("based_on", "")) or 0)]

    def _approve(self, fields: dict[str, str], by: str) -> list[Command]:
        return [c.ApproveReview(by, _number(fields.get("version", "")) or 0)]

    def _publish(self, fields: dict[str, str], by: str) -> list[Command]:
        return [c.PublishReview(by)]

    def _assign(self, fields: dict[str, str], by: str) -> list[Command]:
        return [c.AssignReview(by, self._named(fields))]

    def _schedule(self, fields: dict[str, str], by: str) -> list[Command]:
        minutes = _number(fields.get("minutes", "60")) or 0
        return [c.ScheduleReview(by, self._moment(fields.get("at", "")), minutes)]

    def _done(self, fields: dict[str, str], by: str) -> list[Command]:
        return [c.FollowUp(by, fields.get("key", ""), fields.get("note", "")[:2000])]

    def _add(self, fields: dict[str, str], by: str) -> list[Command]:
        kind = next((k for k in KINDS if k == fields.get("kind")), KINDS[0])
        return [c.AddItem(by, fields.get("text", ""), self._named(fields), self._due(fields), kind)]

    def _tick(self, fields: dict[str, str], by: str) -> list[Command]:
        """Each ticked line, with the owner and the date that stand in fields of its number."""
        found: list[Command] = []
        for number in range(MOST_TICKED):
            if fields.get(f"tick{number}"):
                text = fields[f"tick{number}"]
                of = {k: fields.get(f"{k}{number}", "") for k in ("owner", "due")}
                found.append(c.AddItem(by, text, self._named(of), self._due(of)))
        return found

    def _change(self, fields: dict[str, str], by: str) -> list[Command]:
        status = next((s for s in STATUSES if s == fields.get("status")), None)
        owner = self._named(fields) if fields.get("owner") else None
        number = _number(fields.get("item", "")) or 0
        note, link = fields.get("note", "")[:2000], fields.get("link", "").strip() or None
        return [c.ChangeItem(by, number, None, owner, self._due(fields), status, note, link)]

    def _named(self, fields: dict[str, str]) -> str:
        name = fields.get("owner", "")[:200]
        return person_of(self._station.engine.books.bindings, name) if name else ""

    def _due(self, fields: dict[str, str]) -> date | None:
        if not fields.get("due"):
            return None
        try:
            return date.fromisoformat(fields["due"])
        except ValueError:
            raise Fault(422, "invalid", "that is no day; write it as 2026-11-30") from None

    def _moment(self, text: str) -> datetime:
        """A time as a browser's field gives it, in the team's zone."""
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            raise Fault(422, "invalid", "that is no time; write it as 2026-11-30T14:00") from None
        return (local if local.tzinfo else local.replace(tzinfo=zone_of(self._station))).astimezone(UTC)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


_COMMANDS: dict[str, Callable[[ReviewPage, dict[str, str], str], list[Command]]] = {
    "write": ReviewPage._write,
    "approve": ReviewPage._approve,
    "publish": ReviewPage._publish,
    "assign": ReviewPage._assign,
    "schedule": ReviewPage._schedule,
    "done": ReviewPage._done,
    "items": ReviewPage._add,
    "tick": ReviewPage._tick,
    "change": ReviewPage._change,
}

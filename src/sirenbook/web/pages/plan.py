"""The page on which an admin changes the playbook: paste or upload a text, see what it changes, put it in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.engine.people.standing import person_of
from sirenbook.engine.policies import plan_words, versions
from sirenbook.engine.policies.texts import BINDINGS, Texts
from sirenbook.engine.policies.versions import Faulty, Overtaken, Planned, Stumbled, Wish
from sirenbook.incident.timeline import person_name
from sirenbook.web.faults import Fault, fault_of
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.pages.uploads import MOST_FILES, Form, posted_files
from sirenbook.web.rendering import Pages, Times, zone_of
from sirenbook.web.visits import Visits

LONGEST_NOTE = 2000
_TABLES, _INCIDENTS = "Who would be paged when, if nobody answered", "Open incidents"


class Draft(Struct, frozen=True):
    """What the form holds: texts, a note, and of what was compared the digest in force and the planned one."""

    texts: Texts
    note: str = ""
    expected: str = ""
    planned: str = ""
    force: bool = False


class PlanPage:
    """Compares a new playbook with the one in force, and applies it."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in = self._visits.signed_in
        return [
            Route("/playbook/plan", signed_in(self.show, "admin"), methods=["GET"]),
            Route("/playbook/plan", signed_in(self.post, "admin"), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The form, with the texts in force."""
        return self._page(visitor, Draft(self._station.loaded.texts))

    async def post(self, request: Request, visitor: Visitor) -> Response:
        """Show what the texts change; or put them in force, if they are the ones that were shown."""
        form = await posted_files(request, visitor)
        draft = self._draft(form)
        if form.fields.get("action") != "apply":
            return await self._planned(visitor, draft)
        if draft.texts.digest != draft.planned:
            return await self._planned(visitor, draft, "the text was changed after it was compared; look again")
        try:
            applied = await versions.apply(self._station, self._wish(visitor, draft))
        except (Overtaken, Faulty, Stumbled) as error:
            fault = fault_of(error)
            assert fault is not None
            return await self._planned(visitor, draft, f"{fault.text}; {fault.help}", fault.status)
        return RedirectResponse(
            f"/playbook?{'applied' if applied.changed else 'version'}={applied.version.number}", 303
        )

    def _wish(self, visitor: Visitor, draft: Draft) -> Wish:
        bindings = self._station.engine.books.bindings
        who = person_name(bindings, person_of(bindings, visitor.account.name))
        return Wish(draft.texts, who, "page", draft.note, draft.expected, draft.force)

    def _draft(self, form: Form) -> Draft:
        fields, files = form.fields, dict(form.files)
        bindings = files.pop(BINDINGS, fields.get("bindings"))
        texts = _replaced(_texts_of(fields), files)
        if not texts:
            raise Fault(422, "invalid", "a playbook is needed: paste its text, or choose its file")
        return Draft(
            versions.succeeding(self._station, texts, bindings),
            fields.get("note", "").strip()[:LONGEST_NOTE],
            fields.get("expected", "")[:100],
            fields.get("planned", "")[:100],
            bool(fields.get("force")),
        )

    async def _planned(self, visitor: Visitor, draft: Draft, notice: str = "", status: int = 200) -> Response:
        try:
            found = await versions.plan(self._station, draft.texts)
        except Stumbled as error:
            return self._page(visitor, draft, notice=str(error), status=422)
        return self._page(visitor, draft, found, notice=notice, status=status)

    def _page(
        self, visitor: Visitor, draft: Draft, found: Planned | None = None, *, notice: str = "", status: int = 200
    ) -> Response:
        times = Times(self._station.now(), zone_of(self._station))
        return self._pages.page(
            "playbook_plan.html",
            visitor,
            status=status,
            notice=notice,
            draft=draft,
            files=[(name, _verbatim(text)) for name, text in draft.texts.files.items()],
            bindings=_verbatim(draft.texts.bindings),
            number=self._station.number,
            found=found,
            parts=_parts(found, times) if found else [],
            same=plan_words.SAME,
        )


def _texts_of(fields: dict[str, str]) -> dict[str, str]:
    """The texts that were pasted, by the names that the form gave them."""
    pasted = ((fields.get(f"name.{n}", ""), fields.get(f"text.{n}", "")) for n in range(MOST_FILES))
    return {name[:200]: text for name, text in pasted if name and text.strip()}


def _replaced(texts: dict[str, str], files: dict[str, str]) -> dict[str, str]:
    """The texts with the files that were chosen: several are a whole playbook, one takes the place of its like."""
    if len(files) > 1:
        return dict(sorted(files.items()))
    if len(texts) <= 1 and files:
        return files
    return {**texts, **files}


def _verbatim(text: str) -> Markup:
    """A text as a field must hold it, so that it comes back unchanged: escaped, and nothing made visible in it."""
    return escape(text)


def _parts(found: Planned, times: Times) -> Sequence[dict[str, Any]]:
    """The plan by headings; tables and incidents have shapes of their own."""

    def clock(at: datetime) -> str:
        return times.short(at)

    parts: list[dict[str, Any]] = []
    for heading, lines in plan_words.words(found.plan, clock):
        part: dict[str, Any] = {"heading": heading, "lines": lines}
        if heading == _TABLES:
            part["tables"] = [t for t in found.plan.tables if t.differs]
        elif heading == _INCIDENTS:
            part["incidents"] = _incidents(found, clock)
        parts.append(part)
    return parts


def _incidents(found: Planned, clock: plan_words.Clock) -> list[dict[str, Any]]:
    return [
        {
            "plan": each,
            "really": [plan_words.really(x, clock) for x in each.really],
            "instead": [plan_words.instead(x, clock) for x in each.instead],
        }
        for each in found.plan.incidents[: plan_words.MOST_INCIDENTS]
        if each.really or each.instead or each.note
    ]

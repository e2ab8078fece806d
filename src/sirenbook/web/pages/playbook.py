"""The playbook's text with line numbers: what runs because of each line, and what is wrong with it, beside it.

The text is data: it is shown as it stands and never rendered.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.engine.policies.reading import Loaded, bind, every_finding
from sirenbook.engine.policies.versions import restored
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.policy import Policy
from sirenbook.store.settings import Version
from sirenbook.web.bodies import storable
from sirenbook.web.faults import unknown
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.pages.understood import understood
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

MOST_VERSIONS = 20
LONGEST_NUMBER = 18


class TextLine(Struct, frozen=True):
    """One line of the playbook with what stands beside it."""

    number: int
    text: str
    runs: tuple[str, ...]
    findings: tuple[Diagnostic, ...]
    questions: tuple[Question, ...]


def lines_of(text: str, name: str, policy: Policy, findings: tuple[Diagnostic, ...]) -> list[TextLine]:
    """The lines of one file."""
    runs: dict[int, list[str]] = defaultdict(list)
    for why, words in understood(policy):
        if why.stated and why.file == name and words not in runs[why.line]:
            runs[why.line].append(words)
    wrong, open_ = _by_line(findings, name), _by_line(policy.questions, name)
    return [
        TextLine(n, line, tuple(runs.get(n, ())), tuple(wrong.get(n, ())), tuple(open_.get(n, ())))
        for n, line in enumerate(text.splitlines(), 1)
    ]


def _by_line(found: tuple[Diagnostic, ...] | tuple[Question, ...], name: str) -> dict[int, list]:  # type: ignore[type-arg]
    by_line: dict[int, list[Diagnostic | Question]] = defaultdict(list)
    for each in found:
        if each.at.file == name:
            by_line[each.at.line].append(each)
    return by_line


class Shown(Struct, frozen=True):
    """A playbook to show: its texts, what was read of them, what is wrong, and which version it is."""

    policy: Policy
    texts: dict[str, str]
    findings: tuple[Diagnostic, ...]
    version: Version | None = None


class PlaybookPage:
    """Shows the playbook."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits
        self._looked: tuple[tuple[Any, ...], tuple[Diagnostic, ...]] | None = None

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [Route("/playbook", self._visits.signed_in(self.show), methods=["GET"])]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """One file of the playbook: the one in force, another version, or what an older incident runs by."""
        asked = request.query_params
        shown = await self._shown(storable(asked.get("policy", ""))[:100], asked.get("version", ""))
        name = asked.get("file") or next(iter(shown.texts), "")
        if name not in shown.texts:
            raise unknown(f"file {name!r} in this playbook")
        return self._pages.page(
            "playbook.html",
            visitor,
            policy=shown.policy,
            version=shown.version,
            in_force=shown.policy.digest == self._station.engine.books.policy.digest,
            applied=shown.version is not None and asked.get("applied", "") == str(shown.version.number),
            query=f"&policy={quote(asked['policy'])}" if asked.get("policy") else _version_query(shown, asked),
            name=name,
            names=list(shown.texts),
            lines=lines_of(shown.texts[name], name, shown.policy, shown.findings),
            elsewhere=[d for d in shown.findings if d.at.file not in shown.texts or not d.at.line],
            counts={g: sum(d.grade == g for d in shown.findings) for g in ("error", "warning", "note")},
            open_questions=sum(not q.answered for q in shown.policy.questions),
            versions=await self._station.settings.versions(MOST_VERSIONS),
            behind=self._station.behind,
        )

    async def _shown(self, digest: str, number: str) -> Shown:
        books, settings = self._station.engine.books, self._station.settings
        if number:
            return await self._version(number)
        if not digest or digest == books.policy.digest:
            version = next(iter(await settings.versions(1, before=self._station.number + 1)), None)
            loaded = self._station.loaded
            return Shown(loaded.policy, loaded.texts.files, await self._findings(loaded), version)
        texts = await settings.sources(digest)
        if not texts:
            raise unknown("such playbook")
        older = await settings.policy(digest)
        return Shown(older, texts, older.diagnostics)

    async def _version(self, number: str) -> Shown:
        if not (number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
            raise unknown("such version of the playbook")
        settings = self._station.settings
        version = next(iter(await settings.versions(1, before=int(number) + 1)), None)
        if version is None or version.number != int(number):
            raise unknown(f"version {number} of the playbook")
        loaded = bind(restored(await settings.texts_of(version.number)), await settings.policy(version.policy))
        return Shown(loaded.policy, loaded.texts.files, await self._findings(loaded), version)

    async def _findings(self, loaded: Loaded) -> tuple[Diagnostic, ...]:
        """Every finding, looked for once a day and beside the passes: a long text takes its time."""
        today = self._station.now().date()
        key = (loaded.texts.digest, loaded.policy.digest, today)
        if self._looked is None or self._looked[0] != key:
            self._looked = (key, await asyncio.to_thread(every_finding, loaded, today))
        return self._looked[1]


def _version_query(shown: Shown, asked: Mapping[str, str]) -> str:
    return f"&version={shown.version.number}" if asked.get("version") and shown.version else ""

"""The playbook's text with line numbers: what runs because of each line, and what is wrong with it, beside it.

The text is data: it is shown as it stands and never rendered.
"""

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.incident.timeline import span
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.policy import Level, Policy, Severity
from sirenbook.model.provenance import Provenance
from sirenbook.web.bodies import storable
from sirenbook.web.faults import unknown
from sirenbook.web.rendering import Pages
from sirenbook.web.sessions import Visitor
from sirenbook.web.visits import Visits


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


def understood(policy: Policy) -> Iterator[tuple[Provenance, str]]:
    """Every line that makes something happen, with what it is, in a few words."""
    for severity in policy.severities:
        yield from _severity(severity)
    for level in policy.levels:
        yield level.why, f"{level.severity or 'every severity'}: {_level(level)}"
    for rule in policy.alerts:
        yield rule.why, f"alert {rule.name}" + (f" is {rule.severity}" if rule.severity else "")
    yield policy.on_call_why, f"on call: {', '.join(policy.on_call)}"
    for clock, words in ((policy.ack, "acknowledge within"), (policy.watch, "resolves after quiet of")):
        if clock is not None:
            yield clock.why, f"{words} {span(clock.seconds)}"


def _severity(severity: Severity) -> Iterator[tuple[Provenance, str]]:
    yield severity.why, f"severity {severity.full_name}"
    for clock, words in (
        (severity.response, "respond in"),
        (severity.ack, "acknowledge in"),
        (severity.resolution, "resolve in"),
        (severity.update, "update every"),
    ):
        if clock is not None:
            hours = " of business hours" if clock.business else ""
            yield clock.why, f"{severity.name}: {words} {span(clock.seconds)}{hours}"


def _level(level: Level) -> str:
    whom = f"{level.manner} {', '.join(level.who)}"
    if level.after is None:
        return f"{whom} by hand"
    return f"{whom} after {span(level.after)} unless {level.until}" if level.after else f"{whom} at once"


class PlaybookPage:
    """Shows the playbook."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [Route("/playbook", self._visits.signed_in(self.show), methods=["GET"])]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """One file of the playbook: the one in force, or the one that an older incident runs by."""
        policy, texts, findings = await self._texts(storable(request.query_params.get("policy", ""))[:100])
        name = request.query_params.get("file") or next(iter(texts), "")
        if name not in texts:
            raise unknown(f"file {name!r} in this playbook")
        elsewhere = [d for d in findings if d.at.file not in texts or not d.at.line]
        return self._pages.page(
            "playbook.html",
            visitor,
            policy=policy,
            in_force=policy.digest == self._station.engine.books.policy.digest,
            name=name,
            names=list(texts),
            lines=lines_of(texts[name], name, policy, findings),
            elsewhere=elsewhere,
            counts={g: sum(d.grade == g for d in findings) for g in ("error", "warning", "note")},
            open_questions=sum(not q.answered for q in policy.questions),
        )

    async def _texts(self, digest: str) -> tuple[Policy, dict[str, str], tuple[Diagnostic, ...]]:
        in_force = self._station.engine.books.policy
        if not digest or digest == in_force.digest:
            return in_force, self._station.loaded.texts.files, self._station.loaded.diagnostics
        texts = await self._station.settings.sources(digest)
        if not texts:
            raise unknown("such playbook")
        older = await self._station.settings.policy(digest)
        return older, texts, older.diagnostics

"""Checks of the templates: fields that a severity or the team's own words demand and a template lacks."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sirenbook.model.clock import Clock
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Severity, Template
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language.duration import spoken
from sirenbook.playbook.language.vocabulary import TEMPLATE_TOPIC
from sirenbook.playbook.lint.book import Book, Saying

_STAGES = (
    (
        "resolved",
        re.compile(r"\bresol(?:ved|ution)|\bclos(?:ed|ing|ure)\b|\bover\b|\bends?\b|\ball clear\b", re.IGNORECASE),
    ),
    (
        "opening",
        re.compile(
            r"\binitial|\bdeclar|\bfirst\b|\binvestigating\b|\bstart|\bbegins?\b|\bopening\b|\balert\b|\bnew\b",
            re.I,
        ),
    ),
    (
        "running",
        re.compile(
            r"\bupdate|\bidentified\b|\bmonitoring\b|\bprogress|\bongoing\b|\bgoes on\b|\bstatus\b", re.IGNORECASE
        ),
    ),
)
_NOT_SENT = re.compile(
    r"post[ -]?(?:mortem|incident)|\breview\b|\breport\b|\brca\b|hand-?(?:off|over)", re.IGNORECASE
)
_NEXT = re.compile(
    r"\bnext (?:update|word|communication|report|post|status)|\bupdates? (?:will|every|in|by|at|again)\b"
    r"|\bfurther (?:update|information)"
    r"|\b(?:every|in|within) (?:the next )?(?:\d+|\[[^\]]*\]|\{[^}]*\}) ?(?:min|hour|h\b)"
    r"|\bprovide (?:an? |further |regular )?updates?"
    r"|\bupdate you\b|\bwrite again\b|\bnächst",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\bas (?:soon as )?we (?:learn|know|have|find)|\bwhen we (?:know|have|learn)|\bsoon\b|\bshortly\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d|\[[^\]]+\]|\{[^}]+\}|<[^>]+>")
_FIELDS = {
    "severity": r"severity|\bsev[ -]?\d?|\bp\d|priority",
    "impact": r"impact|affect|experience|users? (?:may|cannot)|symptom",
    "ETA": r"\beta\b|estimat|expect(?:ed)? (?:to|resol)|next update",
    "root cause": r"cause",
    "prevention": r"prevent|next steps|follow[ -]?up|action items|improve",
    "next update": r"next (?:update|word)|updates? (?:every|in|by|at|will)",
    "incident commander": r"commander|\bIC\b|\blead\b",
    "start time": r"start|since|began|\btime\b|timestamp",
    "status": r"status|investigating|identified|resolved",
}
_DEMANDS = re.compile(r"\b(?:must |should |always )?(?:include|contain|state|mention)s?\b:?\s*(.+)", re.IGNORECASE)
_ABOUT = re.compile(
    r"\bpost|\bupdate|\bstatus|\bnotif|\bmessage|\banounce|\bcommunicat|\bannounce|\bdeclar", re.IGNORECASE
)


def check_templates(book: Book) -> Iterator[Diagnostic]:
    """Templates that would be sent with something missing."""
    yield from _all_without_next(book)
    for saying in book.sayings:
        if not saying.templated and (found := _DEMANDS.search(saying.text[:400])):
            yield from _lacking(book, saying, found[1])


def _stage(template: Template) -> str:
    """At which moment of an incident a template is sent, by its title, then by its first line."""
    first = template.text.lstrip()[:80].split("\n")[0]
    for words in (template.title, first):
        for stage, pattern in _STAGES:
            if pattern.search(words):
                return stage
    return ""


class _Silent(NamedTuple):
    """A template without a time of the next update: its name, vague words that stand for one, and where."""

    title: str
    vague: str
    at: Provenance


def _all_without_next(book: Book) -> Iterator[Diagnostic]:
    """Updates that do not say when the next one comes, although the playbook promises one; one finding for all."""
    silent: dict[str, list[_Silent]] = {}
    for template in book.policy.templates:
        sent = _stage(template) in ("opening", "running") and not _NOT_SENT.search(template.title)
        severity = _most_urgent(book, template) if sent else None
        if severity and (found := _without_next(book, template)):
            silent.setdefault(severity.name, []).append(found)
    for name, mine in silent.items():
        update = book.policy.severity(name).update
        if update:
            yield _silence(name, update, mine)


def _without_next(book: Book, template: Template) -> _Silent | None:
    rows = [row[:400] for row in template.text.split("\n")[:200]]
    told = [row for row in rows if _NEXT.search(row)]
    if any(not _VAGUE.search(row) or _AMOUNT.search(row) for row in told):
        return None
    vague = told[0].strip() if told else ""
    return _Silent(template.title, vague, book.below(template.why, vague) if vague else template.why)


def _silence(severity: str, update: Clock, mine: list[_Silent]) -> Diagnostic:
    one = len(mine) == 1
    names = f"“{mine[0].title}”" + ("" if one else f" and {len(mine) - 1} more")
    vague = f" (“{mine[0].vague}” is no time)" if mine[0].vague else ""
    return Diagnostic(
        "SB251",
        "note",
        f"{names} {'does' if one else 'do'} not say when the next update comes{vague}, and {severity} promises one "
        f"every {spoken(update.seconds)}.",
        "Add a line such as `Next update: [TIME]`.",
        mine[0].at,
        (*(s.at for s in mine[1:6]), update.why),
    )


def _most_urgent(book: Book, template: Template) -> Severity | None:
    """The severity with the shortest rhythm among those that a template is for."""
    names = book.scale.mentioned(template.title, by_label=True)
    mine = [s for s in book.policy.severities if s.update and (not names or s.name in names)]
    return min(mine, key=lambda s: s.update.seconds if s.update else 0, default=None)


def _lacking(book: Book, saying: Saying, demanded: str) -> Iterator[Diagnostic]:
    """Templates without a field that a sentence of the playbook demands of them."""
    titles = " ".join(saying.section.path[1:])
    lead = saying.text[: saying.text.find(demanded)]
    if not _ABOUT.search(lead) or TEMPLATE_TOPIC.search(titles.lower()):
        return
    stage = next((name for name, pattern in _STAGES if pattern.search(lead)), "")
    fields = [name for name in _FIELDS if re.search(rf"\b{name}\b", demanded, re.IGNORECASE)]
    for template in book.policy.templates if stage and fields else ():
        if _stage(template) == stage and not _NOT_SENT.search(template.title):
            text = f"{template.title}\n{template.text[:8000]}"
            missing = [f for f in fields if not re.search(_FIELDS[f], text, re.IGNORECASE)]
            if missing:
                yield _missing(template, missing, book.where(saying, len(lead), len(saying.text)))


def _missing(template: Template, missing: list[str], demand: Provenance) -> Diagnostic:
    return Diagnostic(
        "SB252",
        "warning",
        f"“{template.title}” has no place for {' and '.join(missing)}, which {demand} demands.",
        f"Add `{missing[0].capitalize() if missing[0].islower() else missing[0]}: […]` to the template.",
        template.why,
        (demand,),
    )

"""Reads where words go: chat channels, status pages, pager services, trackers, bridges and mail addresses."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sirenbook.model.policy import Template
from sirenbook.model.promise import Audience, Outlet, OutletKind, Use
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language import targets
from sirenbook.playbook.language.audiences import audiences_of
from sirenbook.playbook.language.clauses import clauses
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.reach import mentioned
from sirenbook.playbook.language.statements import Statement
from sirenbook.playbook.text.document import Document, Fence, Section

_CHAT = re.compile(r"(?<![\w/&#(.])#[A-Za-z][\w-]*(?:[<{\[][\w-]+[>}\]][\w-]*)*")
_PATTERN = re.compile(
    r"YYYY|HHMM|(?-i:MM-DD|DDMM|NNN|XXX)|[<{\[]|(?-i:-[A-Z]{2,}\b)|-?\b(?:id|number|nnn|xxx)$", re.IGNORECASE
)
_STATUS = re.compile(r"(?:https?://)?(?P<host>\bstatus\.[\w-]+(?:\.[\w-]+)+|[\w-]+\.statuspage\.io)", re.IGNORECASE)
_STATUS_WORDS = re.compile(r"\bstatus[ -]?page\b", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PAGER = re.compile(
    r"\b(PagerDuty|Opsgenie|VictorOps|Splunk On-Call|xMatters|Squadcast|Grafana OnCall|ilert|incident\.io"
    r"|FireHydrant"
    r"|Rootly|AlertOps|Better ?Stack|GoAlert|Zenduty)\b",
    re.IGNORECASE,
)
_TRACKER = re.compile(
    r"\b(?P<product>Jira|ServiceNow|Zendesk|Asana|YouTrack|Shortcut|Trello|Redmine|Freshservice|Azure DevOps"
    r"|ClickUp"
    r"|Linear(?=\W*$|\s(?:ticket|issue|project|board))|(?<=\bin )Linear|GitHub Issues?|GitLab Issues?)\b"
    r"|\b(?P<plain>tickets?)\b",
)
_BRIDGE = re.compile(
    r"\b(?:war[ -]room|(?:incident |conference |phone |video |call )bridge|bridge (?:call|line)|conference call"
    r"|zoom (?:call|meeting|room|bridge)?|google meet|teams call|video call)\b|(?<=\s)/\w+ bridge\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"\bvendor|\bthird[- ]party|\bprovider|\bupstream|\bopenai\b|\bAWS\b|\bGCP\b|\bazure status", re.IGNORECASE
)
_COMMAND = re.compile(r"^/(?P<verb>[a-z][\w-]*)(?P<rest>.*)$")


class _Mention(NamedTuple):
    """A place that a line names."""

    kind: OutletKind
    name: str
    why: Provenance
    audience: Audience | None
    severities: tuple[str, ...]
    product: str = ""


def read_outlets(
    documents: Sequence[Document], found: Sequence[Statement], templates: Sequence[Template], scale: Scale
) -> tuple[Outlet, ...]:
    """Every outlet that a playbook names, each with all lines that speak of it."""
    said = [m for s in found if s.ground != "runbook" for m in _of_statement(s, scale)]
    said += [m for t in templates for m in _of_template(t)]
    said += [m for d in documents for section in d.root.walk() for m in _commands(section)]
    return tuple(_gathered(_addressed(said)))


def _of_statement(statement: Statement, scale: Scale) -> Iterator[_Mention]:
    text = statement.text
    for clause in clauses(text):
        for kind, name, product in _named(clause, statement):
            severities = mentioned(clause, scale) or _whole(statement, scale)
            side = _side(kind, _audience(statement))
            yield _Mention(kind, name, statement.line.at(clause), side, severities, product)


def _audience(statement: Statement) -> Audience | None:
    """For whom a statement is, by its own words or by the nearest heading that says so."""
    inner = (statement.whole, *reversed(statement.titles))
    return next((a for words in inner for a in audiences_of(words)), None)


def _whole(statement: Statement, scale: Scale) -> tuple[str, ...]:
    """The severities of a statement's first clause, or above it: those of a later one are its own."""
    first = next(iter(clauses(statement.text)), "")
    return mentioned(statement.label, scale) or mentioned(first, scale) or statement.above


def _side(kind: OutletKind, audience: Audience | None) -> Audience | None:
    """Who reads it: a status page is read by the public, whatever heading it stands under."""
    return "public" if kind == "status page" else "internal" if kind == "chat" else audience


def _named(text: str, statement: Statement) -> Iterator[tuple[OutletKind, str, str]]:
    label = statement.label.strip().lower()
    for hit in _CHAT.finditer(text):
        yield "chat", hit[0], "Slack" if "slack" in statement.whole.lower() else ""
    generic = None if statement.heading or _CHAT.search(text) else targets.channel_in(text)
    if generic:
        yield "chat", generic.lower(), "Slack" if "slack" in text.lower() else ""
    if not _FOREIGN.search(statement.whole):
        if page := _STATUS.search(text):
            yield "status page", page["host"], ""
        elif _STATUS_WORDS.search(text):
            yield "status page", "status page", ""
    for hit in _MAIL.finditer(text):
        yield "mail", hit[0], ""
    for hit in _PAGER.finditer(f"{statement.label}: {text}" if _PAGER.fullmatch(label) else text):
        value = text if _PAGER.fullmatch(label) and re.fullmatch(r"[\w.-]+", text) else hit[0]
        yield "pager", value, hit[0]
    for hit in _TRACKER.finditer(text):
        yield "tracker", hit["product"] or "ticket", hit["product"] or ""
    for hit in _BRIDGE.finditer(text):
        yield "bridge", hit[0].strip(), ""


def _of_template(template: Template) -> Iterator[_Mention]:
    """Addresses that stand in the text of a template as it is sent."""
    for offset, row in enumerate(template.text.split("\n")):
        at = Provenance(template.why.file, template.rows[offset], row.strip()[:200], 1)
        if page := _STATUS.search(row):
            yield _Mention("status page", page["host"], at, "public", template.severities)
        for hit in _MAIL.finditer(row):
            yield _Mention("mail", hit[0], at, template.audience, template.severities)


def _commands(section: Section) -> Iterator[_Mention]:
    """Chat commands in a fence, `/incident bridge`: where they lead is an outlet too."""
    for fence in (b for b in section.blocks if isinstance(b, Fence)):
        for offset, row in enumerate(fence.text.split("\n")):
            command = _COMMAND.match(row.strip())
            kind = _kind_of(command["verb"], command["rest"]) if command else None
            if command and kind:
                at = Provenance(fence.file, fence.line + offset, row.strip(), row.find("/") + 1)
                name = f"/{command['verb']}{command['rest']}".split(" severity")[0].split(' "')[0]
                yield _Mention(kind, name.strip(), at, "internal", ())


def _kind_of(verb: str, rest: str) -> OutletKind | None:
    if re.search(r"bridge|call|zoom|meet|war-?room", f"{verb}{rest}"):
        return "bridge"
    if re.match(r"page|pager|pd\b|opsgenie", verb):
        return "pager"
    return "tracker" if re.search(r"incident (?:declare|create|open)|ticket|jira", f"{verb}{rest}") else None


def _addressed(said: Sequence[_Mention]) -> Iterator[_Mention]:
    """Mentions by kind only stand for the one place of that kind that has a name, if there is just one."""
    named = any(m.kind == "chat" and m.name.startswith("#") for m in said)
    for mention in said:
        if named and mention.kind == "chat" and not mention.name.startswith("#"):
            continue
        if mention.name in ("status page", "ticket"):
            known = {m.name: m for m in said if m.kind == mention.kind and m.name != mention.name}
            one = next(iter(known.values())) if len(known) == 1 else None
            if one and not one.name.startswith("/"):
                yield mention._replace(name=one.name, product=one.product)
                continue
        yield mention


def _gathered(said: Iterator[_Mention]) -> Iterator[Outlet]:
    places: dict[tuple[str, str], list[_Mention]] = {}
    for mention in said:
        places.setdefault((mention.kind, mention.name.casefold()), []).append(mention)
    for mentions in places.values():
        first = mentions[0]
        product = next((m.product for m in mentions if m.product), "")
        uses = {(m.why.file, m.why.line): Use(m.why, m.audience, m.severities) for m in reversed(mentions)}
        ordered = tuple(uses[k] for k in dict.fromkeys((m.why.file, m.why.line) for m in mentions))
        made_anew = first.kind == "chat" and bool(_PATTERN.search(first.name[1:]))
        yield Outlet(first.kind, first.name, ordered, product, made_anew)

"""Reads the places that a playbook sends people to look at: dashboards, logs, traces, status pages."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Link, LinkKind
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import Block, Document, Fence, Items, Quote, Section, Table, lines_of, plain
from sirenbook.playbook.text.inline import Line

_URL = re.compile(r"\bhttps?://[^\s<>()\[\]{}\"'`|,;]+[^\s<>()\[\]{}\"'`|,;.:!?*_]")
_STATUS_HOST = re.compile(r"(?<![\w./@-])status\.[a-z0-9-]+(?:\.[a-z0-9-]+)+\b")
_BLANK = re.compile(r"[<{\[]|\$\{|YYYY|\.\.\.")
_KINDS: tuple[tuple[LinkKind, re.Pattern[str]], ...] = (
    ("status page", re.compile(r"status[ -]?pages?|statuspage|//status\.|^status\.|/status\b|\bpublic status")),
    ("traces", re.compile(r"jaeger|\btempo\b|zipkin|\btrac(?:es?|ing)\b|honeycomb")),
    ("logs", re.compile(r"\bloki\b|kibana|\blogs?\b|logging|splunk|papertrail|elasticsearch|graylog|sentry")),
    ("metrics", re.compile(r"prometheus|metrics?|alert ?manager|thanos|victoria")),
    ("dashboard", re.compile(r"grafana|dashboards?|datadog|new ?relic|/d/|overview|cloudwatch")),
    ("repository", re.compile(r"github|gitlab|bitbucket|\brepos?(?:itor(?:y|ies))?\b")),
    (
        "documentation",
        re.compile(r"wiki|confluence|notion|\bdocs?\b|documentation|run-?books?|handbook|guide|architecture"),
    ),
    ("console", re.compile(r"console|pager ?duty|opsgenie|\baws\b|azure|gcp|\bpag(?:ing|er)\b|admin")),
)
_PLACES = re.compile(r"url|link|address|command|where|location")
_TOOLS = re.compile(r"tools?|dashboards?|links?|monitor|resources?|quick reference|observab|consoles?")


def read_links(documents: Sequence[Document]) -> tuple[Link, ...]:
    """Every place to look at, each once under each title."""
    found: dict[tuple[str, str, str], Link] = {}
    for document in documents:
        for section in document.root.walk():
            for block in section.blocks:
                for link in _of_block(block, section):
                    placed = replace(link, under=section.path[1:])
                    found.setdefault((link.title.casefold(), link.url, link.command), placed)
    return tuple(found.values())


def kind_of(title: str, url: str) -> LinkKind:
    """What a place is for, by its title, else by its address."""
    for words in (plain(title), url.lower()):
        for kind, pattern in _KINDS:
            if pattern.search(words):
                return kind
    return "other"


def _of_block(block: Block, section: Section) -> Iterator[Link]:
    match block:
        case Table():
            yield from _of_table(block, section)
        case Fence():
            yield from _of_fence(block)
        case Items():
            for item in block.items:
                yield from _of_line(item.head, section)
                for inner in item.blocks:
                    yield from _of_block(inner, section)
        case Quote():
            for inner in block.blocks:
                yield from _of_block(inner, section)
        case _:
            for line in lines_of(block):
                yield from _of_line(line, section)


def _of_table(table: Table, section: Section) -> Iterator[Link]:
    """A row names the place in its first cell; a command in place of an address opens it."""
    placed = [i for i, h in enumerate(table.header) if i and _PLACES.search(plain(h.text))]
    tooled = any(_TOOLS.search(plain(t)) for t in section.path[1:])
    for row in table.rows:
        for index, cell in enumerate(row):
            title = row[0].text if index else ""
            yield from _of_line(cell, section, title)
            plainly = index in placed and tooled and cell.codes and not _URL.search(cell.text)
            if plainly and title:
                command = cell.codes[0]
                yield Link(title, kind_of(f"{title} {row[-1].text}", ""), cell.at(command), command=command)


def _of_line(line: Line, section: Section, title: str = "") -> Iterator[Link]:
    if not line.links and "://" not in line.text and "status." not in line.text:
        return
    for words, url in line.links:
        if url.startswith(("http://", "https://")) and not _BLANK.search(url):
            name = words if words and words != url else title or line.label or _before(line.text, url) or words
            yield _link(name, url, line.at(words or ""), section)
    known = {url for _, url in line.links}
    for found in _URL.finditer(line.text):
        if found[0] not in known and not _cut_off(line.text, found):
            name = title or line.label or _before(line.text, found[0]) or section.title.text
            about = f"{name} {line.text[found.end() : found.end() + 40]}"
            yield Link(name, kind_of(about, found[0]), line.at(found[0]), found[0])
    if not line.links and (host := _STATUS_HOST.search(line.text)) and not _URL.search(line.text):
        yield Link("Status page", "status page", line.at(host[0]), host[0])


def _link(name: str, url: str, why: Provenance, section: Section) -> Link:
    return Link(name or section.title.text, kind_of(name, url), why, url)


def _cut_off(text: str, found: re.Match[str]) -> bool:
    """Whether an address goes on with something to fill in."""
    return text[found.end() : found.end() + 1] in tuple("<{[") or "localhost" in found[0]


def _before(text: str, url: str) -> str:
    """The words that lead up to an address, if they are few."""
    lead = re.split(r"[.;,]\s|\s\|\s", text[: text.find(url)])[-1].strip(" :-–—(*`")
    return lead if 0 < len(lead.split()) <= 6 else ""


def _of_fence(fence: Fence) -> Iterator[Link]:
    """The places that comments and templates name; what commands call is no place to look at."""
    commands = bool(read_commands(fence))
    for number, row in enumerate(fence.text.split("\n"), fence.line):
        text = row.strip()
        if "//" not in text and "status." not in text:
            continue
        if commands and not text.startswith("#"):
            continue
        found = _URL.search(text) or _STATUS_HOST.search(text)
        if found and not _cut_off(text, found):
            title = re.sub(r"^open\s+", "", text[: found.start()].strip(" #-*:"), flags=re.IGNORECASE)
            if 0 < len(title.split()) <= 6:
                why = Provenance(fence.file, number, found[0], row.find(found[0]) + 1)
                yield Link(title, kind_of(title, found[0]), why, found[0])

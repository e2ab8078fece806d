"""Reads what people on call must have: access to systems, tools, and a way in or out when the usual one is gone."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.readiness import Access, Stated
from sirenbook.playbook.language.scope import policy_sections
from sirenbook.playbook.readiness.columns import columns, rows, words
from sirenbook.playbook.text.document import Document, Items, Section, Table, lines_of, plain
from sirenbook.playbook.text.inline import Line

_ACCESS = re.compile(
    r"^(?:[\d.]+\s)?(?:tools?(?:\s(?:and|&)\s))?(?:(?:required|needed|necessary|system|on-call|minimum)\s)*access"
    r"(?:\s(?:requirements?|required|needed|list|matrix|levels?|checklist|rights|control|you need"
    r"|and tools|& tools))*:?$"
    r"|^(?:[\d.]+\s)?(?:required |system )?(?:permissions|credentials)(?: (?:required|needed|matrix))?:?$"
    r"|access rights"
    r"|\baccess (?:that )?(?:you|responders|engineers|everybody) (?:will )?(?:need|must have|should have)"
)
_TOOLS = re.compile(
    r"^(?:[\d.]+\s)?(?:(?:on-call|your)\s)?(?:tools? (?:required|needed|you need)"
    r"|(?:required|necessary|mandatory) tool(?:s|ing)"
    r"|on-call (?:kit|equipment|set-?up|checklist|tools?)|equipment|what you need(?: with you| to have)?"
    r"|before (?:you go|going) on[- ]call):?$"
)
_COLUMNS = {
    "level": re.compile(r"level|permission|rights|privilege|\brole\b|scope of access|access"),
    "purpose": re.compile(r"purpose|\bfor\b|why|reason|\buse\b|description|needed for"),
    "system": re.compile(r"system|tool|service|platform|resource|application|environment|name|what"),
}
_SYSTEM = re.compile(r"system|tool|service|platform|resource|application|environment")
_RIGHTS = re.compile(
    r"admin|privilege|\bread\b|\bwrite\b|read-only|log-?in|\baccess\b|configured|\brole\b|permission|editor|member"
    r"|viewer|sso\b|account",
    re.IGNORECASE,
)
_BREAK_GLASS = re.compile(
    r"break[- ]?(?:the[- ])?glass|emergency (?:admin |root |service )*(?:access|accounts?|credentials?|log-?ins?)"
    r"|sealed envelope",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_FALLBACK = re.compile(
    r"\b(?:back-?up|alternat(?:e|ive)|fall-?back|out[- ]of[- ]band) "
    r"(?:communications?|channels?|comms|bridge|line)\b"
    r"|\b(?:if|when|while|should) (?:slack|teams|chat|the chat|mattermost|discord|pagerduty|opsgenie|e-?mail"
    r"|vpn|sso|zoom"
    r"|the (?:pager|vpn|wiki))\s(?:itself )?(?:is|are|goes|be|fails)\b"
    r"|\b(?:local|offline|printed|paper) cop(?:y|ies)\b",
    re.IGNORECASE,
)


def read_access(documents: Sequence[Document]) -> tuple[Access, ...]:
    """Every system that people must be able to get into."""
    return tuple(a for s in _sections(documents) for a in _access(s))


def read_tools(documents: Sequence[Document]) -> tuple[Stated, ...]:
    """Every tool that people on call must have at hand."""
    return tuple(
        Stated(item.head.text, item.head.at())
        for section in _sections(documents)
        if _TOOLS.search(plain(section.title.text))
        for block in section.blocks
        if isinstance(block, Items)
        for item in block.items
    )


def read_break_glass(documents: Sequence[Document]) -> tuple[Stated, ...]:
    """The ways in for emergencies, when the usual ones are closed."""
    return tuple(_saying(_BREAK_GLASS, documents))


def read_fallbacks(documents: Sequence[Document]) -> tuple[Stated, ...]:
    """What is used when the usual channel or paper cannot be reached."""
    return tuple(_saying(_FALLBACK, documents))


def _sections(documents: Sequence[Document]) -> Iterator[Section]:
    for document in documents:
        yield from policy_sections(document)


def _saying(wanted: re.Pattern[str], documents: Sequence[Document]) -> Iterator[Stated]:
    """Every sentence that says something."""
    for section in _sections(documents):
        for line in (x for block in section.blocks for x in lines_of(block)):
            if wanted.search(line.text):
                yield from (Stated(s, line.at(s)) for s in _SENTENCE.split(line.text) if wanted.search(s))


def _access(section: Section) -> Iterator[Access]:
    titled = bool(_ACCESS.search(plain(section.title.text)))
    for block in section.blocks:
        if isinstance(block, Table):
            yield from _of_table(block, titled=titled)
        elif isinstance(block, Items) and titled:
            yield from (_of_line(item.head) for item in block.items if item.head.text)


def _of_table(table: Table, *, titled: bool) -> Iterator[Access]:
    headers = [plain(h.text) for h in table.header]
    told = any(re.search(r"access|permission", h) for h in headers) and _SYSTEM.search(headers[0])
    places = columns(table, _COLUMNS)
    if not (titled or told):
        return
    places.setdefault("system", 0)
    for row in rows(table, {n: i for n, i in places.items() if n == "system" or i != places["system"]}):
        if "system" in row:
            yield Access(row["system"].text, row["system"].at(), words(row, "purpose"), words(row, "level"))


def _of_line(line: Line) -> Access:
    """A system with what a list says of it: which rights, or what for."""
    if not line.label:
        return Access(line.text, line.at())
    rights = bool(_RIGHTS.search(line.value))
    return Access(line.label, line.at(), "" if rights else line.value, line.value if rights else "")

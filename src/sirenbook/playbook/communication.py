"""Reads how often people are told how an incident stands, from every place of the playbook that says so."""

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sirenbook.playbook.draft import Draft
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.by_severity import shares_of
from sirenbook.playbook.language.clauses import REPORTS, clauses
from sirenbook.playbook.language.duration import Amount
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.reach import LEFT_OVER, begins, mentioned, reached, subject
from sirenbook.playbook.language.scope import policy_sections
from sirenbook.playbook.language.statements import SENTENCE
from sirenbook.playbook.language.vocabulary import TEMPLATE_TOPIC, TROUBLE, UPDATE_TOPIC, part_of
from sirenbook.playbook.severity import OUTWARD
from sirenbook.playbook.text.document import (
    LEAD,
    Block,
    Document,
    Fence,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    lines_of,
    plain,
)
from sirenbook.playbook.text.inline import Line, make_line, parts_of

_UPDATE = re.compile(
    rf"\bupdat|\bstatus every\b|\bcadence|\bcommunicat|\bcomms\b|{REPORTS}"
    r"|\b(?:tells?|informs?|briefs?)\b|\bwrites? to\b|\bposts? (?:in|to|on)\b",
    re.IGNORECASE,
)
_SCOPE = re.compile(r"\W*(?:during|for|in|on|throughout|while|regardless|irrespective|whatever)\b", re.IGNORECASE)
"""How a clause begins that says of which severities the following ones speak: `During a SEV1, …`."""
_OFTEN = re.compile(r"update|cadence|frequency|interval")
_PACED = re.compile(r"\bupdate(?:s\b|,? (?:cadence|frequency|interval|rhythm))|\bcadence\b", re.IGNORECASE)
_ONCE = re.compile(r"\b(?:within|first|initial|after|by|next)\b", re.IGNORECASE)
_SPELLED = {"hourly": "hour", "daily": "day", "weekly": "week"}
_ONE = re.compile(r"\bevery (hour|day|week)\b|\b(hourly|daily|weekly)\b", re.IGNORECASE)
"""A rhythm without its number: `every 30 minutes (P1) or every hour (P2)`."""
_FOREIGN = re.compile(
    r"\binclude[ds]? in\b|\breview|post[ -]?mortem|report(?:s|ing)? metrics|check-?in|rotat|hand-?(?:off|over)"
    r"|backup|\bback(?:ed|s|ing) up|\breplicat|meeting|standup|audit|test|\brepeat|\bsync\b"
    r"|\bre-?(?:page|alert|notif)"
    r"|\b(?:bots?|cron|scripts?|statistics|metrics|software|packages?|patch\w*|antivirus|vulnerabilit\w+|notes)\b"
    r"|\b(?:sla|compliance|kpi|trend|summary|weekly|monthly|quarterly)\b.{0,30}\b(?:reports?|digests?)\b"
    r"|\b(?:weekly|monthly|quarterly) (?:\w+ )?summar(?:y|ies)\b",
    re.IGNORECASE,
)
_WORDED = ("", "text", "txt", "markdown", "md")
_ROW = re.compile(r"\s*(?:#+ |(?:[-*] )?(?:[\u25a1\u2610]|\[[ xX]\]) ?(?:\d{1,2}[.)] )?|\d{1,2}[.)] )\s*(\S.*)")
_TO_PEOPLE = re.compile(
    r"\b(?:status|progress|internal|customer|stakeholder|executive) (?:updates?|reports?|posts?)\b"
    r"|\bupdates? (?:to|for) (?:the )?(?:\w+ )?(?:team|stakeholders|customers|users|leads?|executives)\b"
    r"|\bupdates? (?:on|in) (?:the )?(?:status page|incident channel|#)",
    re.IGNORECASE,
)
"""What a row with a rhythm is of, and not of a cache or a list that is brought up to date."""
_COMMENT = re.compile(r"\s*#+ ")
_RHYTHM = re.compile(r"\W*(?:every|hourly|daily|weekly)\b(?:\W+\w+){0,3}\W*", re.IGNORECASE)
_BULLET = re.compile(r"\s*[-*•] (\S.*)")
_WATCHED = re.compile(
    r"\W*(?:check|refresh|monitor|watch|poll|read|look at)(?:s|ed|ing)?\b(?!.*\bupdat)", re.IGNORECASE
)
"""How a clause begins that says how often somebody looks, and tells nobody."""
_DURING = re.compile(r"\bduring\b[^,;]*", re.IGNORECASE)
_SPECIAL = re.compile(
    r"\b(?:vendors?|suppliers?|third[ -]part\w+|maintenance|hand-?(?:off|over)s?|shifts?|security|privacy"
    r"|scenarios?)\b",
    re.IGNORECASE,
)
"""What is not every incident, and who is not the team: their rhythm is not that of all severities."""
_MEANWHILE = re.compile(
    r"\b(?:during|throughout) (?:an? |the |any )?(?:active |ongoing |open )*incidents?\b", re.IGNORECASE
)
_ANOTHER = re.compile(r"\W*(?:and )?\d[\d.]* ?\w+ (?:for|on|\()", re.IGNORECASE)
"""A further period in a sentence that has said `every` once: `every 30 minutes for P1, 2 hours for P2`."""


Told: TypeAlias = tuple[Line, tuple[str, ...], bool]
"""A line with the severities that it stands under, and whether what is over it says that it is about updates."""
_ROOM = re.compile(r"\bwar[ -]?room\b|\bbridge\b", re.IGNORECASE)
"""Where those who respond sit, whose rhythm is not that of every incident: `War room update: every 15 minutes`."""


def join_cadences(documents: Sequence[Document], drafts: Sequence[Draft], scale: Scale) -> None:
    """Give every severity the cadence that a sentence elsewhere states for it (`Every 30 minutes for P0/P1, …`)."""
    by_name = {d.name.id: d for d in drafts}
    found = list(_cadences(documents, scale))
    general = [each for each in found if not each[0]]
    general = [each for each in general if part_of(each[2].label) == "update"] or general
    sole = len({amount.seconds for _, amount, _ in general}) == 1 and not _ROOM.search(general[0][2].text)
    if sole and not _graded(found, drafts):
        found = [(scale.names, *general[0][1:])]
    for severities, amount, line in found:
        for severity in severities:
            draft, outward = by_name[severity], bool(OUTWARD.search(line.text))
            if "update" not in draft.clocks or ("update" in draft.weak and not outward):
                draft.state("update", amount, line.at(line.text), weak=outward)


def _graded(found: Sequence[tuple[tuple[str, ...], Amount, Line]], drafts: Sequence[Draft]) -> bool:
    """Whether any severity has a cadence of its own."""
    return any(severities for severities, _, _ in found) or any("update" in d.clocks for d in drafts)


def _cadences(documents: Sequence[Document], scale: Scale) -> Iterator[tuple[tuple[str, ...], Amount, Line]]:
    """Every cadence that is stated, those of each file's policy in the order of its lines."""
    for document in documents:
        for section in (s for s in document.root.walk() if _is_message(s)):
            above = _above(section, scale) if UPDATE_TOPIC.search(plain(section.title.text)) else ()
            general = _MEANWHILE.search(section.title.text) and _of_every(section)
            if above or general or scale.mentioned(section.title.text):
                yield from _of_line(section.title, scale, above, announced=True)
        for line in _beside_templates(document, scale):
            yield from _of_line(line, scale, (), announced=True)
        told = (found for section in policy_sections(document) for found in _of_section(section, scale))
        yield from sorted(told, key=lambda found: found[2].line)


def _beside_templates(document: Document, scale: Scale) -> Iterator[Line]:
    """The items under a heading of templates that tell severities apart, as the words of a message never do."""
    named = (s for s in document.root.walk() if TEMPLATE_TOPIC.search(plain(s.title.text)))
    for line in (i.head for s in named for b in s.blocks if isinstance(b, Items) for i in b.items):
        if len(scale.mentioned(line.text)) > 1 and part_of(line.label) == "update":
            yield line


def _of_section(section: Section, scale: Scale) -> Iterator[tuple[tuple[str, ...], Amount, Line]]:
    topic = any(UPDATE_TOPIC.search(plain(t)) for t in section.path[2:])
    above = _above(section, scale)
    often = bool(_OFTEN.search(plain(section.title.text)))
    general = _of_every(section)
    for block in (*_lead(section), *section.blocks):
        for line, meant, announced in _lines(block, scale, above):
            for part in parts_of(line):
                told = _of_line(part, scale, meant, announced=topic or announced)
                yield from (found for found in told if found[0] or (general and not _SPECIAL.search(part.text)))
                if often or announced or _PACED.search(part.text):
                    yield from _bare(part, scale, often=often)


def _of_every(section: Section) -> bool:
    """Whether a heading is about incidents as such, and not about one failure or kind."""
    return not any(TROUBLE.search(plain(t)) or _SPECIAL.search(plain(t)) for t in section.path[2:])


def _above(section: Section, scale: Scale) -> tuple[str, ...]:
    """The severities that a heading or one of those above it names, the nearest first."""
    return next((s for t in reversed(section.path[2:]) if (s := mentioned(t, scale) or scale.purely(t))), ())


def _lead(section: Section) -> tuple[Paragraph, ...]:
    """The sentence that leads to what is under it: `Post an update every 20 minutes for SEV1:`."""
    return (Paragraph((section.title,), section.title.line),) if section.level == LEAD else ()


def _is_message(section: Section) -> bool:
    """Whether a heading is that of a message, among templates or by its name: `Updates (every 30 min for SEV1)`."""
    told = UPDATE_TOPIC.search(plain(section.title.text)) or (
        _MEANWHILE.search(section.title.text) and any(UPDATE_TOPIC.search(plain(t)) for t in section.path[2:])
    )
    return section.level > 1 and bool(told or any(TEMPLATE_TOPIC.search(plain(t)) for t in section.path[2:]))


def _of_fence(fence: Fence, scale: Scale, above: tuple[str, ...]) -> Iterator[Told]:
    """The rows of a checklist in a fence under the severity that heads them, and the headings of a message.

    Other rows, and comments between commands, tell of cadences where they name severities themselves.
    """
    headed: tuple[str, ...] = ()
    worded = fence.language in _WORDED
    for offset, row in enumerate(fence.text.split("\n")):
        found = _ROW.fullmatch(row) or (_BULLET.fullmatch(row) if headed or above else None)
        if worded and found:
            yield make_line(fence.file, found[1], fence.line + offset, row), headed or above, False
        elif worded and row.rstrip().endswith(":"):
            headed = scale.mentioned(row) or scale.purely(row)
        elif (worded or _COMMENT.match(row)) and (scale.mentioned(row) or _MEANWHILE.search(row)):
            yield make_line(fence.file, row.strip(" #"), fence.line + offset, row), (), False


def _of_table(table: Table, above: tuple[str, ...]) -> Iterator[Told]:
    """The cells of a table, announced under how often or beside what is told; a row may begin with its rhythm."""
    for row in (table.header, *table.rows):
        first = row[0] if row else None
        rhythm = _RHYTHM.fullmatch(first.text) and duration.period(first.text) if first and len(row) > 1 else None
        if first and rhythm and _TO_PEOPLE.search(row[1].text):
            yield make_line(first.file, f"{first.text}: {row[1].text}", first.line, first.source), above, False
        told = first is not None and part_of(first.text) == "update"
        for head, cell in zip(table.header, row, strict=False):
            often = part_of(head.text) == "update" and not told  # of what, only the severities in the cell tell
            other = _FOREIGN.search(f"{head.text} {first.text if first else ''}")
            yield cell, () if often else above, (told or often) and not other


def _lines(block: Block, scale: Scale, above: tuple[str, ...], *, announced: bool = False) -> Iterator[Told]:
    """Every line of a block with the severities that it stands under: a heading's, or a list item's."""
    if isinstance(block, Fence):
        yield from _of_fence(block, scale, above)
    elif isinstance(block, Table):
        yield from _of_table(block, above)
    elif not isinstance(block, Items):
        yield from ((line, subject(line.text, scale) or above, announced) for line in lines_of(block))
    else:
        for item in block.items:
            meant = scale.purely(item.head.label or item.head.text) or _others(item, block, scale) or above
            yield item.head, meant, announced
            head = item.head.label if item.head.value else item.head.text
            for inner in item.blocks:
                yield from _lines(inner, scale, meant, announced=announced or bool(_PACED.search(head)))


def _others(item: Item, block: Items, scale: Scale) -> tuple[str, ...]:
    """The severities that the other items of a list leave over for one that says so: `Everything else: daily`."""
    named = {s for each in block.items for s in scale.purely(each.head.label)}
    return tuple(s for s in scale.names if s not in named) if named and LEFT_OVER.fullmatch(item.head.label) else ()


def _bare(line: Line, scale: Scale, *, often: bool) -> Iterator[tuple[tuple[str, ...], Amount, Line]]:
    """Bare amounts beside severities, where a heading or the line itself says how often updates are given.

    One severity and its amount are told by a heading alone, a row of them also by `Update cadence: P0: 15 min, …`.
    """
    alone = scale.purely(line.label) if often else ()
    row = [(s.severities, s.time) for s in shares_of(line.text, scale)]
    once = _ONCE.search(line.value) or re.search(r"within|first|initial", line.label, re.IGNORECASE)
    for severities, time in row if len(row) > 1 else [(alone, line.value)] if alone else ():
        amount = None if once or _FOREIGN.search(line.text) else duration.read(time)
        if amount and amount.seconds:
            yield severities, amount, line


def _beside(line: Line, scale: Scale) -> Iterator[tuple[tuple[str, ...], Amount, Line]]:
    """The amounts that stand in brackets beside severities: `Updates: P0 (15 min), P1 (30 min)`."""
    for found in re.finditer(r"([\w/& -]{1,20}?)\s*\(([^()]{1,30})\)", line.value):
        severities = scale.purely(found[1].strip())
        amount = None if _ONCE.search(found[2]) else duration.period(found[2]) or duration.read(found[2])
        if severities and amount and amount.seconds:
            yield severities, amount, line


def _aside(text: str) -> Iterator[str]:
    """The clauses of brackets that hold several periods: `Updates (hourly for P1, daily for P2)`."""
    for found in re.finditer(r"\(([^()]*)\)", text):
        inner = list(clauses(found[1]))
        yield from inner if sum(1 for c in inner if duration.period(c)) > 1 else ()


def _told_apart(sentence: str, scale: Scale) -> tuple[str, list[str]]:
    """A sentence without brackets that tell severities apart, and their clauses: `(often for P0, then daily)`."""
    apart: list[str] = []
    for found in re.finditer(r"\([^()]*\)", sentence):
        inner = clauses(found[0][1:-1])
        if sum(1 for c in inner if mentioned(c, scale)) > 1:
            apart += inner
            sentence = sentence.replace(found[0], "")
    return sentence, apart


def _shared(clause: str, scale: Scale) -> Iterator[tuple[tuple[str, ...], Amount]]:
    """Each severity's period of a clause that names several: `every 20 minutes (SEV1) or 30 minutes (SEV2)`."""
    clause = _ONE.sub(lambda m: f"every 1 {m[1] or _SPELLED[m[2].lower()]}", clause)
    shares = shares_of(clause, scale)
    if len(shares) > 1 and duration.period(clause[: shares[0].end]):
        for share in shares:
            if amount := duration.period(f"every {share.time}"):
                yield share.severities, amount


def _of_line(
    line: Line, scale: Scale, above: tuple[str, ...], *, announced: bool
) -> Iterator[tuple[tuple[str, ...], Amount, Line]]:
    """The cadences of one line, with the severities that it names or stands under; none for a field of its own."""
    labelled = part_of(line.label) == "update" and bool(announced or _UPDATE.search(line.label) or above)
    if labelled and not _FOREIGN.search(line.text):
        yield from _beside(line, scale)
    named = mentioned(line.label, scale)
    for sentence in SENTENCE.split(line.text):
        told = (announced or labelled or _UPDATE.search(sentence)) and not _FOREIGN.search(sentence)
        general = labelled or _MEANWHILE.search(sentence)
        repeats = False
        rest, apart = _told_apart(sentence, scale)
        for clause in (*clauses(rest), *_aside(rest), *apart):
            if told and (shared := list(_shared(clause, scale))):
                yield from ((severities, amount, line) for severities, amount in shared)
                continue
            amount, own = duration.period(clause), reached(clause, line.text, scale)
            if repeats and own and amount is None and _ANOTHER.match(clause):
                amount = duration.read(clause)
            repeats = repeats or bool(amount)
            if amount and len(own) > 1 and len({a.seconds for a in duration.amounts(clause)}) > 1:
                continue  # which of them has which is not said clearly enough
            if own and not amount and (_SCOPE.match(clause) or _UPDATE.search(clause) or begins(clause)):
                named = own
            severities = own or named or above or _meanwhile(sentence, scale)
            if told and amount and not _WATCHED.match(clause) and (severities or general):
                yield severities, amount, line


def _meanwhile(sentence: str, scale: Scale) -> tuple[str, ...]:
    """The severities during which a sentence with one period says that people are told, whichever clause it is."""
    during = _DURING.search(sentence) if duration.period(sentence) else None
    return mentioned(during[0], scale) if during else ()

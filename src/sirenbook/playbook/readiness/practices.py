"""Reads what a team does again and again: drills, tests of its runbooks, looks back at what happened."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.readiness import Practice
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.language.vocabulary import TEMPLATE_TOPIC
from sirenbook.playbook.readiness.columns import columns, rows, words
from sirenbook.playbook.text.document import Document, Items, Section, Table, lines_of, plain
from sirenbook.playbook.text.inline import Line

_DAY = 86400
_RHYTHMS = {
    "weekly": 7, "biweekly": 14, "fortnightly": 14, "monthly": 30, "quarterly": 91, "annually": 365, "annual": 365,
    "yearly": 365, "semiannually": 182, "half-yearly": 182, "every week": 7, "every month": 30, "every quarter": 91,
    "every year": 365, "once a month": 30, "once a quarter": 91, "once a year": 365, "twice a year": 182,
    "each month": 30, "each quarter": 91, "each year": 365, "per month": 30, "per quarter": 91, "per year": 365,
}  # fmt: skip
_RHYTHM = re.compile(rf"\b(?:{'|'.join(sorted(_RHYTHMS, key=len, reverse=True))})\b")
_WEEKDAY = re.compile(r"\b(?:every|each) (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bon (?:mon|fri)days\b")
_DRILL = re.compile(
    r"\bdrills?\b|\bgame ?days?\b|\bchaos\b|(?:failure|fault) injection|table-?top|wheel of misfortune"
    r"|\b(?:alert|run-?books?|fail-?over|back-?ups?|restore|recovery|disaster recovery|dr|escalation|paging"
    r"|on-?call|playbook|incident)\b[\w\s/-]{0,20}?\b(?:validation|testing|tests?|exercises?|rehearsals?|simulations?)\b",
)
_PRACTICE = re.compile(
    r"\b(?:testing|tests?|drills?|exercises?|chaos|training|game ?days?|practice|preparedness|rehears)"
)
_ACTIVE = re.compile(
    r"drill|test|exercis|inject|simulat|game ?day|fail-?over|restor|chaos|rehears|practi[cs]e|walk"
)
_LOOK_BACK = re.compile(r"\breview(?:s|ed)?\b|\btrends?\b|retrospective|\banalysis\b|health check of the process")
_SENTENCE = re.compile(r"(?<=[.;!])\s+(?=[A-Z])")
_OF_ITSELF = re.compile(
    r"review (?:frequency|cycle|cadence|schedule|period|interval)|last (?:updated|reviewed)|next review"
)
_ROLE = (
    r"(?:team|leads?|manager|engineers?|commander|coordinator|owner|officer|director|on-?call|sre|primary|secondary"
    r"|champion|steward|guild|head of [\w ]{2,20})"
)
_WHO = rf"(?:the |our |an? )?(?P<who>(?:[\w&/.+-]+ ){{0,4}}?{_ROLE}(?: {_ROLE})?)"
_OWNERS = (
    re.compile(
        r"\b(?:owned|led|run|organi[sz]ed|hosted|held|performed|conducted|carried out|facilitated|driven|reviewed"
        rf"|done|tested|rehearsed|updated) (?:[^,;.]{{0,30}} )?by {_WHO}\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^{_WHO} (?:[a-z]+ly )?(?:runs?|holds?|reviews?|leads?|conducts?|performs?|organi[sz]es?|rehearses?"
        r"|restores?|walks?|owns?|hosts?|facilitates?|does|must|will)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:owners?|responsible|facilitator|organi[sz]er|lead|led by|owned by|host)\s?:\s?"
        r"(?:the |our )?(?P<who>[^,;|()\n]{2,60}?)\s*(?:[,;|()]|\.(?:\s|$)|$)",
        re.IGNORECASE,
    ),
)
_COLUMNS = {
    "owner": re.compile(r"owner|\bwho\b|responsib|\blead\b|organi[sz]er|facilitator|\bteam\b|\brole\b"),
    "every": re.compile(r"frequen|every|cadence|how often|schedule|interval|when"),
    "what": re.compile(r"drill|exercise|test|activity|scenario|what|name|type|game ?day"),
}


def rhythm(text: str) -> int | None:
    """Every how many seconds a text says that something is done: `quarterly`, `every 2 weeks`.

    Five business days are a week: a period is counted by the calendar, and ends on a business day.
    """
    found = _RHYTHM.search(plain(text))
    if found:
        return _RHYTHMS[found[0]] * _DAY
    if _WEEKDAY.search(plain(text)):
        return 7 * _DAY
    amount = duration.period(text)
    if amount is None or amount.seconds < _DAY:
        return None
    return amount.seconds * 7 // 5 if amount.business else amount.seconds


def owner_of(text: str) -> str:
    """Who does it, where a line says so by a role or under a label; empty where none is said."""
    words = re.sub(r"[*_`]+", "", text)
    found = next((m for p in _OWNERS if (m := p.search(words))), None)
    return found["who"].strip() if found else ""


def read_practices(documents: Sequence[Document]) -> tuple[Practice, ...]:
    """Every drill, and every regular look back."""
    found = (r for d in documents for s in d.root.walk() if _ours(s) for r in _of_section(s))
    return tuple({r.why: r for r in found}.values())


def _ours(section: Section) -> bool:
    return not (is_runbook(section) or any(TEMPLATE_TOPIC.search(plain(t)) for t in section.path[1:]))


def _of_section(section: Section) -> Iterator[Practice]:
    titles = [plain(t) for t in section.path[1:][-2:]]
    practice = any(_PRACTICE.search(t) for t in titles) and not any("metric" in t for t in titles[-1:])
    regular = rhythm(section.title.text)
    if section.level and regular and _LOOK_BACK.search(titles[-1]) and not _OF_ITSELF.search(titles[-1]):
        lines = (line for block in section.blocks for line in lines_of(block))
        owner = next((who for line in lines if (who := owner_of(line.text))), "")
        yield Practice(section.title.text, "review", section.title.at(), regular, owner)
    for block in section.blocks:
        if isinstance(block, Table):
            yield from _of_table(block, practice)
        elif isinstance(block, Items):
            for item in block.items:
                yield from _of_line(item.head, practice, regular)
        else:
            for line in lines_of(block):
                yield from _of_line(line, False, None)


def _of_line(line: Line, practice: bool, regular: int | None) -> Iterator[Practice]:
    """The practice of a line; where several of its sentences have a rhythm of their own, one of each."""
    sentences = [s for s in _SENTENCE.split(line.text) if rhythm(s)]
    for said in sentences if len(sentences) > 1 else [line.text]:
        text, at, owner = plain(said), line.at(said), owner_of(said)
        every = rhythm(said) or (regular if practice else None)
        if _OF_ITSELF.search(text):
            continue
        if (practice and _ACTIVE.search(text)) or (_DRILL.search(text) and every):
            yield Practice(said, "drill", at, every, owner)
        elif every and _LOOK_BACK.search(text):
            yield Practice(said, "review", at, every, owner)


def _of_table(table: Table, practice: bool) -> Iterator[Practice]:
    places = columns(table, _COLUMNS)
    if "every" not in places or not (practice or "drill" in plain(table.header[0].text)):
        for row in table.rows:
            for cell in row:
                if _LOOK_BACK.search(plain(cell.text)) and (every := rhythm(cell.text)):
                    yield Practice(cell.text, "review", cell.at(), every)
        return
    places.setdefault("what", 0)
    for cells in rows(table, places):
        if "what" in cells:
            what = cells["what"]
            yield Practice(what.text, "drill", what.at(), rhythm(words(cells, "every")), words(cells, "owner"))

"""Checks for contradictions: one promise with two deadlines, an example graded otherwise than the tables say."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Severity
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language.duration import Amount, amounts
from sirenbook.playbook.lint.book import Book, Saying
from sirenbook.playbook.text.document import Section

_TOPICS = (
    ("post-mortem", re.compile(r"\bpost[ -]?mortems?\b", re.IGNORECASE)),
    ("incident report", re.compile(r"\b(?:post[ -])?incident reports?\b", re.IGNORECASE)),
    ("root cause analysis", re.compile(r"\broot[ -]cause analys[ie]s\b|\bRCA\b", re.IGNORECASE)),
    (
        "review meeting",
        re.compile(r"\b(?:incident|post[ -]incident) review(?:s| meetings?)?\b|\bretrospectives?\b", re.I),
    ),
    (
        "notice to customers",
        re.compile(
            r"\bcustomers? (?:communications?|notifications?|notice)\b"
            r"|\bcustomers (?:are|will be) (?:notified|informed|told)"
            r"|\b(?:notify|inform|tell) (?:all |affected |impacted |our )*customers\b",
            re.IGNORECASE,
        ),
    ),
)
_ACTS = (
    ("scheduled", re.compile(r"\bschedul|\bcalendar|\binvit|\bopen(?:ed)?\b|\bstart|\bassign", re.IGNORECASE)),
    ("drafted", re.compile(r"\bdraft|\binitial\b|\bpreliminary\b|\binterim\b|\bfirst\b", re.IGNORECASE)),
    ("followed up", re.compile(r"\bfollow[ -]?up|\baction items?\b|\btrack", re.IGNORECASE)),
    ("published", re.compile(r"\bpublish|\bshare[ds]?\b|\bdistribut|\bcirculat|\bsent\b|\bsend\b", re.IGNORECASE)),
    ("held", re.compile(r"\bconduct|\bhold\b|\bheld\b|\bmeeting|\bmeet\b|\brun\b", re.IGNORECASE)),
)
_DUE = re.compile(
    r"(?:\bwithin|\bin|\bunder|\bno later than|\bby|\bat most|<|≤|\bmax(?:imum)?(?: of)?)\s+$", re.IGNORECASE
)
_FOLLOWING = re.compile(r"^\s*(?:after|of|from|following|post)\b", re.IGNORECASE)
_BROAD = ("published", "")


class _Promise(NamedTuple):
    """What is due how soon, for which severities, and where that stands."""

    topic: str
    act: str
    severities: tuple[str, ...]
    seconds: int
    business: bool
    words: str
    at: Provenance
    also: tuple[Provenance, ...] = ()

    def differs(self, other: "_Promise") -> bool:
        """Whether the two cannot be the same: a week is five business days, give or take a weekend."""
        if self.business == other.business:
            return self.seconds != other.seconds
        return abs(_calendar(self) - _calendar(other)) > 2 * 86400


def check_promises(book: Book) -> Iterator[Diagnostic]:
    """Places of the playbook that cannot all be true."""
    yield from _two_deadlines(book)
    yield from _graded_otherwise(book)
    yield from _said_twice(book)


def _two_deadlines(book: Book) -> Iterator[Diagnostic]:
    held: dict[tuple[str, str, str], _Promise] = {}
    for promise in _promises(book):
        keys = [(promise.topic, promise.act, s) for s in promise.severities or ("",)]
        rival = next((held[k] for k in keys if k in held and promise.differs(held[k])), None)
        for key in keys:
            held.setdefault(key, promise)
        if rival:
            yield Diagnostic(
                "SB211",
                "warning",
                f"The {promise.topic} is promised within {promise.words} here and within {rival.words} in "
                f"{rival.at}.",
                "Keep one of the two; what customers read is the one that binds you.",
                promise.at,
                (rival.at, *promise.also),
            )


def _calendar(promise: _Promise) -> float:
    """The amount in seconds of the calendar."""
    return promise.seconds * 7 / 5 if promise.business and promise.seconds >= 5 * 86400 else promise.seconds


def _promises(book: Book) -> Iterator[_Promise]:
    for saying in book.sayings:
        for topic, pattern in _TOPICS:
            if found := pattern.search(saying.text):
                yield from _promise(book, saying, topic, found)


def _promise(book: Book, saying: Saying, topic: str, found: re.Match[str]) -> Iterator[_Promise]:
    due = _due(saying.text)
    heading = None if due else _heading_due(saying.section)
    act = next((name for name, pattern in _ACTS if pattern.search(saying.text)), "")
    act = "" if act in _BROAD else act
    severities = book.scale.mentioned(saying.text) or book.scale.mentioned(" ".join(saying.section.path[1:]))
    if due:
        words = saying.text[due.start : due.end]
        at = book.where(saying, min(due.start, found.start()), max(due.end, found.end()))
        yield _Promise(topic, act, severities, due.seconds, due.business, words, at)
    elif heading:
        section, amount = heading
        words = section.title.text[amount.start : amount.end]
        here = book.where(saying, found.start(), found.end())
        at = book.spot(section.title.file, section.title.line, words)
        yield _Promise(topic, act, severities, amount.seconds, amount.business, words, at, (here,))


def _due(text: str) -> Amount | None:
    """The amount within which a sentence promises something."""
    for amount in amounts(text):
        before = text[max(amount.start - 30, 0) : amount.start]
        if _DUE.search(before) or _FOLLOWING.match(text[amount.end : amount.end + 12]):
            return amount
    return None


def _heading_due(section: Section) -> tuple[Section, Amount] | None:
    """The amount that the nearest heading gives to all that is under it."""
    above: Section | None = section
    while above is not None and above.level > 0:
        if amount := _due(above.title.text):
            return above, amount
        above = above.parent
    return None


_DECLARES = re.compile(r"\b(?:declare|create|open|start|new|page|trigger)\b|\bseverity\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“]([^\"“”]{4,160})[\"”]|'([^']{4,160})'")
_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "for",
        "in",
        "on",
        "at",
        "and",
        "or",
        "with",
        "is",
        "are",
        "be",
        "all",
        "completely",
        "complete",
        "total",
        "totally",
        "fully",
        "entire",
        "whole",
        "major",
        "critical",
        "incident",
        "issue",
        "issues",
        "error",
        "alert",
        "production",
        "prod",
        "system",
        "service",
        "services",
        "not",
        "by",
        "from",
        "has",
        "have",
        "requires",
        "immediate",
        "attention",
        "urgent",
    ]
)
_SAME = {
    **dict.fromkeys(
        ("outage", "unavailable", "unreachable", "offline", "inaccessible", "crash", "crashed"), "down"
    ),
    **dict.fromkeys(("failed", "failing", "fail", "fails", "broken", "failure", "failures"), "failure"),
    **dict.fromkeys(("database", "databases"), "db"),
    **dict.fromkeys(("slow", "slowness", "latency"), "slow"),
}


def _meaning(text: str) -> frozenset[str]:
    """The words of a phrase that tell what is wrong, in one form for all spellings."""
    words = (w for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in _STOP)
    return frozenset(_SAME.get(w, w.removesuffix("s") if len(w) > 3 else w) for w in words)


class _Example(NamedTuple):
    """What the playbook itself calls by one severity."""

    severity: str
    meaning: frozenset[str]
    why: Provenance


def _examples(severity: Severity) -> Iterator[_Example]:
    for words in severity.words[:200]:
        for phrase in re.split(r"[,;]|\bor\b", words.quote[:400]):
            meaning = _meaning(phrase)
            if len(meaning) >= 2:
                yield _Example(severity.name, meaning, words)


def _graded_otherwise(book: Book) -> Iterator[Diagnostic]:
    """Declarations whose title the tables put under another severity than the one that is declared."""
    examples = [e for s in book.policy.severities for e in _examples(s)]
    known = {e.meaning for e in examples}
    for row in book.rows if known else ():
        quoted = _QUOTED.search(row.text[:400]) if _DECLARES.search(row.text[:400]) else None
        declared = book.scale.mentioned(row.text[:400]) if quoted else ()
        if not quoted or len(declared) != 1:
            continue
        title = quoted[1] or quoted[2]
        matching = [e for e in examples if _means(_meaning(title), e.meaning)]
        if matching and all(e.severity != declared[0] for e in matching):
            yield _misgraded(title, declared[0], matching[0], row.at(quoted))


def _means(title: frozenset[str], example: frozenset[str]) -> bool:
    return len(title) >= 2 and (title <= example or (len(example) >= 3 and example <= title))


def _misgraded(title: str, declared: str, example: _Example, at: Provenance) -> Diagnostic:
    return Diagnostic(
        "SB212",
        "warning",
        f"This example declares “{title}” as {declared}; the playbook's own list makes it {example.severity} "
        f"(“{example.why.quote}”, {example.why}).",
        f"Write {example.severity} here, or move the example in the table.",
        at,
        (example.why,),
    )


def _said_twice(book: Book) -> Iterator[Diagnostic]:
    """The same words as the mark of two severities."""
    first: dict[tuple[str, ...], tuple[Severity, Provenance]] = {}
    for severity in book.policy.severities:
        for words in severity.words[:200]:
            key = tuple(re.findall(r"[a-z0-9]+|[<>≤≥]", words.quote[:400].lower()))
            held, at = first.setdefault(key, (severity, words))
            if held.name != severity.name and len(key) >= 2:
                yield Diagnostic(
                    "SB213",
                    "warning",
                    f"“{words.quote}” is a mark of {severity.name} here and of {held.name} in {at}.",
                    "Say what tells the two apart, or leave one out.",
                    words,
                    (at,),
                )

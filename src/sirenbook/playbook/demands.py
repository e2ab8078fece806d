"""Reads what a message must contain (`include severity, impact and ETA`), so that no draft leaves it out."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.promise import Demand, Moment
from sirenbook.playbook.language.audiences import audiences_of
from sirenbook.playbook.language.statements import Statement

_DEMANDS = re.compile(
    r"(?<![@\w])(?:include|contain|state|mention|specify|give)s?\b:?\s*(?P<what>.*)$", re.IGNORECASE
)
_ABOUT = re.compile(
    r"\bpost(?!-?\s?mortem)|\bupdate|\bstatus|\bnotif|\bmessage|\bannounce|\bcommunicat|\bdeclar|\bescalat"
    r"|\be-?mail"
    r"|\bsummary|\bresolution|@mention|\bslack",
    re.IGNORECASE,
)
_MESSAGE = re.compile(
    r"(?:first|initial|last|closing|final) (?:post|word|message|update|mail|notice)", re.IGNORECASE
)
_NOT_SENT = re.compile(r"post[ -]?(?:mortem|incident re)|\breview\b|\breport\b|\brca\b|runbook", re.IGNORECASE)
_MOMENTS: tuple[tuple[Moment, str], ...] = (
    ("escalation", r"escalat"),
    (
        "resolution",
        r"\b(?:last|closing|final) (?:post|word|message|update|mail)\b"
        r"|resol(?:ved|ution)|clos(?:ed|ing|ure)|all[- ]clear",
    ),
    ("after", r"post[- ]incident|afterwards|follow[- ]?up"),
    ("start", r"initial|first|declar|opening|start"),
    ("update", r"update|status|progress|notif|message|communicat"),
)
_AND = re.compile(r"\s*(?:,|;|\band\b|&|\bplus\b|\bas well as\b)\s*", re.IGNORECASE)
_PADDING = re.compile(r"^(?:the|a|an|any|your|our|at least|clear|all)\s+|[\s.:]+$", re.IGNORECASE)


def read_demands(found: Sequence[Statement]) -> tuple[Demand, ...]:
    """Every demand on the contents of a message."""
    return tuple(d for place, s in enumerate(found) for d in _of_statement(s, found[place + 1 : place + 20]))


def _of_statement(statement: Statement, following: Sequence[Statement]) -> Iterator[Demand]:
    asked = _DEMANDS.search(statement.whole[:600]) or _titled(statement)
    if not asked or statement.ground not in ("policy", "after"):
        return
    before = statement.whole[: statement.whole.find(asked[0])]
    lead = " ".join((*statement.titles, before))
    if not _ABOUT.search(lead) or _NOT_SENT.search(statement.whole):
        return
    moment = _moment(before) or _moment(" ".join(reversed(statement.titles)))
    listed = [(f, statement) for f in _fields(asked["what"])] or [
        (s.whole, s) for s in _beneath(statement, following)
    ]
    if moment and listed:
        audience = next(iter((*audiences_of(statement.whole), *audiences_of(" ".join(statement.titles)))), None)
        fields = tuple(_PADDING.sub("", words.strip()) for words, _ in listed)
        yield Demand(moment, fields, statement.line.at(asked[0]), audience)


def _titled(statement: Statement) -> re.Match[str] | None:
    """A label that is the message itself: `First post: severity, who is hit`."""
    named = _MESSAGE.fullmatch(statement.label.strip())
    return re.search(r"(?P<what>\S.*)$", statement.text) if named and "," in statement.text else None


def _moment(text: str) -> Moment | None:
    return next((m for m, pattern in _MOMENTS if re.search(pattern, text, re.IGNORECASE)), None)


def _fields(text: str) -> list[str]:
    """The fields that a sentence lists; nothing where it goes on as prose."""
    parts = [p for p in _AND.split(text.split(". ", maxsplit=1)[0].strip(" .:")) if p.strip()]
    return parts if all(len(p.split()) <= 6 for p in parts) else []


def _beneath(statement: Statement, following: Sequence[Statement]) -> Iterator[Statement]:
    """The list under a statement that ends in a colon."""
    depth = len(statement.titles) + 1
    for each in following:
        if each.titles[: depth - 1] != statement.titles or len(each.titles) < depth:
            return
        yield each

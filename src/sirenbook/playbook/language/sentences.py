"""Cuts running text into the clauses of escalation, a condition together with what it leads to."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from sirenbook.playbook.language import duration, phrases, targets
from sirenbook.playbook.language.phrases import silent, unresolved
from sirenbook.playbook.language.whom import whom

_VERB = (
    r"(?:escalat|page\b|notify|add\b|inform|alert|bring|contact|call\b|loop|involve|assign|e-?mail|engage|ring\b|raise\b"
    r"|(?:tele)?phone|summon)"
)
_CUT = re.compile(
    rf";|\.(?=\s|$)|(?<!\d),\s*(?:and\s|then\s)?(?=(?i:then|standard|if|{_VERB}))|\b(?i:and|or)\s(?=(?i:{_VERB}))"
    r"|\s\+\s(?=(?i:page|call)\s(?i:if|when|after|within)\b)"
    r"|(?<!\d),\s*(?:and\s)?(?=[A-Z][\w&/-]*(?:\s[\w&/-]+){0,4}\s(?:after|within|immediately|at|if)\b)"
    r"|\b[Tt]hen\b|→|➡️?|⇒|=>|->"
)
_ARROW = re.compile(r"[→➡⇒>]")
_ALONGSIDE = re.compile(r"\s*(?:,\s*(?:and\s)?|and\s|or\s)", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:[^:,;]{1,60}:\s+)?(?:and |or )?(?:if|when|whenever|unless|after|within|should|in case|once|for|during)\b",
    re.IGNORECASE,
)


_MOMENT = re.compile(r"\W*(?:t\s?)?\+\s?\d+\s?[a-z]+\W*", re.IGNORECASE)
_TITLE = re.compile(
    r"^\W*(?:escalation|(?:phone|call(?:ing)?|paging|contact|notification) (?:tree|chain|order|ladder|list))"
    r"[^:,;]{0,40}:\s+",
    re.IGNORECASE,
)
_INVOLVES = re.compile(r"\b(?:involves|alerts? (?:fires?|on))\b", re.IGNORECASE)
_NOUN = re.compile(
    r"\b(?:an?|the|any|each|every|this|that|if|when)\s(?:[\w-]+\s)?(?:page|alert|call|notification)s?"
    r"(?=\s(?:is|are|was|were|has|have|goes|go|remains?|stays?)\b)"
    r"|\bpaging (?:window|period|policy|time(?:out)?)\b",
    re.IGNORECASE,
)
"""A page that something happens to, or how it is paged, which calls nobody: `If a page is not acknowledged`."""
_BRACKETS = re.compile(r"\([^()]*\)")
_MARKS = str.maketrans(",;.", "   ")


class Clause(NamedTuple):
    """One thought of a sentence, and what joins it to the one before: a comma or `and`, a `then`, or nothing."""

    words: str
    joint: Literal["", "and", "then"] = ""


def clauses_of(text: str) -> list[Clause]:
    """The clauses of a text; a condition belongs to what follows it, or at the end to what stands before."""
    found: list[Clause] = []
    waiting: Clause | None = None
    for part, leads, ends in _pieces(text):
        clause = Clause(f"{waiting.words}, {part.words}", waiting.joint) if waiting else part
        waiting = clause if leads or (_awaits(clause.words) and not (ends and _named(clause.words))) else None
        if not waiting:
            found.append(clause)
    if waiting and found and not duration.amounts(found[-1].words):
        found[-1] = Clause(f"{found[-1].words}, {waiting.words}", found[-1].joint)
    elif waiting:
        found.append(waiting)
    return found


def _awaits(words: str) -> bool:
    """Whether words are only the condition of what comes next."""
    lasting = (silent(words) or unresolved(words)) and duration.amounts(words) and not whom(words)
    opening = _OPENING.match(words) or _MOMENT.fullmatch(words) or lasting
    bare = _NOUN.sub("", _INVOLVES.sub("", _TITLE.sub("", words)))
    acts = any(x.search(bare) for x in (phrases.BRING, phrases.ESCALATE, phrases.PAGES))
    return bool(opening) and not acts


def _named(words: str) -> bool:
    """Whether the condition at the end of a sentence names whom it brings in: `after 15 minutes the manager`."""
    return bool(
        duration.amounts(words) and whom(words, plainly=False) and not silent(words) and not unresolved(words)
    )


def _pieces(text: str) -> Iterator[tuple[Clause, bool, bool]]:
    """The text cut between actions, whether an arrow leads on from a piece that names nobody, and where it ends."""
    start, joint = 0, _joint("")
    uncut = _BRACKETS.sub(lambda m: m[0].translate(_MARKS), text)
    for cut in (*_CUT.finditer(uncut), None):
        part = slice(start, cut.start() if cut else len(text))
        for words in _between_commas(text[part], uncut[part]):
            leads = bool(cut and _ARROW.search(cut[0]) and not whom(words))
            yield Clause(words, joint), leads, cut is None or cut[0] == "."
            joint = "and"
        if cut:
            start, joint = cut.end(), _joint(cut[0])


def _joint(sign: str) -> Literal["", "and", "then"]:
    if _ALONGSIDE.fullmatch(sign):
        return "and"
    return "then" if sign.strip().lower() == "then" else ""


def _between_commas(part: str, uncut: str) -> Iterator[str]:
    """The pieces between commas; a comma between names does not cut, unless each has a time of its own."""
    commas = [m.span() for m in re.finditer(r"(?<!\d),\s*(?:and\s)?", uncut)]
    starts, ends = [0, *(end for _, end in commas)], [*(start for start, _ in commas), len(part)]
    joined, *others = (part[start:end] for start, end in zip(starts, ends, strict=True))
    for piece in others:
        if targets.leads(piece) and not (_timed(joined) and _timed(piece)):
            joined = f"{joined}, {piece}"
        else:
            yield from [joined.strip(" .,")] if joined.strip(" .,") else []
            joined = piece
    yield from [joined.strip(" .,")] if joined.strip(" .,") else []


def _timed(words: str) -> bool:
    return bool(duration.amounts(words) or duration.immediate(words))

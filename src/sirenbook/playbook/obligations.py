"""Reads what a severity obliges to beside its clocks: all hands, a dedicated commander, no page at all."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.promise import Obligation, ObligationKind
from sirenbook.playbook.language.clauses import clauses
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.statements import Statement
from sirenbook.playbook.language.vocabulary import part_of

_NOW = r"(?:immediate(?:ly)?|at once|right away|straight ?away|without delay|instantly)"
_ABOVE = (
    r"(?:management|leadership|executives?|execs?|c-suite|CTO|CEO|VP|directors?|team leads?|managers?|founders?)"
)
_KINDS: tuple[tuple[ObligationKind, str], ...] = (
    ("all hands", r"\ball[- ]hands\b|\beverybody (?:stops|joins)|\ball engineers\b"),
    (
        "dedicated commander",
        r"\b(?:dedicated|full[- ]time)\b[^,;.]{0,20}\b(?:commander|incident manager|IC|incident lead)\b"
        r"|\b(?:commander|incident manager|IC|incident lead)\b[^,;.]{0,20}\b(?:required|mandatory|dedicated)",
    ),
    (
        "management at once",
        rf"\b{_NOW}\b[^,;.]{{0,60}}\b{_ABOVE}\b|\b{_ABOVE}\b[^,;.]{{0,40}}\b{_NOW}\b",
    ),
    (
        "business hours only",
        r"\b(?:business|working|office)[- ]hours?\b(?: only| support| if needed)?|\bnext (?:business"
        r"|working) day\b",
    ),
    (
        "tracked, not paged",
        r"\btickets? (?:creation|only|is created|queue)|\b(?:create|open|file|log|raise)s? an? (?:\w+ )?ticket\b"
        r"|\bticket (?:is )?enough\b|\bbacklog\b|^tickets?\.?$",
    ),
    (
        "standard process",
        r"\b(?:standard|normal|regular|usual)\b[^,;.]{0,20}\b(?:bug[- ]?fix|engineering|development|sprint)?\s?"
        r"(?:process|workflow|response|procedure)\b",
    ),
    (
        "periodic review",
        r"\b(?:daily|weekly|bi-?weekly|monthly)\b[^,;.]{0,20}\b(?:review|triage|standup)|\breviewed (?:daily"
        r"|weekly|monthly)",
    ),
)
_PARTS = ("response", "escalation", "action", "hours", "who", None, "other", "update", "review", "when")
_ELSEWHERE = re.compile(r"post[ -]?(?:mortem|incident)|\btemplate|\bon[ -]call rotation|tools?\b|contact")

_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)


def read_obligations(found: Sequence[Statement], scale: Scale) -> tuple[Obligation, ...]:
    """Every obligation of a severity, each once."""
    read = [o for s in found if s.ground == "policy" for o in _of_statement(s, scale)]
    kept: dict[tuple[str, tuple[str, ...]], Obligation] = {}
    for obligation in read:
        kept.setdefault((obligation.kind, obligation.severities), obligation)
    return tuple(kept.values())


def _of_statement(statement: Statement, scale: Scale) -> Iterator[Obligation]:
    if _ELSEWHERE.search(" ".join(statement.titles)) or part_of(statement.label or "-") not in _PARTS:
        return
    for clause in clauses(statement.text):
        severities = statement.severities(scale, clause)
        for kind, pattern in _COMPILED if severities else ():
            if pattern.search(clause) and not _denied(clause):
                yield Obligation(kind, severities, statement.line.at(clause))


def _denied(clause: str) -> bool:
    return bool(re.search(r"\b(?:no|not|never|without|outside|off)\b(?! later)", clause, re.IGNORECASE))

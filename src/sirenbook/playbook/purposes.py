"""Tells what a template is for: where it goes, to whom, at which moment, for which severities."""

import re

from sirenbook.model.promise import Audience, Moment, Purpose
from sirenbook.playbook.language.audiences import audiences_of
from sirenbook.playbook.language.names import Scale

_PURPOSES: tuple[tuple[Purpose, str], ...] = (
    (
        "review",
        r"post[ -]?mortem|post[ -]?incident|incident report|\brca\b|root cause|retrospective|\breview\b"
        r"|after[- ]action",
    ),
    ("hand-off", r"hand-?(?:off|over)|shift (?:report|change|summary)"),
    ("status page", r"status[ -]?page|statuspage"),
    ("customer mail", r"\b(?:customer|client|user|external)\b.*\be-?mail|\be-?mail\b.*\b(?:customer|client|user)"),
    ("chat", r"\bslack\b|\bteams\b|\bchat\b|\bchannel\b|\bdiscord\b|\bmattermost\b"),
    ("customer update", r"\bcustomers?\b|\bclients?\b|\bexternal\b|\bpublic\b|\bsocial\b|\busers?\b"),
    ("internal", r"\binternal\b|\bstakeholder|\bexecutive|\bmanagement\b|\bleadership\b|\bteam\b|\bengineering\b"),
)
_MOMENTS: tuple[tuple[Moment, str], ...] = (
    (
        "resolution",
        r"\b(?:is|was) over\b|\blast word|\bworks again|\b(?:was|is) solved|\bclosing\b"
        r"|\bresol(?:ved|ution)|\bclos(?:ed|ing|ure)\b|\ball[- ]clear\b|\brestored\b",
    ),
    ("monitoring", r"\bmonitoring\b|\bfix deployed\b|\bwatching\b"),
    ("identified", r"\bidentified\b|\bcause found\b"),
    ("escalation", r"\bescalat"),
    (
        "start",
        r"\binitial|\bbegins\b|\bdeclar|\bfirst\b|\binvestigating\b|\bopening\b|\bstart|\bnew incident|\balert\b"
        r"|\bnotification\b",
    ),
    ("update", r"\bupdate|\bprogress|\bongoing\b|\bstatus\b"),
)
_OUTWARD: dict[Purpose, Audience] = {
    "status page": "public",
    "customer mail": "customers",
    "customer update": "customers",
}
_DEAR = re.compile(
    r"^\s*(?:dear|hi|hello)\s+(?:\w+\s+)?(?:customers?|clients?|users?|all|\[|\{)", re.IGNORECASE | re.MULTILINE
)
_DONE = re.compile(
    r"\b(?:what we did|end time|how we fixed|we (?:have )?(?:fixed|resolved)|preventi)", re.IGNORECASE
)
_SORRY = re.compile(
    r"\bwe apologi[sz]e|\bthank you for your patience|\bour (?:engineering )?team is\b", re.IGNORECASE
)


def purpose_of(titles: tuple[str, ...], text: str) -> Purpose:
    """What a template is for, by its own title, else by its headings, else by the way it speaks."""
    for title in reversed(titles):
        if found := next((p for p, pattern in _PURPOSES if re.search(pattern, title)), None):
            return found
    if _DEAR.search(text):
        return "customer mail"
    return "customer update" if _SORRY.search(text) or _outward(text) else "other"


def audience_of(purpose: Purpose, titles: tuple[str, ...], text: str) -> Audience:
    """Who reads it."""
    if purpose in _OUTWARD:
        return _OUTWARD[purpose]
    named = next((a for t in reversed(titles) for a in audiences_of(t)), None)
    if purpose == "other" and named is None and _outward(text):
        return "external"
    return named or "internal"


def _outward(text: str) -> bool:
    return bool(
        _SORRY.search(text) or re.search(r"\bstatus page:|\ball systems are operating\b", text, re.IGNORECASE)
    )


def moment_of(purpose: Purpose, titles: tuple[str, ...], text: str) -> Moment | None:
    """When it is sent: as its title says, else its first line; a mail that tells what was done goes last."""
    if purpose == "customer mail" and _DONE.search(text):
        return "resolution"
    first = re.sub(r"\[[^\]]*\]|\{[^}]*\}", "", text.lstrip()[:200].split("\n")[0])
    stated = [_moment(titles[-1] if titles else ""), _moment(first)]
    return next((m for m in stated if m not in ("update", None)), stated[0] or stated[1])


def _moment(words: str) -> Moment | None:
    return next((m for m, pattern in _MOMENTS if re.search(pattern, words, re.IGNORECASE)), None)


def severities_of(titles: tuple[str, ...], scale: Scale) -> tuple[str, ...]:
    """Those that its title names, by code or by label: `Status Page Update (Critical)`."""
    for title in reversed(titles):
        if found := scale.mentioned(title) or scale.mentioned(
            " ".join(re.findall(r"\(([^)]*)\)", title)), by_label=True
        ):
            return found
    return ()

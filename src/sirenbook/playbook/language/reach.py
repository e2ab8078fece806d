"""Tells of which severities a clause speaks: by code, as in `critical incidents`, `every incident`, `all else`."""

import re

from sirenbook.playbook.language import duration
from sirenbook.playbook.language.names import LABEL, LOOSE, Scale

_OR = re.compile(r"\bor\b", re.IGNORECASE)
_THING = r"(?:incidents?|outages?|issues?|events?|severit\w+|priorit\w+|sevs?\b|emergenc\w+)"
_GRADED = re.compile(
    rf"({LABEL.pattern})(?:(?:\s?/\s?|,? (?:and|or|&) |, )({LABEL.pattern}))?[- ](?:severity |priority )?{_THING}",
    re.IGNORECASE,
)
_FOR = re.compile(
    rf"\b(?:for|during|in case of|on)\s(?:an? |any |all |every )?({LABEL.pattern})"
    rf"(?:\s?/\s?|,? (?:and|or|&) |, )?({LABEL.pattern})?(?=\s*(?:$|[,;.:)(]|\b(?:and|but|or|until|while)\b))",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    rf"\W*(?:an? |any |the )?({LOOSE.pattern}(?:\s?\([^()]*\))?)(?:\s{_THING})?\s(?:is|are|means?|covers?)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(rf"\(({LABEL.pattern}(?:\s?/\s?{LABEL.pattern})*)(?: only)?\)", re.IGNORECASE)
"""What stands in brackets and is nothing but severities: `no containment within 1 hour (Critical)`."""
_BEGINS = re.compile(rf"\W*(?:an? |any |the )?{LOOSE.pattern}[\s:]", re.IGNORECASE)
_UPWARD = ("above", "higher", "worse", "up")
_BEYOND = re.compile(
    rf"\b({LABEL.pattern})(?: (?:severity|priority))? (?:and|or) ({'|'.join(_UPWARD)}|below|lower)\b",
    re.IGNORECASE,
)
_EVERY = re.compile(
    rf"\b(?:all|every|any|each)\s(?:open |active |ongoing )?{_THING}(?!\s(?:else|other))"
    r"|\b(?:regardless|irrespective|independent(?:ly)?) of (?:the |its )?severity\b"
    r"|\bwhatever (?:the|its) severity\b",
    re.IGNORECASE,
)
REST = (
    rf"(?:(?:everything|anything|all|every(?:body|one)) (?:else|others?)|(?:all |the |any )?other {_THING}"
    r"|(?:all )?(?:the )?(?:rest|remaining|others))\b(?! of\b)"
)
"""How a text says the severities that it has not named."""
LEFT_OVER = re.compile(rf"\b{REST}", re.IGNORECASE)


def mentioned(text: str, scale: Scale) -> tuple[str, ...]:
    """The severities that running text names, by code or as in `critical incidents` or `for critical`."""
    if not text or not scale.names:
        return ()
    if found := scale.mentioned(text):
        return found
    words = (w for known in (_GRADED, _FOR) for m in known.finditer(text) for w in m.groups() if w)
    hits = [s for w in words if (s := scale.find(w))]
    hits += [s for m in _ASIDE.finditer(text) for s in scale.purely(m[1])]
    for beyond in _BEYOND.finditer(text):
        if severity := scale.find(beyond[1]):
            place = scale.names.index(severity)
            hits += scale.names[: place + 1] if beyond[2].lower() in _UPWARD else scale.names[place:]
    return tuple(n for n in scale.names if n in hits)


def subject(text: str, scale: Scale) -> tuple[str, ...]:
    """The severity that a paragraph begins to describe, so that its next sentences are about it: `A SEV1 is …`."""
    found = _SUBJECT.match(text)
    return scale.purely(found[1]) if found else ()


def begins(clause: str) -> bool:
    """Whether a clause begins with a severity, so that what follows is about it: `A P2 hurts some people: …`."""
    return bool(_BEGINS.match(clause))


def reached(clause: str, whole: str, scale: Scale) -> tuple[str, ...]:
    """The severities that a clause means: those named, or all, or those that its whole sentence leaves over."""
    if own := mentioned(clause, scale):
        return own
    if LEFT_OVER.search(clause):
        named = mentioned(whole, scale)
        return tuple(n for n in scale.names if n not in named) if named else ()
    return scale.names if _EVERY.search(clause) else ()


def meant(words: str, scale: Scale) -> tuple[str, ...]:
    """The severities that a level is for; one that is an alternative to a time is not all of them: `1 h or P0`."""
    parts = _OR.split(words)
    if len(parts) > 1 and any(duration.amounts(p) and not mentioned(p, scale) for p in parts):
        return ()
    return mentioned(words, scale)

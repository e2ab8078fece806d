"""Tells whom words are for, under which condition, and by whose consent, from what a sentence says of them."""

import re
from functools import lru_cache

from sirenbook.model.promise import Audience
from sirenbook.playbook.language import targets

_AUDIENCES: tuple[tuple[Audience, str], ...] = (
    (
        "authorities",
        r"\bregulators?\b|\bauthorit(?:y|ies)\b|data protection (?:office|commission|author)|supervisory"
        r"|law enforcement|\bpolice\b",
    ),
    (
        "support",
        r"\b(?:customer |user )?support (?:teams?|staff|desk|responses?|agents?|reps?)"
        r"|customer (?:support|service|success|care)\b|\bhelp ?desk\b",
    ),
    (
        "public",
        r"\bstatus[ -]?page|\bstatus\.[\w-]+\.\w|\bpublic(?:ly)?\b|social media|\bpress\b|\bmedia\b",
    ),
    (
        "customers",
        r"\bcustomers?\b|\bclients?\b|\busers?\b|\bsubscribers?\b|\btenants?\b|\bmerchants?\b|\bpartners?\b"
        r"|\bguests?\b|\bpatients?\b",
    ),
    (
        "management",
        r"\bmanagement\b|\bleadership\b|\bexecutives?\b|\bexecs?\b|c-suite|c-level|\bthe board\b|\bCEO\b|\bCTO\b"
        r"|\bdirectors?\b|\bVPs?\b",
    ),
    ("stakeholders", r"\bstakeholders?\b"),
    ("external", r"\bexternal(?:ly)?\b|\boutside\b(?! (?:of )?(?:business|working|office))"),
    (
        "internal",
        r"\binternal(?:ly)?\b|\binside(?: the (?:house|company))?\b|\bin-house\b|\bslack\b|\bchannel\b"
        r"|#[a-z][\w-]*|\bstaff\b|\bemployees\b|\bcolleagues\b"
        r"|\bcompany[- ]wide\b|\bteams?\b|\bteam members\b|\bresponders\b",
    ),
)
_COMPILED = tuple((audience, re.compile(pattern, re.IGNORECASE)) for audience, pattern in _AUDIENCES)
_BLIND = re.compile(
    r"\b(?:customer|user|client|public)[- ]facing\b|\b(?:incident|alert|change|crisis) management\b"
    r"|\bmanagement (?:tool|system|platform)s?\b|\buser (?:impact|reports?|base)\b|\b(?:public )?api\b"
    r"|\b(?:engineering|product|project|account) (?:manager|lead|director)s?\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\(?\b(?:only )?(?:if|when|where|unless|in case)\b(?! we )[^,;.()]*\)?|\b(?:that )?affect(?:s|ing)\b[^,;.()]*"
    r"|\bas (?:needed|appropriate|required|necessary)\b",
    re.IGNORECASE,
)
_APPROVAL = re.compile(
    r"\bapprov(?:al|ed|es?)\b|\bsign(?:ed|s)?[- ](?:\w+ )?off\b|\bsignoff\b|\bclear(?:ed|ance)\b|\bconsent\b"
    r"|\bpermission\b"
    r"|\bauthori[sz](?:ed|ation|es)\b|\bgo-?ahead\b|\bhas (?:read|seen|agreed)\b",
    re.IGNORECASE,
)
_BY = re.compile(r"\b(?:from|by|of)\s+(?:both\s+)?(?:the\s+)?(?P<who>[^,;.()]+)", re.IGNORECASE)
_CALLED = re.compile(r"[A-Z][\w&/-]*(?:\s(?:[A-Z][\w&/-]*|of|on-call))*")


@lru_cache(maxsize=8192)
def audiences_of(text: str) -> tuple[Audience, ...]:
    """Everybody for whom a text's words are, in the order in which the text names them."""
    bare = _BLIND.sub(lambda m: " " * len(m[0]), _CONDITION.sub(lambda m: " " * len(m[0]), text))
    found: list[tuple[int, Audience]] = []
    for audience, pattern in _COMPILED:
        if hit := pattern.search(bare):
            found.append((hit.start(), audience))
            bare = pattern.sub(lambda m: " " * len(m[0]), bare)
    return tuple(audience for _, audience in sorted(found))


def condition_of(text: str) -> str:
    """Under which condition a text holds, in its own words; nothing where it always does."""
    found = _CONDITION.search(text)
    return found[0].strip(" ()") if found else ""


def needs_approval(text: str) -> bool:
    """Whether somebody must consent first."""
    return bool(_APPROVAL.search(text))


def approvers(text: str) -> tuple[str, ...]:
    """Who must consent, where a text says so: `approval from X`, `approved by X`, `X approves`."""
    found = _APPROVAL.search(text)
    if not found:
        return ()
    after = _BY.match(text[found.end() :].lstrip())
    words = after["who"] if after else _doer(text[: found.start()])
    pieces = re.split(r"\s*(?:,|/|&|\band\b|\bor\b)\s*", words)
    return tuple(n for p in pieces for n in targets.named_in(p) or (_CALLED.findall(p)[:1] if after else ()))


def _doer(before: str) -> str:
    """Who does it, when the sentence names them first: the words after the last comma."""
    return re.split(r"[,;.]|\bwithout\b|\buntil\b|\bunless\b|\bbefore\b", before)[-1]

"""Tells which times of a clause are told in passing, and are not when somebody is brought in."""

import re

from sirenbook.playbook.language.duration import Amount
from sirenbook.playbook.language.phrases import NO_ANSWER, silent, unresolved

GRANTS = re.compile(
    r"\b(?:has|have|gets?|is given|are given|(?:attempt|try|tries)\w*\b[^.;]{0,40}\bfor"
    r"|(?:must|has to|have to|should|needs to) (?:ack\w*|respond|answer)(?: the page)? (?:with)?in"
    r"|\b(?:acknowledges|answers|responds to) (?:\w+ ){1,3}(?:with)?in)"
    r"\s(?:up to |another )?$",
    re.IGNORECASE,
)
_TO_ANSWER = re.compile(r"\s*to (?:ack|respond|answer|react|accept)", re.IGNORECASE)
_AHEAD = re.compile(
    r"\W*(?:before\b|beforehand|prior\b|ahead\b|in advance|notice\b)(?! (?:escalat|mov|go))", re.IGNORECASE
)
_MEASURED = re.compile(
    r"(?:above|below|over|under|exceed\w*|[<>≤≥]=?)\s?[\d.,]+\s?\S*(?: \S+){0,2} for\s+$"
    r"|\b(?:latenc\w*|p9\d+|lag|response times?|quer(?:y|ies))\b[^,;:]{0,30}(?:above|over|exceed\w*|[<>≥≤]=?)\s*$",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\b(?:war room|bridge|call|meeting|hand-?(?:off|over)|shift)s? (?:lasts?|takes?)\s+(?:up to )?$", re.IGNORECASE
)
_LASTS = re.compile(
    r"\bfor (?:at most|up to|no (?:longer|more) than|a maximum of)\s+$"
    r"|\b(?:takes?|took|needs?|requires?|worked|leave|holiday|vacation|away)(?: for)?(?: about| around| up to| over"
    r"| more than)?\s+$"
    r"|\brespon(?:se|ds?)(?: time)?:?\s+$"
    r"|\bexpected to (?:last|take)\b[^,;]*$"
    r"|\b(?:exceed\w*|above|over|more than|>) ?[$€£]?\d[\d.,]*\S*(?: [\w-]+)? (?:in|within|per)\s+$"
    r"|\b(?:reports?|summar(?:y|ies)|write-?ups?)\b[^,;]{0,20}\b(?:with)?in\s+$"
    r"|\b(?:deploy\w*|roll-?backs?|builds?|migrations?|jobs?|backups?|restores?|scripts?|requests?|tests?)\b"
    r"[^,;]{0,20}\b(?:longer|more) than\s+$"
    r"|\b\d+ (?:[\w-]+ )?(?:attempts?|logins?|errors?|failures?|alerts?|requests?|calls?|restarts?)\b[^,;]{0,12}"
    r"\b(?:in|within|over|per)\s+$",
    re.IGNORECASE,
)
"""How long something else lasts or is counted: `a deploy that takes longer than`, `100 logins fail in`."""
_OFTEN = re.compile(r"\b(?:\d+\+|\d+ (?:times|x)|twice|thrice) (?:in|within|per)\s+$", re.IGNORECASE)
"""How often something happens: `(3+ in a day)`, `twice in`."""
_ELSEWHERE = re.compile(r"\s*of (?:being \w+|(?:\w+ )?(?:work|duty|being))\b", re.IGNORECASE)
"""What a time is of that says how long somebody worked, or has to come: `within 30 minutes of being asked`."""
_SINCE = re.compile(r"\s*after\b", re.IGNORECASE)
"""What follows a time for which something is done once all is over: `for 24 hours after a SEV1`."""
_MET = re.compile(
    r"(?<!not )(?<!no )(?<!un)(?<!not been )\b(?:respon[ds]\w*(?! teams?\b)|ack\w*|resolv\w*|resolution|fix\w*"
    r"|restor\w*|approv\w*|updat\w*|review\w*|repl(?:y|ies|ied)|answers?|available)"
    r"(?: \w+){0,3}?\s?(?:within|in|under|by|<|:|every)\s*(?:the first )?[<~]?\s*$",
    re.IGNORECASE,
)
_IN_VAIN = re.compile(r"\bif\b|\bfail(?:s|ed)?\b|\bunable to\b|\bcannot\b|\bcan['’]t\b|\bcould not\b")
"""What says that a time was not kept, and so is when somebody is brought in: `unable to resolve within 1 h`."""
_DUTY = re.compile(
    r"\([^()]*\b(?:may|must|need|needs|have|has|required|report|notify|file)\b[^()]*\)", re.IGNORECASE
)
"""Words in brackets about what somebody has to do: `tell Legal at once (they must notify within 72 hours)`."""
_FEWER = re.compile(r"\bin (?:less|fewer) than\s*$")
"""What comes before a time that is left until something else: `the launch is in less than 30 minutes`."""
_SHORTEST = 10
"""Seconds below which a time is that of a machine, unless nobody answered in it: `pages load in > 2s`."""
_REPEATS = re.compile(r"\b(?:maximum|minimum|every|each|last|past|previous|updates?(?: \w+)?)\s*$")
_BEFORE = (GRANTS, _MEASURED, _TAKES, _LASTS, _OFTEN, _REPEATS)
_BEHIND = (_TO_ANSWER, _ELSEWHERE, _AHEAD)
"""What before and behind a time says that it is what somebody has, what something takes, or how often it is."""


def in_passing(clause: str, amount: Amount) -> bool:
    """Whether a time is another than a wait: `every 30 minutes`, `has 10 minutes to answer`, `takes 3 hours`."""
    before = clause[max(amount.start - 120, 0) : amount.start].lower()
    brief = 0 < amount.seconds < _SHORTEST or _FEWER.search(before)
    if brief and not (silent(clause) or unresolved(clause)):
        return True
    if any(x.search(before) for x in _BEFORE) or any(x.match(clause, amount.end) for x in _BEHIND):
        return True
    duty = any(m.start() < amount.start < m.end() for m in _DUTY.finditer(clause))  # somebody else's deadline
    after_all = before.endswith("for ") and _SINCE.match(clause, amount.end)
    kept = _MET.search(before) and not NO_ANSWER.search(before) and not _IN_VAIN.search(before)
    return bool(duty or after_all or kept)


def counts(clause: str, amount: Amount) -> bool:
    """Whether a time is that in which something happens so and so often: `3+ in a day`."""
    return bool(_OFTEN.search(clause[: amount.start]))

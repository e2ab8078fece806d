"""Cuts a sentence into clauses and tells what each one's amount of time is for: responding, resolving, updating."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import structs

from sirenbook.playbook.language import duration
from sirenbook.playbook.language.duration import Amount
from sirenbook.playbook.language.phrases import silent
from sirenbook.playbook.language.vocabulary import Part

Clock = Literal["response", "ack", "resolution", "update"]
_CUT = re.compile(
    r";|(?<!\d),|,(?!\d)|\.(?=\s|$)|\s[|•·]\s|\s[-–—]\s(?=[A-Za-z])|\bthen\b|\bbut\b|\s/\s|\band\s(?=fix"
    r"|once an?\b|twice an?\b|mitigat\w* (?:with)?in\b|updat|resolv|respon|ack|post\b|send|provid|notif|every\b"
    r"|hourly\b|daily\b"
    r"|(?:within )?\d+ ?\w+ (?:otherwise|off|after|outside|on weekends|at night))"
)
_JOINT = re.compile(r"\s+and\s+(?!then\b|if\b|not\b|no\b|within\b|after\b|for\b|un\w+)(?=[a-z]+\s)(?![^(]*\))")
_GATHERED = re.compile(
    r"^(?!.*updat).*\b(?:bridge|war ?room|calls?|meetings?|stand-?ups?|sync|check-?ins?|rotat\w+|repeats?"
    r"|re-?(?:page|send|alert|notif)\w*|refresh\w*|evaluat\w*|poll\w*|monitor\w*|(?:health )?checks?|scans?|tests?"
    r"|audits?|drills?|backups?)\b",
    re.IGNORECASE,
)
_MEETS = re.compile(
    r"\W*(?:[\w/-]+ ){0,3}?(?:bridge|war ?room|channel|meeting|stand-?up)(?: \w+)?:\s", re.IGNORECASE
)
"""What a value begins with that says by when people meet, which is not how soon they respond: `War room: …`."""
_UPDATED = re.compile(
    r"\W*((?:[a-z]+ )?updates?(?: (?:cadence|frequency|interval|sla))?)"
    r"(?:\s?[:=]|(?<=sla|nce|ncy|val)(?=\s[<~]?\d))\s?(.*)",
    re.IGNORECASE,
)
"""A clause that names itself as what is said of updates: `Update: 15m`."""
REPORTS = r"status (?:page|report|note)|\bsit-?reps?\b|situation report|\bbulletin"
"""Other names of what tells people how things stand."""
_LATER = re.compile(r"\W*\b(?:then|thereafter|afterwards|after (?:that|mitigation))\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)")
_MARKS = str.maketrans(",;./", "    ")
_SPOKEN: tuple[tuple[Part, str], ...] = (
    (
        "review",
        r"post[ -]?(?:mortem|incident)|\brca\b|\bpirs?\b|root cause|review|retrospective|monitor for|debrief"
        r"|\b(?:fix|action|repair|remediation|mitigation|recovery) plans?\b|\bdecisions?\b"
        r"|\bcontain(?:ed|ment)?\W*$"
        r"|^\W*(?:detect(?:ion|ed)?|triaged?|contain(?:ed|ment)?)\b\W*(?:immediate|within|in\b|<|\d|$)"
        r"|\b(?:begin|start|initiate)s? (?:\w+ )?(?:recover|restor|mitigat|fix|repair|remediat)",
    ),
    (
        "escalation",
        r"escalat|\bwithout (?:an? |any )?(?:resolution|fix|progress|response|ack\w*|answer)\b"
        r"|\bunless\b|\bunresolved\b|\b(?:join(?:s|ed)?|brought in|brings? in)\b"
        r"|\b(?:fix|cause|resolution|recovery) (?:is(?: not|n['’]t)|not)\b"
        r"|\b(?:if|when|once|while)\b[^,;]{0,40}?(?:\bnot?\b|n't\b|\bun[a-z]+\b|\bstill\b|\bfails?\b)",
    ),
    (
        "other",
        r"^(?!.*\bupdat).*\b(?:repeat\w*|re-?(?:page|alert|send|notif)\w*|retr(?:y|ies)|sync|stand-?ups?|check-?ins?"
        r"|meetings?|rotat\w+)\b"
        r"|\b(?:eliminat|remov|dropp)(?:ed|es|ing)\b.*\b(?:requirement|acknowledg\w+|slas?|targets?|deadlines?)\b",
    ),
    ("update", rf"updat|{REPORTS}|(?<!sprint )cadence|every\b|hourly\b"),
    (
        "first update",
        r"customers?\b|\badvisor(?:y|ies)\b|communicat|notif(?:y|ied|ication)|inform|announce|\bpublic",
    ),
    ("ack", r"\back(?:nowledg\w+|ed|s)?\b"),
    (
        "resolution",
        r"\bresol(?:v(?!ers?\b)|ution)|\b(?:hot-?)?fix(?:ed)?\b|\brollback (?:or\b|(?:with)?in\b)"
        r"|\brestor|\bmitigat|\bworkaround"
        r"|\bpatch(?:ed)? (?:with)?in\b|\bremediat"
        r"|\brecover(?!y (?:teams?|crew|staff|group|plan|procedures?|lead|manager)\b)|\bmttr\b|\brto\b",
    ),
    (
        "response",
        r"\brespon[ds]|\banswer(?:s|ed)?\b|\brepl(?:y|ies)\b"
        r"|\bhands[- ]on[- ]keyboard\b|\bat (?:the|a|their) (?:keyboard|computer|laptop)\b|\breact"
        r"|\bengage\b(?=\W*(?:$|\d|within|in|immediately|at once)\b)"
        r"|\blook(?:s|ed|ing)? (?:at|into) (?:it|them|this)\b|\bworking on\b|\bis looking (?:with)?in\b"
        r"|\bpick(?:s|ed)? (?:(?:it|them|this) )?up (?:(?:with)?in|(?:by )?(?:the )?next)\b"
        r"|\bwork (?:starts|begins|is started)\b"
        r"|\bstart(?:s|ed)? on (?:it|them|this)\b|\bstart(?:ed)? (?:work|investigat)|\binvestigat",
    ),
    ("who", r"\bpaged?\b|\balerted\b|\bcall(?:ed)?\b"),
)
_CUES = tuple((part, re.compile(pattern, re.IGNORECASE)) for part, pattern in _SPOKEN)
_STRONG = re.compile(r"time|sla|slo|within|target|goal|\back|deadline|resol|min|hour", re.IGNORECASE)
_STAMP = re.compile(r"\W*(?:minute|hour)s? \d", re.IGNORECASE)
"""How a stretch of the response begins, `(minute 5-15)`, which is nobody's target."""
_TRIAGED = re.compile(r"\W*triaged?\b", re.IGNORECASE)
_LOOKED_INTO = re.compile(r"\W*investigat", re.IGNORECASE)
_HOURS = re.compile(r"(?:during |in |only )*(?:business|working|office) (?:hours|days)(?: only)?\.?", re.IGNORECASE)
_NOW = re.compile(
    r"\W*(?:response(?: time)?\s?[:=]\s?|respond )?immediate(?:ly)?"
    r"(?: (?:response|action|attention))?(?: (?:required|needed))?\W*(?:\([^()]*\))?\W*",
    re.IGNORECASE,
)
_ACTS = re.compile(r"\W*(?:action|attention|handling)?(?: (?:is )?(?:required|needed))?\W*", re.IGNORECASE)
_AT_LATEST = re.compile(r"\b(?:within|under|in|by|next)\b|[<≤]", re.IGNORECASE)
_PRELUDE = re.compile(r"\b(?:page[sd]?|triaged?)\b", re.IGNORECASE)
"""What is done before what another clause names: `Page within 5 min, respond in 15`, `1 h triage / 4 h fix`."""
_POINTED = re.compile(r"→|⇒|[-=]+>")
_ASIDE = re.compile(
    r"(?<=immediate)(?:ly)?,\s*(?=(?:[<≤]|within\b|under\b)\s?\d+\s?\w+\W*$)"
    r"|,\s*(?=(?:business|working|office|off|after)[ -]hours\b)",
    re.IGNORECASE,
)
"""A comma that parts nothing: `Immediately, < 15 min` is one time, `< 2 hours, off-hours` one of its hours."""
_LASTING = re.compile(r"\bfor(?: at least| another| more than)?\s+$|[>≥]\s*$", re.IGNORECASE)
_AFTERWARDS = re.compile(
    r"\s*(?:of|after|from|following)\s(?:\w+ ){0,2}?(?:resol|restor|recover|closure|clos(?:ed|ing)|fix)",
    re.IGNORECASE,
)
"""What follows a time that counts from an incident's end: `within 24 hours of resolution`."""
OFF_HOURS = re.compile(
    r"\b(?:off|after|outside(?: of)?|non)[ -](?:business |working |office )?hours\b"
    r"|\b(?:otherwise|weekends?|nights?)\b|\(off\)",
    re.IGNORECASE,
)
_OTHERS_AIM = re.compile(r"\b(?:rto|rpo|mttd)\b", re.IGNORECASE)
"""What brackets may hold beside a target: the aim of a system, not of people."""
_DASH = re.compile(r"\s(?:[-–—]|→|⇒|[-=]+>)\s")
"""What parts the meaning of a severity from its clock: `Degraded performance - 1 hour response`."""
_OR_NEXT_DAY = re.compile(r"(?<=\))\s+or (?:the )?next (?:business|working) day\b", re.IGNORECASE)
"""When the hours are over in which a time counts: `1 hour (business hours) or next business day`."""
_FILLED = re.compile(
    r"\b(?:commander|ic|lead|owner) (?:is )?(?:named|appointed|assigned|designated)\b", re.IGNORECASE
)
"""By when somebody has a role, which is not how soon the team responds."""
_AT_WORST = re.compile(r"\W*(?:hard|absolute|final|outer|max(?:imum)?) (?:deadline|limit|cap)\b", re.IGNORECASE)
"""What stands beside a target and is none: `Target 4 hours; hard deadline 24 hours`."""
_OUTWARD = re.compile(r"customer|external|public|client", re.IGNORECASE)
MEASURED = re.compile(
    r"latenc|\bapi\b|\bp9\d\b|slow|degrad|query|queries|page load|>\s?\d|exceed|more than"
    r"|longer than|over the (?:last|past)|normal",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def clauses(text: str) -> tuple[str, ...]:
    """The clauses of a text; an amount such as `1,5 hours` is not cut."""
    return tuple(half for clause in _clauses(text) for half in _halves(clause))


def _clauses(text: str) -> Iterator[str]:
    depth_free = _BRACKETS.sub(lambda m: m[0].translate(_MARKS), text) if "(" in text else text
    start = 0
    for cut in _CUT.finditer(depth_free):
        if text[start : cut.start()].strip():
            yield text[start : cut.start()].strip()
        start = cut.end()
    if text[start:].strip():
        yield text[start:].strip()


def _halves(clause: str) -> Iterator[str]:
    """Both halves of a clause that does two things, each in its own time: `answers in 5 min and writes hourly`."""
    for joint in _JOINT.finditer(clause):
        left, right = clause[: joint.start()], clause[joint.end() :]
        later = next(iter(duration.amounts(right)), None) or duration.period(right)
        if duration.amounts(left) and later and len(right[: later.start].split()) > 1:
            yield from (left, right)
            return
    yield clause


def cue(clause: str) -> Part | None:
    """What a clause is about by its own words, or None."""
    return next((part for part, pattern in _CUES if pattern.search(clause)), None)


def clocks(value: str, part: Part | None, label: str = "") -> dict[Clock, Amount]:
    """The clocks that a value states: by its clauses' own words, else by the part that its label plays."""
    found: dict[Clock, list[Amount]] = {}
    if _MEETS.match(value) or (part in (None, "update", "who", "when") and _GATHERED.search(label)):
        return {}  # when or how often people meet or take turns
    if part == "update" and duration.period(begun := _LATER.split(value, maxsplit=1)[0]):
        value = begun  # what holds from the start
    value = _OR_NEXT_DAY.sub("", value)
    pieces = in_hours(tuple(piece for clause in clauses(_ASIDE.sub(" ", value)) for piece in _asides(clause)))
    pieces = _telling(pieces, part)
    for clause in pieces:
        for clock, amount in _clause(clause, part, label):
            if amount.seconds or len(pieces) == 1 or _STRONG.search(label) or _NOW.fullmatch(clause):
                found.setdefault(clock, []).append(amount)
    at_once = next((p for p in pieces if _NOW.fullmatch(p)), None)
    if at_once and found and part is None and "response" not in found and (now := duration.read(at_once)):
        found["response"] = [now]
    if at_once and (due := [a for a in found.get("response", ()) if a.seconds]):
        found["response"] = due  # `immediate, 24/7, within 10 minutes` says by when that is
    clear = {clock: many[0] for clock, many in found.items() if len({a.seconds for a in many}) == 1}
    if any(_HOURS.fullmatch(piece) for piece in pieces):
        return {c: structs.replace(a, business=True) if c in ("response", "ack") else a for c, a in clear.items()}
    return clear


def _telling(pieces: tuple[str, ...], part: Part | None) -> tuple[str, ...]:
    """The clauses that tell the clocks, without those of what comes before, of others and of what is worst."""
    if any(_TRIAGED.match(p) for p in pieces):
        pieces = tuple(p for p in pieces if not _LOOKED_INTO.match(p))  # begun with the triage before it
    pieces = tuple(p for p in pieces if not (_AT_WORST.match(p) or _FILLED.search(p))) or pieces
    if any(cue(p) == part and duration.read(p) for p in pieces):
        pieces = tuple(p for p in pieces if cue(p) == part or not _PRELUDE.search(p))
    inward = tuple(p for p in pieces if not _OUTWARD.search(p))
    return inward if part == "update" and inward else pieces


def acted_on(words: str) -> Amount | None:
    """How soon somebody acts, where words say only that, or end with it: `within 2 hours`, `Typo → next day`."""
    words = _POINTED.split(words)[-1].strip()
    amount = duration.read(words) if _ACTS.fullmatch(duration.without(words)) else None
    return amount if amount and (not amount.seconds or _AT_LATEST.search(words)) else None


def _asides(clause: str) -> tuple[str, ...]:
    """A clause and the brackets in it that name a clock with its time: `degraded (1 hour response)`."""
    if "(" not in clause:
        return (clause,)
    found = (m[0] for m in _BRACKETS.finditer(clause) if not _OTHERS_AIM.search(m[0]))
    told = [words for words in found if cue(words) in ("response", "ack", "resolution", "update")]
    apart = [words for words in told if duration.amounts(words) or duration.immediate(words)]
    for words in apart:
        clause = clause.replace(words, "")
    return (clause, *(piece for words in apart for piece in _clauses(words[1:-1])))


def in_hours(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """The clauses of a text without those that are only about the time outside business hours."""
    inside = tuple(p for p in pieces if not OFF_HOURS.search(p))
    return inside if any(duration.read(p) for p in inside) else pieces


def _clause(clause: str, part: Part | None, label: str) -> Iterator[tuple[Clock, Amount]]:
    own = cue(clause)
    if own == "update" and (named := _UPDATED.fullmatch(clause)):
        part, label, clause = "update", named[1], named[2]
    about = own if own not in (None, "who") else part
    if about != part and silent(clause):
        return  # when nobody answers is no promise to answer
    if part in ("update",) and own in ("first update", "resolution", "ack", "response", "other"):
        about = part
    if about == "update":
        amount = duration.period(clause) or (
            _cadence(clause, label) if own != "update" or part == "update" else None
        )
        if amount:
            yield "update", amount
    elif about in ("response", "ack", "resolution"):
        amount = _single(clause, label, stated=part == about)
        if amount:
            yield about, amount


def _cadence(clause: str, label: str) -> Amount | None:
    """A bare amount under a label that says how often."""
    if not re.search(r"\bupd|frequen|cadence|interval|every|^ongoing|^subsequent", label, re.IGNORECASE):
        return None
    if re.search(r"\b(?:within|in|first|initial|after|next)\b", clause, re.IGNORECASE):
        return None
    return duration.read(clause, duration.unit_of(label))


def _single(clause: str, label: str, *, stated: bool) -> Amount | None:
    """The one amount of a clause; `stated` when its label says that it is this clock."""
    unit = duration.unit_of(label)
    amount = duration.read(clause, unit) or duration.read(_BRACKETS.sub("", clause), unit)
    if amount is None or _STAMP.match(clause):
        return None
    strong = stated and _STRONG.search(label)
    now = _NOW.fullmatch(clause)
    own = clause[max((m.end() for m in _DASH.finditer(clause, 0, amount.start)), default=0) :]
    if not stated and not now and (MEASURED.search(own) or amount.seconds < 60):
        return None
    if amount.seconds == 0 and not strong and not now:
        return None
    if _LASTING.search(clause[: amount.start]) or _AFTERWARDS.match(clause, amount.end):
        return None  # how long something lasts, or what is done when all is over
    return amount

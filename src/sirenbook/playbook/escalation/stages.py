"""Finds escalation levels in a row: in lists and arrows that name no severity, and whom their words name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from sirenbook.playbook.escalation.ladder import Stage, climb
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.by_severity import shares_of
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import STUCK, brings, calls, silent, unresolved
from sirenbook.playbook.language.reach import meant
from sirenbook.playbook.language.vocabulary import ONCALL_TOPIC, part_of
from sirenbook.playbook.language.whom import LEVEL_OF, whom
from sirenbook.playbook.text.document import plain
from sirenbook.playbook.text.inline import Line

ARROWS = re.compile(r"\s*(?:→|➡️?|⇒|[-–—]{1,3}>|=+>|(?<=\s)>(?=\s[A-Z@]))(?![^()\n]*\))\s*")
"""An arrow; one within brackets, as in `On-call (pager → phone)`, leads from nobody to nobody."""
LEVEL = re.compile(
    r"^(?:escalation )?(?:(?:(?:level|lvl|l|tier|step|stage|line|escalation|contact)[ -]?\d|(?:level|tier|stage"
    r"|line) [A-E]\b)"
    r"|(?:first|second|third|fourth|1st|2nd|3rd|4th|final|initial|next|last)"
    r"[ -](?:line|level|tier|step|stage|escalation|contact|responder)s?)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"@\w+\.|https?:|\+?\d[\d-]{6,}|X{3}-X{3}")
_STAMP = re.compile(r"^\W*(?:\[\d\d:\d\d\]|(?:minute|hour) \d{1,3}\+?)\W*", re.IGNORECASE)
_HAPPENS = re.compile(
    r"\s(?:is |are |gets? )?(?:paged|notified|alerted|called|informed|contacted|engaged|involved|briefed|joins"
    r"|acknowledges|assesses|responds)\b(?=\W*(?:$|\())",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"(?:primary|secondary|tertiary|back-?up|first|second|third|management|executive|escalation|final|initial)"
    r"(?: (?:responder|contact|level|escalation))?"
)
ACTS = re.compile(
    r"((?:\S+\s){1,5}?)(?:responds?|joins?|handles|takes|leads|investigates"
    r"|(?:is|are) (?:paged|called|notified|alerted))\b"
)
SENT_TO = re.compile(
    r"^\W*(?:auto\w*[ -])?"
    r"(?:(?:escalat\w*|notif\w+|page[sd]?|paging|alert(?:ed)?|hand(?:ed)? (?:over|off)) to:?"
    r"|(?:pull|bring|loop|rope|call) in"
    r"|(?:it|pagerduty|opsgenie|the (?:pager|system)) (?:call|ring|phone|page|text|wake)s?"
    r"|(?:[\w-]+ ){1,4}?escalates to"
    r"|(?:sms|whatsapp|text|e-?mail|slack|phone call)(?:/\w+)* (?:is )?(?:sent )?to) (?:the )?",
    re.IGNORECASE,
)
AND_DOES = re.compile(
    r"\s*(?:\+|,|&|\band\b)\s*(?:(?:posts?|opens?|creates?|starts?|sends?|updates?|declares?)\s.*$"
    r"|(?:slack|e-?mail|sms|text|phone)(?=\W*(?:$|\()))",
    re.IGNORECASE,
)
"""What somebody does besides: `Lead + posts in #incidents`."""
_DONE_BY = re.compile(r"\([^()]*\b(?:does|do|makes|calls|will) (?:that|this|it|the call)\b[^()]*\)", re.IGNORECASE)
"""Who calls somebody, beside them in brackets: `COO (the Lead does that)`."""
_INTERVALS = re.compile(
    r"\(?\b(?:at |every )?\d+[- ]?(?:m|h)\w*[- ]intervals?\)?"
    r"|,?\s*\(?(?:with )?(?:an? )?(?:max(?:imum)?(?: of)?|up to|at most|no more than)?\s*\d+[- ]?(?:m|h)\w*"
    r" (?:per|for each|at each) (?:level|tier|step|person|rung)\b(?: (?:for|in|on|during) [^.;]{2,30})?\)?\.?",
    re.IGNORECASE,
)
"""How far apart the levels of a row are: `(15-minute intervals)`, `with max 15 min per level for SEV1`."""
_ADDRESSED = re.compile(r"^([A-Za-z][\w /&-]{1,40}?):\s*(?:\(?\+?\d[\d()\s-]{5,}\d|\S+@\S+\.\w+)\s*$")
"""Somebody with where they are reached behind a colon: `Senior Engineer: +1-555-0123`."""
_SECOND_ASIDE = re.compile(r"^([\w -]*on-?call[\w -]*?)\s*\((secondary|backup)\)\W*$", re.IGNORECASE)
"""Who is on call behind somebody else: `On-Call Engineer (Secondary)`."""
_TIMED_THEN = re.compile(r"\(\d+ ?(?:m|h)[a-z]*\),? (?:and )?then\b", re.IGNORECASE)
_THEN = re.compile(r",? (?:and )?then (?:(?:page|call|notify|the) )*", re.IGNORECASE)
_ORDER = re.compile(r"^\W*(?:page|call|notify) (?:the )?", re.IGNORECASE)
_ONLY = re.compile(r"([^\s(,;][^(),;]{0,40}?)\s+only\b|\bonly\s(?:for\s|in\s|on\s)?([^(),;]{1,40})", re.IGNORECASE)
_ONLY_FOR = re.compile(r"^\W*only (?:for |on |in |if |when )?(?!after\b|within\b)[a-z]", re.IGNORECASE)
_KIND_OF_LEVEL = re.compile(
    r"(?:first|initial|technical|security|management|executive|team|legal) (?:response|escalation|level)"
)
"""What an item of a chain is called by its kind, beside whom it means: `Security escalation: Security lead`."""
_GENERIC = re.compile(r"(?:support|escalation|response|contacts?|responders?)$", re.IGNORECASE)
"""What a level is called behind its number where that names nobody: `L2 Support: Platform Team`."""
_NOTIFIED = re.compile(r"([A-Z]\w+(?: [A-Z]\w+)?) (?:notif\w+|informed)\b")
"""Somebody of whatever name who is told: `4 hours: Board notification`."""
TRY = re.compile(
    r"^(?:if (?:there is )?(?:no|still no) (?:answer|response|reply|ack\w*)\s?[,:]?\s*(?:then\s)?)?"
    r"(?:(?:try|attempt)(?: to (?:reach|call|contact|page)| calling)?|call|page|phone|contact|reach)\s(?:the\s)?",
    re.IGNORECASE,
)
"""What stands before somebody in a list of calls: `If no answer: try the Lead (5 min timeout)`."""
_APART = re.compile(r"\s*[:–—-]\s*\w")
_SITUATION = re.compile(r"\b(?:in (?:less|more)|there(?:['’]s| is| are))\b", re.IGNORECASE)
"""What nobody's name holds, but the situation that an arrow leads from: `Launch in less than an hour → the CTO`."""
_MACHINE = re.compile(r"\b(?:detects?|triggers?|fires?|notices?)\b", re.IGNORECASE)
"""What an alarm does at the first level of all: `Level 1: monitoring detects it`."""
_STANDS_IN = re.compile(r"(?:first responder|backup|next in line|escalation)\b", re.IGNORECASE)
"""What a turn is, and nobody's name: `Secondary: backup`."""
_LED_BY_TIME = re.compile(r"\W*(\d+(?:\s?[–-]\s?\d+|\+)\s?(?:m|h)\w*):\s", re.IGNORECASE)
"""The stretch of time that stands before a row of names, all of whose turn it is: `60+ min: Lead → Manager`."""
_TIME_FIRST = re.compile(r"\W*(?:[<>~+]?\d[\d\s–-]*(?:m|h|d)|t\s?\+\s?\d)", re.IGNORECASE)
"""A label that is a time, at which the level beside it is reached: `15 min: page the lead`."""
_WITHIN = re.compile(r"\W*(?:with)?in \d", re.IGNORECASE)
"""What says of a turn by when it is called, and not how long it lasts: `Management: within 1 hour`."""
_BOUND = re.compile(r"^\W*[<~≤]=?\s*")
"""What stands before a time by which somebody is called: `< 30 min: notify the lead`."""
_AIM = re.compile(r"(?:for|if|when|in case|on|upon|after|before|during|with)\b", re.IGNORECASE)


def who_in(words: str) -> tuple[str, ...]:
    """Whom a box or a cell names: the whole of it without its brackets and its time, or those named in it."""
    words = _HAPPENS.sub("", SENT_TO.sub("", _STAMP.sub("", _DONE_BY.sub("", words))))
    words = LEVEL_OF.sub(r"\1", _ADDRESSED.sub(r"\1", words))
    words = _SECOND_ASIDE.sub(r"\2 \1", AND_DOES.sub("", words))
    level = LEVEL.match(words)
    words = words[level.end() :].strip(" :-–—") if level and _APART.match(words, level.end()) else words
    bare, listed = duration.without(words).strip(" :-–—,"), targets.listed_in(words)
    if any(duration.amounts(name) for name in listed):  # `Lead + legal within 15 min`
        listed = targets.listed_in(bare)
    return listed or targets.only_names(bare) or whom(words)


def happens(words: str) -> bool:
    """Whether words end with what happens to those whom they begin with: `Director + CTO notified`."""
    return bool(_HAPPENS.search(words))


def acts(words: str) -> bool:
    """Whether words begin with somebody who takes the incident up: `On-call engineer investigates`."""
    found = ACTS.match(words)
    return bool(found and targets.only_names(found[1].strip()))


def _people_in(words: str) -> tuple[str, ...]:
    """The people among those whom words name, chat left out."""
    return tuple(n for n in targets.named_in(words) if not targets.is_channel(n))


def is_turn(label: str) -> bool:
    """Whether a label says whose turn it is: `Primary`, `Secondary`, `Escalation`."""
    return bool(_TURN.fullmatch(label))


def in_list(heads: Sequence[Line], scale: Scale, *, chain: bool = False) -> list[Stage]:
    """The items of a list as levels in a row, if all but a few of them begin with somebody.

    In a `chain`, a numbered list that is announced as one, half of them will do, and an address beside a name makes
    no mere contact of it.
    """
    if passed := _passed_on(heads, scale):
        return passed
    numbered = len(heads) > 1 and all(LEVEL.match(h.label) for h in heads)
    several = any(len({a.seconds for a in duration.amounts(h.text)}) > 1 for h in heads if not _shared(h, scale))
    if several and not numbered:
        return []  # sentences that tell of several levels each
    found = [_stage(head, scale, chain=chain) for head in heads]
    found = [replace(s, words="") if s and several else s for s in found]
    known = [s for s in found if s]
    enough = len(heads) / 2 if chain else len(heads) * 2 / 3
    if not known or (not numbered and (len(known) < 2 or len(known) < enough)):
        return []
    # among roles that are known, a name that is not known is somebody too
    unknown = [Stage(_unknown(h, numbered=numbered), h.text, h, severities=meant(h.text, scale)) for h in heads]
    return [s for pair in zip(found, unknown, strict=True) if (s := pair[0] or pair[1]) and s.who]


def _passed_on(heads: Sequence[Line], scale: Scale) -> list[Stage]:
    """The levels of a list whose items each say from whom to whom: `Level 1: Shift Lead → Head Cook (1 hour)`.

    Without numbers of levels each must go on from where the one before it ends.
    """
    if all(ARROWS.search(h.label) for h in heads):
        return _between(heads, scale)
    leveled = all(LEVEL.match(h.label) for h in heads)
    pairs = [ARROWS.split(h.value if leveled else h.text) for h in heads]
    if len(pairs) < 2 or any(len(p) != 2 or not all(map(_named, p)) for p in pairs):
        return []
    if not leveled and any(_named(a[1]) != _named(b[0]) for a, b in pairwise(pairs)):
        return []
    first = Stage(_named(pairs[0][0]), "immediately", heads[0])
    return [
        first,
        *(Stage(_named(to), to, h, _wait_in(a), meant(to, scale)) for (a, to), h in zip(pairs, heads, strict=True)),
    ]


def _wait_in(words: str) -> str:
    """The wait before an arrow goes on: `Try the CTO: if no response in 15 minutes`."""
    return words if duration.amounts(words) and (silent(words) or unresolved(words)) else ""


def _between(heads: Sequence[Line], scale: Scale) -> list[Stage]:
    """The levels of a list whose labels say from whom to whom, and whose values when: `L1 → L2: 15 min`."""
    pairs = [ARROWS.split(h.label) for h in heads]
    ways = [(_leveled(p[0]), _leveled(p[1])) for p in pairs if len(p) == 2]
    if len(ways) < max(len(heads), 2) or not all(a and b for a, b in ways):
        return []
    if any(a[1] != b[0] for a, b in pairwise(ways)):
        return []
    first = Stage(ways[0][0], "immediately", heads[0])
    later = (Stage(to, h.value, h, "", meant(h.value, scale)) for (_, to), h in zip(ways, heads, strict=True))
    return [first, *later]


def _leveled(words: str) -> tuple[str, ...]:
    """Whom words name, be it by the number of their level only."""
    level = LEVEL.fullmatch(words.strip())
    return (words.strip(),) if level else _named(words)


def _named(words: str) -> tuple[str, ...]:
    """Whom words beside an arrow name, whatever the role is called."""
    return who_in(words) or targets.short_name(words)


def numbered(head: Line) -> Line | None:
    """A line that begins with the number of a level, with that as its label: `Stage A, shift technician. …`."""
    found = LEVEL.match(head.text)
    return replace(head, label=found[0], value=head.text[found.end() :].strip(" ,:.-–—")) if found else None


def _unknown(head: Line, *, numbered: bool) -> tuple[str, ...]:
    """Whom a level names where only somebody can stand: as its label, or behind its number."""
    if numbered:
        told = () if _MACHINE.search(head.value) else targets.placed(head.value)
        return targets.placed(LEVEL.sub("", head.label)) or told
    label = plain(head.label)
    other = ONCALL_TOPIC.search(label) or is_turn(label) or _AIM.match(label)
    timed = duration.amounts(label) or duration.immediate(label)
    return (
        ()
        if other or timed or part_of(label) in ("action", "update", "meaning")
        else targets.short_name(head.label)
    )


def _shared(head: Line, scale: Scale) -> bool:
    """Whether an item names somebody, and a time for each of several severities."""
    return bool(shares_of(head.value, scale) and targets.only_names(head.label))


def _pointed(head: Line) -> Line:
    """A line with its name as a label, where an arrow points from somebody to words that name nobody."""
    pieces = ARROWS.split(head.text)
    alone = (
        len(pieces) == 2
        and head.label in ("", pieces[0])
        and targets.only_names(pieces[0])
        and not who_in(pieces[1])
    )
    return replace(head, label=pieces[0], value=pieces[1]) if alone else head


def _stage(item: Line, scale: Scale, *, chain: bool) -> Stage | None:
    head = _pointed(item)
    beginning = re.split(r"[(,]", head.label or head.text[:30])[0]
    turn = is_turn(plain(head.label))
    asked = item.text.rstrip().endswith("?")
    if asked or scale.mentioned(beginning) or (not turn and ARROWS.search(head.value if head.label else head.text)):
        return None
    bare = LEVEL.sub("", head.label).strip(" :-–—")
    label = _GENERIC.sub("", bare) if bare != head.label else bare
    holder = targets.only_names(head.value) if _TURN.fullmatch(plain(head.label)) else ()
    if holder and _STANDS_IN.match(head.value):
        holder = (head.label.strip(" :"),)
    untold = not head.label or bool(silent(head.label) and TRY.match(head.text))
    by_kind = _KIND_OF_LEVEL.fullmatch(plain(label))
    named = holder or (() if by_kind else targets.listed_in(label)) or (_first_in(head.text) if untold else ())
    if not named and by_kind:
        named = targets.only_names(head.value)
    if not named and turn:
        named = targets.only_names(re.split(r"[(,–—]|\s-\s|\.\s", head.value)[0])
    if not named and (LEVEL.match(head.label) or duration.window(head.label)):
        value = SENT_TO.sub("", head.value)
        named = targets.listed_in(re.split(r"[(–—]|\s-\s|\.\s", value)[0]) or whom(value)
        named = tuple(n for n in named if not targets.is_channel(n)) or _people_in(value) or named
    if not named and _TIME_FIRST.match(head.label) and (told := _NOTIFIED.match(head.value)):
        named = (told[1],)
    row = chain or LEVEL.match(head.label)
    reachable = not row and _ADDRESS.search(head.text) and not duration.amounts(head.text)
    posted = turn and not holder and targets.is_channel(head.value)
    blank = duration.vague(head.value)
    if not named or (blank and (not head.label or duration.amounts(head.value))) or reachable or posted:
        return None
    called = silent(head.value) or unresolved(head.value) or _WITHIN.match(head.value)
    takes_turns = turn and not (holder or called)
    beside = head.value.strip("() ").split(",")[0] if head.label else ""
    words = head.label if blank or takes_turns else head.text
    only = meant(head.text, scale) or scale.purely(beside)
    if head.label and not only and _ONLY_FOR.search(head.value):
        words = head.label  # a kind of incident, for which they come by hand
    words = f"at {_BOUND.sub('', words)}" if _TIME_FIRST.match(head.label) else words
    return Stage(named, words, head, severities=only)


def _first_in(text: str) -> tuple[str, ...]:
    """Whom an item without a label begins with, or whom it calls; a sentence about somebody is no level."""
    beginning = re.split(r"[(:–—]|\s-\s|\sfor\s|\sin parallel\b", TRY.sub("", text, count=1))[0]
    names = targets.only_names(beginning) or targets.only_names(duration.without(beginning))
    return names or (targets.listed_in(beginning) if calls(beginning) else ())


def pointed(text: str) -> str:
    """Words in which a row of names with their times goes on by `then`, as a row of arrows."""
    row = _THEN.sub(" → ", _ORDER.sub("", text, count=1))
    names = row != text and not brings(row) and all(targets.only_names(p) for p in row.split(" → "))
    return row if names or _TIMED_THEN.search(text) else text


def of_arrows(text: str, line: Line, scale: Scale) -> Iterator[Step]:
    """A row of names with arrows between them, or of times that each point at somebody."""
    if pairs := _at_times(text, line):
        yield from climb(pairs)
        return
    if (led := _LED_BY_TIME.match(text)) and (reached := duration.window(led[1])):
        row = list(of_arrows(text[led.end() :], line, scale))
        yield from (replace(s, after=reached[0] if n == 0 else None) for n, s in enumerate(row))
        return
    spaced = _INTERVALS.search(text)
    pieces = ARROWS.split(_INTERVALS.sub("", text))
    given = scale.purely(pieces[0]) if len(pieces) > 2 else ()
    named = list(_along(pieces[bool(given) :], line, scale))
    if sum(1 for s in named if who_in(s.words)) < 2:
        return
    steps = [replace(s, severities=s.severities or given) for s in climb(named)]
    timed = any(s.after for s in steps)
    wait = duration.read(spaced[0]) if spaced else None
    if wait and not timed and steps[0].after == 0:
        only = scale.mentioned(spaced[0]) if spaced else ()
        yield steps[0]
        later = enumerate(steps[1:], 1)
        yield from (replace(s, after=wait.seconds * n, severities=only or s.severities) for n, s in later)
        return
    starts = any(targets.ON_CALL.search(w) for w in named[0].who)
    for step in steps[bool(STUCK.search(named[0].words)) :]:
        yield step if timed or starts or step.after is None else replace(step, after=None)


def _only_for(words: str, scale: Scale) -> tuple[str, ...]:
    """The severities that alone go on to a name in a row of arrows: `→ (60 min, SEV1 only) → CTO`."""
    return next((s for m in _ONLY.finditer(words) if (s := scale.purely(m[1] or m[2]))), ())


def _at_times(text: str, line: Line) -> list[Stage]:
    """The pairs of a row in which each time points at who is called then: `0 min → On-call, 15 min → Lead`."""
    pairs = [ARROWS.split(part) for part in re.split(r"[,;]\s+", text)]
    timed = all(len(p) == 2 and duration.read(p[0]) and not who_in(p[0]) for p in pairs)
    return [Stage(who_in(who), f"at {time}", line) for time, who in pairs] if timed and len(pairs) > 1 else []


def _along(pieces: Sequence[str], line: Line, scale: Scale) -> Iterator[Stage]:
    """The names of a row of arrows; a piece that is only a time or a condition is that of the next name."""
    condition = ""
    for piece in pieces:
        who = () if _SITUATION.search(piece) else _named(piece)
        if who:
            told = "" if duration.amounts(piece) and duration.amounts(condition) else condition
            yield Stage(who, piece, line, told, _only_for(f"{condition} {piece}", scale))
        condition = "" if who else piece

"""The one grammar of time: amounts, periods and windows in a team's words, and None where no amount is said."""

import re
from functools import lru_cache

from msgspec import Struct

_NUMBER_WORDS = {
    "a": 1.0,
    "an": 1.0,
    "half": 0.5,
    "zero": 0.0,
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "seven": 7.0,
    "eight": 8.0,
    "nine": 9.0,
    "ten": 10.0,
    "eleven": 11.0,
    "twelve": 12.0,
    "fifteen": 15.0,
    "twenty": 20.0,
    "thirty": 30.0,
    "forty": 40.0,
    "forty-five": 45.0,
    "forty five": 45.0,
    "sixty": 60.0,
    "ninety": 90.0,
    "twenty-four": 24.0,
    "forty-eight": 48.0,
    "seventy-two": 72.0,
}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "b": 86400, "w": 604800, "o": 2592000}

_WORDS = "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True))
_NUMBER = (
    rf"(?:\d{{1,6}}(?:[.,]\d{{1,3}})?½?|½|half an?|(?:a )?quarter (?:of )?an|three quarters of an"
    rf"|one and a half|(?:{_WORDS})\b(?:\s?\(\d{{1,4}}\))?)"
)
_UNIT = (
    r"(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|bds?)"
    r"(?:\(s\))?(?![a-z%]|\d(?!\d?\s?[ms]))"
)
_KIND = r"(?:(?:full |clear )?(?P<{0}>business|working|work|calendar|clock|office)[ -]?)?"
_BIG = r"(?:hours?|hrs?|h|days?|d)(?![a-z%])"
_SMALL = r"(?:hours?|hrs?|h|minutes?|mins?|m)(?![a-z0-9%])"
_AMOUNT = re.compile(
    rf"(?:(?<![\w.,:$%-])(?<!\d/)|(?<=\bq))(?:(?!(?:forty|twenty|seventy|thirty)-[a-z])(?P<low>{_NUMBER})[\s-]?(?:{_UNIT})?\s?"
    rf"(?:-|\bto\b|\bor\b)\s?)?(?P<number>{_NUMBER})(?P<plus>\+)?[\s-]?{_KIND.format('kind')}"
    rf"(?:(?P<big>{_BIG})(?:\s?(?:and\s)?(?P<more>{_NUMBER})[\s-]?(?P<less>{_SMALL}))"
    rf"|(?P<unit>{_UNIT}))(?P<after>\+)?"
)
_TIMELY = re.compile(r"[\d½]|sec|min|hour|hr|da[yi]|week|wk|month|bd|next b")
"""What every amount of time, and every word for a period, has some of: most lines have nothing of it."""
_BETWEEN = re.compile(r"(\bbetween\s[^,;.]{1,20}?\s)and\b")
_NEXT_DAY = re.compile(
    r"\b(?:next (?P<kind>business|working|bus\.?|biz) (?:day|morning)|(?P<short>nbd))\b"
    r"|^\W*(?P<cut>next (?:business|bus\.?|biz))\W*$|^\W*(?:by |the )*next day\W*$"
)
"""The next day, also as a narrow column has it: `Next Business`, `NBD`."""
_IMMEDIATE = re.compile(
    r"(?<!\bno )(?<!\bnot )(?<!\bnon-)\b(?:immediate(?:ly)?|instant(?:ly|aneous)?|at once|right away"
    r"|straight ?away|without delay)\b"
    r"|\bt ?\+ ?0\b(?! ?[a-z])"
    r"|^\W*(?:(?:up)?on|at) (?:the )?(?:logging|declaration|detection|alert|page|trigger|report|creation)\W*$"
    r"|\b(?:at|upon) (?:incident )?(?:detection|declaration)\b(?! (?:of|and|time))"
)
_BUSINESS = re.compile(
    r"\b(?:business|working|office|core|local business) (?:hours?|days?|time)\b|\bbusiness-hours\b"
    r"|\(business\)|\b(?:mon(?:day)?)\s?-\s?fri(?:day)?\b"
)
_NOT_BUSINESS = re.compile(
    r"\b(?:outside|non|off|after|regardless of|not (?:only )?(?:in|during))[ -](?:of )?(?:business"
    r"|working|office)\b"
)
_SINCE = re.compile(
    r"\bt\s?\+\s?(\d{1,2}[05]|5)(?![\w.%]|:\d|\s?(?:s|sec\w*|m|min\w*|h|h(?:ou)?rs?|d|days?|w\w*|business)\b)"
)
"""A bare `T+15`: it counts minutes, as no other unit goes by fives."""
_BEFORE = re.compile(
    r"(?:[(\[]\s*)?(?:(?:\b(?:after|within|in|at|by|for|from|wait|up to|over|under|less than|more than|another"
    r"|further)|t\s?\+|[+<>~@,:-])\s*)*$"
)
_BEHIND = re.compile(r"(?:\s*(?:max|later|mark|sla|total|elapsed|each|in)\b)*(?:\s*[)\]])?")
_STAMP = re.compile(r"^\W*(?:\[(?P<h>0\d):(?P<m>\d\d)\]|(?P<unit>minute|hour) (?P<n>\d{1,3})(?![\w.:]))")
"""What a row of a ladder begins with: `[00:15]`, `Minute 15`, each since the start."""
_RATE = re.compile(
    r"\b24 ?(?:hours?|hrs?|h) (?:a|per) day\b|\b(?:7|seven|five|5) days (?:a|per) week\b"
    r"|(?<=times)[ -](?:an?|per|each)\s\w+|(?<=once)\sa\s\w+|(?<=twice)\sa\s\w+|(?<=thrice)\sa\s\w+"
    r"|(?<=\dx)\sa\s\w+"
)
_BLANK = re.compile(
    r"\[(?! ?\]|\d\d:\d\d\])[^\]]*\]|\{[^}]*\}|<[a-z_][^>]*>|<\d[^<>]*\w>"
    r"|\bx+ (?:minutes?|hours?|days?)\b|\b(?:tbd|tbc|todo|n/?a)\b|\?\?"
)
_OF_ITS_START = re.compile(
    r"\W*(?:of (?:the )?(?:detection|alert|incident|start|declaration|page)\w*)?\W*", re.IGNORECASE
)
_BY_THEN = re.compile(r"\W*(?:with)?in (?:the )?(?:first |next )?", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:every|each|per|once (?:every|an?|per|each)|in intervals of|at intervals of)\s+(?:other\s+)?$|\bq$"
)
_THEREAFTER = re.compile(
    r"\s*(?:thereafter|intervals?|cadence|cycle|apart|afterwards|until)\b"
    r"|[ -](?:(?:status|progress|internal|customer|stakeholder|public) )?updates\b"
)
_TIMES = re.compile(
    r"\b(?:(?P<n>once|twice|two times|three times|four times|thrice|\d{1,2} ?(?:x"
    r"|times))[ -]?(?:(?:a|an|per|each|every)[ -])?(?P<unit>hour|day|week|daily|hourly|weekly))\b"
)
_ADVERBS = re.compile(
    r"\b(?:(?P<half>half[ -]?|bi-?)?(?P<word>hourly|daily|weekly)|(?:every|each|once an?"
    r"|per)\s(?P<other>other\s|second\s|half[ -](?:an\s)?)?"
    r"(?:(?P<kind>business|working) )?(?P<unit>hour|day|week|minute)|end of (?:each|every) (?P<end>day))\b"
)
_ADVERB_SECONDS = {
    "hourly": 3600,
    "daily": 86400,
    "weekly": 604800,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
    "minute": 60,
}
_COUNTS = {"once": 1, "twice": 2, "thrice": 3, "two": 2, "three": 3, "four": 4}
_SIMPLE = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‑": "-", "’": "'", "\u00a0": " ", "\u202f": " ", "≤": "<", "⩽": "<"}
)


class Amount(Struct, frozen=True):
    """An amount of time as it stands in a text: `low` is a range's lower bound, `open` says "or more" (2+ hours).

    `start` and `end` are its place in the text that was read.
    """

    seconds: int
    start: int
    end: int
    business: bool = False
    low: int | None = None
    open: bool = False


def fold(text: str) -> str:
    """The text with one kind of dash and blank, in lower case; every character keeps its place."""
    folded = text.translate(_SIMPLE).lower()
    return folded if len(folded) == len(text) else text.translate(_SIMPLE)


@lru_cache(maxsize=8192)
def amounts(text: str) -> tuple[Amount, ...]:
    """Every amount of time that a text names, in order."""
    folded = fold(text)
    if not (_TIMELY.search(folded) or _SINCE.search(folded) or _STAMP.match(folded)):
        return ()
    folded = _BETWEEN.sub(r"\1to ", _RATE.sub(lambda m: "," * len(m[0]), folded))
    found = [_amount(m) for m in _AMOUNT.finditer(folded)]
    found += [
        Amount(86400, *m.span(), business=bool(m["kind"] or m["short"] or m["cut"]))
        for m in _NEXT_DAY.finditer(folded)
    ]
    found += [Amount(int(m[1]) * 60, m.start(1), m.end()) for m in _SINCE.finditer(folded)]
    found += [_stamped(m) for m in _STAMP.finditer(folded)]
    return tuple(sorted((a for a in found if a is not None), key=lambda a: a.start))


def immediate(text: str) -> tuple[int, int] | None:
    """Where a text says "at once", if it does."""
    found = _IMMEDIATE.search(fold(text))
    return found.span() if found else None


def business(text: str) -> bool:
    """Whether a text counts in business hours or days."""
    folded = fold(text)
    return bool(_BUSINESS.search(folded)) and not _NOT_BUSINESS.search(folded)


def vague(text: str) -> bool:
    """Whether a text is a placeholder, so that an amount in it would be nobody's."""
    return bool(_BLANK.search(fold(text)))


def read(text: str, unit: str = "") -> Amount | None:
    """The one amount that a text as a whole states; None when it states none, or several that differ.

    `unit` is the unit that a column's header gives to bare numbers.
    """
    found = amounts(text)
    if not found and unit and re.fullmatch(r"\s*[<~]?\s*\d+(?:\.\d+)?(?:\s?-\s?\d+)?\s*", fold(text)):
        found = amounts(f"{text.strip()} {unit}")
    if not found:
        now = immediate(text)
        return Amount(0, *now) if now and not (business(text) or vague(text)) else None
    first = found[0]
    if any((a.seconds, a.low) != (first.seconds, first.low) for a in found[1:]):
        return None
    if vague(text):
        return None
    whole = first.business or business(text)
    return Amount(first.seconds, first.start, first.end, whole, first.low, first.open)


def period(text: str) -> Amount | None:
    """How often a text says that something repeats; None when it names no period or several."""
    folded = fold(text)
    if not _TIMELY.search(folded) or vague(text):
        return None
    found = [a for a in amounts(text) if _repeats(folded, a)]
    times = [_times(m) for m in _TIMES.finditer(folded)]
    adverbs = [] if times else [_adverb(m) for m in _ADVERBS.finditer(folded)]
    every = [*found, *(t for t in times if t), *(a for a in adverbs if a)]
    if not every or any(a.seconds != every[0].seconds for a in every):
        return None
    return every[0]


def window(text: str) -> tuple[int, int | None] | None:
    """When a stretch of time begins and ends: `0-30 min`, `2+ hours`, `after 1 hour`, `first 15 minutes`."""
    folded, found = fold(text), amounts(text)
    if not found:
        return (0, None) if immediate(text) else None
    first = found[0]
    if first.low is not None:
        return first.low, first.seconds
    before = folded[: first.start].rstrip()
    if re.search(r"(?:<|\bfirst|\bwithin|\bunder|\bup to|\bless than|\buntil)$", before):
        return 0, first.seconds
    return first.seconds, None


def without(text: str) -> str:
    """A text without its times and the words that lead to them: `CTO (after 15 min)` is `CTO`."""
    kept, start, folded = "", 0, fold(text)
    spans = [(a.start, a.end) for a in amounts(text)] or ([now] if (now := immediate(text)) else [])
    for begin, end in spans:
        lead = _BEFORE.search(folded, max(start, begin - 40), begin)
        behind = _BEHIND.match(folded, end)
        kept += text[start : lead.start() if lead else begin] + " "
        start = behind.end() if behind else end
    return " ".join((kept + text[start:]).split()).rstrip(" (")


def bare(text: str) -> bool:
    """Whether a text has no word that is not of its time: `Immediate`, `(< 5 minutes)`, `30+ min`."""
    return not re.search(r"\w", _BUSINESS.sub(" ", fold(without(text))))


def alone(text: str) -> Amount | None:
    """The time of a text that says nothing else, as the cell of a table does: `Immediate`, `2 hours`."""
    return read(text) if bare(text) else None


def by_then(label: str) -> Amount | None:
    """The time by which what stands under a label is done: `Within 15 minutes`, `Within the first hour`."""
    found = amounts(label)
    led = len(found) == 1 and found[0].low is None and _BY_THEN.fullmatch(label[: found[0].start])
    return found[0] if led and _OF_ITS_START.fullmatch(label, found[0].end) else None


def unit_of(header: str) -> str:
    """The unit that a header such as `Response (min)` gives to its column, or nothing."""
    found = re.search(
        rf"[(\[,]\s*(?:in )?({_UNIT})\s*[)\]]?|\bin ({_UNIT})$|^({_UNIT})(?= elapsed| since|$)",
        fold(header).strip(),
    )
    return (found[1] or found[2] or found[3]) if found else ""


def spoken(seconds: int, in_business_hours: bool = False) -> str:
    """An amount in words: `90 minutes`, `2 hours`, `3 business days`."""
    kind = "business " if in_business_hours else ""
    if seconds == 0:
        return "at once"
    for size, name in ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0 and not (name == "week" and in_business_hours):
            count = seconds // size
            return f"{count} {kind}{name}{'' if count == 1 else 's'}"
    return f"{seconds} {kind}second{'' if seconds == 1 else 's'}"


def _amount(found: re.Match[str]) -> Amount | None:
    if found["number"] in ("a", "an") and found.string.endswith(" of ", 0, found.start()):
        return None  # a part of an hour, and not one of those that are known
    if found["number"] == "a" and found["unit"] == "second":
        return None  # `a second engineer` counts people
    size = _SECONDS[_unit(found["big"] or found["unit"])]
    seconds = _number(found["number"]) * size
    if found["more"]:
        seconds += _number(found["more"]) * _SECONDS[_unit(found["less"])]
    low = _low(found, size)
    if seconds > 40_000_000 or (low is not None and low > seconds):
        return None
    is_business = found["kind"] in ("business", "working", "work", "office") or (found["unit"] or "").startswith(
        "bd"
    )
    return Amount(
        round(seconds), found.start(), found.end(), is_business, low, bool(found["plus"] or found["after"])
    )


def _stamped(found: re.Match[str]) -> Amount:
    if found["unit"]:
        return Amount(int(found["n"]) * (60 if found["unit"] == "minute" else 3600), *found.span())
    return Amount(int(found["h"]) * 3600 + int(found["m"]) * 60, *found.span())


def _low(found: re.Match[str], size: int) -> int | None:
    """The lower bound of a range, in the unit that stands beside it or else the upper bound's."""
    if found["low"] is None:
        return None
    between = found.string[found.end("low") : found.start("number")]
    own = re.match(rf"[\s-]?({_UNIT})", between)
    return round(_number(found["low"]) * (_SECONDS[_unit(own[1])] if own else size))


def _unit(word: str) -> str:
    return "o" if word.startswith("mo") else word[0]


def _number(word: str) -> float:
    if word.startswith("one and"):
        return 1.5
    if word.startswith("half"):
        return 0.5
    if "quarter" in word:
        return 0.75 if word.startswith("three") else 0.25
    digits = re.search(r"\d+(?:[.,]\d+)?", word)
    value = float(digits[0].replace(",", ".")) if digits else _NUMBER_WORDS.get(word, 0.0)
    return value + (0.5 if "½" in word else 0.0)


def _repeats(folded: str, amount: Amount) -> bool:
    before, after = folded[max(amount.start - 60, 0) : amount.start], folded[amount.end : amount.end + 60]
    return bool(
        _EVERY.search(before) or (_THEREAFTER.match(after) and not re.search(r"\b(?:for|within|in)\s+$", before))
    )


def _times(found: re.Match[str]) -> Amount | None:
    count = found["n"].split()[0].rstrip("x")
    number = int(count) if count.isdigit() else _COUNTS.get(count, 0)
    per = _ADVERB_SECONDS[found["unit"]]
    return Amount(per // number, *found.span()) if number else None


def _adverb(found: re.Match[str]) -> Amount | None:
    if (found["half"] or "").startswith("bi"):
        return None  # "biweekly" means either of two things
    word = found["word"] or found["unit"] or found["end"]
    seconds = _ADVERB_SECONDS[word]
    halved = (found["half"] or "").startswith("half") or (found["other"] or "").startswith("half")
    doubled = (found["other"] or "").startswith(("other", "second"))
    return Amount(
        seconds // 2 if halved else seconds * 2 if doubled else seconds, *found.span(), bool(found["kind"])
    )

"""The one grammar of measured conditions, in playbooks and in alerts: `error rate > 10 %`, `3x normal latency`."""

import re
from collections.abc import Iterator

from msgspec import Struct

from sirenbook.model.criteria import Bounds, Condition, Unit

_SIMPLE = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‑": "-", "×": "x", "\u00a0": " ", "\u202f": " ", "≥": ">=", "≤": "<=", "_": " "}
)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?"
_UNIT = (
    r"%|per ?cent\b|x(?![a-z0-9])|times(?=\s(?:the|as|more|normal|usual|baseline|higher|slower|longer)\b)"
    r"|(?:milli)?seconds?\b|millis\b|ms\b|secs?\b|s\b|minutes?\b|mins?\b|m\b|hours?\b|hrs?\b|h\b|days?\b|d\b"
)
_SIZE = r"k\b|thousand\b|million\b"
_QUANTITY = rf"(?:{_NUMBER})(?:\s?(?:{_SIZE}))?(?:\s?-?(?:{_UNIT}))?"
_MORE = (
    r">(?!=)|(?:is |are |was )?(?:more|greater|higher|larger|longer|worse|slower) than\b|over\b|above\b|beyond\b"
    r"|exceed(?:s|ed|ing)?\b|in excess of\b|surpass(?:es|ed|ing)?\b"
)
_LEAST = r">=|at least\b|no (?:less|fewer) than\b|a minimum of\b"
_LESS = r"<(?!=)|(?:is |are |was )?(?:less|fewer|lower|smaller|shorter|faster) than\b|under\b|below\b"
_MOST = r"<=|at most\b|no more than\b|not more than\b|up to\b|a maximum of\b"
_IS = r"=|:|\bis\b|\bare\b|\bwas\b|\bat\b|\bof\b|\breached\b|\bhit\b|\bnow\b|\bcurrently\b"
_SOMEBODY = r"(?:users?|customers?|clients?|tenants?|accounts?|merchants?|members?|regions?|sites?|stores?)\b"
_COMPARED = re.compile(
    rf"(?:between\s+|from\s+)?(?<![\w.,/#$-])(?P<low>{_QUANTITY})\s*(?:-|to\b|and\b|up to\b)\s*"
    rf"(?P<high>{_QUANTITY})"
    rf"|(?:(?P<least>{_LEAST})|(?P<more>{_MORE})|(?P<most>{_MOST})|(?P<less>{_LESS}))\s*(?:about |around |~)?"
    rf"(?P<end>{_QUANTITY})(?P<plus>\+)?"
    rf"|(?<![\w.,/#$-])(?P<from>{_QUANTITY})\s?(?:\+(?!\d)|(?:or|and) (?:more|above|higher|greater|over|worse)\b)"
    rf"|(?<![\w.,/#$-])(?P<to>{_QUANTITY})\s(?:or|and) (?:less|fewer|below|lower|under)\b"
    rf"|\b(?P<one>(?:a |only )?single|only one|one)\b(?=\s(?:affected )?{_SOMEBODY})"
    rf"|(?<![\w.,/#$-])(?P<whole>100 ?%)"
    rf"|(?<![\w.,/#$-])(?P<point>{_QUANTITY})(?![\w.-])"
)
_LASTING = re.compile(
    rf"\b(?:for|lasting|lasts|sustained(?: for)?|during|in|within|over)\s+"
    rf"(?:(?:more|longer) than |at least |over |>\s*)?"
    rf"(?:the (?:last|past) |a )?(?P<amount>{_NUMBER})[\s-]?(?P<unit>{_UNIT})",
)
_SURE_LASTING = re.compile(r"(?:for|lasting|lasts|sustained|during)\b")
_CODES = re.compile(
    r"(?:tier|level|phase|step|version|v|sev|severity|p|class|stage|zone|section|priority|port)s?\s*$"
)
_NORMAL = re.compile(r"^\s*(?:the\s+|its\s+|our\s+)?(?:normal|usual|baseline|typical|average|expected|regular)\b")
_LINKS = frozenset((
    "is", "are", "was", "were", "be", "being", "been", "of", "at", "by", "to", "rises", "rise", "rising",
    "goes", "go", "going", "stays", "stay", "remains", "remain", "has", "have", "reaches", "reach", "reaching",
    "grows", "grow", "drops", "drop", "dropped", "rose", "risen", "fell",
    "fallen", "climbed", "jumped", "dropping", "falls", "fall", "falling", "increases", "increase",
    "increased", "spikes", "exceeds", "affected", "impacted", "in", "with", "than", "the", "a", "an",
    "currently", "now", "above", "below", "that", "their", "its", "our", "value",
))  # fmt: skip
_STOPS = frozenset((
    "if", "when", "whenever", "while", "with", "and", "or", "the", "a", "an", "for", "on", "in", "due",
    "causing", "affecting", "affects", "affect", "impacting", "impacts", "impact", "where", "which", "who",
    "that", "any", "some", "from", "because", "until", "as", "such", "e.g", "eg", "i.e", "ie", "per", "has",
    "have", "showing", "returning", "sees", "see", "seeing", "but", "not", "no", "still", "anything",
))  # fmt: skip
_VERBS = frozenset((
    "affecting", "affects", "affect", "impacting", "impacts", "impact", "hitting", "hits", "causing",
    "involving", "involves", "touching", "reaching", "for", "with", "on", "in", "and", "or", "across", "among",
))  # fmt: skip
_LOOSE = frozenset((
    "affected", "impacted", "total", "current", "overall", "all", "our", "active", "number", "count", "amount",
    "percentage", "percent", "share", "of", "the", "failing-over", "unique", "distinct", "more", "any", "than",
    "observed",
))  # fmt: skip
_MEASURING = re.compile(
    r"(?:rate|ratio|latency|latencies|times?|depth|length|lag|usage|utili[sz]ation|load|p\d{2,3}|backlog|delay"
    r"|throughput|availability|uptime|errors|duration|downtime|count|percentile|size|loss|traffic|memory|cpu|disk"
    r"|space|saturation|age|queue|connections|restarts|score|5xx)$"
)
_WHOSE = re.compile(rf"^(.*?\b{_MEASURING.pattern[:-1]})\s(?:of|on|in|for)\s(?:the\s|our\s)?([a-z0-9][\w./-]*)\b")
_SAME: tuple[tuple[re.Pattern[str], Unit | None, str], ...] = (
    (re.compile(r"^(.*?\b)?(?:error|failure|fault|5xx|fail)s?(?: (?:responses?|errors?|requests?))?"
                r" (?:rate|ratio)s?$"),
     None, "error rate"),
    (re.compile(r"^(.*?\b)?(?:errors?|failures|5xx(?: (?:responses?|errors?))?|(?:failed|failing|erroring) requests"
                r"|requests? (?:fail|failing|failed|erroring|errors?|that fail|returning errors?))$"),
     "percent", "error rate"),
    (re.compile(r"^(.*?\b)?success(?:ful)? (?:rate|ratio)s?$"), None, "success rate"),
    (re.compile(r"^(.*?\b)?(?:latency|latencies|response times?|request durations?)$"), None, "latency"),
    (re.compile(r"^(.*?\b)?(?:queue (?:depth|length|size|backlog)|backlog)s?$"), None, "queue depth"),
)  # fmt: skip
_FIGURED = re.compile(r"\d|\b(?:single|one)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_PERCENTILE = re.compile(r"\bp(50|75|90|95|99|999)\b|\b(50|75|90|95|99)th percentile\b")


class Reading(Struct, frozen=True):
    """One condition as it stands in a text, and the words of its clause that are no part of it."""

    condition: Condition
    rest: str


def conditions(text: str, *, stated: bool = False) -> list[Reading]:
    """The conditions of a clause; with `stated` also plain values, as alerts tell them (`error rate is 12 %`)."""
    if not _FIGURED.search(text):
        return []
    folded = text.translate(_SIMPLE).lower()[:600]
    outside = _BRACKETS.sub(" ", folded)
    inside = [r for m in _BRACKETS.finditer(folded) for r in _conditions(m[1], stated)]
    if inside and not stated:
        return [
            Reading(r.condition, "") for r in inside
        ]  # the figure in brackets says what the words before it mean
    return list(_conditions(outside, stated)) or inside


def lasting(text: str) -> int | None:
    """For how many seconds a text says that something goes on: `for more than 5 minutes`."""
    folded = text.translate(_SIMPLE).lower()[:600]
    found = next((m for m in _LASTING.finditer(folded) if _SURE_LASTING.match(m[0])), None)
    return _time(found) if found else None


def words_of(name: str) -> str:
    """A name in any spelling as words: `error_rate`, `HighErrorRate`, `p99-latency`."""
    return " ".join(w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+[a-z]*", name))


def same(wanted: str, told: str) -> bool:
    """Whether what is told is the measure that is wanted, or that of a part: `api error rate` is an error rate."""
    want, have = _stems(wanted), _stems(told)
    if not want or have[-len(want) :] != want:
        return False
    return bool(_PERCENTILE.search(wanted)) == bool(_PERCENTILE.search(told))


def _stems(measure: str) -> list[str]:
    return [w.removesuffix("s") if len(w) > 3 else w for w in measure.split()]


def _conditions(folded: str, stated: bool) -> Iterator[Reading]:
    spans = [m for m in _LASTING.finditer(folded) if _time(m)]
    compared = list(_COMPARED.finditer(folded))
    aside = [m for m in spans if _SURE_LASTING.match(m[0]) or _begun(folded, m, compared)]
    for found in compared:
        if any(a.start() <= found.start() < a.end() for a in aside):
            continue
        if found["point"] and not stated:
            continue
        reading = _reading(folded, found, next((_time(a) for a in aside if a.start() >= found.end()), None))
        if reading:
            yield reading


def _begun(folded: str, window: re.Match[str], compared: list[re.Match[str]]) -> bool:
    """Whether a comparison stands before `over 5 minutes`, so that it is a stretch of time and no bound."""
    return any(c.end() <= window.start() and not _measured_by(c, window) for c in compared)


def _measured_by(compared: re.Match[str], window: re.Match[str]) -> bool:
    return compared.start() == window.start()


def _reading(folded: str, found: re.Match[str], lasts: int | None) -> Reading | None:
    bounds_unit = _bounds(found)
    if bounds_unit is None or _CODES.search(folded[: found.start()]):
        return None
    bounds, unit = bounds_unit
    before = re.split(r"[:;,!?]|\s-\s|\.\s", folded[: found.start()])
    lead = _lead(before)
    tail, following = _tail(folded[found.end() :], unit)
    ahead = _canonical(lead, unit)
    normal = _NORMAL.match(folded[found.end() :])
    behind = normal or re.match(_SOMEBODY, tail) or re.match(r"\s*of\b", folded[found.end() :])
    if ahead and (not tail or not behind or (_MEASURING.search(ahead) and not normal)):
        measure, rest = ahead, _left(before[-1], lead)
    elif tail:
        measure, rest = _canonical(tail, unit), f"{before[-1]} {following}"
    else:
        return None
    if unit == "times" and not (
        normal or _NORMAL.search(folded[found.end() :][:40]) or _than_normal(folded, found)
    ):
        return None
    if not measure or (unit == "" and bounds.point is not None and found["one"] and len(tail) == 0):
        return None
    return Reading(Condition(measure, bounds, unit, lasts), _rest(rest))


def _than_normal(folded: str, found: re.Match[str]) -> bool:
    after = folded[found.end() : found.end() + 40]
    return not after.strip() or bool(re.match(r"\s*(?:slower|higher|longer|baseline|increase)", after))


def _bounds(found: re.Match[str]) -> tuple[Bounds, Unit] | None:
    if found["low"]:
        high, unit = _value(found["high"])
        low, own = _value(found["low"], found["high"])
        return (Bounds(low, high), unit) if own == unit and low <= high else None
    if found["one"]:
        return Bounds(1, 1), ""
    if found["whole"]:
        return Bounds(100, None), "percent"
    for name in ("least", "more", "most", "less"):
        if found[name]:
            value, unit = _value(found["end"])
            up = name in ("least", "more")
            at = bool(found["plus"])
            over, under = name == "more" and not at, name == "less"
            return (Bounds(value, None, over) if up else Bounds(None, value, under=under)), unit
    value, unit = _value(found["from"] or found["to"] or found["point"])
    if found["from"]:
        return Bounds(value), unit
    return (Bounds(None, value) if found["to"] else Bounds(value, value)), unit


_PARTS = re.compile(rf"(?P<number>{_NUMBER})(?:\s?(?P<size>{_SIZE}))?(?:\s?-?(?P<unit>{_UNIT}))?")


def _value(text: str, borrowed: str = "") -> tuple[float, Unit]:
    """A number with its unit; the lower end of a range borrows the upper one's."""
    parts = _PARTS.match(text)
    assert parts
    number = float(parts["number"].replace(",", ""))
    number *= {"k": 1e3, "t": 1e3, "m": 1e6}.get((parts["size"] or " ")[0], 1.0)
    other = _PARTS.match(borrowed)
    unit = parts["unit"] or (other["unit"] if other else None) or ""
    if unit[:1] in ("%", "p"):
        return number, "percent"
    if unit.startswith(("x", "times")):
        return number, "times"
    return (number * _SECONDS[_short(unit)], "seconds") if unit else (number, "")


def _short(unit: str) -> str:
    return "ms" if unit.startswith(("ms", "milli")) else unit[0]


def _time(found: re.Match[str]) -> int | None:
    unit = found["unit"]
    if unit[:1] in ("%", "p", "x", "t"):
        return None
    return round(float(found["amount"].replace(",", "")) * _SECONDS[_short(unit)])


def _lead(before: list[str]) -> str:
    """The measure's words before a comparison: `the api error rate is` gives `api error rate`."""
    for whole in reversed(before[-2:]):
        piece = _WHOSE.sub(r"\2 \1 ", whole, count=1)
        tokens = re.findall(r"[a-z0-9][a-z0-9./'-]*", piece)
        while tokens and tokens[-1] in _LINKS:
            tokens.pop()
        if tokens and tokens[-1] in _VERBS:
            return ""
        start = next((i for i in range(len(tokens) - 1, -1, -1) if tokens[i] in _STOPS), -1) + 1
        if tokens[start:]:
            return " ".join(tokens[start:][-4:])
        if tokens:
            return ""
    return ""


_TAIL = re.compile(
    r"^\s*(?:of\s+)?(?:all\s+|the\s+|our\s+|its\s+)*(?:normal|usual|baseline|typical|average|expected|regular)?\s*"
    r"(?P<noun>[a-z][a-z0-9'-]*(?:\s[a-z][a-z0-9'-]*){0,2})"
)
_KINDS = frozenset((
    "paying", "active", "concurrent", "enterprise", "affected", "impacted", "failed", "failing", "api",
    "premium", "response",
))  # fmt: skip


def _tail(after: str, unit: Unit) -> tuple[str, str]:
    """The measure's words after a comparison, and what follows them: `% of requests failing in checkout`."""
    clause = re.split(r"[:;,!?.]|\s-\s|\sand\s", after)[0]
    found = _TAIL.match(clause)
    if not found or unit == "seconds":
        return "", ""
    tokens = found["noun"].split()
    if _NORMAL.match(tokens[0]):
        return "", ""
    stop = next((i for i, w in enumerate(tokens) if w in _STOPS or w in _LINKS), len(tokens))
    known = next((n for n in (3, 2) if n <= stop and _known(" ".join(tokens[:n]), unit)), 0)
    count = known or min(stop, 2 if tokens[0] in _KINDS else 1)
    noun = " ".join(tokens[:count])
    return noun, clause[found.start("noun") + len(noun) :] if noun else ""


def _known(words: str, unit: Unit) -> bool:
    return any(p.fullmatch(words) and only in (None, unit) for p, only, _ in _SAME)


def _canonical(words: str, unit: Unit) -> str:
    """One name for the spellings of a measure, without what says nothing about which one it is."""
    tokens = [w for w in words.split() if w not in _LOOSE and w not in _LINKS]
    plain = " ".join(tokens)
    statistic = _PERCENTILE.search(plain)
    bare = " ".join(_PERCENTILE.sub(" ", plain).split())
    if statistic:
        named = _named(bare, unit) if bare else ("latency" if unit in ("seconds", "times") else "")
        return f"p{statistic[1] or statistic[2]} {named}".strip()
    return _named(bare, unit)


def _named(words: str, unit: Unit) -> str:
    for pattern, only, name in _SAME:
        found = pattern.match(words)
        if found and only in (None, unit):
            return f"{(found[1] or '').strip()} {name}".strip()
    return words


def _left(before: str, lead: str) -> str:
    """What a clause says before its measure."""
    return before[: before.rfind(lead)] if lead and lead in before else ""


_IDLE = frozenset((
    "affected", "impacted", "issue", "issues", "incident", "incidents", "problem", "problems", "event",
    "events", "outage", "affecting", "affects", "impacting", "impacts", "impact", "users", "customers", "any",
    "with", "of", "for", "is", "are", "and", "or", "if", "when", "the", "a", "an", "has", "have", "more",
    "than", "error", "significant", "major", "minor", "moderate", "severe", "general", "widespread",
    "degradation", "degraded", "performance", "elevated", "high", "low",
))  # fmt: skip


def _rest(before: str) -> str:
    """The words that must be true besides the figure; none where they only lead up to it."""
    tokens = [w for w in re.findall(r"[a-z][a-z0-9'-]*", before) if w not in _LINKS and w not in _STOPS]
    return " ".join(tokens) if [w for w in tokens if w not in _IDLE] else ""

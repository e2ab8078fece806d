"""Checks of the escalation: ladders that end early, levels that change nothing, low severities that shout."""

import re
from collections.abc import Iterator
from math import inf

from sirenbook.model.bindings import fold
from sirenbook.model.diagnostic import Diagnostic, Grade
from sirenbook.model.policy import Level, Severity
from sirenbook.playbook.diagnostics import contradictory_level
from sirenbook.playbook.language.duration import amounts, spoken
from sirenbook.playbook.lint.book import Book

_MANY = re.compile(
    r"\b(?:all|full|entire|whole|every\w*|teams?|groups?|staff|management|leadership|executives|stakeholders)\b|^#",
    re.IGNORECASE,
)
"""A name that stands for nobody knows how many people."""
_LOUDNESS = {"page": 2, "notify": 1, "ticket": 0}


def check_ladders(book: Book) -> Iterator[Diagnostic]:
    """Whatever is wrong with who follows after how long."""
    ladders = {s.name: _timed(book, s) for s in book.policy.severities}
    if any(d.code == "SB108" for d in book.policy.diagnostics):
        yield from _louder(book, ladders)
        return
    yield from _ends_at_once(book, ladders)
    yield from _out_of_reach(book, ladders)
    yield from _nobody_new(book, ladders)
    yield from (d for s in book.policy.severities for d in _too_late(s, ladders[s.name]))
    yield from _louder(book, ladders)
    yield from _sooner(book, ladders)


def _timed(book: Book, severity: Severity) -> list[Level]:
    """The levels that are reached by the clock, in their order."""
    return [x for x in book.policy.levels_of(severity.name) if x.after is not None]


def _ends_at_once(book: Book, ladders: dict[str, list[Level]]) -> Iterator[Diagnostic]:
    """A severity after whose first page nobody follows, while a less severe one has somebody."""
    severities = book.policy.severities
    for place, severity in enumerate(severities):
        mine = ladders[severity.name]
        below = next((s for s in severities[place + 1 :] if any(x.after for x in ladders[s.name])), None)
        first = [x for x in mine if x.manner == "page"]
        if any(x.after for x in mine) or below is None or not first:
            continue
        who = _names(first)
        yield Diagnostic(
            "SB221",
            "warning" if len(who) == 1 else "note",
            f"{severity.name} pages {', '.join(who)} at once and nobody after that, while {below.name}, which is "
            "less severe, has somebody follow.",
            f"Say who follows when a {severity.name} is not acknowledged or not resolved, and after how long.",
            first[0].why if first[0].why.stated else severity.why,
            tuple(x.why for x in ladders[below.name] if x.after)[:1],
        )


def _names(levels: list[Level]) -> list[str]:
    return list({fold(w): w for x in levels for w in x.who}.values())


def _out_of_reach(book: Book, ladders: dict[str, list[Level]]) -> Iterator[Diagnostic]:
    """Levels that no clock reaches; one finding for each line that names them."""
    lines: dict[tuple[str, int], list[Level]] = {}
    for level in book.policy.levels:
        untimed = level.after is None and level.advised is None
        if untimed and level.named and level.why.stated and _in_words(level.why.quote):
            mine = [ladders[level.severity]] if level.severity in ladders else list(ladders.values())
            called = [{fold(w) for x in ladder for w in x.who} for ladder in mine]
            if not all(fold(w) in names for names in called for w in level.who):
                lines.setdefault((level.why.file, level.why.line), []).append(level)
    timed = {(x.why.file, x.why.line) for x in book.policy.levels if x.after}
    yield from (_by_hand(levels, "note" if line in timed else "warning") for line, levels in lines.items())


def _in_words(quote: str) -> bool:
    """Whether a line names its level in words and not by a tick, and has no amount that was not understood."""
    return any(c.isalpha() for c in quote) and not amounts(quote[:400])


def _by_hand(levels: list[Level], grade: Grade) -> Diagnostic:
    who = ", ".join(_names(levels))
    severities = ", ".join(dict.fromkeys(x.severity for x in levels if x.severity))
    return Diagnostic(
        "SB227",
        grade,
        f"Nothing says after how long {who} {'follow' if ',' in who else 'follows'}"
        f"{f' in {severities}' if severities else ''}, so no clock brings them in.",
        f"Say it: `{_names(levels)[0]} if not resolved within 1 hour`.",
        levels[0].why,
    )


def _nobody_new(book: Book, ladders: dict[str, list[Level]]) -> Iterator[Diagnostic]:
    """Levels all of whose people were brought in before, in every severity that they hold for."""
    found: dict[str, list[tuple[Level, Level]]] = {}
    for levels in ladders.values():
        present: dict[str, Level] = {}
        for level in levels:
            known = [present.get(fold(w)) for w in level.who]
            if level.named and known and all(k and _precedes(k, level) for k in known):
                found.setdefault(level.key, []).append((level, next(k for k in known if k)))
            for who in level.who:
                present.setdefault(fold(who), level)
    for pairs in found.values():
        level, earlier = pairs[0]
        if level.severity or len(pairs) == len(ladders):
            apart = level.severity == earlier.severity and _of_two_places(book, level, earlier)
            yield contradictory_level(level, earlier) if apart else _idle(level, earlier)


def _of_two_places(book: Book, level: Level, earlier: Level) -> bool:
    """Whether two levels stand under different headings, so that they are no two turns of one ladder."""
    (one, first), (other, second) = ((x.why.file, book.path_at(x.why.file, x.why.line)) for x in (level, earlier))
    return one != other or first != second


def _idle(level: Level, earlier: Level) -> Diagnostic:
    return Diagnostic(
        "SB222",
        "note",
        f"{_of(level)}: {', '.join(level.who)} {_was(level)} brought in {_when(earlier)}, so this level brings in "
        "nobody new.",
        "Name somebody else here, or leave the level out.",
        level.why,
        (earlier.why,),
    )


def _precedes(earlier: Level, level: Level) -> bool:
    """Whether the text itself brings somebody in by one level before another, whatever happens meanwhile."""
    stated = earlier.named and earlier.why.stated and level.why.stated
    as_loud = _LOUDNESS[earlier.manner] >= _LOUDNESS[level.manner]
    sure = not earlier.after or earlier.until == level.until
    return stated and as_loud and sure and (earlier.after or 0) < (level.after or 0)


def _of(level: Level) -> str:
    return level.severity or "every severity"


def _was(level: Level) -> str:
    return "was" if len(level.who) == 1 else "were"


def _when(level: Level) -> str:
    return "at the start already" if not level.after else f"after {spoken(level.after)} already"


def _too_late(severity: Severity, levels: list[Level]) -> Iterator[Diagnostic]:
    """Levels that come only when the target to resolve has passed; one finding for all of a severity."""
    target = severity.resolution
    if target is None or target.business:
        return
    late = [x for x in levels if x.after and x.after > target.seconds and x.why.stated]
    if late:
        who = ", ".join(_names(late))
        yield Diagnostic(
            "SB223",
            "note",
            f"{severity.name} is to be resolved within {spoken(target.seconds)}, and {who} hears of it only after "
            f"{spoken(late[0].after or 0)}.",
            "Bring them in before the target has passed, while they can still help to keep it.",
            late[0].why,
            (target.why,),
        )


def _louder(book: Book, ladders: dict[str, list[Level]]) -> Iterator[Diagnostic]:
    """A lower severity that begins louder, or with more people, than a higher one."""
    above: tuple[Severity, list[Level]] | None = None
    for severity in book.policy.severities:
        first = [x for x in ladders[severity.name] if x.after == 0 and x.named]
        if not first:
            continue
        if above and _volume(first) > _volume(above[1]):
            worse = above[0].name
            yield Diagnostic(
                "SB224",
                "warning",
                f"{severity.name} begins with {_told(first)}; {worse}, which is worse, with {_told(above[1])} "
                "only.",
                f"Let {worse} reach at least the same people in at least the same way.",
                first[0].why if first[0].why.stated else severity.why,
                tuple(x.why for x in above[1][:1] if x.why.stated),
            )
        else:
            above = (severity, first)


def _volume(levels: list[Level]) -> tuple[int, float]:
    """How loud the loudest of the levels is, and how many it reaches; a team is more than any number of people."""
    loudest = max(_LOUDNESS[x.manner] for x in levels)
    names = _names([x for x in levels if _LOUDNESS[x.manner] == loudest])
    return loudest, inf if any(map(_MANY.search, names)) else len(names)


def _told(levels: list[Level]) -> str:
    loudest = max(levels, key=lambda x: _LOUDNESS[x.manner]).manner
    kind = {"page": "a page", "notify": "a notification", "ticket": "a ticket"}[loudest]
    return f"{kind} to {', '.join(_names([x for x in levels if x.manner == loudest]))}"


def _sooner(book: Book, ladders: dict[str, list[Level]]) -> Iterator[Diagnostic]:
    """A lower severity that brings somebody in sooner than a higher one does."""
    reached: dict[str, tuple[str, Level]] = {}
    everybody: list[Level] = []
    for severity in book.policy.severities:
        for who, level in _first_reached(ladders[severity.name]).items():
            held = reached.get(who)
            if any((x.after or 0) <= (level.after or 0) for x in everybody):
                continue  # whoever this is may be one of them
            if held and _overtakes(level, held[1]):
                name = next(w for w in level.who if fold(w) == who)
                yield _overtaking(severity, level, name, held)
            elif held is None or (level.after or 0) > (held[1].after or 0):
                reached[who] = (severity.name, level)
        everybody += [x for x in ladders[severity.name] if any(map(_MANY.search, x.who))]


def _first_reached(levels: list[Level]) -> dict[str, Level]:
    """By which level each name is brought in first."""
    first: dict[str, Level] = {}
    for level in levels:
        for who in level.who:
            first.setdefault(fold(who), level)
    return first


def _overtakes(level: Level, other: Level) -> bool:
    """Whether a level of a lower severity comes before one of a higher."""
    same_clock = level.until == other.until and level.business <= other.business
    return same_clock and level.named and level.manner == "page" and (level.after or 0) < (other.after or 0)


def _overtaking(severity: Severity, level: Level, who: str, held: tuple[str, Level]) -> Diagnostic:
    worse, later = held
    return Diagnostic(
        "SB225",
        "warning",
        f"{who} joins a {severity.name} {_after(level)}, and a {worse}, which is worse, only {_after(later)}.",
        f"Bring them in for {worse} at least as early.",
        level.why,
        (later.why,) if later.why.stated else (),
    )


def _after(level: Level) -> str:
    return f"after {spoken(level.after)}" if level.after else "at once"

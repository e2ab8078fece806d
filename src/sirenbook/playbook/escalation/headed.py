"""Finds escalation levels in a row that are headings, the triggers beneath each, and headings of contacts."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sirenbook.playbook.escalation import duties
from sirenbook.playbook.escalation.kinds import tells_who_is_next
from sirenbook.playbook.escalation.ladder import WAIT, Stage
from sirenbook.playbook.escalation.level_tables import tells_stretches
from sirenbook.playbook.escalation.stages import ACTS, ARROWS, LEVEL
from sirenbook.playbook.escalation.steps import Step, until_of, when
from sirenbook.playbook.escalation.triggers import brought_on, leaves
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import LOOSE, Scale
from sirenbook.playbook.language.phrases import AT_END, brings, calls, silent, unresolved
from sirenbook.playbook.language.reach import mentioned
from sirenbook.playbook.language.records import fields_of
from sirenbook.playbook.language.statements import SENTENCE
from sirenbook.playbook.language.vocabulary import CONTACT_TOPIC, ESCALATION_TOPIC, part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text import drawing
from sirenbook.playbook.text.document import Fence, Items, Paragraph, Section, Table, blocks_of, lines_of, plain
from sirenbook.playbook.text.inline import DECORATION, Line

_UNABLE = re.compile(
    r"\W*(?:cannot|can't|can’t|could not|unable to|failed to|fails to) (?:be )?(?:resolve|fix|mitigate)",
    re.IGNORECASE,
)
_TIER = re.compile(r"^(?:escalation )?(?:level|tier|l)[ -]?\d\b", re.IGNORECASE)
LEAVING = re.compile(
    r"before escalat|escalat\w* (?:after|if|when|time|to next)|timeout|time ?out|time limit|wait|if stuck"
)
_IN_ORDER = re.compile(r"\b(?:contact|call\w*) (?:order|sequence|chain)\b")
_PATH = re.compile(r"^(?:escalation (?:path|chain|contacts?|order)|how to escalate):?$")
_FRAME = re.compile(
    r"(?:escalation )?(?:time ?(?:frame|line|window)?|when|timing|elapsed(?: time)?|window|reached)"
)
_GROUP = re.compile(r"\b(?:support|help ?desk|desk|operations|engineering|services?|vendor|provider)\b", re.I)
_TO_LEVEL = re.compile(r"(?:when to )?escalate to (?:tier|level|l)[ -]?(\d)\b")
_ESCALATES_TO = re.compile(r"escalates? to")
_KIND = re.compile(r"\bescalation\b")
_PASSED = re.compile(
    r"\W*(?:pass|hand|escalate|move|transfer)(?:ed|s)? (?:it |this |the (?:incident|call|ticket) )?"
    r"(?:on |over |up )?to (?:the )?(?:tier|level|l)[ -]?(\d)\b",
    re.IGNORECASE,
)
_LEFT_IN = re.compile(r"\W*escalates? (?:if|when|after|unless)\b(?!.*\bto\b)[^:]*:", re.IGNORECASE)
_LEFT_WHEN = re.compile(r"escalates? (?:when|if|after)(?: any of the following)?:?")
_ONWARD_IF = re.compile(r"escalates? (?:if|when|after|to next)")
_TIMED = re.compile(r"\b(?:phone|call(?:ing)?) (?:tree|chain|order|ladder)\b|\bwhom?\b.* when\b")
"""What a heading of contacts says besides: in which order, or on what they are called."""
_AFTER = re.compile(r"\bafter \d+ ?(?:m|h)", re.IGNORECASE)
_ONTO = re.compile(r"(?:escalate|notify|contact|page|inform)(?: to)?:?$")


def in_headings(section: Section, scale: Scale) -> list[Stage]:
    """Headings such as `Level 2: Team Lead` as levels in a row; one that only some severities reach is theirs."""
    levels = _levels(section)
    if levels and _goes_on(levels[0][0]):
        return _left_in_turn(levels)
    if members := _in_lists(levels, scale):
        return members
    named = [scale.mentioned(" ".join(_leaving(inner))) for inner, _ in levels]
    # where the first says nothing of when it is left, each of the others says when it is reached itself
    onward = [(), *named] if levels and _leaving(levels[0][0]) else named
    stages = [_stage(inner, who, only, scale) for (inner, who), only in zip(levels, onward, strict=False)]
    told = [_tells_duty(inner, scale) for inner, _ in levels]
    return [s for s, apart in zip(stages, told, strict=True) if s.who and not apart] if len(stages) >= 2 else []


def _stage(section: Section, who: tuple[str, ...], only: tuple[str, ...], scale: Scale) -> Stage:
    """One level, for `only` those severities with which it is reached, or those beside the time of its heading."""
    return Stage(who or _named_below(section), *_when_reached(section), only or _aside(section, scale))


def over_lists(section: Section) -> list[Stage]:
    """Lines that are levels with their times, each over a list that begins with who it is: `Level 2 (15 min)`."""
    pairs = [
        (b.lines[-1], n) for b, n in pairwise(section.blocks) if isinstance(b, Paragraph) and isinstance(n, Items)
    ]
    timed = [(x, n.items[0].head) for x, n in pairs if LEVEL.match(plain(x.text)) and duration.window(x.text)]
    stages = [Stage(who, x.text, x) for x, head in timed if (who := targets.listed_in(head.text))]
    return stages if len(stages) == len(timed) > 1 else []


def _tells_duty(section: Section, scale: Scale) -> bool:
    """Whether the lines of a role say when it is brought in; those of a numbered level say that of the row."""
    lines = (x for b in section.blocks for x in lines_of(b))
    return not LEVEL.match(plain(section.title.text)) and any(duties.tells(x.value, scale) for x in lines)


def _aside(section: Section, scale: Scale) -> tuple[str, ...]:
    """The severities that stand beside the time of a level's heading: `Level 2: Management (1 hour for SEV-1)`."""
    found = AT_END.search(section.title.text)
    return scale.mentioned(found[1]) if found and duration.amounts(found[1]) else ()


def _levels(section: Section) -> list[tuple[Section, tuple[str, ...]]]:
    """The headings of levels, each with whom it names; among known roles a short name is somebody's too."""
    found = []
    for inner in section.sections:
        title = DECORATION.sub("", inner.title.text, count=1)
        if LEVEL.match(plain(title)):
            found.append((inner, title, _titled(title) or _called_below(inner)))
    known = any(who or _listed_below(inner) for inner, _, who in found)
    levels = [
        (inner, _listed_below(inner) or who or (_short(title) if known else ())) for inner, title, who in found
    ]
    return levels or _roles(section)


def _called_below(section: Section) -> tuple[str, ...]:
    """Whom a field under a level says to call, where its heading is but a number: `Action: Notify the manager`."""
    deeds = (f.value for f in fields_of(section) if part_of(f.label) == "action")
    return next((who for words in deeds if brings(words) and (who := whom(words, plainly=False))), ())


def _listed_below(section: Section) -> tuple[str, ...]:
    """Whom a list under `Escalate to:` names, each with an address, where a level's heading is about no one."""
    if not _KIND.search(plain(section.title.text)):
        return ()
    lists = [s for s in section.sections if _ONTO.match(plain(s.title.text))]
    lines = [x for s in lists for b in s.blocks for x in lines_of(b)]
    return tuple(dict.fromkeys(n for x in lines for n in targets.only_names(x.label or x.text)))


def _roles(section: Section) -> list[tuple[Section, tuple[str, ...]]]:
    """The headings under one of escalation that are nothing but somebody's role, each a level of its own."""
    title = plain(section.title.text)
    if not ESCALATION_TOPIC.search(title) or CONTACT_TOPIC.search(title) or len(section.sections) < 2:
        return []
    named = [(s, targets.only_names(DECORATION.sub("", s.title.text, count=1))) for s in section.sections]
    return named if all(who for _, who in named) else []


def _short(title: str) -> tuple[str, ...]:
    """Whom the heading of a level names in a few words; a step or a stage may be anything that is done."""
    rest = _TIER.sub("", title).strip(" :-–—")
    return targets.short_name(rest) if rest != title and rest.istitle() else ()


def on_triggers(section: Section, scale: Scale) -> Iterator[Step]:
    """The levels of headings with triggers beneath, each of which brings its level in at its own time."""
    levels = _levels(section)
    if levels and _goes_on(levels[0][0]):
        return
    yield from _passed_on(levels, scale)
    yield from _onto_levels(levels, scale)
    onward = _onward_fields(levels)
    left = list(_left_by_severity(levels, scale))
    for lines, (_, who) in zip(onward, levels[1:], strict=False):
        left += brought_on(who, lines, scale) if who else ()
    yield from left
    taken = {s.why.line for s in left} | {x.line for lines in onward for x in lines}
    for place, (inner, _) in enumerate(levels):
        for lead, every in _led(inner):
            lines = [x for x in every if x.line not in taken]
            brought = _brought_under(plain(lead), place, levels)
            yield from brought_on(brought, lines, scale) if brought else ()


def _brought_under(lead: str, place: int, levels: Sequence[tuple[Section, tuple[str, ...]]]) -> tuple[str, ...]:
    """Whom the triggers under some words of a level bring in: that level, or the one that it is left for.

    `Escalate when:` says when a level is left wherever even the first of them says so.
    """
    inner, who = levels[place]
    numbered = _TO_LEVEL.match(lead)
    first = [plain(x) for x, _ in _led(levels[0][0])]
    if _LEFT_WHEN.fullmatch(lead) and any(map(_LEFT_WHEN.fullmatch, first)):
        return levels[place + 1][1] if place + 1 < len(levels) else ()
    at = int(numbered[1]) - 1 if numbered else len(levels)
    if at < len(levels):
        return levels[at][1]
    next_ones = _escalates_to(inner)
    return who if next_ones is None else next_ones


def for_severities(section: Section, scale: Scale) -> Iterator[Step]:
    """Whom a level brings in by hand for the severities that stand alone in a line beneath it: `Outages (P0)`."""
    for inner, who in _levels(section):
        for line in (x for b in inner.blocks if isinstance(b, Items) for x in lines_of(b)):
            if who and not line.label and (only := scale.purely(line.text)):
                yield Step(who, None, line.at(), only)


def _left_by_severity(levels: Sequence[tuple[Section, tuple[str, ...]]], scale: Scale) -> Iterator[Step]:
    """Whom the level before goes on to at each severity's time, as a list says: `Escalate if not fixed in:`."""
    for (inner, _), (_, who) in pairwise(levels):
        heads = (
            i for b in inner.blocks if isinstance(b, Items) for i in b.items if _LEFT_IN.fullmatch(i.head.text)
        )
        for item in heads:
            for line in (x for b in item.blocks for x in lines_of(b)):
                only, due = scale.purely(line.label), duration.alone(line.value)
                if who and only and due:
                    yield Step(who, due.seconds, line.at(), only, until_of(item.head.text), business=due.business)


def _onward_fields(levels: Sequence[tuple[Section, tuple[str, ...]]]) -> list[list[Line]]:
    """The fields of each level that say when it goes on, if the first has one: `Escalate if: no fix in 1 h`."""
    found = [
        [x for b in inner.blocks for x in lines_of(b) if _ONWARD_IF.fullmatch(plain(x.label))]
        for inner, _ in levels
    ]
    return found if found and any(duration.amounts(x.value) for x in found[0]) else []


def _passed_on(levels: Sequence[tuple[Section, tuple[str, ...]]], scale: Scale) -> Iterator[Step]:
    """Whom the level before passes on to, at each severity's own time: `Pass to Level 2 after 30 min for P2, …`."""
    for line in (x for inner, _ in levels for b in inner.blocks for x in lines_of(b)):
        for sentence in SENTENCE.split(line.text):
            onward = _PASSED.match(sentence)
            who = levels[int(onward[1]) - 1][1] if onward and 0 < int(onward[1]) <= len(levels) else ()
            for share in duties.shares(sentence, scale) if who else ():
                only, (after, business) = mentioned(share, scale), when(share)
                if only and after is not None:
                    yield Step(who, after, line.at(sentence), only, until_of(sentence), business=business)


def _onto_levels(levels: Sequence[tuple[Section, tuple[str, ...]]], scale: Scale) -> Iterator[Step]:
    """Whom a level's own line escalates to by number: `Escalate to Level 3 if: SEV1 and unresolved in 30 min`."""
    for line in (x for inner, _ in levels for b in inner.blocks for x in lines_of(b)):
        onto = _onto(line)
        late = silent(line.value) or unresolved(line.value)
        due = duration.read(line.value) if late and 0 < onto <= len(levels) else None
        if due and (who := levels[onto - 1][1]):
            only = scale.mentioned(line.value, by_label=True)
            yield Step(who, due.seconds, line.at(), only, until_of(line.value), business=due.business)


def _onto(line: Line) -> int:
    """The number of the level that a line's label leads to, or 0."""
    found = _TO_LEVEL.match(plain(line.label))
    return int(found[1]) if found else 0


def _led(section: Section) -> Iterator[tuple[str, list[Line]]]:
    """The lines of a level's lists, each with the words that lead to it: `Escalate to Tier 2 when:`."""
    for part in section.walk():
        lead = part.title.text
        for block in part.blocks:
            lines = list(lines_of(block))
            yield lead, lines
            lead = lines[-1].text if lines and isinstance(block, Paragraph) else part.title.text


def _leads_on(lead: str, level: Section) -> bool:
    """Whether words lead to what brings in another level than the one that they stand under."""
    found = _TO_LEVEL.match(plain(lead))
    return bool(found and found[1] not in re.findall(r"\d", level.title.text))


def _escalates_to(section: Section) -> tuple[str, ...] | None:
    """Whom a level says that it escalates to, so that its triggers are theirs; None where it says nothing of it."""
    onward = [f.value for f in fields_of(section) if _ESCALATES_TO.fullmatch(plain(f.label))]
    return targets.called(onward[0]) if len(onward) == 1 else None


def _titled(title: str) -> tuple[str, ...]:
    """Whom a level's heading names; a short name of several words can be anybody's (`Level 2 - Vendor Support`)."""
    rest = ARROWS.split(LEVEL.sub("", title))[-1].strip(" :-–—")
    named = targets.listed_in(rest) or whom(rest)
    return named or (targets.short_name(duration.without(rest)) if _GROUP.search(rest) else ())


def _in_lists(levels: Sequence[tuple[Section, tuple[str, ...]]], scale: Scale) -> list[Stage]:
    """The people listed one by one under levels whose headings only say when: `Level 2 (15-30 minutes)`."""
    timed = [duration.window(inner.title.text) is not None for inner, _ in levels]
    if any(who for _, who in levels) or len(levels) < 2 or not all(timed):
        return []
    return [
        Stage(who, inner.title.text, line, severities=scale.mentioned(line.text))
        for inner, _ in levels
        for line in members(inner)
        if (who := targets.only_names(line.text))
    ]


def first_on_path(section: Section) -> tuple[str, ...]:
    """Who comes after whoever is on call on the path that stands beside a heading of when to escalate."""
    paths = [s for s in section.parent.sections if _PATH.search(plain(s.title.text))] if section.parent else []
    lists = [b for s in paths for b in s.blocks if isinstance(b, Items)] if len(paths) == 1 else []
    heads = [i.head.text for i in lists[0].items] if len(lists) == 1 else []
    if heads and calls(heads[0]):
        return whom(heads[0], plainly=False)
    rows = [targets.only_names(head) for head in heads]
    others = [who for who in rows if who and (targets.SECOND.search(who[0]) or not targets.ON_CALL.search(who[0]))]
    return others[0] if others and all(rows) else ()


def members(section: Section) -> list[Line]:
    """The items right under the heading of a level that are nothing but somebody, whatever stands in brackets."""
    lines = (i.head for b in section.blocks if isinstance(b, Items) for i in b.items if not i.head.label)
    return [x for x in lines if targets.only_names(x.text)]


def is_when(section: Section) -> bool:
    """Whether the heading of a level says when it is reached, and leaves it to a list who it is."""
    title = DECORATION.sub("", section.title.text, count=1)
    return bool(LEVEL.match(plain(title))) and duration.window(title) is not None and bool(members(section))


def _when_reached(section: Section) -> tuple[str, Line, str]:
    """The words that hold a level's time, its heading, and its reason, alone where it repeats that time."""
    words, reason = _times_of(section), _reason_of(section)
    timed, late = duration.read(section.title.text), duration.read(reason)
    repeated = (
        words == section.title.text and timed is not None and late is not None and timed.seconds == late.seconds
    )
    return "" if repeated else words, section.title, reason


def _reason_of(section: Section) -> str:
    """The line under a level's heading that says after what silence or delay it is reached."""
    own = [x for lead, lines in _led(section) if not _leads_on(lead, section) for x in lines]
    late = [x.text for x in own if not _onto(x) and (silent(x.text) or unresolved(x.text))]
    reasons = [words for words in late if not leaves(words)]
    return reasons[0] if len(reasons) == 1 else ""


def _goes_on(section: Section) -> list[str]:
    """The lines of a level that say how long it has, and name nobody: its escalation, or what it cannot resolve."""
    lines = [x for b in blocks_of(section) for x in lines_of(b) if x.label in ("", "Escalation", "Escalate")]
    late = [x.value for x in lines if x.label or (_UNABLE.match(x.value) and not LOOSE.search(x.value))]
    return [words for words in late if duration.amounts(words) and not whom(words)]


def _left_in_turn(levels: Sequence[tuple[Section, tuple[str, ...]]]) -> list[Stage]:
    """Levels of which the first says under `Escalation` when it is left, and so do the others."""
    stages = []
    for inner, who in levels:
        waits = [a for words in _goes_on(inner) for a in duration.amounts(words)]
        words = f"{WAIT}{waits[0].seconds} seconds" if len(waits) == 1 else ""
        stages.append(Stage(who or _named_below(inner), words, inner.title))
    return [s for s in stages if s.who] if len(stages) > 1 else []


def _leaving(section: Section) -> list[str]:
    """The lines of a level that say when it is left for the next."""
    return [x.text for b in blocks_of(section) for x in lines_of(b) if leaves(x.text) and not _onto(x)]


def _times_of(section: Section) -> str:
    """The words of a level's heading that may hold its time: the title, or a field that says when it is left."""
    title = section.title.text
    if duration.window(title) is not None:
        return title
    known = list(fields_of(section))
    fields = [f for f in known if LEAVING.search(plain(f.label)) and duration.amounts(f.value)]
    if len(fields) == 1:
        return f"{WAIT}{fields[0].value}"
    left = [a.seconds for words in _leaving(section) for a in duration.amounts(words)]
    if len(left) == 1:
        return f"{WAIT}{left[0]} seconds"
    reached = [f for f in known if _FRAME.fullmatch(plain(f.label)) and duration.window(f.value) is not None]
    return reached[0].value if len(reached) == 1 else title


def _named_below(section: Section) -> tuple[str, ...]:
    """Whom a level's fields name where its heading does not."""
    for entry in fields_of(section):
        if part_of(entry.label) == "who" and (named := targets.listed_in(entry.value)):
            return named
    lines = (x for b in blocks_of(section) for x in lines_of(b) if not x.label)
    acting = (m[1] for x in lines if (m := ACTS.match(x.text)))
    return tuple(dict.fromkeys(name for words in acting for name in targets.named_in(words)))


def lists_contacts(section: Section, title: str) -> bool:
    """Whether a heading is that of contacts, none of which says after how long it is called."""
    lines = [x for b in section.blocks if isinstance(b, Items) for x in lines_of(b)]
    levels = [x for x in lines if LEVEL.match(x.text)]
    tables = [b for b in section.blocks if isinstance(b, Table)]
    rows = any(tells_stretches(b) or _lists_levels(b) or tells_who_is_next(b) for b in tables)
    drawings = (b for b in section.blocks if isinstance(b, Fence) and drawing.is_drawing(b))
    drawn_waits = any(LEVEL.match(b.text.strip()) and duration.amounts(b.text) for b in drawings)
    timed = levels or rows or drawn_waits or any(_AFTER.search(x.text) for x in lines) or _TIMED.search(title)
    return bool(CONTACT_TOPIC.search(title)) and not (timed or _IN_ORDER.search(title))


def _lists_levels(table: Table) -> bool:
    """Whether the rows of a table are levels by number: `L1 | On-call analyst | 15 min`."""
    return len(table.rows) > 1 and all(LEVEL.fullmatch(plain(row[0].text)) for row in table.rows)

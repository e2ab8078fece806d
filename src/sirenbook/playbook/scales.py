"""Finds which tables, headings and lists define a team's severities, and which only look as if they did."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sirenbook.playbook.language import clauses
from sirenbook.playbook.language.names import LABEL, Name, canonical, counted, leading_code, listed, read_name
from sirenbook.playbook.language.records import Group, Record
from sirenbook.playbook.language.vocabulary import (
    ALERT_TOPIC,
    CONTACT_TOPIC,
    ESCALATION_TOPIC,
    LEVEL_TOPIC,
    METRIC_TOPIC,
    PLAN_TOPIC,
    REVIEW_TOPIC,
    SEVERITY_TOPIC,
    TEMPLATE_TOPIC,
    part_of,
)
from sirenbook.playbook.text.document import plain

_SEVERITIES, _PEOPLE = ("sev", "p"), ("l", "tier")
"""The schemes that name only severities, and those that beside them name levels of people: `L1`, `Tier 2`."""
CLOCKS = ("response", "ack", "resolution", "update")
"""The parts of a record that are times which count from the alert, or that repeat."""
_MEASURED = re.compile(r"\bmtt|\bmean\b|average|\brate\b|percent|%|uptime|number of|count", re.IGNORECASE)
AIM = re.compile(r"(?:target|goal|objective|deadline|limit|sla|slo)s?(?: time)?", re.IGNORECASE)
"""A label that leaves it to its heading which time it is: `Target` under `Acknowledge every page`."""
_TALLY = re.compile(r"\bnumber of|\bhow many|\blast (?:week|month|quarter|year)\b")
"""What a label or the heading of a table of what happened says."""
_COUNTS = re.compile(r"count|total|incidents|#|no\.?")
"""The labels of its columns of figures."""
_ALARM = re.compile(r"(?:warn(?:ing)?|info(?:rmational)?)\b")
_THINGS = re.compile(r"\b(?:services?|systems?|applications?|assets?|teams?|support|plans?|customers?)\b")
_INCIDENTS = re.compile(r"\b(?:incidents?|outages?)\b")
_SEVERITY = re.compile(r"\bseverit(?:y|ies)\b[^/]*$")
"""What the nearest heading says whose codes are severities, whatever it says of paging: `Severity & paging`."""
_RESPOND = re.compile(r"\brespon(?:d|ds|se)\b(?: is)? (?:with)?in\b", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"\b(?:alert(?:ing)?|bug|defect|ticket|task|feature|vulnerability|log|support)s?"
    r" (?:severit(?:y|ies)|priorit(?:y|ies)|levels?)\b"
)
"""What a heading says that grades other things than incidents."""
_SORTED = re.compile(r"\b(?:by|per|of each) (?:incident )?(?:severity|priority|level)\b")
"""What a heading ends with that sorts other things by their severity: `Copies by priority`."""
_NOT_OURS = (REVIEW_TOPIC, TEMPLATE_TOPIC, CONTACT_TOPIC, PLAN_TOPIC)


@dataclass(frozen=True, slots=True)
class Named:
    """A group in which several records are named as severities."""

    group: Group
    members: tuple[tuple[Name, Record], ...]
    weight: int

    @property
    def scheme(self) -> str:
        """What the codes have in common, `p` or `sev`; `word` for words."""
        return re.sub(r"\d", "", canonical(self.members[0][0].id)) if self.members[0][0].coded else "word"


_IN_ORDER = re.compile(
    r"\b(?:restor\w+|recovery) (?:priorit(?:y|ies)|prioriti[sz]ation|order|sequence|tiers?)\b"
    r"|\b(?:systems?|services?|applications?) priorit(?:y|ies)\b"
)
"""What a heading is called under which systems, not incidents, are graded by what is mended first."""


def defining(every: Sequence[Group]) -> list[Named]:
    """The groups that define the severities, weightiest first, all of one scheme."""
    found = [n for g in every for loose in (False, True) if (n := _named(g, loose=loose))]
    coded = [n for n in found if n.scheme != "word" and n.weight >= 3]
    if any(n.scheme in _SEVERITIES for n in coded):
        coded = [n for n in coded if n.scheme not in _PEOPLE]
    worded = max((n.weight for n in found if n.scheme == "word"), default=0)
    timed = {n.scheme for n in coded if _timed(n.group)}
    coded = [n for n in coded if n.scheme in _SEVERITIES or n.weight > worded or n.scheme in timed]
    ranked = sorted(coded or [n for n in found if n.weight >= 4], key=lambda n: -n.weight)
    columns = {(n.group.line, n.group.topic): n.group.header for n in reversed(ranked) if n.group.kind == "rows"}
    best = [n for n in ranked if columns.get((n.group.line, n.group.topic), n.group.header) == n.group.header]
    if not best:
        return _alone(every) or _of_alerts(every)
    keys = {canonical(a) for n in best if n.scheme == best[0].scheme for name, _ in n.members for a in name.aliases}
    return [n for n in best if n.scheme == best[0].scheme or any(set(m.keys) & keys for m, _ in n.members)]


def _of_alerts(every: Sequence[Group]) -> list[Named]:
    """The one group that grades alerts and says how soon somebody responds, where nothing grades incidents."""
    found = []
    for group in every:
        members = tuple((n, r) for r in group.records if (n := read_name(r.title)))
        timed = sum(1 for _, record in members if _answered(record))
        nearest = plain(group.topic[-1]) if group.topic else ""
        graded = SEVERITY_TOPIC.search(nearest) or part_of(group.header) == "severity"
        other = _OF_OTHERS.search(nearest) or any(t.search(nearest) for t in _NOT_OURS)
        if other and not ALERT_TOPIC.search(nearest):
            continue
        apart = len({canonical(n.id) for n, _ in members}) == len(members)
        if graded and apart and timed > 1 and timed * 4 >= len(group.records) * 3:
            found.append(Named(group, members, 0))
    return found if len(found) == 1 else []


def _answered(record: Record) -> bool:
    """Whether a field says how soon somebody responds."""
    told = (f for f in record.fields if part_of(f.label) == "response")
    return any("response" in clauses.clocks(f.value, "response", f.label) for f in told)


def _timed(group: Group) -> bool:
    """Whether some record of a group states a clock of its own."""
    return any(part_of(f.label) in CLOCKS for r in group.records for f in r.fields if f.label)


def _alone(every: Sequence[Group]) -> list[Named]:
    """The headings or rows that each define one severity, where no group defines several."""
    found = []
    for group in every:
        members = [(n, r) for r in group.records if (n := read_name(r.title)) and n.coded]
        plainly = group.kind in ("sections", "rows") and len(members) == 1
        if plainly and not (members[0][1].procedure or members[0][1].fenced):
            found.append(Named(group, tuple(members), 0))
    topics = [" / ".join(plain(t) for t in (*n.group.topic, n.group.header)) for n in found]
    sure = [n for n, t in zip(found, topics, strict=True) if _weight(n.group, n.members, t) >= 3]
    return [n for n in sure if n.scheme == sure[0].scheme]


def _named(group: Group, *, loose: bool) -> Named | None:
    """A group as severities, if at least two of its names are such and no more than a few are not."""
    topic = " / ".join(plain(t) for t in (*group.topic, group.header))
    nearer = " / ".join(plain(t) for t in (*group.topic[2:], group.header)) if group.topic[2:] else topic
    if loose and ESCALATION_TOPIC.search(nearer) and not _SEVERITY.search(topic.rpartition(" / ")[0]):
        return None
    members = [(n, r) for r in group.records if (n := read_name(r.title, loose=loose))]
    if loose and _grades_things(group, members):
        return None
    if loose and not (LEVEL_TOPIC.search(topic) or _graded(group, members)):
        return None
    coded = [m for m in members if m[0].coded]
    if part_of(group.header) == "severity":
        loosely = not ESCALATION_TOPIC.search(topic)  # the levels of a ladder are no severities
        led = () if len(coded) >= 2 else _led_by_codes(group, loose=loosely)
        coded = _with_rows_beside(group, coded) if len(coded) >= 2 else list(led) or coded
        coded = coded or _counted(group, topic)
    elif headed(group):
        coded = _with_short_ones(group, coded)
    coded = [*coded, *_listed_beside(group, coded)]
    members = coded if len(coded) >= 2 else [m for m in members if not m[0].coded]
    ids = {canonical(n.id) for n, _ in members}
    if len(ids) < 2 or len(ids) != len(members) or (not coded and len(members) * 10 < len(group.records) * 6):
        return None
    if not coded and any(_ALARM.match(plain(r.title)) for r in group.records) and not _of_incidents(group):
        return None
    return Named(group, tuple(members), _weight(group, members, topic))


def _grades_things(group: Group, members: Sequence[tuple[Name, Record]]) -> bool:
    """Whether names such as `Tier 1` are those of services, teams or plans, by a column or the heading."""
    words = [f.label for r in group.records for f in r.fields] + list(group.topic[-1:])
    lent = any(canonical(n.id).startswith("tier") for n, _ in members)
    return lent and any(_THINGS.search(plain(w)) for w in words)


_OF_INCIDENTS = ({"high", "medium", "low"}, {"critical", "major", "minor"})
"""Words of which a scale of incidents is made, whatever stands beside them."""


def _of_incidents(group: Group) -> bool:
    """Whether a heading or column says that it grades incidents, so that its warnings are no alerts."""
    nearest = plain(group.topic[-1]) if group.topic else ""
    told = any(_INCIDENTS.search(plain(f.label)) for r in group.records for f in r.fields)
    timed = {part_of(f.label) for r in group.records for f in r.fields} & {"response", "ack", "update"}
    titles = {plain(r.title) for r in group.records}
    if (told or timed) and any(known <= titles for known in _OF_INCIDENTS):
        return True
    return bool(_INCIDENTS.search(nearest) and SEVERITY_TOPIC.search(nearest) and not ALERT_TOPIC.search(nearest))


def _with_rows_beside(group: Group, coded: list[tuple[Name, Record]]) -> list[tuple[Name, Record]]:
    """Severities of a column of severities, with those whose codes are followed by words that nobody knows."""
    schemes = {re.sub(r"\d", "", canonical(n.id)) for n, _ in coded}
    known = {id(r): n for n, r in coded}
    read = ((known.get(id(r)) or leading_code(r.title), r) for r in group.records)
    return [(n, r) for n, r in read if n and re.sub(r"\d", "", canonical(n.id)) in schemes]


def headed(group: Group) -> bool:
    """Whether headings, items or lines stand right under a heading of severities."""
    nearest = plain(group.topic[-1]) if group.topic else ""
    others = _OF_OTHERS.search(nearest) or _IN_ORDER.search(nearest) or _SORTED.search(nearest)
    return group.kind not in ("rows", "columns") and bool(LEVEL_TOPIC.search(nearest) and not others)


def brief(name: Name) -> bool:
    """Whether few words follow a code, as they do where a severity is called by what has happened: `P1 Outage`."""
    return len(name.rest.split("(")[0].split()) <= 5


def _with_short_ones(group: Group, coded: list[tuple[Name, Record]]) -> list[tuple[Name, Record]]:
    """Severities under their heading, with those whose codes are followed by few words that nobody knows."""
    short = [(n, r) for n, r in _with_rows_beside(group, coded) if brief(n)]
    apart = len({canonical(n.id) for n, _ in short}) == len(short)
    return short if coded and apart and len(short) > len(coded) else coded


def _listed_beside(group: Group, coded: list[tuple[Name, Record]]) -> list[tuple[Name, Record]]:
    """The severities that one title lists beside others that have each their own: `P3/P4 (Medium/Low)`."""
    known = {canonical(n.id) for n, _ in coded}
    schemes = {re.sub(r"\d", "", key) for key in known}
    found = ((n, r) for r in group.records for n in listed(r.title) if canonical(n.id) not in known)
    return [(n, r) for n, r in found if re.sub(r"\d", "", canonical(n.id)) in schemes]


def _led_by_codes(group: Group, *, loose: bool) -> list[tuple[Name, Record]]:
    """The rows of a column of severities where every one begins with a code, whatever words follow."""
    found = [(n, r) for r in group.records if (n := leading_code(r.title, loose=loose))]
    schemes = {re.sub(r"\d", "", canonical(n.id)) for n, _ in found}
    return found if len(found) == len(group.records) and len(schemes) == 1 else []


def _counted(group: Group, topic: str) -> list[tuple[Name, Record]]:
    """The rows of a column of severities that are only counted there: `1 - Critical` under `Severity`."""
    found = [(n, r) for r in group.records if (n := counted(r.title, group.header))]
    told = {part_of(f.label) for r in group.records for f in r.fields if f.label} & {*CLOCKS, "meaning"}
    return found if told and len(found) == len(group.records) and not ESCALATION_TOPIC.search(topic) else []


def _graded(group: Group, members: Sequence[tuple[Name, Record]]) -> bool:
    """Whether names such as `Level 1` are those of severities: each has a label, or a time to respond."""
    labelled = all(n.label and LABEL.fullmatch(n.label) for n, _ in members)
    parts = {part_of(f.label) for _, r in members for f in r.fields if f.label}
    levels = bool(group.topic) and bool(SEVERITY_TOPIC.search(plain(group.topic[-1])))
    told = levels and bool(members) and all(any(_RESPOND.search(f.value) for f in r.fields) for _, r in members)
    return labelled or told or (part_of(group.header) == "severity" and "response" in parts)


def _weight(group: Group, members: Sequence[tuple[Name, Record]], topic: str) -> int:
    """How much speaks for a group being the definition of the severities."""
    parts = {part_of(f.label) for _, r in members for f in r.fields if f.label}
    weight = 3 if SEVERITY_TOPIC.search(topic) else 0
    weight += 2 if group.header and part_of(group.header) == "severity" else 0
    weight += 2 * len(parts & {"response", "resolution"})
    weight += 2 if "meaning" in parts else 0
    weight += 1 if any(n.label for n, _ in members) else 0
    weight += 1 if any(f.value for _, r in members for f in r.fields) else 0
    nearest = plain(group.topic[-1]) if group.topic else ""
    about = part_of(nearest) if part_of(nearest) in CLOCKS else None
    weight += 2 if sum(1 for _, r in members if any(clauses.clocks(f.value, about) for f in r.fields)) > 1 else 0
    figures = METRIC_TOPIC.search(nearest) and measures(group)
    foreign = any(t.search(nearest) for t in (*_NOT_OURS, ALERT_TOPIC)) or figures
    ordered = _IN_ORDER.search(nearest) and not parts & {"response", "ack", "update"}
    if (foreign and not SEVERITY_TOPIC.search(nearest)) or _OF_OTHERS.search(nearest) or ordered:
        weight -= 8 if _OF_OTHERS.search(nearest) or ordered else 4
    return weight - (4 if all(r.fenced for _, r in members) else 0)


def tallied(group: Group) -> bool:
    """Whether records tell how incidents went: how many there were, or in the last quarter."""
    labels = {plain(f.label) for r in group.records for f in r.fields}
    said = any(_TALLY.search(x) for x in (*labels, *map(plain, group.topic[-1:])))
    return said or any(_COUNTS.fullmatch(x) for x in labels)


def measures(group: Group) -> bool:
    """Whether records under a heading of targets are figures to reach, not the clocks of incidents."""
    labels = [f.label for r in group.records for f in r.fields]
    nearest = group.topic[-1] if group.topic else ""
    clocks = {part_of(nearest if AIM.fullmatch(x) else x) for x in labels} & set(CLOCKS)
    clocks |= {c for r in group.records for f in r.fields if not f.label for c in clauses.clocks(f.value, None)}
    return not clocks or any(
        _MEASURED.search(x) for x in (*labels, *(r.title for r in group.records), group.header, nearest)
    )

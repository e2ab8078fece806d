"""Reads the severities: their names, labels, clocks and the words by which a team recognises them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from msgspec import structs

from sirenbook.playbook.called import add_codes_beside, add_other_codes, spoken_of
from sirenbook.playbook.draft import Draft
from sirenbook.playbook.language import clauses, duration
from sirenbook.playbook.language.duration import Amount
from sirenbook.playbook.language.names import (
    LABEL,
    LOOSE,
    Name,
    Scale,
    canonical,
    counted,
    leading_code,
    listed,
    read_name,
    word_rank,
)
from sirenbook.playbook.language.records import Field, Group, Record, groups
from sirenbook.playbook.language.scope import policy_sections
from sirenbook.playbook.language.vocabulary import (
    METRIC_TOPIC,
    REVIEW_TOPIC,
    SEVERITY_TOPIC,
    TEMPLATE_TOPIC,
    UNREAL_TOPIC,
    Part,
    part_of,
)
from sirenbook.playbook.scales import AIM, CLOCKS, brief, defining, headed, measures, tallied
from sirenbook.playbook.text.document import Document, lines_of, plain
from sirenbook.playbook.text.inline import Line

OUTWARD = re.compile(r"customer|external|public|client|status page|executive|leadership|stakeholder", re.IGNORECASE)
_WORST = re.compile(
    rf"({LOOSE.pattern})\s(?:is|=)\s(?:the )?(?:worst|highest|gravest|most (?:severe|critical|serious))",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"(?:internal|external)(?:ly| (?:updates?|comms|communications?|teams?|staff|stakeholders?|channels?))?"
    r"|customers?|public|stakeholders?|team|executives?|leadership|management"
)
_PLAINLY = re.compile(
    rf"(?:{LABEL.pattern}|\b(?:incidents?|response|priority|severity|level|procedures?|protocol)\b|\W)*",
    re.IGNORECASE,
)
_GRADED = re.compile(rf"({LABEL.pattern})\s[-–—]\s", re.IGNORECASE)
_AS_IT_IS = re.compile(
    r"\b(?:current(?:ly)?|actual|achieved|baseline|today|average|avg|mean|median"
    r"|last (?:week|month|quarter|year))\b",
    re.IGNORECASE,
)
_BOXED = re.compile(
    r"(?:plan|apply|implement|deploy|develop|verify|assess|identify|start|begin|prepare|test|monitor)\b[^:]*"
    r": \(\d[^()]*\)",
    re.IGNORECASE,
)
"""A step with the time that it may take, which is nobody's target: `Plan fix (30 min)`."""
_LOSS = re.compile(r"\brpo\b|recovery point", re.IGNORECASE)
_OBJECTIVE = re.compile(r"\brto\b|recovery time|\brpo\b|recovery point", re.IGNORECASE)
_DEED = re.compile(
    r"\W*(?:page|create|open|log|file)s?\s(?!.*\b(?:respon|ack|answer))(?=.*\d|.*\bnext\b)",
    re.IGNORECASE,
)
"""What is done by a time that is not how soon somebody responds: `Page on-call within 5 min`, `Ticket next day`."""
_RESPONSE_TIMES = re.compile(r"\bresponse times?\b|\bresolution times?\b")
_HOW_SOON = re.compile(r"time\b|within|target|deadline|\bslas?\b", re.IGNORECASE)
_AMOUNT_FIRST = re.compile(r"(?:initial )?response: \W*\d", re.IGNORECASE)
_ACKNOWLEDGE = re.compile(r"\W*ack(?:nowledge[sd]?|ed|s)?\b", re.IGNORECASE)
_PARTLY = re.compile(r"mitigat|work-?around|contain", re.IGNORECASE)


def read_severities(documents: Sequence[Document]) -> list[Draft]:
    """The severities of a playbook, worst first, with all that its records say of them."""
    every = [g for d in documents for g in groups(d)]
    named_groups = defining(every)
    drafts: dict[str, Draft] = {}
    for named in named_groups:
        for name, record in named.members:
            _enter(drafts, name, record)
    drafts = _labelled(drafts or spoken_of(documents), every)
    ordered = sorted(drafts.values(), key=_badness, reverse=_rises(documents, drafts.values()))
    add_other_codes(documents, ordered)
    add_codes_beside(every, ordered)
    scale = scale_of(ordered)
    for group in dict.fromkeys([*(n.group for n in named_groups), *every]):
        _harvest_group(drafts, scale, group)
    for group in every:
        _harvest_runbooks(drafts, scale, group)
    return ordered


def _rises(documents: Sequence[Document], drafts: Iterable[Draft]) -> bool:
    """Whether a greater number is worse: a line says that the greatest is the worst, or the labels do."""
    coded = [(int(d[0]), x) for x in drafts if x.name.coded and (d := re.search(r"\d", canonical(x.name.id)))]
    graded = sorted((n, r) for n, x in coded if x.label and (r := word_rank(x.label)) is not None)
    ranks = [r for _, r in graded]
    if len(set(ranks)) > 1:
        return ranks == sorted(ranks, reverse=True)
    greatest = {canonical(x.name.id) for n, x in coded if n == max(n for n, _ in coded)}
    said = (
        m
        for d in documents
        for s in policy_sections(d)
        for b in s.blocks
        for x in lines_of(b)
        if (m := _WORST.search(x.text))
    )
    return any(canonical(m[1]) in greatest for m in said)


def scale_of(drafts: Iterable[Draft]) -> Scale:
    """The scale by which every other reader recognises the severities."""
    known: dict[str, str] = {}
    labels: dict[str, str] = {}
    names = []
    for draft in drafts:
        names.append(draft.name.id)
        for spelling in (draft.name.id, *draft.aliases):
            known[canonical(spelling)] = draft.name.id
        if draft.label:
            labels.setdefault(canonical(draft.label), draft.name.id)
        if not draft.name.coded:
            labels[canonical(draft.name.id)] = draft.name.id
    return Scale(tuple(names), known, labels)


def _labelled(drafts: dict[str, Draft], every: Iterable[Group]) -> dict[str, Draft]:
    """The severities, each with the word that it bears elsewhere, beside others that bear one too."""
    for group in every:
        names = (n for r in group.records for n in (read_name(r.title), *listed(r.title)) if n and n.coded)
        told = [n for n in names if n.label and LABEL.fullmatch(n.label)]
        for name in told if len({n.id for n in told}) > 1 else ():
            if (draft := drafts.get(canonical(name.id))) and not draft.label:
                draft.label = name.label
    return drafts


def _badness(draft: Draft) -> tuple[int, int]:
    digit = re.search(r"\d", canonical(draft.name.id)) if draft.name.coded else None
    rank = int(digit[0]) if digit else word_rank(draft.name.id)
    return (rank if rank is not None else 99, draft.why.line)


def _enter(drafts: dict[str, Draft], name: Name, record: Record) -> None:
    """Enter a severity, or what this record adds to it."""
    meant = {canonical(n) for n in (name.id, *name.aliases)}
    key = next((k for k, d in drafts.items() if meant & {k, *map(canonical, d.aliases)}), canonical(name.id))
    draft = drafts.setdefault(key, Draft(name, record.name.at(name.id)))
    spellings = [n for n in (name.id, *name.aliases) if canonical(n) not in (key, *map(canonical, draft.aliases))]
    draft.aliases.extend(spellings)
    draft.label = draft.label or name.label or _label(record, name)
    if draft.label and canonical(draft.label) in map(canonical, draft.aliases):
        draft.label = None


def _label(record: Record, name: Name) -> str | None:
    """The label in a column or field of its own."""
    for entry in record.fields:
        words = entry.value.split()
        if part_of(entry.label) == "label" and 0 < len(words) <= 3:
            return entry.value
        if part_of(entry.label) == "meaning" and name.coded and (first := _GRADED.match(entry.value)):
            return first[1]
        if part_of(entry.label) in ("meaning", *CLOCKS):
            continue
        other = read_name(entry.value)
        if other and not other.coded and not other.rest and name.coded and len(words) <= 2:
            return other.id
    return None


def _harvest_group(drafts: dict[str, Draft], scale: Scale, group: Group) -> None:
    topic = " / ".join(plain(t) for t in group.topic[-2:])
    if any(t.search(topic) for t in (REVIEW_TOPIC, TEMPLATE_TOPIC)) and not SEVERITY_TOPIC.search(topic):
        return
    if any(UNREAL_TOPIC.search(plain(t)) for t in group.topic[2:]):
        return
    promised = SEVERITY_TOPIC.search(topic) or _RESPONSE_TIMES.search(plain(group.topic[-1]))
    if METRIC_TOPIC.search(topic) and not promised and measures(group):
        return
    if tallied(group):
        return
    told = (_before_commands(r) for r in group.records if not (r.procedure or _warns(r, group)))
    meant = [(r, _meant(r, group, scale)) for r in told if r]
    named = [s for _, severities in meant for s in severities]
    if group.kind == "sections" and len(named) != len(set(named)):
        return  # `P1: disk full` and `P1: node lost` are runbooks, not severities
    for record, severities in meant:
        for severity in severities:
            # several rows of one severity are about something else each, so that no clock of theirs is its own
            alone = group.kind != "rows" or named.count(severity) == 1
            _harvest(_draft_of(drafts, severity), record, group, timed=alone)
    for severity in dict.fromkeys(s for s in named if group.kind == "rows" and named.count(s) > 1):
        _agree(_draft_of(drafts, severity), [r for r, severities in meant if severity in severities], group)


def _agree(draft: Draft, rows: Sequence[Record], group: Group) -> None:
    """Take how soon somebody responds from rows of one severity, each about something else, that all agree."""
    each = [Draft(draft.name, draft.why) for _ in rows]
    for found, row in zip(each, rows, strict=True):
        _harvest(found, row, group, timed=True)
    first = each[0].clocks.get("response")
    if (
        first
        and first.seconds
        and all("response" in d.clocks and d.clocks["response"].seconds == first.seconds for d in each)
    ):
        draft.state_beside("response", Amount(first.seconds, 0, 0, first.business), first.why)


def _harvest_runbooks(drafts: dict[str, Draft], scale: Scale, group: Group) -> None:
    """Take how soon somebody responds from runbooks that each bear a severity, where nothing else says it.

    As where the only word of it is `Response SLA: 5 minutes` under `P1: API down`, and no other P1 has another.
    """
    named = ((r, read_name(r.title)) for r in group.records) if group.kind == "sections" else ()
    graded = [(r, s) for r, name in named if name and name.coded and (s := scale.find(name.id))]
    severities = dict.fromkeys(s for _, s in graded)
    several = len(severities) < len(graded)
    graded = [(r, s) for r, s in graded if r.procedure or several or r.fenced]
    for severity in severities if len(severities) > 1 else ():
        told = [x for r, s in graded if s == severity for x in _answered(r)]
        if len({amount.seconds for amount, _ in told}) == 1:
            amount, line = told[0]
            _draft_of(drafts, severity).state_beside("response", amount, line.at(line.value))


def _answered(record: Record) -> Iterator[tuple[Amount, Line]]:
    """How soon somebody responds by the labels under a runbook's heading, or under those that stand beneath it."""
    blocks = (b for s in (record.section.walk() if record.section else ()) for b in s.blocks)
    lines = (x for b in blocks for x in lines_of(b) if x.label)
    for line in (x for x in lines if part_of(x.label) == "response"):
        if amount := duration.alone(line.value):
            yield amount, line


def _warns(record: Record, group: Group) -> bool:
    """Whether a heading that stands alone only begins with a warning: `CRITICAL: the bypass must be:`."""
    name = read_name(record.title) if len(group.records) == 1 else None
    return name is not None and not (name.coded or _PLAINLY.fullmatch(name.rest))


def _before_commands(record: Record) -> Record | None:
    """A record, or if commands stand under it what it says before them, if it is about nothing but a severity."""
    name = read_name(record.title) if record.fenced else None
    return (record.opening if name and _PLAINLY.fullmatch(name.rest) else None) if record.fenced else record


def _meant(record: Record, group: Group, scale: Scale) -> tuple[str, ...]:
    """The severities that a record is named as; in a column of severities a code may have any words behind it."""
    if found := scale.purely(record.title):
        return found
    graded = part_of(group.header) == "severity"
    lead = (leading_code(record.title, loose=True) or counted(record.title, group.header)) if graded else None
    if lead is None and headed(group) and (short := leading_code(record.title)) and brief(short):
        lead = short
    severity = scale.find(lead.id) if lead else None
    return (severity,) if severity else ()


def _draft_of(drafts: dict[str, Draft], severity: str) -> Draft:
    return next(d for d in drafts.values() if d.name.id == severity)


@lru_cache(maxsize=8)
def _tells_first(group: Group) -> bool:
    """Whether some cell of a table is `Immediate`."""
    return any(duration.immediate(f.value) for r in group.records for f in r.fields)


def _named_by(context: str | None, entry: Field, group: Group) -> Field:
    """A field whose label only says for whom (`Internal`) gets the heading's word: it is about updates.

    Where some cell of its table is `Immediate`, the table tells of first words and no rhythm.
    """
    told = context == "update" and _SIDE.fullmatch(plain(entry.label)) and not _tells_first(group)
    return replace(entry, label=f"updates, {entry.label}") if told else entry


def _harvest_title(draft: Draft, record: Record, group: Group) -> None:
    """Take a clock that stands in the heading itself: `P1 - High (< 1 hour response)`."""
    name = read_name(record.title, loose=True) if group.kind == "sections" else None
    for piece in re.split(r"[()\[\]]|\s-\s|[,;](?=\s?[A-Za-z ]{2,30}:)", name.rest) if name else ():
        label, _, value = piece.rpartition(":")
        found = dict(clauses.clocks(value.strip(), part_of(label) if label else None, label))
        if not label and (soon := _acted_on(piece, group)):
            found = {"response": soon}
        for clock, amount in found.items():
            draft.state(clock, amount, record.name.at(piece.strip()), weak=not (label and amount.seconds))


@lru_cache(maxsize=8)
def _tells_updates(group: Group) -> bool:
    """Whether a table says when people are told, first and from then on, so that its end is the last of it."""
    parts = {part_of(f.label) for r in group.records for f in r.fields}
    told = group.topic and part_of(group.topic[-1]) == "update"
    return bool(told) and {"first update", "update"} <= parts and "response" not in parts


def _acted_on(words: str, group: Group) -> Amount | None:
    """How soon a severity is acted on, by words beside its name under a heading of severities."""
    nearest = plain(group.topic[-1]) if group.topic else ""
    if _RESPONSE_TIMES.search(nearest) and (amount := duration.alone(words)):
        return amount
    return clauses.acted_on(words) if SEVERITY_TOPIC.search(nearest) else None


def _resolves_elsewhere(record: Record) -> bool:
    """Whether a field says by when an incident is over, so that one on mitigation does not."""
    ends = (f for f in record.fields if f.label and part_of(f.label) == "resolution")
    return any(not _PARTLY.search(f.label) for f in ends)


def _is_response(entry: Field) -> bool:
    """Whether a label says how soon somebody responds, so that words of acknowledging mean the same."""
    told = _HOW_SOON.search(entry.label) or _AMOUNT_FIRST.match(f"{entry.label}: {entry.value}")
    return bool(told) and part_of(entry.label) == "response"


def _in_office(entry: Field, record: Record) -> bool:
    """Whether a label says that its time counts in business hours, and none gives another one for the nights."""
    others = (f for f in record.fields if f is not entry and re.search(r"\d", f.value))
    return duration.business(entry.label) and not any(clauses.OFF_HOURS.search(f.label) for f in others)


def _part(label: str, context: Part | None) -> Part | None:
    """What a label says that its value is, or what the heading says where there is no label, or only `Target`."""
    said = part_of(label) if label else None
    return context if context in CLOCKS and (not label or AIM.fullmatch(label)) else said


def _clocks_of(entry: Field, part: Part | None, label: str, group: Group) -> dict[clauses.Clock, Amount]:
    """The clocks that one value states under its label, or beside the severity's name without one."""
    found = dict(clauses.clocks(entry.value, part, label)) if part != "escalation" else {}
    untold = "response" not in found or not found["response"].seconds
    if untold and "ack" in found and _is_response(entry):
        found["response"] = found["ack"]  # how soon they respond, in other words
    soon = _acted_on(entry.value, group) if not (entry.label or found) else None
    if _DEED.match(entry.value):
        found.pop("response", None)
    if _ACKNOWLEDGE.match(entry.value) and not duration.without(entry.label):
        return {"ack": due} if (due := duration.read(entry.label)) and due.seconds else found
    return {"response": soon} if soon else found


def _harvest(draft: Draft, record: Record, group: Group, *, timed: bool) -> None:
    """Take the clocks and words that one record states of a severity."""
    if any(record is r for r, _ in draft.records):
        return
    draft.records.append((record, group))
    if not timed:
        return
    aimed = bool(group.topic) and AIM.search(group.topic[-1])
    reported = not aimed and any(_AS_IT_IS.search(f.label) for f in record.fields)
    context = part_of(group.topic[-1]) if group.topic and not reported else None
    recovered = any(_LOSS.search(f.label) for f in record.fields)
    office = any(part_of(f.label) == "hours" and duration.business(f.value) for f in record.fields)
    _harvest_title(draft, record, group)
    for entry in (
        _named_by(context, f, group) for f in record.fields if not _BOXED.fullmatch(f"{f.label}: {f.value}")
    ):
        part = _part(entry.label, context)
        if part in ("meaning", "label"):
            draft.words.append(entry.line.at(entry.value))
            continue
        label = entry.label or (group.topic[-1] if group.topic else "")
        found = _clocks_of(entry, part, label, group)
        if _AS_IT_IS.search(entry.label) or (recovered and _OBJECTIVE.search(label)):
            continue  # what was measured, and how soon a system runs again after a disaster, are no targets
        if _tells_updates(group):
            found.pop("resolution", None)
        if _PARTLY.search(label) and _resolves_elsewhere(record):
            found.pop("resolution", None)
        for clock, amount in found.items():
            weak = bool(OUTWARD.search(label)) or (clock == "response" and amount.seconds == 0)
            weak = weak or bool(clock == "resolution" and _PARTLY.search(label)) or (context == "update" != part)
            works = clock in ("response", "ack") and (office or _in_office(entry, record))
            paced = structs.replace(amount, business=True) if works else amount
            draft.state(clock, paced, entry.line.at(entry.value), weak=weak)
        if part in ("response", "resolution") and part not in found and re.search(r"\d", entry.value):
            draft.unread.append((part, entry.line.at(entry.value)))

"""Reads what each severity is recognised by: figures with their bounds, and phrases where the team gives none."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.criteria import Criterion
from sirenbook.model.measures import Reading, conditions, lasting
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.draft import Draft
from sirenbook.playbook.language import clauses
from sirenbook.playbook.language.names import LOOSE, Scale, read_name
from sirenbook.playbook.language.records import Field, Group, Record
from sirenbook.playbook.language.scope import policy_sections
from sirenbook.playbook.language.vocabulary import (
    ESCALATION_TOPIC,
    METRIC_TOPIC,
    REVIEW_TOPIC,
    UPDATE_TOPIC,
    part_of,
)
from sirenbook.playbook.text.document import Document, lines_of, plain
from sirenbook.playbook.text.inline import Line

_CUT = re.compile(
    r"(?:;|,(?!\s*(?:but|yet|though|although|except|unless)\b)|(?<=[^\d\s])\.(?=\s|$))\s*(?:and/or |or |and )?"
    r"|\s+and/or\s+|\s+or\s+"
    r"(?!(?:more|less|fewer|above|higher|below|lower|greater|worse)\b(?! than))|\s[•·]\s|\s/\s"
)
_JOINT = re.compile(r"\s+(?:and|while|combined with|together with)\s+(?!\d)")
_TELLS = re.compile(
    r"\b(?:if|when|whenever|where|means?|is for|are for|is|are|once|counts? as)\b|[=→]", re.IGNORECASE
)
_CONDITION = re.compile(r"\b(?:if|when|whenever|where|means?|once)\b|[=→]", re.IGNORECASE)
_GENERAL = re.compile(
    r"defin|criteri|character|exampl|impact|scope|descri|symptom|trigger|threshold|condition|meaning|summary|indicat"
    r"|when|what|details?|notes?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"respon|resol|updat|ack|escalat|page|notif|within|every|review|post-?mortem|report|fix|restor|contact|call\b|sla\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_UNBRACKETED = re.compile(r"[()]")
_FOREIGN = (ESCALATION_TOPIC, REVIEW_TOPIC, METRIC_TOPIC, UPDATE_TOPIC)
_EMPTY = re.compile(r"\W*(?:n/?a|none|tbd|todo|-|see below|etc)?\W*", re.IGNORECASE)


def join_criteria(documents: Sequence[Document], drafts: Sequence[Draft], scale: Scale) -> None:
    """Give each severity the criteria that its records and the sentences of policy about it state."""
    for draft in drafts:
        found = [c for record, group in draft.records for c in _of_record(record, group)]
        draft.criteria = list({(c.why.file, c.why.line, str(c.conditions), c.words): c for c in found}.values())
    known = {(c.why.file, c.why.line) for d in drafts for c in d.criteria}
    by_name = {d.name.id: d for d in drafts}
    for line, sentence in _telling(documents):
        severities = scale.mentioned(sentence)
        if len(severities) == 1 and (line.file, line.at(sentence).line) not in known:
            by_name[severities[0]].criteria += _figures(line, sentence)


def _of_record(record: Record, group: Group) -> Iterator[Criterion]:
    name = read_name(record.title, loose=True) if group.kind == "sections" else None
    for piece in re.split(r"[()\[\]]|\s-\s", name.rest)[1:] if name else ():
        if not clauses.clocks(piece, None):
            yield from _worded_or_measured(piece.strip(), record.name)
    for field in record.fields:
        part = part_of(field.label) if field.label else None
        if part in ("meaning", None) and not _EMPTY.fullmatch(field.value):
            yield from _of_field(field, group, meaning=part == "meaning")


def _of_field(field: Field, group: Group, *, meaning: bool) -> Iterator[Criterion]:
    """The criteria of one value: of a cell such as `> 10%` under its column, or of a list of phrases."""
    bare = meaning and not _GENERAL.search(field.label)
    if field.label and not _GENERAL.search(field.label) and not _CLOCK.search(field.label):
        found = conditions(f"{_UNBRACKETED.sub(' ', field.label)} {field.value.strip(' :')}")
        if found and not any(r.rest for r in found):
            at = field.line.at(field.value)
            yield from (Criterion(at, conditions=(r.condition,)) for r in found[:1])
            return
    if meaning and not (bare and _CLOCK.search(field.label)):
        yield from _worded_or_measured(field.value, field.line)
    elif not field.label and not _in_clock(group):
        yield from _figures(field.line, field.value)


def _in_clock(group: Group) -> bool:
    """Whether the heading above says that what stands there are clocks or actions."""
    part = part_of(group.topic[-1]) if group.topic else None
    return part in ("response", "ack", "resolution", "update", "escalation", "who", "action", "review")


def _worded_or_measured(text: str, line: Line) -> Iterator[Criterion]:
    """The phrases of a passage, each with its figures or as words."""
    for phrase in _phrases(text):
        readings = [conditions(part) for part in _JOINT.split(phrase)]
        if any(readings):
            yield _measured(line.at(phrase), phrase, readings)
        elif len(phrase.split()) > 1 or lasting(phrase):
            yield Criterion(line.at(phrase), phrase)


def _measured(why: Provenance, phrase: str, readings: Sequence[Sequence[Reading]]) -> Criterion:
    """A criterion of figures; what its other halves say must hold as well."""
    parts = _JOINT.split(phrase)
    words = [r.rest for many in readings for r in many[:1] if r.rest]
    words += [part for part, many in zip(parts, readings, strict=True) if not many]
    return Criterion(why, " ".join(words), tuple(r.condition for many in readings for r in many))


def _figures(line: Line, text: str) -> Iterator[Criterion]:
    """Only the figures of a sentence that says other things too; amounts of time may be clocks, and are left."""
    for phrase in _phrases(text):
        readings = [conditions(LOOSE.sub(" ", _CONDITION.split(part)[-1])) for part in _JOINT.split(phrase)]
        every = [r for many in readings for r in many]
        if not every or _CLOCK.search(phrase) or any(_may_be_a_clock(r) for r in every):
            continue
        words = " ".join(r.rest for r in every if r.rest)
        yield Criterion(line.at(phrase), words, tuple(r.condition for r in every))


def _may_be_a_clock(reading: Reading) -> bool:
    """Whether an amount of time could be one that people have, and not one that a service takes."""
    condition = reading.condition
    slow = re.search(r"latency|lag|delay|p\d\d|duration", condition.measure)
    return condition.unit == "seconds" and not slow


def _phrases(text: str) -> Iterator[str]:
    """The alternatives that a passage lists; what stands in brackets belongs to its phrase."""
    masked = re.sub(r"\([^()]*\)|(?<=\d),(?=\d{3})", lambda m: "_" * len(m[0]), text)
    start = 0
    for cut in _CUT.finditer(masked):
        if text[start : cut.start()].strip():
            yield text[start : cut.start()].strip(" .:")
        start = cut.end()
    if text[start:].strip(" .:"):
        yield text[start:].strip(" .:")


def _telling(documents: Sequence[Document]) -> Iterator[tuple[Line, str]]:
    """The sentences of policy that tell a severity by a figure, each with its line."""
    for document in documents:
        for section in policy_sections(document):
            if any(t.search(plain(section.title.text)) for t in _FOREIGN):
                continue
            for block in section.blocks:
                for line in lines_of(block):
                    if _DIGIT.search(line.text) and _TELLS.search(line.text):
                        yield from ((line, s) for s in _SENTENCE.split(line.text) if _TELLS.search(s))

"""Reads the runbooks, their parts and commands, and which alert each answers, so that incidents open with one."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from sirenbook.model.policy import AlertRule
from sirenbook.model.procedure import Runbook
from sirenbook.model.provenance import Provenance
from sirenbook.model.words import ATTACK
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.vocabulary import part_of
from sirenbook.playbook.procedures.naming import KIND
from sirenbook.playbook.procedures.parts import labels_parts, part_named, parts_only
from sirenbook.playbook.procedures.pointed_at import PROCEDURES, anchors_in
from sirenbook.playbook.procedures.references import Signposts, slug
from sirenbook.playbook.procedures.sections import read_procedure
from sirenbook.playbook.procedures.titled import runbook_sections
from sirenbook.playbook.text.document import (
    BOLD,
    Block,
    Document,
    Items,
    Section,
    Table,
    blocks_of,
    lines_of,
    plain,
)
from sirenbook.playbook.text.inline import Line

_ALERT_NAME = r"[A-Z][a-z0-9]+(?:[A-Z0-9][A-Za-z0-9]*)+"
_ONE_WORD = re.compile(r"[A-Z](?=\w*[a-z])\w*[A-Z]\w*")
"""An alert's name where nothing else can stand: `DLQEventRateCritical`."""
_STATED = re.compile(rf"\b[Aa]lert(?:\s?name)?s?\b\s*(?:[:=]|\bis\b|\bfires?\b)?\s*[\"`']?({_ALERT_NAME})\b")
_ALERTS = re.compile(r"alerts?(?: ?names?)?|alert ?rules?")
_NUMBERING = re.compile(r"^(?:[^\w`\"“'(\[]+)?(?:(?:\d+(?:\.\d+)*[.)]|\d{1,2}(?:\.\d+)*)\s+)?")
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SECURITY_ALERT = re.compile(r"\bsecurity (?:alerts?|events?|incidents?|breach)", re.IGNORECASE)
MOST_STEPS = 999
"""More steps than any person works through; what follows is left out."""


def read_runbooks(documents: Sequence[Document]) -> tuple[Runbook, ...]:
    """Every titled procedure of a playbook."""
    sections = [s for d in documents for s in runbook_sections(d)]
    signposts = Signposts(documents, [(s, title_of(s)) for s in sections])
    return tuple(_runbook(s, signposts) for s in sections)


def title_of(section: Section) -> str:
    """A runbook's title without numbering."""
    return _NUMBERING.sub("", section.title.text, count=1).strip("` :–—")


def _runbook(section: Section, signposts: Signposts) -> Runbook:
    title, read = title_of(section), read_procedure(section)
    told = {part: tuple(lines) for part, lines in read.told.items()}
    return Runbook(
        title=title,
        why=section.title.at(),
        sections=tuple(dict.fromkeys(_parts(section))),
        steps=tuple(read.steps[:MOST_STEPS]),
        branches=tuple(read.branches),
        symptoms=told.get("symptoms", ()),
        impact=told.get("impact", ()),
        causes=told.get("causes", ()),
        prevention=told.get("prevention", ()),
        escalation=told.get("escalation", ()),
        references=tuple(signposts.references(section, title)),
        security=_about_security(section.title.at(), title, told.get("symptoms", ())),
    )


def _about_security(why: Provenance, title: str, symptoms: Sequence[Provenance]) -> Provenance | None:
    """The line by which a runbook is about an attack: its title, or an alert among its symptoms."""
    if ATTACK.search(" ".join(_CAPITALS.split(title))):
        return why
    return next((s for s in symptoms if _SECURITY_ALERT.search(s.quote)), None)


def _parts(section: Section) -> Iterator[str]:
    """The parts by headings, bold lines and labels, in the order of the text."""
    for content in section.contents:
        if isinstance(content, Section):
            if part := part_named(content.title.text):
                yield part
        else:
            lines = [i.head for i in content.items] if isinstance(content, Items) and labels_parts(content) else ()
            for line in getattr(content, "lines", lines):
                if (line.bold or parts_only(line.label)) and (part := part_named(line.label)):
                    yield part


def read_alerts(documents: Sequence[Document], scale: Scale) -> tuple[AlertRule, ...]:
    """Every alert that the playbook names, with the title of the runbook in which it stands."""
    rules: dict[str, AlertRule] = {}
    for document in documents:
        titled = {id(s): title_of(r) for r in runbook_sections(document) for s in r.walk()}
        for section in document.root.walk():
            for name, line in _names(section, titled.get(id(section))):
                rule = AlertRule(name, line.at(name), titled.get(id(section)), _severity(section, scale))
                if name not in rules or (rule.runbook and not rules[name].runbook):
                    rules[name] = rule
    titles = {key: title_of(r) for d in documents for r in runbook_sections(d) for key in _anchors(r)}
    blocks = (b for d in documents for s in d.root.walk() for b in s.blocks)
    for rule in (r for b in blocks for r in _catalogue(b, scale, titles)):
        known = rules.setdefault(rule.name, rule)
        severity, runbook = known.severity or rule.severity, known.runbook or rule.runbook
        rules[rule.name] = replace(known, severity=severity, runbook=runbook)
    return tuple(rules.values())


def _anchors(section: Section) -> tuple[str, ...]:
    """The anchors by which a table may point to a runbook: that of its heading, and that of its title."""
    return slug(section.title.text), slug(title_of(section))


def _catalogue(block: Block, scale: Scale, titles: Mapping[str, str]) -> Iterator[AlertRule]:
    """The alerts of a table that has a column of their names, and one of their severities or of runbooks."""
    if not isinstance(block, Table) or not block.header or not _ALERTS.fullmatch(plain(block.header[0].text)):
        return
    graded = [i for i, h in enumerate(block.header) if part_of(h.text) == "severity"]
    pointing = [i for i, h in enumerate(block.header) if PROCEDURES.search(plain(h.text))]
    for row in block.rows:
        name = row[0].text.strip("` ")
        severities = [s for i in graded if i < len(row) for s in scale.titled(row[i].text)]
        keys = [key for i in pointing if i < len(row) for key in anchors_in(row[i])]
        runbook = next((titles[key] for key in keys if key in titles), None)
        if _ONE_WORD.fullmatch(name) and (severities or runbook):
            yield AlertRule(name, row[0].at(name), runbook, severities[0] if len(severities) == 1 else None)


def _names(section: Section, runbook: str | None) -> Iterator[tuple[str, Line]]:
    title = KIND.sub("", title_of(section))
    bare = re.sub(r"\s+alert$", "", title, flags=re.IGNORECASE).strip("`")
    if runbook and re.fullmatch(_ALERT_NAME, bare):
        yield bare, section.title
    if 0 < section.level < BOLD:
        for block in blocks_of(section):
            for line in lines_of(block):
                for stated in _STATED.finditer(line.text):
                    yield stated[1], line


def _severity(section: Section, scale: Scale) -> str | None:
    """The severity that a runbook's heading or a field of it states (`P1: Database down`, `Severity: P1`)."""
    fields = [x.value for b in blocks_of(section) for x in lines_of(b) if part_of(x.label) == "severity"]
    for words in (section.title.text, *fields):
        named = scale.titled(words)
        if len(named) == 1:
            return named[0]
    return None

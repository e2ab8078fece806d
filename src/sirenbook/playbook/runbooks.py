"""Reads the runbooks, their parts and commands, and which alert each answers, so that incidents open with one."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sirenbook.model.policy import AlertRule, Runbook, RunbookStep
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.commands import read_commands
from sirenbook.playbook.document import (
    BOLD,
    Block,
    Document,
    Fence,
    Items,
    Quote,
    Section,
    Table,
    blocks_of,
    lines_of,
    plain,
)
from sirenbook.playbook.inline import Line
from sirenbook.playbook.names import Scale
from sirenbook.playbook.scope import is_process, is_runbook
from sirenbook.playbook.vocabulary import NO_RUNBOOK, RUNBOOK_TOPIC, part_of

_ALERT_NAME = r"[A-Z][a-z0-9]+(?:[A-Z0-9][A-Za-z0-9]*)+"
_STATED = re.compile(rf"\b[Aa]lert(?:\s?name)?s?\b\s*(?:[:=]|\bis\b|\bfires?\b)?\s*[\"`']?({_ALERT_NAME})\b")
_ALERTS = re.compile(r"alerts?(?: ?names?)?|alert ?rules?")
_NUMBERING = re.compile(r"^(?:[^\w`]+)?(?:\d+(?:\.\d+)*[.)]?\s+)?")
_KIND = re.compile(r"^(?:runbook|scenario|playbook|incident|alert|procedure)\s*#?\d*\s*[:–—-]\s*", re.IGNORECASE)
_PARTS = (
    (
        "immediate_actions",
        r"immediate|first (?:steps|response|actions|aid|minutes)|quick (?:actions|response)"
        r"|initial (?:actions|response|steps)",
    ),
    ("symptoms", r"symptoms?|indicators?|signs\b|detection|how (?:it|this) (?:looks|shows)|triggers?\b"),
    ("impact", r"(?:business |user |customer )?impact"),
    ("causes", r"(?:common |possible |likely |potential |typical |root )*causes?\b"),
    ("containment", r"contain"),
    (
        "investigation",
        r"investigat|diagnos|triage|debug|troubleshoot|assess|checks?\b|analysis|verify the (?:issue"
        r"|alert|problem)",
    ),
    ("verification", r"verif|validat|confirm"),
    ("prevention", r"prevent|long[- ]term prevention"),
    ("escalation", r"escalat"),
    ("communication", r"communicat|notif"),
    ("follow_up", r"follow[- ]?up|post[- ]incident|next steps|after"),
    (
        "resolution",
        r"resol|remediat|mitigat|recover|fix(?:es)?\b|repair|restor|solutions?\b|rollback|actions?\b"
        r"|response steps|procedure|steps\b",
    ),
)
_COMPILED = tuple((name, re.compile(rf"^(?:step \d+:?\s*)?(?:{pattern})")) for name, pattern in _PARTS)


def read_runbooks(documents: Sequence[Document]) -> tuple[Runbook, ...]:
    """Every titled procedure of a playbook."""
    return tuple(_runbook(s) for d in documents for s in runbook_sections(d))


def runbook_sections(document: Document) -> Iterator[Section]:
    """The sections that are runbooks, none inside another."""
    waiting = [document.root]
    while waiting:
        section = waiting.pop()
        if _is_titled_procedure(section):
            yield section
        else:
            waiting.extend(reversed(section.sections))


def part_named(title: str) -> str | None:
    """The common name of a runbook's part: `Diagnosis Steps` is its investigation."""
    words = _NUMBERING.sub("", plain(title)).rstrip(": ")
    return (
        next((name for name, pattern in _COMPILED if pattern.match(words)), None)
        if len(words.split()) <= 6
        else None
    )


def _is_titled_procedure(section: Section) -> bool:
    title = plain(section.title.text)
    if section.level == 0 or section.level >= BOLD or NO_RUNBOOK.search(title) or is_process(section):
        return False
    if any(_is_titled_procedure(s) for s in section.sections if s.level < BOLD):
        return False
    if is_runbook(section) or _says_so(section):
        return True
    return section.level > 1 and _under_runbooks(section) and part_named(title) is None and _acts(section)


def _says_so(section: Section) -> bool:
    """Whether a title itself says that it is one procedure (`Runbook: Disk full`)."""
    return bool(_KIND.match(plain(section.title.text))) and _acts(section)


def _under_runbooks(section: Section) -> bool:
    """Whether a heading above announces procedures for failures."""
    above = section.parent
    while above is not None and above.level > 0:
        title = plain(above.title.text)
        if _says_so(above):
            return False
        if RUNBOOK_TOPIC.search(title) and (above.level > 1 or "runbooks" in title):
            return True
        above = above.parent
    return False


def _acts(section: Section) -> bool:
    """Whether a section tells what to do: commands, or a list of steps."""
    return any(
        isinstance(b, Items) or (isinstance(b, Fence) and read_commands(b))
        for s in section.walk()
        for b in s.blocks
    )


def title_of(section: Section) -> str:
    """A runbook's title without numbering."""
    return _NUMBERING.sub("", section.title.text, count=1).strip("` :")


def _runbook(section: Section) -> Runbook:
    steps = tuple(_steps(section, ""))
    return Runbook(title_of(section), section.title.at(), tuple(dict.fromkeys(_parts(section))), steps)


def _parts(section: Section) -> Iterator[str]:
    """The parts by headings, bold lines and labels, in the order of the text."""
    for content in section.contents:
        if isinstance(content, Section):
            if part := part_named(content.title.text):
                yield part
        else:
            for line in getattr(content, "lines", ()):
                if line.bold and (part := part_named(line.label)):
                    yield part


def _steps(section: Section, part: str) -> Iterator[RunbookStep]:
    for content in section.contents:
        if isinstance(content, Section):
            yield from _steps(content, part_named(content.title.text) or part)
        else:
            yield from _steps_of(content, part)


def _steps_of(block: Block, part: str) -> Iterator[RunbookStep]:
    match block:
        case Fence():
            for command in read_commands(block):
                why = Provenance(block.file, command.line, command.text.split("\n")[0])
                yield RunbookStep(command.text, command.language, why, part)
        case Items():
            for inner in (b for item in block.items for b in item.blocks):
                yield from _steps_of(inner, part)
        case Quote():
            for inner in block.blocks:
                yield from _steps_of(inner, part)
        case _:
            return


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
    for rule in (r for d in documents for s in d.root.walk() for b in s.blocks for r in _catalogue(b, scale)):
        known = rules.setdefault(rule.name, rule)
        rules[rule.name] = replace(known, severity=known.severity or rule.severity)
    return tuple(rules.values())


def _catalogue(block: Block, scale: Scale) -> Iterator[AlertRule]:
    """The alerts of a table that has a column of their names and one of their severities."""
    if not isinstance(block, Table) or not block.header or not _ALERTS.fullmatch(plain(block.header[0].text)):
        return
    graded = [i for i, h in enumerate(block.header) if part_of(h.text) == "severity"]
    for row in block.rows:
        name = row[0].text.strip("` ")
        severities = [s for i in graded if i < len(row) for s in scale.titled(row[i].text)]
        if re.fullmatch(_ALERT_NAME, name) and severities:
            yield AlertRule(name, row[0].at(name), None, severities[0])


def _names(section: Section, runbook: str | None) -> Iterator[tuple[str, Line]]:
    title = _KIND.sub("", title_of(section))
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

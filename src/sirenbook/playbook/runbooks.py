"""Reads which alerts a playbook names and which runbook answers each: an incident opens with its runbook."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.policy import AlertRule
from sirenbook.playbook.document import BOLD, Document, Section, blocks_of, lines_of
from sirenbook.playbook.inline import Line
from sirenbook.playbook.names import Scale
from sirenbook.playbook.scope import is_runbook

_ALERT_NAME = r"[A-Z][a-z0-9]+(?:[A-Z0-9][A-Za-z0-9]*)+"
_TITLE = re.compile(
    rf"(?:(?:runbook|alert|playbook|scenario)\s*:?\s*)?`?({_ALERT_NAME})`?(?:\s+alert)?", re.IGNORECASE
)
_STATED = re.compile(rf"\b[Aa]lert(?:\s?name)?s?\b\s*(?:[:=]|\bis\b|\bfires?\b)?\s*[\"`']?({_ALERT_NAME})\b")


def read_alerts(documents: Sequence[Document], scale: Scale) -> tuple[AlertRule, ...]:
    """Every alert that the playbook names, with the heading of its runbook."""
    rules: dict[str, AlertRule] = {}
    for document in documents:
        for section in document.root.walk():
            if 0 < section.level < BOLD:
                for name, line, titled in _names(section):
                    if titled or name not in rules:
                        rules.setdefault(
                            name, AlertRule(name, line.at(name), _runbook(section), _severity(section, scale))
                        )
    return tuple(rules.values())


def _names(section: Section) -> Iterator[tuple[str, Line, bool]]:
    title = section.title.text.strip("`*: ")
    found = _TITLE.fullmatch(re.sub(r"^\d+(?:\.\d+)*[.)]?\s+", "", title))
    if found and re.fullmatch(_ALERT_NAME, found[1]) and is_runbook(section):
        yield found[1], section.title, True
    for block in blocks_of(section):
        for line in lines_of(block):
            for stated in _STATED.finditer(line.text):
                yield stated[1], line, False


def _runbook(section: Section) -> str | None:
    """The title of the runbook in which a line stands: the nearest heading that has a runbook's parts."""
    here: Section | None = section
    while here is not None and here.level > 1:
        if is_runbook(here):
            return re.sub(r"^\d+(?:\.\d+)*[.)]?\s+", "", here.title.text).strip("` ")
        here = here.parent
    return None


def _severity(section: Section, scale: Scale) -> str | None:
    named = scale.mentioned(section.title.text)
    return named[0] if len(named) == 1 else None

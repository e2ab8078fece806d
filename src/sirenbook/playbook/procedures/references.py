"""Follows what a procedure points to: `See Database Problems`, `follow the Failover runbook`, links to headings."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from sirenbook.model.procedure import Reference
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.text.document import BOLD, Document, Section, lines_of
from sirenbook.playbook.text.inline import Line

_NAME = (
    r"(?P<name>[A-Z0-9][\w/&().-]*(?:\s(?:[A-Z0-9&(][\w/&().-]*|of|and|for|the|to|in|on|or|a|is|with|down)){0,7})"
)
_TO = r"(?i:(?:see|refer to|follow|use|run|go to|consult|continue with|as in|per)\s+(?:also\s+)?(?:the\s+)?)"
_LOOSE = r"(?P<name>[A-Z0-9][^\n.,;:()→]{2,60}?)"
_QUOTED = r"[\"“*_'`]*"
_KINDS = r"(?i:(?:run-?book|playbook|procedure|section|chapter|guide)s?)"
_SAYS = (
    re.compile(rf"\b{_TO}{_QUOTED}{_LOOSE}{_QUOTED}\s+{_KINDS}\b"),
    re.compile(rf"\b{_TO}{_KINDS}\s*[:#]?\s*{_QUOTED}{_NAME}"),
    re.compile(rf"(?:\b{_TO}|[→➜]\s*|->\s*){_QUOTED}{_NAME}(?={_QUOTED}\s*(?:$|[.,;)]))"),
    re.compile(rf"^{_KINDS}\s*:\s*{_QUOTED}{_NAME}"),
)
_PROCEDURE = re.compile(r"run-?books?|playbooks?|procedures?", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\(\s*<?([^()\s<>]{1,300})>?[^()]*\)")
_PUNCTUATION = re.compile(r"[^\w\- ]")
_AMPLE = 4
"""Letters that a name has at least, so that no chance word is taken for one."""


def slug(title: str) -> str:
    """The anchor that GitHub and GitLab make of a heading, repeated dashes taken as one."""
    words = _PUNCTUATION.sub("", title.strip().lower()).replace(" ", "-")
    return re.sub(r"-+", "-", words).strip("-")


class Signposts:
    """Every heading of a playbook by its anchor, and the runbooks that one comes to there."""

    def __init__(self, documents: Sequence[Document], runbooks: Sequence[tuple[Section, str]]) -> None:
        self._titles: dict[int, str] = {}
        for section, title in runbooks:
            self._titles.update((id(inner), title) for inner in section.walk())
        self._headings: dict[str, Section] = {}
        self._runbooks = {slug(title): section for section, title in runbooks}
        for section in (s for d in documents for s in d.root.walk() if 0 < s.level < BOLD):
            self._headings.setdefault(slug(section.title.text), section)

    def references(self, section: Section, title: str) -> Iterator[Reference]:
        """What a runbook points to beyond itself, each once."""
        seen: set[str] = set()
        for line in lines_of(section):
            for name, quote, surely in _named(line):
                found = self._find(name)
                heading = found.title.text if found else ""
                if not (found or surely) or (heading or name) in seen or heading == section.title.text:
                    continue
                seen.add(heading or name)
                yield Reference(quote, line.at(quote), heading, tuple(self._led_to(found, title)))

    def _find(self, name: str) -> Section | None:
        """The heading of a name or anchor; else the only runbook that has the name in its title."""
        wanted = slug(name)
        if found := self._runbooks.get(wanted) or self._headings.get(wanted):
            return found
        inside = [s for key, s in self._runbooks.items() if len(wanted) >= _AMPLE and wanted in key]
        return inside[0] if len(inside) == 1 else None

    def _led_to(self, found: Section | None, title: str) -> Iterator[str]:
        """The runbooks at a heading: the one it belongs to, or those under it."""
        if found is None:
            return
        here = (self._titles.get(id(s)) for s in found.walk())
        yield from dict.fromkeys(t for t in here if t and t != title)


def unresolved(references: Sequence[Reference]) -> Iterator[tuple[str, Provenance]]:
    """The procedures that are pointed to and are not there."""
    yield from ((r.text, r.why) for r in references if not r.heading)


def _named(line: Line) -> Iterator[tuple[str, str, bool]]:
    """What a line points to: the name, the words, and whether they surely speak of a procedure."""
    for pattern in _SAYS:
        for found in pattern.finditer(line.text):
            surely = bool(_PROCEDURE.search(found[0].replace(found["name"], "", 1)))
            yield found["name"].rstrip(".,;)"), found[0].strip(), surely
    for found in _LINK.finditer(line.source):
        words, target = found[1].strip("*_`"), unquote(found[2])
        if "#" in target and "//" not in target and words in line.text:
            yield target.partition("#")[2], words, False

"""Finds the codes by which a text calls severities, where nothing defines them or their definition has others."""

import re
from collections.abc import Iterable, Sequence

from sirenbook.playbook.draft import Draft
from sirenbook.playbook.language.names import CODE, Name, canonical, read_name, spelled_out
from sirenbook.playbook.language.records import Group
from sirenbook.playbook.language.scope import about_escalation, policy_sections
from sirenbook.playbook.text.document import Block, Document, Fence, Section, lines_of
from sirenbook.playbook.text.inline import Line, make_line

_OTHER = {"sev": "p", "p": "sev", "l": "sev"}
"""The other letters by which a text may call severities that it names by their numbers."""


def spoken_of(documents: Sequence[Document]) -> dict[str, Draft]:
    """The severities that policy speaks of where nothing defines them: `Classify as Sev1/Sev2/Sev3`."""
    found: dict[str, Draft] = {}
    escalated: set[str] = set()
    for document in documents:
        for section in policy_sections(document):
            for line in (section.title, *(x for block in section.blocks for x in _told(block, section))):
                for code in CODE.finditer(spelled_out(line.text)):
                    name = Name(code[0], None, (), "", True)
                    found.setdefault(canonical(code[0]), Draft(name, line.at(code[0])))
                    escalated.update([canonical(code[0])] if about_escalation(section) else ())
    schemes = [re.sub(r"\d", "", key) for key in found]
    best = max(dict.fromkeys(schemes), key=schemes.count, default="")
    enough = schemes.count(best) > 1 or (found and escalated >= set(found))
    return {k: d for k, d in found.items() if re.sub(r"\d", "", k) == best} if enough else {}


def _told(block: Block, section: Section) -> Iterable[Line]:
    """The lines of a block, those of a fence too where the text is about escalation."""
    if not isinstance(block, Fence):
        return lines_of(block)
    rows = enumerate(block.text.split("\n"), block.line) if about_escalation(section) else ()
    return (make_line(block.file, row, number, row) for number, row in rows if block.language in ("", "text"))


def add_other_codes(documents: Sequence[Document], drafts: Sequence[Draft]) -> None:
    """Give severities the codes by which escalation calls them, where the numbers agree: `P1` for Severity 1."""
    keys = [canonical(n) for d in drafts for n in (d.name.id, *d.aliases)]
    schemes = {re.sub(r"\d", "", key) for key in keys}
    other = _OTHER.get(next(iter(schemes))) if len(schemes) == 1 else None
    own = {key[-1] for key in keys}
    sections = (s for d in documents for s in policy_sections(d) if other and about_escalation(s))
    texts = (t for s in sections for t in (s.title.text, *(words for b in s.blocks for words in _texts_of(b))))
    codes = {canonical(m[0]) for t in texts for m in CODE.finditer(spelled_out(t))}
    said = {code[-1] for code in codes if re.sub(r"\d", "", code) == other}
    if other and said and said <= own and ("0" in own) == ("0" in said):
        for draft in (d for d in drafts if canonical(d.name.id)[-1] in said):
            draft.aliases.append(f"{other.upper()}{canonical(draft.name.id)[-1]}")


def add_codes_beside(every: Iterable[Group], drafts: Sequence[Draft]) -> None:
    """Give severities that are words the codes that stand beside them in another group: `Critical (P0)`."""
    words = {canonical(d.name.id): d for d in drafts if not d.name.coded}
    for group in every if words else ():
        names = [n for r in group.records if (n := read_name(r.title)) and n.coded and n.label]
        meant = [words.get(canonical(n.label or "")) for n in names]
        if (
            len(names) > 1
            and all(meant)
            and len({n.id for n in names}) == len({id(d) for d in meant}) == len(names)
        ):
            for draft, name in zip(meant, names, strict=True):
                if draft and not draft.aliases:
                    draft.aliases.append(name.id)


def _texts_of(block: Block) -> Iterable[str]:
    """The texts of a block, those of a fence too."""
    return block.text.split("\n") if isinstance(block, Fence) else (x.text for x in lines_of(block))

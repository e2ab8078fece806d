"""Reads the states of an incident as the playbook words them: Investigating, Identified, Monitoring, Resolved."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.policy import Template
from sirenbook.model.promise import State, StateKind
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language.statements import Statement

_WORDS: dict[str, StateKind] = {
    "investigating": "investigating",
    "acknowledged": "investigating",
    "triaging": "investigating",
    "identified": "identified",
    "fixing": "identified",
    "mitigating": "identified",
    "mitigated": "monitoring",
    "monitoring": "monitoring",
    "watching": "monitoring",
    "recovering": "monitoring",
    "resolved": "resolved",
    "closed": "resolved",
}
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_TOPIC = re.compile(r"\b(?:incident )?(?:states?|status(?:es)?|life-?cycle)\b(?! page)")


def read_states(found: Sequence[Statement], templates: Sequence[Template]) -> tuple[State, ...]:
    """Every state, once each, in the usual order; choices come before titles."""
    named = [*_listed(found), *_chosen(templates), *_titled(templates)]
    kept: dict[str, State] = {}
    for state in named:
        kept.setdefault(state.name.casefold(), state)
    order = list(_WORDS)
    return tuple(sorted(kept.values(), key=lambda s: order.index(s.name.casefold())))


def _listed(found: Sequence[Statement]) -> Iterator[State]:
    """A list or table of states under a heading that says so."""
    for statement in found:
        if statement.ground == "policy" and statement.titles and _TOPIC.search(statement.titles[-1]):
            head = statement.label or statement.text
            if _WORD.fullmatch(head.strip(" .:")):
                yield _state(head.strip(" .:"), statement.line.at(head))


def _chosen(templates: Sequence[Template]) -> Iterator[State]:
    """The choices that a template offers for the state."""
    for template in templates:
        for blank in template.blanks:
            if len(blank.choices) > 1 and all(_WORD.fullmatch(c) for c in blank.choices):
                for choice in blank.choices:
                    yield _state(choice, Provenance(template.why.file, blank.line, blank.name))


def _titled(templates: Sequence[Template]) -> Iterator[State]:
    """The state in a template's title, or at the head of its text in capitals."""
    for template in templates:
        if template.purpose in ("review", "hand-off"):
            continue
        words = re.search(rf"[-–—:(]\s*({_WORD.pattern})\W*$", template.title, re.IGNORECASE)
        if words:
            yield _state(words[1], template.why)
        for row, text in zip(template.rows, template.text.split("\n")[:1], strict=False):
            if head := re.match(rf"\W*((?-i:{'|'.join(w.upper() for w in _WORDS)}))\b", text):
                yield _state(head[1], Provenance(template.why.file, row, text.strip()))


def _state(name: str, why: Provenance) -> State:
    return State(name.capitalize(), _WORDS[name.lower()], why)

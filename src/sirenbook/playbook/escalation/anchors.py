"""Counts from the incident's start what a text counts from another level (`if the secondary does not answer`)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import targets

_COMMON = frozenset({"on", "call", "oncall", "engineer", "engineers", "the", "person", "responder", "of", "team"})
_LEADS = re.compile(r"\bincident (?:commander|lead|manager|owner)\b|\bIC\b|\bresponders?\b", re.IGNORECASE)


def anchor(steps: Sequence[Step]) -> list[Step]:
    """The steps with every time counted from the start; None where the other level's own time is not known."""
    anchored: list[Step] = []
    for step in steps:
        anchored.append(_anchored(step, anchored, steps))
    return anchored


def _anchored(step: Step, before: Sequence[Step], steps: Sequence[Step]) -> Step:
    if not step.after or not (step.base or step.further):
        return step
    earlier = [s for s in before if _overlap(s, step) and not set(s.who) & set(step.who)]
    if step.base and all(_first(name) for name in step.base) and not step.further:
        return step
    named = any(_same(base, who) for base in step.base for s in steps for who in s.who)
    if step.base and not (step.further or named) and all(_LEADS.search(b) for b in step.base):
        return step  # who leads an incident, and whom no line brings in, is there from its start
    if step.base:
        earlier = [s for s in earlier if any(_same(name, who) for name in step.base for who in s.who)]
    start = earlier[-1].after if earlier else None
    return replace(step, after=None if start is None else start + step.after)


def _overlap(one: Step, other: Step) -> bool:
    """Whether two steps can be of one incident."""
    return not one.severities or not other.severities or bool(set(one.severities) & set(other.severities))


def _first(name: str) -> bool:
    """Whether a name means whoever is paged at the very start."""
    return not targets.SECOND.search(name) and (bool(targets.ON_CALL.search(name)) or not _telling(name))


def _same(name: str, who: str) -> bool:
    return bool(_telling(name) & _telling(who)) or name.casefold() == who.casefold()


def _telling(name: str) -> set[str]:
    """The words of a name that tell it from others."""
    return set(re.findall(r"[a-z0-9]+", name.lower())) - _COMMON

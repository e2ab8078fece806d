"""Climbs levels in a row for each severity apart, where their times or the levels themselves depend on it."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from sirenbook.playbook.escalation.ladder import Stage, climb, time_of
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.by_severity import by_severity
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import AT_END

_OR = re.compile(r"\bor\b|;", re.IGNORECASE)


def climb_each(stages: Sequence[Stage], scale: Scale) -> list[Step]:
    """The steps of levels in a row; a row for each severity where the times depend on it (`15 min P1, 1 h P2`)."""
    shared = {s for stage in stages for s, _ in by_severity(f"{stage.words} {stage.condition}", scale)}
    apart = tuple(n for n in scale.names if any(n in severities for severities in shared))
    rows = [[_for(s, name, scale) for s in stages if _meant(s, name, scale)] for name in apart]
    one = [len(row) < min(len(stages), 2) for row in rows]
    steps = [s for row, alone in zip(rows, one, strict=True) for s in (_alone(row) if alone else climb(row))]
    named = {s.line.line for s in stages if s.severities or scale.mentioned(f"{s.words} {s.condition}")}
    whole = frozenset(apart) == frozenset(scale.names)
    row = _merged(steps, apart, frozenset() if whole else named) if apart else climb(stages)
    return [*(g for s in stages for g in _or_graver(s, scale)), *row]


def _or_graver(stage: Stage, scale: Scale) -> Iterator[Step]:
    """Whom a level brings in at once for severities that are an alternative to its time: `After 30 min or SEV1`."""
    aside = AT_END.search(stage.words)
    parts = [p for p in _OR.split(aside[1] if aside else stage.words) if p.strip()]
    timed = any(duration.amounts(p) and not scale.mentioned(p) for p in parts)
    only = next((s for p in parts if not duration.amounts(p) and (s := scale.purely(p))), ())
    if timed and only:
        yield Step(stage.who, 0, stage.line.at(), only)


def _alone(row: Sequence[Stage]) -> list[Step]:
    """The step of a severity's one level in a row of several: its time is the moment at which it comes."""
    due = time_of(row[0].words) if row else None
    return [replace(s, after=due.seconds if due else s.after) for s in climb(row)]


def _meant(stage: Stage, name: str, scale: Scale) -> bool:
    """Whether a level is one of this severity's."""
    named = stage.severities or scale.mentioned(f"{stage.words} {stage.condition}")
    return not named or name in named


def _for(stage: Stage, name: str, scale: Scale) -> Stage:
    """A level with those words only that hold for one severity."""
    words, condition = (
        next((w for severities, w in by_severity(text, scale) if name in severities), text)
        for text in (stage.words, stage.condition)
    )
    return replace(stage, words=words, condition=condition, severities=(name,))


def _merged(steps: Sequence[Step], apart: Sequence[str], named: Set[int]) -> list[Step]:
    """The steps of several severities, those that are the same for all of them once for every severity.

    `named` are the lines of levels that name severities: theirs are those and no others.
    """
    found: dict[tuple[tuple[str, ...], int | None], list[Step]] = {}
    for step in steps:
        found.setdefault((step.who, step.after), []).append(step)
    return [
        one
        for same in found.values()
        for one in (
            [replace(same[0], severities=())] if len(same) == len(apart) and same[0].why.line not in named else same
        )
    ]

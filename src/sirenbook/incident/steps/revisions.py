"""Pins a rollback to its revision: `rollout undo` done twice brings the bad version back, a revision does not."""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from sirenbook.model.judgement import Plan, Stage, Word
from sirenbook.model.step import Value

_ROW = re.compile(r"^(\d{1,9})(?:\s|$)", re.MULTILINE)


def told_by(plan: Plan, output: str) -> tuple[str, str] | None:
    """What the output of `rollout history` says: the name of the value, and the revision before the newest."""
    found = _rollout(plan, "history")
    revisions = sorted({int(row) for row in _ROW.findall(output)})
    if found is None or len(revisions) < 2:
        return None
    return _name(found), str(revisions[-2])


def pinned(plan: Plan, values: Iterable[Value]) -> Plan:
    """The same plan, with the revision to go back to where it is known and the playbook names none."""
    found = _rollout(plan, "undo")
    if found is None or any(w.spelled.startswith("--to-revision") for w in found.words):
        return plan
    known = next((v.value for v in values if v.name == _name(found)), "")
    if not known.isdecimal():
        return plan
    stage = replace(found, words=(*found.words, Word((f"--to-revision={known}",))))
    return replace(plan, pipelines=(replace(plan.pipelines[0], stages=(stage,)),))


def _rollout(plan: Plan, verb: str) -> Stage | None:
    """The only program of a plan, if it is `kubectl rollout VERB` of one object."""
    stages = list(plan.stages())
    if len(stages) != 1:
        return None
    words = [w.spelled for w in stages[0].words]
    if stages[0].environment:
        return None  # it may speak of another cluster
    told = words[:3] == ["kubectl", "rollout", verb] and "--" not in words
    return stages[0] if told and not any(w.startswith("--revision") for w in words) else None


def _name(stage: Stage) -> str:
    """The name under which an object's earlier revision is known: the object, and whose it is."""
    return "revision before " + " ".join(_object(w.spelled for w in stage.words[3:]))


def _object(words: Iterable[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word in ("-n", "--namespace"):
            yield f"in {next(rest, '')}"
        elif word.startswith(("-n=", "--namespace=")):
            yield f"in {word.partition('=')[2]}"
        elif not word.startswith("-"):
            yield word

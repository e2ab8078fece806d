"""Asks what a change would do without making it: the same command in the form in which its tool only looks."""

import re

from msgspec.structs import replace

from sirenbook.model.judgement import Plan, Statement, Word

_KUBECTL = frozenset(
    {"annotate", "apply", "autoscale", "cordon", "create", "delete", "drain", "expose", "label", "patch"}
    | {"replace", "scale", "set", "taint", "uncordon"}
)
_ROLLOUT = frozenset({"undo"})
_EXPLAINED = re.compile(r"\s*(?:insert|update|delete|merge|select|with)\b", re.IGNORECASE)
_SERVER = Word(("--dry-run=server",))


def rehearsed(plan: Plan) -> Plan | None:
    """The plan that shows what this one would do; None where its tool has no such way."""
    if plan.statement is not None:
        if not _EXPLAINED.match(plan.statement.text):
            return None
        asked = Statement(f"EXPLAIN {plan.statement.text.strip()}", plan.statement.parameters)
        return replace(plan, statement=asked)
    if len(plan.pipelines) != 1 or len(plan.pipelines[0].stages) != 1:
        return None
    [pipeline] = plan.pipelines
    [stage] = pipeline.stages
    words = [w.spelled for w in stage.words]
    if not _has_dry_run(words):
        return None
    asking = replace(stage, words=(*stage.words, _SERVER))
    return replace(plan, pipelines=(replace(pipeline, stages=(asking,)),))


def _has_dry_run(words: list[str]) -> bool:
    """Whether kubectl knows `--dry-run` for this; what goes to a raw path ignores it, and so is left out."""
    if words[:1] != ["kubectl"] or any(w == "--" or w.startswith(("--raw", "--dry-run")) for w in words):
        return False
    verbs = [w for w in words[1:] if not w.startswith("-")]
    if verbs[:1] == ["rollout"]:
        return verbs[1:2] != [] and verbs[1] in _ROLLOUT
    return bool(verbs) and verbs[0] in _KUBECTL

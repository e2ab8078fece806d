"""Writes a plan as a person may read it, so that what is approved is what will run."""

import re

from sirenbook.model.judgement import Hole, Pipeline, Plan, Stage, Word

_SAFE = re.compile(r"[\w@%+=:,./-]+")
_AFTER = {"always": "; ", "success": " && ", "failure": " || "}
_STREAMS = {
    ("output", "errors"): "",
    ("output", "nowhere"): " 2>/dev/null",
    ("output", "output"): " 2>&1",
    ("nowhere", "errors"): " >/dev/null",
    ("nowhere", "nowhere"): " >/dev/null 2>&1",
    ("nowhere", "output"): " 2>&1 >/dev/null",
    ("errors", "errors"): " >&2",
    ("errors", "output"): " 3>&1 1>&2 2>&3",
    ("errors", "nowhere"): " >&2 2>/dev/null",
}


def render(plan: Plan) -> str:
    """The plan in the words of a shell, with holes as the playbook spells them."""
    if plan.statement is not None:
        return plan.statement.text
    text = ""
    for pipeline in plan.pipelines:
        text += (_AFTER[pipeline.after] if text else "") + _pipeline(pipeline)
    return text


def _pipeline(pipeline: Pipeline) -> str:
    return " | ".join(_stage(s) for s in pipeline.stages)


def _stage(stage: Stage) -> str:
    fed = "" if stage.fed is None else f" <<< {_word(stage.fed)}" if stage.fed.spelled else " </dev/null"
    before = [f"{name}={_word(value)}" for name, value in stage.environment]
    return " ".join([*before, *(_word(w) for w in stage.words)]) + fed + _STREAMS[stage.output, stage.errors]


def _word(word: Word) -> str:
    """One word, quoted where a shell would cut or change it."""
    fixed = "".join(p for p in word.parts if isinstance(p, str))
    if _SAFE.fullmatch(fixed) or (not fixed and word.holes):
        return word.spelled
    return "'" + "".join(_quoted(p) for p in word.parts) + "'"


def _quoted(part: str | Hole) -> str:
    return part.replace("'", "'\"'\"'") if isinstance(part, str) else part.spelling

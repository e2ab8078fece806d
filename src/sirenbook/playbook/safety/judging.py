"""Judges a whole command: reads it, judges each of its programs, and says what would run unattended."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import get_args

from sirenbook.model.judgement import (
    Flag,
    Hole,
    Judgement,
    Kind,
    Parameter,
    Pipeline,
    Plan,
    Source,
    Stage,
    Statement,
    Word,
    worst,
)
from sirenbook.playbook.safety import holes, shell
from sirenbook.playbook.safety.dispatch import judge_call
from sirenbook.playbook.safety.sql import bound_text, judge_sql
from sirenbook.playbook.safety.verdict import Call, Verdict

_CHAT = re.compile(r"\s*/[a-z][\w-]*(?=\s|$)")
_FLAGS: tuple[Flag, ...] = get_args(Flag)
_SUBSTITUTION = re.compile(r"\$\(([^()`]+)\)|`([^`]+)`")
_CODE = frozenset({"-c", "-e", "--command", "--eval", "--execute", "-x"})
_ONLY_COUNTS = frozenset({"wc", "sha256sum", "sha1sum", "md5sum", "cksum", "sha512sum"})


def judge(text: str, language: str = "shell") -> Judgement:
    """What a command of a runbook would do. Whatever is not understood changes something."""
    text = text.strip()
    return _judged(text, language) if len(text) <= shell.LONGEST else _judge(text, language)


def _judge(text: str, language: str) -> Judgement:
    if language == "shell":
        return _shell(text)
    if language == "sql":
        return _sql(text)
    if language == "query":
        statement = Plan(statement=Statement(text))
        return Judgement(text, language, "reads", ("a query only reads",), plan=statement, run=statement)
    if language == "python":
        return opaque(
            text, language, "Python runs the playbook's own code: what it does is not known", "unknown-code"
        )
    return opaque(text, language, f"commands in {language or 'an unknown language'} are not judged", "opaque")


_judged = lru_cache(maxsize=1024)(_judge)
"""The same command is judged when it is looked over, shown, bound and run."""


def _shell(text: str) -> Judgement:
    if _CHAT.match(text):
        return opaque(text, "shell", "it is typed into a chat: no program of this name is run by a shell", "chat")
    try:
        plan = shell.read(text)
    except shell.Unreadable as fault:
        near = text[fault.place : fault.place + 20].split("\n", maxsplit=1)[0]
        where = f" near `{near}`" if near.strip() else ""
        because = _substituted(text[fault.place :]) or "only a shell knows what this does"
        return opaque(text, "shell", f"{fault.what}{where}: {because}", "opaque")
    return judge_plan(text, plan)


def _substituted(rest: str) -> str:
    """Why a substitution is not run, though what it asks may only read: nobody can consent to words unseen."""
    found = _SUBSTITUTION.match(rest)
    if found is None:
        return ""
    try:
        inner = judge_plan("", shell.read(found[1] or found[2]))
    except shell.Unreadable:
        return ""
    if inner.risk != "reads":
        return f"`{found[1] or found[2]}` is not known to read only"
    return f"what `{found[1] or found[2]}` writes would be words of the command, which nobody has seen or judged"


def _sql(text: str) -> Judgement:
    """The judgement on SQL, whose holes become parameters of the driver."""
    marked, found = holes.marked(text)
    verdict = judge_sql(re.sub("\0[^\0]*\0", "", holes.without_loose(marked)))
    needed = tuple(
        Parameter(h.name, h.spelling, holes.kind_of(h.name, h.spelling), "placeholder", holes.choices(h.name))
        for h in found
    )
    bound = bound_text(marked) if len(verdict.statements) == 1 else None
    plan = Plan(statement=Statement(*bound)) if bound else None
    flags: frozenset[Flag] = verdict.flags if plan or "commented" in verdict.flags else verdict.flags | {"opaque"}
    return Judgement(
        text, "sql", verdict.risk, verdict.reasons, in_order(flags), needed, plan, plan, (), in_order(flags)
    )


def opaque(text: str, language: str, reason: str, *flags: Flag) -> Judgement:
    """The judgement on what could not be read."""
    return Judgement(text, language, "changes", (reason,), in_order({"opaque", *flags}))


def in_order(flags: set[Flag] | frozenset[Flag]) -> tuple[Flag, ...]:
    """Flags in the order in which they are declared."""
    return tuple(f for f in _FLAGS if f in flags)


def judge_plan(text: str, plan: Plan, depth: int = 0) -> Judgement:
    """The judgement on a command that has been read."""
    verdicts = [_pipeline(p, depth) for p in plan.pipelines]
    every = [v for vs in verdicts for v in vs]
    cured = [_cured(v) for v in every]
    run = _unattended(plan, verdicts)
    return Judgement(
        text,
        "shell",
        worst(*(v.risk for v in every)),
        tuple(dict.fromkeys(r for v in every for r in v.reasons)),
        in_order({f for v in every for f in v.flags}),
        tuple(parameters(plan)),
        plan,
        run,
        tuple(dict.fromkeys(r for v in every for r in v.rewrites)),
        in_order({f for flags in cured for f in flags}) if run else (),
    )


def judge_again(plan: Plan, language: str) -> Judgement:
    """The judgement on a plan that somebody hands over, by nothing but what it would execute."""
    if plan.statement is None:
        return judge_plan("", plan)
    text = plan.statement.text
    if plan.statement.parameters:
        text = re.sub(r"%\([^)]+\)s", "''", text).replace("%%", "%")
    return judge(text, language)


def _cured(verdict: Verdict) -> frozenset[Flag]:
    return frozenset() if verdict.words == () else verdict.flags - verdict.cured


def _pipeline(pipeline: Pipeline, depth: int) -> list[Verdict]:
    """The verdicts on the programs of one pipeline; a sum at its end shows nothing of what went in."""
    found = [
        judge_call(Call(stage.words, stage.fed, depth, index == 0, stage.environment))
        for index, stage in enumerate(pipeline.stages)
    ]
    if len(found) > 1 and pipeline.stages[-1].words[0].spelled in _ONLY_COUNTS and found[-1].risk == "reads":
        shows: set[Flag] = {"reveals-secrets", "sensitive-output", "logs"}
        found = [Verdict(v.risk, v.reasons, v.flags - shows, v.words, v.rewrites, v.cured) for v in found]
    return found


def _unattended(plan: Plan, verdicts: Sequence[Sequence[Verdict]]) -> Plan | None:
    """The plan with every program in its unattended form; None when one of them has none."""
    made: list[Pipeline] = []
    for pipeline, found in zip(plan.pipelines, verdicts, strict=True):
        if any(v.words is None for v in found):
            return None
        stages = [
            Stage(v.words, s.output, s.errors, s.fed, s.environment)
            for s, v in zip(pipeline.stages, found, strict=True)
            if v.words
        ]
        made.append(Pipeline(tuple(stages), pipeline.after))
    return Plan(tuple(made))


def parameters(plan: Plan) -> Iterator[Parameter]:
    """Everything that is to be filled in, each once, with its places."""
    places: dict[str, list[tuple[int, int]]] = {}
    found: dict[str, Parameter] = {}
    for number, stage in enumerate(plan.stages()):
        for index, word in enumerate(stage.words):
            for place, hole in enumerate(word.holes):
                kind = holes.kind_of(hole.name, hole.spelling)
                if is_code(stage.words, index) and not _quoted(word, place):
                    kind = "number"
                if hole.name not in found or kind == "number":
                    found[hole.name] = _parameter(hole, kind)
                places.setdefault(hole.name, []).append((number, index))
        for hole in (h for _, value in stage.environment for h in value.holes):
            found.setdefault(hole.name, _parameter(hole, holes.kind_of(hole.name, hole.spelling)))
            places.setdefault(hole.name, [])
    for name, parameter in found.items():
        yield Parameter(
            name, parameter.spelling, parameter.kind, parameter.source, parameter.choices, tuple(places[name])
        )


def _parameter(hole: Hole, kind: Kind) -> Parameter:
    source: Source = "variable" if holes.is_variable(hole.spelling) else "placeholder"
    return Parameter(hole.name, hole.spelling, kind, source, holes.choices(hole.name))


def is_code(words: Sequence[Word], index: int) -> bool:
    """Whether a word is a text in another language, in which a value could mean more than itself."""
    return index > 0 and words[index - 1].spelled in _CODE


def _quoted(word: Word, place: int) -> bool:
    """Whether the hole of this number stands inside single quotes of the text it is in."""
    before = ""
    seen = 0
    for part in word.parts:
        if isinstance(part, str):
            before += part
        elif seen == place:
            break
        else:
            seen += 1
    return before.count("'") % 2 == 1

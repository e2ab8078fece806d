"""Fills a plan's holes with values, each of its type and inside its word, so that none changes the command."""

import ipaddress
import re
from collections.abc import Callable, Mapping

from sirenbook.model.judgement import WITHHELD, Hole, Judgement, Kind, Parameter, Pipeline, Plan, Stage, Word, worst
from sirenbook.playbook.safety.judging import is_code, judge, judge_plan

_LONGEST = 2000
_PATTERNS: Mapping[Kind, tuple[re.Pattern[str], str]] = {
    "name": (
        re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?"),
        "a name of lower-case letters, digits, `-` and `.`",
    ),
    "namespace": (
        re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"),
        "a namespace of lower-case letters, digits and `-`",
    ),
    "id": (re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@+-]{0,127}"), "letters, digits and `_ . : @ + -`"),
    "uuid": (re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), "a UUID"),
    "number": (re.compile(r"0|[1-9][0-9]{0,8}"), "a whole number"),
    "url": (
        re.compile(r"[a-z][a-z0-9+.-]{1,20}://[A-Za-z0-9._~:/?#@!$&()+,;=%\[\]-]{1,1900}"),
        "an address such as `https://…`",
    ),
    "path": (re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./-]{0,250}"), "a path of letters, digits and `_ . / -`"),
    "secret": (re.compile(r"[!-~]{1,1900}"), "visible characters without blanks"),
}
_NOT_IN_CODE: tuple[Kind, ...] = ("url", "secret", "path")


class Refused(ValueError):
    """A value that does not fit its parameter; the text says why, and never the value of a secret."""

    def __init__(self, parameter: Parameter, why: str) -> None:
        super().__init__(f"{parameter.spelling}: {why}")
        self.parameter = parameter
        self.why = why


def check(parameter: Parameter, value: str) -> str:
    """The value, if it is of the parameter's type; Refused if not."""
    if value.startswith("-"):
        raise Refused(parameter, "a value may not begin with `-`, which programs read as an option")
    if len(value) > _LONGEST:
        raise Refused(parameter, f"longer than {_LONGEST} characters")
    if parameter.choices and value not in parameter.choices:
        raise Refused(parameter, f"must be one of {', '.join(parameter.choices)}")
    if parameter.kind == "host":
        _host(parameter, value)
    elif parameter.kind != "enum":
        pattern, words = _PATTERNS[parameter.kind]
        if not pattern.fullmatch(value) or (parameter.kind == "path" and ".." in value.split("/")):
            raise Refused(parameter, f"must be {words}")
    return value


def _host(parameter: Parameter, value: str) -> None:
    if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?", value):
        return
    try:
        ipaddress.ip_address(value.partition("%")[0] if "%" not in value else "")
    except ValueError:
        raise Refused(parameter, "must be a host name or an address") from None


def bind(judgement: Judgement, values: Mapping[str, str]) -> Judgement:
    """The command with its values filled in, judged again, at least as grave as before.

    Values for secret parameters are left out, whatever is given: their holes are filled by `reveal` at the
    moment of running, so that a bound plan can be shown and stored.
    """
    if judgement.plan is None:
        raise ValueError("an opaque command has no parameters to bind")
    given = {p.name: check(p, values[p.name]) for p in judgement.parameters if not p.secret and p.name in values}
    missing = [p for p in judgement.parameters if not p.secret and p.name not in given]
    if missing:
        raise Refused(missing[0], "has no value")
    bound = _judged_again(judgement, fill(judgement.plan, judgement.parameters, given), given)
    return _at_least(bound, judgement)


def _judged_again(judgement: Judgement, plan: Plan, given: Mapping[str, str]) -> Judgement:
    if plan.statement is None:
        return judge_plan(judgement.text, plan)
    again = judge(judgement.text, judgement.language)
    left = tuple(p for p in judgement.parameters if p.name not in given)
    return _with(again, left, plan)


def _with(again: Judgement, left: tuple[Parameter, ...], plan: Plan) -> Judgement:
    return Judgement(
        again.text,
        again.language,
        again.risk,
        again.reasons,
        again.flags,
        left,
        plan,
        plan if again.run else None,
        again.rewrites,
        again.run_flags,
    )


def _at_least(bound: Judgement, before: Judgement) -> Judgement:
    if worst(bound.risk, before.risk) == bound.risk:
        return bound
    return Judgement(
        bound.text,
        bound.language,
        before.risk,
        (*before.reasons, *bound.reasons),
        bound.flags,
        bound.parameters,
        bound.plan,
        bound.run,
        bound.rewrites,
        bound.run_flags,
    )


def reveal(judgement: Judgement, secrets: Mapping[str, str]) -> Plan:
    """What is handed to the operating system: the unattended plan with its secrets. Never stored, never shown."""
    if judgement.run is None:
        raise ValueError("there is no form of this command that runs unattended")
    given = {p.name: check(p, secrets[p.name]) for p in judgement.parameters if p.name in secrets}
    for parameter in judgement.parameters:
        if parameter.name not in given:
            raise Refused(parameter, "has no value")
    plan = fill(judgement.run, judgement.parameters, given)
    return plan if plan.statement else _no_graver(judgement, plan)


def _no_graver(judgement: Judgement, plan: Plan) -> Plan:
    """The plan, if its secrets do not make it graver: an address may name a file, or a machine's credentials."""
    full = judge_plan(judgement.text, plan)
    if worst(full.risk, judgement.risk) != judgement.risk or (set(full.flags) - set(judgement.flags)) & WITHHELD:
        raise Refused(judgement.parameters[0], "its value would change what the command does")
    return plan


def fill(plan: Plan, parameters: tuple[Parameter, ...], given: Mapping[str, str]) -> Plan:
    """The plan with checked values in its holes: as many words as before, and a statement's values beside it."""
    kinds = {p.name: p for p in parameters}
    if plan.statement is not None:
        return Plan(statement=plan.statement, values=tuple((n, given[n]) for n in plan.statement.parameters))

    def word(words: tuple[Word, ...], index: int) -> Word:
        inside = is_code(words, index)
        return _filled(words[index], given, lambda h: _fits(kinds[h.name], inside))

    def outside(value: Word) -> Word:
        return _filled(value, given, lambda h: _fits(kinds[h.name], inside=False))

    return Plan(tuple(Pipeline(tuple(_stage(s, word, outside) for s in p.stages), p.after) for p in plan.pipelines))


def _stage(stage: Stage, word: Callable[[tuple[Word, ...], int], Word], outside: Callable[[Word], Word]) -> Stage:
    words = tuple(word(stage.words, index) for index in range(len(stage.words)))
    environment = tuple((name, outside(value)) for name, value in stage.environment)
    return Stage(words, stage.output, stage.errors, stage.fed, environment)


def _fits(parameter: Parameter, inside: bool) -> None:
    if inside and parameter.kind in _NOT_IN_CODE:
        raise Refused(parameter, "such a value may not stand inside a text that a program runs")


def _filled(word: Word, given: Mapping[str, str], fits: Callable[[Hole], None]) -> Word:
    parts: list[str | Hole] = []
    for part in word.parts:
        if isinstance(part, Hole) and part.name in given:
            fits(part)
        filled = given.get(part.name, part) if isinstance(part, Hole) else part
        if isinstance(filled, str) and parts and isinstance(parts[-1], str):
            parts[-1] += filled
        else:
            parts.append(filled)
    return Word(tuple(parts))

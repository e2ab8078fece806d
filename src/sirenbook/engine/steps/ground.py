"""What steps stand on in this process: the judge of commands, and the executors that are bound here."""

from collections.abc import Mapping
from functools import lru_cache

import structlog

from sirenbook.executors import Executor
from sirenbook.executors.shell import FILTERS
from sirenbook.incident.context import Place, Unfit
from sirenbook.model.judgement import Judgement, Plan
from sirenbook.model.policy import Policy
from sirenbook.model.procedure import RunbookStep
from sirenbook.playbook import safety

log = structlog.get_logger()

RUNNER = "runner"
"""What stands for the executor where a runner elsewhere is to carry a step out."""


class OwnGround:
    """Judges steps by the reader's own judge, and places them: with a runner, or an executor that takes them.

    `runners` says for each kind of tool which labels a runner must have; what it does not name stays here.
    """

    def __init__(
        self, executors: Mapping[str, Executor], runners: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.executors = executors
        self._runners = runners or {}

    def judge(self, step: RunbookStep, values: Mapping[str, str]) -> Judgement:
        """What a step would do with its parameters filled in so. Raises Unfit for a value that may not be."""
        return _judged(step.text, step.language, tuple(sorted(values.items())))

    def render(self, plan: Plan) -> str:
        """What would be executed, as people read it; secrets stay the names of their places."""
        return shown(plan)

    def place(self, judgement: Judgement) -> Place | None:
        """Where a step would run; None where nothing here is bound to run it."""
        if judgement.run is None:
            return None
        asked = {label for kind in tools_of(judgement) for label in self._runners.get(kind, ())}
        if asked:
            labels = tuple(sorted(asked))
            return Place(RUNNER, f"a runner labelled {', '.join(labels)}", labels)
        for name, executor in self.executors.items():
            try:
                target = executor.target(judgement)
            except Exception:  # an incident must open all the same
                log.exception("an executor cannot say what it would act upon", executor=name)
                continue
            if target is not None:
                return Place(name, target)
        return None

    def warm(self, policy: Policy) -> None:
        """Judge every step of a policy, so that no incident waits for it when it opens."""
        for runbook in policy.runbooks:
            for step in runbook.commands:
                self.judge(step, {})


def shown(plan: Plan) -> str:
    """What would be executed, as people read it, with the values of a statement's parameters."""
    return safety.render(plan) + "".join(f"\n-- {name} = {value}" for name, value in plan.values)


def tools_of(judgement: Judgement) -> frozenset[str]:
    """The kinds of tools that a step needs: its programs besides filters, or the language of its one statement."""
    plan = judgement.run
    if plan is None or plan.statement is not None:
        return frozenset({judgement.language})
    programs = {stage.words[0].spelled for stage in plan.stages()}
    return frozenset(programs - FILTERS)


@lru_cache(maxsize=4096)
def _judged(text: str, language: str, values: tuple[tuple[str, str], ...]) -> Judgement:
    """The judgement, or the gravest one where the judge itself fails: an incident must open all the same."""
    try:
        judgement = safety.judge(text, language)
        return _bound(judgement, dict(values)) if values else judgement
    except safety.Refused as refused:
        raise Unfit(str(refused)) from refused
    except Exception:
        log.exception("a step could not be judged", language=language)
        return Judgement(text, language, "changes", ("it could not be judged",), ("opaque",))


def _bound(judgement: Judgement, values: dict[str, str]) -> Judgement:
    """The judgement with its parameters filled in, once there is a value for each; until then only checked."""
    if judgement.plan is None:
        return judgement
    known = [p for p in judgement.parameters if p.name in values]
    for parameter in known:
        safety.check(parameter, values[parameter.name])
    complete = all(p.secret or p.name in values for p in judgement.parameters)
    return safety.bind(judgement, values) if complete and known else judgement

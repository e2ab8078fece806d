"""Ground for runbooks in tests: the real judge, and an executor that takes everything and runs nothing."""

from collections.abc import Sequence

from sirenbook.engine.steps.ground import OwnGround
from sirenbook.executors import Limits, Result, Write
from sirenbook.model.judgement import Judgement, Plan
from sirenbook.model.policy import AlertRule
from sirenbook.model.procedure import Runbook, RunbookStep
from sirenbook.model.provenance import Provenance


class Paper:
    """Takes every step on a target of one name; what it is asked to run is written down."""

    name = "paper"

    def __init__(self, target: str = "cluster west", result: Result | None = None, output: bytes = b"") -> None:
        self.where = target
        self.result = result or Result("worked", 0)
        self.output = output
        self.ran: list[Plan] = []

    def target(self, judgement: Judgement) -> str | None:
        return self.where

    def secrets(self) -> tuple[str, ...]:
        return ()

    async def run(self, plan: Plan, limits: Limits, write: Write, *, changes: bool) -> Result:
        self.ran.append(plan)
        write(self.output)
        return self.result


def ground(target: str = "cluster west") -> OwnGround:
    return OwnGround({"paper": Paper(target)})


def step(text: str, line: int = 10, part: str = "investigation", language: str = "shell") -> RunbookStep:
    return RunbookStep(text, language, Provenance("playbook.md", line, text), part)


def runbook(title: str, *texts: str, line: int = 9) -> Runbook:
    steps = tuple(step(text, line + n) for n, text in enumerate(texts, 1))
    return Runbook(title, Provenance("playbook.md", line, title), ("investigation",), steps)


def rule(alert: str, title: str) -> AlertRule:
    return AlertRule(alert, Provenance("playbook.md", 8, alert), title)


PODS = "kubectl get pods -n berth"
SCALE = "kubectl scale deployment/quay --replicas=5 -n berth"
DELETE = "kubectl delete pod <pod-name> -n berth"
DESCRIBE = "kubectl describe pod <pod-name> -n berth"
SHELL = "for p in $(kubectl get pods); do echo $p; done"


def berth(*texts: str) -> Sequence[Runbook]:
    """One runbook of these commands."""
    return (runbook("Berth service down", *(texts or (PODS, DESCRIBE, SCALE, DELETE, SHELL))),)

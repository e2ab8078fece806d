"""Steps of a runbook as they are run: the values filled in, the exact order to an executor, and what came of it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.model.judgement import Plan, Risk

Outcome = Literal["worked", "nothing", "failed", "stopped", "unknown", "withdrawn"]
"""`nothing`: it looked and found nothing; `stopped`: a limit ended it; `unknown`: nobody saw how it ended, so a
change may or may not have been made; `withdrawn`: it never began."""

Verdict = Literal["worked", "failed", "not applicable", "wrong"]
"""What a person says of a step: `wrong` is one that the playbook should not have like this."""

VERDICTS: tuple[Verdict, ...] = ("worked", "failed", "not applicable", "wrong")


class Value(Struct, frozen=True, omit_defaults=True):
    """What fills a parameter of a runbook, and where it came from."""

    name: str
    value: str
    source: str


class Order(Struct, frozen=True, omit_defaults=True):
    """One step to be run exactly so: `text` is what people were shown, `plan` what is executed.

    `changes` when it may be carried out once at most. `digest` names bytes, target and run together; `before`
    counts the runs of the step until now. A `dry` run asks what would happen. `hidden` output is never kept.
    Not begun by `until`, it is dropped. With `labels` it is for a runner that has all of them.
    """

    incident: int
    run: int
    step: int
    executor: str
    language: str
    plan: Plan
    text: str
    target: str
    digest: str
    until: datetime
    risk: Risk = "reads"
    changes: bool = False
    dry: bool = False
    hidden: bool = False
    before: int = 0
    labels: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of this run, for people and logs."""
        return f"INC-{self.incident}/{self.run}"


class RunState(Struct, frozen=True, omit_defaults=True):
    """One run of a step as the incident remembers it; without an outcome it waits or runs."""

    run: int
    step: int
    at: datetime
    by: str = ""
    changes: bool = False
    dry: bool = False
    outcome: Outcome | None = None
    exit: int | None = None
    seconds: float = 0.0


class Approval(Struct, frozen=True, omit_defaults=True):
    """Somebody's consent to exactly one run of exactly one order, until a time; by a shared `token`, if by one."""

    step: int
    digest: str
    by: str
    until: datetime
    token: str = ""


class Mark(Struct, frozen=True, omit_defaults=True):
    """What somebody said of a step."""

    step: int
    verdict: Verdict
    by: str


class Procedure(Struct, frozen=True, omit_defaults=True):
    """The runbook of an incident (none has the title ""), and how far along people are in it and in the routines.

    `branches` are the numbers of those that were chosen, `phase` that of the phase reached last, `evidence` the
    hash of what was put by.
    """

    runbook: str
    values: tuple[Value, ...] = ()
    runs: tuple[RunState, ...] = ()
    approvals: tuple[Approval, ...] = ()
    marks: tuple[Mark, ...] = ()
    branches: tuple[int, ...] = ()
    phase: int = 0
    evidence: str = ""

"""Steps run: what every executor promises the engine, one file per kind of step beside this one."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from sirenbook.model.judgement import Judgement, Plan
from sirenbook.model.step import Outcome

Write = Callable[[bytes], None]
"""Takes what a step writes, as it comes. It never blocks and never raises."""


class Limits(Struct, frozen=True):
    """How far one run may go: seconds in all, CPU seconds, bytes of memory, and bytes of output."""

    seconds: float = 60.0
    cpu: int = 30
    memory: int = 2 * 1024**3
    output: int = 64 * 1024**2


class Result(Struct, frozen=True):
    """How a run ended: the exit status where there is one, and in `detail` what a person needs to know."""

    outcome: Outcome
    exit: int | None = None
    detail: str = ""


class Executor(Protocol):
    """One way to carry out steps.

    A class behind the entry point group `sirenbook.executors` also has `from_settings(settings, secrets, folder)`:
    the table `[executors.<name>]`, the secrets it names, and the data directory. It raises ExecutorFault when the
    settings cannot work.
    """

    name: str

    def target(self, judgement: Judgement) -> str | None:
        """In words what the step would act upon; None where this executor does not take it. Never asks anybody."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """The secret values it knows, so that none of them is ever shown or stored."""
        ...

    async def run(self, plan: Plan, limits: Limits, write: Write, *, changes: bool) -> Result:
        """Carry out a plan. Never raises; cancelling it ends everything that it began."""
        ...


class ExecutorFault(Exception):
    """Settings under which an executor cannot work: what is wrong, and in `help` how to mend it."""

    def __init__(self, text: str, help: str) -> None:
        super().__init__(f"{text}; {help}")
        self.text = text
        self.help = help

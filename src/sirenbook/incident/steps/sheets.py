"""Numbers the steps and branches that people have before them: those of the runbook, then those of each routine."""

from collections.abc import Collection, Iterator

from msgspec import Struct

from sirenbook.incident.steps.matching import by_title
from sirenbook.model.policy import Policy
from sirenbook.model.procedure import Branch, Routine, Runbook, RunbookStep
from sirenbook.model.step import Procedure

ROUTINES = 1000
"""Steps and branches of routines are numbered from here on, those of the runbook below."""


class Sheet(Struct, frozen=True):
    """The runbook, or one routine, with the numbers that the first of its steps and branches follow."""

    title: str
    steps: tuple[RunbookStep, ...]
    branches: tuple[Branch, ...]
    before: int = 0
    branches_before: int = 0
    routine: Routine | None = None
    number: int = 0

    def numbered(self) -> Iterator[tuple[int, RunbookStep]]:
        """Its steps by their numbers."""
        yield from enumerate(self.steps, self.before + 1)

    def branch_of(self, step: RunbookStep) -> int:
        """The number of a step's branch; 0 where it is done on every way."""
        return self.branches_before + step.branch if step.branch else 0

    def step(self, number: int) -> RunbookStep | None:
        """The step of this number."""
        place = number - self.before
        return self.steps[place - 1] if 1 <= place <= len(self.steps) else None

    def branch(self, number: int) -> Branch | None:
        """The branch of this number."""
        place = number - self.branches_before
        return self.branches[place - 1] if 1 <= place <= len(self.branches) else None

    def path(self, number: int) -> tuple[int, ...]:
        """A branch and those in which it is a further choice, the outermost first; nothing for 0."""
        branch = self.branch(number) if number else None
        if branch is None:
            return ()
        return (*self.path(self.branches_before + branch.inside if branch.inside else 0), number)

    def left(self, number: int, chosen: Collection[int]) -> bool:
        """Whether another way was taken than this one, or than one in which it stands."""
        return any(n not in chosen and self.beside(n) & set(chosen) for n in self.path(number))

    def beside(self, number: int) -> frozenset[int]:
        """The branches that stand beside one, itself among them."""
        one = self.branch(number)
        first = self.branches_before + 1
        return frozenset(n for n, b in enumerate(self.branches, first) if one and b.group == one.group)


def runbook_of(policy: Policy, procedure: Procedure | None) -> Runbook | None:
    """The runbook that an incident works by."""
    return by_title(policy, procedure.runbook) if procedure is not None else None


def runbook_sheet(policy: Policy, procedure: Procedure | None) -> Sheet | None:
    """The sheet of the runbook, if the incident works by one."""
    found = runbook_of(policy, procedure)
    return Sheet(found.title, found.steps, found.branches) if found else None


def routine_sheets(policy: Policy) -> Iterator[Sheet]:
    """The sheets of the routines, each numbered on from the one before."""
    steps = branches = ROUTINES
    for number, each in enumerate(policy.routines, 1):
        yield Sheet(each.title, each.steps, each.branches, steps, branches, each, number)
        steps, branches = steps + len(each.steps), branches + len(each.branches)


def sheets(policy: Policy, procedure: Procedure | None) -> Iterator[Sheet]:
    """Every sheet that an incident has."""
    first = runbook_sheet(policy, procedure)
    yield from (first,) if first else ()
    yield from routine_sheets(policy)


def sheet_of_step(policy: Policy, procedure: Procedure | None, number: int) -> Sheet | None:
    """The sheet that has a step of this number."""
    return next((s for s in sheets(policy, procedure) if s.step(number)), None)


def sheet_of_branch(policy: Policy, procedure: Procedure | None, number: int) -> Sheet | None:
    """The sheet that has a branch of this number."""
    return next((s for s in sheets(policy, procedure) if s.branch(number)), None)

"""What a playbook tells people to do: runbooks, phases, checklists and palettes, with their steps and branches."""

from typing import Literal

from msgspec import Struct

from sirenbook.model.provenance import Provenance

Kind = Literal["command", "manual"]
"""A `command` is run or copied; a `manual` step is an instruction in words, which a person ticks."""

RoutineKind = Literal["phase", "checklist", "palette"]


class RunbookStep(Struct, frozen=True, omit_defaults=True):
    """One thing to do: a complete command in its language (`shell`, `sql`, `python`, `query`), or an instruction.

    `part` is the part of the runbook that it stands in, `branch` the number of its branch (0: it is done on every
    way), `purpose` the words above it that say what it is for.
    """

    text: str
    language: str
    why: Provenance
    part: str = ""
    kind: Kind = "command"
    branch: int = 0
    purpose: str = ""


class Branch(Struct, frozen=True, omit_defaults=True):
    """One of several ways on: the condition under which it is taken, and in words what is then done.

    Branches of one `group` stand side by side: whoever takes one leaves the others. A way that is simply one of
    several has no condition. `inside` is the number of the branch in which it is a further choice, 0 for none.
    """

    title: str
    why: Provenance
    group: int
    condition: str = ""
    action: str = ""
    part: str = ""
    inside: int = 0


class Reference(Struct, frozen=True, omit_defaults=True):
    """A line that points to another procedure: the heading it leads to, and the runbooks that stand there."""

    text: str
    why: Provenance
    heading: str = ""
    runbooks: tuple[str, ...] = ()


class Runbook(Struct, frozen=True, omit_defaults=True):
    """A titled procedure for one failure, alert or recovery; `sections` are its parts by their common names.

    Its steps name their branches by number, counted from 1. `security` is the line by which it is about an attack.
    """

    title: str
    why: Provenance
    sections: tuple[str, ...] = ()
    steps: tuple[RunbookStep, ...] = ()
    branches: tuple[Branch, ...] = ()
    symptoms: tuple[Provenance, ...] = ()
    impact: tuple[Provenance, ...] = ()
    causes: tuple[Provenance, ...] = ()
    prevention: tuple[Provenance, ...] = ()
    escalation: tuple[Provenance, ...] = ()
    references: tuple[Reference, ...] = ()
    security: Provenance | None = None

    @property
    def commands(self) -> tuple[RunbookStep, ...]:
        """The steps that are commands."""
        return tuple(s for s in self.steps if s.kind == "command")

    def count(self, language: str) -> int:
        """How many commands of one language it has."""
        return sum(1 for step in self.steps if step.language == language)


class Routine(Struct, frozen=True, omit_defaults=True):
    """What every incident has at hand, whatever its runbook: a phase of the response, a checklist, a palette.

    `begins` and `ends` are the seconds of a phase's time box, counted from the moment that `since` names; None
    where the playbook states none. A palette holds commands that people may want at any time.
    """

    title: str
    kind: RoutineKind
    why: Provenance
    steps: tuple[RunbookStep, ...] = ()
    branches: tuple[Branch, ...] = ()
    begins: int | None = None
    ends: int | None = None
    since: Literal["opened", "resolved"] = "opened"

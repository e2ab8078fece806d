"""What happened to the steps of a runbook: chosen, filled in, approved, run, marked. Additive for ever."""

from datetime import datetime

from sirenbook.model.happened import Happened
from sirenbook.model.provenance import Provenance
from sirenbook.model.step import Outcome, Value, Verdict


class RunbookChosen(Happened, frozen=True):
    """The runbook that answers the incident, by its alert or by a person, with what its alert fills in."""

    runbook: str
    reason: str
    why: Provenance
    by: str = ""
    values: tuple[Value, ...] = ()


class ValueGiven(Happened, frozen=True):
    """What stands for a parameter was said by a person, or told by `source`: a label, or else a step's output."""

    name: str
    value: str
    by: str
    source: str = ""


class StepApproved(Happened, frozen=True):
    """Somebody consented to exactly this text on this target, once, until a time.

    `token` is the shared token by which it came: then `by` is only what its bearer said.
    """

    step: int
    text: str
    target: str
    digest: str
    by: str
    until: datetime
    why: Provenance
    token: str = ""


class ApprovalLapsed(Happened, frozen=True):
    """A consent was not used in time and counts no more."""

    step: int
    by: str
    why: Provenance


class StepStarted(Happened, frozen=True):
    """A step was handed to its executor; `by` nobody when it ran by itself.

    `of` is the title of the phase, checklist or palette that it belongs to, empty for a step of the runbook.
    """

    run: int
    step: int
    text: str
    target: str
    digest: str
    why: Provenance
    by: str = ""
    changes: bool = False
    dry: bool = False
    of: str = ""


class StepEnded(Happened, frozen=True):
    """What came of one run: `excerpt` is the end of what it wrote, `size` how many bytes that was in all."""

    run: int
    step: int
    outcome: Outcome
    why: Provenance
    exit: int | None = None
    seconds: float = 0.0
    detail: str = ""
    excerpt: str = ""
    size: int = 0
    of: str = ""


class StepMarked(Happened, frozen=True):
    """A person said what a step was worth, or ticked one that was done by hand."""

    step: int
    verdict: Verdict
    by: str
    why: Provenance
    note: str = ""
    text: str = ""
    of: str = ""

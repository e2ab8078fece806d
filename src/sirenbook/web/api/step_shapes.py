"""What the API says of an incident's runbook and takes for it: the shapes of its JSON."""

from datetime import datetime

from msgspec import Struct

from sirenbook.model.step import Outcome, Verdict
from sirenbook.web.api.shapes import Place, Short, Words


class Parameter(Struct, frozen=True):
    """Something to fill in: its type, and its value with where that came from, once there is one."""

    name: str
    spelling: str
    kind: str
    choices: list[str]
    value: str | None
    source: str | None


class Run(Struct, frozen=True):
    """One run of a step; no outcome while it waits or runs."""

    run: int
    at: datetime
    by: str
    dry: bool
    outcome: Outcome | None
    exit: int | None
    seconds: float


class Step(Struct, frozen=True):
    """One step as it stands now: a `command`, or an instruction (`manual`) that a person ticks.

    `written` is what the playbook has, `text` what would be executed; `digest` names that text on that `target`
    for the next run, and is what an approval repeats. `state` is one word for people, `hindrance` why it is to be
    done by hand. `branch` numbers the branch it belongs to (0: every way), `ways` that and those around it, the
    outermost first; `folded` when another way was taken; `waits_for` says which runner has yet to begin it.
    """

    number: int
    kind: str
    branch: int
    folded: bool
    purpose: str
    part: str
    language: str
    written: str
    text: str
    why: Place
    risk: str
    reasons: list[str]
    rewrites: list[str]
    flags: list[str]
    parameters: list[Parameter]
    state: str
    hindrance: str
    ready: bool
    automatic: bool
    target: str
    digest: str
    dry_run: bool
    approvals: int
    approved_by: list[str]
    runs: list[Run]
    verdict: Verdict | None
    waits_for: str = ""
    ways: list[int] = []


class Branch(Struct, frozen=True):
    """One of several ways on. Those of one `group` stand side by side: `left` when another of them was taken.

    `leads_to` are the runbooks that its line points to. `inside` is the branch in which it is a further choice.
    """

    number: int
    group: int
    title: str
    condition: str
    action: str
    part: str
    chosen: bool
    left: bool
    leads_to: list[str]
    why: Place
    inside: int = 0


class Routine(Struct, frozen=True):
    """A phase of the response, a checklist, or a palette of commands, with its steps as they stand now.

    A phase's time box is in seconds from the start; `done` counts the steps that are finished.
    """

    number: int
    kind: str
    title: str
    why: Place
    steps: list[Step]
    branches: list[Branch]
    begins: int | None
    ends: int | None
    since: str
    current: bool
    done: int


class Evidence(Struct, frozen=True):
    """Whether the incident may be an attack, by which line, and the hash of the evidence that was put by."""

    why: Place
    digest: str


class Steps(Struct, frozen=True):
    """What people work by: the incident's runbook, and the routines that every incident has.

    `runbooks` are all that the playbook has; `told` what the runbook says of symptoms, causes and so on;
    `unverified` the numbers of verification steps that are not done.
    """

    incident: str
    runbook: str | None
    why: Place | None
    steps: list[Step]
    branches: list[Branch]
    told: dict[str, list[Place]]
    routines: list[Routine]
    unverified: list[int]
    evidence: Evidence | None
    runbooks: list[str]


class Output(Struct, frozen=True):
    """What a run wrote, secrets masked; `size` is how many bytes it wrote in all."""

    run: int
    text: str
    size: int
    done: bool


class Outputs(Struct, frozen=True):
    """What runs of steps wrote."""

    outputs: list[Output]


class Accuracy(Struct, frozen=True):
    """How often one line of the playbook was tried, and how often it did what it says."""

    runbook: str
    why: Place
    tried: int
    worked: int
    failed: int
    wrong: int
    not_applicable: int


class Accuracies(Struct, frozen=True):
    """Runbook accuracy over `days`: in all (none where nothing was tried), by runbook, and line by line."""

    days: int
    accuracy: float | None
    runbooks: dict[str, float | None]
    lines: list[Accuracy]


class RunStepAs(Struct, frozen=True, forbid_unknown_fields=True):
    """Run a step, or ask with `dry` what it would do; `digest` approves exactly what was shown."""

    step: int
    digest: Short = ""
    dry: bool = False
    by: Short = ""


class GiveValueFor(Struct, frozen=True, forbid_unknown_fields=True):
    """Fill in a parameter of the runbook."""

    name: Short
    value: Words
    by: Short = ""


class MarkStepAs(Struct, frozen=True, forbid_unknown_fields=True):
    """Say what a step was worth, or tick one that was done by hand."""

    step: int
    verdict: Verdict
    note: Words = ""
    by: Short = ""


class GoByBranch(Struct, frozen=True, forbid_unknown_fields=True):
    """Take one of several ways on, by its number."""

    branch: int
    by: Short = ""


class EnterPhaseAs(Struct, frozen=True, forbid_unknown_fields=True):
    """Go on to a phase of the response, by its number."""

    phase: int
    by: Short = ""


class WorkBy(Struct, frozen=True, forbid_unknown_fields=True):
    """Work by another runbook of the playbook."""

    runbook: Short
    by: Short = ""

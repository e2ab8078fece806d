"""What a command would do: its risk, what it needs before it can run, and a plan that runs without a shell."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

Risk = Literal["reads", "changes", "destroys"]
Flag = Literal[
    "reveals-secrets",
    "sensitive-output",
    "logs",
    "endless",
    "interactive",
    "stdin",
    "pager",
    "tty",
    "listener",
    "egress",
    "password-prompt",
    "in-pod",
    "elsewhere",
    "opaque",
    "unknown-code",
    "chat",
    "commented",
]
"""What a person must know beside the risk. `opaque`: it could not be read, so it is never run by argv;
`elsewhere`: its words choose another cluster or identity than the installation's; `chat`: it is typed into a
chat, not a shell; `commented`: it stands in a comment and is no step."""

Kind = Literal["name", "namespace", "id", "uuid", "number", "host", "url", "path", "enum", "secret"]
Stream = Literal["output", "errors", "nowhere"]
After = Literal["always", "success", "failure"]
Source = Literal["placeholder", "variable"]

RISKS: tuple[Risk, ...] = ("reads", "changes", "destroys")
"""From the most harmless to the gravest."""

WITHHELD: frozenset[Flag] = frozenset(
    {
        "reveals-secrets",
        "endless",
        "interactive",
        "listener",
        "elsewhere",
        "opaque",
        "unknown-code",
        "chat",
        "commented",
    }
)
"""With one of these in what would be run, nothing runs without a person."""


class Hole(Struct, frozen=True):
    """A place in a word that a value fills: the parameter's name and how the playbook spells it."""

    name: str
    spelling: str


class Word(Struct, frozen=True):
    """One word of a command line, of fixed text and holes. A value never makes a second word of it."""

    parts: tuple[str | Hole, ...]

    @property
    def spelled(self) -> str:
        """The word as the playbook has it, without its quotes."""
        return "".join(p if isinstance(p, str) else p.spelling for p in self.parts)

    @property
    def holes(self) -> tuple[Hole, ...]:
        """What is still to be filled in."""
        return tuple(p for p in self.parts if isinstance(p, Hole))


class Stage(Struct, frozen=True, omit_defaults=True):
    """One program of a pipeline: its words, where its two streams go, and the text it is fed, if any.

    `output` means what follows in the pipeline, or the step's own output at its end. `environment` holds the
    variables that are set in front of the program, for it alone.
    """

    words: tuple[Word, ...]
    output: Stream = "output"
    errors: Stream = "errors"
    fed: Word | None = None
    environment: tuple[tuple[str, Word], ...] = ()

    @property
    def holes(self) -> frozenset[Hole]:
        """Everything that is still to be filled in, wherever it stands."""
        every = (*self.words, *([self.fed] if self.fed else []), *(w for _, w in self.environment))
        return frozenset(hole for word in every for hole in word.holes)


class Pipeline(Struct, frozen=True, omit_defaults=True):
    """Programs that feed one another, run `after` the pipeline before: always, on its success, on its failure."""

    stages: tuple[Stage, ...]
    after: After = "always"


class Statement(Struct, frozen=True, omit_defaults=True):
    """One SQL statement, whose parameters are `%(name)s`, bound by the driver; or one query in its language.

    Without parameters the text is sent as it is; with some, its own `%` are doubled, as drivers want it.
    """

    text: str
    parameters: tuple[str, ...] = ()


class Plan(Struct, frozen=True, omit_defaults=True):
    """What is executed: pipelines of programs without a shell, or one statement for a database or a monitor.

    `values` are those of a statement's parameters once they are bound.
    """

    pipelines: tuple[Pipeline, ...] = ()
    statement: Statement | None = None
    values: tuple[tuple[str, str], ...] = ()

    def stages(self) -> Iterator[Stage]:
        """Every program, in the order of the text."""
        for pipeline in self.pipelines:
            yield from pipeline.stages


class Parameter(Struct, frozen=True, omit_defaults=True):
    """Something to fill in before the command can run.

    `places` are (stage, word) positions in the plan as written; `secret` values are never shown or stored.
    """

    name: str
    spelling: str
    kind: Kind
    source: Source
    choices: tuple[str, ...] = ()
    places: tuple[tuple[int, int], ...] = ()

    @property
    def secret(self) -> bool:
        """Whether its value must never be shown."""
        return self.kind == "secret" or (self.kind == "url" and self.source == "variable")


class Judgement(Struct, frozen=True, omit_defaults=True):
    """What one command would do, and why it is judged so.

    `plan` is the command as written, None when it is opaque. `run` is what would be executed unattended (no
    terminal, no following, no pager, standard input closed), with `rewrites` saying how it differs; None when
    there is no such form. `flags` are those of the command as written, `run_flags` those of `run`.
    """

    text: str
    language: str
    risk: Risk
    reasons: tuple[str, ...]
    flags: tuple[Flag, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    plan: Plan | None = None
    run: Plan | None = None
    rewrites: tuple[str, ...] = ()
    run_flags: tuple[Flag, ...] = ()

    @property
    def withheld(self) -> tuple[str, ...]:
        """Why this may not run by itself; empty when it may."""
        reasons = [f"it {self.risk}"] if self.risk != "reads" else []
        if self.run is None:
            reasons.append("it has no form that runs unattended")
        reasons += [f"{p.spelling} is not filled in" for p in self.parameters if not p.secret]
        return (*reasons, *(f for f in self.run_flags if f in WITHHELD))

    @property
    def automatic(self) -> bool:
        """Whether it may run without being asked: it only reads, whole, bounded, and prints no secret."""
        return not self.withheld


def worst(*risks: Risk) -> Risk:
    """The gravest of several risks; `reads` of none."""
    return max(risks, key=RISKS.index, default="reads")

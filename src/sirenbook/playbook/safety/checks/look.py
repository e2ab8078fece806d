"""One command as the checks look at it: its judgement, its programs out of their wrappers, what is around it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sirenbook.model.diagnostic import Diagnostic, Grade
from sirenbook.model.judgement import Judgement, Pipeline, Word
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.safety import shell
from sirenbook.playbook.safety.arguments import parse
from sirenbook.playbook.safety.judging import judge
from sirenbook.playbook.safety.kubectl import Kubectl
from sirenbook.playbook.safety.psql import OPTIONS as PSQL
from sirenbook.playbook.safety.verdict import Call, plain


@dataclass(frozen=True)
class Around:
    """What stands around a command.

    `namespaced`: its neighbours name a namespace; `checked`: something was read before it; `waited`: a check of
    the rollout follows; `defined`: variables that have a value.
    """

    namespaced: bool = False
    checked: bool = False
    waited: bool = False
    defined: frozenset[str] = field(default_factory=frozenset)


ALONE = Around()


class Finding(NamedTuple):
    """One finding before it has a place."""

    code: str
    grade: Grade
    text: str
    help: str

    def at(self, place: Provenance) -> Diagnostic:
        """The finding where it belongs."""
        return Diagnostic(self.code, self.grade, self.text, self.help, place)


class Piece(NamedTuple):
    """One program that runs, wherever: on this machine or in a container; its place in its pipeline."""

    call: Call
    inside: bool
    last: bool
    alone: bool

    @property
    def program(self) -> str:
        """Its name."""
        return self.call.program


@dataclass(frozen=True)
class Look:
    """A command under examination."""

    text: str
    language: str
    around: Around = ALONE

    @cached_property
    def judged(self) -> Judgement:
        """How it is judged."""
        return judge(self.text, self.language)

    @property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """What of it was read."""
        return self.judged.plan.pipelines if self.judged.plan else ()

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Every program, those started by others among them."""
        return tuple(piece for pipeline in self.pipelines for piece in _pieces(pipeline, inside=False, depth=0))

    def of(self, *programs: str) -> Iterator[Piece]:
        """The programs of these names."""
        return (p for p in self.pieces if p.program in programs)

    @cached_property
    def sql(self) -> tuple[str, ...]:
        """Every text of SQL in it."""
        if self.language == "sql":
            return (self.text,)
        return tuple(
            o.value or ""
            for p in self.of("psql")
            for o in parse(p.call.texts, PSQL).options
            if o.name == "--command"
        )


def _pieces(pipeline: Pipeline, *, inside: bool, depth: int) -> Iterator[Piece]:
    for index, stage in enumerate(pipeline.stages):
        last = index == len(pipeline.stages) - 1
        call = Call(stage.words, stage.fed, depth, index == 0, stage.environment)
        piece = Piece(call, inside, last, len(pipeline.stages) == 1)
        yield piece
        yield from _started(piece)


def _started(piece: Piece) -> Iterator[Piece]:
    """What a program starts in its turn: in a pod, after a time limit, by a shell."""
    call, depth = piece.call, piece.call.depth + 1
    if depth > 4:
        return
    words: tuple[Word, ...] = ()
    if call.program == "kubectl" and (kubectl := Kubectl(call)).verb == "exec" and kubectl.rest.rest is not None:
        words = call.words[2 + kubectl.start + kubectl.rest.rest :]
    elif call.program in ("docker", "podman", "docker-compose") and "exec" in call.texts[:2]:
        rest = [i for i, t in enumerate(call.texts) if not t.startswith("-") and t not in ("compose", "exec")]
        words = call.words[1 + rest[1] :] if len(rest) > 1 else ()
    elif call.program in ("timeout", "watch", "nohup", "nice", "sudo"):
        rest = [i for i, t in enumerate(call.texts) if not t.startswith("-")]
        skipped = 1 if call.program == "timeout" else 0
        words = call.words[1 + rest[skipped] :] if len(rest) > skipped else ()
    elif call.program in ("sh", "bash") and len(call.words) == 3 and plain(call.words[1]).endswith("c"):
        yield from _of_text(call.words[2].spelled, piece, depth)
    if words:
        inner = Piece(Call(words, call.fed, depth, call.first), _is_container(piece), piece.last, piece.alone)
        yield inner
        yield from _started(inner)


def _is_container(piece: Piece) -> bool:
    return piece.inside or piece.program in ("kubectl", "docker", "podman", "docker-compose")


def _of_text(text: str, piece: Piece, depth: int) -> Iterator[Piece]:
    try:
        plan = shell.read(text)
    except shell.Unreadable:
        return
    for pipeline in plan.pipelines:
        yield from _pieces(pipeline, inside=piece.inside, depth=depth)

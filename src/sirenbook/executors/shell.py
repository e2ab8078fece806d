"""Runs commands of the shell's language without a shell: argv pipelines, plumbed here, each program by its path.

A value never becomes more than one word, nothing expands, and nobody but the bound tools is started.
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

from msgspec import Struct

from sirenbook.channels import ChannelFault, Secrets
from sirenbook.channels.destination import DestinationRefused, Guard, NameNotFound
from sirenbook.channels.settings import Settings
from sirenbook.executors import ExecutorFault, Limits, Result, Write
from sirenbook.executors.containment import MARK, Containment, end, fresh_mark, sweep
from sirenbook.executors.curl_guard import bound, hides_a_call
from sirenbook.model.judgement import Hole, Judgement, Pipeline, Plan, Stage, Word

FILTERS = frozenset(
    {"grep", "egrep", "fgrep", "head", "tail", "jq", "wc", "sort", "uniq", "cut", "tr", "base64", "cat", "echo"}
    | {"sha256sum", "column", "nl", "tac", "true", "false", "printf"}
)
"""Programs that only look at what they are fed, so that they need no line in the settings."""
_METADATA = re.compile(r"169\.254\.|metadata\.google\.internal|fd00:ec2:|100\.100\.100\.200|168\.63\.129\.16", re.I)
"""Where a cloud gives its machines their credentials: nothing of a runbook belongs there."""
_SPEAKERS = frozenset({"echo", "printf", "true", "false"})
_PATTERN_FIRST = frozenset({"grep", "egrep", "fgrep", "jq", "tr"})
_QUIET = {
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "PSQL_PAGER": "cat",
    "AWS_PAGER": "",
    "KUBECTL_KUBERC": "false",
    "PGCONNECT_TIMEOUT": "5",
    "GIT_TERMINAL_PROMPT": "0",
}
_CHUNK = 65_536
_DRAIN = 0.5
"""Seconds to wait for the rest of what ended programs wrote: somebody may still hold their output open."""
_PIPE_BROKE = (-13, 141)


class ShellExecutor:
    """Runs argv pipelines on this machine."""

    name = "shell"

    def __init__(
        self,
        *,
        tools: Mapping[str, str],
        bound: Iterable[str],
        environment: Mapping[str, str],
        masked: Mapping[str, str],
        words: str,
        kube: "Kube | None" = None,
        containment: Containment | None = None,
        guard: Guard | None = None,
    ) -> None:
        self._tools, self._bound = dict(tools), set(bound)
        self._environment = {**_QUIET, **environment, **masked}
        self._masked = dict(masked)
        self._words = words
        self._kube = kube or Kube()
        self._containment = containment or Containment()
        self._guard = guard

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path) -> Self:
        """Reads [executors.shell]; programs are looked up once: a later file of the same name is not run."""
        known = (
            "tools",
            "environment",
            "masked",
            "target",
            "kubeconfig",
            "kubeconfig_to_change",
            "context",
            "allow",
        )
        read = Settings("shell", settings, secrets, known=known, table="[executors.shell]")
        paths = {name: shutil.which(name) for name in (*read.words("tools"), *FILTERS)}
        absent = [name for name in read.words("tools") if paths[name] is None]
        if absent:
            raise ExecutorFault(f"{', '.join(absent)} is not installed here", "install it, or take it out of tools")
        kube = Kube(
            str(read.path("kubeconfig", folder) or ""),
            str(read.path("kubeconfig_to_change", folder) or ""),
            read.text("context", "-") if read.has("context") else "",
        )
        return cls(
            tools={name: path for name, path in paths.items() if path},
            bound=read.words("tools"),
            environment={n: os.environ[n] for n in ("PATH", *read.words("environment")) if n in os.environ},
            masked={n: os.environ[n] for n in read.words("masked") if n in os.environ},
            words=read.text("target", "this server"),
            kube=kube,
            guard=_guard(read.words("allow")),
        )

    def target(self, judgement: Judgement) -> str | None:
        """Where it would act, if every program is bound and every secret is there."""
        plan = judgement.run
        if judgement.language != "shell" or plan is None or not plan.pipelines:
            return None
        stages = list(plan.stages())
        holes = {h.name for s in stages for h in s.holes}
        programs = [s.words[0].spelled for s in stages if s.words]
        begins = {p.stages[0].words[0].spelled for p in plan.pipelines}
        if not holes <= self._masked.keys() or any(p not in self._tools for p in programs):
            return None
        if any(_METADATA.search(w.spelled) for s in stages for w in s.words):
            return None
        if not begins <= self._bound | _SPEAKERS or not all(map(_only_filters, stages)):
            return None
        return self._kube.words(judgement.risk != "reads") if "kubectl" in programs else self._words

    def secrets(self) -> tuple[str, ...]:
        """The values of the masked variables."""
        return tuple(self._masked.values())

    async def run(self, plan: Plan, limits: Limits, write: Write, *, changes: bool) -> Result:
        """Run the pipelines in turn within one time limit, in an empty directory of their own."""
        with tempfile.TemporaryDirectory(prefix="sirenbook-step-", ignore_cleanup_errors=True) as name:
            scene = _Scene(self, Path(name), limits, write, changes)
            try:
                async with asyncio.timeout(limits.seconds):
                    await scene.look_up(plan)
                    return await self._all(plan, scene)
            except (DestinationRefused, NameNotFound) as fault:
                return Result("failed", None, str(fault))
            except TimeoutError:
                return Result("stopped", None, f"it did not end within {limits.seconds:g} s and was ended")
            except OSError as error:
                return Result("failed", None, f"it could not be started: {error.strerror or error}")

    async def _all(self, plan: Plan, scene: "_Scene") -> Result:
        last = Result("worked", 0)
        for pipeline in plan.pipelines:
            fine = last.outcome == "worked"
            if (pipeline.after == "success" and not fine) or (pipeline.after == "failure" and fine):
                continue
            last = await scene.pipeline(pipeline)
            if last.outcome == "stopped":
                break
        return last

    def argv(self, stage: Stage, added: Sequence[str] = ()) -> list[str]:
        """The words of a program with its secrets, its path first."""
        program, *rest = [self.filled(w) for w in stage.words]
        kube = self._kube.options() if program == "kubectl" else []
        return [self._tools[program], *kube, *added, *rest]

    def filled(self, word: Word) -> str:
        """A word with its secrets."""
        return "".join(self._masked[p.name] if isinstance(p, Hole) else p for p in word.parts)

    async def bound(self, stage: Stage) -> list[str]:
        """What keeps a program that calls out to the addresses that were judged. Raises DestinationRefused."""
        words = [self.filled(w) for w in stage.words]
        if self._guard is None:
            return []
        if hides_a_call(words):
            raise DestinationRefused(
                f"{words[0]} calls out unseen; call curl itself, or allow * in [executors.shell]"
            )
        return await bound(words[1:], self._guard) if words[0] == "curl" else []

    def wrapped(self, argv: list[str], folder: Path, limits: Limits) -> list[str]:
        """The program as it is started."""
        return self._containment.wrapped(argv, folder, limits)

    def environment(self, stage: Stage, folder: Path, mark: str, changes: bool) -> dict[str, str]:
        """All that a program gets to know."""
        own = {"HOME": str(folder), "TMPDIR": str(folder), MARK: mark}
        given = {name: self.filled(value) for name, value in stage.environment}
        return {**self._environment, **self._kube.environment(changes), **given, **own}


class Kube(Struct, frozen=True):
    """Which cluster kubectl speaks to: by one file for reading and, if there is one, another for changes."""

    file: str = ""
    file_to_change: str = ""
    context: str = ""

    def words(self, changes: bool) -> str:
        """The cluster, for people."""
        file = (changes and self.file_to_change) or self.file or "the server's own kubeconfig"
        return f"context {self.context} of {file}" if self.context else f"the current context of {file}"

    def options(self) -> list[str]:
        """What is said to kubectl before its own words."""
        return [f"--context={self.context}"] if self.context else []

    def environment(self, changes: bool) -> dict[str, str]:
        """What tells kubectl where to look; never the file of whoever runs the server unless nothing is bound."""
        file = (changes and self.file_to_change) or self.file
        home = Path.home() / ".kube" / "config"
        return {"KUBECONFIG": file or os.environ.get("KUBECONFIG") or str(home)}


class _Scene:
    """One run: its directory, its mark, and what it wrote."""

    def __init__(self, shell: ShellExecutor, folder: Path, limits: Limits, write: Write, changes: bool) -> None:
        self._shell = shell
        self._folder = folder
        self._limits = limits
        self._write = write
        self._changes = changes
        self._written = 0
        self._mark = fresh_mark()
        self._bound: dict[tuple[Word, ...], list[str]] = {}

    async def look_up(self, plan: Plan) -> None:
        """Judge every address before anything is started. Raises DestinationRefused or NameNotFound."""
        self._bound = {stage.words: await self._shell.bound(stage) for stage in plan.stages()}

    async def pipeline(self, pipeline: Pipeline) -> Result:
        """Run programs that feed one another; whatever happens, none of them is left."""
        processes: list[asyncio.subprocess.Process] = []
        with ExitStack() as ends:
            ours, theirs = os.pipe()
            reading = _Reading(ours, self._take)
            ends.callback(reading.stop)
            try:
                with ExitStack() as handed:
                    handed.callback(os.close, theirs)
                    await self._start(pipeline, theirs, handed, processes)
                return await self._finish(pipeline, processes, reading)
            finally:
                await asyncio.shield(end(processes, self._mark))

    async def _start(
        self, pipeline: Pipeline, out: int, handed: ExitStack, processes: list[asyncio.subprocess.Process]
    ) -> None:
        before: int | None = None
        for number, stage in enumerate(pipeline.stages):
            source = _fed(stage, handed, self._shell.filled) if stage.fed is not None else before
            before, onward = None, out
            if number + 1 < len(pipeline.stages):
                before, onward = os.pipe()
                handed.callback(os.close, before)
                handed.callback(os.close, onward)
            stdout = {"output": onward, "errors": out, "nowhere": asyncio.subprocess.DEVNULL}[stage.output]
            stderr = {"output": onward, "errors": out, "nowhere": asyncio.subprocess.DEVNULL}[stage.errors]
            argv = self._shell.argv(stage, self._bound.get(stage.words, ()))
            argv = self._shell.wrapped(argv, self._folder, self._limits)
            processes.append(
                await asyncio.create_subprocess_exec(
                    *argv,
                    stdin=asyncio.subprocess.DEVNULL if source is None else source,
                    stdout=stdout,
                    stderr=stderr,
                    cwd=self._folder,
                    env=self._shell.environment(stage, self._folder, self._mark, self._changes),
                    start_new_session=True,
                )
            )

    async def _finish(
        self, pipeline: Pipeline, processes: list[asyncio.subprocess.Process], reading: "_Reading"
    ) -> Result:
        ended = asyncio.ensure_future(_all_ended(processes))
        flooded = asyncio.ensure_future(reading.flooded.wait())
        try:
            await asyncio.wait([ended, flooded], return_when=asyncio.FIRST_COMPLETED)
            if reading.flooded.is_set():
                return Result("stopped", None, f"it wrote more than {self._limits.output >> 20} MiB and was ended")
        finally:
            flooded.cancel()
            ended.cancel()
        await sweep(self._mark)
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN):
                await reading.over.wait()
        return _judged(pipeline, [p.returncode or 0 for p in processes])

    def _take(self, data: bytes) -> bool:
        """Hand on what was written; False once it is too much."""
        self._written += len(data)
        self._write(data)
        return self._written <= self._limits.output


class _Reading:
    """Reads what the programs write as it comes, one piece a turn, so that nobody else waits."""

    def __init__(self, end: int, take: Callable[[bytes], bool]) -> None:
        self._end = end
        self._take = take
        self.over, self.flooded = asyncio.Event(), asyncio.Event()
        os.set_blocking(end, False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(end, self._read)
        self._open = True

    def _read(self) -> None:
        with suppress(BlockingIOError):
            data = os.read(self._end, _CHUNK)
            if not data:
                self.stop()
            elif not self._take(data):
                self.flooded.set()
                self.stop()

    def stop(self) -> None:
        """Let go of the output."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._end)
            os.close(self._end)
            self.over.set()


def _guard(allowed: Sequence[str]) -> Guard | None:
    """What judges the addresses that curl is given; nothing does where the settings allow all of them."""
    try:
        return None if "*" in allowed else Guard(allowed, table="[executors.shell]")
    except ChannelFault as fault:
        raise ExecutorFault(fault.text, fault.help) from fault


async def _all_ended(processes: Iterable[asyncio.subprocess.Process]) -> bool:
    for process in processes:
        await process.wait()
    return True


def _only_filters(stage: Stage) -> bool:
    """Whether a filter looks at nothing but what it is fed: no file of this server, by no name."""
    program, *rest = [w.spelled for w in stage.words]
    if program not in FILTERS or program in _SPEAKERS:
        return True
    operands = [w for w in rest if not w.startswith("-")][program in _PATTERN_FIRST :]
    options = [w for w in rest if w.startswith("-")]
    by_file = any(o.startswith(("-f", "--file", "--from-file", "--slurpfile", "--rawfile", "-L")) for o in options)
    reads = program in _PATTERN_FIRST and by_file
    return not reads and not any(o.startswith(("/", "~")) or ".." in o or "=/" in o for o in (*operands, *options))


def _fed(stage: Stage, handed: ExitStack, filled: Callable[[Word], str]) -> int:
    """A file with the text that a program is fed."""
    assert stage.fed is not None
    file = handed.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the others
    file.write(filled(stage.fed).encode())
    file.seek(0)
    return file.fileno()


def _judged(pipeline: Pipeline, codes: list[int]) -> Result:
    """What the exit codes mean together: the first failure counts; `grep` that matches nothing is none."""
    nothing = False
    for number, (stage, code) in enumerate(zip(pipeline.stages, codes, strict=True)):
        program = stage.words[0].spelled
        last = number + 1 == len(codes)
        if code == 0 or (not last and code in _PIPE_BROKE):
            continue
        if code == 1 and program in ("grep", "egrep", "fgrep"):
            nothing = True
            continue
        said = f"{program} was ended by signal {-code}" if code < 0 else f"{program} ended with {code}"
        return Result("failed", code, said)
    return Result("nothing", codes[-1], "nothing matched") if nothing else Result("worked", 0)

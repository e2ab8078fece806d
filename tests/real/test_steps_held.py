"""Programs that do not want to end, hide, multiply or drown us: the step ends, and nothing of it is left."""

import asyncio
import os
import resource
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from contracts.executor_harness import piped, python, shell_executor, stage
from sirenbook.executors import Limits, Result
from sirenbook.executors.capture import HALF, Capture
from sirenbook.executors.containment import Containment
from sirenbook.executors.redaction import Redactor
from sirenbook.executors.shell import ShellExecutor
from sirenbook.model.judgement import Hole as Gap
from sirenbook.model.judgement import Judgement, Pipeline, Plan, Word

CANARY = f"canary-of-the-step-{os.getpid()}"
"""Of this process alone: the same tests run in another beside it."""


@pytest.fixture(params=["namespaces", "groups"])
def shell(request: pytest.FixtureRequest) -> ShellExecutor:
    """A shell executor in a process namespace, and one that has only process groups."""
    containment = Containment(namespaces=request.param == "namespaces")
    if request.param == "namespaces" and not containment.strong:
        pytest.skip("bubblewrap does not work here")
    return shell_executor(containment=containment, environment={"PATH": "/usr/bin:/bin", "CANARY": CANARY})


def ran(shell: ShellExecutor, step: Judgement, **limits: Any) -> tuple[Result, Capture]:
    capture = Capture(Redactor())
    assert step.run is not None
    work = shell.run(step.run, Limits(**{"seconds": 30, **limits}), capture.write, changes=False)
    return asyncio.run(work), capture


def left() -> list[str]:
    """The processes of the step that still live."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"CANARY={CANARY}".encode() in (entry / "environ").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found


def test_a_gigabyte_is_read_and_a_megabyte_kept(shell: ShellExecutor) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code = "import sys\nfor n in range(16384): sys.stdout.write(('%08d' % n) * 8192)"
    result, capture = ran(shell, piped(python(code)), output=2 * 1024**3)
    assert (result.outcome, capture.size) == ("worked", 1024**3)
    text = capture.text()
    assert len(text) < 2 * HALF + 1000
    assert (text[:8], text[-8:]) == ("00000000", "00016383")
    assert "bytes are left out here" in text
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 40 * 1024, f"{grown} KiB"


def test_more_than_the_limit_is_the_end_of_it(shell: ShellExecutor) -> None:
    began = time.monotonic()
    result, capture = ran(shell, piped(python("while True: print('x' * 1000)")), output=8 * 1024**2)
    assert (result.outcome, "8 MiB" in result.detail) == ("stopped", True)
    assert capture.size < 9 * 1024**2
    assert time.monotonic() - began < 60
    assert left() == []


PIPES = "import signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
IGNORES = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)"
LEAVES = """
import os, time
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(100)
        os._exit(0)
print("started", flush=True)
"""
STORM = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for n in range(200):
    if os.fork() == 0:
        if n % 2: os.setsid()
        time.sleep(100)
        os._exit(0)
time.sleep(100)
"""


@pytest.mark.parametrize("code", [IGNORES, STORM], ids=["ignores SIGTERM", "multiplies"])
def test_what_does_not_want_to_end_is_ended(shell: ShellExecutor, code: str) -> None:
    began = time.monotonic()
    result, _ = ran(shell, piped(python(code)), seconds=1)
    assert result.outcome == "stopped"
    assert time.monotonic() - began < 60
    assert left() == []


def test_what_leaves_its_group_and_holds_the_output_open_is_ended_too(shell: ShellExecutor) -> None:
    began = time.monotonic()
    result, capture = ran(shell, piped(python(LEAVES)))
    assert (result.outcome, capture.text()) == ("worked", "started\n")
    assert time.monotonic() - began < 60
    assert left() == []


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is not installed")
def test_memory_and_processor_time_are_bounded(shell: ShellExecutor) -> None:
    result, _ = ran(shell, piped(python("x = bytearray(900 * 1024 * 1024)")), memory=256 * 1024**2)
    assert result.outcome == "failed"
    began = time.monotonic()
    result, _ = ran(shell, piped(python("while True: pass")), cpu=1)
    assert (result.outcome, time.monotonic() - began < 60) == ("failed", True)


def test_it_gets_an_empty_place_no_terminal_and_few_variables(shell: ShellExecutor) -> None:
    os.environ["NOT_FOR_STEPS"] = "canary"
    code = "import os, sys\nprint(os.listdir('.'), sys.stdin.read() == '', sorted(os.environ))"
    try:
        result, capture = ran(shell, piped(python(code)))
    finally:
        del os.environ["NOT_FOR_STEPS"]
    assert result.outcome == "worked"
    assert capture.text().startswith("[] True [")
    assert "NOT_FOR_STEPS" not in capture.text()
    assert "'KUBECTL_KUBERC'" in capture.text()


def test_pipes_streams_and_conditions_are_those_of_a_shell(shell: ShellExecutor) -> None:
    both = python("import sys\nprint('out'); sys.stdout.flush(); print('err', file=sys.stderr)")
    plan = Plan(
        (
            Pipeline((both.__class__(both.words, errors="nowhere"), stage("cat"))),
            Pipeline((stage("grep", "x", fed=Word(("",))),), "success"),
            Pipeline((stage("echo", "no match"),), "failure"),
            Pipeline((stage("echo", "a b", "*", "$HOME", "`id`"),), "always"),
        )
    )
    result, capture = ran(shell, Judgement("", "shell", "reads", (), run=plan))
    assert (result.outcome, capture.text()) == ("worked", "out\nno match\na b * $HOME `id`\n")


def test_a_dead_end_before_the_last_program_is_a_failure(shell: ShellExecutor) -> None:
    result, _ = ran(shell, piped(python("import sys; sys.exit(7)"), stage("tail", "-1")))
    assert (result.outcome, result.exit) == ("failed", 7)
    result, _ = ran(shell, piped(python(PIPES + "while True: print('x')"), stage("head", "-1")))
    assert result.outcome == "worked"
    result, _ = ran(shell, piped(python("print('x')"), stage("grep", "y"), stage("wc", "-l")))
    assert result.outcome == "nothing"


def test_only_what_is_bound_is_started() -> None:
    shell = shell_executor(masked={"API_KEY": "s3cret-value"})
    words = {"bound": python("1"), "filter": stage("cat", "/etc/passwd"), "other": stage("bash", "-c", "id")}
    assert shell.target(piped(words["bound"])) == "the test's machine"
    assert shell.target(piped(words["filter"])) is None
    assert shell.target(piped(words["bound"], stage("grep", "-f", "/etc/shadow"))) is None
    assert shell.target(piped(words["bound"], stage("tail", "../../etc/passwd"))) is None
    assert shell.target(piped(words["bound"], stage("grep", "/api/"))) == "the test's machine"
    assert shell.target(piped(words["other"])) is None
    assert shell.target(piped(words["bound"], stage("cat", "http://169.254.169.254/latest"))) is None
    with_key = stage("echo").__class__((Word(("echo",)), Word((Gap("API_KEY", "$API_KEY"),))))
    assert shell.target(piped(with_key)) == "the test's machine"
    without = stage("echo").__class__((Word(("echo",)), Word((Gap("OTHER", "$OTHER"),))))
    assert shell.target(piped(without)) is None
    result, capture = ran(shell, piped(with_key))
    assert (result.outcome, capture.text()) == ("worked", "s3cret-value\n"), "who keeps it masks it"

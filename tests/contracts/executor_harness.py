"""For each executor: one that works on a stand-in, and the steps that it is tried with."""

import base64
import sys
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from sirenbook.channels.destination import Guard
from sirenbook.executors import Executor
from sirenbook.executors.http import HttpExecutor
from sirenbook.executors.shell import FILTERS, ShellExecutor
from sirenbook.executors.sql import SqlExecutor
from sirenbook.model.judgement import Judgement, Pipeline, Plan, Stage, Statement, Word

PYTHON = "python-of-the-test"


class Harness(Struct):
    """An executor, and steps that end well, fail, never end and write without end."""

    executor: Executor
    good: Judgement
    bad: Judgement
    endless: Judgement
    flood: Judgement
    said: bytes


def stage(*words: str, **streams: Any) -> Stage:
    return Stage(tuple(Word((w,)) for w in words), **streams)


def judged(plan: Plan, language: str = "shell", risk: Any = "reads") -> Judgement:
    return Judgement("as in the playbook", language, risk, (), plan=plan, run=plan)


def piped(*stages: Stage) -> Judgement:
    return judged(Plan((Pipeline(stages),)))


def python(code: str) -> Stage:
    """A program of the test's own; its text goes as one word without blanks."""
    packed = base64.b64encode(code.encode()).decode()
    return stage(PYTHON, "-c", f"import base64;exec(base64.b64decode('{packed}').decode())")


def shell_executor(**more: Any) -> ShellExecutor:
    import shutil

    tools = {PYTHON: sys.executable, **{f: p for f in FILTERS if (p := shutil.which(f))}}
    options: dict[str, Any] = {
        "tools": tools,
        "bound": [PYTHON],
        "environment": {"PATH": "/usr/bin:/bin"},
        "masked": {},
        "words": "the test's machine",
    }
    return ShellExecutor(**{**options, **more})


def shell(where: str) -> Harness:
    return Harness(
        shell_executor(),
        good=piped(python("print('berth 7'); print('quay 8')"), stage("grep", "berth")),
        bad=piped(python("import sys; sys.exit(3)")),
        endless=piped(python("import time\nwhile True: time.sleep(1)")),
        flood=piped(python("import sys\nwhile True: sys.stdout.write('x' * 65536)")),
        said=b"berth 7\n",
    )


def sql(where: str) -> Harness:
    def statement(text: str) -> Judgement:
        return judged(Plan(statement=Statement(text)), "sql")

    return Harness(
        SqlExecutor(where),
        good=statement("SELECT 'berth 7' AS berth"),
        bad=statement("SELECT no_such_column FROM pg_class"),
        endless=statement("SELECT pg_sleep(100)"),
        flood=statement("SELECT repeat('x', 300) FROM generate_series(1, 100000000)"),
        said=b"berth\nberth 7\n(1 row)\n",
    )


def http(where: str) -> Harness:
    def curl(path: str) -> Judgement:
        return piped(stage("curl", "-s", f"{where}{path}"))

    return Harness(
        HttpExecutor(Guard(["127.0.0.0/8"])),
        good=curl("/good"),
        bad=curl("/bad"),
        endless=curl("/endless"),
        flood=curl("/flood"),
        said=b"200 OK\nberth 7",
    )


HARNESSES: dict[str, Callable[[str], Harness]] = {"shell": shell, "sql": sql, "http": http}

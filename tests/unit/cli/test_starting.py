"""The command line itself: quick to start, quiet when it breaks, and every command in the docs."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from sirenbook.cli import COMMANDS, main
from sirenbook.cli.exits import Exit, Fault

HEAVY = ("msgspec", "psycopg", "starlette", "httpx2", "asyncio", "http", "ssl", "structlog", "sirenbook.engine")
DOCS = Path(__file__).parents[3] / "docs" / "cli.md"
OWN = [name for name in COMMANDS if name not in ("up", "watchdog")]


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_help_loads_nothing_heavy() -> None:
    code = """
import sys
from sirenbook.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print("\\n" + " ".join(sys.modules))
"""
    loaded = set(python(code).splitlines()[-1].split())
    assert not loaded & set(HEAVY)


def test_acting_loads_no_store_and_no_web() -> None:
    code = "import sys, sirenbook.cli.act, sirenbook.cli.show; print(' '.join(sys.modules))"
    loaded = set(python(code).split())
    assert not loaded & {"msgspec", "psycopg", "starlette", "structlog", "asyncio", "markdown_it"}


def test_the_server_starts_without_what_only_logins_need() -> None:
    code = "import sys, sirenbook.engine.serve, sirenbook.web.app; print(' '.join(sys.modules))"
    assert not set(python(code).split()) & {"authlib", "joserfc", "fido2"}


def leaves_of(command: click.Command) -> list[click.Command]:
    """The commands themselves, of a group and the groups in it."""
    if not isinstance(command, click.Group):
        return [command]
    return [leaf for each in command.commands.values() for leaf in leaves_of(each)]


@pytest.mark.parametrize("name", OWN)
def test_every_command_is_there_speaks_json_and_has_help(name: str, run: Any) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    for leaf in leaves_of(command):
        assert "--json" in [o for p in leaf.params for o in p.opts], leaf.name
    result = run(name, "--help")
    assert result.exit_code == Exit.OK
    assert command.help and command.help.split("\n")[0].endswith(".")


@pytest.mark.parametrize("name", [n for n, lazy in COMMANDS.items() if not lazy.hidden])
def test_every_command_and_option_is_in_the_docs(name: str) -> None:
    text = DOCS.read_text()
    assert f"`sirenbook {name}" in text
    if name in OWN:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        for parameter in command.params:
            longest = max(parameter.opts, key=len)
            assert not longest.startswith("--") or longest in text, longest


def test_every_exit_code_is_in_the_docs() -> None:
    text = DOCS.read_text()
    assert all(f"| {code.value} |" in text for code in Exit)


def test_help_lists_every_command_but_hidden_ones(run: Any) -> None:
    said = run("--help").stdout
    assert all((f"\n  {name} " in said) != lazy.hidden for name, lazy in COMMANDS.items())


def test_version(run: Any) -> None:
    assert run("--version").stdout.startswith("sirenbook 0.")


def test_a_misspelt_command(run: Any) -> None:
    assert "did you mean 'resolve'?" in run("resolv", "1").stderr


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command that ends as a test wants."""

    def put(error: BaseException) -> None:
        @click.command("show")
        def show() -> None:
            raise error

        module = importlib.import_module("sirenbook.cli.show")
        monkeypatch.setattr(module, "show", show)

    return put


def test_a_defect_is_one_line_and_70(run: Any, broken: Any) -> None:
    broken(ValueError("a \x1b[31mmess"))
    result = run("show")
    assert result.exit_code == Exit.INTERNAL
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr and "SIRENBOOK_DEBUG" in result.stderr


def test_a_traceback_for_those_who_ask(run: Any, broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIRENBOOK_DEBUG", "1")
    broken(ValueError("mess"))
    assert isinstance(run("show").exception, ValueError)


def test_an_interrupt(run: Any, broken: Any) -> None:
    broken(KeyboardInterrupt())
    result = run("show")
    assert result.exit_code == Exit.INTERRUPTED
    assert result.stdout == ""


def test_a_fault_carries_its_code(run: Any, broken: Any) -> None:
    broken(Fault("this is so", "do that", Exit.REFUSED))
    result = run("show")
    assert (result.exit_code, result.stderr) == (Exit.REFUSED, "sirenbook: This is so. Do that.\n")

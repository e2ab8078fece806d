"""`sirenbook lint`: looks playbooks over as a compiler would, for people, programs and CI."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sirenbook.cli import options
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.findings import Found, located
from sirenbook.cli.screen import say

if TYPE_CHECKING:
    from sirenbook.cli.lint_fix import Fixed

FORMATS = ("text", "json", "github", "sarif", "junit")
_GRAVITY = {"error": 3, "warning": 2, "note": 1, "never": 4}


def _explain(context: click.Context, _: click.Parameter, code: str | None) -> None:
    """Print all about one code, and end."""
    if code is None:
        return
    from sirenbook.playbook.codes import CODES, explained

    wanted = code.strip().upper()
    if wanted not in CODES:
        raise Fault(f"there is no code {code}", _nearest(wanted, CODES), Exit.USAGE)
    click.echo(explained(wanted), nl=False)
    context.exit()


@click.command("lint")
@click.argument("playbooks", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PLAYBOOK…")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="How to print findings.")
@click.option("--select", multiple=True, metavar="CODES", help="Only these, such as SB2,SB104.")
@click.option("--ignore", multiple=True, metavar="CODES", help="All but these.")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="warning", show_default=True,
    help="Exit with 1 at a finding of this grade or a graver one.",
)  # fmt: skip
@click.option("--fix", is_flag=True, help="Mend what is certain: characters in a wrong encoding.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day by which age is judged; else today.")
@click.option("--explain", metavar="CODE", is_eager=True, expose_value=False, callback=_explain,
              help="Print all about one code.")  # fmt: skip
@click.option("--against", metavar="DSN", help="Have this database parse the SQL too; nothing is run.")
@click.option("--against-cluster", metavar="CONTEXT",
              help="Ask this cluster too, by rights and dry runs; nothing is changed.")  # fmt: skip
@options.as_json
def lint(
    *,
    playbooks: tuple[Path, ...],
    format_: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    fix: bool,
    today: datetime | None,
    against: str | None,
    against_cluster: str | None,
    as_json: bool,
) -> None:
    """Say what is wrong with each PLAYBOOK (a file or a folder): contradictions, gaps, names that mislead.

    The text says of every finding where it is, what is wrong, and how to mend it; why it matters is said once
    for each code.
    """
    from sirenbook.cli.lint_formats import render

    chosen = _codes(select), _codes(ignore)
    fixed = [line for path in playbooks for line in _mend(path)] if fix else []
    day = today.date() if today else _today()
    looked = [f for path in playbooks for f in (*_look_over(path, day), *_tried(path, against, against_cluster))]
    found = [f for f in looked if _wanted(f, *chosen)]
    render("json" if as_json else format_, found, playbooks, fixed)
    say(counted(found))
    worst = max((_GRAVITY[f.diagnostic.grade] for f in found), default=0)
    if worst >= _GRAVITY[fail_on]:
        sys.exit(Exit.FINDINGS)


def _today() -> date:
    from sirenbook.engine.clock import wall_clock

    return wall_clock().date()


def _mend(path: Path) -> Iterator[Fixed]:
    from sirenbook.cli.lint_fix import fix
    from sirenbook.cli.playbooks import read

    for line in fix(path, tuple(read(path).files)):
        say(f"{line.file}:{line.line}: mended")
        say(f"  - {line.before}")
        say(f"  + {line.after}")
        yield line


def _look_over(path: Path, day: date) -> list[Found]:
    from sirenbook.cli.playbooks import read
    from sirenbook.engine.policies.reading import inspect, load

    texts = read(path)
    return located(path, texts, inspect(load(texts), day))


def _tried(path: Path, dsn: str | None, context: str | None) -> list[Found]:
    """What a real database and a real cluster say of the commands, if they are to be asked."""
    if not dsn and not context:
        return []
    from sirenbook.cli.playbooks import read
    from sirenbook.engine.policies.reading import against, load
    from sirenbook.engine.steps.against_database import Unreachable

    texts = read(path)
    try:
        return located(path, texts, against(load(texts), dsn, context))
    except Unreachable as fault:
        mend = "give --against a DSN, and --against-cluster a context of `kubectl config get-contexts`, that answer"
        raise Fault(f"the commands cannot be tried: {fault}", mend, Exit.USAGE) from fault


def _codes(given: Sequence[str]) -> tuple[str, ...]:
    """The beginnings of codes in an option, each of which some code must have."""
    from sirenbook.playbook.codes import CODES

    wanted = tuple(word.strip().upper() for each in given for word in each.split(",") if word.strip())
    for word in wanted:
        if not any(code.startswith(word) for code in CODES):
            raise Fault(f"no code begins with {word}", _nearest(word, CODES), Exit.USAGE)
    return wanted


def _nearest(word: str, known: Sequence[str] | object) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known) if isinstance(known, Sequence) else [], n=1)
    return f"did you mean {near[0]}?" if near else "docs/diagnostics.md lists them all"


def _wanted(found: Found, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    code = found.diagnostic.code
    return (not select or code.startswith(select)) and not (ignore and code.startswith(ignore))


def counted(found: Sequence[Found]) -> str:
    """How many findings of each grade there are, in words."""
    if not found:
        return "No findings."
    grades = [f.diagnostic.grade for f in found]
    counts = ((grades.count(g), g) for g in ("error", "warning", "note"))
    return ", ".join(f"{n} {g}{'' if n == 1 else 's'}" for n, g in counts if n) + "."

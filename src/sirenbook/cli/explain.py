"""`sirenbook explain`: what a playbook was understood to mean, and what is wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.exits import Exit
from sirenbook.cli.playbooks import errors, open_playbook, place, playbook
from sirenbook.cli.screen import Screen, put_json, screen
from sirenbook.model.diagnostic import Diagnostic, Question

_STYLES = {"error": ("red", "bold"), "warning": ("yellow", "bold"), "note": ("dim",)}


@click.command("explain")
@playbook
@click.option("--questions", is_flag=True, help="Only what the playbook leaves open, ready for sirenbook.toml.")
@click.option("--normalised", is_flag=True, help="The neutral schema sirenbook.playbook/1, as JSON.")
@click.option("--doc", metavar="NAME", help="The document's name in --normalised; else the file's.")
@click.option("--strict", is_flag=True, help="Exit with 1 when there are errors.")
@options.as_json
def explain(
    *, playbook: Path, questions: bool, normalised: bool, doc: str | None, strict: bool, as_json: bool
) -> None:
    """Say in plain words what PLAYBOOK means, with the line of every value, and what is wrong with it."""
    from msgspec import to_builtins
    from msgspec.structs import replace

    from sirenbook.playbook.explain.normalised import normalise
    from sirenbook.playbook.explain.policy import explain as in_words

    loaded = open_playbook(playbook)
    policy = loaded.policy
    if normalised:
        put_json(normalise(policy, doc or playbook.stem))
    elif as_json and questions:
        put_json({"questions": to_builtins(policy.questions)})
    elif as_json:
        found: dict[str, Any] = {"policy": to_builtins(policy), "diagnostics": to_builtins(loaded.diagnostics)}
        put_json(found)
    else:
        out = screen()
        if questions:
            print_questions(out, policy.questions)
        else:
            for line in in_words(replace(policy, diagnostics=())).splitlines():
                out.line(out.paint(line))
            print_findings(out, loaded.diagnostics)
        out.show()
    if strict and errors(loaded.diagnostics):
        sys.exit(Exit.FINDINGS)


def print_findings(out: Screen, diagnostics: tuple[Diagnostic, ...]) -> None:
    """Every finding as compilers print them, with its mend."""
    if not diagnostics:
        return
    out.heading("Findings")
    for each in diagnostics:
        head = f"{place(each.at)}: {each.code} {each.grade}: "
        out.wrapped("", head + each.text, "", *_STYLES[each.grade])
        out.wrapped("    ", each.help)


def print_questions(out: Screen, questions: tuple[Question, ...]) -> None:
    """The questions as an [answers] table to copy: what is commented out is the default in force."""
    import json

    out.line("[answers]")
    for each in questions:
        choices = f" ({' | '.join(each.choices)})" if each.choices else ""
        where = f" [{each.at}]" if each.at.stated else ""
        out.line(out.paint(f"# {each.text}{choices}{where}", "dim"))
        lead = "" if each.answered else "# "
        out.line(out.paint(f'{lead}"{each.key}" = {json.dumps(each.default, ensure_ascii=False)}'))

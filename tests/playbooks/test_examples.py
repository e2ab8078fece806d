"""The example playbooks run as they are: nothing is wrong with them, and they are read as they were meant.

The tables in golden/examples were checked by eye against each text. `pytest tests/playbooks --update-golden` writes
them anew; read the difference against the playbook before committing it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sirenbook.model.bindings import Bindings
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Clock, Policy
from sirenbook.playbook.bindings.reader import check_bindings, demo_bindings, read_bindings, toml_for
from sirenbook.playbook.compile import compile_playbook

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden" / "examples"
NAMES = sorted(p.parent.name for p in ROOT.glob("examples/*/playbook.md"))


def loaded(name: str) -> tuple[Policy, Bindings, tuple[Diagnostic, ...]]:
    folder = ROOT / "examples" / name
    bindings, found = read_bindings((folder / "sirenbook.toml").read_text("utf-8"), "sirenbook.toml")
    policy = compile_playbook([("playbook.md", (folder / "playbook.md").read_text("utf-8"))], bindings.answers)
    return policy, bindings, (*policy.diagnostics, *found, *check_bindings(policy, bindings))


def test_there_are_five() -> None:
    assert NAMES == [
        "agent-platform",
        "desk-studio",
        "graph-intelligence",
        "startup-studio",
        "workflow-orchestrator",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong(name: str) -> None:
    _, _, found = loaded(name)
    assert [f"{d.at} {d.code} {d.text}" for d in found if d.grade != "note"] == []


@pytest.mark.parametrize("name", NAMES)
def test_everybody_can_be_reached_by_mail_in_a_folder(name: str) -> None:
    policy, bindings, _ = loaded(name)
    assert all(bindings.everyone(target) for target in policy.targets)
    assert bindings.channels["email"] == {"folder": "mail"}
    assert {m.channel for p in bindings.people.values() for m in p.methods} == {"email"}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_read_as_it_was_meant(name: str, request: pytest.FixtureRequest) -> None:
    golden = GOLDEN / f"{name}.txt"
    table = "\n".join(rows(loaded(name)[0])) + "\n"
    if request.config.getoption("--update-golden", default=False):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(table, "utf-8")
    assert table == golden.read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_its_starter_file_and_its_demo_reach_everybody(name: str) -> None:
    policy, _, _ = loaded(name)
    started, found = read_bindings(toml_for(policy), "sirenbook.toml")
    assert found == ()
    demo = demo_bindings(policy, started)
    assert not [d for d in check_bindings(policy, demo) if d.grade == "error"]


def test_the_reference_of_the_bindings_is_sound() -> None:
    reference = (ROOT / "docs" / "bindings.md").read_text("utf-8")
    sample = re.search(r"```toml\n(.*?)```", reference, re.DOTALL)
    assert sample
    assert read_bindings(sample[1], "sirenbook.toml")[1] == ()


def rows(policy: Policy) -> Iterator[str]:
    """A policy as a table that can be compared with the text by eye: every value with its line."""
    yield policy.title
    for s in policy.severities:
        clocks = {"respond": s.response, "acknowledge": s.ack, "resolve": s.resolution, "update": s.update}
        stated = [f"{name} {clock(c)}" for name, c in clocks.items() if c]
        yield f"{s.full_name} :{s.why.line}  {'  '.join(stated)}"
        for level in policy.levels_of(s.name):
            after = "by hand" if level.after is None else span(level.after)
            hours = " in business hours" if level.business else ""
            whose = "" if level.severity else " (every severity)"
            who = " + ".join(level.who)
            yield f"    {after:>8}  {level.manner} {who}{hours}, unless {level.until}{whose} :{level.why.line}"
    yield f"on call: {' + '.join(policy.on_call)} :{policy.on_call_why.line}"
    yield f"backup: {policy.backup or '-'}   acknowledge: {clock(policy.ack)}   watch: {clock(policy.watch)}"
    yield from (f"alert {a.name} -> {a.runbook} :{a.why.line}" for a in policy.alerts)


def clock(value: Clock | None) -> str:
    return (
        "-" if value is None else f"{span(value.seconds)}{' business' if value.business else ''} :{value.why.line}"
    )


def span(seconds: int) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s" if seconds else "at once"

"""Rehearses every severity of every playbook at hand and compares who is reached when with a table read by eye.

The tables hold facts and line numbers only. `pytest tests/playbooks --update-golden` writes them anew; read the
difference against the playbook's text before committing it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sirenbook.cli.times import offset
from sirenbook.engine.policies.reading import Loaded, load
from sirenbook.engine.policies.texts import read_texts
from sirenbook.engine.rehearsal.rehearse import Rehearsal, Step, rehearse
from sirenbook.model.provenance import Provenance

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden" / "rehearsals"
SEEDS = {f"seed-{n}": ROOT.parent / "shared" / "seeds" / name for n, name in enumerate((
    "000_95f7d1b76d4b4e4c.txt",
    "001_018703b99730d442.txt",
    "002_ee936a25a885cb67.txt",
    "003_f107a76fbea5eec9.txt",
    "004_12d8f1d31c034984.txt",
))}  # fmt: skip
EXAMPLES = {f"example-{p.parent.name}": p for p in sorted(ROOT.glob("examples/*/playbook.md"))}
MONDAY = datetime(2026, 1, 5, 10, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 1, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("name", [*SEEDS, *EXAMPLES])
def test_who_is_reached_when(name: str, request: pytest.FixtureRequest) -> None:
    path = {**SEEDS, **EXAMPLES}[name]
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    table = "\n".join(tables(load(read_texts(path))))
    golden = GOLDEN / f"{name}.txt"
    if request.config.getoption("--update-golden", default=False):
        golden.write_text(table, encoding="utf-8")
    assert table == golden.read_text(encoding="utf-8"), f"{golden.name}: --update-golden, then read the difference"


def tables(loaded: Loaded) -> Iterator[str]:
    """Every severity twice: nobody answers for three hours; somebody does after four minutes and never resolves.

    What is answered in business hours is rehearsed on a weekend too.
    """
    for severity in loaded.policy.severities:
        yield f"== {severity.name}: nobody acknowledges"
        yield from table(run(loaded, severity.name, horizon=timedelta(hours=3)))
        yield f"== {severity.name}: acknowledged after 4 min"
        yield from table(run(loaded, severity.name, ack_after=timedelta(minutes=4)))
        if severity.response is not None and severity.response.business:
            yield f"== {severity.name}: opened on a Saturday at 02:00 UTC, nobody acknowledges"
            yield from table(run(loaded, severity.name, start=SATURDAY_NIGHT, horizon=timedelta(days=3)))
    yield "== assumed"
    yield from (f"{q.key} = {q.default}  {line(q.at)}".rstrip() for q in loaded.policy.questions if not q.answered)
    yield ""


def run(loaded: Loaded, severity: str, start: datetime = MONDAY, **more: timedelta) -> Rehearsal:
    return rehearse(loaded.policy, loaded.bindings, severity, start=start, names="targets", **more)


def table(rehearsal: Rehearsal) -> Iterator[str]:
    """Runs of one kind of step that reach the same people are told once, with all their times."""
    rows: list[tuple[list[str], str]] = []
    for step in rehearsal.steps:
        facts = fact(step)
        same = next((r for r in rows[-3:] if r[1] == facts), None)
        if same is not None:
            same[0].append(offset(step.offset))
        else:
            rows.append(([offset(step.offset)], facts))
    yield from (f"{' '.join(times)}  {facts}" for times, facts in rows)
    yield from (
        f"not reached ({x.reason}): {', '.join(x.level.who)} {x.level.after}  {line(x.level.why)}"
        for x in rehearsal.not_reached
    )
    yield ""


def fact(step: Step) -> str:
    paged = [x.name for x in step.who if x.demand == "page"]
    told = [x.name for x in step.who if x.demand == "notify"]
    parts = [step.kind]
    parts += [f"page {', '.join(paged)}"] * bool(paged) + [f"inform {', '.join(told)}"] * bool(told)
    parts += [line(step.why)] if step.why is not None else []
    return "  ".join(parts)


def line(why: Provenance) -> str:
    return f":{why.line}" if why.stated else "(default)"


def test_the_tables_hold_no_sentence_of_the_seeds() -> None:
    """The seeds are not ours to copy: names and numbers are facts, sentences are not."""
    for name, path in SEEDS.items():
        golden = GOLDEN / f"{name}.txt"
        if not path.exists() or not golden.exists():
            pytest.skip("no seeds here")
        copied = golden.read_text(encoding="utf-8")
        sentences = [s.strip("-*# ") for s in path.read_text(encoding="utf-8", errors="replace").splitlines()]
        assert not [s for s in sentences if len(s.split()) > 6 and s in copied]

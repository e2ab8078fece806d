"""Lives one incident of every severity of every playbook from its alert to its last action item.

The transcripts hold facts and line numbers only, read by eye against the text; `--update-golden` writes them anew.
"""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from playbooks.test_rehearsals import EXAMPLES, GOLDEN, MONDAY, SEEDS, table
from sirenbook.engine.policies.reading import Loaded, load
from sirenbook.engine.policies.texts import read_texts
from sirenbook.engine.rehearsal.rehearse import Rehearsal, Step, rehearse

LIVES = GOLDEN.parent / "lives"
PLAYBOOKS = {**SEEDS, **EXAMPLES}


def lives(loaded: Loaded) -> list[Rehearsal]:
    return [
        rehearse(loaded.policy, loaded.bindings, s.name, start=MONDAY, names="targets", whole=True)
        for s in loaded.policy.severities
    ]


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_from_the_alert_to_closed_action_items(name: str, request: pytest.FixtureRequest) -> None:
    path = PLAYBOOKS[name]
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    found = lives(load(read_texts(path)))
    assert all(x.ended == "resolved" and not x.cut for x in found), [(x.severity, x.ended) for x in found]
    for each in found:
        begins = each.steps[0]
        assert begins.text.startswith(f"Opened as {each.severity} by 2 alerts of "), (
            "told four times, it is two alerts"
        )
        assert begins.why is not None and begins.why.stated and "doubt" not in begins.text
        assert "detected 2 min" in [s.text for s in each.steps if s.kind == "Measured"]
    text = "\n".join(line for each in found for line in transcript(each))
    golden = LIVES / f"{name}.txt"
    if request.config.getoption("--update-golden", default=False):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), f"{golden.name}: --update-golden, then read the difference"


def transcript(rehearsal: Rehearsal) -> Iterator[str]:
    yield f"== {rehearsal.steps[0].text.partition(':')[0]}"
    steps = tuple(_with_words(s) for s in rehearsal.steps if s.kind != "Measured")
    yield from table(replace(rehearsal, steps=steps))
    yield from (step.text for step in rehearsal.steps if step.kind == "Measured")
    yield ""


def _with_words(step: Step) -> Step:
    """Whom an update is for and who gives it, and who has which role, stand in the words of a step."""
    told = re.search(r"[Uu]pdate to (\w+)", step.text)
    if step.kind in ("UpdateGiven", "RoleAssigned"):
        return replace(step, kind=f"{step.kind}  {step.text}")
    return replace(step, kind=f"{step.kind}  {told[1]}") if told else step


def test_the_transcripts_hold_no_sentence_of_the_seeds() -> None:
    for name, path in SEEDS.items():
        if not path.exists():
            pytest.skip("no seeds here")
        copied = (LIVES / f"{name}.txt").read_text(encoding="utf-8")
        sentences = [s.strip("-*# ") for s in path.read_text(encoding="utf-8", errors="replace").splitlines()]
        assert not [s for s in sentences if len(s.split()) > 6 and s in copied]

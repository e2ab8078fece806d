"""Small playbooks in many house styles, each with the severities and the escalation that its text states."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sirenbook.model.policy import Policy
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.normalised import normalise
from sirenbook.playbook.explain.policy import explain
from sirenbook.playbook.language.targets import is_channel

STYLES = Path(__file__).parent / "styles"
NAMES = sorted(path.stem for path in STYLES.glob("*.md"))


def compiled(name: str) -> Policy:
    return compile_playbook([(f"{name}.md", (STYLES / f"{name}.md").read_text(encoding="utf-8"))])


def facts(policy: Policy) -> dict[str, Any]:
    """What a style's `.json` holds: a row per severity, a row per stated level, and its other parts."""
    normal = normalise(policy, "")
    clocks = ("response_time_seconds", "ack_seconds", "resolution_target_seconds", "update_cadence_seconds")
    others = ("rotation", "runbooks", "templates", "post_incident", "contacts", "metrics")
    return {
        "severities": {
            s["name"]: [s["label"], *(s[c] for c in clocks), *(["business"] if s["response_time_business"] else [])]
            for s in normal["severities"]
        },
        "escalation": [[e["severity"], e["after_seconds"], e["who"]] for e in normal["escalation"]],
        **({"posts": posts} if (posts := [*posted(policy)]) else {}),
        **{part: normal[part] for part in others if normal[part]},
    }


def posted(policy: Policy) -> Iterator[list[Any]]:
    """The levels that post in a chat, which the neutral schema leaves out."""
    for level in policy.levels:
        if level.why.stated and level.who and all(is_channel(who) for who in level.who):
            yield [level.severity, level.after, " + ".join(level.who)]


@pytest.mark.parametrize("name", NAMES)
def test_style(name: str) -> None:
    assert facts(compiled(name)) == json.loads((STYLES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_everybody_is_reached(name: str) -> None:
    policy = compiled(name)
    assert policy.severities
    for severity in policy.severities:
        assert any(level.after == 0 for level in policy.levels_of(severity.name)), severity.name
    assert len({level.key for level in policy.levels}) == len(policy.levels)


@pytest.mark.parametrize("name", NAMES)
def test_every_quote_stands_where_it_says(name: str) -> None:
    rows = (STYLES / f"{name}.md").read_text(encoding="utf-8").split("\n")
    policy = compiled(name)
    stated = [level.why for level in policy.levels if level.why.stated]
    for severity in policy.severities:
        clocks = (severity.response, severity.ack, severity.resolution, severity.update)
        stated += [severity.why, *(clock.why for clock in clocks if clock)]
    for why in stated:
        assert why.quote.split()[0].strip("*") in rows[why.line - 1], why


@pytest.mark.parametrize("name", NAMES)
def test_explained_in_words(name: str) -> None:
    policy = compiled(name)
    text = explain(policy)
    for severity in policy.severities:
        assert severity.full_name in text

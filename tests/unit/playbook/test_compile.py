"""A playbook as a whole: its questions and answers, its findings, its identity."""

from collections.abc import Mapping

import pytest

from sirenbook.model.diagnostic import Question
from sirenbook.model.policy import Policy
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.normalised import normalise

TEXT = """\
# Playbook

## Severity levels

| Severity | Response time | Escalation |
|----------|---------------|------------|
| P0 - Critical | 5 min | Page the on-call engineer, escalate if not resolved in 1 hour |
| P1 - High | 1 hour | Escalate to the team lead after 2 hours |
| P2 - Low | soon, 9 of 10 times | Standard business hours support |

## Escalation

On-call engineer → Team lead → CTO
"""


def compiled(text: str = TEXT, answers: Mapping[str, str] | None = None) -> Policy:
    return compile_playbook([("p.md", text)], answers or {})


def question(policy: Policy, key: str) -> Question:
    return next(q for q in policy.questions if q.key == key)


def codes(policy: Policy) -> set[str]:
    return {d.code for d in policy.diagnostics}


def test_a_severity_that_names_nobody_first_begins_with_the_chain() -> None:
    [first] = [x for x in compiled().levels_of("P1") if x.after == 0]
    assert (first.who, first.why.line) == (("On-call engineer",), 13)
    assert all(x.why.stated for x in compiled().levels if x.severity == "P0")


def test_a_severity_that_names_nobody_first_pages_whoever_is_on_call_and_asks() -> None:
    policy = compiled(TEXT.split("## Escalation\n")[0])
    [first] = [x for x in policy.levels_of("P1") if x.after == 0]
    assert (first.who, first.named, first.why.stated) == (("on-call engineer",), False, False)
    assert question(policy, "oncall.first").default == "on-call engineer"


def test_a_level_without_a_name_takes_the_next_of_the_chain_and_asks() -> None:
    policy = compiled()
    level = next(x for x in policy.levels if x.severity == "P0" and x.after == 3600)
    assert (level.who, level.named, level.until) == (("Team lead",), False, "resolved")
    assert question(policy, "escalation.P0.3600").default == "Team lead"
    answered = compiled(answers={"escalation.P0.3600": "CTO"})
    assert next(x for x in answered.levels if x.after == 3600).who == ("CTO",)
    assert question(answered, "escalation.P0.3600").answered
    who = [e["who"] for e in normalise(policy, "")["escalation"] if e["after_seconds"] == 3600]
    assert who == [None]


def test_business_hours_support_informs_and_does_not_page() -> None:
    level = next(x for x in compiled().levels if x.severity == "P2")
    assert (level.after, level.manner, level.named) == (0, "notify", False)


@pytest.mark.parametrize(("answer", "seconds"), [("10 minutes", 600), ("1h", 3600)])
def test_the_watch_is_a_question(answer: str, seconds: int) -> None:
    assert compiled().watch is not None
    assert compiled().watch.seconds == 300  # type: ignore[union-attr]
    watch = compiled(answers={"resolve.watch": answer}).watch
    assert watch is not None
    assert watch.seconds == seconds
    assert compiled(answers={"resolve.watch": "never"}).watch is None


def test_a_stated_watch_is_no_question() -> None:
    policy = compiled(TEXT + "\n## Resolution\n\nMonitor for 15-30 minutes before closing the incident.\n")
    assert policy.watch is not None
    assert (policy.watch.seconds, policy.watch.why.line) == (1800, 17)
    assert "resolve.watch" not in {q.key for q in policy.questions}


def test_regrading_restarts_the_clock_unless_the_owner_keeps_it() -> None:
    assert compiled().restart_on_regrade
    assert not compiled(answers={"regrade.clock": "keep"}).restart_on_regrade
    assert compiled(answers={"regrade.clock": "maybe"}).restart_on_regrade


@pytest.mark.parametrize(
    "answers",
    [
        {"regrade.clock": "maybe"},
        {"resolve.watch": "a while"},
        {"escalation.silence": "?"},
        {"escalation.silence": "never"},
    ],
)
def test_an_answer_that_its_question_does_not_allow_is_a_finding_and_leaves_it_open(
    answers: dict[str, str],
) -> None:
    policy = compiled(answers=answers)
    assert "SB109" in codes(policy)
    assert "SB109" not in codes(compiled())
    assert [q for q in policy.questions if q.answered] == []
    assert {q.default for q in policy.questions}.isdisjoint(answers.values())


@pytest.mark.parametrize(
    ("answer", "found"), [("20 minutes", True), ("30 minutes", False), ("half an hour", False)]
)
def test_an_answer_that_says_otherwise_than_the_text_holds_and_is_a_finding(answer: str, found: bool) -> None:
    text = TEXT + "\n## Resolution\n\nMonitor for 15-30 minutes before closing the incident.\n"
    policy = compiled(text, answers={"resolve.watch": answer})
    assert policy.watch is not None
    assert policy.watch.seconds == (1200 if found else 1800)
    assert ("SB112" in codes(policy)) is found


def test_silence_takes_another_time() -> None:
    assert compiled().ack is None
    ack = compiled(answers={"escalation.silence": "7 minutes"}).ack
    assert ack is not None
    assert ack.seconds == 420


def test_whom_to_page_first_is_answered() -> None:
    policy = compiled(answers={"oncall.first": "Duty desk, Second desk"})
    assert policy.on_call == ("Duty desk", "Second desk")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("# Nothing\n", "SB101"),
        ("", "SB110"),
        ("# P\n\n## Severity\n\n- **P0**: down\n- **P1**: slow\n", "SB102"),
        (TEXT, "SB103"),
        ("# P\n\nðŸš¨ alarm\n", "SB104"),
        (TEXT, "SB105"),
        (TEXT + "\n## Response times\n\n- P0: 10 minutes\n- P1: 1 hour\n", "SB106"),
        ("# P\n\n## Severity\n\n- **P0**: down\n- **P1**: slow\n", "SB107"),
        ("# P\n\n## Severity\n\n- **P0**: down\n- **P1**: slow\n", "SB108"),
    ],
)
def test_findings(text: str, code: str) -> None:
    assert code in codes(compiled(text))


def test_every_finding_says_how_to_mend_it() -> None:
    for text in (TEXT, "", "# P\n\nðŸš¨\n"):
        for finding in compiled(text).diagnostics:
            assert finding.text
            assert finding.help


def test_no_file_is_a_policy_too() -> None:
    policy = compile_playbook([])
    assert (policy.severities, policy.levels, policy.title) == ((), (), "")


def test_several_files_are_one_playbook() -> None:
    head, tail = TEXT.split("## Escalation")
    both = compile_playbook([("severity.md", head), ("escalation.md", "# More\n\n## Escalation" + tail)])
    assert both.files == ("severity.md", "escalation.md")
    assert {x.why.file for x in both.levels} == {"severity.md", "escalation.md"}


def test_the_digest_changes_with_texts_and_answers() -> None:
    same = {compiled().digest, compiled().digest}
    assert len(same) == 1
    others = [
        compiled(TEXT + " "),
        compiled(answers={"resolve.watch": "5 minutes"}),
        compile_playbook([("q.md", TEXT)]),
        compile_playbook([("p.md", TEXT), ("q.md", "")]),
    ]
    assert len({p.digest for p in others} | same) == 5


def test_in_doubt_the_higher_severity() -> None:
    policy = compiled(TEXT + "\nIf in doubt, choose the higher severity.\n")
    assert policy.in_doubt_higher is not None
    assert policy.in_doubt_higher.line == 15


def test_a_fence_defines_nothing() -> None:
    fenced = "# P\n\n```\n## Severity levels\n\n### P0 - Critical\n\nResponse time: 5 min\n\n### P1\n```\n"
    assert compiled(fenced).severities == ()

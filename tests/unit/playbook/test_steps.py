"""Sentences of escalation: whom, after how long, on which clock."""

from typing import Any

import pytest

from sirenbook.playbook.escalation.anchors import anchor
from sirenbook.playbook.escalation.steps import read_steps
from sirenbook.playbook.escalation.timed_rows import of_timed_rows
from sirenbook.playbook.escalation.triggers import brought_on
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.inline import make_line

SCALE = Scale(("P0", "P1", "P2"), {"p0": "P0", "p1": "P1", "p2": "P2"}, {"critical": "P0"})


def read(text: str, *, running: bool = False) -> list[tuple[Any, ...]]:
    line = make_line("p.md", text, 1, text)
    steps = anchor(list(read_steps(text, line, SCALE, running=running)))
    return [(s.who, s.after, s.until, s.manner) for s in steps]


PAGE, NOTE = "page", "notify"
ACK, RES = "acknowledged", "resolved"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Immediate page to on-call engineer + incident commander",
         [(("on-call engineer", "incident commander"), 0, RES, PAGE)]),
        ("On-call engineer, escalate to team lead if not resolved in 1 hour",
         [(("On-call engineer",), 0, RES, PAGE), (("team lead",), 3600, RES, PAGE)]),
        ("Escalate to engineering manager within 2 hours", [(("engineering manager",), 7200, RES, PAGE)]),
        ("Escalate if not resolved within 8 hours", [((), 28800, RES, PAGE)]),
        ("Slack notification to team channel", [(("team channel",), 0, RES, NOTE)]),
        ("Page the on-call engineer; if unacknowledged after 15 minutes, page the IT director",
         [(("on-call engineer",), 0, RES, PAGE), (("IT director",), 900, ACK, PAGE)]),
        ("If there is no response within 10 minutes, call the secondary on-call",
         [(("secondary on-call",), 600, ACK, PAGE)]),
        ("Stage Manager immediately, Producer after 30 minutes", [
            (("Stage Manager",), 0, RES, PAGE), (("Producer",), 1800, RES, PAGE)]),
        ("Escalate to the CTO if needed", [(("CTO",), None, RES, PAGE)]),
        ("Issue not resolved within 45 minutes → escalate to Team Lead", [(("Team Lead",), 2700, RES, PAGE)]),
        ("E-mail the security team", [(("security team",), 0, RES, NOTE)]),
        ("Page captain after 15 min if not acknowledged", [(("captain",), 900, ACK, PAGE)]),
        ("VP of Engineering after 1 hour", [(("VP of Engineering",), 3600, RES, PAGE)]),
    ],
)  # fmt: skip
def test_words_of_a_severity(text: str, steps: list[tuple[Any, ...]]) -> None:
    assert read(text) == steps


@pytest.mark.parametrize(
    "text",
    [
        "Weekly review in the engineering standup",
        "When in doubt, escalate to higher severity",
        "Update the status page every 30 minutes",
        "Notify customers within 2 hours",
        "Continue the investigation",
        "",
    ],
)
def test_words_that_bring_in_nobody(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "On-call engineer responds within 15 minutes",
        "The team lead posts an update every 30 minutes",
        "The on-call engineer acknowledges within 5 minutes",
        "Team lead (15-45 min)",
        "Page the team lead after [X] minutes",
    ],
)
def test_no_clock_is_made_of_another_one(text: str) -> None:
    assert all(after in (None, 0) for _, after, _, _ in read(text))


def test_time_that_counts_from_another_level() -> None:
    text = (
        "If the primary does not answer within 5 minutes, the secondary on-call is paged. "
        "If the secondary does not answer within 10 minutes, the team lead is paged."
    )
    found = [(s[0], s[1]) for s in read(text, running=True)]
    assert found == [(("secondary on-call",), 300), (("team lead",), 900)]


def test_time_that_counts_from_a_level_of_unknown_time_stays_open() -> None:
    text = "If the secondary does not answer within 10 minutes, the team lead is paged."
    assert [(s[0], s[1]) for s in read(text, running=True)] == [(("team lead",), None)]


def test_a_further_time_is_added() -> None:
    text = "Page the team lead after 15 minutes. After a further 30 minutes without response, page the director."
    assert [(s[0], s[1]) for s in read(text)] == [(("team lead",), 900), (("director",), 2700)]


def test_leisure_and_tickets_name_nobody_and_do_not_page() -> None:
    for words, manner in (("Standard business hours support", "notify"), ("Ticket creation", "ticket")):
        line = make_line("p.md", words, 1, words)
        [step] = read_steps(words, line, SCALE, ("P2",))
        assert (step.who, step.manner, step.leisure) == ((), manner, True)


@pytest.mark.parametrize(
    ("condition", "until"), [("if no ack", ACK), ("if unresolved", RES), ("if no ack or unresolved", RES)]
)
def test_the_same_words_are_the_same_clock_wherever_they_stand(condition: str, until: str) -> None:
    rows = Fence("", f"T+0 min   Primary\nT+5 min   Team Lead {condition}", 1, "p.md")
    drawn = of_timed_rows(rows, SCALE)[1]
    line = make_line("p.md", f"Trigger: {condition} after 5 minutes", 1, "")
    (triggered,) = brought_on(("Team Lead",), [line], SCALE)
    assert {drawn.until, triggered.until} == {until}
    assert drawn.after == triggered.after == 300

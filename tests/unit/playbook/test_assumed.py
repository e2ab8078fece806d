"""What a policy assumes where a text is silent, and what it says of it."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from sirenbook.engine.policies.plan_words import level_words
from sirenbook.model.policy import Level, Policy
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.policy import explain
from sirenbook.web.pages.understood import understood

HEAD = """\
# Playbook

## Severity levels

| Severity | Response time |
|----------|---------------|
| P0 - Critical | 5 min |
| P1 - High | 1 hour |
| P2 - Low | 1 day |

"""
DRAWN = """\
## Escalation

```
┌───────────────────┐
│ On-call (5 min)   │
└─────────┬─────────┘
          ▼ (no response or P0)
┌───────────────────┐
│ Team Lead (15 min)│
└─────────┬─────────┘
          ▼ (P0 or extended outage)
┌───────────────────┐
│ Director          │
└───────────────────┘
```
"""


def compiled(text: str, answers: Mapping[str, str] | None = None) -> Policy:
    return compile_playbook([("p.md", text)], answers or {})


def reached(policy: Policy, severity: str, who: str) -> list[Level]:
    return [x for x in policy.levels_of(severity) if who in x.who]


def test_an_extended_outage_is_asked_for_and_brought_in_by_hand_until_answered() -> None:
    policy = compiled(HEAD + DRAWN)
    [timed] = reached(policy, "P0", "Director")
    assert (timed.after, timed.until) == (1200, "resolved")
    assert [x.after for s in ("P1", "P2") for x in reached(policy, s, "Director")] == [None, None]
    question = next(q for q in policy.questions if q.key == "escalation.extended-outage")
    assert (question.default, question.answered, question.at.line) == ("by hand", False, 23)
    answered = compiled(HEAD + DRAWN, {"escalation.extended-outage": "2 hours"})
    assert [x.after for s in ("P0", "P1", "P2") for x in reached(answered, s, "Director")] == [1200, 7200, 7200]


def test_a_severity_that_is_named_beside_silence_is_reached_once() -> None:
    policy = compiled(HEAD + DRAWN)
    found = {s: [(x.after, x.until) for x in reached(policy, s, "Team Lead")] for s in ("P0", "P1")}
    assert found == {"P0": [(300, "resolved")], "P1": [(300, "acknowledged")]}


def test_a_level_without_a_name_takes_who_follows_for_a_worse_severity() -> None:
    text = "## Escalation\n\n- P1: page the team lead within 2 hours\n- P2: escalate if not resolved in 8 hours\n"
    [level] = [x for x in compiled(HEAD + text).levels_of("P2") if x.after]
    assert (level.after, level.who, level.named) == (28800, ("team lead",), False)


def test_whoever_every_severity_names_is_on_call() -> None:
    text = "## Escalation\n\n- P0: page the Dispatcher\n- P1: page the Dispatcher\n- P2: page the Dispatcher\n"
    policy = compiled(HEAD + text)
    assert policy.on_call == ("Dispatcher",)
    assert "oncall.first" not in {q.key for q in policy.questions}


def test_a_severity_that_only_informs_says_whom_it_pages_later() -> None:
    text = HEAD + "## Escalation\n\n- P0: page the on-call engineer\n- P2: create a ticket\n"
    policy = compiled(text)
    [level] = policy.levels_of("P2")
    assert (level.manner, level.after) == ("ticket", 0)
    question = next(q for q in policy.questions if q.key == "escalation.P2.unanswered")
    assert (question.default, question.at.line) == ("on-call engineer", 9)
    silence = next(q for q in policy.questions if q.key == "escalation.silence")
    assert "for P2 nobody is paged to begin with" in silence.default
    later = [x for x in compiled(text, {question.key: "Second desk"}).levels_of("P2") if x.after]
    assert [(x.after, x.who, x.manner) for x in later] == [(86400, ("Second desk",), "page")]
    never = compiled(text, {question.key: "never"})
    assert ([x.after for x in never.levels_of("P2")], never.quiet) == ([0], ("P2",))


def test_business_hours_are_told_where_silence_is() -> None:
    text = HEAD.replace("1 day", "4 business hours") + "## Escalation\n\n- Page the on-call engineer\n"
    silence = next(q for q in compiled(text).questions if q.key == "escalation.silence")
    assert "for P2 in business hours only" in silence.default


def test_the_least_severities_page_nobody_outside_business_hours() -> None:
    text = HEAD.replace("1 day", "4 business hours") + "## Escalation\n\n- Page the on-call engineer\n"
    policy = compiled(text)
    assert policy.patient == ("P2",)
    assert [(x.after, x.business) for s in ("P0", "P2") for x in policy.levels_of(s)] == [(0, False), (0, True)]
    key = "escalation.business-hours"
    assert compiled(text, {key: "none"}).patient == ()
    assert compiled(text, {key: "p2"}).patient == ("P2",)
    refused = compiled(text, {key: "P7"})
    assert (refused.patient, [key in d.text for d in refused.diagnostics if d.code == "SB109"]) == (("P2",), [True])


def test_the_worst_severity_and_one_paged_at_once_by_its_words_wait_for_nothing() -> None:
    worst = HEAD.replace("5 minutes", "4 business hours") + "## Escalation\n\n- Page the on-call engineer\n"
    assert compiled(worst).patient == ()
    urgent = (
        HEAD.replace("1 day", "4 business hours") + "## Escalation\n\n- P2: page the on-call engineer immediately\n"
    )
    assert compiled(urgent).patient == ()


@pytest.mark.parametrize("nights", ["1 hour outside business hours", "2 hours at night", "4 hours at weekends"])
def test_what_says_what_holds_at_night_does_not_wait(nights: str) -> None:
    text = (
        HEAD.replace("1 day", f"30 minutes during business hours, {nights}")
        + "## Escalation\n\n- Page the on-call\n"
    )
    assert compiled(text).patient == ()


def test_business_hours_support_counts_its_response_time_in_business_hours() -> None:
    text = HEAD + "## Escalation\n\n- P0: page the on-call engineer\n- P2: standard business hours support\n"
    policy = compiled(text)
    response = policy.severity("P2").response
    assert policy.patient == ("P2",) and response is not None and response.business
    assert [(x.manner, x.business) for x in policy.levels_of("P2")] == [("notify", False)]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Handling", "Bring in the database administrator within 30 minutes."),
        ("Handling", "The CTO joins after 2 hours."),
    ],
)
def test_somebody_brought_in_for_nothing_in_particular_is_a_finding(heading: str, words: str) -> None:
    policy = compiled(f"{HEAD}## {heading}\n\n{words}\n")
    assert [d.at.line for d in policy.diagnostics if d.code == "SB111"] == [13]
    followed = compiled(f"{HEAD}## Escalation\n\n{words}\n")
    assert [d for d in followed.diagnostics if d.code == "SB111"] == []
    assert [x.after for x in followed.levels if x.after]


def test_joining_later_is_no_resolution_target() -> None:
    text = HEAD + "## Escalation\n\n- P0: the CTO joins after 1 hour if it is not resolved\n"
    policy = compiled(text)
    assert policy.severities[0].resolution is None
    assert [(x.after, x.who) for x in policy.levels_of("P0") if x.after] == [(3600, ("CTO",))]


@pytest.mark.parametrize(
    "text",
    [
        "# P\n\n### P1 - Critical\n\n- Response time: 5 min\n- Escalation: page the on-call engineer\n",
        "# P\n\n## Severity levels\n\n### P1 - Critical\n\nEverything is down. Response time: 5 min\n",
    ],
)
def test_one_heading_is_one_severity(text: str) -> None:
    [severity] = compiled(text).severities
    assert (severity.name, severity.label) == ("P1", "Critical")
    assert severity.response is not None
    assert severity.response.seconds == 300


def test_a_runbooks_severity_is_that_of_its_alert() -> None:
    book = "## Runbooks\n\n### DiskFull\n\n**Severity**: P0\n\n#### Symptoms\n- x\n\n#### Resolution\n- y\n"
    assert [(a.name, a.severity) for a in compiled(HEAD + book).alerts] == [("DiskFull", "P0")]


def test_a_scope_in_front_holds_for_what_a_comma_cuts_off() -> None:
    banner = (
        "> **EMERGENCY**: For P0/P1 incidents, immediately contact the on-call engineer, and the CTO after 1 hour\n"
    )
    policy = compiled("# Playbook\n\n" + banner + HEAD.removeprefix("# Playbook\n"))
    for severity in ("P0", "P1"):
        assert [(x.after, x.who) for x in policy.levels_of(severity)] == [
            (0, ("on-call engineer",)),
            (3600, ("CTO",)),
        ]


def test_whoever_an_escalation_list_names_can_be_brought_in_by_name() -> None:
    text = HEAD + "## Escalation contacts\n\n- **CTO**: cto@corp.example\n- **Slack**: #ops\n"
    assert "CTO" in compiled(text).targets
    assert "Slack" not in compiled(text).targets


def test_business_support_is_spared_the_ladder_of_all() -> None:
    text = HEAD + "## Escalation\n\nOn-call → Team Lead → CTO\n\n- P2: standard business hours support\n"
    policy = compiled(text)
    assert [(x.after, x.manner) for x in policy.levels_of("P2") if x.after is not None] == [(0, "notify")]
    assert [(x.after, x.who) for x in policy.levels_of("P1") if x.after is not None] == [(0, ("On-call",))]


def test_who_comes_for_one_kind_of_incident_comes_by_hand_whatever_time_it_states() -> None:
    table = """\
## Escalation

| Incident type | First contact | Escalate to | Escalation time |
|---|---|---|---|
| Data loss | Miller | Storage Lead | 30 minutes |
| Theft | Miller | Security Lead | Immediate |
"""
    policy = compiled(HEAD + table)
    [data], [theft] = (reached(policy, "P0", who) for who in ("Storage Lead", "Security Lead"))
    assert (data.after, data.advised, data.kind) == (None, 1800, "Data loss")
    assert (theft.after, theft.advised, theft.kind) == (None, 0, "Theft")
    told = explain(policy)
    assert "by hand after 30 minutes for Data loss: page Storage Lead" in told
    assert "by hand at once for Theft: page Security Lead" in told


def test_a_runbook_of_its_own_severity_brings_in_its_people_by_hand() -> None:
    runbook = """\
## P0: Burst dam

### Symptoms

- Water

### Resolution

1. Close the gate

### Escalation

1. **15 minutes**: Water Director
2. **1 hour**: Mayor
"""
    [director] = reached(compiled(HEAD + runbook), "P0", "Water Director")
    assert (director.after, director.advised, director.kind) == (None, 900, "P0: Burst dam")


def test_times_that_rise_from_the_first_level_on_are_asked_about() -> None:
    chain = "## Escalation\n\nOn-call (15 min) → Mill Lead (30 min) → CTO (1 hour)\n"
    policy = compiled(HEAD + chain)
    key = "escalation.rising-times"
    question = next(q for q in policy.questions if q.key == key)
    assert (question.default, question.choices, question.at.line) == (
        "from the alert",
        ("from the alert", "in turn"),
        13,
    )
    assert [x.after for x in policy.levels_of("P0")] == [0, 1800, 3600]
    answered = compiled(HEAD + chain, {key: "in turn"})
    assert [x.after for x in answered.levels_of("P0")] == [0, 900, 2700]
    assert next(q for q in answered.questions if q.key == key).answered


def test_every_page_tells_a_level_by_hand_in_the_same_words() -> None:
    table = "## Escalation\n\n| Incident type | Escalate to | Escalation time |\n|---|---|---|\n"
    policy = compiled(
        HEAD + table + "| Data loss | Storage Lead | 30 minutes |\n| Theft | Security Lead | At once |\n"
    )
    [data] = reached(policy, "P0", "Storage Lead")
    told = "page Storage Lead by hand after 30 min for Data loss"
    assert level_words(data) == told
    assert told in " / ".join(words for _, words in understood(policy))
    assert replace(data, kind="", advised=None).by_hand(str) == "by hand"

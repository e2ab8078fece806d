"""What lint does not say: for every code a text that comes near to it and is sound. And that no text breaks it.

That each code is found where it should be is tested with the examples of the table of codes.
"""

import sys
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sirenbook.model.bindings import Bindings, Person
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.playbook.codes import CODES
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.lint import in_order, lint

TODAY = date(2026, 11, 1)
HEAD = "| Severity | Response Time | Escalation |\n|---|---|---|\n"
TIMES = "| Severity | Response Time |\n|---|---|\n| P0 | 5 minutes |\n| P1 | 30 minutes |\n\n"
UPDATES = (
    "| Severity | Response Time | Updates |\n|---|---|---|\n"
    "| P0 | 5 minutes | Every 30 minutes |\n| P1 | 30 minutes | Every hour |\n\n"
)
RUNBOOK = (
    "## Runbooks\n\n### Shop is slow\n\n#### Symptoms\n\n- {symptom}\n\n#### Resolution\n\n```bash\n{step}\n```\n"
)

SOUND = {
    "SB201": [
        "| Severity | Response Time |\n|---|---|\n| P0 | 30 minutes |\n| P1 | 30 minutes |\n| P2 | 4 hours |\n",
    ],
    "SB202": [
        UPDATES,
        "| Severity | Response Time | Updates |\n|---|---|---|\n"
        "| P0 | 5 minutes | Continuous |\n| P1 | 30 minutes | Every hour |\n",
    ],
    "SB203": [
        TIMES + "Tell the others as soon as possible.\n",
        TIMES + "- **Response time**: as soon as possible, within 10 minutes at most\n",
        TIMES + "```\n- **Response time**: as soon as possible\n```\n",
    ],
    "SB204": [
        UPDATES + "## Templates\n\n### P0 Status Update\n\n```\nNext update in 30 minutes.\n```\n",
        UPDATES + "## Templates\n\n### P0 Status Update\n\n```\nNext update in [TIME].\n```\n",
        UPDATES + "## Templates\n\n### Status Update\n\n```\nUpdates every hour.\n```\n",
    ],
    "SB205": [
        UPDATES + "## Templates\n\n### Status Update\n\n```\nUpdates every 30 minutes.\n```\n",
        TIMES + "## Templates\n\n### Status Update\n\n```\nWe write again when it is over.\n```\n",
    ],
    "SB206": [UPDATES, "# Incidents\n\nCall somebody.\n"],
    "SB211": [
        TIMES + "The post-mortem is published within 48 hours.\n\n- Post-mortem meeting within 1 week\n",
        TIMES
        + "The post-mortem is published within 5 business days.\n\n## Within 1 week\n\n- Post-mortem document\n",
        TIMES + "P0: post-mortem within 2 days.\n\nP1: post-mortem within 1 week.\n",
    ],
    "SB212": [
        "| Severity | Response Time | Examples |\n|---|---|---|\n| P0 | 5 minutes | API gateway unavailable |\n"
        "| P1 | 15 minutes | API gateway slow |\n\n"
        '`/incident declare severity=P0 title="API gateway outage"`\n\n'
        '`/incident declare severity=P1 title="API gateway slow"`\n',
        "| Severity | Response Time | Examples |\n|---|---|---|\n| P0 | 5 minutes | Nobody can log in |\n"
        '| P1 | 15 minutes | Some users cannot log in |\n\nDeclare P1 "Some users cannot log in".\n',
    ],
    "SB213": [
        "| Severity | Response Time | Examples |\n|---|---|---|\n"
        "| P0 | 5 minutes | All users cannot log in |\n| P1 | 15 minutes | Some users cannot log in |\n",
        "| Severity | Response Time | Criteria |\n|---|---|---|\n"
        "| P0 | 5 minutes | error rate > 10% |\n| P1 | 15 minutes | error rate > 5% |\n",
    ],
    "SB214": [
        "| Severity | Response Time | Criteria |\n|---|---|---|\n"
        "| P0 | 5 minutes | error rate > 20% |\n| P1 | 15 minutes | error rate > 5% |\n",
        "| Severity | Response Time | Criteria |\n|---|---|---|\n"
        "| P0 | 5 minutes | success rate < 90% |\n| P1 | 15 minutes | success rate < 99% |\n",
        "| Severity | Response Time | Criteria |\n|---|---|---|\n"
        "| P0 | 5 minutes | error rate >= 10% |\n| P1 | 15 minutes | error rate 1-10% |\n",
    ],
    "SB215": [
        "| Severity | Response Time | Criteria |\n|---|---|---|\n"
        "| P0 | 5 minutes | error rate > 10% |\n| P1 | 15 minutes | error rate 1-10% |\n",
        "| Severity | Response Time | Users affected |\n|---|---|---|\n"
        "| P0 | 5 minutes | 101+ |\n| P1 | 15 minutes | 11-100 |\n",
    ],
    "SB221": [
        HEAD + "| P0 | 5 minutes | Page on-call immediately, CTO if not resolved in 30 minutes |\n"
        "| P1 | 30 minutes | Page on-call, team lead after 2 hours |\n",
    ],
    "SB222": [
        "| Severity | Immediate | 30 min |\n|---|---|---|\n| P0 | Team Lead | CTO |\n| P1 | Team Lead | CTO |\n",
    ],
    "SB223": [
        "| Severity | Response Time | Resolution Time | Escalation |\n|---|---|---|---|\n"
        "| P0 | 5 minutes | 4 hours | Page the on-call engineer immediately, CTO after 2 hours |\n"
        "| P1 | 30 minutes | 1 day | Page the on-call engineer immediately |\n",
    ],
    "SB224": [
        HEAD + "| P0 | 5 minutes | Page the whole engineering team immediately |\n"
        "| P1 | 15 minutes | Page the on-call engineer and the team lead immediately |\n",
        HEAD + "| P0 | 5 minutes | Page the on-call engineer immediately |\n"
        "| P1 | 15 minutes | Page the on-call engineer immediately |\n",
    ],
    "SB225": [
        HEAD + "| P0 | 5 minutes | Page on-call immediately, CTO if not resolved in 30 minutes |\n"
        "| P1 | 15 minutes | Page on-call immediately, CTO if not resolved in 2 hours |\n",
    ],
    "SB226": [
        TIMES + "## On-Call Rotation\n\n- **Primary**: weekly rotation\n- **Handoff**: Monday 9:00 Europe/Vienna\n",
    ],
    "SB227": [
        HEAD + "| P0 | 5 minutes | Page the on-call engineer immediately, CTO after 30 minutes |\n"
        "| P1 | 30 minutes | Page the on-call engineer immediately, CTO after 2 hours |\n\n"
        "## Escalation\n\nOn-call engineer → CTO\n",
    ],
    "SB231": [
        TIMES
        + "## Emergency Contacts\n\n| Role | Name | Phone |\n|---|---|---|\n| CTO | Ada Byron | +43 1 5880 |\n",
    ],
    "SB232": ["Write to ada@shop.org or call +43 1 5880.\n", "```\ncurl https://example.com\n```\n"],
    "SB233": ["Issue #1234 and [x](#escalation), the colour #ffaa00, #inc-yyyymmdd.\n"],
    "SB234": [
        "## Templates\n\n### Status Update\n\n```\nDear [Your Company] customers of {company}\n```\n",
        "`GET /users/{id}` and [your account](https://shop.org).\n",
        "> Hello {company}\n",
        "Ask in your team, then name the service.\n",
    ],
    "SB241": ["We migrated from Opsgenie to another pager.\n", "The opening genie.\n"],
    "SB242": ["We have not used VictorOps for years.\n"],
    "SB251": [
        UPDATES + "## Templates\n\n### Initial Status Update\n\n```\nWe look at it. Next update: [TIME]\n```\n",
        UPDATES + "## Templates\n\n### Status: Resolved\n\n```\nIt is over.\n```\n",
        TIMES + "## Templates\n\n### Initial Status Update\n\n```\nWe look at it.\n```\n",
    ],
    "SB252": [
        TIMES + "The initial message must include the impact.\n\n## Templates\n\n### Initial Announcement\n\n"
        "```\nWho is affected: [WHO]\n```\n",
    ],
    "SB261": [
        "[x](#escalation--paths) [y](#-p0---critical) [z](#%C3%BCber-uns) [a](#own)\n\n"
        '## Escalation & Paths\n\n## 🔴 P0 - Critical\n\n## Über uns\n\n<a id="own"></a>\n',
        "`[x](#nowhere)`\n\n```\n[x](#nowhere)\n```\n",
    ],
    "SB262": [
        "For the database see the Failover Procedure section.\n\n## Failover Procedure\n\nText.\n",
        "See “Node Exporter Full” for the machine.\n",
    ],
    "SB263": ["## P0\n\n### Response\n\ntext\n\n## P1\n\n### Response\n\ntext\n"],
    "SB264": ["[x](https://shop.org/a.md) ![drawing](arch.png) [mail](mailto:a@shop.org)\n"],
    "SB265": ["[dashboard](https://grafana.shop.org) [text]()[0]\n".replace("[text]()[0]", "")],
    "SB271": [
        RUNBOOK.format(symptom="Alert: ShopSlow", step="ls")
        + "\n| Alert | Severity |\n|---|---|\n| ShopSlow | P0 |\n",
        TIMES + "| Alert | Meaning | Action |\n|---|---|---|\n| ShopDown | down | restart it |\n",
    ],
    "SB272": [
        RUNBOOK.format(symptom="Alert: ShopSlow", step="ls"),
        RUNBOOK.format(symptom="lost", step="ls").replace("Shop is slow", "Restore a backup"),
    ],
    "SB281": ["```bash\necho $(date)\n```\n", "It costs $(5) and `$(date)` prints the day.\n"],
    "SB282": [
        "---\nlast_reviewed: 2026-10-01\n---\n# Incidents\n",
        "Last updated: 2026-10-01\n",
        "*Last updated: $(date)*\n",
        "## Changelog\n\n- 2026-10-01: begun\n",
    ],
    "SB283": ["Last updated: 2026-10-01\n", "Last reviewed: 1 March 2026\n"],
    "SB284": ["```\na\n```\n\n~~~\n```\n~~~\n\n````\n```\n````\n", "- x\n\n  ```\n  a\n  ```\n"],
    "SB285": ["`TODO` marks what is open; INC-XXX is a name.\n", "```\n# TODO\n```\n"],
    "SB287": ["## Testing\n\n- Disaster recovery drills, every quarter\n", "## Tools\n\n- A drill press\n"],
    "SB286": ["Jürgen, 日本語, 🚨\n"],
    "SB104": ["l’été, «École», “Über”, 🚨\n"],
}


def said(text: str, bindings: Bindings | None = None) -> tuple[Diagnostic, ...]:
    files = [("playbook.md", text)]
    return lint(compile_playbook(files), files, bindings, TODAY)


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in SOUND.items() for text in texts])
def test_what_is_sound_is_not_found_fault_with(code: str, text: str) -> None:
    bindings = Bindings(people={"mira": Person("mira", "Mira")}) if code == "SB233" else None
    assert [d.text for d in said(text, bindings) if d.code == code] == []


def test_every_check_has_a_sound_text() -> None:
    assert {c for c in CODES if c.startswith("SB2")} - set(SOUND) == set()


def test_without_a_day_nothing_is_said_of_age() -> None:
    files = [("playbook.md", "Last updated: 2019-01-01\n")]
    assert not {"SB282", "SB283"} & {d.code for d in lint(compile_playbook(files), files)}


def test_findings_stand_in_the_order_of_the_text_and_once() -> None:
    files = [("b.md", "TODO\n\n[x](#y)\n"), ("a.md", "TODO\n")]
    policy = compile_playbook(files)
    found = lint(policy, files)
    places = [(policy.files.index(d.at.file), d.at.line, d.at.column) for d in found if d.at.stated]
    assert places == sorted(places)
    assert in_order([*found, *found], policy.files) == found


def test_a_finding_shows_its_words_where_they_stand() -> None:
    text = "# A\n\nSee [x](#nowhere), TODO, $(date), Opsgenie and ada@example.com.\n"
    rows = text.split("\n")
    for each in said(text):
        if each.at.line > 1:
            assert rows[each.at.line - 1].startswith(each.at.quote, each.at.column - 1), each


VOCABULARY = """
P0 P1 SEV1 | --- # ## ``` ~~~ > - 1. [x](#y) {Name} [TIME] $(date) TODO every 30 minutes 5 within post-mortem
published Last updated: 2024-13-45 2024-01-31 Opsgenie Escalation: page CTO after #shop-x ]( <a id= \" “ ” ' ðŸš¨ �
Alert: FooBar Severity Response Time Updates Templates Runbooks Contacts ** * _ \\ : 555-0101 see the Foo section
next update in
severity declare "Foo bar" Search runbook kubectl restart changelog on-call rotation handoff 9:00 | | |
"""
BLANKS = ("\n", "\n\n", "\r", "\x00", "\u2028", "\ud800", "e\u0301")
WORDS = st.sampled_from([*VOCABULARY.split(), *BLANKS])


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=120))
def test_no_text_breaks_it(words: list[str]) -> None:
    for each in said(" ".join(words), Bindings()):
        told = CODES[each.code]
        assert each.text and each.help
        assert ("note", "warning", "error").index(each.grade) <= ("note", "warning", "error").index(told.grade)


PIECES = [
    "[[[[((((", "{{{{", "a@b.", "See [x](#nowhere). ", "\"'“”", "$(a ", "see the Foo Bar ", "é’”", "<a name=x>\n",
    "## A\n\ntext\n\n", "TODO {company}\n", "```\n[X]\n```\n", "| FooBar | x |\n", "Last updated: 2024-01-01\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_its_work_grows_as_the_text_does(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (1_000, 4_000))
    calls(TIMES)  # loads what the checks need
    assert calls(TIMES + long) < 6 * calls(TIMES + short)


def calls(text: str) -> int:
    """How many functions the checks call: on every machine the same, however busy."""
    files = [("playbook.md", text)]
    policy = compile_playbook(files)
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        lint(policy, files, Bindings(), TODAY)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", PIECES)
def test_no_pattern_runs_away(piece: str) -> None:
    """A pattern that tries every way to fit takes minutes here; one that does not, far less than a second."""
    files = [("playbook.md", TIMES + piece * (8_000 // len(piece)))]
    before = time.process_time()
    lint(compile_playbook(files), files, Bindings(), TODAY)
    assert time.process_time() - before < 20


CONTRADICTED = """# P

## Severities

| Severity | Meaning | Acknowledge | Escalate to |
|---|---|---|---|
| SEV1 | all is down | 5 minutes | Mill Manager after 20 minutes |
| SEV2 | much is down | 15 minutes | Mill Manager after 2 hours |

## Working

Acknowledge a SEV1 within 10 minutes.

## Escalation

If a SEV1 is not resolved after 45 minutes, page the Mill Manager.
"""


def test_a_sentence_against_a_table_is_a_finding_that_names_both_places() -> None:
    files = [("p.md", CONTRADICTED)]
    found = [d for d in lint(compile_playbook(files), files) if d.code == "SB106"]
    assert [d.at.line for d in found] == [12, 16]
    assert all("p.md:7" in d.text and f"p.md:{d.at.line}" in d.text for d in found)


def test_a_sentence_that_repeats_a_table_contradicts_nothing() -> None:
    agreed = CONTRADICTED.replace("within 10 minutes", "within 5 minutes").replace("45 minutes", "20 minutes")
    files = [("p.md", agreed)]
    assert "SB106" not in {d.code for d in lint(compile_playbook(files), files)}

"""What a plan says: what moved only is no difference, and what differs is told by whom it concerns."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from sirenbook.engine.policies.plan import Plan, Seen, compare, distinct
from sirenbook.engine.policies.plan_words import SAME, short, words
from sirenbook.engine.policies.reading import Loaded, load
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.rehearsal.whatif import Running
from sirenbook.incident.context import Context
from sirenbook.incident.core import decide
from sirenbook.model.command import Acknowledge, Open
from sirenbook.model.incident import Incident

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOOK = """# Ferry desk

## Severity levels

| Severity | Meaning | Response time | Updates |
|---|---|---|---|
| P1 Critical | No ferry sails | 5 minutes | every 30 minutes |
| P2 High | One ferry is late | 15 minutes | every 2 hours |
| P3 Low | A lamp is out | 4 hours | daily |

## Escalation

### P1

- Page the Primary On-Call at once
- Secondary On-Call if not acknowledged in 10 minutes
- Engineering Manager if not resolved in 1 hour

### P2

- Page the Primary On-Call at once
"""
PEOPLE = """fallback = ["ana"]
[people.ana]
name = "Ana Lima"
contact = [{channel = "email", to = "ana@ferry.example"}]
[people.bo]
name = "Bo Holm"
contact = [{channel = "email", to = "bo@ferry.example"}]
[people.cy]
name = "Cy Roth"
contact = [{channel = "email", to = "cy@ferry.example"}]
[targets]
"Primary On-Call" = "ana"
"Secondary On-Call" = "bo"
"Engineering Manager" = "cy"
[labels.severity]
critical = "P1"
[channels.email]
folder = "mail"
"""


def loaded(book: str = BOOK, people: str = PEOPLE) -> Loaded:
    return load(Texts({"ferry.md": book}, people))


def opened(old: Loaded, severity: str = "P1", number: int = 1) -> Running:
    grade = old.policy.severity(severity)
    command = Open(title="No ferry sails", severity=severity, reason="seen", why=grade.why, by="")
    return Running(
        decide(Context(old.policy, old.bindings, NOW), Incident(id=number), command).incident, old.policy
    )


def planned(book: str = BOOK, people: str = PEOPLE, *, running: bool = False, seen: tuple[Seen, ...] = ()) -> Plan:
    old = loaded()
    return compare(old, loaded(book, people), [opened(old)] if running else [], seen, NOW)


def told(plan: Plan) -> dict[str, list[str]]:
    return dict(words(plan, lambda at: f"{at:%H:%M}"))


@pytest.mark.parametrize(
    "book",
    [
        BOOK,
        "# Foreword\n\nA text before it.\n\n" + BOOK,
        BOOK.replace("| 5 minutes", "| within 5 min"),
        BOOK.replace("in 10 minutes", "within ten minutes"),
        BOOK + "\n## History\n\nWritten by all of us.\n",
    ],
)
def test_a_text_that_only_moved_or_is_put_otherwise_changes_nothing(book: str) -> None:
    plan = planned(book, running=True)
    assert plan.same, told(plan)
    assert short(plan) == [SAME]
    assert set(told(plan)) == {"Open incidents"}


def test_a_clock() -> None:
    plan = planned(BOOK.replace("| 5 minutes", "| 8 minutes"))
    assert not plan.same
    assert told(plan)["Clocks"] == ["P1: respond within 8 min, was 5 min [ferry.md:7, was ferry.md:7]"]


def test_a_clock_that_goes() -> None:
    lines = told(planned(BOOK.replace("| 15 minutes |", "| |")))
    assert "P2: respond within 15 min no longer holds [was ferry.md:8]" in lines["Clocks"]
    assert any("new: SB102 warning" in line for line in lines["Findings"])


def test_levels_that_come_go_and_move() -> None:
    moved = told(planned(BOOK.replace("in 10 minutes", "in 20 minutes")))["Escalation"]
    assert moved == [
        "P1: page Secondary On-Call after 20 min unless acknowledged; "
        "was page Secondary On-Call after 10 min unless acknowledged [ferry.md:16, was ferry.md:16]"
    ]
    gone = told(planned(BOOK.replace("- Engineering Manager if not resolved in 1 hour\n", "")))["Escalation"]
    assert gone == ["P1: gone: page Engineering Manager after 1 h unless resolved [was ferry.md:17]"]
    new = told(planned(BOOK + "- Engineering Manager if not resolved in 3 hours\n"))["Escalation"]
    assert new == ["P2: new: page Engineering Manager after 3 h unless resolved [ferry.md:22]"]


def test_the_table_tells_who_comes_in_and_who_is_left_out() -> None:
    lines = told(planned(BOOK.replace("Engineering Manager if not resolved", "Secondary On-Call if not resolved")))
    table = lines["Who would be paged when, if nobody answered"]
    assert table[0] == "P1"
    assert any("+1 h" in line and "no longer page Cy Roth (Engineering Manager)" in line for line in table)


def test_severities_that_are_new_gone_or_renamed() -> None:
    renamed = BOOK.replace("P1", "SEV1").replace("P2", "SEV2")
    people = PEOPLE.replace('critical = "P1"', 'critical = "SEV1"')
    plan = planned(renamed, people, running=True)
    assert told(plan)["Severities"] == [
        "P1 Critical is now called SEV1 Critical [ferry.md:7]",
        "P2 High is now called SEV2 High [ferry.md:8]",
    ]
    assert (plan.clocks, plan.levels, [t for t in plan.tables if t.differs]) == ([], [], [])
    assert plan.incidents[0].note == ""
    row = "| P2 High | One ferry is late | 15 minutes | every 2 hours |\n"
    section = BOOK[BOOK.index("### P2") :]
    gone = told(planned(BOOK.replace(row, "").replace(section, "")))
    assert gone["Severities"] == ["P2 High is gone [was ferry.md:8]"]
    last = "| P3 Low | A lamp is out | 4 hours | daily |\n"
    new = told(planned(BOOK.replace(last, last + "| P4 Trivial | A flag is torn | 1 day | weekly |\n")))
    assert new["Severities"] == ["P4 Trivial is new [ferry.md:10]"]


def test_people() -> None:
    swapped = PEOPLE.replace('"Primary On-Call" = "ana"', '"Primary On-Call" = "cy"')
    lines = told(planned(people=swapped))["Names and people"]
    assert lines == ["Primary On-Call reaches Cy Roth, was Ana Lima"]


def test_a_name_that_reaches_nobody_is_an_error_of_the_new_playbook() -> None:
    plan = planned(people=PEOPLE.replace('"Engineering Manager" = "cy"', ""))
    assert told(plan)["Names and people"] == [
        "Engineering Manager reaches nobody, it reached Cy Roth [ferry.md:17]"
    ]
    assert [d.code for d in plan.errors] == ["SB320"]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (
            'fallback = ["ana"]',
            'fallback = ["bo"]',
            "who is paged when a name reaches nobody: Bo Holm; was Ana Lima",
        ),
        ("bo@ferry", "bo2@ferry", "how Bo Holm is reached: email bo2@ferry.example; was email bo@ferry.example"),
        ('critical = "P1"', 'critical = "P2"', "alerts with severity critical: P2; was P1"),
        ('folder = "mail"', 'folder = "post"', "channel email: set up otherwise; was set up"),
        (
            "[channels.email]",
            '[grouping]\nby = ["cluster"]\n[channels.email]',
            "labels that make alerts one incident: cluster; was alertname, service",
        ),
        (
            "[channels.email]",
            '[business_hours]\nzone = "Europe/Paris"\n[channels.email]',
            "business hours: 09:00 to 17:00 Europe/Paris, Mon, Tue, Wed, Thu, Fri; "
            "was 09:00 to 17:00 UTC, Mon, Tue, Wed, Thu, Fri",
        ),
        (
            "[channels.email]",
            "[storms]\nalone = 3\n[channels.email]",
            "a storm: 3 a minute one by one, the rest every 15 s; was 6 a minute one by one, the rest every 15 s",
        ),
        (
            "[channels.email]",
            '[watchdog]\nemail = "ops@ferry.example"\n[channels.email]',
            "whom the watchdog calls: email (new)",
        ),
    ],
)
def test_everything_in_the_bindings_is_told(before: str, after: str, line: str) -> None:
    plan = planned(people=PEOPLE.replace(before, after))
    assert line in told(plan)["Names and people"]
    assert not plan.same


def test_secrets_of_channels_are_not_repeated() -> None:
    smtp = 'host = "smtp.ferry.example"\nfrom = "a@ferry.example"\nusername = "canary"'
    plan = planned(people=PEOPLE.replace('folder = "mail"', smtp))
    assert "canary" not in str(plan)


def test_alerts_of_late_that_would_be_graded_otherwise() -> None:
    seen = tuple(
        distinct(
            [{"alertname": "NoFerry", "severity": "critical", "pod": str(n)} for n in range(3)],
            ("alertname", "severity"),
        )
    )
    plan = planned(people=PEOPLE.replace('critical = "P1"', 'critical = "P2"'), seen=seen)
    [line] = told(plan)["Alerts of the last 30 days that would be graded otherwise"]
    assert line.startswith("NoFerry (3 lately): P2, was P1;")


def test_an_open_incident_keeps_its_clocks_and_is_told_what_it_would_do() -> None:
    lines = told(planned(BOOK.replace("in 10 minutes", "in 20 minutes"), running=True))["Open incidents"]
    assert lines[1] == "INC-1 P1 No ferry sails"
    moved = "at 09:20: Page Secondary On-Call unless acknowledged, it keeps 09:10 [ferry.md:16]"
    assert f"  if it followed the new one: {moved}" in lines
    assert not any("changes" in line for line in lines)


def test_an_open_incident_whose_severity_is_gone() -> None:
    old = loaded()
    only = BOOK.replace("| P1 Critical | No ferry sails | 5 minutes | every 30 minutes |\n", "")
    only = only.replace(only[only.index("### P1") : only.index("### P2")], "")
    plan = compare(old, loaded(only), [opened(old)], [], NOW)
    assert plan.incidents[0].note == "the new playbook has no severity P1"


def test_what_was_acknowledged_would_not_be_escalated_either_way() -> None:
    old = loaded()
    running = opened(old)
    taken = decide(
        Context(old.policy, old.bindings, NOW), running.incident, Acknowledge(by="ana", via="web")
    ).incident
    plan = compare(
        old, loaded(BOOK.replace("in 10 minutes", "in 20 minutes")), [Running(taken, old.policy)], [], NOW
    )
    assert plan.incidents[0].instead == ()


def test_an_incident_of_an_even_older_policy_is_compared_with_its_own() -> None:
    first, second = loaded(BOOK.replace("in 10 minutes", "in 5 minutes")), loaded()
    plan = compare(second, loaded(BOOK.replace("in 10 minutes", "in 20 minutes")), [opened(first)], [], NOW)
    [moved] = [a for a in plan.incidents[0].instead if "Secondary" in a.text]
    assert (moved.keeps, moved.would) == (NOW + timedelta(minutes=5), NOW + timedelta(minutes=20))


def test_questions_and_answers() -> None:
    answered = PEOPLE + '[answers]\nresolve.watch = "20 minutes"\n'
    plan = planned(people=answered)
    assert [q.key for q in plan.closed] == ["resolve.watch"]
    assert [(q.key, q.after) for q in plan.revalued] == [("resolve.watch", "20 minutes")]
    old = loaded(people=answered)
    stated = loaded(BOOK + "\nIncidents are resolved when alerts stay quiet for 10 minutes.\n", answered)
    assert compare(old, stated, [], [], NOW).before == old.policy.digest


def test_many_changes_are_cut_short_for_a_greeting() -> None:
    many = "".join(
        f'[people.p{n}]\nname = "P {n}"\ncontact = [{{channel = "console", to = "x"}}]\n' for n in range(20)
    )
    lines = short(planned(people=PEOPLE + many))
    assert len(lines) == 13
    assert lines[-1].startswith("… and ")


def test_a_thousand_severities_do_not_take_long() -> None:
    rows = "".join(f"| S{n} | level {n} | {n} minutes | |\n" for n in range(1000))
    plan = planned(
        "## Severity levels\n\n| Severity | Meaning | Response time | Updates |\n|---|---|---|---|\n" + rows
    )
    assert len(plan.tables) <= 30


def test_the_plan_back_is_the_plan_turned_round() -> None:
    old, new = (
        loaded(),
        loaded(BOOK.replace("in 10 minutes", "in 20 minutes").replace("| 5 minutes", "| 8 minutes")),
    )
    there, back = compare(old, new, [], [], NOW), compare(new, old, [], [], NOW)
    assert [(c.before, c.after) for c in there.clocks] == [(c.after, c.before) for c in back.clocks]
    assert [(c.before, c.after) for c in there.levels] == [(c.after, c.before) for c in back.levels]
    assert replace(there, tables=[]).same == replace(back, tables=[]).same is False

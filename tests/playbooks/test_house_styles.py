"""Small playbooks in many house styles, each for one rule by which clocks and runbooks are found in them."""

from typing import Any

import pytest

from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.normalised import normalise

SCALE = "# Mill\n\n## Severity\n\n| Severity | Respond within |\n|---|---|\n| P0 | 5 minutes |\n| P1 | 1 hour |\n\n"


def read(text: str) -> dict[str, Any]:
    return normalise(compile_playbook([("p.md", text)]), "p")


def clocks(text: str, clock: str) -> dict[str, Any]:
    return {s["name"]: s[clock] for s in read(text)["severities"]}


def runbooks(text: str) -> dict[str, dict[str, int]]:
    return {r["title"]: r["commands"] for r in read(text)["runbooks"]}


def test_a_paragraph_goes_on_about_the_severity_that_it_begins_with() -> None:
    text = (
        "# Mill\n\n## Severity\n\nA **SEV1** is a full stop. Somebody responds within 10 minutes, and we post an "
        "update every 20 minutes.\n\nA **SEV2** is a slow day. We look at it within 4 hours.\n"
    )
    assert clocks(text, "response_time_seconds") == {"SEV1": 600, "SEV2": 14_400}
    assert clocks(text, "update_cadence_seconds") == {"SEV1": 1200, "SEV2": None}


def test_a_plus_right_behind_a_code_takes_in_those_above_it() -> None:
    text = SCALE + "## Updates\n\nUpdate every 30 minutes for P1+ incidents.\n"
    assert clocks(text, "update_cadence_seconds") == {"P0": 1800, "P1": 1800}


def test_resolvers_are_people_and_no_end() -> None:
    text = (
        "# Mill\n\n## Priorities\n\n### Priority 1\n4.1 The resolver group shall respond within 15 minutes.\n"
        "4.2 Service shall be restored within 4 hours.\n\n### Priority 2\n4.3 The resolver group shall respond "
        "within 30 minutes.\n4.4 Service shall be restored within 8 hours.\n"
    )
    assert clocks(text, "response_time_seconds") == {"Priority 1": 900, "Priority 2": 1800}
    assert clocks(text, "resolution_target_seconds") == {"Priority 1": 14_400, "Priority 2": 28_800}


def test_brackets_that_name_their_clock_speak_for_themselves() -> None:
    text = "# Mill\n\n## Severity\n\n* P1 - stopped (15 min response)\n* P2 - degraded (1 hour response)\n"
    assert clocks(text, "response_time_seconds") == {"P1": 900, "P2": 3600}


@pytest.mark.parametrize(
    "table",
    [
        "| Service | Criticality | RTO | RPO |\n|---|---|---|---|\n"
        "| Mill | P0 | 1 hour | 5 min |\n| Shop | P1 | 4 hours | 1 hour |",
        "| Alert | Severity | Fix within |\n|---|---|---|\n| Dry | P0 | 1 hour |\n| Wet | P1 | 4 hours |",
    ],
)
def test_rows_about_services_and_alerts_are_about_those(table: str) -> None:
    assert clocks(f"{SCALE}## Objectives\n\n{table}\n", "resolution_target_seconds") == {"P0": None, "P1": None}


def test_numbers_in_a_column_of_severities_are_their_names() -> None:
    found = read(
        "# Mill\n\n| Severity | Meaning | Response | Updates |\n|---|---|---|---|\n"
        "| 1 - Critical | stopped | 5 min | 15 min |\n| 2 - High | slow | 1 h | 2 h |\n\n"
        "| Priority | Item |\n|---|---|\n| 1 | Buy a stone |\n| 2 | Paint |\n"
    )["severities"]
    assert [(s["name"], s["label"], s["aliases"]) for s in found] == [
        ("Severity 1", "Critical", ["1"]),
        ("Severity 2", "High", ["2"]),
    ]
    assert [s["update_cadence_seconds"] for s in found] == [900, 7200]


@pytest.mark.parametrize(
    ("heading", "rows", "found"),
    [
        ("Response times", "- P0 → 5 min\n- P1 → 1 business day\n", {"P0": 300, "P1": 86_400}),
        ("Severity", "- P0 - Down - Respond: 5m\n- P1 - Slow - Ticket - Respond: 1 h\n", {"P0": 300, "P1": 3600}),
        (
            "Severity",
            "P0 and P1.\n\nWe ack P0 pages in 5 minutes and P1 pages in 1 hour.\n",
            {"P0": 300, "P1": 3600},
        ),
    ],
)
def test_rows_and_sentences_that_give_each_its_time(heading: str, rows: str, found: dict[str, int]) -> None:
    severities = read(f"# Mill\n\n## {heading}\n\n{rows}")["severities"]
    assert {s["name"]: s["response_time_seconds"] or s["ack_seconds"] for s in severities} == found


def test_hours_and_objectives_of_a_header() -> None:
    text = (
        "# Mill\n\n## Severity\n\n| Severity | Response (business hours) | RTO | RPO |\n|---|---|---|---|\n"
        "| P0 | 1 h | 4 h | 5 min |\n| P1 | 4 h | 8 h | 1 h |\n"
    )
    found = read(text)["severities"]
    assert [(s["response_time_business"], s["resolution_target_seconds"]) for s in found] == [(True, None)] * 2


def test_first_update_and_then_every() -> None:
    text = (
        SCALE + "## Telling\n\n| Severity | First update | Then every |\n|---|---|---|\n| P0 | 10 min | 30 min |\n"
    )
    assert clocks(text, "update_cadence_seconds") == {"P0": 1800, "P1": None}


def test_priorities_of_alerts_are_not_those_of_incidents() -> None:
    text = (
        "# Mill\n\n## Alert priority\n\n- **P1**: page, repeat every 5 minutes\n- **P2**: page by day\n\n"
        "## Incident severity\n\n- **SEV1**: respond within 10 minutes\n- **SEV2**: respond within 1 hour\n"
    )
    assert clocks(text, "response_time_seconds") == {"SEV1": 600, "SEV2": 3600}


@pytest.mark.parametrize(
    "text",
    [
        "## Past incidents\n\n| Severity | Time to resolve | When |\n|---|---|---|\n| P0 | 3 hours | May |\n",
        "## Incidents\n\n| Date | Severity | Time to resolve |\n|---|---|---|\n| 2025-01-02 | P0 | 3 hours |\n",
        "## Drills\n\nWe simulate a P0; the team must ack within 10 minutes and resolve within 1 hour.\n",
        "## Paging\n\n- P0: pages at once, repeats every 5 minutes until somebody answers\n",
        "## War room\n\n- P0: sync call every 30 minutes\n",
        "## Roles\n\n| Role | P0 | P1 |\n|---|---|---|\n| Rotation of leads | every 4 hours | every 8 hours |\n",
        "## Bridge\n\n| Severity | Bridge cadence |\n|---|---|\n| P0 | every 2 hours |\n",
        "## Rollback\n\nA P1 may wait 1 hour for a fix forward.\n",
        "## Targets\n\n| Severity | Current resolution | Average ack |\n|---|---|---|\n| P0 | 3 h | 9 min |\n",
        "## Targets\n\n| Severity | Resolution |\n|---|---|\n| P0 | <1 hour> |\n",
    ],
)
def test_what_is_played_measured_repeated_or_left_open_is_no_clock(text: str) -> None:
    for clock in ("ack", "resolution_target", "update_cadence"):
        assert clocks(SCALE + text, f"{clock}_seconds") == {"P0": None, "P1": None}


def test_labels_with_those_above_and_columns_of_audiences() -> None:
    table = "| Severity | Name |\n|---|---|\n| P0 | Critical |\n| P1 | High |\n| P2 | Low |\n\n"
    text = f"# Mill\n\n## Severity\n\n{table}## Comms\n\nFor High or above we update every 30 minutes.\n"
    assert clocks(text, "update_cadence_seconds") == {"P0": 1800, "P1": 1800, "P2": None}
    text = SCALE + "## Communication\n\n| Audience | P0 | P1 |\n|---|---|---|\n| Internal team | Hourly | Daily |\n"
    assert clocks(text, "update_cadence_seconds") == {"P0": 3600, "P1": 86_400}


@pytest.mark.parametrize(
    "text",
    [
        "- **Rotation:** weekly, Monday 09:00 UTC\n- One primary and one backup miller\n",
        "|  |  |\n|-|-|\n| Rotation length | 1 week |\n"
        "| Handoff | Monday 09:00 UTC |\n| Tiers | Primary and backup |\n",
        "Shifts are one week long and hand over every Monday at 09:00 UTC. There is a primary and a backup.\n",
    ],
)
def test_a_rotation_in_bullets_rows_and_sentences(text: str) -> None:
    assert read(f"{SCALE}## On-call\n\n{text}")["rotation"] == {
        "period_seconds": 604_800,
        "handoff_weekday": "monday",
        "handoff_time": "09:00",
        "handoff_tz": "UTC",
        "tiers": ["primary", "secondary"],
    }


FENCE = "\n\n```bash\nuptime\n```\n\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"## Common Issues\n\n**1. The wheel is stuck**{FENCE}**Colours**{FENCE}", {"The wheel is stuck": 1}),
        (
            f"## Diagnosing\n\n### Symptom: no flour{FENCE}### Symptom: dust{FENCE}",
            {"Symptom: no flour": 1, "Symptom: dust": 1},
        ),
        (
            f"## Runbooks\n\n<details>\n<summary>The sluice fails</summary>{FENCE}</details>\n",
            {"The sluice fails": 1},
        ),
        (f"## Playbooks\n\n### Stone lost\n\n#### Identify{FENCE}#### Eradicate\n\n- Look\n", {"Stone lost": 1}),
        (f"## Architecture\n\n### Failover design{FENCE}## Common errors\n\n### Dust{FENCE}", {"Dust": 1}),
        ("## Runbooks\n\n### Slow\n\n```promql\nsum(a)\n  /\nsum(b)\n```\n", {"Slow": 1}),
        (f"## Scenarios\n\n**Scenario A – stone lost**{FENCE}", {"Scenario A – stone lost": 1}),
        ("## Runbooks\n\n### Mill stops\n\n```console\nme@mill:~$ uptime\nup\n```\n", {"Mill stops": 1}),
        ("## Runbooks\n\n### Mill stops\n\n```bash\n(\n  cd /srv\n  ./drain\n)\nuptime\n```\n", {"Mill stops": 2}),
        (
            "## Runbooks\n\n### Mill stops\n\n1. Is it up?\n   - If no: look\n\n"
            "     ```bash\n     uptime\n     ```\n",
            {"Mill stops": 1},
        ),
        (
            "## Runbooks\n\n### Mill stops\n\n```\n$ millctl status\nstopped\n$ millctl start\n```\n",
            {"Mill stops": 2},
        ),
        ("## Runbooks\n\n### Mill full\n\n```\nfind / -size +5M -ls\nrm /tmp/*.gz\n```\n", {"Mill full": 2}),
        (
            "## Runbooks\n\n### Mill full\n\n1. Look\n\n```\nthe mill says - full\nand stops\n```\n",
            {"Mill full": 0},
        ),
    ],
)
def test_runbooks_and_their_commands(text: str, found: dict[str, int]) -> None:
    assert {t: sum(c.values()) for t, c in runbooks(SCALE + text).items()} == found


def test_a_severity_that_is_written_twice_in_its_heading_is_one() -> None:
    text = (
        "# Mill\n\n## Severity levels\n\n### Severity 1 (SEV-1) - Critical\n- **Response Time**: Immediate (< 15 "
        "minutes)\n\n### Severity 2 (SEV-2) - High\n- **Response Time**: < 1 hour\n"
    )
    assert clocks(text, "response_time_seconds") == {"Severity 1": 900, "Severity 2": 3600}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "## Message templates\n\n### First word\n\n**Subject:** The mill and [WHAT]\n\n"
            "**Text:**\n\n```\nDear [WHO]\n```\n",
            {"First word": ["WHAT", "WHO"]},
        ),
        (
            "## Templates\n\n### First word\n\nThe mill stands since [TIME].\n\n"
            "### Last word\n\nIt turns, says [WHO].\n",
            {"First word": ["TIME"], "Last word": ["WHO"]},
        ),
        (
            "## Review template\n\n### Summary\n\n[What was it]\n\n### Harm\n\n- [Sacks lost]\n",
            {"Review template": ["What was it", "Sacks lost"]},
        ),
        (
            "## Communication\n\n### Customer email\n\n```\nDear all, no bread today.\n```\n\n### Where\n\n"
            "```\n#mill - all\n```\n\n### Mail notification\n\n```json\n{}\n```\n",
            {"Customer email": []},
        ),
        ("## Runbook templates\n\n### Wheel down\n\n1. Look at [WHAT]\n2. Oil it\n", {}),
        (
            "## Status updates\n\n**First:**\n\n> We look at [WHAT].\n\n**Note:**\n\n> Be kind.\n",
            {"First": ["WHAT"]},
        ),
    ],
)
def test_messages_to_send(text: str, found: dict[str, list[str]]) -> None:
    assert {t["title"]: t["placeholders"] for t in read(SCALE + text)["templates"]} == found

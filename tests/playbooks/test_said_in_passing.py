"""Clocks and names that stand in half a sentence, beside others that are read already."""

from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.normalised import normalise


def read(text: str) -> dict[str, dict[str, object]]:
    return {s["name"]: s for s in normalise(compile_playbook([("p.md", text)]), "p")["severities"]}


def test_a_row_of_words_that_nobody_knows_is_a_severity_beside_others() -> None:
    found = read(
        "# Mill\n\n## Severity\n\n| Severity | Respond within |\n|---|---|\n| **SEV-0 safety stop** | 5 minutes |\n"
        "| **SEV-1 critical** | 15 minutes |\n| **SEV-2 major** | 1 hour |\n| **SEV-3 remark** | 1 day |\n"
    )
    assert {n: (s["label"], s["response_time_seconds"]) for n, s in found.items()} == {
        "SEV-0": ("safety stop", 300),
        "SEV-1": ("critical", 900),
        "SEV-2": ("major", 3600),
        "SEV-3": ("remark", 86_400),
    }


def test_a_column_of_codes_that_is_about_something_else_names_none() -> None:
    found = read(
        "# Mill\n\n## Severity\n\n| Severity | Respond within |\n|---|---|\n| P0 | 5 minutes |\n| P1 | 1 hour |\n\n"
        "## Machines\n\n| Machine | Owner |\n|---|---|\n| P7 grinder | Tom |\n| P8 sifter | Ida |\n"
    )
    assert list(found) == ["P0", "P1"]


def test_three_clocks_in_one_row() -> None:
    found = read("# Mill\n\n## SLA\n\n- P0: Immediate, <15m ack, <1h MTTR\n- P1: <30m ack, <4h MTTR\n")
    clocks = ("response_time_seconds", "ack_seconds", "resolution_target_seconds")
    assert [found["P0"][c] for c in clocks] == [0, 900, 3600]
    assert [found["P1"][c] for c in clocks] == [None, 1800, 14_400]


def test_a_clause_says_of_which_severity_the_next_one_speaks() -> None:
    found = read(
        "# Mill\n\n## Severity\n\nSEV1 means that the mill stands still; SEV2 means that it is slow.\n\n"
        "## Updates\n\n"
        "During a SEV1, the miller posts status updates every 30 minutes. SEV2 updates go out hourly.\n"
    )
    assert {n: s["update_cadence_seconds"] for n, s in found.items()} == {"SEV1": 1800, "SEV2": 3600}


def test_a_severity_that_is_only_our_default_is_none_that_was_read() -> None:
    assert (
        read("# Mill\n\n## Escalation\n\n1. Page the on-call miller.\n2. After 15 minutes, page the foreman.\n")
        == {}
    )


def test_the_levels_of_a_ladder_are_no_severities() -> None:
    found = read(
        "# Mill\n\n## Escalation Path\n\n| Level | Condition | Action |\n|---|---|---|\n"
        "| L1 | Anything | Tom looks within 30 minutes |\n| L2 | Flour burns | Wake Ida |\n"
    )
    assert found == {}


SCALE = (
    "# Mill\n\n## Severity\n\n| Severity | Respond within |\n|---|---|\n| SEV1 | 5 minutes |\n| SEV2 | 1 hour |\n\n"
)


def test_each_severity_has_its_own_share_of_a_cadence() -> None:
    found = read(
        SCALE + "## While it lasts\n\n- Update every 20 minutes (SEV1) or 30 minutes (SEV2) until it turns.\n"
    )
    assert {n: s["update_cadence_seconds"] for n, s in found.items()} == {"SEV1": 1200, "SEV2": 1800}


def test_a_cadence_that_could_be_of_either_is_of_none() -> None:
    found = read(
        SCALE + "## While it lasts\n\n- Update SEV1 and SEV2 every 20 minutes and no later than 40 minutes.\n"
    )
    assert {x["update_cadence_seconds"] for x in found.values()} == {None}


def test_a_response_time_is_one_in_other_words_too() -> None:
    found = read("# Mill\n\n## Severity\n\n### P1\n\n- **Meaning:** stands still\n- **Response time:** "
                 "The miller acknowledges within 10 minutes.\n\n### P2\n\n- **Meaning:** is slow\n"
                 "- **Response time:** Acknowledged within 2 hours during business hours.\n")  # fmt: skip
    assert {n: (s["response_time_seconds"], s["response_time_business"]) for n, s in found.items()} == {
        "P1": (600, False),
        "P2": (7200, True),
    }


def test_by_when_it_is_mitigated_is_not_by_when_it_is_over() -> None:
    found = read("# Mill\n\n## Severity\n\n### P1\n\n**Targets:**\n- **Mitigate:** <15 minutes\n"
                 "- **Resolve:** <1 hour\n\n"
                 "### P2\n\n**Targets:**\n- **Mitigate:** Next business day\n"
                 "- **Resolve:** <1 week via normal sprint cadence\n")  # fmt: skip
    assert {n: s["resolution_target_seconds"] for n, s in found.items()} == {"P1": 3600, "P2": 604_800}


def test_targets_of_a_severity_are_no_metrics_and_steps_no_runbooks() -> None:
    text = (
        SCALE + "## Incident response playbook\n\n### Step 1: Look\n\n1. Look at it\n\n"
        "### Step 4: Recovery of the mill\n\n1. Start it\n"
    )
    policy = normalise(compile_playbook([("p.md", text)]), "p")
    assert policy["runbooks"] == []
    text = SCALE + "## SEV1 in detail\n\n**Targets:**\n- **Detect:** <5 minutes\n- **Resolve:** <1 hour\n"
    assert normalise(compile_playbook([("p.md", text)]), "p")["metrics"] == []


def test_by_when_people_meet_is_not_how_soon_they_respond() -> None:
    found = read(
        "# Mill\n\n## Severity\n\n### SEV1 - Critical\n\n**Response:**\n- **Page immediately:** On-call miller\n"
        "- **War room:** On the phone within 10 minutes\n\n### SEV2 - Major\n\n**Response:**\n"
        "- **Page:** On-call miller\n- **War room:** Optional (decided within 30 minutes)\n"
    )
    assert [s["response_time_seconds"] for s in found.values()] == [None, None]


def test_the_last_update_of_an_incident_is_no_target_for_its_end() -> None:
    found = read(
        "# Mill\n\n## Severity\n\n| Severity | Response |\n|---|---|\n| SEV1 | 15 min |\n| SEV2 | 1 hour |\n\n"
        "## Status page\n\n| Severity | First Update | Update Frequency | Resolution |\n|---|---|---|---|\n"
        "| SEV1 | Within 15 min | Every 20 min | Immediate |\n| SEV2 | Within 1 hour | Hourly | Within 2 hours |\n"
    )
    clocks = ("resolution_target_seconds", "update_cadence_seconds")
    assert [tuple(s[c] for c in clocks) for s in found.values()] == [(None, 1200), (None, 3600)]


def test_updates_on_planned_work_are_no_cadence() -> None:
    found = read(
        "# Mill\n\n## Severity\n\n| Severity | Response |\n|---|---|\n| SEV1 | 15 min |\n| SEV2 | 1 hour |\n\n"
        "## Maintenance windows\n\n### Emergency maintenance\n\n1. **Notice** (to everybody)\n"
        "2. **Communication** (status updates every 25 minutes)\n"
    )
    assert [s["update_cadence_seconds"] for s in found.values()] == [None, None]


def test_by_when_a_plan_or_a_decision_is_there_is_not_by_when_it_is_over() -> None:
    found = read(
        "# Mill\n\n## 2. Severity Levels & Paging Policy\n\n**S1 (Critical)** — The mill stands still\n"
        "- *SLA:* The miller acknowledges within 5 min; mitigation plan within 15 min.\n\n"
        "**S2 (High)** — It is slow\n- *SLA:* decision (mend / accept / mitigate) within 4 hours.\n"
    )
    clocks = ("ack_seconds", "resolution_target_seconds")
    assert {n: tuple(s[c] for c in clocks) for n, s in found.items()} == {"S1": (300, None), "S2": (None, None)}


def test_a_table_in_a_fence_may_be_set_apart_by_bars_and_a_rule_with_bars() -> None:
    found = read(
        "# Mill\n\n## Response Time SLAs\n\n```\nSeverity | Response | Resolution | Uptime\n"
        "─────────|──────────|────────────|───────\nP1       | < 5 min  | < 15 min   | 99.9%\n"
        "P2       | < 15 min | < 1 hour   | N/A\n```\n"
    )
    clocks = ("response_time_seconds", "resolution_target_seconds")
    assert {n: tuple(s[c] for c in clocks) for n, s in found.items()} == {"P1": (300, 900), "P2": (900, 3600)}


def test_response_times_in_a_fence_are_targets_under_a_heading_of_metrics_too() -> None:
    found = read(
        "# Mill\n\n## Severity\n\n| Level | Meaning |\n|---|---|\n| P1 | Still |\n| P2 | Slow |\n\n"
        "## Key metrics\n\n### Response Time SLAs\n\n```\nSeverity | Response | Resolution | Uptime\n"
        "---------|----------|------------|-------\nP1 | < 5 min | < 15 min | 99.9%\n"
        "P2 | < 20 min | < 1 hour | 99%\n```\n"
    )
    assert [s["response_time_seconds"] for s in found.values()] == [300, 1200]


def test_the_first_word_to_customers_is_not_how_soon_they_respond() -> None:
    found = read(
        "# Mill\n\n## Severity\n\n### SEV1 - High\n\n**Response Time**: 10 minutes\n\n"
        "### SEV2 - Medium\n\n"
        "**Response Time**: 30 minutes\n\n## Communication\n\n### Communication schedule\n\n"
        "| Severity | Initial Response | Update Frequency |\n|---|---|---|\n"
        "| SEV1 | Immediate | Every 15 minutes |\n"
        "| SEV2 | 15 minutes | Every 30 minutes |\n"
    )
    clocks = ("response_time_seconds", "update_cadence_seconds")
    assert [tuple(s[c] for c in clocks) for s in found.values()] == [(600, 900), (1800, 1800)]


def test_a_target_beside_what_was_measured_is_the_one_of_its_heading() -> None:
    found = read(
        "# Mill\n\n## Severity\n\n| Severity | Response |\n|---|---|\n| P1 | 5 min |\n| P2 | 15 min |\n\n"
        "## Success metrics\n\n### Resolution Time Targets\n\n| Severity | Target | Current |\n|---|---|---|\n"
        "| P1 | ≤ 1 hour | ~30 min (varies) |\n| P2 | ≤ 4 hours | ~2 hours (varies) |\n"
    )
    assert [s["resolution_target_seconds"] for s in found.values()] == [3600, 14_400]


def test_a_heading_of_two_severities_names_both() -> None:
    found = read(
        "# Mill\n\n## Escalation matrix\n\n"
        "### Severity P0 (mill stands still)\n\n1. Page the miller immediately.\n\n"
        "### Severity P1 (slow)\n\n1. Tell the miller.\n\n### Severity P2/P3 (minor)\n\n1. Write a ticket.\n"
    )
    assert list(found) == ["P0", "P1", "P2", "P3"]

"""Clocks in lines that stand under a severity: in procedures, checklists, drawings; and what is none of them."""

import pytest

from sirenbook.model.clock import Clock
from sirenbook.playbook.compile import compile_playbook

SCALE = "# Mill\n\n## Severities\n\n- P1 (Critical): the mill stands\n- P2 (High): dust\n\n"


def spoken(clock: Clock | None) -> str:
    """A clock in short: `15m`, `1d`, `-` for none."""
    if clock is None:
        return "-"
    size, unit = next((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")) if clock.seconds % s == 0)
    return f"{clock.seconds // size}{unit}"


def clocks(text: str) -> str:
    """Every severity with its times to acknowledge and to resolve, in short."""
    found = compile_playbook([("p.md", text)]).severities
    return ", ".join(f"{s.name} {spoken(s.ack)} {spoken(s.resolution)}" for s in found)


ACKNOWLEDGED = {
    "a step of a severity's own procedure": (
        SCALE + "## P1 procedure\n\n1. **Acknowledge** the page within 4 minutes.\n2. Look at the stones\n",
        "P1 4m -, P2 - -",
    ),
    "a bold step with its time in brackets": (
        SCALE + "## P1 procedure\n\n1. **Acknowledge Alert (< 4 minutes)**\n   - Ring the bell\n",
        "P1 4m -, P2 - -",
    ),
    "a step that is a heading": (
        SCALE
        + "## P2 playbook\n\n**1. Acknowledge (within 25 min)**\n\nRing the bell.\n\n**2. Sweep**\n\n- Dust\n",
        "P1 - -, P2 25m -",
    ),
    "a checklist in a fence": (
        SCALE + "## P2 checklist\n\n```\n□ 1. Acknowledge alert (within 25 min)\n□ 2. Sweep\n```\n",
        "P1 - -, P2 25m -",
    ),
    "several severities that head rows of one fence": (
        SCALE + "## What to do\n\n```\nP1 (Critical):\n1. Acknowledge alert within 4 minutes\n2. Ring Ida\n\n"
        "P2 (High):\n1. Acknowledge within 25 minutes\n```\n",
        "P1 4m -, P2 25m -",
    ),
    "a list in a fence that claims to hold commands": (
        SCALE + "## First steps\n\n```bash\n# For P1 incidents\n1. Acknowledge alert within 4 minutes\n"
        "2. Ring Ida\n\n# For P2 incidents\n1. Acknowledge alert within 25 minutes\n```\n",
        "P1 4m -, P2 25m -",
    ),
    "the branches of a tree": (
        SCALE
        + "## Flow\n\n```\nBell rings\n  │\n  ├── P1 (Critical): at once\n  │   ├── Acknowledge within 4 minutes\n"
        "  │   └── Resolution target: within 3 hours\n  │\n  └── P2 (High): next\n"
        "      ├── Acknowledge within 25 minutes\n      └── Sweep\n```\n",
        "P1 4m 3h, P2 25m -",
    ),
    "one procedure for two severities": (
        SCALE + "## Response (P1/P2)\n\n1. Acknowledge in PagerDuty within 6 minutes.\n",
        "P1 6m -, P2 6m -",
    ),
    "severities that only a fence of escalation names": (
        "# Mill\n\n## Duty\n\n- Answers P1 pages by phone\n\n## Escalation path\n\n```\nLevel 1 (On-call)\n"
        "  → Acknowledge within 4 min (P1) or 1 hour (P2)\n```\n",
        "P1 4m -, P2 1h -",
    ),
    "verbs and how they are told between severities and times": (
        SCALE
        + "## Times\n\n- **Acknowledgement targets:** P1 acknowledged within 4 minutes, P2 within 25 minutes.\n",
        "P1 4m -, P2 25m -",
    ),
    "how they are told behind severities": (
        SCALE + "## Times\n\nAn alert is acknowledged within 4 minutes for P1 (page) or 2 hours for P2 (ticket).\n",
        "P1 4m -, P2 2h -",
    ),
    "a time for the nights, beside one whose severity is not said": (
        SCALE + "## Times\n\n**Acknowledge within**: 4 min in business hours · 1 h off-hours for P1 · 3 h for P2\n",
        "P1 - -, P2 3h -",
    ),
    "a row of steps with a time": (
        SCALE
        + "## P1 procedure\n\n| Step | What | Time |\n|---|---|---|\n| 1 | Acknowledge the page | within 4 min |\n"
        "| 2 | Ring Ida | 10 min |\n",
        "P1 4m -, P2 - -",
    ),
    "a row that begins with its time": (
        SCALE + "## P2 timeline\n\n| Time | What |\n|---|---|\n| T+25 min | Acknowledge alert |\n"
        "| 1 hour | Sweep |\n",
        "P1 - -, P2 25m -",
    ),
    "times at most in brackets": (
        SCALE + "## First\n\n1. Acknowledge the alert in PagerDuty (≤4 min for P1, ≤25 min for P2)\n",
        "P1 4m -, P2 25m -",
    ),
    "a procedure for critical incidents": (
        SCALE + "## Critical incident procedure\n\n1. Acknowledge within 4 minutes\n2. Ring Ida\n",
        "P1 4m -, P2 - -",
    ),
    "targets that tell severities apart": (
        SCALE + "## Targets\n\n- Acknowledge: P1 4m, P2 25m\n- Resolve: P1 3h, P2 2d\n",
        "P1 4m 3h, P2 25m 2d",
    ),
    "a sentence that goes on without its verb": (
        SCALE + "## Repairs\n\nCritical issues must be resolved within 3 hours; high issues within 2 days.\n",
        "P1 - 3h, P2 - 2d",
    ),
    "a target on a line of its own": (
        SCALE + "## P2 procedure\n\n- [ ] Sweep\n- [ ] Target resolution within 5 hours\n",
        "P1 - -, P2 - 5h",
    ),
}
NOBODYS = {
    "a step before another that has the time": "1. Acknowledge the page and ring the miller within 4 minutes\n",
    "a row of another step": "| What | Time |\n|---|---|\n| Acknowledge and ring Ida | 4 min |\n",
    "a stretch of a table": "| Time | What |\n|---|---|\n| 0-4 min | Acknowledge |\n",
    "how long it took": "- Time to acknowledge: 4 minutes\n- Time to resolve: 3 hours\n",
    "the target of one failure's runbook": (
        "### Wheel down\n\n**Symptoms**\n- no flour\n\n**Resolution**\n- Target resolution within 3 hours\n"
    ),
    "what customers hear": "1. Acknowledge customer reports within 4 minutes\n",
    "how long a phase takes": "1. Resolution: 4-8 hours\n",
    "the heading of a phase": "### Resolution (within 4 hours)\n\n- Sweep\n",
    "when nobody answers": "1. If not acknowledged within 4 minutes, ring the miller\n",
    "at once": "1. Acknowledge the page immediately\n",
}


@pytest.mark.parametrize("case", ACKNOWLEDGED)
def test_a_line_under_a_severity_states_its_clock(case: str) -> None:
    text, expected = ACKNOWLEDGED[case]
    assert clocks(text) == expected


@pytest.mark.parametrize("case", NOBODYS)
def test_a_line_under_a_severity_that_states_none(case: str) -> None:
    assert clocks(f"{SCALE}## P1 procedure\n\n{NOBODYS[case]}") == "P1 - -, P2 - -"

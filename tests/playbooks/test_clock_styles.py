"""Severities with their labels and four clocks in the styles of many teams, each for one rule of the reader."""

import pytest

from sirenbook.model.clock import Clock
from sirenbook.playbook.compile import compile_playbook

CODES = "# Mill\n\n## Severity\n\n- SEV1: the mill stands\n- SEV2: the mill is slow\n- SEV3: dust\n\n"
RESPONSE, ACK, RESOLUTION, UPDATE = "response", "ack", "resolution", "update"


def spoken(clock: Clock | None) -> str:
    """A clock in short: `15m`, `now`."""
    if clock is None:
        return "-"
    size, unit = next((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")) if clock.seconds % s == 0)
    return f"{clock.seconds // size}{unit}" if clock.seconds else "now"


def clocks(text: str, *wanted: str) -> str:
    """Every severity with the clocks asked for, in short."""
    found = compile_playbook([("p.md", text)]).severities
    return ", ".join(" ".join([s.name, *(spoken(getattr(s, w)) for w in wanted)]) for s in found)


def labels(text: str) -> dict[str, str | None]:
    """Every severity with its label."""
    return {s.name: s.label for s in compile_playbook([("p.md", text)]).severities}


ONE_CLOCK = {
    "an acknowledgement that leads to the response": (
        RESPONSE,
        "# Mill\n\n## Severity\n\n### SEV1: Critical\n\n**Response time**:\n"
        "- **Detection to acknowledgment**: <4 minutes\n- **Acknowledgment to first response**: <12 minutes\n\n"
        "### SEV2: Major\n\n**Response time**:\n"
        "- **Acknowledgment to first response**: <9 hours (next business day)\n",
        "SEV1 12m, SEV2 9h",
    ),
    "a row of rhythms under one label": (
        UPDATE,
        CODES + "## Talking\n\n**Update cadence:** SEV1: 15 min, SEV2: 40 min, SEV3: 2 hours\n",
        "SEV1 15m, SEV2 40m, SEV3 2h",
    ),
    "rhythms one after the other in a sentence": (
        UPDATE,
        CODES
        + "## Talking\n\nFor SEV1 post an update at least every 15 minutes, for SEV2 every 30 minutes and for "
        "SEV3 every 2 hours. \n",
        "SEV1 15m, SEV2 30m, SEV3 2h",
    ),
    "what is ongoing after a first word": (
        UPDATE,
        CODES + "## Talking\n\n| Severity | First update | Ongoing |\n|---|---|---|\n"
        "| SEV1 | 10 min | 20 min |\n| SEV2 | 30 min | 1 hour |\n",
        "SEV1 20m, SEV2 1h, SEV3 -",
    ),
    "at once, and by when that is": (
        RESPONSE,
        "# Mill\n\n## Severity\n\n### SEV1: Critical\n- Response: immediate, 24/7, within 10 minutes\n\n"
        "### SEV2: Major\n- Response: within 30 minutes (business hours)\n",
        "SEV1 10m, SEV2 30m",
    ),
    "a row of first words is no rhythm": (
        UPDATE,
        CODES + "## Talking\n\n- Updates within: SEV1: 15 min, SEV2: 40 min\n",
        "SEV1 -, SEV2 -, SEV3 -",
    ),
    "an investigation begun at once after an acknowledgement": (
        RESPONSE,
        "# Mill\n\n## Severity\n\n### SEV1: Critical\n\n"
        "- **Response time**: Acknowledge within **6 minutes**, begin investigation immediately\n\n"
        "### SEV2: Major\n\n- **Response time**: Acknowledge within **1 hour**\n",
        "SEV1 6m, SEV2 1h",
    ),
    "stages on the way to a target": (
        RESOLUTION,
        "# Mill\n\n## Severity\n\n### SEV1: Critical\n\n"
        "#### Resolution timeline\n- **Initial response**: 5 minutes\n"
        "- **Assessment complete**: 15 minutes\n- **Total resolution target**: 1 hour\n\n"
        "### SEV2: Major\n\n#### Resolution timeline\n- **Initial response**: 20 minutes\n"
        "- **Assessment complete**: 1 hour\n- **Total resolution target**: 4 hours\n",
        "SEV1 1h, SEV2 4h",
    ),
    "runbooks of one severity that agree": (
        RESPONSE,
        "# Mill\n\n## Severity\n\n- **P0**: still\n- **P1**: slow\n\n## Kinds\n\n"
        "### P0: Wheel down\n\n"
        "**Symptoms**:\n- Still\n\n**Response time**: < 5 minutes\n\n**Procedure**:\n\n1. Look\n\n"
        "### P1: Sluice broken\n\n"
        "**Symptoms**:\n- Wet\n\n**Response time**: < 15 minutes\n\n**Procedure**:\n\n1. Look\n\n"
        "### P0: Theft\n\n"
        "**Symptoms**:\n- Gone\n\n**Response time**: < 5 minutes\n\n**Procedure**:\n\n1. Look\n",
        "P0 5m, P1 15m",
    ),
    "how often a copy is made is no cadence": (
        UPDATE,
        f"{CODES}## Copies\n\n### Ledger\n\n- **Frequency**: daily at 2 AM\n- **Kept**: 30 days\n",
        "SEV1 -, SEV2 -, SEV3 -",
    ),
    "an acknowledgement beside what is contained": (
        ACK,
        "# Mill\n\n## Severity\n\n| Severity | Definition | Response SLA |\n|---|---|---|\n"
        "| P1 | Fire | 12 min acknowledge, 2 hr contain |\n| P2 | Smoke | 2 hours |\n",
        "P1 12m, P2 -",
    ),
    "bare times in brackets under a heading of response times": (
        RESPONSE,
        "# Mill\n\n## Severity levels & response times\n\n### P0 - CRITICAL (6 minutes)\n- stands\n\n"
        "### P1 - HIGH (2 hours)\n- slow\n",
        "P0 6m, P1 2h",
    ),
    "a time in the heading, and when it is looked into beneath": (
        RESPONSE,
        "# Mill\n\n## Severities\n\n### High (P1) - Response time: 1 hour\n\n**Response requirements:**\n"
        "- Begin the investigation within 2 hours\n\n### Medium (P2) - Response time: 1-4 hours\n\n"
        "**Response requirements:**\n- Investigation begins within 24 hours\n",
        "P1 1h, P2 4h",
    ),
    "a second name behind the word in brackets, by which a list goes on": (
        UPDATE,
        "# Mill\n\n## Severity levels\n\n#### **Severity 1 (Critical / P1)**\n\n- stands\n\n"
        "#### **Severity 2 (High / P2)**\n\n- slow\n\n## Updates\n\n- P1: every 25 minutes\n- P2: every 2 hours\n",
        "Severity 1 25m, Severity 2 2h",
    ),
    "brackets in which only one severity has a period": (
        UPDATE,
        "# Mill\n\n- P0: stands\n- P1: slow\n\n## Telling\n\nUpdate at a cadence that fits (continuous for P0, "
        "every 30-60 min for P1).\n",
        "P0 -, P1 1h",
    ),
    "a question as the heading, and columns of what is done by when": (
        RESPONSE,
        "# Mill\n\n## How bad is it?\n\n| | Bakers see | Hands on it in | Write every |\n|---|---|---|---|\n"
        "| **S1** | no flour | 6 min, any hour | 15 min |\n| **S2** | grit | 25 min | 1 hour |\n",
        "S1 6m, S2 25m",
    ),
    "levels told in paragraphs, each with its time to respond": (
        RESPONSE,
        "# Mill\n\n## Levels\n\n**L1 – Mill stands**. No flour. Respond in 6 min, by day and night.\n\n"
        "**L2 – Mill limps**. One stone is gone. Respond in 25 min.\n",
        "L1 6m, L2 25m",
    ),
    "brackets that begin with if": (
        UPDATE,
        f"{CODES}## Telling\n\nPost an update in the channel every 7 minutes (if SEV1) or 25 min (if SEV2).\n",
        "SEV1 7m, SEV2 25m, SEV3 -",
    ),
    "a list of times that a sentence leads to": (
        RESPONSE,
        f"{CODES}## Rota\n\nMillers are expected to respond within:\n\n- **15 minutes** for SEV1 (paged)\n"
        "- **40 minutes** for SEV2 (paged)\n- **4 hours** for SEV3 (Slack notification)\n",
        "SEV1 15m, SEV2 40m, SEV3 4h",
    ),
    "an acknowledgement among response times, and the hotfix behind it": (
        RESPONSE,
        "# Mill\n\n| Severity | Meaning | Response time |\n|---|---|---|\n"
        "| SEV1 | stands | **12 min** to acknowledge; rollback within 30 min if not resolved |\n"
        "| SEV2 | slow | **1 hour** to acknowledge; rollback or hotfix within 4 hours |\n",
        "SEV1 12m, SEV2 1h",
    ),
    "updates in the heading of a message": (
        UPDATE,
        f"{CODES}## Words\n\n### Ongoing updates (every 15 minutes for SEV1/2, every 45 mins for SEV3)\n\n"
        "```\nUPDATE: [TITLE]\n```\n",
        "SEV1 15m, SEV2 15m, SEV3 45m",
    ),
    "at once, and the time that this may take at most behind a comma": (
        RESPONSE,
        "# Mill\n\n| Severity | Meaning | First response |\n|---|---|---|\n"
        "| Critical (SEV1) | stands | Immediately, < 12 min |\n| Warning (SEV2) | slow | < 2 hours |\n",
        "SEV1 12m, SEV2 2h",
    ),
    "one time for the day and one for the night in a heading": (
        RESPONSE,
        "# Mill\n\n## Severity levels\n\n#### P0 - Critical (Response: Immediate, 24/7)\n\n- stands\n\n"
        "#### P1 - High (Response: <25 min, business hours; <3 hours, off-hours)\n\n- slow\n",
        "P0 now, P1 25m",
    ),
    "the next business day in brackets among response times": (
        RESPONSE,
        "# Mill\n\n## Severity levels\n\n#### P1 - High (20-minute response)\nMany\n\n"
        "#### P2 - Low (Next business day)\nFew\n",
        "P1 20m, P2 1d",
    ),
    "a time at the end of an arrow": (
        RESPONSE,
        "# Mill\n\n## Severity levels\n\n- **HIGH (P1)**: slow wheel → 20-minute response SLA\n"
        "- **LOW (P2)**: dust, typos → next business day\n",
        "P1 20m, P2 1d",
    ),
    "what is degraded before a dash, and how soon somebody responds behind it": (
        RESPONSE,
        "# Mill\n\n#### Escalation matrix\n- **P1 (High)**: the wheel stands - 20 minute response\n"
        "- **P2 (Medium)**: performance is degraded - 2 hour response\n",
        "P1 20m, P2 2h",
    ),
    "how soon it is acted on, in brackets behind a bold word": (
        RESPONSE,
        "# Mill\n\n## Escalation\n\n#### Severity grades\n\n**Critical** (Immediate action):\n- No flour\n\n"
        "**High** (Action within 2 hours):\n- Little flour\n\n**Low** (Planned):\n- Dust\n",
        "Critical now, High 2h, Low -",
    ),
    "how soon, in brackets behind an item": (
        RESPONSE,
        "# Mill\n\n## Priority grid\n\n1. **Critical** (Immediate Attention Required)\n   - No flour\n\n"
        "2. **High** (Within 3 hours)\n   - Little flour\n\n3. **Low** (at the yearly meeting)\n   - Dust\n",
        "Critical now, High 3h, Low -",
    ),
    "brackets that tell what happened, or bring in somebody": (
        RESPONSE,
        "# Mill\n\n## Severities\n\n### P1 (standing > 1 hour)\n\nNo flour.\n\n"
        "### P2 - immediate escalation\n\nLittle flour.\n",
        "P1 -, P2 -",
    ),
    "targets under an item that says what they are for": (
        ACK,
        f"{CODES}## Good habits\n\n1. **Acknowledge the bell at once**\n   - Target: <3 minutes for SEV1/SEV2\n"
        "   - Target: <20 minutes for SEV3\n2. **Write it down**\n   - Target: 5 minutes for SEV1\n",
        "SEV1 3m, SEV2 3m, SEV3 20m",
    ),
    "a column of MTTA": (
        ACK,
        "# Mill\n\n## Severities\n\n| Severity | Meaning | MTTA goal |\n|---|---|---|\n"
        "| Sev1 | stands | ≤ 4 minutes |\n"
        "| Sev2 | slow | ≤ 25 minutes |\n",
        "Sev1 4m, Sev2 25m",
    ),
    "acknowledging as a step or an agreement": (
        ACK,
        "# Mill\n\n## Severities\n\n### P1: Stands\n\n**Response**:\n1. Acknowledge within 4 minutes\n"
        "2. Ring Ida\n\n"
        "### P2: Slow\n\n**SLA**: Acknowledge within 20 minutes, resolve within 3 hours\n",
        "P1 4m, P2 20m",
    ),
    "teams for recovery that are brought in are no end": (
        RESOLUTION,
        "# Mill\n\n## Severities\n\n### P1 - Critical\n\n- Engage the whole recovery crew within 20 minutes\n\n"
        "### P2 - High\n\n- Recover the mill within 5 hours\n",
        "P1 -, P2 5h",
    ),
    "a patch is an end": (
        RESOLUTION,
        "# Mill\n\n## Severities\n\n### P1\n\n- **Response**: Patch within 2 days\n\n### P2\n\n"
        "- **Response**: patched within 9 days\n",
        "P1 2d, P2 9d",
    ),
    "a line that leads to a fence": (
        UPDATE,
        f"{CODES}## Telling\n\nWrite an update every 25 minutes for SEV1/SEV2:\n\n```\nMill is [state]\n```\n\n"
        "The owners get an update every 2 hours in a SEV1.\n",
        "SEV1 25m, SEV2 25m, SEV3 -",
    ),
    "severities that follow each other in one line": (
        RESPONSE,
        "# Mill\n\n## Response times\n\nP1: response within 40 minutes, day or night. P2: response within 3 hours. "
        "P3: looked at some day.\n",
        "P1 40m, P2 3h, P3 -",
    ),
    "a fence of grades, each with its time in brackets and its branches": (
        RESPONSE,
        "# Mill\n\n## Severity grades\n\n```\nP1 - CRITICAL (Response: < 9 min):\n├── No flour\n└── Fire\n\n"
        "P2 - HIGH (Response: < 2 hours):\n└── Little flour\n```\n",
        "P1 9m, P2 2h",
    ),
    "a fence of updates, each severity's under its own row": (
        UPDATE,
        f"{CODES}## How often we tell\n\n```\nGrave (SEV1):\n- Status updates every 25 minutes\n"
        "- The baker every 3 hours\n\nLess grave (SEV2):\n- Daily status updates\n```\n",
        "SEV1 25m, SEV2 1d, SEV3 -",
    ),
    "at once in brackets among other words": (
        RESPONSE,
        "# Mill\n\n## Triage\n\n- **SEV-1**: No flour. (Response: Immediate, everybody)\n"
        "- **SEV-2**: Little. (Response: < 25 mins)\n",
        "SEV-1 now, SEV-2 25m",
    ),
    "a table of phases under a severity": (
        ACK,
        "# Mill\n\n## Severity\n\n### P0 - Critical\n\n| Phase | Time goal | Done |\n|---|---|---|\n"
        "| Acknowledgment | ≤ 10 minutes | bell rung |\n| Resolution | ≤ 5 hours | flour |\n\n"
        "### P1 - High\n\n| Phase | Time goal | Done |\n|---|---|---|\n| Acknowledgment | ≤ 2 hours | bell |\n",
        "P0 10m, P1 2h",
    ),
    "by when mitigation starts, or is done beside an end without a time": (
        RESOLUTION,
        "# Mill\n\n## SLA\n\n| Severity | Mitigate start | Resolve by |\n|---|---|---|\n"
        "| SEV1 | 20 min | as soon as we can |\n| SEV2 | 2 hours | 4 business days |\n",
        "SEV1 -, SEV2 4d",
    ),
    "alerts inside the house are no updates": (
        UPDATE,
        f"{CODES}## Communication times\n\n| Event | SEV1 | SEV2 |\n|---|---|---|\n"
        "| Internal alert | < 10 min | < 1 hour |\n"
        "| Further updates | every 40 min | when it changes |\n",
        "SEV1 40m, SEV2 -, SEV3 -",
    ),
    "during which severity, in another clause": (
        UPDATE,
        f"{CODES}## The scribe\n\nPost status updates in the chat (about every 25 min), saying how it goes during "
        "SEV1 incidents.\n",
        "SEV1 25m, SEV2 -, SEV3 -",
    ),
    "during which severity, where there are two periods": (
        UPDATE,
        f"{CODES}## The scribe\n\nStatus updates go out every hour, and every 10 minutes during a SEV1.\n",
        "SEV1 10m, SEV2 -, SEV3 -",
    ),
    "levels of people in columns beside severities": (
        ACK,
        "# Mill\n\n## Severity and tiers\n\n### SEV1\n\n| Metric | L1 | L2 |\n|---|---|---|\n"
        "| Ack SLA | 5 min | 10 min |\n\n### SEV2\n\n| Metric | L1 | L2 |\n|---|---|---|\n"
        "| Ack SLA | 15 min | 30 min |\n",
        "SEV1 -, SEV2 -",
    ),
    "columns of targets, each a severity's": (
        ACK,
        "# Mill\n\n| Metric | Sev-1 target | Sev-2 target |\n|---|---|---|\n| Time to detect | 2 min | 3 min |\n"
        "| Time to acknowledge | < 4 min | < 20 min |\n\n## Severity\n\n### Severity 1 (Critical) - P0\n\n"
        "**Definition**: no flour\n\n### Severity 2 (High) - P1\n\n**Definition**: little flour\n",
        "Severity 1 4m, Severity 2 20m",
    ),
    "a column that its heading explains": (
        RESOLUTION,
        f"{CODES}### Resolution targets\n\n| Severity | Target | Escalation |\n|---|---|---|\n"
        "| SEV1 | 40 minutes | Ida |\n| SEV2 | 3 hours | - |\n",
        "SEV1 40m, SEV2 3h, SEV3 -",
    ),
    "a column that its heading explains, in a report": (
        RESOLUTION,
        f"{CODES}### Resolution times this spring\n\n| Severity | Target | Actual |\n|---|---|---|\n"
        "| SEV1 | 40 minutes | 35 minutes |\n| SEV2 | 3 hours | 2 hours |\n",
        "SEV1 -, SEV2 -, SEV3 -",
    ),
    "severities behind a sentence of their own": (
        UPDATE,
        "# Mill\n\n## Telling\n\n**Update rhythm.** SEV1: every 15-25 min; SEV2: every 40 min; SEV3: hourly. "
        "Keep it.\n",
        "SEV1 25m, SEV2 40m, SEV3 1h",
    ),
    "what counts from the end is no end": (
        RESOLUTION,
        f"{CODES}## SEV1\n\n- Last message: within 20 hours of resolution\n- Fix: within 6 hours\n",
        "SEV1 6h, SEV2 -, SEV3 -",
    ),
    "how long trouble has lasted is no time to respond": (
        RESPONSE,
        "# Mill\n\n## Severities and response times\n\n- SEV1 (stones slow, or warm for >25 minutes): ring\n"
        "- SEV2: answer within 3 hours\n",
        "SEV1 -, SEV2 3h",
    ),
    "by when it is remedied": (
        RESOLUTION,
        "# Mill\n\n## Severities\n\n- SEV1: no flour\n  - SLA: ring Ida, remediate within 3-5 hours\n"
        "- SEV2: little flour\n  - SLA: remediate within 2 days\n",
        "SEV1 5h, SEV2 2d",
    ),
    "moments as labels of what is done": (
        ACK,
        "# Mill\n\n## Severities\n\n- **P1 (Critical)**\n  - T+4m: Acknowledge; note it down\n  - T+20m: Ring Ida\n"
        "- **P2 (High)**\n  - Within 25 minutes: acknowledge\n",
        "P1 4m, P2 25m",
    ),
    "a condition on a fix that is not there": (
        RESOLUTION,
        f"{CODES}## Releases\n\n4. Go back to the old stones if SEV1 and fix isn't obvious in 20 minutes\n",
        "SEV1 -, SEV2 -, SEV3 -",
    ),
    "a stretch of the response": (
        RESOLUTION,
        f"{CODES}## What to do\n\n### SEV1: the mill stands\n\n1. **Look** at the stones\n\n"
        "2. **Immediate Mitigation** (minute 5-15):\n\n   - Grease the stones\n",
        "SEV1 -, SEV2 -, SEV3 -",
    ),
    "what follows the triage": (
        RESPONSE,
        "# Mill\n\n## Severities\n\n| Severity | Response SLA |\n|---|---|\n"
        "| SEV1 | Triage: 1 hour, Investigate: 4 hours |\n| SEV2 | Investigate: 5 hours |\n",
        "SEV1 -, SEV2 5h",
    ),
    "by when somebody is told is no time to respond": (
        RESPONSE,
        f"{CODES}## Telling the baker\n\n| Severity | Notification SLA |\n|---|---|\n| SEV1 | 20 minutes |\n"
        "| SEV2 | 2 hours |\n",
        "SEV1 -, SEV2 -, SEV3 -",
    ),
}


@pytest.mark.parametrize("case", ONE_CLOCK)
def test_one_clock(case: str) -> None:
    clock, text, expected = ONE_CLOCK[case]
    assert clocks(text, clock) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "## Severities\n\n**P1 (Critical)**:\n- Stands\n\n**P2 (High)**:\n- Slow\n\n"
            "**P3/P4 (Medium/Low) - by day**:\n- Dust\n",
            {"P1": "Critical", "P2": "High", "P3": "Medium", "P4": "Low"},
        ),
        (
            "## Bells\n\n- **P0 (Critical)**: ring\n- **P1 (High)**: write\n\n## Times\n\nA P0 is answered "
            "in 5 minutes, a P1 in an hour.\n",
            {"P0": "Critical", "P1": "High"},
        ),
        ("## Severities\n\n- P1: stands\n- P2: slow\n\n## P1/P2 calls\n\nRing Ida.\n", {"P1": None, "P2": None}),
    ],
)
def test_labels_and_severities_that_share_a_title(text: str, expected: dict[str, str | None]) -> None:
    assert labels(f"# Mill\n\n{text}") == expected

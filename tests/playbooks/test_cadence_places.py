"""How often people are told how an incident stands, from every place that says so; and rhythms of other things."""

import pytest

from sirenbook.playbook.compile import compile_playbook

SCALE = "# Mill\n\n## Severities\n\n- P1 (Critical): the mill stands\n- P2 (High): dust\n- P3 (Low): a squeak\n\n"
WORDS = (
    "# Mill\n\n## Severities\n\n### Critical\n\nThe mill stands.\n\n### High\n\nDust.\n\n### Low\n\nA squeak.\n\n"
)


def rhythms(text: str) -> str:
    """The minutes between updates of every severity that has some."""
    found = compile_playbook([("p.md", text)]).severities
    return ", ".join(f"{s.name} {s.update.seconds // 60}" for s in found if s.update)


TOLD = {
    "items under one that announces them": (
        SCALE
        + "## Response\n\n1. **Update Cadence**\n   - P1: every 10 min updates; P2: every 40 min; P3: hourly\n",
        "P1 10, P2 40, P3 60",
    ),
    "a column of how often": (
        SCALE + "## Talking\n\n| What | Who | Frequency |\n|---|---|---|\n"
        "| Word to the baker | Ida | Every 10 min (P1), every 2h (P2) |\n",
        "P1 10, P2 120",
    ),
    "bare times in a column of how often": (
        SCALE
        + "## Talking\n\n| Where | Who | Cadence |\n|---|---|---|\n| #mill | Ida | P1: 10 min / P2: 40 min |\n",
        "P1 10, P2 40",
    ),
    "bare times in brackets, beside those of a first word": (
        SCALE
        + "## Talking\n\n1. Post a first notice (P1: 5 min; P2: 20 min)\n2. Post updates (P1: 10 min; P2: 2 h)\n",
        "P1 10, P2 120",
    ),
    "a row that begins with its rhythm": (
        SCALE + "## P2 timeline\n\n| Time | What | Who |\n|---|---|---|\n| 0-5 min | Bell rings | Robot |\n"
        "| **Every 40 min** | Status update to the baker | Ida |\n| Weekly | Grease the stones | Bo |\n",
        "P2 40",
    ),
    "a comment between commands that names its severities": (
        SCALE + "## Talking\n\n```bash\n# Post updates (every 10 minutes for P1/P2)\n./tell.sh --all\n```\n",
        "P1 10, P2 10",
    ),
    "a row of a drawing": (
        SCALE + "## Escalation\n\n```\n0 min   -- Bell rings\n"
        "Ongoing -- Updates every 2 hours (P1) or 12 hours (P2)\n```\n",
        "P1 120, P2 720",
    ),
    "a heading of a severity's own procedure": (
        SCALE + "## 3. P1 response procedure\n\n### 3.1 Detect\n\n- Bell\n\n"
        "### 3.5 Communicate (T+15 min, then every 40 min)\n\n- Tell the baker\n",
        "P1 40",
    ),
    "a bold line over a message under a severity's heading": (
        SCALE + "## What to do in a P1\n\n### Step 4: Communication\n\n**Updates (every 10-40 min):**\n\n"
        "```\nP1 UPDATE\nStatus: [status]\n```\n",
        "P1 40",
    ),
    "a list in a fence under a heading of critical incidents": (
        WORDS + "## What to do\n\n### Critical incident response\n\n```\n1. [ ] Inside\n"
        "     - Establish status update cadence (every 40 min)\n```\n\n"
        "### High incident response\n\n- Provide status updates every 2 hours until resolved\n",
        "Critical 40, High 120",
    ),
    "what holds during incidents": (
        SCALE + "## Signs of success\n\n- Status updates are posted every 10 minutes during active incidents.\n",
        "P1 10, P2 10, P3 10",
    ),
    "a line that is labelled as updates, before one that only says when": (
        SCALE + "## Talking\n\n- **Status updates**: Every 40 minutes\n\n## Communication\n\n"
        "- Every 10 minutes during incidents\n",
        "P1 40, P2 40, P3 40",
    ),
    "a heading that says when, over a message": (
        SCALE + "## Communication\n\n**During incident (every 40 minutes):**\n\n```\nWe look at it.\n```\n",
        "P1 40, P2 40, P3 40",
    ),
    "a comment that says when": (
        SCALE + "## Status updates\n\n```bash\n# Every 40 minutes during active incident\n./tell.sh\n```\n",
        "P1 40, P2 40, P3 40",
    ),
}
OTHERS = {
    "what runs by itself": "## P1 jobs\n\n| Time | What |\n|---|---|\n| Hourly | Update of the cache |\n",
    "what is done for another reason": "## P1\n\n| Time | What |\n|---|---|\n| Weekly | Grease the stones |\n",
    "a comment of a script": "## Tools\n\n```bash\n# P1 checks run every 10 minutes\n./check.sh\n```\n",
    "one failure's rhythm": "## Flood\n\n### Data loss\n\n- **Updates:** every 10 minutes\n",
    "a vendor's rhythm": "## Help\n\nThe vendor sends updates every 30 minutes during incidents.\n",
    "what is told when the duty changes": "## Handover\n\n- Provide updates every 8 hours during incidents\n",
    "what is told of products": "## Communication\n\n- Post product updates every 2 weeks\n",
    "rotation during incidents": "## Duty\n\nRotate the lead every 4 hours during incidents.\n",
    "a column of how often somebody looks": (
        "## P1 procedure\n\n| Look at | Frequency |\n|---|---|\n| Stones | Every 10 min |\n"
    ),
    "a column of how often things are saved": (
        "## Backups\n\n| What | Frequency |\n|---|---|\n| Backup of the books | Every 2 hours (P1) |\n"
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_how_often_people_are_told(case: str) -> None:
    text, expected = TOLD[case]
    assert rhythms(text) == expected


@pytest.mark.parametrize("case", OTHERS)
def test_rhythms_of_other_things(case: str) -> None:
    assert rhythms(SCALE + OTHERS[case]) == ""

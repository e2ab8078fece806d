"""Runbooks that stand beside others of their kind, and headings beside them that are none, each for one rule."""

import pytest

from playbooks.test_house_styles import FENCE, SCALE, runbooks
from sirenbook.playbook.compile import compile_playbook

BOLD_PARTS = "- **Immediate actions**: the sluice\n- **Investigation**: the wheel\n- **Resolution**: new grease\n\n"

FOUND = {
    "failures whose steps are numbered in a fence": (
        "## Resolution Procedures\n\n### Wheel connection issues\n\n```\n1. Check the axle\n2. Grease it\n```\n\n"
        "### High error rates\n\n```\n1. Count the sacks\n2. Ask the miller\n```\n",
        {"Wheel connection issues": 0, "High error rates": 0},
    ),
    "failures whose parts stand in a fence": (
        "## Common incidents\n\n#### Wheel outage\n\n```\nSymptoms: no flour\nCheck: the sluice\n"
        "Action: open it\n```\n\n#### High error rate\n\n```\nSymptoms: wrong sacks\nAction: count again\n```\n",
        {"Wheel outage": 0, "High error rate": 0},
    ),
    "checklists against failures": (
        "## Mitigation checklist\n\n### Wheel down\n\n- [ ] Check the sluice\n- [ ] Call the smith\n\n"
        "### Sacks stuck\n\n- [ ] Open the hatch\n- [ ] Remove the torn sack\n",
        {"Wheel down": 0, "Sacks stuck": 0},
    ),
    "what a table of alerts points to": (
        "## Alert response\n\n| Alert | Runbook section |\n|---|---|\n| WheelSlow | [Grease](#grease-check) |\n"
        f"| SackWet | [Drying](#sack-drying) |\n\n## Grease check{FENCE}## Sack drying{FENCE}",
        {"Grease check": 1, "Sack drying": 1},
    ),
    "failures behind their severities": (
        "## Sev-1: Flour sent to a stranger\n\n1. Stop the cart\n2. Ask for it back\n\n"
        f"## Sev-1: Ledger does not add up{FENCE}## Sev-2: Wheel turned wrong{FENCE}",
        {"Sev-1: Flour sent to a stranger": 0, "Sev-1: Ledger does not add up": 1, "Sev-2: Wheel turned wrong": 1},
    ),
    "commands listed under causes and their fixes": (
        f"## Runbooks\n\n### Mill down\n\n**Diagnosis:**{FENCE}**Common Causes & Fixes:**\n\n"
        "1. **Wet:**\n   ```bash\n   kubectl get pods\n   ```\n\n"
        "2. **Worn:**\n   ```bash\n   kubectl get nodes\n   ```\n\n",
        {"Mill down": 3},
    ),
    "a failure against which only code is shown": (
        f"## Repairs\n\n#### Wheel stuck{FENCE}#### Partner outage\n\n```typescript\nuse('second');\n```\n\n",
        {"Wheel stuck": 1, "Partner outage": 0},
    ),
    "each of several playbooks, whatever its phases are called": (
        f"## 2. Wheel Outage Playbook\n\n### 2.1 Detection\n\n#### Failed wheel checks{FENCE}"
        f"### 2.2 Resolution\n\n#### Wheel recovery procedures{FENCE}"
        f"## 3. Theft Incident Playbook\n\n### 3.1 Containment\n\n#### Emergency locks{FENCE}",
        {"Wheel Outage Playbook": 2, "Theft Incident Playbook": 1},
    ),
    "one playbook in prose beside another": (
        "## Playbooks by category\n\n### 7.1 Flour Theft Response Playbook\n\n"
        "#### Immediate actions\n\n- Lock up\n\n"
        "### 7.2 Plague Response Playbook\n\n#### Immediate actions\n\n- Close the doors\n",
        {"Flour Theft Response Playbook": 0, "Plague Response Playbook": 0},
    ),
    "the scenarios of a failover": (
        f"## Runbook for the worst\n\n### Sluice failover\n\n#### Scenario 1: Gate failure{FENCE}"
        f"#### Scenario 2: Rope corruption{FENCE}",
        {"Scenario 1: Gate failure": 1, "Scenario 2: Rope corruption": 1},
    ),
    "failures in bold whose lists are labelled as parts": (
        f"## Common incident patterns\n\n**Sluice Performance Issues**\n{BOLD_PARTS}"
        f"**Wheel Degradation**\n{BOLD_PARTS}**Door Issues**\n{BOLD_PARTS}",
        {"Sluice Performance Issues": 0, "Wheel Degradation": 0, "Door Issues": 0},
    ),
    "failures in bold under kinds of incidents": (
        "## Technical response procedures\n\n### Mill incidents\n\n**Sluice unavailable:**\n\n1. Open the gate\n"
        "2. Look at the wheel\n\n**Wheel crashes:**\n\n1. Stop it\n2. Turn it back\n\n"
        "### Yard incidents\n\n**Gate errors:**\n\n1. Open the bar\n2. Call the smith\n\n"
        "**Cart down:**\n\n1. Stop it\n2. Move it\n",
        {"Sluice unavailable": 0, "Wheel crashes": 0, "Gate errors": 0, "Cart down": 0},
    ),
    "issues of a thing with commands, by a heading of their own": (
        f"## On-call\n\n- The miller\n\n## Sluice issues\n\n1. Look\n{FENCE}## Known issues\n\n- None\n",
        {"Sluice issues": 1},
    ),
    "failures numbered with a dash": (
        "## 3 — Response procedures\n\n### 3.1 — Sluice outage\n\n1. Open the gate\n2. Look at the wheel\n\n"
        "### 3.2 — Wheel crash\n\n1. Stop it\n2. Turn it back\n",
        {"Sluice outage": 0, "Wheel crash": 0},
    ),
    "numbered sentences over the commands of a fence without a language": (
        "## Runbooks\n\n### Wheel down\n\n```\n1. Look at the wheel:\n   kubectl get pods -n mill\n\n"
        "2. Count the sacks:\n   SELECT count(*) FROM sacks;\n\n3. If it is stuck, turn it:\n"
        "   kubectl rollout restart deployment/wheel \\\n     -n mill\n```\n",
        {"Wheel down": 3},
    ),
}
NONE = {
    "severities told in parts": (
        "## Severity definitions\n\n### P0 - Critical (response: <15 min)\n\n**Symptoms:**\n- Still\n\n"
        "**Actions:**\n1. Page everyone\n2. Open a room\n\n### P1 - High (response: <30 min)\n\n"
        "**Symptoms:**\n- Slow\n\n**Actions:**\n1. Look\n2. Write it down\n"
    ),
    "variables": f"## Runbooks\n\n### Critical variables (the mill won't start without)\n{FENCE}",
    "questions and answers": "## FAQ and troubleshooting\n\n### Q: What if it is stuck?\n\n1. Look\n2. Ask\n",
    "tests of what would fail": (
        "## Quarterly test\n\n### Test scenarios\n\n"
        "1. **Sluice failure simulation**\n   - Close the gate\n   - Wait\n\n"
        "2. **Wheel failover test**\n   - Stop the wheel\n   - Wait\n"
    ),
    "how the response goes": (
        "## Incident response process\n\n### Step-by-step response\n\n#### 1. Detection\n\n- A bell\n\n"
        f"#### 2. Investigation\n{FENCE}"
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_every_one_of_its_kind_is_found_with_its_commands(name: str) -> None:
    text, found = FOUND[name]
    assert {t: sum(commands.values()) for t, commands in runbooks(SCALE + text).items()} == found


@pytest.mark.parametrize("name", NONE)
def test_what_stands_beside_them_is_none(name: str) -> None:
    assert runbooks(SCALE + NONE[name]) == {}


def test_a_table_of_alerts_says_which_runbook_answers_each() -> None:
    text = (
        "## Alert response\n\n| Alert | Severity | Runbook section |\n|---|---|---|\n"
        "| `WheelSlow` | P1 | [Grease](#grease-check) |\n| FLTWetSacks | P0/P1 | Sack drying |\n"
        "| OwlHoots | P0 | None |\n\n"
        f"## Grease check{FENCE}## Sack drying{FENCE}"
    )
    alerts = compile_playbook([("p.md", SCALE + text)]).alerts
    assert [(a.name, a.severity, a.runbook) for a in alerts] == [
        ("WheelSlow", "P1", "Grease check"),
        ("FLTWetSacks", None, "Sack drying"),
        ("OwlHoots", "P0", None),
    ]

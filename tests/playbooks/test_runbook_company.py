"""Runbooks told by the headings beside and above them, and what stands among runbooks and is none."""

import pytest

from playbooks.test_house_styles import FENCE, SCALE, runbooks

ORDERS = "1. Stop the wheel\n2. Close the gate\n3. Call the smith\n\n"
SIGNALS = "### Detection Signals\n\n- Still\n- Mute\n\n"

FOUND = {
    "one of those with the same code, whatever its other words mean": (
        f"## Type A: Sluice outage{FENCE}## Type B: Wheel crash{FENCE}## Type C: Mice during training{FENCE}",
        {"Type A: Sluice outage": 1, "Type B: Wheel crash": 1, "Type C: Mice during training": 1},
    ),
    "one with the headings of the one beside it": (
        f"## Sluice Outage Response\n\n{SIGNALS}### Triage steps\n{FENCE}### Owners\n\n- The miller\n\n"
        f"## Grain Regression Response\n\n{SIGNALS}### Triage steps\n{FENCE}### Owners\n\n- The baker\n\n"
        f"### Mending\n\n#### A. Door failure{FENCE}",
        {"Sluice Outage Response": 1, "Grain Regression Response": 2},
    ),
    "a program that fails": (
        f"## Known failures\n\n### Sluice outage{FENCE}### Sorting process failure{FENCE}",
        {"Sluice outage": 1, "Sorting process failure": 1},
    ),
    "a severity in brackets behind a failure": (
        f"## SEV-1: Mill outage (Immediate)\n\n{ORDERS}## SEV-2: Mill degraded (High Priority)\n\n"
        f"### Symptoms\n\n- Slow\n\n### Response\n\n{ORDERS}",
        {"SEV-1: Mill outage (Immediate)": 0, "SEV-2: Mill degraded (High Priority)": 0},
    ),
    "severities of which half name a failure": (
        f"## P0: Flour data breach\n\n{ORDERS}## P1: Door left open\n\n{ORDERS}",
        {"P0: Flour data breach": 0, "P1: Door left open": 0},
    ),
    "what is numbered as a type of incident": (
        "## Incident Type 1: Flour exfiltration\n\n### Signals\n\n| Sign | At |\n|---|---|\n| Dust | Yard |\n\n"
        f"### Initial Triage\n\n{ORDERS}",
        {"Incident Type 1: Flour exfiltration": 0},
    ),
    "what breaks, in the words of a small team": (
        f"## stuff that breaks\n\n### gate goes sideways{FENCE}### owl in the loft{FENCE}",
        {"gate goes sideways": 1, "owl in the loft": 1},
    ),
    "a symptom as it is reported": (
        f'## Commands by symptom\n\n### "No flour today"{FENCE}### "The bell is mute"{FENCE}',
        {'"No flour today"': 1, '"The bell is mute"': 1},
    ),
    "steps that are drawn in a fence, among failures": (
        f"## Contain\n\n### Sluice stuck{FENCE}### Gate stuck{FENCE}### Suspected theft of keys\n\n"
        "```text\n1. Mill house → new key\n2. Old key → melt it\n```\n\n",
        {"Sluice stuck": 1, "Gate stuck": 1, "Suspected theft of keys": 0},
    ),
    "remarks that number what is done": (
        "## Answers\n\n### Procedure: Baker locked out\n\n"
        "```bash\n# 1. Open the back door\n# 2. Fetch the keys\n```\n\n",
        {"Procedure: Baker locked out": 0},
    ),
    "a procedure whose steps have headings": (
        "## Runbooks\n\n### Emergency Shutdown\n\n#### When to use\n\n- Fire\n\n#### Procedure\n\n"
        f"##### 1. Halt the wheel (0-2 minutes){FENCE}##### 2. Gradual start\n\n{ORDERS}",
        {"Emergency Shutdown": 1},
    ),
    "a failure with a strategy for its repair": (
        f"## Wheel failure\n\n### Assessment\n{FENCE}### Recovery Strategy\n\n**If the axle holds:**{FENCE}",
        {"Wheel failure": 2},
    ),
    "a remedy told step by step for each thing": (
        f"## LEVEL 3 — Rollback of the mill\n\n### Step-by-step: Rollback of the wheel{FENCE}"
        f"### Step-by-step: Rollback of the gate{FENCE}",
        {"LEVEL 3 — Rollback of the mill": 2},
    ),
    "databases that are mended by hand": (
        f"## Incident response procedures\n\n### Mitigation actions\n\n#### Manual repair procedures\n\n"
        f"##### Ledger recovery{FENCE}",
        {"Ledger recovery": 1},
    ),
    "a remedy without further words": (
        f"## 2. Delivery and repair\n\n### 2.1 Deliver{FENCE}### 2.2 Rollback (immediate){FENCE}",
        {"Rollback (immediate)": 1},
    ),
    "lettered ways in a phase": (
        "## Incident response\n\n### Phase 3: Mitigation (15-60 minutes)\n\n"
        f"#### Phase 3a: Emergency rollback{FENCE}#### Phase 3b: Open the second gate{FENCE}",
        {"Phase 3a: Emergency rollback": 1, "Phase 3b: Open the second gate": 1},
    ),
    "a kind of failures, deeper than a chapter": (
        f"## Looking closer\n\n### Sluice and gate issues{FENCE}### Where to look{FENCE}",
        {"Sluice and gate issues": 1},
    ),
    "rollbacks within the response": (
        f"## Incident response process\n\n### Rollback procedures\n\n**Wheel off:**{FENCE}",
        {"Rollback procedures": 1},
    ),
    "what stops everything at once": (
        f"## Quick actions\n\n### Kill-switch (P0 only){FENCE}### Circuit breaker{FENCE}"
        f"### Emergency: Fall back to the old wheel{FENCE}",
        {"Kill-switch (P0 only)": 1, "Circuit breaker": 1, "Emergency: Fall back to the old wheel": 1},
    ),
    "failures at each severity, one of them in words of another part": (
        f"## P0 - Critical: Mill stopped\n\n### Sluice stuck{FENCE}### Wheel crash{FENCE}"
        "## P3 - Low: Small things\n\n### Mouse dashboard not loading\n\n- Wait\n- Look again\n\n"
        "### Flour dust grows\n\n- The cat sees to it\n- Sweep on Friday\n",
        {"Sluice stuck": 1, "Wheel crash": 1, "Mouse dashboard not loading": 0, "Flour dust grows": 0},
    ),
    "the answer to a failure behind its severity": (
        "## Response procedures by incident type\n\n"
        f"### P0 Critical: Flour breach response\n\n#### Phase 1: Contain\n\n{ORDERS}",
        {"P0 Critical: Flour breach response": 0},
    ),
    "failures numbered above their commands": (
        f"## Common issues and solutions\n\n1. Sluice connection issues\n{FENCE.strip()}\n\n"
        f"2. Wheel performance issues\n{FENCE.strip()}\n",
        {"Sluice connection issues": 1, "Wheel performance issues": 1},
    ),
    "failures in bold within the common actions": (
        "## Phase 2: Mitigation\n\n1. **Meet**\n   - In the loft\n\n2. **Common response actions**\n\n"
        "   **Sluice outage:**\n   ```bash\n   kubectl get pods\n   ```\n\n"
        "   **Gate issues:**\n   ```bash\n   kubectl get nodes\n   ```\n",
        {"Sluice outage": 1, "Gate issues": 1},
    ),
    "an experiment that fails, under procedures of its own": (
        f"## Mouse hunt specific procedures\n\n### When a hunt fails{FENCE}",
        {"When a hunt fails": 1},
    ),
    "a protocol for a kind of incident": (
        "## Child safety incident protocol\n\n### At once\n\n1. Fetch the nurse\n2. Write it down\n",
        {"Child safety incident protocol": 0},
    ),
    "a procedure behind its number": (
        "## Response procedures\n\n### 4.3 Procedure: Baker taken over (A2)\n\n"
        "```bash\n# 1. Open the back door\n# 2. Fetch the keys\n```\n\n",
        {"Procedure: Baker taken over (A2)": 0},
    ),
    "remedies beside one another under a prevention": (
        f"## Emergency procedures\n\n### Data loss prevention\n\n"
        f"#### Spare ledger on{FENCE}#### Page rollback{FENCE}",
        {"Spare ledger on": 1, "Page rollback": 1},
    ),
    "a title that ends in a colon": (
        f"## Troubleshooting\n\n### Sluice issues:{FENCE}### Security incident response:{FENCE}",
        {"Sluice issues": 1, "Security incident response": 1},
    ),
    "a page in Markdown with commands within": (
        "## On-call runbooks\n\n### Runbook 1: Mill down\n\n```markdown\n# Mill down\n\n1. Look\n2. Wait\n"
        f"{FENCE.strip()}\nThen rest.\n```\n\n### Runbook 2: Gate down{FENCE}",
        {"Runbook 1: Mill down": 1, "Runbook 2: Gate down": 1},
    ),
}
NONE = {
    "goals among recoveries": "## Disaster recovery\n\n### Goals\n\n- RTO: 4 hours\n- RPO: one hour\n",
    "triggers among recoveries": "## Mill recovery\n\n### Failover reasons\n\n- The dam broke\n- The river froze\n",
    "a list of runbooks": "## Appendix: Runbooks\n\n### By service\n\n- Wheel runbook\n- Gate runbook\n",
    "links to runbooks": "## Quick links to runbooks\n\n### Wheel\n\n- [Stuck](a.md)\n- Slow: see the book\n",
    "how runbooks are kept": f"## Runbook organization\n\n### Check the shelf{FENCE}### Check the ladder{FENCE}",
    "which runbooks there must be": "## Runbook references\n\n### Due\n\n- Add one for the wheel\n- Keep one\n",
    "kinds among scenarios": (
        "## Disaster scenarios\n\n### Scenario Classification\n\n#### Level 1: Wheel\n\n- Creaks\n\n"
        f"#### Level 2: Gate\n\n{ORDERS}"
    ),
    "how failures are noticed": f"## Detection and Alerting\n\n### Alert conditions\n\n- Hush\n\n### Look\n{FENCE}",
    "how errors are counted": f"## Error Tracking\n\n### Signs\n\n- Dust\n\n### Setup\n{FENCE}",
    "how failures are kept away": f"## Preventing common incidents\n\n**Wheel timeouts:**\n\n{ORDERS}",
    "the tasks of a routine": f"## Stores\n\n### Loft maintenance runbook\n\n#### Sweep the floor{FENCE}",
    "a picture of how alerts go": (
        "## Alert response\n\n### Sorted bells\n\n```mermaid\ngraph LR\n  A --> B\n```\n\n"
        "### Priority of bells\n\n- Door\n- Gate\n"
    ),
    "phases of the response": (
        f"## Response procedures\n\n### 1. Detection\n\n- Bell\n\n### 2. Containment\n\n**Immediate actions:**\n\n"
        f"{ORDERS}**Rollback:**{FENCE}### 3. Resolution\n\n- Look\n"
    ),
    "the answer to all of a severity": (
        f"## Response procedures\n\n### Critical incidents (P0)\n\n**Immediate actions:**\n\n{ORDERS}"
        f"**Investigation:**\n\n{ORDERS}"
    ),
    "what clocks mean": (
        "## SLAs\n\n### SLA Definitions\n\n**Initial response:**\n- Seen\n\n**Investigation:**\n- Known\n"
    ),
    "a step in bold": "## Recovery\n\n**Step 2: Full look around:**\n\n1. Look at the wheel\n2. Look at the gate\n",
}


@pytest.mark.parametrize("name", FOUND)
def test_a_procedure_is_known_by_its_company(name: str) -> None:
    text, found = FOUND[name]
    assert {t: sum(commands.values()) for t, commands in runbooks(SCALE + text).items()} == found


@pytest.mark.parametrize("name", NONE)
def test_what_stands_among_procedures_may_be_none(name: str) -> None:
    assert runbooks(SCALE + NONE[name]) == {}


@pytest.mark.parametrize("title", ["Runbook: On-call guide", "Runbook: Incident response"])
def test_a_file_about_every_response_is_no_runbook(title: str) -> None:
    assert runbooks(f"# {title}\n\n## First minutes\n{FENCE}") == {}


def test_bullets_among_commands_are_none() -> None:
    fence = "```bash\n# Look at the wheel:\n- CPU of the mill\n- p95 of the bell\nuptime\n```\n"
    assert runbooks(f"{SCALE}## Runbooks\n\n### Mill stops\n\n{fence}") == {"Mill stops": {"shell": 1}}


def test_a_manual_announces_failures_and_no_tasks_deep_within() -> None:
    text = f"# Mill runbooks\n\n## Daily operations\n\n### Sweep{FENCE}## Shelf\n\n### Dust{FENCE}"
    text += f"### Wet outage{FENCE}"
    assert runbooks(text) == {"Wet outage": {"shell": 1}}

"""Small runbooks in many house styles, each for one rule by which a heading is a procedure, or is none."""

import pytest

from playbooks.test_house_styles import FENCE, SCALE, runbooks
from sirenbook.playbook.compile import compile_playbook


def counted(text: str) -> dict[str, int]:
    return {title: sum(commands.values()) for title, commands in runbooks(SCALE + text).items()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "## Known issues\n\n### Sluice issues\n\n"
            f"#### Water too high{FENCE}#### 500 Errors{FENCE}### Stone issues\n\n#### Container stuck{FENCE}",
            {"Water too high": 1, "500 Errors": 1, "Container stuck": 1},
        ),
        (
            "## Mill response procedures\n\n### 1. Investigation\n\nLook.\n\n### 3. Mitigation (15-60 min)\n\n"
            f"**Wheel down**:{FENCE}**Sluice issues**:{FENCE}**High load**:{FENCE}",
            {"Wheel down": 1, "Sluice issues": 1, "High load": 1},
        ),
        (f"## Contain\n\n### Suspected stolen sack{FENCE}", {"Suspected stolen sack": 1}),
        (
            "## Wheel stuck\n\n### Symptoms\n\n- No turning\n\n### Mitigation\n\n"
            f"**Gate down**:{FENCE}**Sluice full**:{FENCE}",
            {"Wheel stuck": 2},
        ),
        (
            "## Runbook: Common scenarios\n\n### Mouse plague\n\n"
            "1. Look: `ls /mill`\n2. Set traps\n3. Close the door\n\n"
            "### Wet sacks\n\n1. Open the windows\n2. Turn the sacks\n",
            {"Mouse plague": 0, "Wet sacks": 0},
        ),
        (
            "## Decision trees\n\n### Stones warm\n\n"
            "```\nWarmer than a hand?\n+-- Grease low?\n|   +-- Add grease\n```\n\n"
            "### Flour coarse\n\n```\nStones worn?\n+-- Gap wide?\n|   +-- Turn the screw\n```\n",
            {"Stones warm": 0, "Flour coarse": 0},
        ),
        (
            "## Failure Mode: Wheel stopped\n\n| Field | Detail |\n|---|---|\n| **Detection** | No turning |\n"
            "| **Investigation Steps** | Look at the sluice |\n| **Recovery** | Free it |\n",
            {"Failure Mode: Wheel stopped": 0},
        ),
        (
            "## Response procedures\n\n### Step 3: Mitigation\n\n#### Scenario 2: Sluice Issues\n\n"
            f"**Symptoms:** no water\n\n**Investigation:**{FENCE}**Mitigation:**{FENCE}",
            {"Scenario 2: Sluice Issues": 2},
        ),
        (
            "## Incident kinds\n\n### Kind types\n\n#### Type A: Mill outage\n- Wheel stands\n- No flour\n\n"
            "**RTO**: <15 minutes\n",
            {},
        ),
        (f"## Sluice issues\n\n#### Check the gate{FENCE}#### Gate stuck{FENCE}", {"Gate stuck": 1}),
        (
            f"## 3. Mitigation\n\n### Wheel crash{FENCE}### Dust issues{FENCE}### Sacks full{FENCE}"
            f"### Quota of the weigher{FENCE}### Check the roof{FENCE}",
            {"Wheel crash": 1, "Dust issues": 1, "Sacks full": 1, "Quota of the weigher": 1},
        ),
        (
            f"## Common problems\n\n### Dashboard returns 502{FENCE}### Dashboards{FENCE}",
            {"Dashboard returns 502": 1},
        ),
        (
            "## Response\n\n### Step 1: Look\n\nLook.\n\n### Step 2: Diagnosis\n\n#### Scenario A: Wheel failing"
            f"\n\n**Symptoms:**\n- No flour\n\n**Diagnosis:**{FENCE}**Fix:**\n- Oil it\n\n"
            "#### Scenario B: Tired miller\n\nLet him sleep.\n",
            {"Scenario A: Wheel failing": 1},
        ),
        (
            f"## Severity 1: Critical (Mill stands)\n\n### Scenario 1: Wheel broken{FENCE}"
            f"### Scenario 2: Stone cracked{FENCE}",
            {"Scenario 1: Wheel broken": 1, "Scenario 2: Stone cracked": 1},
        ),
        (
            f"## Rollback strategies\n\n### Rollback of a stone{FENCE}### Flag off{FENCE}",
            {"Rollback of a stone": 1, "Flag off": 1},
        ),
        (
            f"## Troubleshooting\n\n**1. Wheel down**{FENCE}**2. Stone stuck**{FENCE}**3. Rain on the sacks**"
            f"{FENCE}**4. Dust fails us**{FENCE}**Check the axle**{FENCE}**Notes**\n\nAsk.\n",
            {"Wheel down": 1, "Stone stuck": 1, "Rain on the sacks": 1, "Dust fails us": 1},
        ),
        (f"## Alerts\n\n### wheel_turns_low{FENCE}### Wheels{FENCE}", {"wheel_turns_low": 1}),
        (f"## Our tools\n\n### Error tracking{FENCE}### Failure injection{FENCE}", {}),
        (f"## Past incidents\n\n### Wheel down{FENCE}## 2025-03-02 Stone stuck{FENCE}", {}),
        (f"## Playbooks\n\n### Rollback policy{FENCE}### Stuck stone{FENCE}", {"Stuck stone": 1}),
        (f"## Keys\n\n### Rotate the door keys{FENCE}### Key sizes{FENCE}", {"Rotate the door keys": 1}),
        (
            f"## Phase 3: Mitigation\n\n### Rollback procedure{FENCE}### Options\n\n- Wait\n\n"
            f"## Wheel down\n\n### Look{FENCE}### Rollback procedure{FENCE}",
            {"Rollback procedure": 1, "Wheel down": 2},
        ),
        (
            "## Security incident procedures\n\n### Kinds\n\n#### Theft\n\n- Flour is gone\n\n"
            f"### Security response steps\n\n#### Immediate actions{FENCE}#### Investigation\n\n- Look\n",
            {"Security incident procedures": 1},
        ),
        (
            "## Incident handling\n\n### Mill incidents\n\n#### Wheel not turnable\n\n**Description**: it stands.\n"
            "**Steps**:\n1. Check the axle.\n2. Power cycle it.\n\n### Sluice incidents\n\n#### Gate opens late\n\n"
            "**Probable cause**: rust.\n**Steps**:\n1. Check it.\n2. Oil it.\n",
            {"Wheel not turnable": 0, "Gate opens late": 0},
        ),
        (
            "## Stolen sacks, broken door\n\n**Trigger:** a hole\n\n**First hour:**\n- Close it\n- Call the miller"
            "\n\n## Broken promises\n\n**Trigger:** a word\n\n**Then:**\n- It is bad\n- We grumble\n",
            {"Stolen sacks, broken door": 0},
        ),
        (
            f"## RB-01 Elastic red{FENCE}## Runbook “Low water”{FENCE}## Ribs 3{FENCE}",
            {"RB-01 Elastic red": 1, "Runbook “Low water”": 1},
        ),
        (
            f"## Metrics\n\n### Error latency{FENCE}## Looking\n\n### Error logs{FENCE}### Slow stone query{FENCE}"
            f"### Slow stones{FENCE}",
            {"Slow stones": 1},
        ),
        (
            f"## Scenarios\n\n### Privilege escalation{FENCE}### When to escalate\n\n- Late\n",
            {"Privilege escalation": 1},
        ),
        (
            "## How we go\n\n### Containment, eradication and recovery\n\n#### Flour recovery\n\n1. Sweep it\n"
            "2. Sieve it\n\n## Handling of attacks\n\n### Mice at night\n\n#### Containment\n\n- Shut the door\n\n"
            "#### Recovery\n\n- Open it\n\n### Moths\n\n#### Containment\n\n- Air the loft\n\n#### Recovery\n\n"
            "- Wait\n",
            {"Mice at night": 0, "Moths": 0},
        ),
        ("## On call\n\n### If you can't come\n\n1. Call the second\n2. Tell the lead\n", {}),
        ("## SLA exceeded\n\n1. Call the second\n2. Tell the lead\n", {}),
        (f"## 1. Detection\n\n### Failure indicators{FENCE}", {}),
        ("## Recovery checklist\n\n### For any incident\n\n- Look\n- Call\n", {}),
        (
            "## Runbooks\n\n### Runbook: Dust\n\n```\nSTEP 1: Look\n  → up\n\nSTEP 2: Sweep\n```\n",
            {"Runbook: Dust": 0},
        ),
        (
            "## Playbooks\n\n### Sluice failure\n\n```yaml\nkind: mill\nsteps:\n  1. Look\n```\n",
            {"Sluice failure": 0},
        ),
        (
            "## Runbooks\n\n### Failed sluice\n\nStop the wheel, then look at the gate.\n\n"
            "### Sacks\n\nThey are grey.\n",
            {"Failed sluice": 0},
        ),
        (
            f"## Troubleshooting\n\n### Common issues and solutions{FENCE}### The mill\n\n#### Common issues\n\n"
            f'**The wheel won\'t start**{FENCE}### Stone\n\n**Issue: "It is hot"**{FENCE}'
            f'**Issue: "It is wet"**{FENCE}',
            {"The wheel won't start": 1, 'Issue: "It is hot"': 1, 'Issue: "It is wet"': 1},
        ),
        (
            "## Common issues\n\n1. **Wheel failures:**\n   ```bash\n   oil\n   ```\n2. **Dust issues:**\n"
            "   ```bash\n   sweep\n   ```\n\n## Restart procedures\n\n1. **Restart the stone**\n   - Stop it\n"
            "   - Start it\n2. **Wheel recovery**\n   - Turn it\n   - Watch it\n\n"
            "## Handling\n\n1. **Wheel down**\n   - Look at it\n   - Oil it\n",
            {"Wheel failures": 1, "Dust issues": 1, "Restart the stone": 0, "Wheel recovery": 0},
        ),
        (
            f"## Rollback procedures\n\n**Stone rollback**{FENCE}**Wheel rollback**{FENCE}## Sluice\n\n"
            f"### Rollback procedures{FENCE}",
            {"Stone rollback": 1, "Wheel rollback": 1, "Rollback procedures": 1},
        ),
        (
            "## Common problems\n\n**Flour order fails:**\n1. Check the scales\n2. Call the shop\n",
            {"Flour order fails": 0},
        ),
        (
            "## Security incident response\n\n### Incident classification\n\n- Worse\n\n### Steps\n\n"
            "1. Look\n2. Call\n",
            {},
        ),
        (
            "## Mill issues\n\n### Stone won't turn\n\n**Symptoms:**\n- No noise\n\n**Solutions:**\n- Oil it\n",
            {"Stone won't turn": 0},
        ),
        (
            f"## Incident handling\n\n### Severity levels\n\nSee above.\n\n### P0: Wheel down{FENCE}"
            f"### P1: Slow stone{FENCE}### P1: Dust errors\n\n1. Look: `df -h`\n2. Then: `docker ps`\n",
            {"P0: Wheel down": 1, "P1: Slow stone": 1, "P1: Dust errors": 0},
        ),
        (
            "## Mill and runbooks\n\n### Alert: dust above the reference\n\n1. Look\n2. Sweep\n",
            {"Alert: dust above the reference": 0},
        ),
        (
            f"## Create the alert rules\n\n### Alert: Wheel slow{FENCE}### Alert: Dust{FENCE}",
            {},
        ),
        ("# Owners and runbooks\n\n## Who owns it\n\nThe miller.\n\n## Other runbooks\n\n1. Look\n2. Call\n", {}),
        (
            "## Incident types\n\n### Flour theft\n\n```yaml\nSeen: a hole\nResponse:\n  - Close it\n```\n",
            {"Flour theft": 0},
        ),
        (
            "## Runbooks\n\n**For a slow stone:**\n1. Look\n2. Stop it\n\n**For a failed wheel:**\n"
            "1. Stop\n2. Turn it\n\n**For the wind:**\n1. Wait\n2. Look up\n\n"
            "## Alert runbooks\n\n### MillStands\n\nNobody hears it. Look at the wheel.\n",
            {"For a slow stone": 0, "For a failed wheel": 0, "For the wind": 0, "MillStands": 0},
        ),
        ("## Playbooks\n\n### Planned playbooks\n\n- Wheel down\n- Stone stuck\n", {}),
        (
            "## Playbooks\n\n### Playbook 1: Alert of high severity\n\n1. Look\n2. Call\n\n"
            "### Backup cadence\n\n- Daily\n",
            {"Playbook 1: Alert of high severity": 0},
        ),
    ],
)
def test_headings_that_are_procedures(text: str, found: dict[str, int]) -> None:
    assert counted(text) == found


def test_a_file_of_numbered_steps_against_one_failure_is_one_runbook() -> None:
    steps = f"## When\n\nThe wheel stands.\n\n## Step 1: Confirm the failure{FENCE}## Step 2: Oil it{FENCE}"
    assert runbooks(f"# Wheel down\n\n{steps}") == {"Wheel down": {"shell": 2}}
    assert runbooks(f"# Mill handbook\n\n{steps}") == {}


def test_a_file_of_parts_against_one_failure_is_one_runbook() -> None:
    parts = (
        f"## Alerts\n\nThe bell.\n\n## Initial look (5 min)\n\n1. Look\n\n## Investigation (10 min){FENCE}"
        f"## Resolution\n\n### Restart{FENCE}## Escalation\n\nThe miller.\n\n## Prevention\n\nOil.\n"
    )
    assert runbooks(f"# Wheel issues runbook\n\n{parts}") == {"Wheel issues runbook": {"shell": 2}}
    assert "Restart" in runbooks(f"# The mill\n\n{parts}")


def test_a_chain_of_calls_over_several_rows_is_one_command() -> None:
    fence = '```bash\nuptime\nstore.sacks("rye")\n  .where("open")\n  .get()\n```\n'
    assert runbooks(f"{SCALE}## Runbooks\n\n### Mill stops\n\n{fence}") == {"Mill stops": {"shell": 2}}


def test_a_list_labelled_by_the_parts_is_a_whole_runbook() -> None:
    text = (
        f"{SCALE}## Wheel down\n\n- **Detect:** no noise\n- **Diagnose:** look at the axle\n- **Recover:** oil it\n"
        "- **Post:** write it down\n\n## Leak of PII\n\n- **Detect:** a call\n- **Contain:** shut the door\n\n"
        "## Our way\n\n- **Detect**: the miller hears it\n- **Tell**: he shouts\n- **Mend**: he does\n"
    )
    policy = compile_playbook([("p.md", text)])
    assert [(r.title, r.sections) for r in policy.runbooks] == [
        ("Wheel down", ("symptoms", "investigation", "resolution", "follow_up")),
        ("Leak of PII", ("symptoms", "containment")),
    ]
    wheel = policy.runbooks[0]
    assert [s.quote for s in wheel.symptoms] == ["no noise"]
    assert [(s.part, s.text) for s in wheel.steps] == [
        ("investigation", "look at the axle"),
        ("resolution", "oil it"),
        ("follow_up", "write it down"),
    ]


def test_plain_labels_tell_the_parts_of_a_runbook() -> None:
    text = f'{SCALE}## Playbooks\n\n### "Flour is wet"\n\nSymptoms: grey bread.\nAction: dry it.\n'
    policy = compile_playbook([("p.md", text)])
    assert [(r.title, r.sections) for r in policy.runbooks] == [('"Flour is wet"', ("symptoms", "resolution"))]


def test_parts_with_numbers_of_two_levels_make_a_runbook() -> None:
    text = (
        f"{SCALE}## 2. Holding the sluice\n\n### 2.1 When to trigger\n\n- Flood\n\n"
        "### 2.2 Symptoms\n\n- Wet feet\n\n"
        f"### 2.3 Immediate actions\n{FENCE}## 3. Other words\n\n### 3.1 Colour\n\n- Brown\n"
    )
    assert runbooks(text) == {"Holding the sluice": {"shell": 1}}


def test_the_steps_for_each_class_of_incident_are_runbooks() -> None:
    text = (
        f"{SCALE}## 3. Response steps by class\n\n### 3.1 Theft\n\n- Close the door\n- Count the sacks\n\n"
        "### 3.2 Mice in the loft\n\n- Fetch the cat\n- Seal the holes\n"
    )
    assert set(counted(text)) == {"Theft", "Mice in the loft"}


def test_numbered_sentences_among_commands_are_none() -> None:
    fence = (
        "```bash\n# If it is known:\n1. Mend the wheel at dawn\n2. Oil the axle\n- Ask the miller\nuptime\n```\n"
    )
    assert runbooks(f"{SCALE}## Runbooks\n\n### Mill stops\n\n{fence}") == {"Mill stops": {"shell": 1}}


def test_a_recorded_metric_is_a_query() -> None:
    fence = '```\nmill:sacks_waiting{floor="2"}\n```\n'
    assert runbooks(f"{SCALE}## Runbooks\n\n### Mill stops\n\n{fence}") == {"Mill stops": {"query": 1}}


def test_an_answer_to_security_incidents_may_tell_their_kinds() -> None:
    text = (
        f"{SCALE}## Theft incident procedures\n\n### Classification of theft\n\n#### Sacks\n\n- Gone\n\n"
        "#### Gold\n\n- Gone\n\n"
        f"### Response steps\n{FENCE}"
    )
    assert set(runbooks(text)) == {"Theft incident procedures"}


def test_ways_out_under_one_failure_are_no_procedures_beside_it() -> None:
    text = (
        f"{SCALE}## Case 7: total outage\n\n### Detection\n\n- Silence\n\n### Immediate response\n{FENCE}"
        f"### Recovery (by diagnosis)\n\n**If the wheel is stuck:**\n{FENCE}\n**If the stone is cracked:**\n{FENCE}"
    )
    assert runbooks(text) == {"Case 7: total outage": {"shell": 3}}


def test_numbered_failures_in_the_phase_that_mends_them_are_runbooks() -> None:
    text = (
        f"{SCALE}## Checklist\n\n### **MITIGATE (15-30 minutes)**\n\n#### **Scenario 1: Wheel down**\n{FENCE}\n"
        f"#### **Scenario 2: Stone cracked**\n{FENCE}\n### **VERIFY (30-60 minutes)**\n{FENCE}"
    )
    assert runbooks(text) == {"Scenario 1: Wheel down": {"shell": 1}, "Scenario 2: Stone cracked": {"shell": 1}}


def test_failures_for_which_something_is_contained_are_runbooks() -> None:
    text = (
        f"{SCALE}## Immediate containment steps\n\n### For a whole mill outage (SEV-1)\n{FENCE}"
        f"### For wheel failures (SEV-2)\n{FENCE}"
    )
    assert set(runbooks(text)) == {"For a whole mill outage (SEV-1)", "For wheel failures (SEV-2)"}


def test_failures_on_paths_of_the_response_are_runbooks() -> None:
    text = (
        f"{SCALE}## Step 2: Incident response (< 30 minutes)\n\n### Path A: Wheel down (HTTP 503)\n{FENCE}"
        f"### Path B: Sacks corrupted\n{FENCE}## Step 3: Diagnosis\n{FENCE}"
    )
    assert set(runbooks(text)) == {"Path A: Wheel down (HTTP 503)", "Path B: Sacks corrupted"}


def test_common_issues_are_runbooks_though_they_stand_among_references() -> None:
    text = (
        f'{SCALE}## Reference: common issues & quick fixes\n\n### "The board shows 0 for all KPIs"\n{FENCE}'
        f'### "Sacks are gone"\n{FENCE}'
    )
    assert set(runbooks(text)) == {'"The board shows 0 for all KPIs"', '"Sacks are gone"'}


def test_severities_under_kinds_of_incident_are_no_runbooks() -> None:
    text = (
        f"{SCALE}## Incident types\n\n### P0 - Critical (immediate)\n\n**Examples:**\n- Check the sacks\n"
        "- Fire\n\n**Response time:** 5 minutes\n\n### P1 - High (urgent)\n\n**Examples:**\n- Smoke\n"
    )
    assert runbooks(text) == {}


def test_failures_in_bold_within_an_item_that_gathers_them_are_runbooks() -> None:
    fence = "   ```bash\n   systemctl restart mill\n   ```\n\n"
    text = (
        f"{SCALE}## Step 3: Mend\n\n1. **Look**\n{fence}2. **Common mitigation strategies**\n\n"
        f"   **Wheel down**:\n{fence}   **Sacks slow**:\n{fence}"
    )
    assert runbooks(text) == {"Wheel down": {"shell": 1}, "Sacks slow": {"shell": 1}}


def test_failures_in_bold_in_the_phases_of_a_severity_are_runbooks() -> None:
    text = (
        f"{SCALE}## SEV-1: Critical outage\n\n### Diagnosis steps\n{FENCE}### Recovery actions\n\n"
        f"**For wheel failure**:\n{FENCE}\n**For stone failure** (the old one):\n{FENCE}"
        f"### Resolution verification\n{FENCE}"
    )
    assert set(runbooks(text)) == {"For wheel failure", "For stone failure (the old one)"}


def test_a_runbook_may_be_a_boxed_checklist() -> None:
    box = "```\n┌──────────┐\n│ 1. NOW   │\n│  □ Stop  │\n│ 2. LATER │\n│  □ Mend  │\n└──────────┘\n```\n"
    text = f"{SCALE}## 4. Specific incident runbooks\n\n### Runbook: grain theft\n\n{box}"
    assert set(runbooks(text)) == {"Runbook: grain theft"}


def test_what_watches_is_a_failure_where_symptoms_and_steps_tell_it() -> None:
    beside = "#### Symptoms\n- No figures\n\n#### Response procedure\n"
    text = f"{SCALE}## Common troubles\n\n### Monitoring issues\n\n{beside}{FENCE}### Mill stops\n\n{beside}{FENCE}"
    assert set(runbooks(text)) == {"Monitoring issues", "Mill stops"}


def test_the_response_to_one_failure_of_a_severity_is_a_runbook() -> None:
    text = (
        f"{SCALE}## Incident response\n\n### SEV-1 incident response (mill outage)\n{FENCE}"
        f"### SEV-2 incident response (slow wheel)\n{FENCE}### Meeting format\n\n1. Look\n2. Talk\n"
    )
    assert set(runbooks(text)) == {"SEV-1 incident response (mill outage)", "SEV-2 incident response (slow wheel)"}


def test_a_rollback_procedure_with_ways_to_do_it_is_one_runbook() -> None:
    text = f"{SCALE}## 6. Sluice rollback procedure\n\n### By hand\n\n1. Turn\n2. Wait\n\n### By rope\n{FENCE}"
    assert runbooks(text) == {"Sluice rollback procedure": {"shell": 1}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (  # a playbook with a code of its own
            f"## PLAYBOOK PB-001: WHEEL DOWN\n\n### Trigger\n- No flour\n\n### Step-by-step response{FENCE}"
            f"### What goes on\n- Selling\n\n## PLAYBOOK PB-002: SLUICE FULL\n\n### Step-by-step response{FENCE}",
            {"PLAYBOOK PB-001: WHEEL DOWN", "PLAYBOOK PB-002: SLUICE FULL"},
        ),
        (  # a failure with symptoms is one, whatever the headings of its mending are
            f"## Sluice outage response\n\n### Detection signals\n- Water\n\n### Mitigation actions\n\n"
            f"#### A. Gate issues{FENCE}#### B. Rope failures{FENCE}",
            {"Sluice outage response"},
        ),
        (  # a remedy told in two ways
            f"## ROLLBACK PROCEDURE - emergency\n\n**Severity**: SEV1\n\n### Quick rollback{FENCE}"
            f"### Full rollback{FENCE}",
            {"ROLLBACK PROCEDURE - emergency"},
        ),
        (  # paths of the step that mends
            f"## Response procedures\n\n### Step 4: Resolution\n\n#### Path A: Wheel rollback{FENCE}"
            f"#### Path B: Stone drift{FENCE}",
            {"Path A: Wheel rollback", "Path B: Stone drift"},
        ),
        (  # a fence of remarks beside those with commands
            f"## Phase 2: Containment\n\n### Common containment actions\n\n#### 1. Suspected theft{FENCE}"
            f"#### 2. Odd visitors{FENCE}#### 3. Mill outage{FENCE}"
            "#### 4. Recipe exposure\n\n```bash\n# Look what was seen\n```\n",
            {"Suspected theft", "Odd visitors", "Mill outage", "Recipe exposure"},
        ),
        (  # remedies under a kind of trouble
            f"## Emergency procedures\n\n### 2. Store issues\n\n#### Sack recovery{FENCE}#### Bin recovery{FENCE}",
            {"Sack recovery", "Bin recovery"},
        ),
        (  # who keeps runbooks, and what only watches, is none
            f"## Runbook maintenance\n\n### Maintainers\n- The miller\n\n## Detection\n\n### Alert triggers{FENCE}",
            set(),
        ),
        (  # one among runbooks whose own headings name no failure
            f"## 2. Wheel outage\n\n### 2.1 Detection\n- Still\n\n### 2.2 Mitigation{FENCE}"
            f"## 3. Stone failure\n\n### 3.1 Detection\n- Dust\n\n### 3.2 Mitigation{FENCE}"
            f"## 4. Sluice crash\n\n### 4.1 Detection\n- Wet\n\n### 4.2 Mitigation{FENCE}"
            f"## 5. Grain deprecation\n\n### 5.1 Detection\n- A letter\n\n### 5.2 Moving steps{FENCE}",
            {"Wheel outage", "Stone failure", "Sluice crash", "Grain deprecation"},
        ),
    ],
)
def test_headings_that_are_procedures_and_those_within(text: str, found: set[str]) -> None:
    assert set(runbooks(SCALE + text)) == found

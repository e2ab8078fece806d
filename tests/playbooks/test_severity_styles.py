"""Severities and their clocks in many house styles, and the times beside them that are nobody's clock."""

import pytest

from sirenbook.model.clock import Clock
from sirenbook.playbook.compile import compile_playbook

SCALE = (
    "# Mill\n\n## Severity\n\n| Severity | Name | Respond within |\n|---|---|---|\n| P0 | Critical | 5 minutes |\n"
    "| P1 | High | 1 hour |\n| P2 | Medium | 4 hours |\n\n"
)

FENCED = (
    "```yaml\nP0:\n  Response Time: 3 minutes\n  Label: Critical\n"
    "P1:\n  Response Time: 20 minutes\n  Label: High\n```\n"
)


def spoken(clock: Clock | None) -> str:
    """A clock in short: `15m`, `1d business`, `-` for none."""
    if clock is None:
        return "-"
    size, unit = next((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")) if clock.seconds % s == 0)
    return f"{clock.seconds // size}{unit}" if clock.seconds else "now"


def clocks(text: str) -> str:
    """Every severity with its times to respond and resolve and its cadence, in short."""
    found = compile_playbook([("p.md", text)]).severities
    return ", ".join(f"{s.name} {spoken(s.response)} {spoken(s.resolution)} {spoken(s.update)}" for s in found)


STATED = {
    "codes behind which stands what has happened": (
        "# Mill\n\n## Severity levels\n\n### P0 Total loss of flour\n- Response: 9 min\n\n### P1 Dust\n"
        "- Response: 40 min\n\n### P2 Minor\n- Response: 4 hours\n",
        "P0 9m - -, P1 40m - -, P2 4h - -",
    ),
    "severities in a row under a heading of times": (
        "# Mill\n\n## Severity\n\n- P0: stands\n- P1: slow\n\n## Response times\n\nP0: 9 minutes, P1: 1 hour.\n\n"
        "## Response teams\n\nP0: 3 hours, P1: 2 hours.\n",
        "P0 9m - -, P1 1h - -",
    ),
    "columns drawn with blanks": (
        "# Mill\n\n## Severity times\n\n```\nP0  respond in 9m   resolve in 3h\n"
        "P1  respond in 40m  resolve in 2d\n```\n",
        "P0 9m 3h -, P1 40m 2d -",
    ),
    "words behind what is only called a target": (
        "# Mill\n\n## Severity\n\n| Severity | SLA (Respond) | SLA (Resolve) |\n|---|---|---|\n"
        "| P0 🔴 | 9 min | 3 hours |\n| P1 🟠 | 40 min | NBD |\n",
        "P0 9m 3h -, P1 40m 1d -",
    ),
    "from the alarm to the remedy": (
        "# Mill\n\n## Severity\n\n| Severity | Response time | Detection to remediation |\n|---|---|---|\n"
        "| P0 | 9 min | 3 hours |\n| P1 | 40 min | 5 business days |\n",
        "P0 9m 3h -, P1 40m 5d -",
    ),
    "an acknowledgement where how soon they respond is asked": (
        "# Mill\n\n## Severity\n\n| Severity | Response SLA |\n|---|---|\n| P0 | Page acknowledged within 9 min |\n"
        "| P1 | **40 min** ack |\n",
        "P0 9m - -, P1 40m - -",
    ),
    "two things in one cell of which only one has a time": (
        "# Mill\n\n## Severity\n\n| Severity | Respond within / lead appointed |\n|---|---|\n"
        "| P0 | 9 min / immediately |\n| P1 | 40 min / by name |\n",
        "P0 9m - -, P1 40m - -",
    ),
    "a page before the response": (
        "# Mill\n\n## Severity\n\n### P0\n**Response time:** Page immediately, 9 min initial response\n\n"
        "### P1\n**Response time:** Page within 9 min, 40 min initial response\n",
        "P0 9m - -, P1 40m - -",
    ),
    "a triage before the fix, and an aim of the system in brackets": (
        "# Mill\n\n## Severity\n\n| Severity | Resolution target |\n|---|---|\n"
        "| P0 | 1 h triage / 3 h resolution |\n| P1 | ≤ 9 hours (RTO ≤ 30s) |\n",
        "P0 - 3h -, P1 - 9h -",
    ),
    "hands at work": (
        "# Mill\n\n## Severity\n\n### P0\n- Hands on keyboard in 9 minutes, day or night\n\n"
        "### P1\n- Picked up within 4 hours\n\n### P2\nWork starts within 1 day.\n",
        "P0 9m - -, P1 4h - -, P2 1d - -",
    ),
    "a time in bold with its hours": (
        "# Mill\n\n## Severity\n\n### P0 (Critical)\n**Target response time: 9 minutes**\n- Stands\n\n"
        "### P1 (High)\n**Target response time: 4 hours (business hours)**\n- Slow\n",
        "P0 9m - -, P1 4h - -",
    ),
    "rows of one severity that agree": (
        "# Mill\n\n## Severity\n\n- P0: stands\n- P1: slow\n\n## At a glance\n\n"
        "| What happens | Severity | Response time |\n|---|---|---|\n| Fire | P0 | 9 min |\n"
        "| Flood | P0 | 9 min |\n| Dust | P1 | 1 hour |\n| Noise | P1 | 2 hours |\n",
        "P0 9m - -, P1 - - -",
    ),
    "alerts where nothing grades incidents": (
        "# Mill\n\n## Alert severity levels\n\n| Severity | Response time | Who |\n|---|---|---|\n"
        "| **FATAL** 🔴 | < 9 min | Bo |\n| **WARNING** | < 40 min | Ida |\n",
        "FATAL 9m - -, WARNING 40m - -",
    ),
    "alerts with codes where severities are words": (
        "# Mill\n\n## Alert kinds\n\n### Critical (P0) - Response within 9 minutes\n- Stands\n\n"
        "### High (P1) - Response within 40 minutes\n- Slow\n\n## Severity matrix\n\n"
        "| Severity | Definition | Who |\n|---|---|---|\n| Critical | Stands | Bo |\n| High | Slow | Ida |\n",
        "Critical 9m - -, High 40m - -",
    ),
    "severities in boxes of their own": (
        "# Mill\n\n## Severity & times\n\n```\n┌──────────────────┐\n│ P0 - FIRE (all)  │\n├──────────────────┤\n"
        "│ Response: < 3 minutes   │\n│ Escalation: Bo → Ida    │\n│ Communication: Every 9 minutes │\n"
        "│ Target resolution: < 40 minutes │\n└──────────────────┘\n\n┌─ P1 - SMOKE ─────┐\n"
        "│ Response: < 1 day │\n│ Communication: As needed │\n└──────────────────┘\n```\n",
        "P0 3m 40m 9m, P1 1d - -",
    ),
    "a time in business hours, or the next day": (
        "# Mill\n\n## Severity\n\n### P0 - Fire\n**Response Time**: 9 minutes\n\n### P1 - Smoke\n"
        "**Response Time**: 2 hours (business hours) or next business day\n",
        "P0 9m - -, P1 2h - -",
    ),
    "a list after a label that is a severity": (
        "# Mill\n\n## Severity\n\n**P0 - Fire**: the mill burns\n- **Response Time**: 7 minutes\n\n"
        "**P1 - Smoke**: it smells\n- **Response Time**: 35 minutes\n",
        "P0 7m - -, P1 35m - -",
    ),
    "words where another table only counts kinds": (
        "# Mill\n\n## Severity levels\n\n| Severity | Response time |\n|---|---|\n| CRITICAL | 9 minutes |\n"
        "| HIGH | 2 hours |\n\n## Incident categories\n\n| Category ID | Category |\n|---|---|\n"
        "| CAT-1 | Fire |\n| CAT-2 | Flood |\n",
        "CRITICAL 9m - -, HIGH 2h - -",
    ),
    "words where what is mended first is numbered": (
        "# Mill\n\n## Recovery prioritization\n\n1. **Priority 1 (Critical)**: wheel\n"
        "2. **Priority 2 (High)**: sluice\n\n## Escalation matrix\n\n| Severity | Response time |\n|---|---|\n"
        "| Critical | Immediate |\n| High | 25 minutes |\n",
        "Critical now - -, High 25m - -",
    ),
    "an amount that a heading calls immediate": (
        "# Mill\n\n## Severity\n\n### P0 - Fire (Response: Immediate)\n- **Response Time**: 11 minutes\n\n"
        "### P1 - Smoke (Response: 50 minutes)\n- **Response Time**: 50 minutes\n",
        "P0 11m - -, P1 50m - -",
    ),
    "a rhythm without its number": (
        SCALE + "## Communication\n\n- Give status updates every 25 minutes (P0) or every hour (P1)\n",
        "P0 5m - 25m, P1 1h - 1h, P2 4h - -",
    ),
    "a response under the runbooks of a severity": (
        "# Mill\n\n## Alerts\n\n### P0 Critical alerts\n\n#### Wheel stuck\n\n**Response SLA:** < 6 minutes\n\n"
        "```bash\nturn wheel\n```\n\n### P1 High alerts\n\n#### Sluice slow\n\n**Response SLA:** < 16 minutes\n\n"
        "```bash\nopen sluice\n```\n",
        "P0 6m - -, P1 16m - -",
    ),
    "sentences that are bold from end to end": (
        "# Mill\n\n## Severities\n\n### Sev1 - Fire\n- The mill burns\n\n**Page the miller at once (by "
        "telephone). Response target: 12 min.**\n\n### Sev2 - Smoke\n- It smells\n\n**Page the miller. "
        "Response target: 40 min.**\n",
        "Sev1 12m - -, Sev2 40m - -",
    ),
    "an acknowledgement beside what is recovered, under how soon somebody answers": (
        "# Mill\n\n## Severity\n\n| Severity | Definition | Target first response |\n|---|---|---|\n"
        "| SEV1 | Fire | **Acknowledge ≤ 12 min**, 40-min RTO target |\n| SEV2 | Smoke | ≤ 40 min |\n",
        "SEV1 12m 40m -, SEV2 40m - -",
    ),
    "in which order systems are restored grades no incident": (
        "# Mill\n\n## Severity levels\n\n### Severity 1 - Critical\n\n- Fire\n\n**Response Time:** 12 minutes\n\n"
        "### Severity 2 - High\n\n- Smoke\n\n**Response Time:** 40 minutes\n\n## Restoration priority\n\n"
        "| Priority | Systems | RTO |\n|---|---|---|\n| 1 | The wheel | 4 hours |\n| 2 | The sluice | 8 hours |\n",
        "Severity 1 12m - -, Severity 2 40m - -",
    ),
    "what a column adds in brackets": (
        "# Mill\n\n## Severity\n\n| Sev | Definition | First-response SLO (acknowledged) | Status-update SLO |\n"
        "|---|---|---|---|\n| Sev-0 | Fire | 12 minutes 24/7 | Every 50 minutes |\n"
        "| Sev-1 | Smoke | 40 minutes | - |\n",
        "Sev-0 12m - 50m, Sev-1 40m - -",
    ),
    "bounds set as formulas": (
        "# Mill\n\n## Severity\n\n| Severity | Response time | Resolution |\n|---|---|---|\n"
        "| **P0 (Critical)** | $< 12$ minutes | $< 50$ minutes |\n| **P1 (High)** | $< 2$ hours | $< 9$ hours |\n",
        "P0 12m 50m -, P1 2h 9h -",
    ),
    "a fence whose words are joined": (
        '# Mill\n\n## Severity classification\n\n```yaml\nseverity_levels:\n  critical:\n    definition: "Fire"\n'
        '    response_time: 12_minutes\n  high:\n    definition: "Smoke"\n    response_time: 2_hours\n```\n',
        "critical 12m - -, high 2h - -",
    ),
    "colours that sentences describe": (
        "# Mill\n\n## How bad is it?\n\n**Red** means that it burns. Someone has to be looking at it within "
        "12 minutes, and you post every half hour until it is out.\n\n**Amber** means smoke. Look at it within "
        "3 hours. Post an update every 4 hours.\n\n**Yellow** is everything else.\n",
        "Red 12m - 30m, Amber 3h - 4h, Yellow - - -",
    ),
    "a target with a hard deadline behind it": (
        "# Mill\n\n## Severity\n\n| Severity | Respond within | Resolution |\n|---|---|---|\n"
        "| SEV1 | 12 minutes | Target 5 hours; hard deadline 20 hours |\n| SEV2 | 2 hours | Target 9 hours |\n",
        "SEV1 12m 5h -, SEV2 2h 9h -",
    ),
    "grades with one for information beside their times": (
        "# Mill\n\n## Response\n\n| Severity | First response | Update cadence |\n|---|---|---|\n"
        "| Critical | < 12 min | Every 25 min |\n| High | < 2 h | Every 3 h |\n| Medium | < 9 h | Daily |\n"
        "| Low | < 2 days | Weekly |\n| Info | Next sprint | Per sprint |\n",
        "Critical 12m - 25m, High 2h - 3h, Medium 9h - 1d, Low 2d - 7d, Info - - -",
    ),
    "ranges of levels beside how often, in a list of templates": (
        "# Mill\n\n## Severity levels\n\n### Level 1 - Critical\n- Response time: 12 minutes\n\n"
        "### Level 2 - High\n- Response time: 2 hours\n\n### Level 3 - Medium\n- Response time: 5 hours\n\n"
        "## Message templates\n\n"
        "- **First word:** the mill stands\n- **Status updates:** regular ones (every 3 hours for Level 1-2, "
        "daily for Level 3)\n",
        "Level 1 12m - 3h, Level 2 2h - 3h, Level 3 5h - 1d",
    ),
    "all grades with one for information beside what is done": (
        "# Mill\n\n## Severity classification\n\n| Severity | Definition | Incident response |\n|---|---|---|\n"
        "| **Critical** | Fire | Page all leads |\n| **High** | Smoke | Look. Advisory within 24h |\n"
        "| **Medium** | Smell | Mend on the Medium timeline |\n| **Low** | Dust | Queue |\n"
        "| **Informational** | Words | Backlog |\n\n"
        "**Cadence:** updates at least hourly for Critical/High until resolved.\n",
        "Critical - - 1h, High - - 1h, Medium - - -, Low - - -, Informational - - -",
    ),
    "how soon it is triaged, and how soon contained": (
        "# Mill\n\n| Level | Definition | Response time |\n|---|---|---|\n"
        "| P0 — Critical | Fire | **15 min** triage, **1 hour** containment |\n"
        "| P1 — High | Smoke | **2 hours** triage, **1 day** remediation |\n",
        "P0 15m - -, P1 2h 1d -",
    ),
    "when an update is posted is no rhythm": (
        "# Mill\n\n### P0 (Critical)\n\n- Response time: 5 minutes\n- Status update posted: 25 minutes\n\n"
        "### P1 (High)\n\n- Response time: 1 hour\n- Status update posted: 2 hours\n",
        "P0 5m - -, P1 1h - -",
    ),
    "a sign behind the bold name": (
        "# Mill\n\n## Severity levels\n\n**SEV-1: CRITICAL** 🔴\n- Wheel stands\n"
        "- **Response Time:** <15 minutes\n\n"
        "**SEV-2: HIGH** 🟠\n- Wheel squeaks\n- **Response Time:** <30 minutes\n",
        "SEV-1 15m - -, SEV-2 30m - -",
    ),
    "others in brackets": (
        SCALE + "## Communication\n\n1. Internal updates every 30 minutes (Critical) or 2 hours (others)\n",
        "P0 5m - 30m, P1 1h - 2h, P2 4h - 2h",
    ),
    "situation reports": (
        "# Mill\n\n## Severities\n\n### 1 - High Severity\n\nThe mill stands still. Guidelines:\n\n"
        "* Sitreps should be sent every hour, or more.\n\n### 2 - Medium Severity\n\nIt is slow. Guidelines:\n\n"
        "* Sitreps should be sent approximately twice a day.\n",
        "High - - 1h, Medium - - 12h",
    ),
    "a cadence as the label, under severities by their labels": (
        SCALE + "## Communication\n\n### Internal\n\n#### Critical/High Severity\n\n"
        "- **Within 1 hour:** word to everybody\n- **Ongoing:** updates every 2 hours\n\n"
        "#### Medium/Low Severity\n\n- **Within 4 hours:** word to the team\n"
        "- **Daily:** Status updates until resolved\n",
        "P0 5m - 2h, P1 1h - 2h, P2 4h - 1d",
    ),
    "a fence of labels under each severity": (
        "# Mill\n\n## Severity Levels\n\n### Critical (P0)\n\n```yaml\nResponse Time: < 1 minute\nActions:\n"
        "  - Page the miller\n\nUpdates: every 15 minutes\n```\n\n### High (P1)\n\n```yaml\n"
        "Response Time: < 5 minutes\n```\n",
        "P0 1m - 15m, P1 5m - -",
    ),
    "matrix severity x clock": (
        "# Ferry desk incidents\n\n## Severity matrix\n\n"
        "| Severity | Description | TTA | TTM | TTR | Comms cadence |\n"
        "|---|---|---|---|---|---|\n"
        "| Sev 1 (highest) | No boats sail | 5m | 1h | 4h | 30m |\n"
        "| Sev 2 | Some boats late | 15m | 4h | 1d | 2h |\n"
        "| Sev 3 (lowest) | Website typo | 1 business day | - | 10 business days | n/a |\n"
        "\n",
        "Sev 1 - 4h 30m, Sev 2 - 1d 2h, Sev 3 - 10d -",
    ),
    "q30m": (
        "# Garage\n\n### SEV-1: cars stuck\nAck: 5m. Updates: q30m. Fix by: 4h.\n\n"
        "### SEV-2: slow gate\nAck: 15m. Updates: q2h. Fix by: 1d.\n\n",
        "SEV-1 - 4h 30m, SEV-2 - 1d 2h",
    ),
    "urgent high normal": (
        "# Helpdesk of the choir\n\n## How urgent is it?\n\n"
        "| Priority | When | We answer within | We update you |\n"
        "|---|---|---|---|\n"
        "| Urgent | nobody can sing | 30 minutes, day and night | every hour |\n"
        "| High | one voice is missing | 4 business hours | once a day |\n"
        "| Normal | a page is torn | 2 business days | when there is news |\n\n",
        "Urgent 30m - 1h, High 4h - 1d, Normal 2d - -",
    ),
    "colours": (
        "# Lifeguards\n\n## Incident levels\n\n### Code Red\n"
        "Somebody may die. Everybody comes at once. Update the council every 10 minutes.\n"
        "\n### Code Yellow\n"
        "Somebody is hurt. Response within 15 minutes; update the council every hour.\n"
        "\n### Code Green\nEquipment only. Response by the next business day.\n\n",
        "Code Red - - 10m, Code Yellow 15m - 1h, Code Green 1d - -",
    ),
    "tier n incident": (
        "# Farm\n\n## Incident classification\n\n"
        "**Tier 1 incident** - the herd is out. Respond in 10 minutes, resolve in 2 hours, updates "
        "every 15 minutes.\n"
        "\n"
        "**Tier 2 incident** - one gate is open. Respond in 1 hour, resolve in 1 day, updates every"
        " 4 hours.\n"
        "\n**Tier 3 incident** - a post is loose. Respond in 2 days.\n\n",
        "Tier 1 10m 2h 15m, Tier 2 1h 1d 4h, Tier 3 2d - -",
    ),
    "one line severities": (
        "# Zoo\n\n"
        "Severities: P1 (animals out) - ack 5 min, updates every 15 min; P2 (fence down) - ack 30 m"
        "in, updates every hour; P3 (paint) - next business day.\n"
        "\n",
        "P1 - - 15m, P2 - - 1h, P3 - - -",
    ),
    "role duties": (
        "# Radio\n\n## Severities\n\n| Sev | Impact | Response |\n|---|---|---|\n"
        "| SEV1 | off air | 5 min |\n| SEV2 | noise | 15 min |\n"
        "| SEV3 | logo wrong | 1 day |\n\n## Roles\n\n### Communications lead\n\n"
        "- Owns the status page\n"
        "- Posts an update every 20 minutes for SEV1 and every 60 minutes for SEV2\n"
        "- Sends the summary to all staff within 24 hours\n\n"
        "### Incident commander\n\n- Runs a check-in every 15 minutes\n"
        "- Hands over every 4 hours\n\n",
        "SEV1 5m - 20m, SEV2 15m - 1h, SEV3 1d - -",
    ),
    "channels table": (
        "# Bus\n\n## Severity\n\nP1: buses stopped (respond in 10 min)\n"
        "P2: buses late (respond in 1 h)\nP3: cosmetic (respond in 2 days)\n\n"
        "## Channels\n\n| Channel | Used for | P1 | P2 | P3 |\n"
        "|---|---|---|---|---|\n"
        "| Slack #buses | team | every 15 min | every 30 min | - |\n"
        "| Status page | riders | every 30 min | every 2 h | - |\n"
        "| Email | council | hourly | daily | - |\n\n",
        "P1 10m - 15m, P2 1h - 30m, P3 2d - -",
    ),
    "customer vs internal bullets": (
        "# Store\n\n## Severity definitions\n\n### P0\n- Response: 5 min\n"
        "- Internal cadence: every 15 min\n- External cadence: every 30 min\n\n"
        "### P1\n- Response: 30 min\n- Internal cadence: hourly\n"
        "- External cadence: every 4 hours\n\n",
        "P0 5m - 15m, P1 30m - 1h",
    ),
    "update in the loop": (
        "# Loop\n\n## Severity\n\nSEV1 = site down, SEV2 = feature down.\n\n"
        "| | Time to respond | Time to resolve |\n|---|---|---|\n"
        "| SEV1 | 5 mins | 60 mins |\n| SEV2 | 30 mins | 1 day |\n\n## Process\n\n"
        "1. Declare.\n2. Assign a commander.\n"
        "3. Post in #incidents every 30 minutes (SEV1) / every 2 hours (SEV2) even if nothing has c"
        "hanged.\n"
        "4. Fix.\n\n",
        "SEV1 5m 1h 30m, SEV2 30m 1d 2h",
    ),
    "everyone same": (
        "# Same\n\n## Severity levels\n1. **Critical** - reply in 15 min\n"
        "2. **Major** - reply in 1 hour\n3. **Minor** - reply in 1 day\n\n"
        "## Communication\n"
        "Regardless of severity, an update goes out at least every 60 minutes while an incident is "
        "open.\n"
        "\n",
        "Critical 15m - 1h, Major 1h - 1h, Minor 1d - 1h",
    ),
    "levels": (
        "# Level\n\n## Incident levels\n\n"
        "**Level 1 – Critical**: the shop is closed. *Respond:* 10 min. *Resolve:* 2 h. *Tell peopl"
        "e:* every 15 min.\n"
        "\n"
        "**Level 2 – Serious**: one till is closed. *Respond:* 30 min. *Resolve:* 1 d. *Tell people"
        ":* every hour.\n"
        "\n",
        "Level 1 10m 2h 15m, Level 2 30m 1d 1h",
    ),
    "warning table": (
        "# Small2\n\n## Incident severity\n\n"
        "| Severity | Example | Response time | Updates |\n|---|---|---|---|\n"
        "| Critical | down | 15 min | every 30 min |\n"
        "| Warning | slow | 2 hours | daily |\n"
        "| Info | typo | next sprint | none |\n\n",
        "Critical 15m - 30m, Warning 2h - 1d, Info - - -",
    ),
    "emoji sev bullets": (
        "# Emoji\n\n## 🚦 Severity\n\n"
        "- 🔴 **SEV1** — everything is down → 🕐 respond ≤5m · 📣 update q15m · 🛠 restore ≤1h\n"
        "- 🟠 **SEV2** — big feature down → 🕐 respond ≤15m · 📣 update q30m · 🛠 restore ≤4h\n"
        "- 🟡 **SEV3** — small feature down → 🕐 respond ≤1bd · 📣 update daily\n\n",
        "SEV1 5m 1h 15m, SEV2 15m 4h 30m, SEV3 1d - 1d",
    ),
    "table with arrows": (
        "# Arrows\n\n## Response expectations\n\n"
        "| | Acknowledge | Engage | Mitigate | Resolve | Communicate |\n"
        "|---|---|---|---|---|---|\n"
        "| Critical (P0) | 5 min | 15 min | 1 h | 24 h | every 30 min |\n"
        "| High (P1) | 15 min | 30 min | 4 h | 3 d | every 2 h |\n"
        "| Medium (P2) | 1 h | 4 h | 2 d | 2 w | daily |\n\n",
        "P0 15m 1d 30m, P1 30m 3d 2h, P2 4h 14d 1d",
    ),
    "yaml full": (
        "# Yaml\n\n## Severity levels\n\n```yaml\nP0:\n"
        "  description: everything is down\n  response_time: 5 minutes\n"
        "  update_cadence: 15 minutes\nP1:\n  description: a lot is down\n"
        "  response_time: 30 minutes\n  update_cadence: 1 hour\n```\n\n",
        "P0 5m - 15m, P1 30m - 1h",
    ),
    "front matter": (
        "---\ntitle: Opera incidents\nseverities:\n"
        "  sev1: {response: 5m, updates: 15m}\n"
        "  sev2: {response: 30m, updates: 1h}\n---\n# Opera incidents\n\n"
        "We have two severities. Sev1 means the show cannot go on. Sev2 means it can, badly.\n"
        "\n"
        "For a Sev1 the stage manager answers within 5 minutes and tells the house every 15 minutes"
        ".\n"
        "For a Sev2 somebody answers within 30 minutes and tells the house hourly.\n"
        "\n",
        "Sev1 5m - 15m, Sev2 30m - 1h",
    ),
    "minimum": (
        "# Min\n\n## Severity\n\n| Sev | Resp. | Res. | Upd. |\n|---|---|---|---|\n"
        "| 1 | 15 min | 4 h | 30 min |\n| 2 | 1 h | 1 d | 4 h |\n"
        "| 3 | 1 d | 5 d | 1 w |\n\n",
        "Sev 1 15m 4h 30m, Sev 2 1h 1d 4h, Sev 3 1d 5d 7d",
    ),
    "first then": (
        "# First\n\n## Severities\n\n"
        "| Severity | Respond | First update | Then every |\n|---|---|---|---|\n"
        "| SEV1 | 5 min | 15 min | 30 min |\n"
        "| SEV2 | 15 min | 1 hour | 4 hours |\n\n",
        "SEV1 5m - 30m, SEV2 15m - 4h",
    ),
    "letters": (
        "# Bank\n\n## Incident severity\n\n| | Sev A | Sev B | Sev C |\n"
        "|---|---|---|---|\n| Response | 15 min | 1 h | 1 day |\n"
        "| Internal updates | 15 min | 1 h | daily |\n"
        "| Customer updates | 60 min | 4 h | weekly |\n\n",
        "Sev A 15m - 15m, Sev B 1h - 1h, Sev C 1d - 1d",
    ),
    "brackets in a column of cadences": (
        "# Aud\n\n## Severity\n| Sev | Response |\n|---|---|\n| P1 | 15 min |\n"
        "| P2 | 1 h |\n\n## Stakeholder communication\n\n"
        "| Audience | Channel | Cadence |\n|---|---|---|\n"
        "| Support | Slack | Every 15 min (P1), hourly (P2) |\n"
        "| Customers | Status page | Every 30 min (P1) |\n"
        "| Board | Email | Daily |\n\n",
        "P1 15m - 15m, P2 1h - 1h",
    ),
    "whoever must update a channel": (
        "# Must\n\n## Severity levels\n\n### SEV-1\n\n- Page: everyone\n"
        "- Response: < 5 min\n"
        "- You MUST update the incident channel at least every 15 minutes and the status page at le"
        "ast every 30 minutes.\n"
        "\n### SEV-2\n\n- Page: on-call\n- Response: < 30 min\n"
        "- You SHOULD update the incident channel at least once an hour.\n\n",
        "SEV-1 5m - 15m, SEV-2 30m - 1h",
    ),
    "labels in labels": (
        "# Nested\n\n## Severity classification\n\n- **SEV0 – Catastrophe**\n"
        "  - Definition: data gone\n  - Ack within: 2 min\n  - Updates:\n"
        "    - Internal: 10 min\n    - External: 20 min\n  - Resolve within: 2 h\n"
        "- **SEV1 – Outage**\n  - Definition: site down\n  - Ack within: 5 min\n"
        "  - Updates:\n    - Internal: 20 min\n    - External: 40 min\n"
        "  - Resolve within: 8 h\n\n",
        "SEV0 - 2h 10m, SEV1 - 8h 20m",
    ),
    "inward before outward": (
        "# CS\n\n## Severities\n\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n| SEV3 | 4h |\n\n## How we communicate\n\n"
        "Internal updates go out every 15 minutes for SEV1, every 30 minutes for SEV2 and twice a d"
        "ay for SEV3.\n"
        "External updates: SEV1 every 30 minutes; SEV2 hourly; SEV3 none.\n\n",
        "SEV1 5m - 15m, SEV2 15m - 30m, SEV3 4h - 12h",
    ),
    "among the duties of roles": (
        "# Scribe\n\n## Severities\n| Severity | Respond |\n|---|---|\n"
        "| SEV1 | 5m |\n| SEV2 | 15m |\n\n## Roles\n"
        "- **Scribe**: keeps the timeline, adds an entry every 5 minutes\n"
        "- **Liaison**: sends an update to stakeholders every 30 minutes in a SEV1, hourly in a SEV"
        "2\n"
        "- **Commander**: runs a status check every 10 minutes\n\n",
        "SEV1 5m - 30m, SEV2 15m - 1h",
    ),
    "columns of blanks": (
        "# Text\n\n## Severity levels\n\n```\n"
        "Severity   Response    Updates        Resolution\n"
        "SEV1       15 min      every 30 min   4 hours\n"
        "SEV2       1 hour      every 2 hours  1 day\n"
        "SEV3       1 day       weekly         none\n```\n\n",
        "SEV1 15m 4h 30m, SEV2 1h 1d 2h, SEV3 1d - 7d",
    ),
    "a checklist in a fence": (
        "# CF\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n\n## SEV1 checklist\n\n```\n□ 1. Acknowledge\n"
        "□ 2. 15-min status updates until resolved\n"
        "□ 3. Customer message within 30 min\n```\n\n",
        "SEV1 5m - 15m, SEV2 15m - -",
    ),
    "the heading of a message": (
        "# TT\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n\n## Templates\n\n"
        "### Status update (every 20 min for SEV1, hourly for SEV2)\n\n```\n"
        "Update [N] on [incident]. Next update: [time]\n```\n\n",
        "SEV1 5m - 20m, SEV2 15m - 1h",
    ),
    "what holds first and what then": (
        "# UT\n\n## Severity\n| Severity | Respond | Communicate |\n|---|---|---|\n"
        "| SEV1 | 5m | every 30 min until mitigated, then every 2 hours |\n"
        "| SEV2 | 15m | every 2 h during business hours |\n"
        "| SEV3 | 1d | at resolution only |\n\n",
        "SEV1 5m - 30m, SEV2 15m - 2h, SEV3 1d - -",
    ),
    "a clock named before its time": (
        "# DF\n\n## Severity levels\n\n**SEV1 | Critical | 24/7**\n\n"
        "Response SLA 15 minutes · Update SLA 30 minutes · Resolution SLA 4 hours\n"
        "\n**SEV2 | Major | 24/7**\n\n"
        "Response SLA 30 minutes · Update SLA 1 hour · Resolution SLA 8 hours\n\n",
        "SEV1 15m 4h 30m, SEV2 30m 8h 1h",
    ),
    "everything else, in a list": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n\n## Updates\n- SEV1: every 20 minutes\n"
        "- Everything else: daily\n\n",
        "SEV1 5m - 20m, SEV2 15m - 1d",
    ),
    "all others, after a semicolon": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n\n## Updates\n"
        "SEV1: every 20 minutes; all others: every 2 hours\n\n",
        "SEV1 5m - 20m, SEV2 15m - 2h",
    ),
}


NOBODYS = {
    "a fence of labels in a runbook": (
        SCALE
        + "## Runbooks\n\n### Wheel down\n\n**Symptoms**\n- no flour\n\n**Investigation**\n\n"
        + FENCED
        + "\n**Resolution**\n- turn it\n",
        "P0 5m - -, P1 1h - -, P2 4h - -",
    ),
    "a fence of labels under alerting": (
        SCALE.replace("Respond within", "Who") + "## Alerting configuration\n\n" + FENCED,
        "P0 - - -, P1 - - -, P2 - - -",
    ),
    "how long something lasts": (
        SCALE + "## Steps of P0\n\n**Resolution phase:**\n\n1. Set the state to watching for 1 hour at least\n",
        "P0 5m - -, P1 1h - -, P2 4h - -",
    ),
    "initials that only look like a code": (
        "# Mill\n\n## PII exposure\n\n- **Detect:** within 10 minutes\n\n## P1 respond: 1 h\n",
        "",
    ),
    "the rest of the week": (
        SCALE + "## Updates\n\nUpdate every 30 minutes (P0), 2 hours for the rest of the week.\n",
        "P0 5m - 30m, P1 1h - -, P2 4h - -",
    ),
    "the fence of a program": (
        "# Mill\n\n## Severity\n\n### P0\n\nStopped.\n\n```yaml\nreceiver: pager\nrepeat_interval: 4h\n"
        "resolve_timeout: 5m\n```\n\n### P1\n\nSlow.\n",
        "P0 - - -, P1 - - -",
    ),
    "traps": (
        "# Trap house\n\n## Severity\n\n| Severity | Response |\n|---|---|\n"
        "| SEV1 | 15 min |\n| SEV2 | 1 h |\n\n## During a SEV1\n\n"
        "- The bridge call meets every 30 minutes\n"
        "- Prometheus scrapes every 15 seconds, and alerts repeat every 4 hours\n"
        "- On-call rotates every week\n"
        "- The first customer message goes out within 20 minutes\n"
        "- The post-mortem is due within 48 hours\n"
        "- Check the error rate every 5 minutes\n- Backups run every hour\n"
        "- Refresh the dashboard every 2 minutes\n\n## Numbers of last quarter\n\n"
        "| Severity | Count | MTTA | MTTR |\n|---|---|---|---|\n"
        "| SEV1 | 3 | 4 min | 2 h |\n| SEV2 | 9 | 20 min | 9 h |\n\n",
        "SEV1 15m - -, SEV2 1h - -",
    ),
    "warning alert trap": (
        "# Small3\n\n## Alerts\n\n| Severity | Example | Response time |\n"
        "|---|---|---|\n| Critical | down | 15 min |\n"
        "| Warning | slow | 2 hours |\n| Info | typo | next sprint |\n\n",
        "",
    ),
    "repeats, evaluations, drills and medians": (
        "# Traps2\n\n## Severity\n"
        "| Severity | Respond | Review due | Page repeats | First customer notice | SLA credits aft"
        "er |\n"
        "|---|---|---|---|---|---|\n"
        "| SEV1 | 5m | 2 days | every 3 min | 30 min | 1 h |\n"
        "| SEV2 | 15m | 1 week | every 10 min | 2 h | 4 h |\n\n## Monitoring\n"
        "SEV1 alerts are evaluated every 30 seconds. SEV1 pages repeat every 3 minutes until acknow"
        "ledged.\n"
        "SEV1 dashboards are refreshed every minute.\n\n## Training\n"
        "We run a SEV1 drill every month.\n\n## Actuals\n"
        "SEV1: median response 3 min, resolved in 55 min.\n\n",
        "SEV1 5m - -, SEV2 15m - -",
    ),
    "reviews and freezes": (
        "# Traps3\n\n## Severity\nP1 - down, answer in 10 min\n"
        "P2 - slow, answer in 2 h\n\n## Post-incident\n"
        "P1 post-mortem within 48 hours; updates to action items weekly.\n"
        "Customers get the final report within 5 days.\n\n"
        "## Weekly operations review\nEvery week we update the P1 and P2 lists.\n"
        "\n## Change freeze\nAfter a P1 no deploys for 24 hours.\n\n",
        "P1 10m - -, P2 2h - -",
    ),
    "tiers of support": (
        "# Support\n\n## Support tiers and priorities\n\n"
        "| Tier | Team | Response |\n|---|---|---|\n"
        "| Tier 1 | Helpdesk | 15 min |\n| Tier 2 | Ops | 1 h |\n"
        "| Tier 3 | Dev | 4 h |\n\n",
        "",
    ),
    "tiers of services": (
        "# Services\n\n## Service classification\n\n"
        "| Tier | Services | RTO | Response |\n|---|---|---|---|\n"
        "| Tier 1 | checkout | 1 h | 15 min |\n| Tier 2 | search | 4 h | 1 h |\n\n",
        "",
    ),
    "what bots and jobs do": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n\n## Automation\n\n"
        "For a SEV1 the bot posts to #metrics every 2 minutes and checks the queue every 5 minutes."
        "\n"
        "The cron job writes a heartbeat every minute for SEV1.\n\n",
        "SEV1 5m - -, SEV2 15m - -",
    ),
    "fences under headings of something else": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n\n### SEV1 routing\n\n```yaml\nGroup: pager\n"
        "Repeat every: 4h\nResponse: 30m\nseverity: critical\nfor: 5m\n```\n\n"
        "### SEV2 routing\n\n```yaml\nResponse: 60m\n```\n\n",
        "SEV1 5m - -, SEV2 15m - -",
    ),
    "updates of software": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n\n## Maintenance windows\n"
        "During SEV1 freeze, updates to packages run daily.\n"
        "Software updates for SEV2 vulnerabilities every 2 weeks.\n"
        "Antivirus updates hourly for critical incidents hosts.\n\n",
        "SEV1 5m - -, SEV2 15m - -",
    ),
    "grades of vulnerabilities": (
        "# Vuln\n\n## Vulnerability severity\n\n"
        "| Severity | Patch within | Response |\n|---|---|---|\n"
        "| Critical | 24 h | 1 h |\n| High | 7 days | 4 h |\n\n"
        "## Incident response\nCall the lead.\n\n",
        "",
    ),
    "time lost by grading too low": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | TBD |\n\nIt is better to gather people for a SEV2 that is none than to lose 30 minutes of "
        "response time on it.\n\n",
        "SEV1 5m - -, SEV2 - - -",
    ),
    "a page and a ticket by a time": (
        "# Trap\n\n## Severity\n| Severity | First response |\n|---|---|\n"
        "| SEV1 | Page on-call within 5m |\n| SEV2 | Create a ticket next business day |\n\n",
        "SEV1 - - -, SEV2 - - -",
    ),
    "reviews by severity": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n| SEV2 | 15m |\n\n"
        "### PIR schedule\n\nHold the PIR within 48 hours of resolution:\n- SEV1: Within 24 hours\n"
        "- SEV2: Within 48 hours\n\n",
        "SEV1 5m - -, SEV2 15m - -",
    ),
    "summaries by the week": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n| SEV2 | 15m |\n\n"
        "### Internal notifications\n\n**SEV2 incidents:**\n- Weekly summary to management\n\n",
        "SEV1 5m - -, SEV2 15m - -",
    ),
    "how soon it is seen, beside how soon somebody answers": (
        "# Mill\n\n## Severity\n\n### P0 - Fire\n\n**Response SLA:**\n- Detection: alerts (within 3 minutes)\n"
        "- Response: < 15 minutes\n\n### P1 - Smoke\n\n**Response SLA:**\n- Detection: alerts (within 4 minutes)\n"
        "- Response: < 1 hour\n",
        "P0 15m - -, P1 1h - -",
    ),
    "how long a phase takes": (
        SCALE + "### P0 procedure\n\n#### **Mitigation** (15-30 minutes)\n- Stop the wheel\n\n"
        "#### **Resolution** (30-60 minutes)\n- Look again\n",
        "P0 5m - -, P1 1h - -, P2 4h - -",
    ),
    "a next day under how often": (
        SCALE + "## Outside\n\n| Severity | Channel | Frequency |\n|---|---|---|\n| P0 | Status page | Hourly |\n"
        "| P1 | Status page | Next business day |\n",
        "P0 5m - 1h, P1 1h - -, P2 4h - -",
    ),
    "what turns back by itself": (
        SCALE + "**Recovery**: Automated rollback within 2 minutes for critical issues\n",
        "P0 5m - -, P1 1h - -, P2 4h - -",
    ),
    "how soon a vendor answers": (
        SCALE.replace("| P2 |", "| P3 |") + "## Their support\n\n| Severity | Provider response |\n|---|---|\n"
        "| P0 | 15 min |\n| P3 | 9 hours |\n",
        "P0 5m - -, P1 1h - -, P3 4h - -",
    ),
    "things that are sorted by their priority": (
        "# Mill\n\n## Copies by priority\n\n### P1 Books\n\n- Restore time: 1 h\n\n"
        "### P2 Letters\n\n- Restore time: 4 h\n",
        "P1 - - -, P2 - - -",
    ),
    "how it went once": (
        SCALE + "## Notes\n\nA P0 was resolved within 2 hours.\n\n## P1 timeline (example)\n\n"
        "| Time | What |\n|---|---|\n| 5 min | Acknowledged |\n| Every 30 min | Status update to the team |\n",
        "P0 5m - -, P1 1h - -, P2 4h - -",
    ),
    "how often data is copied": (
        SCALE + "## Copies\n\nP1 data is backed up every 15 minutes and updates are replicated hourly.\n",
        "P0 5m - -, P1 1h - -, P2 4h - -",
    ),
    "plans of customers": (
        "# Trap\n\n## Severity\n| Severity | Respond |\n|---|---|\n| SEV1 | 5m |\n"
        "| SEV2 | 15m |\n\n## Customer support SLA\n\n| Plan | SEV1 | SEV2 |\n"
        "|---|---|---|\n| Gold | 10 min | 1 h |\n| Silver | 1 h | 4 h |\n\n",
        "SEV1 5m - -, SEV2 15m - -",
    ),
}


@pytest.mark.parametrize("case", STATED)
def test_what_is_stated(case: str) -> None:
    text, expected = STATED[case]
    assert clocks(text) == expected


@pytest.mark.parametrize("case", NOBODYS)
def test_what_is_nobodys_clock(case: str) -> None:
    text, expected = NOBODYS[case]
    assert clocks(text) == expected

"""What whole playbooks keep ready: facts with their lines, in others' playbooks and three more house styles."""

from pathlib import Path

import pytest

from sirenbook.model.policy import Policy
from sirenbook.model.readiness import Readiness
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.policy import explain
from sirenbook.playbook.explain.readiness import explain_readiness

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
SEEN = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
seen = pytest.mark.skipif(not SEEN, reason="needs the shared playbooks")
DAY, WEEK = 86400, 604800


def read(text: str) -> Policy:
    return compile_playbook([("playbook.md", text)])


def of(number: int) -> Readiness:
    return read(SEEN[number].read_text("utf-8")).readiness


@seen
def test_access() -> None:
    assert [(a.system, a.why.line) for a in of(0).access] == [
        ("Kubernetes", 260), ("Grafana", 261), ("PagerDuty", 262), ("AWS Console", 263), ("GitHub", 264),
    ]  # fmt: skip
    assert [(a.system, a.purpose, a.level, a.why.line) for a in of(2).access] == [
        ("AWS Console", "Infrastructure", "Admin", 408),
        ("Kubernetes", "Deployments", "Cluster Admin", 409),
        ("Grafana", "Monitoring", "Editor", 410),
        ("PagerDuty", "Alerting", "User", 411),
        ("Slack", "Communication", "Member", 412),
        ("GitHub", "Code", "Write", 413),
    ]
    assert [of(n).access for n in (1, 3, 4)] == [(), (), ()]


@seen
def test_tools_and_ways_in_an_emergency() -> None:
    assert [t.why.line for t in of(3).tools] == [147, 148, 149, 150, 151, 152]
    assert [t.why.line for t in of(0).break_glass] == [267, 268]
    assert [t.why.line for t in of(0).fallbacks] == [269, 270]
    assert [(of(n).tools, of(n).break_glass) for n in (1, 2, 4)] == [((), ())] * 3


@seen
def test_links() -> None:
    assert [(x.kind, x.url.removeprefix("https://"), x.why.line) for x in of(0).links] == [
        ("dashboard", "grafana.intelgraph.ai", 43),
        ("traces", "jaeger.intelgraph.ai", 44),
        ("logs", "loki.intelgraph.ai", 45),
        ("dashboard", "grafana.intelgraph.ai/d/intelgraph-overview", 209),
        ("dashboard", "grafana.intelgraph.ai/d/maestro-orchestration", 210),
        ("dashboard", "grafana.intelgraph.ai/d/kubernetes-infrastructure", 211),
        ("dashboard", "grafana.intelgraph.ai/d/security-monitoring", 212),
        ("traces", "jaeger.intelgraph.ai", 215),
        ("logs", "grafana.intelgraph.ai/explore", 216),
        ("metrics", "grafana.intelgraph.ai/explore", 217),
    ]
    assert [(x.kind, x.url, x.why.line) for n in (1, 2, 4) for x in of(n).links] == [
        ("status page", "status.ai-orchestrator.com", 227),
        ("status page", "status.agentplatform.com", 94),
        ("status page", "https://status.terragonlabs.com", 225),
    ]
    assert [(x.kind, x.title, bool(x.url), x.why.line) for x in of(3).links] == [
        ("dashboard", "Grafana", True, 411),
        ("console", "PagerDuty", True, 794),
        ("dashboard", "Grafana", False, 795),
        ("metrics", "Prometheus", False, 796),
        ("metrics", "AlertManager", False, 797),
        ("logs", "Logs", False, 798),
        ("status page", "Status Page", True, 799),
        ("console", "AWS Console", True, 800),
    ]


@seen
def test_the_hand_off() -> None:
    assert [(h.text, h.why.line) for h in of(3).handoff] == [
        ("Active incidents", 168),
        ("Known issues", 169),
        ("Scheduled maintenance", 170),
        ("Environment health", 171),
    ]  # fmt: skip
    assert [of(n).handoff for n in (0, 1, 2, 4)] == [()] * 4


@seen
def test_drills_and_looks_back() -> None:
    assert [(r.kind, r.every, r.why.line) for r in of(0).practices] == [("drill", None, n) for n in range(291, 295)]
    assert [(r.kind, r.every, r.why.line) for r in of(4).practices] == [
        ("review", WEEK, 13),
        ("review", 30 * DAY, 276),
    ]
    assert [of(n).practices for n in (1, 2, 3)] == [(), (), ()]


@seen
def test_what_follows_an_incident() -> None:
    due = {n: [(f.why.line, f.within) for f in of(n).follow_ups if f.within] for n in range(5)}
    assert due[0] == [(n, DAY) for n in range(57, 61)]
    assert due[1] == [*((n, DAY) for n in range(264, 268)), *((n, WEEK) for n in range(270, 274))]
    assert due[2] == [(115, 2 * DAY)]
    assert due[3] == []
    assert due[4] == [
        *((n, DAY) for n in (254, 259, 260, 261, 262)),
        *((n, WEEK) for n in (*range(265, 270), *range(271, 275))),
    ]
    assert [f.severities for f in of(0).follow_ups if f.why.line == 58] == [("P0", "P1")]


@seen
def test_meetings_and_forms() -> None:
    (meeting,) = of(3).meetings
    assert (meeting.minutes, meeting.why.line, len(meeting.attendees)) == (60, 496, 3)
    assert [(a.minutes, a.why.line) for a in meeting.agenda] == [(15, 502), (10, 508), (20, 513), (15, 518)]
    (review,) = of(4).meetings
    assert (review.why.line, [a.why.line for a in review.agenda]) == (254, [255, 256, 257])
    assert [(f.text, f.why.line) for f in of(1).fields] == [("Owner", 299), ("Due", 299)]
    assert [f.text for f in of(2).fields] == ["Item", "Owner", "Due Date", "Status"]
    assert [(f.text, f.why.line) for f in of(2).impact] == [
        ("Users affected", 380), ("Revenue impact", 381), ("SLA impact", 382),
    ]  # fmt: skip
    assert {f.text for f in of(3).impact} >= {"Users affected", "Error rate during incident", "Failed transactions"}


@seen
def test_probes() -> None:
    lines = {n: {p.why.line for p in of(n).probes} for n in range(5)}
    assert lines[1] == {70, 71, 186, 187, 249}
    assert lines[2] >= {419, 422}
    assert lines[4] >= {58, 59, 60, 110, 113, 301, 304, 310, 311, 317, 329, 333}


@seen
def test_the_papers() -> None:
    stamp = of(4).stamp
    assert stamp.owner and stamp.updated and stamp.review
    assert (stamp.owner.text, stamp.updated.text, stamp.review_every) == ("SRE Team", "$(date)", 30 * DAY)
    assert stamp.owner.why.line == 341
    (change,) = of(3).changes
    assert (change.date, change.version, change.author, change.why.line) == ("2024-11-26", "1.0.0", "Ops Team", 808)


MATRIX = """\
# On-call handbook

## Access

| System | What for | Role |
|---|---|---|
| Vault | secrets | reader |
| Argo CD | deploys | admin |

## Hand-over

The hand-over covers open incidents, flapping alerts, and planned changes.

## Game days

| Exercise | How often | Who leads |
|---|---|---|
| Region failover | quarterly | SRE |
| Restore from backup | every 2 months | DBA |

## Useful links

- [Orders dashboard](https://grafana.acme.io/d/orders)
- [Runbook index](https://wiki.acme.io/runbooks)
- Logs: <https://kibana.acme.io>

## Revision history

| Rev | When | Who | Summary |
|---|---|---|---|
| 3 | 2026-02-01 | Jo | New levels |
"""
PROSE = """\
---
owner: Payments SRE
version: 2.4
last_reviewed: 2026-01-15
---
# Incident policy

## If Slack is down
Use the bridge at +1-555-0100 if Slack is down. The break-glass account is in the safe; its use is told.

## Duties of the on-call engineer
1. Acknowledge pages within 5 minutes
2. Write an update every 30 minutes

## After the incident
- [ ] Retro doc in 48 hours
- [ ] Tickets for what is left within 1 week

### Retro meeting (45 min)
Attendees: responders, EM, product
1. Timeline (10 min)
2. Causes (20 min)
3. Actions (15 min)

We run a chaos day every quarter.
"""
LIST = """\
# Runbook: Brewery Control

Version: 1.3 | Owner: Plant IT | Review cycle: quarterly | Next review: 2026-03-01

## On-call kit

* Laptop
* VPN token

## Dashboards

* Kettles — https://grafana.brew.local/d/kettles
* SCADA logs — https://loki.brew.local

## Role responsibilities

| Role | Responsibilities |
|---|---|
| Incident lead | Runs the call; Decides on rollback within 15 minutes |
| Scribe | Keeps the timeline |

## Checking by hand

```bash
curl -fsS http://kettles.brew.local/health
curl -X POST http://kettles.brew.local/health/reset
kubectl get pods -n <namespace> | grep -v Running
```

## Changelog

- 2026-01-03 v1.3 new kettle thresholds
- v1.2 (2025-10-01): added SCADA
"""


def test_a_house_of_tables() -> None:
    ready = read(MATRIX).readiness
    assert [(a.system, a.purpose, a.level) for a in ready.access] == [
        ("Vault", "secrets", "reader"),
        ("Argo CD", "deploys", "admin"),
    ]
    assert [(h.text, h.why.line) for h in ready.handoff] == [
        ("open incidents", 12), ("flapping alerts", 12), ("planned changes", 12),
    ]  # fmt: skip
    assert [(r.what, r.every) for r in ready.practices] == [
        ("Region failover", 91 * DAY),
        ("Restore from backup", 60 * DAY),
    ]
    assert [(x.title, x.kind, x.url) for x in ready.links] == [
        ("Orders dashboard", "dashboard", "https://grafana.acme.io/d/orders"),
        ("Runbook index", "documentation", "https://wiki.acme.io/runbooks"),
        ("Logs", "logs", "https://kibana.acme.io"),
    ]
    assert [(c.version, c.date, c.author, c.what) for c in ready.changes] == [
        ("3", "2026-02-01", "Jo", "New levels")
    ]


def test_a_house_of_prose() -> None:
    ready = read(PROSE).readiness
    assert [(b.text[:24], b.why.line) for b in ready.fallbacks] == [("Use the bridge at +1-555", 9)]
    assert [b.text[:23] for b in ready.break_glass] == ["The break-glass account"]
    assert [(f.within, f.why.line) for f in ready.follow_ups] == [(2 * DAY, 16), (WEEK, 17)]
    (meeting,) = ready.meetings
    assert (meeting.minutes, meeting.attendees) == (45, ("responders", "EM", "product"))
    assert [(a.what, a.minutes) for a in meeting.agenda] == [("Timeline", 10), ("Causes", 20), ("Actions", 15)]
    assert [(r.kind, r.every) for r in ready.practices] == [("drill", 91 * DAY)]
    stamp = ready.stamp
    assert stamp.owner and stamp.version and stamp.updated
    assert (stamp.owner.text, stamp.version.text, stamp.updated.text) == ("Payments SRE", "2.4", "2026-01-15")
    assert stamp.updated.why.line == 4


def test_business_days_stay_business_days() -> None:
    text = """# Incidents

## Post-incident

### Within 3 business days
- Write to affected customers
- Draft within 48 hours
- Call the largest tenants within 1 business day

## Drills
- Restore test every 10 business days
"""
    ready = read(text).readiness
    assert [(f.within, f.business) for f in ready.follow_ups] == [(3 * DAY, True), (2 * DAY, False), (DAY, True)]
    assert [r.every for r in ready.practices] == [14 * DAY], "two weeks by the calendar"


def test_a_house_of_lists() -> None:
    ready = read(LIST).readiness
    assert [t.text for t in ready.tools] == ["Laptop", "VPN token"]
    assert [(x.title, x.kind) for x in ready.links] == [("Kettles", "dashboard"), ("SCADA logs", "logs")]
    assert [(p.text, p.why.line) for p in ready.probes] == [("curl -fsS http://kettles.brew.local/health", 25)]
    assert [(c.date, c.version, c.what) for c in ready.changes] == [
        ("2026-01-03", "v1.3", "new kettle thresholds"),
        ("2025-10-01", "v1.2", "added SCADA"),
    ]
    stamp = ready.stamp
    assert stamp.next_review
    assert (stamp.next_review.text, stamp.review_every) == ("2026-03-01", 91 * DAY)


@pytest.mark.parametrize("text", [MATRIX, PROSE, LIST])
def test_explain_tells_all_of_it_with_its_line(text: str) -> None:
    policy = read(text)
    told = explain(policy)
    lines = [line for _, under in explain_readiness(policy) for line in under]
    assert len(lines) > 6
    assert all(f"  {line}" in told and line.endswith("]") for line in lines)


def test_a_playbook_that_keeps_nothing_ready_is_told_nothing_of() -> None:
    policy = read("# Incidents\n\nCall somebody.\n")
    assert policy.readiness == Readiness()
    assert "links" not in explain(policy)

"""One life of one incident in which every kind of event happens, every field filled: what a release stores.

Run as a program, it writes the golden files of the version in pyproject.toml, until that version is tagged: what
a database of a release holds cannot be changed any more, so neither can its files.
"""

import subprocess
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from sirenbook.incident.core import fold
from sirenbook.model import event as e
from sirenbook.model import progress_event as p
from sirenbook.model import review_event as r
from sirenbook.model import step_event as st
from sirenbook.model import update_event as u
from sirenbook.model.alert import Alert
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.incident import Incident
from sirenbook.model.intent import Intent
from sirenbook.model.policy import AlertRule, Clock, Level, Policy, Rotation, Severity
from sirenbook.model.procedure import Branch, Reference, Routine, Runbook, RunbookStep
from sirenbook.model.promise import (
    Demand,
    Duty,
    Obligation,
    Outlet,
    Promise,
    Role,
    SecurityRule,
    State,
    Use,
)
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.step import Value
from sirenbook.store.records import GENESIS, chain, encode_entry, encode_intent, encode_state

GOLDEN = Path(__file__).parent / "golden"
NUMBER = 41
START = datetime(2026, 11, 21, 9, 26, 10, 287964, tzinfo=UTC)
WHY = Provenance("playbook.md", 42, "Page the primary on-call at once – “immediately”")

EVENTS: tuple[e.Event, ...] = (
    e.Opened(
        "HighErrorRate · api",
        "P2",
        "label severity=error is bound to P2",
        WHY,
        "digest",
        "",
        "api\x1fx",
        1,
        True,
        alert="HighErrorRate",
        service="api",
        began_at=START - timedelta(seconds=40),
    ),
    e.Notified("INC-41.1", "vikram", "CTO", "HighErrorRate · api", WHY, 0),
    e.Escalated("p2.0", ("Primary On-Call",), WHY, "page", "acknowledged", 0),
    e.Paged("INC-41.2", "lucas", "Primary On-Call", WHY, 0),
    e.Delivered("INC-41.2", "lucas", "email", "failed", "INC-41.2.0", 0, 1, "451 later", False, 7),
    e.PageContinued("INC-41.2", "lucas", "Primary On-Call", 1, "email: 451 later", WHY),
    e.Delivered("INC-41.2", "lucas", "ntfy", "accepted", "INC-41.2.1", 1, 1, "id 7", True, 0),
    e.AlertsFolded(2, "5xx > 5 %"),
    e.Regraded("P1", "P2", "a worse alert joined", "", WHY, False, True),
    e.Moved("ledger", "api", "its queries wait", "vikram"),
    e.Unreachable("Security Lead", ("marisol",), default("nobody is bound")),
    e.ResponseMissed("P1", WHY),
    e.Silent(1, WHY),
    e.Acknowledged("lucas", "mail"),
    e.UpdateDue("P1", WHY),
    u.RoomOpened("slack", "C0123ABCD", "#incident-2026-11-21-092610", WHY, True),
    u.RoleAssigned("Incident Commander", "commander", "marisol", "lucas", WHY, "lucas", "two regions are hit"),
    u.SecurityMarked("", "it speaks of “breach”", WHY),
    u.UpdateNudged("customers", START + timedelta(minutes=30), WHY),
    e.UpdateDue("P1", WHY, "customers", 1),
    u.UpdateApproved("marisol", "customers", "6d6ac4", "We are on it.", WHY),
    u.UpdateGiven(
        "lucas",
        "customers",
        "We are on it.",
        False,
        ("status.example.com",),
        ("#incidents",),
        START + timedelta(hours=1),
        "Investigating",
        "Status page",
        "marisol",
    ),
    u.UpdateGiven(
        "lucas",
        "customers",
        "We are on it.",
        True,
        (),
        (),
        START + timedelta(hours=1),
        "Identified",
        "",
        "",
        ("ETA",),
        "too early",
    ),
    u.Obliged("all hands", "P1", WHY),
    u.RoleMissing("Incident Commander", "commander", "P1", 2, WHY, "Technical Lead"),
    u.UpdateGiven(
        "lucas",
        "customers",
        "It is slow.",
        outlets=("status page", "customers: all"),
        page=True,
        title="Slow exports",
        components=("Export",),
        impact="degraded",
        lists=("all",),
    ),
    u.SecurityLifted("marisol", "a test account"),
    u.AccessRestricted("marisol", "talks with a partner"),
    u.AccessOpened("marisol", "they are told"),
    e.Noted("lucas", "Rolled back to 1.4.2", True),
    e.Snoozed("lucas", START + timedelta(hours=2)),
    e.SnoozeEnded("lucas"),
    e.ResolutionAtRisk("P1", START + timedelta(hours=4), WHY),
    e.ResolutionMissed("P1", WHY),
    e.AlertsCleared(2),
    e.AlertsReturned("5xx > 5 %"),
    e.Resolved("lucas", "false alarm", True, WHY, (("root cause", "a test"),), ("prevention",), "it was a test"),
    e.Reopened("marisol", "it is back"),
    e.Escalated("", ("VP Engineering",), WHY, "page", "resolved", 900, "marisol", "we need a decision"),
    e.Paged("INC-41.4", "deborah", "VP Engineering", WHY, 0, "platform", START, "you are now commander"),
    st.RunbookChosen(
        "Errors at the gateway",
        "it names the alert HighErrorRate",
        WHY,
        "",
        (Value("pod", "api-7f3", "label pod"),),
    ),
    st.StepStarted(1, 2, "kubectl get pods -n api", "context west", "f00d", WHY),
    st.StepEnded(1, 2, "nothing", WHY, 1, 0.25, "no line matched", "NAME  READY", 4096),
    st.ValueGiven("replicas", "5", "marisol"),
    st.StepApproved(
        3, "kubectl scale deployment/api", "context west", "beef", "lucas", START + timedelta(minutes=30), WHY
    ),
    st.ApprovalLapsed(3, "lucas", WHY),
    st.StepStarted(2, 3, "kubectl scale deployment/api", "context west", "beef", WHY, "lucas", True, False),
    st.StepEnded(2, 3, "unknown", WHY, None, 0.0, "the process that ran it ended"),
    st.StepStarted(3, 3, "kubectl scale deployment/api", "context west", "beef", WHY, "lucas", False, True),
    st.StepMarked(
        3, "wrong", "marisol", WHY, "the deployment is called gateway now", "kubectl scale deployment/api"
    ),
    r.ReviewAssigned("marisol", "lucas"),
    r.ReviewScheduled(START + timedelta(days=2), 45, "marisol"),
    r.DueSoon("review.0", "Report within 48 hours", START + timedelta(days=2), WHY, "marisol"),
    r.Overdue("review.0", "Report within 48 hours", 1, WHY, "marisol"),
    r.ReviewWritten(1, "# Review\n\nIt is mended.", "marisol"),
    r.ReviewApproved(1, "lucas"),
    r.ReviewPublished(1, "marisol"),
    r.FollowedUp("review.0", "Report within 48 hours", "marisol", WHY, "sent by mail"),
    r.ItemAdded(1, "Alert on the disk sooner", "marisol", "lucas", START + timedelta(days=9), "customer"),
    r.ItemChanged(
        1,
        "Alert on the disk",
        "lucas",
        "dropped",
        "deborah",
        START + timedelta(days=10),
        "it is another's",
        "OPS-41",
    ),
    st.StepMarked(1001, "worked", "marisol", WHY, "", "Acknowledge the alert", "Phase 1: Triage"),
    p.BranchChosen(2, "If a release is bad", "marisol", WHY, "a release is bad", (1,)),
    p.PhaseReached(2, "Phase 2: Investigation", WHY, "marisol", 3, 3600),
    p.EvidenceKept("ab" * 32, "cd" * 32, "marisol", WHY, 40, 2, 1, 9000),
    p.WatchBegan(
        "marisol",
        "rolled back",
        1800,
        WHY,
        ("Verify the error rate",),
        (("cause", "a leak"),),
        ("ETA",),
        "too early",
    ),
    e.Reopened("", "an alert fires again while it was watched"),
)


def timeline() -> list[e.Entry]:
    """The events as entries, one second apart; every third was due a little earlier."""
    return [
        e.Entry(n, START + timedelta(seconds=n), event, START + timedelta(seconds=n - 0.5) if n % 3 == 0 else None)
        for n, event in enumerate(EVENTS, 1)
    ]


def intent() -> Intent:
    """A message that waits in the outbox while the release changes."""
    return Intent("INC-41.4.0", NUMBER, "INC-41.4", "deborah", "VP Engineering", 0, True, "", WHY, START)


def alert() -> Alert:
    """A stored alert."""
    labels, notes = {"alertname": "HighErrorRate", "service": "api"}, {"summary": "5xx > 5 %"}
    return Alert("alertmanager:3e12e2c7d3b4194d", "firing", labels, notes, START, "http://prom/graph", 3)


def policy() -> Policy:
    """A policy with everything in it: incidents keep the one that they were opened under."""
    clock = Clock(300, WHY, True)
    return Policy(
        digest="digest",
        title="Forecourt Desk",
        files=("playbook.md",),
        severities=(
            Severity("P1", 0, WHY, "Critical", ("SEV1",), clock, clock, clock, clock, (WHY,)),
            Severity("P2", 1, WHY),
        ),
        levels=(
            Level("p2.0", "P2", 0, ("Primary On-Call",), "acknowledged", WHY),
            Level("all.900", None, 900, ("VP Engineering", "CTO"), "resolved", WHY, "notify", True, False),
        ),
        on_call=("Primary On-Call",),
        on_call_why=WHY,
        watch=clock,
        ack=clock,
        backup="Secondary On-Call",
        backup_why=WHY,
        in_doubt_higher=WHY,
        restart_on_regrade=False,
        alerts=(AlertRule("HighErrorRate", WHY, "Errors at the gateway", "P2"),),
        runbooks=(
            Runbook(
                "Errors at the gateway",
                WHY,
                ("symptoms", "resolution"),
                (
                    RunbookStep("kubectl get pods -n api", "shell", WHY, "investigation", purpose="Look"),
                    RunbookStep("Tell the shop", "", WHY, "resolution", "manual", 1),
                ),
                (Branch("If a release is bad", WHY, 1, "a release is bad", "Roll it back", "resolution"),),
                *((WHY,) for _ in range(5)),
                (Reference("See Database", WHY, "Database", ("Slow queries",)),),
                WHY,
            ),
        ),
        routines=(
            Routine("Phase 1", "phase", WHY, (RunbookStep("Take it", "", WHY, kind="manual"),), (), 0, 900),
            Routine("After", "phase", WHY, begins=0, ends=86_400, since="resolved"),
        ),
        rotation=Rotation(604_800, "monday", "09:00", "America/New_York", "24/7", 300, ("primary",), ("api",), WHY),
        outlets=(Outlet("chat", "#incidents", (Use(WHY, "internal", ("P1",)),), "Slack", False),),
        promises=(
            Promise(
                "customers", "must", WHY, ("P1",), clock, clock, ("start",), "if hit", "e-mail", True, ("CTO",)
            ),
        ),
        demands=(Demand("start", ("severity", "impact"), WHY, "internal"),),
        obligations=(Obligation("all hands", ("P1",), WHY),),
        roles=(Role("Captain", "commander", WHY, (Duty("decides", WHY, clock),), (WHY,), ("@mira",)),),
        security=(SecurityRule("alert at once", WHY, ("CTO",)),),
        states=(State("Fixing", "identified", WHY),),
        everyone_outside=True,
        questions=(Question("oncall.first", "Who is paged first?", "Primary On-Call", WHY),),
        diagnostics=(Diagnostic("SB102", "warning", "P2 states no response time.", "State it.", WHY),),
    )


def stored() -> dict[str, str]:
    """Every golden file of a release by its name, as the database holds the text."""
    texts = [encode_entry(entry) for entry in timeline()]
    incident: Incident = fold(NUMBER, timeline())
    return {
        "timeline.jsonl": "".join(f"{text}\n" for text in texts),
        "head.txt": chain(GENESIS, texts)[-1].hex() + "\n",
        "incident.json": encode_state(incident) + "\n",
        "intent.json": encode_intent(intent()) + "\n",
        "alert.json": msgspec.json.encode(alert()).decode() + "\n",
        "policy.json": msgspec.json.encode(policy()).decode() + "\n",
    }


def version() -> str:
    """The version that is being made."""
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    return str(tomllib.loads(pyproject.read_text())["project"]["version"])


def released() -> bool:
    """Whether this version is out, and its files are therefore for ever."""
    tag = f"refs/tags/v{version()}"
    return subprocess.run(["git", "rev-parse", "-q", "--verify", tag], check=False, cwd=GOLDEN).returncode == 0


if __name__ == "__main__":
    folder = GOLDEN / version()
    folder.mkdir(parents=True, exist_ok=not released())
    for name, text in stored().items():
        (folder / name).write_text(text)

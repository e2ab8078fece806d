"""Severity names: which titles name a severity, and which severities a text speaks of."""

import pytest

from sirenbook.playbook.language.names import Scale, canonical, read_name

SCALE = Scale(
    ("P0", "P1", "P2", "P3"),
    {"p0": "P0", "p1": "P1", "p2": "P2", "p3": "P3", "sev1": "P0"},
    {"critical": "P0", "high": "P1", "medium": "P2", "low": "P3"},
)


@pytest.mark.parametrize(
    ("title", "id_", "label", "aliases"),
    [
        ("P0", "P0", None, ()),
        ("P0 - Critical (Production Down)", "P0", "Critical", ()),
        ("Critical (P0)", "P0", "Critical", ()),
        ("🔴 SEV-1: Critical", "SEV-1", "Critical", ()),
        ("SEV1 (Critical)", "SEV1", "Critical", ()),
        ("3.1 Severity 1 — Critical Impact", "Severity 1", "Critical", ()),
        ("SEV-1 / P1 – Critical", "SEV-1", "Critical", ("P1",)),
        ("SEV 2 | High", "SEV 2", "High", ()),
        ("Sev 0", "Sev 0", None, ()),
        ("P1 Incidents", "P1", None, ()),
        ("Priority 1 - the shop is closed", "Priority 1", None, ()),
        ("SEV III", "SEV III", None, ()),
        ("Critical", "Critical", None, ()),
        ("High Severity", "High", None, ()),
        ("Severity: Low", "Low", None, ()),
        ("Major incident", "Major", None, ()),
        ("CRITICAL 🔴", "CRITICAL", None, ()),
        ("P1 ⚠️", "P1", None, ()),
        ("Fatal", "Fatal", None, ()),
        ("Severity 1 (Critical) - P0", "Severity 1", "Critical", ("P0",)),
        ("SEV2 - ticket by day, unless it is about to become SEV1", "SEV2", None, ()),
    ],
)
def test_titles_that_name_a_severity(title: str, id_: str, label: str | None, aliases: tuple[str, ...]) -> None:
    name = read_name(title)
    assert name is not None
    assert (name.id, name.label, name.aliases) == (id_, label, aliases)


@pytest.mark.parametrize(
    "title",
    [
        "P0 Response Checklist", "P0/P1 incidents", "SEV1-SEV3", "Escalation for P1", "How we handle SEV1",
        "Phase 1",
        "High Error Rate", "High CPU usage", "P95 latency", "P99", "Low disk space on node",
        "Critical alert runbooks",
        "Level 1", "S3 bucket", "", "Overview", "P10",
    ],
)  # fmt: skip
def test_titles_that_do_not(title: str) -> None:
    assert read_name(title) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("P0/P1 incidents", ("P0", "P1")),
        ("P0, P1 and P2", ("P0", "P1", "P2")),
        ("P0-P2", ("P0", "P1", "P2")),
        ("P1 to P3", ("P1", "P2", "P3")),
        ("P1 and above", ("P0", "P1")),
        ("P2 or lower", ("P2", "P3")),
        ("P1+", ("P0", "P1")),
        ("SEV-1", ("P0",)),
        ("P95 latency over P5", ()),
        ("Critical", ()),
        ("nothing", ()),
    ],
)
def test_mentions(text: str, found: tuple[str, ...]) -> None:
    assert SCALE.mentioned(text) == found


def test_labels_count_where_they_may() -> None:
    assert SCALE.mentioned("Critical and High", by_label=True) == ("P0", "P1")


@pytest.mark.parametrize(
    "spelling", ["SEV-1", "sev1", "Sev 1", "Severity 1", "SEVERITY-1", "Severity Level 1", "SEV I"]
)
def test_spellings_of_one_name(spelling: str) -> None:
    assert canonical(spelling) == "sev1"

"""Which criteria an alert meets, shown with what it said; nothing is taken for met that it does not state."""

import pytest

from sirenbook.incident.criteria import Observed, idle, observe, stated, weigh
from sirenbook.incident.severity import Choice, by_criteria, classify
from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Policy
from sirenbook.playbook.compile import compile_playbook

PLAYBOOK = """\
# Incidents

## Severity

### SEV1 - Critical
- **Response time**: 5 minutes
- **Criteria**: Error rate > 25%, more than 1000 users affected, data loss, p99 over 5 s for 10 minutes

### SEV2 - High
- **Response time**: 15 minutes
- **Criteria**: Error rate 5-25%, latency above 3x normal, checkout failures affecting more than 50% of requests

### SEV3 - Low
- **Response time**: 1 hour
- **Criteria**: Error rate 1-5%, single customer, slow report generation
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return compile_playbook([("playbook.md", PLAYBOOK)])


def alert(name: str = "", /, **annotations: str) -> Observed:
    return observe({"alertname": name} if name else {}, annotations)


def chosen(policy: Policy, observed: Observed) -> tuple[str, int]:
    choice = by_criteria(policy, observed)
    return choice.severity, choice.why.line


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({"error_rate": "30%"}, "SEV1"),
        ({"error_rate": "12%"}, "SEV2"),
        ({"error_rate": "25 percent"}, "SEV2"),
        ({"api_error_rate": "2%"}, "SEV3"),
        ({"users": "1500"}, "SEV1"),
        ({"error_rate": "2%", "users": "1500"}, "SEV1"),
        ({"latency": "4x"}, "SEV2"),
        ({"latency": "4s", "normal_latency": "800ms"}, "SEV2"),
        ({"p99": "7s for 15m"}, "SEV1"),
        ({"customers": "1"}, "SEV3"),
    ],
)
def test_figures_choose(policy: Policy, facts: dict[str, str], severity: str) -> None:
    choice = by_criteria(policy, stated(facts))
    assert (choice.severity, choice.evidence[0].sure) == (severity, True), choice


@pytest.mark.parametrize(
    "facts",
    [{"error_rate": "0.3"}, {"errors": "many"}, {"users": "12"}, {"latency": "4s"}, {"success_rate": "30%"}, {}],
)
def test_what_decides_nothing_is_in_doubt_the_highest(policy: Policy, facts: dict[str, str]) -> None:
    choice = by_criteria(policy, stated(facts))
    assert (choice.severity, choice.evidence) == ("SEV1", ())
    assert "in doubt" in choice.reason


def test_what_may_meet_a_criterion_counts_and_says_so(policy: Policy) -> None:
    short = by_criteria(policy, stated({"p99": "7s"}))
    assert (short.severity, short.evidence[0].sure) == ("SEV1", False)
    assert "in doubt" in short.reason
    scoped = by_criteria(policy, stated({"requests": "60%"}))
    assert scoped.severity in ("SEV1", "SEV2") and "in doubt" in scoped.reason


def test_too_short_is_not_met(policy: Policy) -> None:
    assert by_criteria(policy, stated({"p99": "7s for 5m"})).evidence == ()


@pytest.mark.parametrize(
    ("observed", "severity"),
    [
        (alert("ApiErrors", summary="Error rate is 30.2% on api"), "SEV1"),
        (alert("HighErrorRate", value="12.5%"), "SEV2"),
        (alert("ApiErrors", description="API error rate: 3% (threshold 1%)"), "SEV3"),
        (alert("Odd", summary="Data loss detected in the ledger"), "SEV1"),
        (alert("DataLoss"), "SEV1"),
        (alert("SlowReportGeneration"), "SEV3"),
    ],
)
def test_alerts_choose(policy: Policy, observed: Observed, severity: str) -> None:
    choice = by_criteria(policy, observed)
    assert (choice.severity, [e.severity for e in choice.evidence if e.sure][:1]) == (severity, [severity]), choice


@pytest.mark.parametrize("summary", ["No data loss so far", "Failover to prevent data loss", "Data is fine"])
def test_what_is_denied_is_not_said(policy: Policy, summary: str) -> None:
    assert by_criteria(policy, alert("Odd", summary=summary)).evidence == ()


def test_the_evidence_is_shown(policy: Policy) -> None:
    choice = by_criteria(policy, alert("ApiErrors", summary="Error rate is 12%"))
    assert choice.reason == "“Error rate is 12%” meets a criterion of SEV2"
    assert (choice.why.line, choice.why.quote) == (11, "Error rate 5-25%")


def test_several_are_met_and_the_higher_counts(policy: Policy) -> None:
    found = weigh(policy, stated({"error_rate": "12%", "users": "2000"}))
    assert [(e.severity, e.sure) for e in found] == [("SEV1", True), ("SEV2", True)]


def test_labels_that_name_a_severity_decide_first(policy: Policy) -> None:
    choice: Choice = classify(policy, Bindings(), {"severity": "sev3"}, {"summary": "Error rate is 30%"})
    assert (choice.severity, choice.evidence) == ("SEV3", ())


def test_what_nothing_is_about_is_told(policy: Policy) -> None:
    observed = stated({"disk_usage": "95%", "error_rate": "12%"})
    assert [f.condition.measure for f in idle(policy, observed)] == ["disk usage"]
    assert stated({"version": "1.2.3-beta"}).unread == ("version=1.2.3-beta",)

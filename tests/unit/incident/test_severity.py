"""Which severity an alert gets and why, and what a change of it does to the clocks."""

import pytest
from msgspec.structs import replace

from sirenbook.incident.criteria import stems
from sirenbook.incident.severity import classify
from sirenbook.model import command as c
from sirenbook.model.criteria import Criterion
from sirenbook.model.policy import AlertRule
from sirenbook.model.provenance import Provenance
from unit.incident.scenes import Scene, bindings, level, policy, severity


def line(number: int, quote: str = "") -> Provenance:
    """A line of the playbook."""
    return Provenance("playbook.md", number, quote)


@pytest.mark.parametrize(
    ("labels", "chosen", "reason"),
    [
        ({"severity": "critical"}, "P1", "label severity=critical is bound to P1"),
        ({"severity": "critical", "alertname": "DiskFull"}, "P1", "label severity=critical is bound to P1"),
        ({"alertname": "DiskFull"}, "P2", "the playbook grades DiskFull as P2"),
        ({"severity": "p2"}, "P2", "label severity=p2 is the playbook's own word for P2"),
        ({"priority": "P-1"}, "P1", "label priority=P-1 is the playbook's own word for P1"),
        ({"severity": "odd", "level": "P2"}, "P2", "label level=P2 is the playbook's own word for P2"),
        ({"alertname": "PaymentsFailing"}, "P1", "the name PaymentsFailing meets a criterion of P1"),
        ({"alertname": "Payments"}, "P0", "nothing grades Payments: in doubt, the highest severity"),
        ({}, "P0", "nothing grades this alert: in doubt, the highest severity"),
    ],
)
def test_classify(labels: dict[str, str], chosen: str, reason: str) -> None:
    """A bound label, the playbook's grade for the alert, its own words, its examples; in doubt the highest."""
    phrase = "Payment failing for some customers"
    criteria = (Criterion(line(5, phrase), phrase),)
    scale = (severity("P0", 0), replace(severity("P1", 1), criteria=criteria), severity("P2", 2))
    graded = policy(severities=scale, alerts=(AlertRule("DiskFull", line(9), severity="P2"),))
    bound = bindings(severity_labels={"severity": {"critical": "P1"}})
    choice = classify(graded, bound, labels)
    assert (choice.severity, choice.reason) == (chosen, reason)


def test_stems() -> None:
    """Words of names in any spelling compare alike."""
    assert stems("HighErrorRate") == stems("high error rates") == {"high", "error", "rate"}
    assert stems("HTTP5xxErrors") >= {"http", "error"}


LADDERS = (
    level("a", 0, "primary", severity="P1"),
    level("b", 20, "secondary", severity="P1"),
    level("x", 0, "vp", severity="P0"),
    level("y", 20, "secondary", severity="P0"),
)


def test_a_new_severity_restarts_the_clocks() -> None:
    """Graded at 15: its levels count from there, and its first one pages anew."""
    scene = Scene(policy(*LADDERS)).do(15, c.Regrade("mira", "p0", "worse than thought")).run(35)
    assert scene.told("Regraded", "Escalated")[1:] == ["15 Regraded P0", "15 Escalated x", "35 Escalated y"]


def test_or_lets_them_go_on_where_the_playbook_says_so() -> None:
    """Graded at 15 on clocks that go on: the second level is due five minutes later."""
    scene = Scene(policy(*LADDERS, restart_on_regrade=False)).do(15, c.Regrade("mira", "P0")).run(35)
    assert scene.told("Escalated") == ["0 Escalated a", "15 Escalated x", "20 Escalated y"]


def test_on_clocks_that_go_on_what_has_passed_is_due_at_once() -> None:
    """Graded at 25: both levels of the new severity are late already."""
    scene = Scene(policy(*LADDERS, restart_on_regrade=False)).do(25, c.Regrade("mira", "P0"))
    assert scene.told("Escalated")[-2:] == ["25 Escalated x", "25 Escalated y"]


def test_the_same_severity_is_no_change() -> None:
    """Nothing is written down."""
    assert Scene(policy(*LADDERS)).do(5, c.Regrade("mira", "P1")).told("Regraded") == []


def test_response_and_resolution_are_told_once() -> None:
    """Each in its time; the response time only while nobody has answered."""
    timed = policy(level("a", 0), severities=[severity("P1", 0, response=10, resolution=60)])
    assert Scene(timed).run(300).told("ResponseMissed", "ResolutionMissed") == [
        "10 ResponseMissed",
        "60 ResolutionMissed",
    ]
    taken = Scene(timed).do(5, c.Acknowledge("mira")).run(300)
    assert taken.told("ResponseMissed", "ResolutionMissed") == ["60 ResolutionMissed"]


def test_who_has_it_is_warned_before_the_target_passes() -> None:
    """In the last quarter of the time, a day before at the most; once, and again after a new severity."""
    timed = policy(level("a", 0), severities=[severity("P1", 0, resolution=60), severity("P0", 1, resolution=9600)])
    scene = Scene(timed).do(5, c.Acknowledge("mira")).run(59)
    assert scene.told("ResolutionAtRisk", "ResolutionMissed") == ["45 ResolutionAtRisk"]
    assert scene.told("Notified")[-1:] == ["45 Notified mira"]
    assert scene.do(59, c.Regrade("mira", "P0")).run(9700).told("ResolutionAtRisk", "ResolutionMissed")[1:] == [
        f"{59 + 9600 - 1440} ResolutionAtRisk",
        f"{59 + 9600} ResolutionMissed",
    ]


def test_nobody_is_warned_of_a_target_while_the_incident_is_nobodys() -> None:
    """Its pages go on anyway; the timeline says that the target is near."""
    scene = Scene(policy(level("a", 0), severities=[severity("P1", 0, resolution=60)])).run(50)
    assert scene.told("ResolutionAtRisk", "Notified") == ["45 ResolutionAtRisk"]


@pytest.mark.parametrize(
    ("told", "becomes"),
    [
        (c.Fold(2, 2, "x", "P0", "worse"), "P0"),
        (c.Fold(2, 2, "x", "P2", "better"), "P1"),
        (c.Fold(0, 2, "x", "P0", "but it is over"), "P1"),
        (c.Fold(2, 2, "x", "SEV1", "graded by a newer playbook"), "P0"),
    ],
)
def test_alerts_only_ever_raise_it(told: c.Fold, becomes: str) -> None:
    """A worse alert that fires; one graded in words this playbook does not have is the worst, in doubt."""
    assert Scene(policy(*LADDERS)).do(5, told).incident.severity == becomes


def test_alerts_do_not_overrule_a_person() -> None:
    """Somebody looked and graded it lower."""
    scene = Scene(policy(*LADDERS)).do(5, c.Regrade("mira", "P2")).do(6, c.Fold(2, 2, "x", "P0", "worse"))
    assert scene.incident.severity == "P2"

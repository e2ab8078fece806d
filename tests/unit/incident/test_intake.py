"""What alerts do to an open incident, and which incident they belong to."""

from sirenbook.incident.intake import group_key, group_title, relevant_labels
from sirenbook.model import command as c
from sirenbook.model.bindings import Grouping
from unit.incident.scenes import Scene, bindings, clock, level, policy


def test_the_group_is_the_values_of_its_labels() -> None:
    """Equal on these labels: one incident. A missing label is an empty value, not a joker."""
    bound = bindings(grouping=Grouping(("alertname", "service")))
    same = {"alertname": "A", "service": "b", "instance": "1"}
    assert group_key(bound, same) == group_key(bound, same | {"instance": "2"})
    assert group_key(bound, same) != group_key(bound, {"alertname": "A"})
    assert group_key(bound, {"alertname": "Ab"}) != group_key(bound, {"alertname": "A", "service": "b"})


def test_the_title_names_the_service() -> None:
    """By the first bound label that says it."""
    bound = bindings(service_labels=("service", "job"))
    assert group_title(bound, {"alertname": "A", "job": "j"}) == "A · j"
    assert group_title(bound, {}) == "Unnamed alert"


def test_whatever_decides_is_relevant() -> None:
    """Alerts that agree on these labels are classified alike."""
    bound = bindings(grouping=Grouping(("zone",)), severity_labels={"grade": {}})
    assert {"alertname", "severity", "zone", "grade", "service"} <= set(relevant_labels(bound))


def test_growth_is_told_once_per_doubling() -> None:
    """A storm stays readable."""
    scene = Scene(policy(level("1", 0)))
    for total in range(2, 70):
        scene.do(1 + total / 100, c.Fold(total, total, "x"))
    assert len(scene.told("AlertsFolded")) == 6


def test_cleared_and_returned() -> None:
    """Each is told once, however often it is said."""
    scene = Scene(policy(level("1", 0), watch=clock(60)))
    for minute, firing in ((1, 0), (2, 0), (3, 1), (4, 1), (5, 0)):
        scene.do(minute, c.Fold(firing, 1, "x"))
    assert scene.told("AlertsCleared", "AlertsReturned") == [
        "1 AlertsCleared",
        "3 AlertsReturned",
        "5 AlertsCleared",
    ]

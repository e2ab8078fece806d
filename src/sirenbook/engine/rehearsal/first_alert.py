"""The alert that a whole rehearsal begins with: one that the playbook itself grades so, taken in like any other."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from sirenbook.engine.intake.batch import Classifier, by_group, merge, opening
from sirenbook.engine.policies.books import Books
from sirenbook.incident.criteria import observe, weigh
from sirenbook.incident.severity import named
from sirenbook.model.bindings import Bindings
from sirenbook.model.command import Open
from sirenbook.model.policy import Policy, Severity
from sirenbook.sources import alertmanager

PENDING = timedelta(minutes=2)
"""For how long it has been true when it is told: what Prometheus calls `for`."""
_LONGEST_NAME = 6
_WORD = re.compile(r"[A-Za-z][a-z]*|\d+")
_INSTANCES = ("1", "2")

_Said = tuple[dict[str, str], dict[str, str]]
"""What an alert says: its labels and its annotations."""


def opened_by_alert(policy: Policy, bindings: Bindings, severity: Severity, now: datetime) -> Open:
    """What intake makes of an alert of this severity that two instances fire and two Alertmanagers tell."""
    labels, annotations = next(
        x for x in _candidates(policy, severity) if _grade(policy, bindings, x) == severity.name
    )
    told = [
        {
            "status": "firing",
            "labels": {**labels, "instance": instance},
            "annotations": annotations,
            "startsAt": (now - PENDING).isoformat(),
        }
        for instance in _INSTANCES
    ]
    alerts = alertmanager.parse(msgspec.json.encode({"version": "4", "alerts": told})).alerts
    groups = by_group(merge(Classifier(Books(policy, bindings)), [alerts, alerts]).values())
    return opening(next(iter(groups.values())))


def _candidates(policy: Policy, severity: Severity) -> Iterator[_Said]:
    """An alert that the playbook names, else one in the words of its criteria, else one labelled with its word."""
    for rule in policy.alerts:
        yield {"alertname": rule.name}, {}
    for criterion in severity.criteria:
        words = criterion.why.quote
        yield {"alertname": _name(words)}, {"summary": words}
    yield {"alertname": "Rehearsed", "severity": severity.name}, {}


def _name(words: str) -> str:
    return "".join(w[:1].upper() + w[1:] for w in _WORD.findall(words)[:_LONGEST_NAME]) or "Rehearsed"


def _grade(policy: Policy, bindings: Bindings, said: _Said) -> str:
    """The severity that an alert has without any doubt; nothing where there is one."""
    labels, annotations = said
    choice = named(policy, bindings, labels)
    if choice is not None:
        return choice.severity
    return next((e.severity for e in weigh(policy, observe(labels, annotations)) if e.sure), "")

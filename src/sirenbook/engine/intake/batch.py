"""What a batch of alerts comes to before any of it is stored: doublings merged, each classed, groups made. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from sirenbook.engine.policies.books import Books
from sirenbook.incident.criteria import observe
from sirenbook.incident.intake import group_key, group_title, relevant_labels
from sirenbook.incident.severity import Choice, by_criteria, named
from sirenbook.model.alert import Alert
from sirenbook.model.command import Fold, Open

LARGEST_CACHE = 20_000


class Class(Struct, frozen=True):
    """What an alert says makes of it: its group, what an incident of it is called, and how grave it is."""

    group: str
    title: str
    choice: Choice
    rank: int


class Classifier:
    """Classifies alerts by the policy in force, remembering what it has seen: storms repeat the same labels.

    Where the labels name no severity, the whole alert is looked at: its figures and words may meet a criterion.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._seen: dict[tuple[object, ...], Class] = {}
        self._unnamed: set[tuple[object, ...]] = set()
        self._made_for: Any = None
        self._labels: tuple[str, ...] = ()

    def classify(self, alert: Alert) -> Class:
        """The class of one alert."""
        books = self._books
        if self._made_for != (books.policy.digest, id(books.bindings)):
            self._made_for = (books.policy.digest, id(books.bindings))
            self._labels = relevant_labels(books.bindings)
            self._forget()
        labels = alert.labels
        key: tuple[object, ...] = tuple(map(labels.get, self._labels))
        if key in self._unnamed:
            key = _whole(alert)
        return self._seen.get(key) or self._fresh(alert, key)

    def _forget(self) -> None:
        self._seen.clear()
        self._unnamed.clear()

    def _fresh(self, alert: Alert, key: tuple[object, ...]) -> Class:
        policy, bindings = self._books.policy, self._books.bindings
        if len(self._seen) >= LARGEST_CACHE:
            self._forget()
        choice = named(policy, bindings, alert.labels)
        if choice is None:
            self._unnamed.add(tuple(map(alert.labels.get, self._labels)))
            key = _whole(alert)
            choice = by_criteria(policy, observe(alert.labels, alert.annotations))
        found = self._seen[key] = Class(
            group=group_key(bindings, alert.labels),
            title=group_title(bindings, alert.labels),
            choice=choice,
            rank=policy.severity(choice.severity).rank,
        )
        return found


def _whole(alert: Alert) -> tuple[object, ...]:
    """All that an alert says."""
    return (*alert.labels.items(), *alert.annotations.items())


class Merged(Struct):
    """One alert as a batch leaves it: its last word, and how often it came."""

    alert: Alert
    kind: Class
    repeats: int
    incident: int = 0


class Group(Struct):
    """What a batch brings to one incident."""

    worst: Merged
    alerts: list[Merged]

    def add(self, each: Merged) -> None:
        """Take one more alert in; the worst firing one gives the group its severity."""
        self.alerts.append(each)
        if each.alert.status == "firing" and each.kind.rank < self.worst.kind.rank:
            self.worst = each


def merge(classifier: Classifier, requests: Iterable[Sequence[Alert]]) -> dict[str, Merged]:
    """Every alert of the requests by its key, with its last word: those that repeat are one, and counted."""
    merged: dict[str, Merged] = {}
    classify = classifier.classify
    for request in requests:
        for alert in request:
            known = merged.get(alert.key)
            if known is None:
                merged[alert.key] = Merged(alert, classify(alert), alert.repeats)
            else:
                known.alert = alert
                known.repeats += alert.repeats
    return merged


def by_group(firing: Iterable[Merged]) -> dict[str, Group]:
    """Alerts by the group that they belong to."""
    groups: dict[str, Group] = {}
    for each in firing:
        groups.setdefault(each.kind.group, Group(each, [])).add(each)
    return groups


def opening(group: Group) -> Open:
    """The incident that a group without one opens, as grave as the worst of its alerts."""
    kind, alert = group.worst.kind, group.worst.alert
    return Open(
        title=kind.title,
        severity=kind.choice.severity,
        reason=kind.choice.reason,
        why=kind.choice.why,
        by="",
        group=kind.group,
        alerts=len(group.alerts),
        impact=alert.summary,
        labels=alert.labels,
        began_at=alert.starts_at,
    )


def folding(group: Group, rank: int, counts: tuple[int, int]) -> Fold:
    """What a group means for its open incident of a rank; `counts` are its firing alerts, and all, by now."""
    firing, total = counts
    worst = group.worst.kind
    worse = worst.rank < rank
    return Fold(
        firing=firing,
        total=total,
        sample=group.worst.alert.summary,
        severity=worst.choice.severity if worse else None,
        reason=worst.choice.reason if worse else "",
        why=worst.choice.why if worse else None,
    )

"""Alerts become incidents, durably, before their sender is answered.

Requests that arrive while a commit is in flight share the next one. In it, alerts are merged by their key, matched
to the open incident of their group, and decided on only where they change something: a storm on one incident is
counted, not decided on ten thousand times.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from sirenbook.engine import failpoints
from sirenbook.engine.books import Books
from sirenbook.engine.group_commit import GroupCommit
from sirenbook.engine.handle import Engine, Sitting, store, transact
from sirenbook.incident.core import Decision
from sirenbook.incident.criteria import observe
from sirenbook.incident.intake import group_key, group_title, relevant_labels
from sirenbook.incident.severity import Choice, by_criteria, named
from sirenbook.model.alert import Alert
from sirenbook.model.command import Fold, Open
from sirenbook.store.ledger import Transaction
from sirenbook.store.records import AlertRow, Counted, Held

LARGEST_CACHE = 20_000
_encoder = msgspec.json.Encoder()


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


class Receiver:
    """Takes alerts in; each call is answered when its alerts are committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._classifier = Classifier(engine.books)
        self.commits: GroupCommit[Sequence[Alert], list[int]] = GroupCommit(self._commit, largest=512)

    async def receive(self, alerts: Sequence[Alert]) -> list[int]:
        """Commit the alerts of one request; answers the ids of their incidents. Raises Overloaded or Away."""
        return await self.commits.submit(alerts)

    async def _commit(self, requests: Sequence[Sequence[Alert]]) -> list[list[int]]:
        merged = self._merge(requests)
        failpoints.reach("K2")
        decisions = await self._fold(list(merged.values()))
        failpoints.reach("K3")
        self._engine.signals.raise_for(decisions)
        return [_incidents_of(request, merged) for request in requests]

    async def _fold(self, merged: list[Merged]) -> list[Decision]:
        """Count what only needs counting; decide on the rest in one transaction.

        A crash between the two leaves a count without its decision, and a sender without an answer: it sends
        again, and the same decision is found to be due.
        """
        firing = [m for m in merged if m.alert.status == "firing"]
        counted = await self._engine.ledger.count(_rows(firing), self._engine.clock.now()) if firing else []
        by_group = {c.group: c for c in counted}
        rest = [m for m in merged if m.alert.status == "resolved" or m.kind.group not in by_group]
        for each in firing:
            known = by_group.get(each.kind.group)
            each.incident = known.id if known else 0
        grown = _grown(counted, firing)
        if not rest and not grown:
            return []

        async def body(tx: Transaction) -> list[Decision]:
            return await _decide(tx, self._engine, rest, grown)

        return await transact(self._engine, body)

    def _merge(self, requests: Sequence[Sequence[Alert]]) -> dict[str, Merged]:
        merged: dict[str, Merged] = {}
        classify_ = self._classifier.classify
        for request in requests:
            for alert in request:
                known = merged.get(alert.key)
                if known is None:
                    merged[alert.key] = Merged(alert, classify_(alert), alert.repeats)
                else:
                    known.alert = alert
                    known.repeats += alert.repeats
        return merged


def _incidents_of(request: Sequence[Alert], merged: dict[str, Merged]) -> list[int]:
    if len(request) == 1:
        incident = merged[request[0].key].incident
        return [incident] if incident else []
    return sorted({merged[a.key].incident for a in request} - {0})


def _rows(merged: Iterable[Merged]) -> list[AlertRow]:
    return [
        AlertRow(
            m.incident, m.kind.group, m.alert.key, m.alert.status, m.repeats, _encoder.encode(m.alert).decode()
        )
        for m in merged
    ]


def _grown(counted: Iterable[Counted], firing: Iterable[Merged]) -> dict[int, Group]:
    """The incidents on which counting is not enough: returned, worsened, or doubled."""
    groups = _by_incident(firing)
    return {
        c.id: groups[c.id]
        for c in counted
        if c.cleared
        or groups[c.id].worst.kind.rank < c.severity_rank
        or c.total.bit_length() > c.before.bit_length()
    }


def _by_incident(merged: Iterable[Merged]) -> dict[int, Group]:
    groups: dict[int, Group] = {}
    for each in merged:
        if each.incident:
            groups.setdefault(each.incident, Group(each, [])).add(each)
    return groups


async def _decide(tx: Transaction, engine: Engine, rest: list[Merged], grown: dict[int, Group]) -> list[Decision]:
    """Open what has no incident, fold what ended, and tell the incidents that changed."""
    now = engine.clock.now()
    held = await _hold(tx, rest, grown)
    opening = Sitting(engine.books, now)
    await _open_groups(tx, opening, [m for m in rest if not m.incident and m.alert.status == "firing"])
    opened = await store(tx, opening)
    failpoints.reach("K5")
    await tx.fold_alerts(_rows(m for m in rest if m.incident), now)
    told = {i: g for i, g in (_by_incident(rest) | grown).items() if i in held and held[i].open}
    counts = await tx.firing_counts(list(told)) if told else {}
    sitting = Sitting(engine.books, now, [held[i] for i in told])
    for incident_id, group in told.items():
        sitting.decide(incident_id, _fold(held[incident_id], group, counts.get(incident_id, (0, 0))))
    return opened + await store(tx, sitting)


async def _hold(tx: Transaction, rest: list[Merged], grown: dict[int, Group]) -> dict[int, Held]:
    """Lock the incidents that grew and those of the rest: firing alerts by group, resolved ones where they fire.

    An incident that was resolved since its alerts were counted takes none: they belong to the rest then.
    """
    known = await tx.lock(sorted(grown)) if grown else []
    for gone in [h.id for h in known if not h.open]:
        rest += grown.pop(gone).alerts
    over = [m for m in rest if m.alert.status == "resolved"]
    firing = [m for m in rest if m.alert.status == "firing"]
    firing_in = await tx.firing([m.alert.key for m in over]) if over else {}
    for each in over:
        each.incident = firing_in.get(each.alert.key, 0)
    held = await tx.lock_groups(sorted({m.kind.group for m in firing})) if firing else []
    by_group = {h.group: h.id for h in held}
    for each in firing:
        each.incident = by_group.get(each.kind.group, 0)
    others = sorted({m.incident for m in over if m.incident} - {h.id for h in [*held, *known]})
    if others:
        held += await tx.lock(others)
    return {h.id: h for h in [*known, *held]}


async def _open_groups(tx: Transaction, sitting: Sitting, firing: Sequence[Merged]) -> None:
    """Open an incident for every group that fires and has none."""
    fresh: dict[str, Group] = {}
    for each in firing:
        fresh.setdefault(each.kind.group, Group(each, [])).add(each)
    if not fresh:
        return
    for incident_id, group in zip(await tx.new_ids(len(fresh)), fresh.values(), strict=True):
        sitting.begin(incident_id)
        sitting.decide(incident_id, _open(group))
        for each in group.alerts:
            each.incident = incident_id


def _open(group: Group) -> Open:
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


def _fold(held: Held, group: Group, counts: tuple[int, int]) -> Fold:
    firing, total = counts
    worst = group.worst.kind
    worse = worst.rank < held.severity_rank
    return Fold(
        firing=firing,
        total=total,
        sample=group.worst.alert.summary,
        severity=worst.choice.severity if worse else None,
        reason=worst.choice.reason if worse else "",
        why=worst.choice.why if worse else None,
    )

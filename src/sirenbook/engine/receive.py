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
from sirenbook.incident.intake import group_key, group_title, relevant_labels
from sirenbook.incident.severity import Choice, classify
from sirenbook.model.alert import Alert
from sirenbook.model.command import Fold, Open
from sirenbook.store.ledger import Transaction
from sirenbook.store.records import AlertRow, Held

LARGEST_CACHE = 20_000
_encoder = msgspec.json.Encoder()


class Class(Struct, frozen=True):
    """What the labels of an alert make of it: its group, what an incident of it is called, and how grave it is."""

    group: str
    title: str
    choice: Choice
    rank: int


class Classifier:
    """Classifies alerts by the policy in force, remembering what it has seen: storms repeat the same labels."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._seen: dict[tuple[str | None, ...], Class] = {}
        self._made_for: Any = None
        self._labels: tuple[str, ...] = ()

    def classify(self, alert: Alert) -> Class:
        """The class of one alert."""
        books = self._books
        if self._made_for != (books.policy.digest, id(books.bindings)):
            self._made_for = (books.policy.digest, id(books.bindings))
            self._labels, self._seen = relevant_labels(books.bindings), {}
        labels = alert.labels
        key = tuple(map(labels.get, self._labels))
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= LARGEST_CACHE:
                self._seen.clear()
            found = self._seen[key] = self._fresh(alert)
        return found

    def _fresh(self, alert: Alert) -> Class:
        policy, bindings = self._books.policy, self._books.bindings
        choice = classify(policy, bindings, alert.labels)
        return Class(
            group=group_key(bindings, alert.labels),
            title=group_title(bindings, alert.labels),
            choice=choice,
            rank=policy.severity(choice.severity).rank,
        )


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
    firing: int = 0


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

        async def body(tx: Transaction) -> list[Decision]:
            return await _fold_batch(tx, self._engine, merged)

        failpoints.reach("K2")
        decisions = await transact(self._engine, body)
        failpoints.reach("K3")
        self._engine.signals.raise_for(decisions)
        return [_incidents_of(request, merged) for request in requests]

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


async def _fold_batch(tx: Transaction, engine: Engine, merged: dict[str, Merged]) -> list[Decision]:
    """Match, open, count, decide: the whole of intake in one transaction."""
    now = engine.clock.now()
    for each in merged.values():
        each.incident = 0
    held = await _match(tx, merged.values())
    opening = Sitting(engine.books, now)
    await _open_groups(tx, opening, merged.values())
    opened = await store(tx, opening)
    failpoints.reach("K5")
    rows = [
        AlertRow(m.incident, m.alert.key, m.alert.status, m.repeats, _encoder.encode(m.alert).decode())
        for m in merged.values()
        if m.incident
    ]
    totals = await tx.fold_alerts(rows, now)
    changed = await _changed(tx, held, totals, merged.values())
    sitting = Sitting(engine.books, now, [held[i] for i in changed])
    for incident_id, command in changed.items():
        sitting.decide(incident_id, command)
    return opened + await store(tx, sitting)


async def _match(tx: Transaction, merged: Iterable[Merged]) -> dict[int, Held]:
    """Find the incident of every alert: firing ones by their group, resolved ones by where they fire."""
    over = [m for m in merged if m.alert.status == "resolved"]
    firing_in = await tx.firing([m.alert.key for m in over]) if over else {}
    for each in over:
        each.incident = firing_in.get(each.alert.key, 0)
    firing = [m for m in merged if m.alert.status == "firing"]
    groups = {m.kind.group for m in firing}
    held = await tx.lock_groups(sorted(groups)) if groups else []
    by_group = {h.group: h.id for h in held}
    for each in firing:
        each.incident = by_group.get(each.kind.group, 0)
    known = {h.id for h in held}
    others = sorted({m.incident for m in over if m.incident} - known)
    if others:
        held += await tx.lock(others)
    return {h.id: h for h in held}


async def _open_groups(tx: Transaction, sitting: Sitting, merged: Iterable[Merged]) -> None:
    """Open an incident for every group that fires and has none."""
    fresh: dict[str, Group] = {}
    for each in merged:
        if each.incident or each.alert.status == "resolved":
            continue
        group = fresh.setdefault(each.kind.group, Group(each, []))
        group.alerts.append(each)
        if each.kind.rank < group.worst.kind.rank:
            group.worst = each
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
    )


async def _changed(
    tx: Transaction, held: dict[int, Held], totals: dict[int, int], merged: Iterable[Merged]
) -> dict[int, Fold]:
    """The incidents that this batch changes, with what it tells them."""
    groups: dict[int, Group] = {}
    for each in merged:
        if each.incident not in held or not held[each.incident].open:
            continue
        group = groups.setdefault(each.incident, Group(each, []))
        group.alerts.append(each)
        group.firing += each.alert.status == "firing"
        if each.kind.rank < group.worst.kind.rank:
            group.worst = each
    told = {i: g for i, g in groups.items() if _matters(held[i], g, totals.get(i))}
    if not told:
        return {}
    counts = await tx.firing_counts(list(told))
    return {i: _fold(held[i], g, totals.get(i), counts.get(i, 0)) for i, g in told.items()}


def _matters(held: Held, group: Group, total: int | None) -> bool:
    """Whether a decision is needed, rather than a count: something ended, returned, worsened, or doubled."""
    if group.firing < len(group.alerts) or held.cleared or group.worst.kind.rank < held.severity_rank:
        return True
    return total is not None and total.bit_length() > held.alerts.bit_length()


def _fold(held: Held, group: Group, total: int | None, firing: int) -> Fold:
    worst = group.worst.kind
    worse = worst.rank < held.severity_rank
    return Fold(
        firing=firing,
        total=total if total is not None else held.alerts,
        sample=group.worst.alert.summary,
        severity=worst.choice.severity if worse else None,
        reason=worst.choice.reason if worse else "",
        why=worst.choice.why if worse else None,
    )

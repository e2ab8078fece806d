"""Alerts become incidents, durably, before their sender is answered.

Requests that arrive while a commit is in flight share the next one. In it, alerts are merged by their key, matched
to the open incident of their group, and decided on only where they change something: a storm on one incident is
counted, not decided on ten thousand times.
"""

from collections.abc import Iterable, Sequence

import msgspec

from sirenbook.engine import failpoints
from sirenbook.engine.handle import Engine, Sitting, store, transact
from sirenbook.engine.intake.batch import Classifier, Group, Merged, by_group, folding, merge, opening
from sirenbook.engine.intake.group_commit import GroupCommit
from sirenbook.incident.core import Decision
from sirenbook.model.alert import Alert
from sirenbook.store.ledger import Transaction
from sirenbook.store.records import AlertRow, Counted, Held

_encoder = msgspec.json.Encoder()


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
        merged = merge(self._classifier, requests)
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
        known_groups = {c.group: c for c in counted}
        rest = [m for m in merged if m.alert.status == "resolved" or m.kind.group not in known_groups]
        for each in firing:
            known = known_groups.get(each.kind.group)
            each.incident = known.id if known else 0
        grown = _grown(counted, firing)
        if not rest and not grown:
            return []

        async def body(tx: Transaction) -> list[Decision]:
            return await _decide(tx, self._engine, rest, grown)

        return await transact(self._engine, body)


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
    fresh = Sitting(engine.books, now)
    await _open_groups(tx, fresh, [m for m in rest if not m.incident and m.alert.status == "firing"])
    opened = await store(tx, fresh)
    failpoints.reach("K5")
    await tx.fold_alerts(_rows(m for m in rest if m.incident), now)
    told = {i: g for i, g in (_by_incident(rest) | grown).items() if i in held and held[i].open}
    counts = await tx.firing_counts(list(told)) if told else {}
    sitting = Sitting(engine.books, now, [held[i] for i in told])
    for incident_id, group in told.items():
        sitting.decide(
            incident_id, folding(group, held[incident_id].severity_rank, counts.get(incident_id, (0, 0)))
        )
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
    held_by_group = {h.group: h.id for h in held}
    for each in firing:
        each.incident = held_by_group.get(each.kind.group, 0)
    others = sorted({m.incident for m in over if m.incident} - {h.id for h in [*held, *known]})
    if others:
        held += await tx.lock(others)
    return {h.id: h for h in [*known, *held]}


async def _open_groups(tx: Transaction, sitting: Sitting, firing: Sequence[Merged]) -> None:
    """Open an incident for every group that fires and has none."""
    fresh = by_group(firing)
    if not fresh:
        return
    for incident_id, group in zip(await tx.new_ids(len(fresh)), fresh.values(), strict=True):
        sitting.begin(incident_id)
        sitting.decide(incident_id, opening(group))
        for each in group.alerts:
            each.incident = incident_id

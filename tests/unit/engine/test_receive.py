"""Alerts on their way in: one incident per group, whatever comes twice, late, out of order or all at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from sirenbook.engine.handle import Engine, Signals, handle
from sirenbook.engine.intake.receive import Receiver
from sirenbook.engine.policies.books import Books
from sirenbook.model.alert import Alert
from sirenbook.model.command import Resolve
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy
from sirenbook.store.ledger import Away
from sirenbook.store.records import decode_entry, decode_state
from unit.incident.scenes import bindings, clock, level, policy, severity
from world.memory import MemoryLedger


class Scene:
    """A node that takes alerts in, on a ledger in memory and a clock that is set by hand."""

    def __init__(self, ledger: MemoryLedger | None = None) -> None:
        self.ledger = ledger or MemoryLedger()
        self.time = datetime(2026, 11, 23, 9, tzinfo=UTC)
        self.books = Books(policy(level("1", 0), watch=clock(10)), bindings())
        self.engine = Engine(self.ledger, self, self.books, Signals(), self._load)
        self.receiver = Receiver(self.engine)

    def now(self) -> datetime:
        """The present instant."""
        return self.time

    async def _load(self, digest: str) -> Policy:
        raise LookupError(digest)

    async def receive(self, *requests: list[Alert]) -> list[list[int]]:
        """The answers to requests that share one commit."""
        answers = [self.receiver.commits.submit(r) for r in requests]
        await self.receiver.commits.drain()
        return list(await asyncio.gather(*answers))

    def incident(self, number: int) -> Incident:
        """An incident as it is stored."""
        return decode_state(self.ledger.rows[number].state)

    def kinds(self, number: int) -> list[str]:
        """What happened to it."""
        return [type(decode_entry(text).event).__name__ for text, _ in self.ledger.timelines[number]]


def fires(key: str = "1", name: str = "DiskFull", severity: str = "P1") -> Alert:
    """An alert that fires."""
    return Alert(f"am/{name}/{key}", "firing", {"alertname": name, "service": "db", "severity": severity})


def over(alert: Alert) -> Alert:
    """The same, resolved."""
    return Alert(alert.key, "resolved", alert.labels)


def play(scene: Callable[[Scene], Awaitable[None]]) -> None:
    """Run a scene."""

    async def run() -> None:
        await scene(Scene())

    asyncio.run(run())


def test_one_group_one_incident() -> None:
    """Alerts that agree on the grouping labels share it; others do not."""

    async def scene(s: Scene) -> None:
        assert await s.receive([fires("1"), fires("2")], [fires("3")], [fires(name="Slow")]) == [[1], [1], [2]]
        assert s.ledger.rows[1].alerts == 3

    play(scene)


def test_a_hundred_duplicates_are_one_alert() -> None:
    """In one commit and in many; counted, decided on once."""

    async def scene(s: Scene) -> None:
        await s.receive(*[[fires()]] * 100)
        for _ in range(10):
            assert await s.receive([fires()]) == [[1]]
        assert s.ledger.alerts[1]["am/DiskFull/1"].repeats == 110
        assert s.kinds(1) == ["Opened", "Escalated", "Paged"]

    play(scene)


def test_a_storm_is_counted_not_told() -> None:
    """A thousand alerts of one group: an entry per doubling."""

    async def scene(s: Scene) -> None:
        for n in range(1000):
            await s.receive([fires(str(n))])
        assert s.ledger.rows[1].alerts == 1000
        assert s.kinds(1).count("AlertsFolded") == 9

    play(scene)


def test_resolved_without_having_fired_is_nobody() -> None:
    """Accepted, and belongs nowhere."""

    async def scene(s: Scene) -> None:
        assert await s.receive([over(fires())]) == [[]]
        assert not s.ledger.rows

    play(scene)


def test_fired_and_over_within_one_commit_pages_nobody() -> None:
    """The latest word of a batch counts; the other way round it fires."""

    async def scene(s: Scene) -> None:
        assert await s.receive([fires()], [over(fires())]) == [[], []]
        assert await s.receive([over(fires())], [fires()]) == [[1], [1]]

    play(scene)


def test_cleared_when_the_last_one_is_over() -> None:
    """And returned when one fires again within the watch."""

    async def scene(s: Scene) -> None:
        await s.receive([fires("1"), fires("2")])
        await s.receive([over(fires("1"))])
        assert s.incident(1).cleared_at is None
        await s.receive([over(fires("2"))])
        assert s.incident(1).cleared_at is not None
        assert await s.receive([fires("1")]) == [[1]]
        assert s.kinds(1)[-2:] == ["AlertsCleared", "AlertsReturned"]

    play(scene)


def test_after_the_end_a_new_incident() -> None:
    """Somebody resolved it while its alert still fires: the next word of the alert opens another."""

    async def scene(s: Scene) -> None:
        await s.receive([fires()])
        await handle(s.engine, 1, Resolve("mira", "over", at_once=True))
        assert await s.receive([fires()]) == [[2]]
        assert await s.receive([over(fires())]) == [[2]]
        assert s.incident(2).cleared_at is not None

    play(scene)


def test_a_worse_alert_raises_the_severity_a_resolved_one_does_not() -> None:
    """Only what fires grades."""

    async def scene(s: Scene) -> None:
        await s.receive([fires("1", severity="P2"), fires("2", severity="P2")])
        await s.receive([over(fires("2", severity="P0")), fires("3", severity="P1")])
        assert s.incident(1).severity == "P1"
        await s.receive([fires("4", severity="P0")])
        assert s.incident(1).severity == "P0"

    play(scene)


def test_an_incident_that_ends_between_counting_and_deciding() -> None:
    """Its watch ends just then: the alert, already counted into it, opens a new one."""

    async def scene(s: Scene) -> None:
        await s.receive([fires()])
        await s.receive([over(fires())])
        count = s.ledger.count

        async def counted_then_over(*given: object) -> object:
            answer = await count(*given)  # type: ignore[arg-type]
            await handle(s.engine, 1, Resolve("mira", "over", at_once=True))
            return answer

        s.ledger.count = counted_then_over  # type: ignore[method-assign, assignment]
        assert await s.receive([fires()]) == [[2]]
        assert s.incident(2).open

    play(scene)


def test_two_nodes_open_the_same_group_at_once() -> None:
    """One of them is first; the other folds its alert into that incident."""

    async def scene(s: Scene) -> None:
        s.ledger.interleaved = True
        other = Scene(s.ledger)
        answers = await asyncio.gather(s.receive([fires("1")]), other.receive([fires("2")]))
        assert answers[0] == answers[1]
        assert sum(row.open for row in s.ledger.rows.values()) == 1
        [row] = [row for row in s.ledger.rows.values() if row.open]
        assert row.alerts == 2

    play(scene)


def test_nothing_is_answered_that_is_not_committed() -> None:
    """The database breaks off at the commit: the sender is told, and its second try is as good as the first."""

    async def scene(s: Scene) -> None:
        broken = True

        def fault(point: str) -> None:
            if broken and point == "before commit":
                raise Away("broke off")

        s.ledger.fault = fault
        with pytest.raises(Away):
            await s.receive([fires()])
        assert not s.ledger.rows
        broken = False
        [[number]] = await s.receive([fires()])
        assert s.incident(number).open

    play(scene)


def test_a_playbook_with_other_severities_comes_into_force() -> None:
    """An incident under the old one still takes alerts that the new one grades."""

    async def scene(s: Scene) -> None:
        await s.receive([fires("1", severity="P2")])
        new = policy(level("1", 0, severity=None), severities=[severity("SEV1", 0)])
        s.books.put_in_force(replace(new, digest="another"), bindings())
        assert await s.receive([fires("2", severity="SEV1")]) == [[1]]
        assert s.incident(1).severity == "P0"

    play(scene)

"""What a world breaks: processes at their failpoints, the database, providers, and the playbook in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sirenbook.store.ledger import Away
from world.history import Fault
from world.node import CURRENT, Crash, Node
from world.policies import CHANNELS, random_bindings, random_policy
from world.weather import chance

if TYPE_CHECKING:
    from world.world import World

WEEK = timedelta(days=7)
_FOR_EVER = timedelta(days=999)


class Faults:
    """Plans and carries out everything that goes wrong, and notes it in the history."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._down: dict[str, datetime] = {}
        self._deserted: Fault | None = None

    def plan(self) -> None:
        """Schedule what the weather holds."""
        for _ in range(max(round(self._world.horizon / WEEK), 1)):
            self._plan_week()

    def _plan_week(self) -> None:
        weather, rng = self._world.weather, self._world.rng
        for _ in range(weather.downtimes):
            self._some_day(lambda: self.downtime(rng.choice((60.0, 1800.0, 7200.0))))
        for _ in range(weather.database_outages):
            self._some_day(lambda: self.database_outage(rng.choice((5.0, 120.0, 3600.0))))
        for _ in range(weather.provider_outages):
            self._some_day(lambda: self.provider_outage(rng.choice(CHANNELS), rng.choice((30.0, 600.0, 7200.0))))
        for _ in range(weather.pauses):
            self._some_day(lambda: self.pause(rng.choice((5.0, 20.0, 60.0))))
        for _ in range(weather.changes):
            self._some_day(self.change)

    def _some_day(self, action: Callable[[], None]) -> None:
        self._world.after(self._world.rng.uniform(0, self._world.horizon.total_seconds()), action)

    def _note(self, until: datetime, what: str, *, silences: bool = False) -> None:
        self._world.history.faults.append(Fault(self._world.now, until, what, silences))

    def on_point(self, point: str) -> None:
        """A process reaches a point where it may die, or where the database may break off."""
        node, world = CURRENT.get(None), self._world
        if node is None:
            return
        if not node.alive:
            raise Crash(point)
        if chance(world.rng, world.weather.crash):
            world.history.crashes[point] = world.history.crashes.get(point, 0) + 1
            self.kill(node, world.rng.choice((0.1, 1.0, 4.0, 60.0, 1200.0)))
            raise Crash(point)
        if point.endswith("commit") and chance(world.rng, world.weather.glitch):
            self._note(world.now, f"database, {point}", silences=True)
            raise Away(f"glitch {point}")

    def kill(self, node: Node, for_seconds: float) -> None:
        """Kill -9; another process takes its place after a while."""
        world = self._world
        node.die()
        world.nodes.remove(node)
        self._note(world.now + timedelta(seconds=for_seconds), node.name)
        self.census()
        world.after(for_seconds, world.boot)

    def census(self) -> None:
        """Note from when until when no process is there to do anything."""
        world = self._world
        if world.live:
            if self._deserted is not None:
                self._deserted.until = world.now
            self._deserted = None
        elif self._deserted is None:
            self._deserted = Fault(world.now, world.now + _FOR_EVER, "nobody", True)
            world.history.faults.append(self._deserted)

    def downtime(self, seconds: float) -> None:
        """Everything of ours is down."""
        for node in list(self._world.nodes):
            self.kill(node, seconds)

    def database_outage(self, seconds: float) -> None:
        """The database cannot be reached."""
        ledger = self._world.ledger
        ledger.away = True
        self._note(self._world.now + timedelta(seconds=seconds), "database", silences=True)
        self._world.after(seconds, lambda: setattr(ledger, "away", False))

    def provider_outage(self, channel: str, seconds: float) -> None:
        """A provider answers nobody."""
        now = self._world.now
        self._down[channel] = max(self._down.get(channel, now), now + timedelta(seconds=seconds))

    def is_down(self, channel: str) -> bool:
        """Whether the provider behind a channel is down now."""
        until = self._down.get(channel)
        return until is not None and self._world.now < until

    def pause(self, seconds: float) -> None:
        """SIGSTOP for a while: claims run out although the process lives."""
        world = self._world
        if not world.nodes:
            return
        node = world.rng.choice(world.nodes)
        node.paused_until = world.now + timedelta(seconds=seconds)
        self._note(node.paused_until, f"{node.name} paused")
        self.census()
        world.after(seconds, lambda: self._resume(node))

    def _resume(self, node: Node) -> None:
        if node.paused_until is not None and node.paused_until <= self._world.now:
            node.paused_until = None
            self.census()

    def change(self) -> None:
        """Another playbook, other people: in force on every node at once."""
        world = self._world
        if world.rng.random() < 0.5:
            world.policy = random_policy(world.rng, len(world.history.policies))
            world.history.policies[world.policy.digest] = world.policy
        world.bindings = random_bindings(world.rng)
        world.history.bindings.append((world.now, world.bindings))
        for node in world.nodes:
            node.books.put_in_force(world.policy, world.bindings)

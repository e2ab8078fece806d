"""A whole world in one process: nodes, people, monitoring, providers and faults on one virtual clock.

Nothing sleeps. The world goes from one moment at which something may happen to the next, lets every live node pass,
and records what came of it. The same seed gives the same history, byte for byte.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import structlog

from sirenbook.engine import failpoints, wake
from sirenbook.engine.delivery.dispatch import HEARTBEAT
from sirenbook.engine.handle import UnknownIncident, handle, open_incident
from sirenbook.engine.links import Links
from sirenbook.model.alert import Alert
from sirenbook.model.command import Acknowledge, Command, Open, Refused
from sirenbook.model.event import Opened
from sirenbook.model.intent import Notification
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import default
from sirenbook.store.ledger import Away
from sirenbook.store.records import Due, Written
from world.channels import WorldChannel
from world.crowd import Crowd
from world.faults import Faults
from world.history import Answered, Claimed, Committed, History, Sent
from world.looking import MemoryView, View
from world.monitoring import Monitoring
from world.node import CURRENT, Crash, Node, NodeClock, VirtualLoop, by_node
from world.policies import BEGAN, CHANNELS, random_bindings, random_policy
from world.weather import Weather

_TRIES = 60
_LAGS = (0.001, 0.001, 0.01, 0.2, 0.9)
_LIVELOCK = 3000


class World:
    """One seed's worth of on-call."""

    def __init__(
        self,
        seed: int,
        weather: Weather,
        *,
        days: float = 6.0,
        episodes: int = 110,
        view: View | None = None,
    ) -> None:
        self.rng = Random(seed)
        self.weather = weather
        self.now = BEGAN
        self.history = History(seed=seed, began=BEGAN, ended=BEGAN, skewed=weather.skew > 0)
        self.view: View = view or MemoryView(interleaved=weather.interleaved)
        self.ledger = self.view.ledger
        self.history.ordered = not self.view.real
        self.policy = random_policy(self.rng, 0)
        self.bindings = random_bindings(self.rng)
        self.nodes: list[Node] = []
        self._all_nodes: list[Node] = []
        self.crowd = Crowd(self.rng, self)
        self.links = Links(b"key", "https://sirenbook.example")
        self.horizon = timedelta(days=days)
        self._channels_of = [(n, Random(self.rng.random())) for n in CHANNELS]
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = 0
        self._born = 0
        self._touched: Counter[str] = Counter()
        self._meddled = False
        self._monitoring = Monitoring(self.rng, self._post_later)
        self._monitoring.plan(episodes, self.horizon)
        for _ in range(episodes // 20):
            self.after(self.rng.uniform(0, self.horizon.total_seconds()), self._open_by_hand)
        self.faults = Faults(self)
        self.faults.plan()

    @property
    def live(self) -> list[Node]:
        """The processes that run and are not stopped."""
        return [n for n in self.nodes if n.paused_until is None]

    # --- time

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something later."""
        self._order += 1
        heapq.heappush(self._agenda, (self.now + timedelta(seconds=seconds), self._order, action))

    async def delay(self, seconds: float) -> None:
        """Let virtual time pass for whoever waits; a stopped process notices only when it goes on."""
        node = CURRENT.get()
        await asyncio.sleep(seconds)
        while node.paused_until is not None:
            await asyncio.sleep(max((node.paused_until - self.now).total_seconds(), 0.001))

    async def _next_moment(self) -> datetime:
        """When something may happen next: planned, or due in the store while somebody can see it."""
        planned = self._agenda[0][0] if self._agenda else self.now + timedelta(days=1)
        timer = self._loop.next_timer
        if timer is not None:
            # A microsecond more, so that rounding never leaves the sleeper asleep.
            planned = min(planned, BEGAN + timedelta(seconds=timer, microseconds=1))
        if self.ledger.away:
            return planned
        due = [d for d in await self.view.earliest() if d is not None]
        live = self.live
        if not due or not live:
            return planned
        skew = max(n.clock.skew for n in live)
        lag = timedelta(seconds=self.rng.choice(_LAGS))
        return min(planned, max(self.now, min(due) - skew) + lag)

    # --- running

    async def run(self) -> None:
        """Live through it all, then wait until the outbox is empty."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self._loop = loop
        loop.set_task_factory(by_node)
        failpoints.hook, before = self.faults.on_point, failpoints.hook
        self.ledger.fault = self.faults.on_point
        self.ledger.on_commit, self.ledger.on_claim = self._on_commit, self._on_claim
        self.history.policies[self.policy.digest] = self.policy
        self.history.bindings.append((self.now, self.bindings))
        with structlog.testing.capture_logs() as logs:
            try:
                for _ in range(self.weather.nodes):
                    self.boot()
                await self._live()
            finally:
                failpoints.hook = before
                loop.set_task_factory(None)
                for node in self.nodes:
                    node.die()
                await self._settle()
        await self._conclude([str(x) for x in logs if x["event"] == "incident put aside"])

    async def _live(self) -> None:
        end = BEGAN + self.horizon
        stalled = 0
        while self.now < end or self._agenda or await self.view.waiting():
            if self.now > end + timedelta(days=4):
                break
            before = self.now
            self.now = await self._next_moment()
            self._loop.passed = (self.now - BEGAN).total_seconds()
            await self._act()
            await self._pass_nodes()
            stalled = stalled + 1 if self.now - before < timedelta(seconds=1) else 0
            assert stalled < _LIVELOCK, f"{_LIVELOCK} passes within moments at {self.now}"

    async def _act(self) -> None:
        self._touched.clear()
        self._meddled = False
        acted = False
        while self._agenda and self._agenda[0][0] <= self.now:
            heapq.heappop(self._agenda)[2]()
            acted = True
        if acted:
            await self._settle()

    async def _pass_nodes(self) -> None:
        nodes = self.live
        if len(nodes) > 1:
            self.rng.shuffle(nodes)
        wake_at, deliver_at = await self.view.earliest()
        for node in nodes:
            now = node.clock.now()
            if wake_at is not None and wake_at <= now:
                self._watch(node.start(wake.pass_(node.engine)))
            if deliver_at is not None and deliver_at <= now:
                self._watch(node.start(node.dispatcher.pass_()))
                self.after(HEARTBEAT, lambda node=node: self._heartbeat(node))
        await self._settle()
        _, deliver_at = await self.view.earliest()
        if nodes and deliver_at is not None and deliver_at <= self.now:
            for node in [n for n in nodes if n.alive]:
                self._watch(node.start(node.dispatcher.pass_()))
            await self._settle()

    async def _settle(self) -> None:
        """Let every task run until it waits for the world."""
        await asyncio.sleep(0)
        while self.view.real and (busy := [t for n in self._all_nodes for t in n.busy]):
            await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
        while not self._loop.idle:
            await asyncio.sleep(0)

    def _heartbeat(self, node: Node) -> None:
        """A third of the lease after a pass, and again while anything is in flight."""
        if node.alive and node.busy:
            if node.paused_until is None:
                self._watch(node.start(node.dispatcher.keep_claims()))
            self.after(HEARTBEAT, lambda: self._heartbeat(node))

    def _watch(self, task: "asyncio.Task[Any]") -> None:
        """A pass may be cut off by a crash or by the database; anything else is a defect."""

        def ended(done: "asyncio.Task[Any]") -> None:
            error = None if done.cancelled() else done.exception()
            if error is not None and not isinstance(error, Away | Crash):
                self.history.put_aside.append(f"a pass raised {error!r} at {self.now}")

        task.add_done_callback(ended)

    # --- nodes and faults

    def boot(self) -> None:
        """Start a process with the playbook in force."""
        self._born += 1
        channels = {
            name: WorldChannel(name, self, rng, self.weather.trouble, self.weather.slow)
            for name, rng in self._channels_of
        }
        skew = timedelta(seconds=self.rng.uniform(-1, 1) * self.weather.skew) if self._born > 1 else timedelta()
        node = Node(
            f"n{self._born}",
            self.ledger,
            NodeClock(lambda: self.now, skew),
            self.policy,
            self.bindings,
            self._load_policy,
            channels,  # type: ignore[arg-type]
            self.links,
            Random(self.rng.random()),
        )
        self.nodes.append(node)
        self._all_nodes.append(node)
        self.faults.census()

    async def _load_policy(self, digest: str) -> Policy:
        return self.history.policies[digest]

    # --- requests

    def _post_later(self, seconds: float, alerts: Sequence[Alert]) -> None:
        if alerts:
            self.after(seconds, lambda: self._post(alerts, 0))

    def _post(self, alerts: Sequence[Alert], tries: int) -> None:
        self._touched.update({a.key for a in alerts})
        self._request(lambda node: self._receive(node, alerts), tries, lambda n: self._post(alerts, n))

    async def _receive(self, node: Node, alerts: Sequence[Alert]) -> None:
        ids = await node.receiver.receive(alerts)
        firing_open = await self.view.firing_open([a.key for a in alerts])
        contested = frozenset(k for k in firing_open if self._meddled or self._touched[k] > 1)
        answer = Answered(self.now, tuple(alerts), tuple(ids), firing_open, contested)
        self.history.answered.append(answer)

    def ask(self, incident: int, command: Command) -> None:
        """Send a command, again until somebody answers."""
        self._ask(incident, command, 0)

    def _ask(self, incident: int, command: Command, tries: int) -> None:
        self._meddled = True
        self._request(
            lambda node: handle(node.engine, incident, command), tries, lambda n: self._ask(incident, command, n)
        )

    def follow(self, link: str) -> None:
        """Press the button on the page behind a link."""
        grant = self.links.read(link.rpartition("/")[2], self.now)
        if grant is not None:
            self.ask(grant.incident, Acknowledge(grant.person, "link"))

    def _open_by_hand(self) -> None:
        severity = self.rng.choice(self.policy.severities).name
        command = Open("by hand", severity, "somebody says so", default("by hand"), by="lead")
        self._request(lambda node: open_incident(node.engine, command), _TRIES, lambda n: None)

    def _request(
        self, work: Callable[[Node], Coroutine[Any, Any, Any]], tries: int, again: Callable[[int], None]
    ) -> None:
        """Send a request to some node; without an answer it is sent again."""
        live = self.live
        if not live:
            if tries < _TRIES:
                self.after(min(3.0 * 2**tries, 300.0), lambda: again(tries + 1))
            return
        node = live[0] if len(live) == 1 else self.rng.choice(live)

        def ended(done: "asyncio.Task[Any]") -> None:
            error = None if done.cancelled() else done.exception()
            if done.cancelled() or isinstance(error, Away | Crash):
                if tries < _TRIES:
                    self.after(min(3.0 * 2**tries, 300.0), lambda: again(tries + 1))
            elif error is not None and not isinstance(error, Refused | UnknownIncident):
                self.history.put_aside.append(f"a request raised {error!r} at {self.now}")

        node.start(work(node)).add_done_callback(ended)

    # --- recording

    def _tick(self) -> int:
        self._order += 1
        return self._order

    def _on_commit(self, now: datetime, written: Sequence[Written]) -> None:
        order = self._tick()
        for each in written:
            incident = each.decision.incident
            wake_at = each.decision.wake_at
            self.history.committed.append(
                Committed(order, self.now, incident.id, incident.seq, incident.status, wake_at)
            )
            if each.decision.entries and isinstance(each.decision.entries[0].event, Opened):
                self.crowd.opened(incident.id)

    def _on_claim(self, now: datetime, claimed: Sequence[Due]) -> None:
        node = CURRENT.get()
        order = self._tick()
        for due in claimed:
            self.history.claimed.append(Claimed(order, self.now, node.name, due.intent.key, due.token))

    def hand_over(self, channel: str, message: Notification) -> list[Sent]:
        """Record an attempt: for a bundle, one for each message that it stands for."""
        order = self._tick()
        sent = [
            Sent(
                order=order,
                at=self.now,
                node=CURRENT.get().name,
                key=key,
                channel=channel,
                to=message.to,
                demands=message.demands,
                accepted=False,
                told="",
                link=message.ack_url,
            )
            for key in message.bundled or (message.key,)
        ]
        self.history.sent.extend(sent)
        return sent

    def delivered(self, sent: Sent) -> None:
        """The person's phone rings."""
        if sent.demands:
            self.crowd.rings(sent.incident, sent.link)

    def is_down(self, channel: str) -> bool:
        """Whether the provider behind a channel is down now."""
        return self.faults.is_down(channel)

    async def _conclude(self, put_aside: list[str]) -> None:
        self.history.ended = self.now
        self.history.put_aside.extend(put_aside)
        await self.view.conclude(self.history)

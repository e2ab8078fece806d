"""A world in which incidents have procedures: people approve, tick and take ways, processes die in the middle.

What executors do is recorded by the world, and judged by I11 against the timeline alone: a change runs at most once
for each approval, as exactly what was approved, by enough people, and not after the approval expired.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.handle import context_of, handle
from sirenbook.engine.steps.carry_out import Ran
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.engine.steps.run_steps import HEARTBEAT, Stepper
from sirenbook.executors import Limits, Result, Write
from sirenbook.incident.steps.runbooks import step_of
from sirenbook.model import command as c
from sirenbook.model.judgement import Judgement, Plan
from sirenbook.model.policy import AlertRule, Policy
from sirenbook.model.procedure import Branch, Routine, Runbook, RunbookStep
from sirenbook.playbook import safety
from sirenbook.store.runs import Taken
from world.memory import MemoryLedger
from world.node import Node
from world.policies import ALERTS, STAFF, why
from world.retelling import Line, lines
from world.weather import Weather
from world.world import World

SCALE = "kubectl scale deployment/quay --replicas=5 -n berth"
DELETE = "kubectl delete pod quay-7f3 -n berth"
PODS = "kubectl get pods -n berth"
NEEDED = {SCALE: 1, DELETE: 2}
"""How many people must agree to each change."""
SLACK = timedelta(seconds=2)
"""How long after its claim an executor may begin."""
TAKEN: ContextVar[Taken] = ContextVar("taken")


class Executed(Struct, frozen=True):
    """Something that an executor really did."""

    at: datetime
    incident: int
    run: int
    text: str
    changes: bool


def _command(text: str, line: int, branch: int = 0) -> RunbookStep:
    return RunbookStep(text, "shell", why(line, text), "resolution", "command", branch)


def _manual(text: str, line: int, part: str = "resolution", branch: int = 0) -> RunbookStep:
    return RunbookStep(text, "", why(line, text), part, "manual", branch)


def with_procedures(policy: Policy) -> Policy:
    """A random policy, with a runbook for every alert, and phases."""
    steps = (
        _command(PODS, 71),
        _manual("Ask the pilot", 72),
        _command(SCALE, 73, 1),
        _command(DELETE, 74, 2),
        _manual("Call the crane", 75, branch=2),
        _manual("See that ships leave", 76, "verification"),
    )
    ways = (Branch("Crowded", why(73), 1, "it is crowded"), Branch("Stuck", why(74), 1, "it is stuck"))
    runbook = Runbook("Quay in trouble", why(70), ("resolution",), steps, ways)
    phases = (
        Routine("Look", "phase", why(80), (_manual("Take it", 81), _command(PODS, 82)), (), 0, 300),
        Routine("Mend", "phase", why(83), (_command(SCALE, 84),), (), 300, 900),
    )
    rules = tuple(AlertRule(name, why(70), runbook.title) for name in ALERTS)
    return replace(policy, runbooks=(runbook,), routines=phases, alerts=rules)


class Hand:
    """An executor whose work takes its time; what it changes happens somewhere in the middle."""

    def __init__(self, world: "SteppingWorld") -> None:
        self._world = world

    def target(self, judgement: Judgement) -> str | None:
        return "berth"

    def secrets(self) -> tuple[str, ...]:
        return ()

    async def run(self, plan: Plan, limits: Limits, write: Write, *, changes: bool) -> Result:
        world, taken = self._world, TAKEN.get()
        await world.delay(world.rng.choice((0.0, 0.2, 3.0)))
        order = taken.order
        world.executed.append(Executed(world.now, order.incident, order.run, safety.render(plan), changes))
        write(b"done\n")
        await world.delay(world.rng.choice((0.0, 1.0, 20.0)))
        return Result("worked", 0) if world.rng.random() < 0.8 else Result("failed", 1)


class Watched(Stepper):
    """The real stepper; the world may see which order its executor works on."""

    async def _run(self, taken: Taken) -> Ran:
        TAKEN.set(taken)
        return await super()._run(taken)


class SteppingWorld(World):
    """The world with procedures."""

    ledger: MemoryLedger

    def __init__(self, seed: int, weather: Weather, **size: Any) -> None:
        super().__init__(seed, weather, **size)
        self.policy = with_procedures(self.policy)
        self.executed: list[Executed] = []
        self._steppers: dict[str, Watched] = {}
        self._kept: set[str] = set()
        opened = self.crowd.opened

        def opened_and_worked_on(incident: int) -> None:
            opened(incident)
            for _ in range(self.rng.choice((0, 2, 6, 12))):
                self.after(self.rng.expovariate(1 / 600), lambda: self._work_on(incident))

        self.crowd.opened = opened_and_worked_on  # type: ignore[method-assign]

    async def run(self) -> None:
        """Live through it all; what would go to a thread is done at once."""
        before = asyncio.to_thread

        async def at_once(work: Any, *given: Any) -> Any:
            return work(*given)

        asyncio.to_thread = at_once  # type: ignore[assignment]
        try:
            await super().run()
        finally:
            asyncio.to_thread = before

    def boot(self) -> None:
        """Start a process that can carry out steps."""
        super().boot()
        node = self.nodes[-1]
        node.books.ground = OwnGround({"hand": Hand(self)})  # type: ignore[dict-item]
        self._steppers[node.name] = Watched(node.engine)

    async def _next_moment(self) -> datetime:
        planned = await super()._next_moment()
        due = self.ledger.earliest_run()
        if due is None or not self.live or self.ledger.away:
            return planned
        # What is due and was not taken in this moment waits for room, as it does between two passes.
        return min(planned, due if due > self.now else self.now + timedelta(seconds=1))

    async def _pass_nodes(self) -> None:
        await super()._pass_nodes()
        for node in [n for n in self.live if n.alive]:
            due = self.ledger.earliest_run()
            if due is not None and due <= self.now and not self.ledger.away:
                self._watch(node.start(self._steppers[node.name].pass_()))
                if node.name not in self._kept:
                    self._kept.add(node.name)
                    self._later(node)
                await self._settle()

    def _later(self, node: Node) -> None:
        self.after(HEARTBEAT, lambda: self._keep(node))

    def _keep(self, node: Node) -> None:
        """A third of the lease after a pass, and again while anything runs."""
        if not (node.alive and node.busy):
            self._kept.discard(node.name)
            return
        if node.paused_until is None:
            self._watch(node.start(self._steppers[node.name].keep_claims()))
        self._later(node)

    def _work_on(self, incident: int) -> None:
        rng, by = self.rng, self.rng.choice(STAFF)
        number = rng.choice((1, 2, 3, 3, 4, 4, 4, 5, 6, 1001, 1002, 1003, 1003, 7))
        kind = rng.random()
        if kind < 0.6:
            token = rng.choice(("", "", "robot", "pipeline"))
            self._request(lambda node: self._approve(node, incident, number, by, token), 0, lambda n: None)
        elif kind < 0.7:
            self.ask(incident, c.MarkStep(by, number, rng.choice(("worked", "failed", "not applicable"))))
        elif kind < 0.8:
            self.ask(incident, c.ChooseBranch(by, rng.choice((1, 2, 3))))
        elif kind < 0.9:
            self.ask(incident, c.EnterPhase(by, rng.choice((1, 2, 3))))
        else:
            self.ask(incident, c.RunStep(by, number, "f00d"))

    async def _approve(self, node: Node, incident: int, number: int, by: str, token: str) -> None:
        """Look at a step, and consent to what was shown, perhaps a while later."""
        async with node.engine.ledger.transaction() as tx:
            held = await tx.lock([incident])
        if not held:
            return
        state = held[0].incident
        found = step_of(await context_of(node.engine, state), state, number)
        await self.delay(self.rng.choice((0.0, 0.0, 2.0, 20.0)))
        await handle(node.engine, incident, c.RunStep(by, number, found.digest, token=token))


def judge_steps(world: SteppingWorld) -> list[str]:
    """I11: everything that was done without being allowed, in words."""
    found = []
    for incident, texts in sorted(world.history.texts.items()):
        done = [x for x in world.executed if x.incident == incident]
        found += [f"I11: INC-{incident}: {text}" for text in _judge(lines(texts), done)]
    return found


def _judge(told: list[Line], executed: list[Executed]) -> Iterator[str]:
    begun: dict[int, Line] = {}
    allowed: dict[int, datetime] = {}
    used: set[str] = set()
    approvals: list[Line] = []
    for line in told:
        event = line.event
        if line.kind == "StepApproved":
            approvals.append(line)
        elif line.kind == "StepStarted":
            begun[event["run"]] = line
            if event.get("changes"):
                mine = [a for a in approvals if a.event["digest"] == event["digest"]]
                yield from _consented(line, mine, used)
                used.add(event["digest"])
                allowed[event["run"]] = max((_until(a) for a in mine), default=line.at)
    yield from _executions(told, begun, allowed, executed)


def _until(approval: Line) -> datetime:
    return datetime.fromisoformat(approval.event["until"])


def _consented(started: Line, approvals: list[Line], used: set[str]) -> Iterator[str]:
    event = started.event
    valid = [a.event for a in approvals if a.at <= started.at < _until(a)]
    people = {a["by"] for a in valid}
    proven = {"a shared token" if a.get("token") else a["by"] for a in valid}
    if min(len(people), len(proven)) < NEEDED[event["text"]]:
        told = f"the consent of {sorted(people)} as {sorted(proven)}"
        yield f"run {event['run']} of {event['text']} began with {told}"
    if event["digest"] in used:
        yield f"run {event['run']} began by an approval that was used before"
    if any(a.event["text"] != event["text"] for a in approvals):
        yield f"run {event['run']} is not what was approved"


def _executions(
    told: list[Line], begun: dict[int, Line], allowed: dict[int, datetime], executed: list[Executed]
) -> Iterator[str]:
    times = Counter(x.run for x in executed)
    for each in executed:
        if each.run not in begun:
            yield f"run {each.run} was carried out and never began"
            continue
        event = begun[each.run].event
        if each.text != event["text"] or each.changes != event.get("changes", False):
            yield f"run {each.run} did {each.text} instead of {event['text']}"
        if each.changes and times[each.run] > 1:
            yield f"run {each.run} changed something {times[each.run]} times"
        if each.changes and each.at > allowed[each.run] + SLACK + timedelta(seconds=3):
            yield f"run {each.run} was carried out at {each.at}, after its approval ended"
    for line in told:
        if line.kind == "StepEnded":
            run, outcome = line.event["run"], line.event["outcome"]
            if outcome == "withdrawn" and times[run] and begun[run].event.get("changes"):
                yield f"run {run} was withdrawn and carried out"
            if outcome in ("worked", "failed") and not times[run] and begun[run].event.get("changes"):
                yield f"run {run} is said to have {outcome} and was never carried out"

"""Worlds in which steps run: whatever breaks, nothing is changed twice or without consent, and pages still flow."""

import asyncio

import pytest

from world.checker import judge
from world.node import VirtualLoop
from world.retelling import lines
from world.stepping import SteppingWorld, judge_steps
from world.weather import Weather

SEASONS = (
    Weather("calm"),
    Weather("pair", nodes=2, interleaved=True),
    Weather("fragile", crash=0.02, downtimes=2),
    Weather("fragile pair", nodes=2, crash=0.02, interleaved=True, pauses=2),
    Weather("stormy", nodes=2, crash=0.01, glitch=0.01, downtimes=2, database_outages=2, interleaved=True),
)


def lived(seed: int, weather: Weather) -> SteppingWorld:
    world = SteppingWorld(seed, weather, days=0.5, episodes=20)
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(world.run())
    return world


@pytest.mark.parametrize("weather", SEASONS, ids=lambda w: w.name)
def test_nothing_is_changed_twice_or_without_consent(weather: Weather) -> None:
    world = lived(300 + SEASONS.index(weather), weather)
    found = [*judge_steps(world), *judge(world.history)]
    assert not found, "\n".join([*found[:20], f"{len(found)} findings"])
    kinds = {line.kind for texts in world.history.texts.values() for line in lines(texts)}
    assert {"StepApproved", "StepStarted", "StepEnded", "StepMarked", "BranchChosen", "PhaseReached"} <= kinds
    assert any(x.changes for x in world.executed), "something was changed"


def test_the_same_seed_twice() -> None:
    first, second = (lived(7, SEASONS[3]) for _ in range(2))
    assert first.executed == second.executed
    assert first.history.texts == second.history.texts

"""The same worlds on real PostgreSQL: what holds in memory holds there."""

import asyncio
from typing import Any

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from sirenbook.store.postgres import PostgresLedger
from world.checker import judge
from world.history import History
from world.looking import PostgresView
from world.node import VirtualLoop
from world.weather import Weather
from world.world import World

SEASONS = (
    Weather("calm", changes=1),
    Weather("pair", nodes=2),
    Weather("fragile", crash=0.004, downtimes=1, trouble=0.05, changes=1),
    Weather("fragile pair", nodes=2, crash=0.006, trouble=0.05, provider_outages=1, database_outages=1),
)


async def _lived(seed: int, weather: Weather, dsn: str) -> History:
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        dsn, min_size=2, max_size=8, open=False, kwargs={"autocommit": True, "options": "-c timezone=UTC"}
    )
    async with pool:
        world = World(seed, weather, days=1.0, episodes=25, view=PostgresView(PostgresLedger(pool)))
        await world.run()
    return world.history


@pytest.mark.parametrize("weather", SEASONS, ids=lambda w: w.name)
def test_world_on_postgres(weather: Weather, database: str) -> None:
    """Everything that should not have happened did not."""
    seed = 100 + SEASONS.index(weather)
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        history = runner.run(_lived(seed, weather, database))
    assert history.texts
    found = judge(history)
    assert not found, "\n".join([*found[:20], f"{len(found)} findings"])

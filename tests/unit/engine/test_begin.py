"""What a starting process runs by: what it is given, unless that would take back what people applied."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from psycopg_pool import AsyncConnectionPool

from sirenbook.engine.policies import begin as module
from sirenbook.engine.policies import versions
from sirenbook.engine.policies.begin import Begun, NothingToRun, begin
from sirenbook.engine.policies.reading import Loaded, load
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.policies.versions import Stumbled, Wish, following, keep
from sirenbook.store.postgres import PostgresLedger
from sirenbook.store.queries import Queries
from sirenbook.store.settings import Settings, Version
from unit.engine.test_plan import BOOK, PEOPLE

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FIRST = Texts({"ferry.md": BOOK}, PEOPLE)
SECOND = Texts({"ferry.md": BOOK.replace("| 5 minutes", "| 8 minutes")}, PEOPLE)
THIRD = Texts({"ferry.md": BOOK.replace("| 5 minutes", "| 9 minutes")}, PEOPLE)


class Installation:
    """A database on which processes start, one after the other."""

    def __init__(self, settings: Settings, queries: Queries) -> None:
        self.settings, self.queries = settings, queries

    async def up(self, texts: Texts | None) -> Begun:
        return await begin(self.settings, self.queries, texts, "ana", NOW)

    async def apply(self, texts: Texts) -> None:
        latest, loaded = await self.settings.version(), load(texts)
        await keep(self.settings, following(latest, loaded, Wish(texts, "bo", "api"), NOW), loaded)

    async def history(self) -> list[tuple[int, str]]:
        return [(v.number, v.via) for v in reversed(await self.settings.versions())]


Story = Callable[[Installation], Awaitable[None]]


@pytest.fixture
def run(database: str) -> Callable[[Story], None]:
    import asyncio

    async def whole(story: Story) -> None:
        pool: Any = AsyncConnectionPool(database, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False)
        async with pool:
            ledger = PostgresLedger(pool)
            await story(Installation(Settings(ledger), Queries(ledger)))

    return lambda story: asyncio.run(whole(story))


def minutes(begun: Begun) -> int:
    clock = begun.loaded.policy.severities[0].response
    assert clock is not None
    return clock.seconds // 60


@pytest.fixture
def newer_release(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on the same text is read otherwise."""

    def reads_otherwise(texts: Texts) -> Loaded:
        loaded = load(texts)
        policy = replace(loaded.policy, title="as a newer release reads it")
        return replace(loaded, policy=replace(policy, digest=policy.digest[::-1]))

    return lambda: monkeypatch.setattr(versions, "load", reads_otherwise)


def test_the_first_start(run: Any) -> None:
    async def story(house: Installation) -> None:
        with pytest.raises(NothingToRun):
            await house.up(None)
        begun = await house.up(FIRST)
        assert (begun.number, begun.plan, begun.kept) == (1, None, "")
        version = await house.settings.version()
        assert version is not None
        assert (version.applied_by, version.applied_at) == ("ana", NOW)

    run(story)


def test_another_text_is_a_new_version_and_tells_what_it_changes(run: Any) -> None:
    async def story(house: Installation) -> None:
        await house.up(FIRST)
        begun = await house.up(SECOND)
        assert begun.plan is not None
        assert (begun.number, [c.severity for c in begun.plan.clocks]) == (2, ["P1"])
        assert (await house.up(SECOND)).number == 2
        assert await house.history() == [(1, "up"), (2, "up")]

    run(story)


def test_a_start_with_the_same_file_keeps_what_was_applied_since(run: Any) -> None:
    async def story(house: Installation) -> None:
        await house.up(FIRST)
        await house.apply(SECOND)
        begun = await house.up(FIRST)
        assert (begun.number, minutes(begun)) == (2, 8)
        assert "version 2, applied by bo" in begun.kept
        assert minutes(await house.up(None)) == 8
        edited = await house.up(THIRD)
        assert (edited.number, minutes(edited), edited.kept) == (3, 9, "")

    run(story)


def test_a_newer_release_does_not_take_it_back_either(run: Any, newer_release: Callable[[], None]) -> None:
    async def story(house: Installation) -> None:
        await house.up(FIRST)
        await house.apply(SECOND)
        newer_release()
        for texts in (FIRST, FIRST, None, FIRST):
            begun = await house.up(texts)
            assert (begun.number, minutes(begun)) == (3, 8)
        assert await house.history() == [(1, "up"), (2, "api"), (3, "release")]

    run(story)


def test_a_text_that_breaks_the_reader_leaves_the_old_one(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(house: Installation) -> None:
        await house.up(FIRST)
        real = module.compiled

        async def stumble(texts: Texts) -> Loaded:
            if texts == SECOND:
                raise Stumbled("this text could not be compiled")
            return await real(texts)

        monkeypatch.setattr(module, "compiled", stumble)
        begun = await house.up(SECOND)
        assert (begun.number, minutes(begun)) == (1, 5)
        assert "version 1" in begun.kept

    run(story)


def test_a_home_of_before_there_were_versions(run: Any) -> None:
    async def story(house: Installation) -> None:
        await house.settings.put("playbook", versions.stored(FIRST), NOW)
        begun = await house.up(None)
        assert (begun.number, minutes(begun)) == (1, 5)

    run(story)


def test_nodes_that_start_at_once_take_one_version(run: Any) -> None:
    import asyncio

    async def story(house: Installation) -> None:
        begun = await asyncio.gather(*(house.up(FIRST) for _ in range(4)))
        assert {b.number for b in begun} == {1}
        assert await house.history() == [(1, "up")]

    run(story)


def test_versions_in_the_order_they_came(run: Any) -> None:
    async def story(house: Installation) -> None:
        for texts in (FIRST, SECOND, THIRD, FIRST):
            await house.apply(texts)
        listed: list[Version] = await house.settings.versions(2, before=4)
        assert [v.number for v in listed] == [3, 2]
        assert [v.number for v in await house.settings.versions(via="up")] == []

    run(story)

"""Answers that are shared: made once for all who ask at the same moment, never for anybody else."""

import asyncio
import re

import pytest

from sirenbook.web.shared import Shared
from unit.web.site import Browser, Site


class Kitchen:
    """Makes answers when it is told to, and counts them."""

    def __init__(self) -> None:
        self.made = 0
        self.ready = asyncio.Event()

    async def make(self) -> str:
        self.made += 1
        await self.ready.wait()
        return f"answer {self.made}"

    async def fail(self) -> str:
        self.made += 1
        raise LookupError


def test_who_asks_at_the_same_moment_shares_one_answer() -> None:
    async def story() -> None:
        shared, kitchen = Shared[str](), Kitchen()
        asked = [asyncio.ensure_future(shared.get("a", kitchen.make)) for _ in range(20)]
        await asyncio.sleep(0)
        kitchen.ready.set()
        assert set(await asyncio.gather(*asked)) == {"answer 1"}
        assert await shared.get("a", kitchen.make) == "answer 1"
        assert await shared.get("b", kitchen.make) == "answer 2"

    asyncio.run(story())


def test_a_browser_that_leaves_takes_the_answer_from_nobody() -> None:
    async def story() -> None:
        shared, kitchen = Shared[str](), Kitchen()
        first, second = (asyncio.ensure_future(shared.get("a", kitchen.make)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        kitchen.ready.set()
        assert await second == "answer 1"

    asyncio.run(story())


def test_a_failure_is_not_kept() -> None:
    async def story() -> None:
        shared, kitchen = Shared[str](), Kitchen()
        for count in (1, 2):
            with pytest.raises(LookupError):
                await shared.get("a", kitchen.fail)
            assert kitchen.made == count

    asyncio.run(story())


def test_what_is_shared_has_no_token_and_opens_nothing(site: Site, mira: Browser) -> None:
    """Two who look on share; who has the incident gets buttons of their own, and who may not see it gets none."""
    site.declare("Fire on deck")
    eve, jonas = Browser(site, "Eve Onlooker", "viewer"), Browser(site, "Jonas Dahl", "responder")
    known = re.search(r'data-live="([^"]+)"', eve.get("/incidents/1").text)[1].replace("&amp;", "&")
    jonas.post("/incidents/1/acknowledge", {})
    site.api("POST", "/api/incidents/1/escalate", {"to": "Inés Ortega"})
    site.api("POST", "/api/incidents/1/roles", {"role": "Harbour Master", "person": "Jonas Dahl"})
    has, looks_on, waits = (b.get(known).text for b in (jonas, mira, Browser(site, "Inés Ortega")))
    assert "Jonas Dahl has it" in has
    assert "Jonas Dahl has it" in looks_on
    assert "/incidents/INC-1/acknowledge" in waits
    assert "Jonas Dahl has it" not in waits
    assert "form_token" not in has + waits
    jonas.post("/incidents/1/restrict", {"reason": "an attack"})
    assert jonas.get(known).status_code == 200
    assert eve.get(known).status_code == 403

"""What steps wrote is kept within bounds, by age and by size; the timeline keeps its excerpts for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sirenbook.store.runs import SHORTENED, Written, shorten_outputs
from unit.engine.test_run_steps import go, kinds, use
from unit.incident.grounds import Paper
from unit.web.site import Site, running


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    with running(database) as found:
        yield found


def kept(site: Site, number: int) -> dict[int, str]:
    found = site.run(site.station.queries.outputs(number, range(1, 100), 10_000_000))
    return {w.run: w.text for w in found}


def tidy(site: Site, days: int = 90) -> None:
    site.run(site.station.queries.tidy_outputs(site.station.now() - timedelta(days=days)))


def test_outputs_go_with_age_once_the_incident_is_over(site: Site) -> None:
    use(site, Paper(output=b"NAME  READY\n"))
    over, open_ = site.declare(), site.declare()
    go(site)
    site.api("POST", f"/api/incidents/{over}/resolve", {"by": "mira", "reason": "mended"})
    tidy(site)
    assert kept(site, over) == kept(site, open_) == {1: "NAME  READY\n"}
    site.ahead(days=91)
    tidy(site)
    assert (kept(site, over), kept(site, open_)) == ({}, {1: "NAME  READY\n"})
    [ended] = kinds(site, over, "StepEnded")
    assert ended["event"]["excerpt"] == "NAME  READY\n"


def put(site: Site, number: int, run: int, text: str, *, done: bool = True) -> None:
    written = Written(run, text, len(text), done)
    site.run(site.station.engine.ledger.put_output(number, written, site.station.now()))


def shorten(site: Site, most: int) -> int:
    async def work() -> int:
        async with site.station.engine.ledger.connection() as conn:
            return await shorten_outputs(conn, most)

    return site.run(work())


def test_of_too_much_only_the_ends_of_older_runs_are_kept(site: Site) -> None:
    large, small = site.declare(), site.declare("Another")
    text = "x" * 100_000 + "the end"
    for run in (1, 2, 3, 4):
        put(site, large, run, text, done=run != 1)
    put(site, small, 1, text)
    assert shorten(site, 250_000) == 1
    found = kept(site, large)
    assert [len(found[run]) for run in (1, 3, 4)] == [len(text)] * 3, "the newest, and what still runs"
    assert found[2].startswith("… the beginning is no longer kept …\nxxx")
    assert found[2].endswith("the end")
    assert len(found[2]) < SHORTENED + 100
    assert kept(site, small) == {1: text}
    assert shorten(site, 250_000) == 0, "once is enough"

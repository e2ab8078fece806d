"""Steps on a real database: what reads may run again after a crash, what changes runs once at most."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from sirenbook.engine import failpoints
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.engine.steps.run_steps import LEASE, Stepper
from sirenbook.executors import Limits, Result, Write
from sirenbook.model import command as c
from sirenbook.model.judgement import Plan
from unit.incident.grounds import Paper
from unit.web.site import Site, running

CANARY = "hunter2-canary-5ecret"


class Slow(Paper):
    """Waits until it is let go on."""

    def __init__(self) -> None:
        super().__init__(output=b"going\n")
        self.go = asyncio.Event()

    async def run(self, plan: Plan, limits: Limits, write: Write, *, changes: bool) -> Result:
        result = await super().run(plan, limits, write, changes=changes)
        await self.go.wait()
        return result


class Broken(Paper):
    """Breaks its promise not to raise."""

    async def run(self, plan: Plan, limits: Limits, write: Write, *, changes: bool) -> Result:
        self.ran.append(plan)
        raise RuntimeError(f"password={CANARY}")


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    with running(database) as found:
        yield found


def use(site: Site, paper: Paper) -> Paper:
    site.station.engine.books.ground = OwnGround({"paper": paper})
    return paper


def go(site: Site, stepper: Stepper | None = None) -> None:
    """Run what waits to its end."""
    stepper = stepper or site.station.stepper

    async def whole() -> None:
        while await stepper.pass_():
            await stepper.land()

    site.run(whole())


def steps(site: Site, number: int) -> list[Any]:
    return list(site.api("GET", f"/api/incidents/{number}/steps").json()["steps"])


def approve(site: Site, number: int, step: int, by: str = "mira") -> None:
    digest = steps(site, number)[step - 1]["digest"]
    site.run(site.station.command(number, c.RunStep(by, step, digest)))


def kinds(site: Site, number: int, *wanted: str) -> list[Any]:
    entries = site.api("GET", f"/api/incidents/{number}/timeline").json()["entries"]
    return [e for e in entries if e["kind"] in wanted]


def crash(site: Site, stepper: Stepper) -> None:
    """The process of a stepper is gone in the middle of a step."""

    async def whole() -> None:
        await stepper.pass_()
        await asyncio.sleep(0.05)
        await stepper.stop()

    site.run(whole())


def test_reading_steps_run_when_an_incident_opens(site: Site) -> None:
    paper = use(site, Paper(output=b"NAME  READY\nquay  1/1\n"))
    number = site.declare()
    go(site)
    assert len(paper.ran) == 1
    assert steps(site, number)[0]["state"] == "worked"
    [ended] = kinds(site, number, "StepEnded")
    assert ended["event"]["excerpt"] == "NAME  READY\nquay  1/1\n"


def test_an_alert_fills_in_and_runs(site: Site) -> None:
    paper = use(site, Paper())
    site.alert("BookingsFail", pod="quay-7")
    go(site)
    assert len(paper.ran) == 2


def test_an_approved_change_runs_once(site: Site) -> None:
    paper = use(site, Paper())
    number = site.declare()
    go(site)
    approve(site, number, 3)
    go(site)
    go(site, Stepper(site.station.engine))
    assert len(paper.ran) == 2
    assert steps(site, number)[2]["state"] == "worked"


def test_a_change_cut_off_is_unknown_and_never_runs_again(site: Site) -> None:
    number = site.declare()
    go(site)
    slow = use(site, Slow())
    approve(site, number, 3)
    crash(site, site.station.stepper)
    site.ahead(seconds=LEASE.total_seconds() + 1)
    go(site, Stepper(site.station.engine))
    assert len(slow.ran) == 1
    assert steps(site, number)[2]["state"] == "unknown"
    asked = [e["text"] for e in kinds(site, number, "Notified")]
    assert any("may or may not have been carried out" in text for text in asked)


def test_reading_that_was_cut_off_runs_again(site: Site) -> None:
    slow = use(site, Slow())
    number = site.declare()
    crash(site, site.station.stepper)
    site.ahead(seconds=LEASE.total_seconds() + 1)
    slow.go.set()
    go(site, Stepper(site.station.engine))
    assert len(slow.ran) == 2
    assert steps(site, number)[0]["state"] == "worked"


def test_a_claim_that_was_lost_reports_nothing_for_reading(site: Site) -> None:
    slow = use(site, Slow())
    number = site.declare()
    first, second = site.station.stepper, Stepper(site.station.engine)

    async def both() -> None:
        await first.pass_()
        await asyncio.sleep(0.05)

    site.run(both())
    site.ahead(seconds=LEASE.total_seconds() + 1)

    async def overtaken() -> None:
        await second.pass_()
        slow.go.set()
        await second.land()
        await first.land()

    site.run(overtaken())
    assert len(kinds(site, number, "StepEnded")) == 1


def test_a_heartbeat_keeps_a_claim(site: Site) -> None:
    slow = use(site, Slow())
    site.declare()
    stepper = site.station.stepper

    async def begin() -> None:
        await stepper.pass_()
        await asyncio.sleep(0.05)

    site.run(begin())
    site.ahead(seconds=10)
    site.run(stepper.keep_claims())
    site.ahead(seconds=10)
    assert site.run(Stepper(site.station.engine).pass_()) == 0

    async def finish() -> None:
        slow.go.set()
        await stepper.land()

    site.run(finish())


def test_what_was_approved_for_another_target_does_not_begin(site: Site) -> None:
    number = site.declare()
    go(site)
    approve(site, number, 3)
    east = use(site, Paper("cluster east"))
    go(site)
    assert east.ran == []
    [ended] = kinds(site, number, "StepEnded")[-1:]
    assert ended["event"]["outcome"] == "withdrawn"


def test_what_waited_too_long_or_is_over_does_not_begin(site: Site) -> None:
    paper = use(site, Paper())
    late, over = site.declare(), site.declare()
    site.run(site.station.command(over, c.Resolve("mira")))
    site.ahead(minutes=16)
    go(site)
    assert paper.ran == []
    outcomes = {kinds(site, n, "StepEnded")[0]["event"]["detail"] for n in (late, over)}
    assert outcomes == {"it did not begin in time", "the incident was resolved first"}


def test_secrets_are_masked_before_anything_is_stored(site: Site) -> None:
    class Knows(Paper):
        def secrets(self) -> tuple[str, ...]:
            return (CANARY,)

    words = f"all is {CANARY}\nDATABASE_URL=postgres://app:{CANARY}x@db/app\nok\n"
    use(site, Knows(output=words.encode()))
    site.declare()
    go(site)

    async def everything() -> str:
        async with site.pool.connection() as conn:
            rows = await (await conn.execute("select data from event")).fetchall()
            rows += await (await conn.execute("select written from step_output")).fetchall()
            rows += await (await conn.execute("select state from incident")).fetchall()
        return "\n".join(r[0] for r in rows)

    stored = site.run(everything())
    assert CANARY not in stored
    assert "[masked]" in stored


def test_an_executor_that_breaks_its_promise_is_a_failed_step(site: Site) -> None:
    broken = use(site, Broken())
    number = site.declare()
    go(site)
    assert steps(site, number)[0]["state"] == "failed"
    approve(site, number, 3)
    go(site)
    assert steps(site, number)[2]["state"] == "unknown", "it may have changed something before it broke"
    assert len(broken.ran) == 2
    assert CANARY not in site.api("GET", f"/api/incidents/{number}/timeline").text


class Died(BaseException):
    """The process is gone."""


@pytest.mark.parametrize(("point", "ran"), [("K15", 0), ("K17", 1)])
@pytest.mark.parametrize("step", [1, 3], ids=["reads", "changes"])
def test_wherever_it_dies_a_change_is_made_once_at_most(
    site: Site, monkeypatch: pytest.MonkeyPatch, point: str, ran: int, step: int
) -> None:
    paper = use(site, Paper())
    number = site.declare()
    if step == 3:
        go(site)
        approve(site, number, 3)
        paper.ran.clear()

    def die(reached: str) -> None:
        if reached == point:
            raise Died

    async def until_it_dies() -> None:
        with suppress(Died):
            await site.station.stepper.pass_()
            await asyncio.gather(*site.station.stepper._flight.under_way)

    monkeypatch.setattr(failpoints, "hook", die)
    site.run(until_it_dies())
    monkeypatch.setattr(failpoints, "hook", None)
    assert len(paper.ran) == ran
    site.ahead(seconds=LEASE.total_seconds() + 1)
    go(site, Stepper(site.station.engine))
    assert len(paper.ran) == (ran if step == 3 else ran + 1)
    assert steps(site, number)[step - 1]["state"] == ("unknown" if step == 3 else "worked")


def test_few_run_at_once(site: Site) -> None:
    slow = use(site, Slow())
    for _ in range(6):
        site.declare()
    assert site.run(site.station.stepper.pass_()) == 4
    assert site.run(site.station.stepper.pass_()) == 0

    async def finish() -> None:
        slow.go.set()
        await site.station.stepper.land()

    site.run(finish())
    go(site)
    assert len(slow.ran) == 6

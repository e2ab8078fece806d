"""Runners on a real database: a step is one runner's, begins after a yes only, and never runs twice unseen."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace
from starlette.responses import JSONResponse

from contracts.stand_ins import HttpServer, Yard, certificate
from sirenbook.channels.certificates import trust
from sirenbook.engine.steps.allowance import Allowance
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.engine.steps.run_steps import LEASE, Stepper
from sirenbook.engine.steps.runner import Lost, Runner, Server, Unwelcome
from sirenbook.executors.capture import HALF
from sirenbook.incident.steps.runbooks import BEGINS_WITHIN
from sirenbook.model.runner import Fetch, Offer, StepReport
from unit.engine.test_run_steps import Slow, approve, go, kinds, steps
from unit.incident.grounds import Paper
from unit.web.site import ORIGIN, READ, Site, running

CANARY = "hunter2-canary-5ecret"
EVERYTHING = Allowance(frozenset({"kubectl"}), frozenset({"reads", "changes", "destroys"}))
SCALE, DELETE = 3, 4


class Wire(httpx2.ASGITransport):
    """What goes over the wire is kept; `down` cuts it, before the server hears or before it can answer."""

    def __init__(self, app: Any) -> None:
        super().__init__(app=app)
        self.sent: list[bytes] = []
        self.down: dict[str, str] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(await request.aread())
        cut = self.down.get(request.url.path.rpartition("/")[2], "")
        if cut == "before":
            raise httpx2.ConnectError("cut")
        answer = await super().handle_async_request(request)
        if cut == "after":
            raise httpx2.ReadError("cut")
        return answer


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    """A server that has kubectl's steps carried out in the west."""
    with running(database) as found:
        books = found.station.engine.books
        books.ground = OwnGround({}, {"kubectl": ("west",)})
        books.bindings = replace(books.bindings, runners={"kubectl": ("west",)})
        yield found


def token(site: Site, name: str = "pilot", **more: Any) -> str:
    body = {"name": name, "scope": "runner", "labels": ["west"], **more}
    answer = site.api("POST", "/api/tokens", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


class Elsewhere:
    """A runner of the test: one fetch at a time, each carried out to its end unless the test says otherwise."""

    def __init__(self, site: Site, paper: Paper, secret: str, allowance: Allowance = EVERYTHING, *labels: str):
        self.site, self.paper = site, paper
        self.wire = Wire(site.app)
        client = httpx2.AsyncClient(transport=self.wire)
        self.server = Server(ORIGIN, secret, client)
        self.runner = Runner(
            self.server, OwnGround({"paper": paper}), allowance, Fetch(list(labels or ["west"]), "quay:1")
        )

    def once(self) -> None:
        """Fetch, and carry out what was fetched."""
        self.site.run(self._once())

    async def _once(self) -> None:
        await self.runner.greet()
        await asyncio.gather(*self.runner._running)
        self.runner._running.clear()

    def all(self) -> None:
        """Until nothing is offered any more."""
        for _ in range(20):
            before = len(self.wire.sent)
            self.once()
            if len(self.wire.sent) == before + 1:
                return

    def fetch(self) -> Offer | None:
        """Take a step and do nothing with it, as a runner that dies at once."""
        return self.site.run(self.server.fetch(Fetch(["west"], "quay:1")))

    def begin(self) -> Offer:
        """Take a step, begin it, and say no more."""
        offer = self.fetch()
        assert offer is not None
        assert self.site.run(self.server.begin(offer.claim))
        return offer


@pytest.fixture
def pilot(site: Site) -> Elsewhere:
    """A runner in the west."""
    return Elsewhere(site, Paper(output=b"NAME  READY\nquay  1/1\n"), token(site))


def ordered(site: Site, step: int = SCALE) -> int:
    """An incident in which this step is approved, and all else has been carried out."""
    number = site.declare()
    Elsewhere(site, Paper(), token(site, "first mate")).all()
    site.api("POST", "/api/tokens/revoke", {"name": "first mate"})
    approve(site, number, step)
    return number


def expire(site: Site) -> None:
    """The lease runs out, and the server looks again."""
    site.ahead(seconds=LEASE.total_seconds() + 1)
    go(site, Stepper(site.station.engine))


def test_a_step_waits_for_its_runner_and_is_run_there(site: Site, pilot: Elsewhere) -> None:
    number = site.declare()
    go(site)
    first = steps(site, number)[0]
    assert (first["state"], first["target"]) == ("waiting", "a runner labelled west")
    assert first["waits_for"] == "a runner labelled west; none is connected"
    told = site.api("GET", "/api/runners", token=READ).json()
    assert (told["bound"], told["runners"]) == ({"kubectl": ["west"]}, [])
    assert [(w["incident"], w["connected"]) for w in told["waiting"]] == [(f"INC-{number}", False)]
    pilot.once()
    assert len(pilot.paper.ran) == 1
    first = steps(site, number)[0]
    assert (first["state"], first["waits_for"]) == ("worked", "")
    [ended] = kinds(site, number, "StepEnded")
    assert (ended["event"]["excerpt"], ended["event"]["detail"]) == ("NAME  READY\nquay  1/1\n", "run by pilot")
    told = site.api("GET", "/api/runners", token=READ).json()
    assert [(r["name"], r["labels"], r["connected"]) for r in told["runners"]] == [("pilot", ["west"], True)]
    assert told["waiting"] == []


def test_an_approved_change_is_run_once(site: Site, pilot: Elsewhere) -> None:
    number = ordered(site)
    pilot.all()
    pilot.all()
    go(site)
    assert len(pilot.paper.ran) == 1
    assert steps(site, number)[SCALE - 1]["state"] == "worked"


def test_two_runners_get_two_steps(site: Site, pilot: Elsewhere) -> None:
    ordered(site)
    other = Elsewhere(site, Paper(), token(site, "other pilot"))
    assert (pilot.fetch() is None, other.fetch() is None) == (False, True)


def test_a_runner_that_dies_before_it_begins_leaves_the_step_to_another(site: Site, pilot: Elsewhere) -> None:
    number = ordered(site)
    late = pilot.fetch()
    assert late is not None
    expire(site)
    assert steps(site, number)[SCALE - 1]["state"] == "waiting"
    other = Elsewhere(site, Paper(), token(site, "other pilot"))
    other.all()
    assert len(other.paper.ran) == 1
    assert not site.run(pilot.server.begin(late.claim)), "who slept in between begins nothing"
    assert steps(site, number)[SCALE - 1]["state"] == "worked"


def test_a_yes_that_comes_too_late_begins_nothing(site: Site, pilot: Elsewhere) -> None:
    ordered(site)
    late = pilot.fetch()
    assert late is not None
    site.ahead(seconds=LEASE.total_seconds() + 1)
    assert not site.run(pilot.server.begin(late.claim))


def test_a_change_is_begun_once_however_often_it_is_asked(site: Site, pilot: Elsewhere) -> None:
    ordered(site)
    offer = pilot.begin()
    assert not site.run(pilot.server.begin(offer.claim))


def test_a_change_cut_off_is_unknown_and_no_runner_gets_it_again(site: Site, pilot: Elsewhere) -> None:
    number = ordered(site)
    pilot.begin()
    expire(site)
    assert steps(site, number)[SCALE - 1]["state"] == "unknown"
    assert any("may or may not have been carried out" in e["text"] for e in kinds(site, number, "Notified"))
    pilot.all()
    assert pilot.paper.ran == []


def test_what_turns_out_late_ends_the_doubt(site: Site, pilot: Elsewhere) -> None:
    number = ordered(site)
    offer = pilot.begin()
    expire(site)
    report = StepReport(offer.claim, "worked", 0, 2.5, text="scaled\n", size=7)
    assert not site.run(pilot.server.report(report)), "the lease was over"
    assert steps(site, number)[SCALE - 1]["state"] == "worked"
    site.run(pilot.server.report(replace(report, outcome="failed")))
    assert steps(site, number)[SCALE - 1]["state"] == "worked", "the first word stands"


def test_reading_that_was_cut_off_is_another_runners(site: Site, pilot: Elsewhere) -> None:
    number = site.declare()
    offer = pilot.begin()
    expire(site)
    other = Elsewhere(site, Paper(output=b"seen by the other\n"), token(site, "other pilot"))
    other.once()
    assert len(other.paper.ran) == 1
    assert not site.run(pilot.server.hold(offer.claim, "late words\n", 11))
    site.run(pilot.server.report(StepReport(offer.claim, "failed", 1, text="late words\n", size=11)))
    assert steps(site, number)[0]["state"] == "worked"
    outputs = site.api("GET", f"/api/incidents/{number}/outputs").json()["outputs"]
    assert [o["text"] for o in outputs] == ["seen by the other\n"]


def test_reading_that_no_runner_ends_is_given_up(site: Site, pilot: Elsewhere) -> None:
    number = site.declare()
    for _ in range(3):
        pilot.begin()
        expire(site)
    [ended] = kinds(site, number, "StepEnded")
    assert ended["event"]["outcome"] == "failed"
    assert pilot.fetch() is None


def test_a_step_that_no_runner_begins_is_withdrawn_in_time(site: Site) -> None:
    number = site.declare()
    site.ahead(seconds=BEGINS_WITHIN.total_seconds() + 1)
    go(site)
    [ended] = kinds(site, number, "StepEnded")
    assert (ended["event"]["outcome"], ended["event"]["detail"]) == ("withdrawn", "it did not begin in time")


def test_the_server_does_not_spin_while_a_step_waits(site: Site) -> None:
    number = site.declare()
    until = site.run(site.station.engine.ledger.next_run())
    assert until is not None
    assert until - site.station.now() > timedelta(minutes=10)
    assert steps(site, number)[0]["state"] == "waiting"


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_change_whose_beginning_is_not_confirmed_does_not_begin(site: Site, pilot: Elsewhere, cut: str) -> None:
    number = ordered(site)
    pilot.wire.down["begin"] = cut
    pilot.once()
    assert pilot.paper.ran == []
    assert steps(site, number)[SCALE - 1]["state"] == "withdrawn"


def test_a_report_is_told_again_until_it_is_heard(site: Site, pilot: Elsewhere) -> None:
    number = ordered(site)
    pilot.wire.down["report"] = "after"

    async def mended() -> None:
        work = asyncio.create_task(pilot._once())
        while not any(b'"outcome"' in body for body in pilot.wire.sent):
            await asyncio.sleep(0.01)
        pilot.wire.down.clear()
        await work

    site.run(mended())
    assert len(pilot.paper.ran) == 1
    assert steps(site, number)[SCALE - 1]["state"] == "worked"
    assert len(kinds(site, number, "StepEnded")) == 2, "one for reading, one for the change"


def outputs(site: Site, number: int) -> list[tuple[str, bool]]:
    found = site.api("GET", f"/api/incidents/{number}/outputs").json()["outputs"]
    return [(o["text"], o["done"]) for o in found]


async def until(what: Callable[[], bool]) -> None:
    """Wait, without holding up whoever makes it true."""
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(what):
            await asyncio.sleep(0.01)


def test_what_a_step_writes_is_seen_while_it_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sirenbook.engine.steps.carry_out.LIVE_EVERY", 0.02)
    slow = Slow()
    pilot = Elsewhere(site, slow, token(site))
    number = site.declare()
    work = asyncio.run_coroutine_threadsafe(pilot._once(), site.loop)
    asyncio.run(until(lambda: outputs(site, number) == [("going\n", False)]))
    site.loop.call_soon_threadsafe(slow.go.set)
    work.result(20)
    assert outputs(site, number) == [("going\n", True)]


def test_an_output_of_the_largest_size_is_reported(site: Site) -> None:
    pilot = Elsewhere(site, Paper(output=b"\x1b" * (3 * HALF)), token(site))
    number = site.declare()
    pilot.once()
    [(text, done)] = outputs(site, number)
    assert (len(text) > 2 * HALF - 10_000, done) == (True, True)


def test_a_change_goes_on_while_the_network_is_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sirenbook.model.runner.HEARTBEAT", 0.02)
    slow = Slow()
    pilot = Elsewhere(site, slow, token(site))
    number = ordered(site)
    pilot.wire.down["hold"] = "before"
    work = asyncio.run_coroutine_threadsafe(pilot._once(), site.loop)
    asyncio.run(until(lambda: sum(b'"size":0' in body for body in pilot.wire.sent) > 3))
    expire(site)
    assert steps(site, number)[SCALE - 1]["state"] == "unknown"
    site.loop.call_soon_threadsafe(slow.go.set)
    work.result(20)
    assert len(slow.ran) == 1
    assert steps(site, number)[SCALE - 1]["state"] == "worked"


def test_secrets_do_not_leave_the_runner(site: Site) -> None:
    class Telling(Paper):
        def secrets(self) -> tuple[str, ...]:
            return (CANARY,)

    pilot = Elsewhere(site, Telling(output=f"logged in with {CANARY}\n".encode()), token(site))
    number = site.declare()
    pilot.all()
    [output] = site.api("GET", f"/api/incidents/{number}/outputs").json()["outputs"]
    assert output["text"] == "logged in with [masked]\n"
    assert not any(CANARY.encode() in body for body in pilot.wire.sent)


def test_the_server_masks_once_more_what_looks_like_a_secret(site: Site, pilot: Elsewhere) -> None:
    number = site.declare()
    offer = pilot.begin()
    text = f"password={CANARY}\n"
    site.run(pilot.server.report(StepReport(offer.claim, "worked", 0, 1.0, text, text, len(text))))
    shown = site.api("GET", f"/api/incidents/{number}/timeline").text
    shown += site.api("GET", f"/api/incidents/{number}/outputs").text
    assert (CANARY in shown, "[masked]" in shown) == (False, True)


def test_the_runners_own_file_has_the_last_word(site: Site) -> None:
    only_reads = Allowance(frozenset({"kubectl"}))
    number = ordered(site)
    pilot = Elsewhere(site, Paper(), token(site), only_reads)
    pilot.all()
    assert pilot.paper.ran == []
    *_, ended = kinds(site, number, "StepEnded")
    assert ended["event"]["outcome"] == "withdrawn"
    assert "it changes, which this runner may not" in ended["event"]["detail"]


def test_a_token_of_a_runner_opens_nothing_else_and_no_other_opens_a_runners_door(site: Site) -> None:
    secret = token(site)
    for path in ("/api/incidents", "/api/runners", "/api/tokens"):
        assert site.api("GET", path, token=secret).status_code == 403
    assert site.alert("X").status_code == 202
    assert site.api("POST", "/api/runner/fetch", {"labels": ["west"], "process": "x"}).status_code == 403
    assert site.api("POST", "/api/tokens", {"name": "x"}, token=secret).status_code == 403
    foreign = site.api("POST", "/api/runner/fetch", {"labels": ["west", "east"], "process": "x"}, token=secret)
    assert (foreign.status_code, "west" in foreign.text) == (403, True)


def test_a_claim_is_nobody_elses(site: Site, pilot: Elsewhere) -> None:
    ordered(site)
    offer = pilot.begin()
    other = Elsewhere(site, Paper(), token(site, "other pilot"))
    for claim in (offer.claim, "1.2.3", "", "W10.x"):
        with pytest.raises(Unwelcome):
            site.run(other.server.report(StepReport(claim, "worked")))


def test_a_revoked_token_is_refused_at_once(site: Site, pilot: Elsewhere) -> None:
    number = ordered(site)
    offer = pilot.begin()
    assert site.api("POST", "/api/tokens/revoke", {"name": "pilot"}).status_code == 200
    for word in (pilot.server.hold(offer.claim), pilot.server.report(StepReport(offer.claim, "worked"))):
        with pytest.raises(Unwelcome):
            site.run(word)
    expire(site)
    assert steps(site, number)[SCALE - 1]["state"] == "unknown"


def test_a_step_that_runs_ends_with_its_token(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sirenbook.model.runner.HEARTBEAT", 0.02)
    slow = Slow()
    pilot = Elsewhere(site, slow, token(site))
    ordered(site)

    async def revoked() -> None:
        work = asyncio.create_task(pilot._once())
        while not slow.ran:
            await asyncio.sleep(0.01)
        await site.station.settings.revoke_token("pilot", site.station.now())
        await work

    with pytest.raises(Unwelcome):
        site.run(revoked())


def test_reading_that_became_anothers_is_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sirenbook.model.runner.HEARTBEAT", 0.02)
    slow = Slow()
    pilot = Elsewhere(site, slow, token(site))
    number = site.declare()

    async def taken_away() -> None:
        work = asyncio.create_task(pilot._once())
        while not slow.ran:
            await asyncio.sleep(0.01)
        async with site.station.engine.ledger.connection() as conn:
            await conn.execute("update step_run set token = -1")
        await work

    site.run(taken_away())
    assert kinds(site, number, "StepEnded") == []


def test_a_server_that_talks_nonsense_is_lost(site: Site) -> None:
    async def nonsense(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<html>"})

    server = Server(ORIGIN, "x", httpx2.AsyncClient(transport=httpx2.ASGITransport(app=nonsense)))
    with pytest.raises(Lost):
        site.run(server.begin("x"))


def test_over_https_only_a_trusted_server_is_spoken_to(tmp_path: Path) -> None:
    files, yard = certificate(tmp_path), Yard()
    far = HttpServer(yard, tls=files)
    far.answer = lambda request: JSONResponse({"offer": None})

    async def ask(ca_file: Path | None) -> Offer | None:
        async with httpx2.AsyncClient(verify=trust(ca_file), trust_env=False) as client:
            return await Server(f"https://localhost:{far.port}", "5ecret", client).fetch(Fetch(["west"], "p"))

    try:
        with pytest.raises(Lost, match=r"(?i)certificate"):
            asyncio.run(ask(None))
        assert far.requests == []
        assert asyncio.run(ask(files[0])) is None
        [(request, _)] = far.requests
        assert request.headers["authorization"] == "Bearer 5ecret"
    finally:
        yard.stop()

"""What every executor promises: it never raises, keeps its limits, ends what it began."""

import asyncio
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import entry_points

import pytest

from contracts.executor_harness import HARNESSES, Harness, judged
from sirenbook.executors import Limits, Result
from sirenbook.model.judgement import Judgement, Plan, Statement

MEBIBYTE = 1024 * 1024


class Odd(BaseHTTPRequestHandler):
    """A server that answers, fails, hangs and floods."""

    def do_GET(self) -> None:
        if self.path == "/endless":
            time.sleep(5)
            return
        self.send_response(500 if self.path == "/bad" else 200)
        self.end_headers()
        try:
            if self.path == "/flood":
                while True:
                    self.wfile.write(b"x" * 65536)
            self.wfile.write(b"berth 7")
        except OSError:
            pass

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    found.daemon_threads = True
    threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{found.server_address[1]}"
    found.shutdown()


@pytest.fixture(params=sorted(HARNESSES))
def harness(request: pytest.FixtureRequest) -> Harness:
    """Every executor in turn, on what it needs."""
    needs = {"sql": "database", "http": "server"}.get(request.param)
    return HARNESSES[request.param](request.getfixturevalue(needs) if needs else "")


def ran(harness: Harness, judgement: Judgement, limits: Limits | None = None) -> tuple[Result, bytes]:
    written = bytearray()
    assert judgement.run is not None

    async def whole() -> Result:
        return await harness.executor.run(
            judgement.run, limits or Limits(seconds=20), written.extend, changes=False
        )

    return asyncio.run(whole()), bytes(written)


def test_every_executor_that_is_packaged_is_tried_here() -> None:
    assert {e.name for e in entry_points(group="sirenbook.executors")} == set(HARNESSES)


def test_it_writes_what_came_of_a_step(harness: Harness) -> None:
    result, written = ran(harness, harness.good)
    assert (result.outcome, written) == ("worked", harness.said)


def test_it_says_that_a_step_failed_and_why(harness: Harness) -> None:
    result, _ = ran(harness, harness.bad)
    assert result.outcome == "failed"
    assert result.detail


def test_it_ends_what_does_not_end(harness: Harness) -> None:
    began = time.monotonic()
    result, _ = ran(harness, harness.endless, Limits(seconds=0.5))
    assert result.outcome in ("stopped", "failed")
    assert time.monotonic() - began < 15


def test_it_ends_what_writes_without_end(harness: Harness) -> None:
    result, written = ran(harness, harness.flood, Limits(seconds=30, output=2 * MEBIBYTE))
    assert len(written) < 4 * MEBIBYTE
    assert result.outcome == "stopped" or b"more than 1000 rows" in written


def test_it_can_be_cancelled(harness: Harness) -> None:
    async def whole() -> None:
        assert harness.endless.run is not None
        work = harness.executor.run(harness.endless.run, Limits(seconds=20), lambda data: None, changes=False)
        running = asyncio.create_task(work)
        await asyncio.sleep(0.2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    began = time.monotonic()
    asyncio.run(whole())
    assert time.monotonic() - began < 15


def test_it_names_its_target_and_takes_only_what_it_knows(harness: Harness) -> None:
    assert harness.executor.target(harness.good)
    assert harness.executor.target(judged(Plan(statement=Statement("up")), "klingon")) is None
    assert harness.executor.target(Judgement("x", "shell", "reads", ())) is None

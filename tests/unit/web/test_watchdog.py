"""When no channel takes a page: the site says so, the watchdog calls by ways of its own, its ping outside stops."""

import asyncio
import http.server
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from sirenbook.engine.delivery.retry import Outflow
from sirenbook.engine.passes import beat
from sirenbook.engine.watchdog import Alarm, Watch, ask
from sirenbook.model.intent import Notification, Receipt
from unit.web.site import Site


class Relay:
    """A way out of the watchdog's own."""

    name = "relay"

    def __init__(self) -> None:
        self.sent: list[Notification] = []

    async def send(self, notification: Notification) -> Receipt:
        self.sent.append(notification)
        return Receipt("accepted")

    async def close(self) -> None: ...


class Deaf:
    """A channel that takes nothing until it is mended."""

    name = "quiet"
    mended = False

    async def send(self, notification: Notification) -> Receipt:
        return Receipt("accepted") if self.mended else Receipt("refused", "no route to host")

    async def close(self) -> None: ...


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A dead man's switch: its address, and the pings that it got."""
    got: list[str] = []

    class Hear(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Hear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/alive", got
    server.shutdown()
    server.server_close()


def test_when_all_channels_are_down_it_is_known_here_and_outside(
    site: Site, outside: tuple[str, list[str]]
) -> None:
    """On the page and in /health, by the watchdog's own way, and by the ping that does not come."""
    address, pings = outside
    relay, said, deaf = Relay(), [], Deaf()
    watch = Watch(site.dsn, lambda: [Alarm(relay, "ops")], lambda: address, lambda: "http://x", said.append)

    def looked(time: float) -> tuple[str, ...]:
        site.run(beat(site.station))
        faults = tuple(f for f in ask(site.dsn) if not f.startswith(("Escalation", "Messages", "No process")))
        asyncio.run(watch.judge(faults, time))
        return faults

    assert looked(0) == () and len(pings) == 1
    site.station.clock.set(site.run(site.station.queries.clock()))
    site.run(_use(site, deaf))
    site.declare()
    site.deliver()
    site.station.dispatcher.outflow = _since(site, seconds=40)
    [fault] = looked(40)
    assert fault.startswith("No channel takes pages: not one was accepted for")
    assert "No channel takes pages" in relay.sent[0].text and "pages are not flowing" in said[0]
    assert len(pings) == 1, "the switch outside hears nothing"
    health = site.run(site.station.health())
    assert not health.ok and "no channel has taken a page" in "".join(health.faults)
    deaf.mended = True
    site.declare()
    site.deliver()
    assert looked(80) == () and len(pings) == 2


async def _use(site: Site, channel: Deaf) -> None:
    site.station.dispatcher.use({"quiet": channel})


def _since(site: Site, seconds: float) -> Outflow:
    """What the node knows, as if it had begun so long ago."""
    known = site.station.dispatcher.outflow
    assert known.dry_since is not None
    return replace(known, dry_since=known.dry_since - timedelta(seconds=seconds))

"""A connection that sends nothing, or a head without end, is let go of; one at work is left alone."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvicorn

from sirenbook.engine import connections
from sirenbook.engine.connections import LARGEST_HEAD, Bounded
from unit.engine.test_packets import Wire

WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Talk = Callable[[Bounded], Awaitable[None]]


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def spoken(talk: Talk, *, busy: bool = False) -> tuple[bool, list[bytes]]:
    """What became of a connection: whether it was closed, and what went over it."""

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        if busy:
            await asyncio.Event().wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def scene() -> tuple[bool, list[bytes]]:
        config = uvicorn.Config(app, http=Bounded, lifespan="off", log_config=None, server_header=False)
        config.load()
        state = uvicorn.server.ServerState()
        protocol, wire = Bounded(config=config, server_state=state, app_state={}), Wire()
        protocol.connection_made(wire)
        await talk(protocol)
        await turns()
        found = wire.closed, list(wire.packets)
        for task in state.tasks.copy():
            task.cancel()
        if protocol.timeout_keep_alive_task:
            protocol.timeout_keep_alive_task.cancel()
        return found

    return asyncio.run(scene())


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: y"])
@pytest.mark.usefixtures("hasty")
def test_silence_ends(sent: bytes) -> None:
    async def talk(protocol: Bounded) -> None:
        if sent:
            protocol.data_received(sent)

    assert spoken(talk)[0]


@pytest.mark.usefixtures("hasty")
def test_work_and_the_time_after_it_are_left_alone() -> None:
    async def talk(protocol: Bounded) -> None:
        protocol.data_received(WHOLE)

    assert not spoken(talk, busy=True)[0]
    assert not spoken(talk)[0], "uvicorn's own patience counts now"


@pytest.mark.usefixtures("hasty")
def test_a_second_request_must_come_in_time_too() -> None:
    async def talk(protocol: Bounded) -> None:
        protocol.data_received(WHOLE)
        await turns()
        protocol.data_received(b"GET /")

    assert spoken(talk)[0]


UNFINISHED = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"


@pytest.mark.usefixtures("hasty")
def test_a_body_must_come_in_time() -> None:
    async def talk(protocol: Bounded) -> None:
        protocol.data_received(UNFINISHED)

    closed, packets = spoken(talk, busy=True)
    assert closed
    assert packets[-1].startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("hasty")
def test_nothing_is_said_before_the_answer_to_an_earlier_request() -> None:
    async def talk(protocol: Bounded) -> None:
        protocol.data_received(WHOLE + UNFINISHED)

    closed, packets = spoken(talk, busy=True)
    assert closed
    assert not packets


def test_a_body_has_as_long_again_as_its_head() -> None:
    async def talk(protocol: Bounded) -> None:
        first = protocol._alarm
        protocol.data_received(UNFINISHED)
        assert protocol._alarm is not first
        protocol.data_received(b"12345678")
        assert protocol._alarm is None

    assert not spoken(talk, busy=True)[0]


@pytest.mark.parametrize(
    "begin",
    [
        b"GET /",
        b"GET / HTTP/1.1\r\nX: ",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
    ],
)
def test_a_head_without_end_is_refused(begin: bytes) -> None:
    async def talk(protocol: Bounded) -> None:
        protocol.data_received(begin)
        for _ in range(LARGEST_HEAD // 4096 + 1):
            if not protocol.transport.is_closing():
                protocol.data_received(b"a" * 4096)

    closed, packets = spoken(talk, busy=True)
    assert closed
    assert packets[-1].startswith(b"HTTP/1.1 431 ")


def test_a_long_body_is_not_a_head() -> None:
    async def talk(protocol: Bounded) -> None:
        protocol.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        for _ in range(20):
            protocol.data_received(b"a" * 50_000)

    assert not spoken(talk, busy=True)[0]


def test_too_many_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 0)

    async def talk(protocol: Bounded) -> None: ...

    assert spoken(talk)[0]

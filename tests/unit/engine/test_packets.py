"""An answer leaves in one packet, and none of it is lost when the connection closes."""

import asyncio

import uvicorn

from sirenbook.engine.packets import OnePacket


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.packets = []
        self.closed = False

    def write(self, data):
        assert not self.closed
        self.packets.append(bytes(data))

    def close(self):
        self.closed = True

    def abort(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def get_extra_info(self, name, default=None):
        return default

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


async def hello(scope, receive, send):
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def packets_for(*requests):
    async def scene():
        config = uvicorn.Config(hello, http=OnePacket, lifespan="off", log_config=None, server_header=False)
        config.load()
        protocol = OnePacket(config=config, server_state=uvicorn.server.ServerState(), app_state={})
        wire = Wire()
        protocol.connection_made(wire)
        for request in requests:
            protocol.data_received(request)
        await asyncio.sleep(0.01)
        closed = wire.closed
        protocol.connection_lost(None)
        return wire.packets, closed

    return asyncio.run(scene())


def test_head_and_body_leave_together():
    [packet], closed = packets_for(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert packet.startswith(b"HTTP/1.1 200 OK\r\n")
    assert packet.endswith(b"\r\n\r\nhello")
    assert not closed


def test_all_is_written_before_the_connection_closes():
    packets, closed = packets_for(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"".join(packets).endswith(b"hello")
    assert closed


def test_requests_in_a_row_are_answered_in_order():
    packets, _ = packets_for(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"".join(packets).count(b"hello") == 2

"""Stands in for the world outside: answers every POST, and remembers when which alert and incident arrived.

usage: sink.py PORT    GET /seen?prefix=P answers {"name": [first arrival in ns, arrivals]} for names that begin
with P: `tk-RUN-N` for alerts, `/path INC-N` for incidents. GET /count answers how many names there are.
"""

import asyncio
import json
import re
import sys
import time

import uvloop

NAME = re.compile(rb"tk-[A-Za-z0-9]+-\d+|INC-\d+(?=\")")
LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
MOST = 2_000_000

seen: dict[str, list[int]] = {}


class Sink(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = transport, bytearray()

    def data_received(self, data: bytes) -> None:
        now = time.time_ns()
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.buffer[:end])
            found = LENGTH.search(head)
            size = end + 4 + (int(found[1]) if found else 0)
            if len(self.buffer) < size:
                return
            body = bytes(self.buffer[end + 4 : size])
            del self.buffer[:size]
            method, path, _ = head.split(b" ", 2)
            self.transport.write(OK if method == b"POST" else answer(path.decode()))
            if method == b"POST":
                remember(path.decode(), body, now)


def remember(path: str, body: bytes, now: int) -> None:
    """Note the names in a body."""
    for raw in dict.fromkeys(NAME.findall(body)):
        name = raw.decode() if raw.startswith(b"tk-") else f"{path} {raw.decode()}"
        if name in seen:
            seen[name][1] += 1
        elif len(seen) < MOST:
            seen[name] = [now, 1]


def answer(path: str) -> bytes:
    """The answer to a question about what was seen."""
    prefix = path.partition("prefix=")[2].replace("%20", " ")
    what = {"count": len(seen)} if path == "/count" else {k: v for k, v in seen.items() if k.startswith(prefix)}
    body = json.dumps(what).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


async def main(port: int) -> None:
    """Listen for ever."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))

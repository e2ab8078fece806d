"""What a stranger who reaches the port can do to a real server: nothing that keeps others from it."""

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from sirenbook.engine.connections import LARGEST_HEAD
from sirenbook.engine.packets import OnePacket
from unit.web.site import Site, running

PATIENCE = 30.0
ELSEWHERE = "elsewhere.example"


@pytest.fixture(scope="module")
def server(postgres: Any, _template: str) -> Iterator[tuple[Site, int]]:
    """A site behind a real server, which nothing here changes for others."""
    from conftest import _fresh

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    port = listening.getsockname()[1]
    for dsn in _fresh(postgres.dsn, _template):
        with running(dsn, f"http://127.0.0.1:{port}") as site:
            config = uvicorn.Config(
                site.app, http=OnePacket, lifespan="off", log_config=None, proxy_headers=False, server_header=False
            )
            serving = uvicorn.Server(config)
            ended: Future[None] = asyncio.run_coroutine_threadsafe(serving._serve([listening]), site.loop)
            yield site, port
            serving.should_exit = True
            ended.result(PATIENCE)


def said(port: int, *parts: bytes) -> bytes:
    """What the server says to bytes as they are, until it closes."""
    found = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        with suppress(ConnectionError):
            for part in parts:
                line.sendall(part)
        with suppress(ConnectionError):
            while piece := line.recv(65536):
                found += piece
    return found


def asked(port: int, path: str, host: str = ELSEWHERE, more: str = "") -> str:
    """The answer to a GET, as it came over the wire."""
    return said(port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n".encode()).decode()


@pytest.mark.parametrize(
    "begin", [b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nCookie: ", b"GET / HTTP/1.1\r\nHost: x\r\n"]
)
def test_a_head_without_end_takes_neither_memory_nor_time(server: tuple[Site, int], begin: bytes) -> None:
    line = b"X: y\r\n" if begin.endswith(b"\n") else b"aaaaaa"
    endless = line * (4 * LARGEST_HEAD // len(line))
    # Where the rest was not read the answer may be lost, but never is a request of it.
    assert said(server[1], begin, *[endless] * 16).partition(b"\r\n")[0] in (
        b"",
        b"HTTP/1.1 431 Request Header Fields Too Large",
    )
    assert asked(server[1], "/login").startswith("HTTP/1.1 200 ")


POISON = f"X-Forwarded-Host: {ELSEWHERE}\r\nX-Forwarded-Proto: https\r\nForwarded: host={ELSEWHERE}\r\n"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/login", "/login/", "/oncall/?x=1", "/status/", "/static/app.css/", "/no/such/", "/api/incidents/"),
        *(f"//{ELSEWHERE}/", f"//{ELSEWHERE}/%2f..", f"/%2f%2f{ELSEWHERE}/", f"/%5c{ELSEWHERE}/", "/x%0d%0aX:y/"),
    ],
)
@pytest.mark.parametrize("host", [ELSEWHERE, f"{ELSEWHERE}/login", "[", ""])
def test_what_a_request_says_of_hosts_leads_nobody_away(server: tuple[Site, int], path: str, host: str) -> None:
    """An answer that named another host could be kept by something in between, for everybody."""
    answer = asked(server[1], path, host, POISON)
    head, _, body = answer.partition("\r\n\r\n")
    assert not head.startswith("HTTP/1.1 5"), head
    to = [line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("location:")]
    assert all(where.startswith("/") and not where.startswith(("//", "/\\")) for where in to), to
    assert ELSEWHERE not in body.replace(path, "")
    assert "\r\nX:y" not in head

"""Looks at real servers: pages, ports, certificates, names, PostgreSQL, and one that speaks as Redis does."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from contracts.stand_ins import HttpServer, Yard, certificate, closed_port
from sirenbook.channels.settings import secrets_from
from sirenbook.engine.clock import wall_clock
from sirenbook.executors.looks import look
from sirenbook.model.check import Dns, Http, Postgres, Probe, Redis, Tcp, Tls

NOW = wall_clock()
PATIENCE = 20.0


@pytest.fixture(scope="module")
def yard() -> Iterator[Yard]:
    place = Yard()
    yield place
    place.stop()


@pytest.fixture(scope="module")
def server(yard: Yard) -> HttpServer:
    return HttpServer(yard)


def saw(probe: Probe, environment: dict[str, str] | None = None, seconds: float = PATIENCE) -> tuple[bool, str]:
    found = asyncio.run(look(probe, secrets_from(environment or {}, Path("/nonexistent")), NOW, seconds))
    assert found.seconds >= 0
    return found.well, found.detail


def answers(server: HttpServer, response: Response) -> str:
    server.answer = lambda _: response
    return f"{server.url}/health?token=secret"


def test_a_page_by_its_status(server: HttpServer) -> None:
    url = answers(server, PlainTextResponse("fine"))
    well, detail = saw(Http(url))
    assert well
    assert detail.startswith("it answered 200 in ")
    assert saw(Http(url, status=204)) == (False, "it answered 200, not 204")
    assert saw(Http(answers(server, PlainTextResponse("x", 503)))) == (False, "it answered 503, not below 400")
    moved = Response(status_code=302, headers={"location": "http://169.254.169.254/"})
    assert saw(Http(answers(server, moved), status=200)) == (False, "it answered 302, not 200")


def test_a_page_by_its_words_and_its_time(server: HttpServer) -> None:
    url = answers(server, PlainTextResponse("all is fine"))
    assert saw(Http(url, contains="is fine"))[0]
    assert saw(Http(url, contains="is well")) == (False, "it does not say “is well”")
    well, detail = saw(Http(url, within=0.000001))
    assert (well, "more than 1e-06 s" in detail) == (False, True)


def test_a_page_by_its_json(server: HttpServer) -> None:
    body = {"status": "ok", "parts": [{"name": "db", "ready": True}], "queue": 7, "none": None}
    url = answers(server, JSONResponse(body))
    assert saw(Http(url, values=(("status", "ok"), ("parts.0.ready", "true"), ("queue", "7"), ("none", "null"))))[0]
    assert saw(Http(url, values=(("status", "good"),))) == (False, "status is “ok”, not “good”")
    assert saw(Http(url, values=(("parts.3.ready", "true"),))) == (False, "parts.3.ready is missing, not “true”")
    assert saw(Http(answers(server, PlainTextResponse("<html>")), values=(("a", "b"),))) == (False, "it is no JSON")


def test_a_page_of_an_endless_body_is_read_so_far_and_no_further(yard: Yard) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    assert saw(Http(f"http://127.0.0.1:{yard.raw(endless)}/", contains="y")) == (False, "it does not say “y”")


def test_one_that_never_answers(yard: Yard) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    port = yard.raw(silent)
    assert saw(Http(f"http://127.0.0.1:{port}/"), seconds=0.3) == (False, "no answer within 0.3 s")
    assert saw(Redis("127.0.0.1", port), seconds=0.3) == (False, "no answer within 0.3 s")
    assert saw(Tcp("127.0.0.1", port)) == (True, "it takes connections")


def test_what_is_not_there() -> None:
    port = closed_port()
    for probe in (Tcp("127.0.0.1", port), Redis("127.0.0.1", port), Tls("127.0.0.1", port)):
        assert saw(probe)[0] is False
    assert not saw(Http(f"http://127.0.0.1:{port}/"))[0]
    assert not saw(Tcp("nowhere.invalid", 80))[0]


def test_names() -> None:
    assert saw(Dns("localhost"))[0]
    assert saw(Dns("localhost", "127.0.0.1"))[0] or saw(Dns("localhost", "::1"))[0]
    well, detail = saw(Dns("localhost", "192.0.2.7"))
    assert (well, detail.endswith("not to 192.0.2.7")) == (False, True)
    assert "cannot be looked up" in saw(Dns("nowhere.invalid"))[1]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="not installed here: openssl")
def test_certificates(yard: Yard, tmp_path: Path) -> None:
    files = certificate(tmp_path)
    port = HttpServer(yard, files).port
    authority = str(files[0])
    well, detail = saw(Tls("localhost", port, 1, authority))
    assert well
    assert detail.startswith("its certificate ends in ")
    assert not saw(Tls("localhost", port, 14, authority))[0]
    assert saw(Tls("localhost", port))[1].startswith("its certificate is not believed: self")
    assert "cannot be read" in saw(Tls("localhost", port, 14, "/nonexistent.pem"))[1]
    assert saw(Http(f"https://localhost:{port}/", ca_file=authority))[0]
    assert not saw(Http(f"https://localhost:{port}/"))[0]
    later = NOW + timedelta(days=30)
    found = asyncio.run(look(Tls("localhost", port, 1, authority), secrets_from({}, tmp_path), later, PATIENCE))
    assert not found.well


def test_postgres(database: str) -> None:
    assert saw(Postgres(dsn_env="DSN"), {"DSN": database}) == (True, "it answers")
    well, detail = saw(Postgres(dsn_env="DSN"), {"DSN": f"{database} dbname=missing"})
    assert (well, "missing" in detail) == (False, True)
    assert saw(Postgres(dsn_env="DSN"), {"DSN": "no secret = words"})[1] == (
        "what the variable or file holds is no connection string"
    )
    assert "leads to nothing" in saw(Postgres(dsn_env="DSN"))[1]


def test_redis(yard: Yard) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        known = False
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                size = int((await reader.readline())[1:])
                words.append((await reader.readexactly(size + 2))[:-2])
            if words[0] == b"AUTH":
                known = words[1] == "geheim-Ω".encode()
                writer.write(b"+OK\r\n" if known else b"-WRONGPASS invalid password\r\n")
            else:
                writer.write(b"+PONG\r\n" if known else b"-NOAUTH Authentication required.\r\n")

    port = yard.raw(speak)
    probe = Redis("127.0.0.1", port, password_env="PASSWORD")
    assert saw(probe, {"PASSWORD": "geheim-Ω"}) == (True, "it answers")
    assert saw(probe, {"PASSWORD": "wrong"}) == (False, "it does not let us in: -WRONGPASS invalid password")
    assert saw(Redis("127.0.0.1", port)) == (False, "it answered -NOAUTH Authentication required.")


def test_what_answers_on_a_redis_port_and_is_none(server: HttpServer) -> None:
    well, detail = saw(Redis("127.0.0.1", server.port))
    assert (well, detail.startswith("it answered HTTP/1.1 400")) == (False, True)

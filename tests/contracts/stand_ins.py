"""Real servers for the channels to talk to: an SMTP relay, an HTTP server, and peers that misbehave on the wire."""

import asyncio
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

T = TypeVar("T")
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Yard:
    """An event loop in a thread of its own, where the stand-ins live."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def raw(self, behaviour: Behaviour) -> int:
        """A peer that does as it is told with every connection; answers its port."""
        server = self.run(asyncio.start_server(_quietly(behaviour), "127.0.0.1", 0))
        return int(server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        self.run(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()

    async def _cancel_all(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


_held: set[asyncio.StreamReader] = set()
"""A connection knows its reader weakly: a peer that only waits would be collected, and its connection with it."""


def _quietly(behaviour: Behaviour) -> Behaviour:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _held.add(reader)
        with suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            await behaviour(reader, writer)
        _held.discard(reader)
        writer.close()

    return handle


async def black_hole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes everything, answers nothing."""
    await reader.read(-1)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers the first bytes with a reset; waits for them, so that the connection was truly made."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await reader.read(1)
    writer.transport.abort()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One letter at a time, for ever: no single read times out."""
    while True:
        writer.write(b"2")
        await writer.drain()
        await asyncio.sleep(0.02)


async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speaks no protocol."""
    writer.write(b"\x00\xff\x16 what?\r\n\r\n")
    await writer.drain()
    await reader.read(1)


def says(status: str) -> Behaviour:
    """A provider that answers everything so."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()

    return answer


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class HttpServer:
    """A real HTTP server: `answer` says what comes back, `requests` what arrived."""

    def __init__(self, yard: Yard, tls: tuple[Path, Path] | None = None) -> None:
        self._yard = yard
        self.reset()
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        self.port = int(sock.getsockname()[1])
        app = Starlette(routes=[Route("/{path:path}", self._take, methods=["GET", "POST", "PUT"])])
        files = {"ssl_certfile": str(tls[0]), "ssl_keyfile": str(tls[1])} if tls else {}
        config = uvicorn.Config(app, log_level="critical", lifespan="off", **files)
        self._server = uvicorn.Server(config)
        yard.loop.call_soon_threadsafe(lambda: yard.loop.create_task(self._server.serve(sockets=[sock])))

    def reset(self) -> None:
        self.requests: list[tuple[Request, bytes]] = []
        self.answer: Callable[[Request], Response] = lambda request: JSONResponse({"id": "abc123"})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _take(self, request: Request) -> Response:
        self.requests.append((request, await request.body()))
        return self.answer(request)


class SmtpServer:
    """A real SMTP server: `at_recipient` and `at_data` say what it answers, `mails` what it took."""

    def __init__(self, yard: Yard, **options: Any) -> None:
        self.reset()
        server = yard.run(self._start(options))
        self.port = int(server.sockets[0].getsockname()[1])

    def reset(self) -> None:
        self.mails: list[Envelope] = []
        self.at_recipient = self.at_data = "250 OK"
        self.greeted = ""
        self.logins: list[tuple[bytes, bytes]] = []

    async def _start(self, options: dict[str, Any]) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: SMTP(self, authenticator=self.authenticate, **options), "127.0.0.1", 0
        )

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greeted = session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at_data.startswith("250"):
            self.mails.append(envelope)
        return self.at_data

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"canary-secret", handled=False)

    def parsed(self) -> list[EmailMessage]:
        return [parse(bytes(mail.original_content or b"")) for mail in self.mails]


def parse(content: bytes) -> EmailMessage:
    """The mail as a reader's program understands it."""
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that only those trust who are told to, for names that no name server knows."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    names = "subjectAltName=DNS:hooks.example,DNS:localhost"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += [
        "-days",
        "2",
        "-subj",
        "/CN=hooks.example",
        "-addext",
        names,
        "-out",
        str(cert),
        "-keyout",
        str(key),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def server_context(files: tuple[Path, Path]) -> ssl.SSLContext:
    """The server's side of that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context

"""A server that answers what a test tells it to, and remembers what it was asked; and a way to run a command."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sirenbook.cli import main

Run = Callable[..., Result]


class Asked:
    """One request as it arrived."""

    def __init__(self, method: str, path: str, headers: dict[str, str], body: Any) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body


class StandIn:
    """The server: `answers` maps "METHOD /path" to a status and JSON (or raw bytes)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[Asked] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                stand_in.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                missing = (404, {"error": {"code": "not-found", "text": "there is no such thing", "help": ""}})
                status, answer = stand_in.answers.get(f"{self.command} {self.path}", missing)
                said = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, request: str, body: Any, status: int = 200) -> None:
        self.answers[request] = (status, body)

    @property
    def last(self) -> Asked:
        return self.asked[-1]


@pytest.fixture
def server() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()


@pytest.fixture
def home(server: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home as `up` leaves it while the server runs."""
    for name in ("SIRENBOOK_URL", "SIRENBOOK_TOKEN", "SIRENBOOK_USER", "SIRENBOOK_DATABASE_URL", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SIRENBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "server.json").write_text(json.dumps({"url": server.url, "pid": 1}))
    (tmp_path / "token").write_text("home-token\n")
    (tmp_path / "token").chmod(0o600)
    (tmp_path / "server.json").chmod(0o600)
    return tmp_path


@pytest.fixture
def run() -> Run:
    """Run `sirenbook …` in this process."""
    runner = CliRunner()
    return lambda *words, **more: runner.invoke(main, [str(w) for w in words], **more)


@pytest.fixture
def detail() -> dict[str, Any]:
    """An incident as the API shows it."""
    why = {"file": "playbook.md", "line": 12, "quote": "Page on-call"}
    return {
        "id": "INC-7",
        "title": "Checkout is slow",
        "severity": "P1",
        "label": "High",
        "status": "unacknowledged",
        "phase": "unacknowledged",
        "opened_at": "2026-01-05T10:00:00+00:00",
        "acknowledged_by": None,
        "acknowledged_at": None,
        "resolved_at": None,
        "alerts": 3,
        "wake_at": "2026-01-05T10:05:00+00:00",
        "drill": False,
        "url": "http://x/incidents/INC-7",
        "impact": "Nobody can pay",
        "reason": "label severity=critical is bound to P1",
        "why": why,
        "people": [
            {
                "person": "mira",
                "name": "Mira Okafor",
                "target": "Primary On-Call",
                "page": "INC-7.1",
                "at": "2026-01-05T10:00:01+00:00",
                "settled": False,
            }
        ],
        "next": [
            {
                "at": "2026-01-05T10:05:00+00:00",
                "in_seconds": 60,
                "kind": "Escalated",
                "text": "Escalated to Secondary On-Call: not acknowledged after 5 min",
                "why": why,
            }
        ],
        "reached": [],
    }


@pytest.fixture
def entries() -> list[dict[str, Any]]:
    """A timeline as the API shows it."""
    why = {"file": "playbook.md", "line": 12, "quote": "Page on-call"}
    rows = [
        ("10:00:00", None, "Opened", "Opened as P1: Checkout is slow", "Sirenbook", why),
        ("10:00:01", None, "Paged", "Paging Mira Okafor as Primary On-Call", "Sirenbook", why),
        ("10:09:00", "10:05:00", "Escalated", "Escalated to Secondary On-Call", "Sirenbook", why),
        ("10:10:00", None, "Noted", "restarted it", "Mira Okafor", None),
    ]
    return [
        {
            "seq": n,
            "at": f"2026-01-05T{at}+00:00",
            "due": due and f"2026-01-05T{due}+00:00",
            "kind": kind,
            "text": text,
            "who": who,
            "why": reason,
            "event": {},
        }
        for n, (at, due, kind, text, who, reason) in enumerate(rows, start=1)
    ]

"""Real processes: `sirenbook up` on a home of its own, killed and started again as a test wants."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import psycopg

from contracts.stand_ins import closed_port
from sirenbook.store.liveness import processes, send

T = TypeVar("T")

PLAYBOOK = """# Harbour desk: when something breaks

## Severity levels

| Severity | Meaning | Response time |
|---|---|---|
| P1 | Nobody can work | 60 seconds |
| P2 | Something is slow | 15 minutes |

## Escalation

### P1

- Page the Primary On-Call at once
- Secondary On-Call if not acknowledged in 6 seconds
- Engineering Manager if not acknowledged in 10 minutes

### P2

- Page the Primary On-Call at once
- Secondary On-Call if not acknowledged in 2 seconds
"""
BINDINGS = """fallback = ["mira"]
[people.pat]
contact = [{channel = "email", to = "pat@harbour.example"}]
[people.sam]
contact = [{channel = "email", to = "sam@harbour.example"}]
[people.mira]
contact = [{channel = "email", to = "mira@harbour.example"}]
[targets]
"Primary On-Call" = "pat"
"Secondary On-Call" = "sam"
"Engineering Manager" = "mira"
[channels.email]
host = "127.0.0.1"
port = SMTP_PORT
tls = "none"
from = "sirenbook@harbour.example"
[answers]
resolve.watch = "3 seconds"
"""
ONE_BY_ONE = """
[storms]
alone = 1000
"""
"""Every page a mail of its own, so that a test can count them."""
START_PATIENCE = 30.0


def eventually(what: Callable[[], T], within: float, every: float = 0.02) -> T:
    """Wait until something is true and answer it; the last word is an assertion that says what was seen."""
    end = time.monotonic() + within
    while not (found := what()):
        assert time.monotonic() < end, f"not within {within:g} s: {what.__name__}, last {found!r}"
        time.sleep(every)
    return found


class Ended(AssertionError):
    """`up` ended before it was ready."""


class Up:
    """One `sirenbook up` process."""

    def __init__(self, house: "House", child: subprocess.Popen[str]) -> None:
        self.house = house
        self.child = child
        word = json.loads(self._first_line())
        self.url: str = word["url"]
        self.intake_token: str = word["intake_token"]
        self.token = (house.home / "token").read_text().strip()

    def _first_line(self) -> str:
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], START_PATIENCE)
        line = self.child.stdout.readline() if ready else ""
        if not line:
            raise Ended(f"up said nothing (exit {self.child.poll()}):\n{self.house.log.read_text()[-3000:]}")
        return line

    def post(self, alerts: Sequence[dict[str, Any]], timeout: float = 10.0) -> int:
        """Post alerts as Alertmanager does; the status, or 0 where nobody answered."""
        headers = {"Authorization": f"Bearer {self.intake_token}"}
        try:
            body = json.dumps(delivery(alerts)).encode()
            return httpx2.post(
                f"{self.url}/in/alertmanager", content=body, headers=headers, timeout=timeout
            ).status_code
        except httpx2.HTTPError:
            return 0

    def get(self, path: str) -> Any:
        """What the API answers."""
        answer = httpx2.get(self.url + path, headers={"Authorization": f"Bearer {self.token}"}, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def incident(self, number: int = 1) -> dict[str, Any]:
        """One incident whole."""
        return dict(self.get(f"/api/incidents/INC-{number}"))

    def kinds(self, number: int = 1) -> list[str]:
        """The kinds of events on a timeline."""
        return [e["kind"] for e in self.get(f"/api/incidents/INC-{number}/timeline")["entries"]]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; the exit code."""
        self.child.send_signal(number)
        return self.child.wait(20)

    def kill(self) -> None:
        """End this process, and nothing else, without a word."""
        self.child.kill()
        self.child.wait(10)


class House:
    """A home with its playbook, and every process that was started on it."""

    def __init__(self, folder: Path, smtp_port: int, playbook: str = PLAYBOOK, more: str = ONE_BY_ONE) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.home = folder / "home"
        self.log = folder / "up.log"
        self.port = closed_port()
        self._ups: list[Up] = []
        self.book = folder / "playbook.md"
        self.book.write_text(playbook)
        (folder / "sirenbook.toml").write_text(BINDINGS.replace("SMTP_PORT", str(smtp_port)) + more)

    def up(self, *options: str, fail: str = "", resume: bool = False) -> Up:
        """Start it on the home's own port; `resume` gives no playbook, as somebody does after a crash."""
        what = [] if resume else [str(self.book)]
        command = [sys.executable, "-m", "sirenbook", "up", *what, "--home", str(self.home)]
        command += ["--port", str(self.port), "--json", *options]
        environment = {**os.environ, "SIRENBOOK_FAIL": fail}
        with self.log.open("a") as log:
            child = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, start_new_session=True
            )
        try:
            up = Up(self, child)
        except BaseException:
            child.kill()
            child.wait()
            raise
        self._ups.append(up)
        return up

    def postgres(self) -> list[int]:
        """The processes of the home's own database."""
        with suppress(FileNotFoundError):
            there = (self.home / "postgres" / "data").stat()
            return processes(f"sirenbook-{there.st_dev:x}-{there.st_ino:x}")
        return []

    def watchdogs(self) -> list[int]:
        """The processes that watch this home: also one that was just started and has not written its word yet."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if b"watchdog" in words and str(self.home).encode() in words:
                    found.append(int(entry.name))
        return found

    def kill_everything(self) -> None:
        """The power cut: up, its database and its watchdog at once."""
        for up in self._ups:
            up.child.kill()
        send([*self.postgres(), *self.watchdogs()], signal.SIGKILL)
        for up in self._ups:
            up.child.wait(10)
        eventually(lambda: not self.postgres() and not self.watchdogs(), 30)

    def connect(self) -> psycopg.Connection[Any]:
        """A connection to the database of whatever runs here."""
        word = json.loads((self.home / "server.json").read_text())
        return psycopg.connect(word["database"], autocommit=True)

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the database answers."""
        with self.connect() as connection:
            return connection.execute(sql.encode(), parameters).fetchall()


def alert(number: int, *, name: str = "DeskDown", severity: str = "P1", status: str = "firing") -> dict[str, Any]:
    """One alert as Alertmanager writes it; each number is a group, and so an incident, of its own."""
    return {
        "status": status,
        "labels": {"alertname": name, "severity": severity, "service": f"desk-{number}"},
        "annotations": {"summary": f"Desk {number} does not answer"},
        "startsAt": "2026-11-21T09:26:10.287964791Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": f"{number:016x}",
    }


def delivery(alerts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The body in which Alertmanager sends alerts."""
    return {
        "version": "4",
        "groupKey": "{}:{}",
        "receiver": "sirenbook",
        "status": "firing",
        "truncatedAlerts": 0,
        "alerts": list(alerts),
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
    }

"""Starts and stops what is measured: Sirenbook, the ceiling, Alertmanager, and the world outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ALERTMANAGER = "/usr/bin/prometheus-alertmanager"
SECRET = "whsec_" + b64encode(b"only for the benchmark, 32 bytes").decode()
PATIENCE = 120.0

BINDINGS = """fallback = ["lead"]

[people.oncall]
name = "Ona Call"
contact = [{{channel = "webhook", to = "http://127.0.0.1:{port}/oncall"}}]

[people.lead]
name = "Lea Der"
contact = [{{channel = "webhook", to = "http://127.0.0.1:{port}/lead"}}]

[targets]
"on-call engineer" = "oncall"
"team lead" = "lead"

[storms]
alone = 1_000_000

[labels.severity]
critical = "P0"
high = "P1"

[channels.webhook]
allow = ["127.0.0.1"]
secret_env = "BENCH_WEBHOOK_SECRET"
"""

ROUTES = """route:
  receiver: nobody
  group_by: [alertname]
  routes:
    - receiver: sink
      matchers: ['each="yes"']
      group_by: [instance]
      group_wait: 0s
receivers:
  - name: nobody
  - name: sink
    webhook_configs:
      - url: http://127.0.0.1:{port}/alertmanager
        send_resolved: false
"""


@dataclass
class Target:
    """A running system that takes alerts: where, in which form, and as which process."""

    name: str
    url: str
    storm: Path
    each: Path
    pid: int
    headers: dict[str, str] = field(default_factory=dict)
    base: str = ""
    ready_after: float = 0.0


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses now."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def ask(url: str, headers: dict[str, str] | None = None, timeout: float = 30) -> bytes:
    """GET something from this machine."""
    assert url.startswith("http://127.0.0.1:"), url
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=timeout) as response:
        return bytes(response.read())


@contextmanager
def process(command: list[str], log: Path, **how: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended, by its own id, when the block is left."""
    with log.open("ab") as words:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=words, **({"stdout": words} | how))
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(60)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def await_listening(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a port takes connections."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if child.poll() is not None:
            raise RuntimeError(f"ended with {child.returncode}: {log.read_text()[-2000:]}")
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise RuntimeError(f"nothing listens on {port}")


@contextmanager
def sink(folder: Path) -> Iterator[int]:
    """The world outside; its port."""
    port = free_port()
    with process([sys.executable, str(HERE / "sink.py"), str(port)], folder / "sink.log") as child:
        await_listening(port, child, folder / "sink.log")
        yield port


@contextmanager
def ceiling(folder: Path) -> Iterator[Target]:
    """The reference intake on an embedded PostgreSQL with Sirenbook's own settings."""
    from sirenbook.store.embedded import EmbeddedPostgres

    folder.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), folder / "reference.log"
    with EmbeddedPostgres.start(folder / "postgres") as server:
        command = [sys.executable, str(HERE / "reference.py"), str(port), server.dsn]
        with process(command, log) as child:
            await_listening(port, child, log)
            form = HERE / "templates" / "alertmanager.json"
            yield Target("ceiling", f"http://127.0.0.1:{port}/", form, form, child.pid)


@contextmanager
def alertmanager(folder: Path, sink_port: int) -> Iterator[Target]:
    """Debian's Alertmanager, alone; it keeps alerts in memory only."""
    folder.mkdir(parents=True, exist_ok=True)
    routes, port, log = folder / "alertmanager.yml", free_port(), folder / "alertmanager.log"
    routes.write_text(ROUTES.format(port=sink_port))
    command = [
        ALERTMANAGER,
        f"--config.file={routes}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=error",
    ]
    forms = HERE / "templates"
    with process(command, log) as child:
        await_listening(port, child, log)
        url = f"http://127.0.0.1:{port}/api/v2/alerts"
        yield Target("alertmanager", url, forms / "alertmanager.json", forms / "alertmanager_each.json", child.pid)


def playbook(folder: Path, sink_port: int, text: str = "") -> Path:
    """The benchmark's playbook, or another, with the benchmark's bindings, in a folder of its own."""
    place = folder / "playbook"
    place.mkdir(parents=True, exist_ok=True)
    (place / "playbook.md").write_text(text or (HERE / "playbook.md").read_text())
    (place / "sirenbook.toml").write_text(BINDINGS.format(port=sink_port))
    return place / "playbook.md"


@contextmanager
def sirenbook(folder: Path, sink_port: int, text: str = "") -> Iterator[Target]:
    """One Sirenbook process with its embedded database, as anybody would start it; resumed if the home exists."""
    folder.mkdir(parents=True, exist_ok=True)
    log, home = folder / "sirenbook.log", folder / "home"
    command = [sys.executable, "-m", "sirenbook", "up", str(playbook(folder, sink_port, text)), "--home", str(home)]
    environment = {**os.environ, "BENCH_WEBHOOK_SECRET": SECRET}
    start = time.perf_counter()
    up = process([*command, "--port", "0", "--json"], log, stdout=subprocess.PIPE, env=environment)
    with up as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise RuntimeError(f"Sirenbook did not start: {log.read_text()[-3000:]}")
        word = json.loads(line)
        _await_healthy(word["url"])
        ready_after = time.perf_counter() - start
        forms = HERE / "templates"
        yield Target(
            "sirenbook",
            f"{word['url']}/in/alertmanager",
            forms / "webhook.json",
            forms / "webhook_each.json",
            child.pid,
            headers={"Authorization": f"Bearer {word['intake_token']}"},
            base=word["url"],
            ready_after=ready_after,
        )


def _await_healthy(url: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            ask(f"{url}/health", timeout=5)
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.01)

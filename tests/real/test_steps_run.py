"""Steps in a real process: read before anybody looks, changed by consent, and kill -9 in the middle of a change."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from real.postbox import Postbox
from real.running import ONE_BY_ONE, PLAYBOOK, House, Up, alert, eventually
from sirenbook.executors.containment import MARK

RUNBOOKS = """
## Runbooks

### Runbook: Desk down

**Symptoms:** the alert `DeskDown` fires.

#### Investigation

```bash
kubectl get pods -n desk
kubectl logs <pod-name> -n desk --tail=20
```

#### Resolution

```bash
kubectl scale deployment/desk --replicas=3 -n desk
```
"""
STEPS = """
[executors.shell]
tools = ["kubectl"]
environment = ["LEDGER"]
"""
STAND_IN = """#!/bin/sh
echo "$*" >> "$LEDGER"
echo "NAME  READY"
echo "desk-1  1/1  token=c4nary-s3cret-value"
case "$*" in *scale*) sleep 100;; esac
"""


class Ledger:
    """What the stand-in was asked: it speaks through a FIFO, which also a step may write to that sees no file."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._said = b""

    def read(self) -> str:
        with suppress(BlockingIOError):
            self._said += os.read(self._end, 65_536)
        return self._said.decode()


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A kubectl that says what it is asked, and never finishes scaling."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "kubectl").write_text(STAND_IN)
    (folder / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("LEDGER", str(tmp_path / "ledger"))
    return Ledger(tmp_path / "ledger")


def steps(up: Up) -> list[Any]:
    return list(up.get("/api/incidents/INC-1/steps")["steps"])


def run(house: House, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sirenbook", "run", "INC-1", *words, "--home", str(house.home), "--by", "pat"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def left(marks: str) -> list[str]:
    """Processes of steps that still live."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if MARK.encode() in environment and marks.encode() in environment:
            found.append(entry.name)
    return found


def test_a_night_with_a_runbook(tmp_path: Path, postbox: Postbox, ledger: Ledger) -> None:
    house = House(tmp_path / "house", postbox.port, PLAYBOOK + RUNBOOKS, ONE_BY_ONE + STEPS)
    try:
        up = house.up()
        assert up.post([alert(1)]) == 202
        eventually(lambda: steps(up)[0]["state"] == "worked", 20)
        [output] = up.get("/api/incidents/INC-1/outputs?run=1")["outputs"]
        assert output["text"] == "NAME  READY\ndesk-1  1/1  token=[masked]\n"

        assert run(house, "--set", "pod-name=desk-1").returncode == 0
        eventually(lambda: steps(up)[1]["state"] == "worked", 20)

        refused = run(house, "3")
        assert (refused.returncode, "--approve" in refused.stderr) == (3, True)
        assert "kubectl scale deployment/desk --replicas=3 -n desk" in refused.stderr

        digest = steps(up)[2]["digest"]
        approve(up, digest)
        eventually(lambda: "scale" in ledger.read(), 20)
        up.kill()
        eventually(lambda: not left(str(ledger.path)), 30)

        again = house.up(resume=True)
        eventually(lambda: steps(again)[2]["state"] == "unknown", 40)
        assert ledger.read().count("scale") == 1, "a change runs once at most"
        assert "Notified" in again.kinds()
        stored = "\n".join(
            row[0] for row in house.query("select data from event union all select written from step_output")
        )
        assert "c4nary-s3cret-value" not in stored
    finally:
        house.kill_everything()


def approve(up: Up, digest: str) -> None:
    import httpx2

    body = {"step": 3, "digest": digest, "by": "pat"}
    headers = {"Authorization": f"Bearer {up.token}"}
    httpx2.post(f"{up.url}/api/incidents/INC-1/steps", json=body, headers=headers, timeout=30).raise_for_status()

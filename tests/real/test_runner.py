"""A runner as a process of its own, with the real kubectl: kill −9 on either side, and each change is made once."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from real.conftest import needs
from real.platforms import Beside
from real.postbox import Postbox
from real.running import PLAYBOOK, House, Up, alert, eventually
from sirenbook.cli.exits import Exit
from sirenbook.model.runner import LEASE

pytestmark = [needs("kubectl"), pytest.mark.xdist_group("demo")]

RUNBOOK = """
## Runbooks

### DeskDown

```bash
kubectl get pods -n desk
kubectl rollout restart deployment/desk -n desk
```
"""
RUNNERS = '[runners]\nkubectl = "west"\n'
ALLOWED = """tools = ["kubectl"]
risks = ["reads", "changes"]
namespaces = ["desk"]
[executors.shell]
tools = ["kubectl"]
kubeconfig = "KUBECONFIG"
"""
READING, CHANGE = 0, 1
AFTER_LEASE = LEASE.total_seconds() + 45


class Elsewhere:
    """One `sirenbook runner` process."""

    def __init__(self, up: Up, folder: Path, secret: str, *, fail: str = "") -> None:
        command = [sys.executable, "-m", "sirenbook", "runner", "--connect", up.url, "--labels", "west", "--json"]
        environment = {**os.environ, "SIRENBOOK_RUNNER_TOKEN": secret, "SIRENBOOK_FAIL": fail}
        self.log = folder / "runner.log"
        with self.log.open("a") as log:
            self.child = subprocess.Popen(
                [*command, "--allow", str(folder / "runner.toml")],
                stdout=subprocess.PIPE, stderr=log, text=True, env=environment, start_new_session=True,
            )  # fmt: skip

    def ready(self) -> "Elsewhere":
        """Wait until it has spoken with the server."""
        assert self.child.stdout is not None
        found, _, _ = select.select([self.child.stdout], [], [], 30)
        line = self.child.stdout.readline() if found else ""
        assert line, self.log.read_text()
        assert json.loads(line)["labels"] == ["west"]
        return self

    def stop(self) -> int:
        """Ask it to stop; the exit code."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(20)


class Scene:
    """A server without any cluster, a cluster, and runners between them."""

    def __init__(self, folder: Path, postbox: Postbox) -> None:
        self.folder = folder
        self.house = House(folder, postbox.port, PLAYBOOK + RUNBOOK, RUNNERS)
        self.beside = Beside.of(self.house.book, folder, database=False)
        (folder / "runner.toml").write_text(ALLOWED.replace("KUBECONFIG", str(self.beside.kubeconfig)))
        self.up = self.house.up()
        self.secret = self.cli("token", "new", "pilot", "--runner", "west")["secret"]
        self.runners: list[Elsewhere] = []

    def cli(self, *words: str) -> Any:
        """What a command of the command line says."""
        command = [sys.executable, "-m", "sirenbook", *words, "--home", str(self.house.home), "--json"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.stdout, ended.stderr
        return json.loads(ended.stdout)

    def runner(self, fail: str = "") -> Elsewhere:
        """Start one more."""
        made = Elsewhere(self.up, self.folder, self.secret, fail=fail)
        self.runners.append(made)
        return made

    def step(self, incident: int, number: int) -> dict[str, Any]:
        """A step as it stands."""
        return dict(self.up.get(f"/api/incidents/INC-{incident}/steps")["steps"][number])

    def state(self, incident: int, number: int) -> str:
        """How far along it is."""
        return str(self.step(incident, number)["state"])

    def approve(self, incident: int) -> None:
        """Consent to the change."""
        step = self.step(incident, CHANGE)
        body = {"step": step["number"], "digest": step["digest"], "by": "pat"}
        headers = {"Authorization": f"Bearer {self.up.token}"}
        path = f"{self.up.url}/api/incidents/INC-{incident}/steps"
        httpx2.post(path, json=body, headers=headers, timeout=30).raise_for_status()

    def restarts(self) -> int:
        """How often the deployment was restarted."""
        return len(self.beside.platform.world.releases["deployments", "desk", "desk"]) - self.usual

    def open(self, incidents: int) -> None:
        """So many incidents, in which all that only reads has been read."""
        for number in range(1, incidents + 1):
            assert self.up.post([alert(number)]) == 202
        self.usual = len(self.beside.platform.world.releases["deployments", "desk", "desk"])
        first = self.runner().ready()
        for number in range(1, incidents + 1):
            eventually(lambda n=number: self.state(n, READING) == "worked", 30)  # type: ignore[misc]
        assert first.stop() == 0

    def end(self) -> None:
        """Nothing is left."""
        for each in self.runners:
            each.child.kill()
            each.child.wait(10)
        self.house.kill_everything()
        self.beside.stop()


@pytest.fixture
def scene(tmp_path: Path, postbox: Postbox) -> Iterator[Scene]:
    """Everything in its place."""
    tmp_path.chmod(0o711)
    made = Scene(tmp_path, postbox)
    yield made
    made.end()


def test_a_runner_that_is_killed_makes_no_change_twice(scene: Scene) -> None:
    """Before it begins: another makes the change. After: nobody does, and people are asked."""
    scene.open(3)
    points = {1: "K17", 2: "K23", 3: "K22"}
    for number, point in points.items():
        scene.approve(number)
        assert scene.runner(f"{point}:1:kill").child.wait(30) == -signal.SIGKILL
    assert scene.restarts() == 1
    scene.runner().ready()
    eventually(lambda: [scene.state(n, CHANGE) for n in points] == ["unknown", "unknown", "worked"], AFTER_LEASE)
    assert scene.restarts() == 2
    told = scene.up.get("/api/incidents/INC-1/timeline")["entries"]
    assert any("may or may not have been carried out" in json.dumps(e) for e in told)


def test_a_server_that_is_killed_hears_of_it_afterwards(scene: Scene) -> None:
    scene.open(1)
    scene.runner("K17:1:delay").ready()
    scene.approve(1)
    eventually(lambda: scene.restarts() == 1, 20)
    scene.up.kill()
    scene.up = scene.house.up(resume=True)
    eventually(lambda: scene.state(1, CHANGE) == "worked", AFTER_LEASE)
    assert scene.restarts() == 1
    scene.runner().ready()
    assert scene.restarts() == 1


def test_a_step_says_that_no_runner_is_there_and_runs_when_one_is(scene: Scene) -> None:
    assert scene.up.post([alert(1)]) == 202
    waiting = eventually(lambda: scene.step(1, READING)["waits_for"], 30)
    assert waiting == "a runner labelled west; none is connected"
    found = {(c["name"], c["verdict"]) for c in scene.cli("doctor")["checks"]}
    assert ("runners", "fail") in found
    runner = scene.runner().ready()
    eventually(lambda: scene.state(1, READING) == "worked", 30)
    found = {(c["name"], c["verdict"]) for c in scene.cli("doctor")["checks"]}
    assert ("runners", "ok") in found
    scene.cli("token", "revoke", "pilot")
    assert runner.child.wait(40) == Exit.NOT_ALLOWED

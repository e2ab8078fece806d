"""`sirenbook demo` from start to end: alert, page, repair with the real kubectl, recovery, and nothing left."""

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
from real.running import eventually

pytestmark = [needs("kubectl"), pytest.mark.xdist_group("demo")]
PATIENCE = 60


class Demo:
    """One `sirenbook demo` process."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.log = folder / "demo.log"
        with self.log.open("w") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "sirenbook", "demo", "--json", *options],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, "TMPDIR": str(folder)}, start_new_session=True,
            )  # fmt: skip
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], PATIENCE)
        line = self.child.stdout.readline() if ready else ""
        assert line, self.log.read_text()
        self.word: dict[str, Any] = json.loads(line)
        self.token = (Path(self.word["home"]) / "installation" / "token").read_text().strip()

    def incident(self) -> dict[str, Any]:
        """The first incident, once there is one."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx2.get(f"{self.word['url']}/api/incidents/INC-1", headers=headers, timeout=30)
        return dict(answer.json()) if answer.status_code == 200 else {}

    def kubectl(self, *words: str) -> str:
        """What kubectl says, by the demo's own file."""
        environment = {**os.environ, "KUBECONFIG": self.word["kubeconfig"], "HOME": self.word["home"]}
        command = ["kubectl", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    def on(self) -> list[str]:
        """The faults that are on."""
        return list(httpx2.get(self.word["faults"]).json()["on"])

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end; its exit code."""
        self.child.send_signal(number)
        return self.child.wait(PATIENCE)


@pytest.fixture
def demo(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """A demo that is over with the test."""
    tmp_path.chmod(0o711)
    running = Demo(tmp_path, *getattr(request, "param", ()))
    yield running
    if running.child.poll() is None:
        running.end()


def processes_of(home: str) -> list[str]:
    """Every process that has to do with a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
            where = str((entry / "cwd").readlink())
        except OSError:
            continue
        if home.encode() in words or where.startswith(home):
            found.append(f"{entry.name} {words!r}")
    return found


def test_from_the_alert_to_the_recovery(demo: Demo) -> None:
    assert demo.word["on"] == ["bad-release"]
    mail = Path(demo.word["mail"])
    eventually(lambda: list(mail.glob("*.eml")), 20)
    assert demo.incident()["status"] == "unacknowledged"
    assert "CrashLoopBackOff" in demo.kubectl("get", "pods", "-n", "patchbay")
    demo.kubectl("rollout", "undo", "deployment/api", "-n", "patchbay")
    demo.kubectl("rollout", "status", "deployment/api", "-n", "patchbay", "--timeout=30s")
    assert demo.on() == []
    eventually(lambda: demo.incident()["phase"] == "watching", 20)
    assert "CrashLoopBackOff" not in demo.kubectl("get", "pods", "-n", "patchbay")


@pytest.mark.parametrize("demo", [("desk-studio", "--well")], indirect=True)
def test_a_fault_is_switched_on_and_off_while_it_runs(demo: Demo) -> None:
    assert demo.on() == []
    assert httpx2.put(f"{demo.word['faults']}/blocked-table", timeout=20).json()["on"] == ["blocked-table"]
    eventually(demo.incident, 20)
    assert httpx2.delete(f"{demo.word['faults']}/blocked-table", timeout=20).json()["on"] == []
    assert httpx2.put(f"{demo.word['faults']}/nonsense").status_code == 404
    assert httpx2.get(demo.word["faults"].replace("/demo/", "x/demo/")).json() == {"error": "not found"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_it(tmp_path: Path, number: signal.Signals) -> None:
    tmp_path.chmod(0o711)
    demo = Demo(tmp_path, "workflow-orchestrator")
    home = demo.word["home"]
    assert home.startswith(str(tmp_path))
    assert processes_of(home)
    assert demo.end(number) == 0
    assert not Path(home).exists()
    eventually(lambda: not processes_of(home), 30)


def test_a_playbook_of_ones_own_pages_nobody_of_its_people(tmp_path: Path) -> None:
    book = tmp_path / "own"
    book.mkdir()
    (book / "playbook.md").write_text(
        "# Ours\n\n## Severity\n\n- **P1**: all is down. Response time: 5 minutes\n\n## On-call\n\nPrimary: Ada\n\n"
        "## Runbooks\n\n### ShopDown\n\n**Symptoms**: no answer\n\n**Resolution**:\n\n```bash\n"
        "kubectl rollout undo deployment/shop -n market\n```\n"
    )
    (book / "sirenbook.toml").write_text(
        'fallback = ["ada"]\n[people.ada]\ncontact = [{channel = "webhook", to = "http://127.0.0.1:9/never"}]\n'
    )
    tmp_path.chmod(0o711)
    demo = Demo(tmp_path, str(book), "--fault", "bad-release")
    try:
        assert "shop" in demo.kubectl("get", "deployments", "-n", "market")
        eventually(lambda: list(Path(demo.word["mail"]).glob("*.eml")), 20)
        assert "127.0.0.1:9" not in (Path(demo.word["home"]) / "playbook" / "sirenbook.toml").read_text()
    finally:
        demo.end()


def test_words_that_lead_nowhere_are_answered() -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sirenbook", "demo", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert run("no-such-example").returncode == 4
    unknown = run("--fault", "no-such-fault")
    assert (unknown.returncode, "sirenbook demo faults" in unknown.stderr) == (2, True)
    listed = run("faults", "--json")
    assert {"bad-release", "blocked-table"} <= {f["name"] for f in json.loads(listed.stdout)}
    assert "rolled back" in run("faults").stdout

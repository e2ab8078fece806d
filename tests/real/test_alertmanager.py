"""The whole way: a rule that really fires in Prometheus, Alertmanager, the page in a person's mail, and its end."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from contracts.stand_ins import HttpServer, closed_port
from real.conftest import needs
from real.postbox import Postbox
from real.running import House, Up, eventually

pytestmark = needs("prometheus", "prometheus-alertmanager")

RULE = """
groups:
  - name: desk
    rules:
      - alert: DeskDown
        expr: desk_up == 0
        for: 2s
        labels: { severity: P1, service: desk-1 }
        annotations: { summary: Desk 1 does not answer }
"""
PROMETHEUS = """
global: {{ scrape_interval: 1s, evaluation_interval: 1s }}
rule_files: [{folder}/rule.yml]
scrape_configs:
  - job_name: desk
    static_configs: [{{ targets: ["127.0.0.1:{desk}"] }}]
alerting:
  alertmanagers:
    - static_configs: [{{ targets: ["127.0.0.1:{alertmanager}"] }}]
"""
ALERTMANAGER = """
route:
  {{ receiver: sirenbook, group_by: [alertname, service], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }}
receivers:
  - name: sirenbook
    webhook_configs:
      - url: {url}/in/alertmanager
        send_resolved: true
        http_config: {{ authorization: {{ credentials_file: {token} }} }}
"""


@contextmanager
def program(folder: Path, *command: str) -> Iterator[None]:
    """A program that runs for the length of the block."""
    with (folder / f"{Path(command[0]).name}.log").open("w") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        yield
    finally:
        child.kill()
        child.wait()


class Desk:
    """What Prometheus scrapes: a desk that is up, or not."""

    def __init__(self, server: HttpServer) -> None:
        self.port = server.port
        self.up = True
        server.answer = lambda request: PlainTextResponse(f"desk_up {int(self.up)}\n")


@pytest.fixture
def desk(hook: HttpServer) -> Desk:
    return Desk(hook)


@contextmanager
def monitored(folder: Path, desk: Desk, house: House, up: Up) -> Iterator[None]:
    """Prometheus watching the desk, and Alertmanager telling Sirenbook."""
    alertmanager, prometheus = closed_port(), closed_port()
    (folder / "rule.yml").write_text(RULE)
    settings = PROMETHEUS.format(folder=folder, desk=desk.port, alertmanager=alertmanager)
    (folder / "prometheus.yml").write_text(settings)
    (folder / "alertmanager.yml").write_text(ALERTMANAGER.format(url=up.url, token=house.home / "intake-token"))
    with ExitStack() as stack:
        stack.enter_context(
            program(
                folder,
                "prometheus-alertmanager",
                "--config.file=alertmanager.yml",
                "--storage.path=alertmanager",
                f"--web.listen-address=127.0.0.1:{alertmanager}",
                "--cluster.listen-address=",
            )
        )
        stack.enter_context(
            program(
                folder,
                "prometheus",
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=prometheus",
                f"--web.listen-address=127.0.0.1:{prometheus}",
            )
        )
        eventually(lambda: _ready(prometheus) and _ready(alertmanager), 20)
        yield


def _ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/-/ready").status_code == 200
    except httpx2.HTTPError:
        return False


def test_from_a_firing_rule_to_the_page_and_its_end(
    house: House, postbox: Postbox, desk: Desk, tmp_path: Path
) -> None:
    up = house.up()
    with monitored(tmp_path, desk, house, up):
        desk.up = False
        page = postbox.first("pat", 20)
        assert 'playbook.md:14 "Page the Primary On-Call at once"' in page.text
        assert "DeskDown · desk-1" in page.subject and "P1" in page.subject
        assert "Desk 1 does not answer" in page.text
        _acknowledged_by_its_link(up, postbox, page.link)
        desk.up = True
        eventually(lambda: "AlertsCleared" in up.kinds(), 20)
        assert up.incident()["phase"] == "watching"
        eventually(lambda: up.incident()["status"] == "resolved", 30)
    resolved = next(e for e in up.get("/api/incidents/INC-1/timeline")["entries"] if e["kind"] == "Resolved")
    assert resolved["why"]["quote"] == "answer resolve.watch = 3 seconds"
    assert [m.to for m in postbox.got] == ["pat@harbour.example"], "acknowledged is acknowledged"


def _acknowledged_by_its_link(up: Up, postbox: Postbox, link: str) -> None:
    assert httpx2.get(link).status_code == 200
    assert up.incident()["status"] == "unacknowledged"
    assert httpx2.post(link).status_code == 303
    found = up.incident()
    assert (found["status"], found["acknowledged_by"]) == ("acknowledged", "pat")
    began = time.monotonic()
    eventually(lambda: time.monotonic() - began > 7, 8)  # past the time of the second level
    assert postbox.to("sam") == []


def test_alertmanager_comes_again_after_a_refusal(
    house: House, postbox: Postbox, desk: Desk, tmp_path: Path
) -> None:
    up = house.up()
    with monitored(tmp_path, desk, house, up):
        assert up.stop() == 0
        desk.up = False
        eventually(lambda: "Notify" in (tmp_path / "prometheus-alertmanager.log").read_text(), 20)
        house.up(resume=True)
        assert postbox.first("pat", 15).incident == 1

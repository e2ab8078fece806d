"""The watchdog calls for help when the engine stands still, and says that all is well while it does not."""

import base64
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from contracts.stand_ins import HttpServer
from real.postbox import Postbox
from real.running import House, alert, eventually


@pytest.fixture
def watched(tmp_path: Path, postbox: Postbox, hook: HttpServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose watchdog pings, and calls by webhook and by mail."""
    more = f"""
[channels.webhook]
allow = ["127.0.0.1"]
secret_env = "HARBOUR_HOOK"
[watchdog]
ping_env = "HARBOUR_PING"
webhook = "{hook.url}/help"
email = "ops@harbour.example"
"""
    monkeypatch.setenv("HARBOUR_HOOK", "whsec_" + base64.b64encode(b"k" * 32).decode())
    monkeypatch.setenv("HARBOUR_PING", f"{hook.url}/alive")
    place = House(tmp_path, postbox.port, more=more)
    yield place
    place.kill_everything()


def test_it_pings_and_it_calls_when_the_engine_stands_still(
    watched: House, postbox: Postbox, hook: HttpServer
) -> None:
    up = watched.up()
    eventually(lambda: _asked(hook, "/alive"), 15)
    assert up.post([alert(1)]) == 202
    postbox.first("pat", 30)
    # What arrived but is not yet known to have arrived is sent again, rightly: that is not what is tried here.
    eventually(lambda: "Delivered" in up.kinds(), 30)
    os.kill(up.child.pid, signal.SIGSTOP)
    call = postbox.first("ops", 45)
    assert "pages are not flowing" in call.subject
    assert "Escalation is late" in call.text
    eventually(lambda: _asked(hook, "/help"), 30)
    assert postbox.to("sam") == []
    os.kill(up.child.pid, signal.SIGCONT)
    assert "after its time" in postbox.first("sam", 30).text
    eventually(lambda: up.get("/health")["ok"], 30)
    keys = [mail.key for mail in postbox.got]
    assert len(keys) == len(set(keys)), "a process that was away does not send twice"


def _asked(hook: HttpServer, path: str) -> bool:
    return any(request.url.path == path for request, _ in list(hook.requests))


def test_it_outlives_a_kill_and_calls_whom_the_playbook_in_force_names(
    watched: House, postbox: Postbox, hook: HttpServer
) -> None:
    up = watched.up()
    eventually(lambda: _asked(hook, "/alive"), 15)
    toml = (watched.folder / "sirenbook.toml").read_text().replace("ops@harbour", "new-ops@harbour")
    body = {"files": {"playbook.md": watched.book.read_text()}, "bindings": toml}
    headers = {"Authorization": f"Bearer {up.token}"}
    httpx2.post(f"{up.url}/api/policies", json=body, headers=headers, timeout=30).raise_for_status()
    up.kill()
    assert "No process works" in postbox.first("new-ops", 60).text
    assert postbox.to("ops") == []

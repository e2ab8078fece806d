"""Settings of executors: what cannot work is said at start, with its mend, and never stops an incident."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sirenbook.engine.plugins import open_plugs
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.model.bindings import Bindings
from sirenbook.model.judgement import Judgement
from unit.incident.grounds import Paper, step
from unit.incident.test_runbooks import Night


def opened(executors: dict[str, dict[str, Any]], **environment: str) -> tuple[Mapping[str, Any], list[str]]:
    found = open_plugs(Bindings(executors=executors), environment, Path("/nonexistent"))
    return found.executors, [d.text for d in found.diagnostics if d.code == "SB391"]


@pytest.mark.parametrize(
    ("executors", "said"),
    [
        ({"shel": {}}, "there is no executor 'shel'"),
        ({"shell": {"tools": ["no-such-tool-here"]}}, "no-such-tool-here is not installed"),
        ({"shell": {"tool": []}}, "a line 'tool' that this channel does not know"),
        ({"sql": {}}, "names no database"),
        ({"sql": {"dsn_env": "UNSET"}}, "leads to nothing"),
        ({"sql": {"dsn_env": "ODD"}}, "no connection string"),
        ({"http": {"allow": ["everywhere"]}}, "'everywhere'"),
    ],
)
def test_what_cannot_work_is_said_and_nothing_else_is_lost(executors: dict[str, dict[str, Any]], said: str) -> None:
    found, findings = opened({**executors, "http": executors.get("http", {})}, ODD="host=a=b port")
    assert set(found) == ({"http"} - executors.keys())
    assert len(findings) == 1
    assert said in findings[0]


def test_nothing_is_open_unasked() -> None:
    assert opened({}) == ({}, [])


def test_the_target_of_sql_never_shows_the_password() -> None:
    found, _ = opened({"sql": {"dsn_env": "DSN"}}, DSN="postgresql://app:hunter22@db.internal/desk")
    judgement = OwnGround({}).judge(step("SELECT 1", language="sql"), {})
    assert found["sql"].target(judgement) == "database desk at db.internal as app"
    assert "hunter22" in found["sql"].secrets()


class Odd(Paper):
    """Breaks where it is asked for its target."""

    def target(self, judgement: Judgement) -> str | None:
        raise RuntimeError("odd")


def test_an_executor_that_breaks_does_not_keep_an_incident_from_opening() -> None:
    night = Night(on=OwnGround({"odd": Odd()}))
    assert night.told("Opened", "RunbookChosen") == ["0 Opened", "0 RunbookChosen"]
    assert night.pages() == []
    night = Night(on=OwnGround({"odd": Odd(), "paper": Paper()}))
    assert [o.executor for o in night.orders] == ["paper"]


def test_plain_curl_goes_by_http_where_that_is_bound() -> None:
    found, _ = opened({"shell": {"tools": ["cat"]}, "http": {"allow": ["10.0.0.0/8"]}})
    assert list(found) == ["http", "shell"]
    ground = OwnGround(found)
    place = ground.place(ground.judge(step("curl -fsS http://quay.internal/health"), {}))
    assert place is not None
    assert (place.executor, place.target) == ("http", "GET at quay.internal")
    for refused in (
        "curl -X POST http://quay.internal/restart",
        "curl -o /tmp/x http://quay.internal/",
        "curl -d @/etc/passwd http://q",
    ):
        assert ground.place(ground.judge(step(refused), {})) is None

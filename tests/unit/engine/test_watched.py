"""Which commands are run as checks, and what their end says: judged, placed, and run by the executors of steps."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sirenbook.channels.settings import secrets_from
from sirenbook.engine.checks import looker
from sirenbook.engine.policies.books import Books
from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.engine.watched import watched
from sirenbook.executors import Executor
from sirenbook.executors.shell import ShellExecutor
from sirenbook.model.check import Check, Command, Seen

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PLAYBOOK = """\
# Harbour incidents

## Severities

### P1 - Critical
- **Response Time**: 5 minutes

## Is all well?

```bash
curl -fsS https://bookings.example.org/health
curl -s https://bookings.example.org/health
pg_isready -h db.example.org
pg_isready -h $DB_HOST
kubectl get pods -A | grep -v Running
python scripts/run_health_checks.py --critical-only
```
"""
STATED = "[checks.stated]\nplaybook = true\nevery = '2m'\ncritical = true\n"


def books(bindings: str, *tools: str, runners: dict[str, tuple[str, ...]] | None = None) -> Books:
    """The playbook with a shell that has these tools, by whatever path they would be."""
    words = {"true": "/bin/true", "false": "/bin/false", "echo": "/bin/echo", **{t: f"/bin/{t}" for t in tools}}
    shell = ShellExecutor(tools=words, bound=tools, environment={}, masked={}, words="this server")
    executors: dict[str, Executor] = {"shell": shell}
    loaded = load(Texts({"playbook.md": PLAYBOOK}, bindings))
    return Books(loaded.policy, loaded.bindings, OwnGround(executors, runners))


def hindrances(found: Books) -> dict[str, str]:
    return {w.check.name: w.hindrance for w in watched(found)}


def test_the_playbooks_own_are_run_where_their_end_speaks() -> None:
    found = hindrances(books(STATED, "curl", "pg_isready", "kubectl", "grep"))
    assert [name for name, why in found.items() if not why] == [
        "curl -fsS https://bookings.example.org/health",
        "pg_isready -h db.example.org",
    ]
    assert "does not say" in found["curl -s https://bookings.example.org/health"]
    assert "does not say" in found["kubectl get pods -A | grep -v Running"]
    assert "only to read" in found["python scripts/run_health_checks.py --critical-only"]
    [check] = [w.check for w in watched(books(STATED)) if w.check.name.startswith("pg_isready -h db")]
    assert (check.period, check.critical, check.why.line) == (120, True, 13)


def test_what_has_something_to_fill_in_is_not_run() -> None:
    found = hindrances(books('[checks.db]\ncommand = "pg_isready -h $DB_HOST"\n', "pg_isready"))
    assert "$DB_HOST stands for something" in found["db"]


def test_without_an_executor_or_with_a_runner_elsewhere_nothing_is_run_here() -> None:
    text = '[checks.db]\ncommand = "pg_isready -h db.example.org"\n'
    assert "nothing is bound" in hindrances(books(text))["db"]
    elsewhere = books(text, "pg_isready", runners={"pg_isready": ("prod",)})
    assert "a runner elsewhere" in hindrances(elsewhere)["db"]


@pytest.mark.parametrize(
    "command", ["kubectl delete pod api", "pg_isready; rm -rf /", "kubectl get secrets -o yaml"]
)
def test_what_does_more_than_read_is_never_run(command: str) -> None:
    found = hindrances(books(f"[checks.x]\ncommand = '{command}'\n", "kubectl", "pg_isready", "rm"))
    assert "only to read" in found["x"]


def look(found: Books, command: str) -> Seen:
    check = Check("x", Command(command), timeout=20)
    return asyncio.run(looker(found, secrets_from({}, Path("/nonexistent")))(check, NOW))


def test_a_command_is_well_when_it_ends_well() -> None:
    here = books("")
    assert look(here, "true").well
    seen = look(here, "false")
    assert (seen.well, bool(seen.detail)) == (False, True)
    assert not look(here, "pg_isready -h db.example.org").well, "it is not bound here"
    assert not look(here, "rm -rf /").well

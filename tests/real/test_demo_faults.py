"""For every runbook of every playbook: the fault shows in what the runbook looks up, and its commands end it."""

import copy
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from real.conftest import needs
from real.platforms import Beside
from sirenbook.cli.demo.binding import environment, write_programs
from sirenbook.cli.demo.database import CHANGER
from sirenbook.cli.demo.faults import Exercise, exercises, mends
from sirenbook.cli.demo.world import WORKLOADS
from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import read_texts

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/playbook.md"))
SEEDS = sorted((ROOT.parent / "shared" / "seeds").glob("*.txt"))
SIGNS = {
    "bad-release": r"CrashLoopBackOff|PAYMENTS_URL|\b0/2\b",
    "crashed-pod": r"\b0/1\b|Readiness probe failed|deadlock|does not answer",
    "overload": r"\b4[6-9]\dm +\d+Mi\b|timeout after|4\.81 s",
    "out-of-memory": r"OOMKill|cannot allocate",
    "pool-exhausted": r"too many connections|idle +\| +24|\n +(?:2[89]|3\d)\n|\bidle\b.*select id from workflows",
    "slow-queries": r"pg_sleep|took 412",
    "blocked-table": r"update workflows|lock timeout",
    "provider-down": r"overloaded|provider answered 503|upstream model provider",
    "engine-down": r"Readiness probe failed|engine does not answer|\b0/1\b|\"status\": \"ill\"",
    "graph-down": r"CrashLoopBackOff|recovery failed|page cache|Failed to connect",
    "certificate-expired": r"expired|False",
    "signing-key": r"invalid signature|unknown key",
    "cache-corrupt": r"keyspace_misses:100880",
    "break-in": r"\b7 +\| +60\d|login failed|api key 31|failed.*31\b",
    "data-lost": r"\n +0\n",
}
"""What people would see of each fault, and would not see without it."""
REMAINS = {"break-in"}
"""What happened stays in the audit tables."""

pytestmark = [needs("kubectl", "psql", "curl", "timeout"), pytest.mark.xdist_group("demo")]
PLAYBOOKS = [pytest.param(p, id=p.parent.name) for p in EXAMPLES] + [pytest.param(p, id=p.stem[:3]) for p in SEEDS]


@pytest.fixture(scope="module", params=PLAYBOOKS)
def beside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """A platform for one playbook."""
    place = Beside.of(request.param, tmp_path_factory.mktemp("demo"))
    place.path = request.param
    write_programs(place.folder / "bin", place.platform)
    yield place
    place.stop()


def looked_up(beside: Beside, texts: list[str]) -> str:
    """All that reading commands say, one after the other."""
    return "\n".join(carry_out(beside, text) for text in texts)


def carry_out(beside: Beside, text: str) -> str:
    """Run one command of a playbook as somebody would who types it, without its endless and interactive parts."""
    if re.match(r"\s*(?:SELECT|UPDATE|--)", text, re.IGNORECASE):
        return _sql(beside, text)
    said = ""
    for program in beside.filled(text):
        if program[0] == "kubectl":
            words = [w for w in program if w != "-it" and (w != "-f" or "logs" not in program)]
            said += beside.kubectl(*words[1:]).stdout
        elif program[0] in ("psql", "curl"):
            said += _local(beside, program)
    return said


def _local(beside: Beside, words: list[str]) -> str:
    variables = {**environment(beside.platform), "PATH": f"{beside.folder / 'bin'}:{os.environ['PATH']}"}
    filled = [
        re.sub(r"\$([A-Z_]+)", lambda m: variables.get(m[1], m[0]), w).replace("{agent_id}", "17") for w in words
    ]
    ended = subprocess.run(
        ["timeout", "20", *filled], env=variables, capture_output=True, text=True, cwd=beside.folder, check=False
    )
    return ended.stdout + ended.stderr


def _sql(beside: Beside, text: str) -> str:
    database = beside.platform.database
    assert database is not None
    text = text.replace("{key_id}", "31").replace("{user_id}", "7").replace("-- ", "")
    if "<pid>" in text:
        blocking = (
            "select unnest(pg_blocking_pids(pid)) from pg_stat_activity where wait_event_type = 'Lock' limit 1"
        )
        text = text.replace("<pid>", f"coalesce(({blocking}), (select pid from pg_stat_activity where query like "
                                     "'%pg_sleep(0.9)%' and usename = 'app' limit 1))")  # fmt: skip
    with psycopg.connect(database.url(CHANGER), autocommit=True) as connection:
        try:
            cursor = connection.execute(text.encode())
        except psycopg.Error as error:
            return str(error)
        rows = cursor.fetchall() if cursor.description else []
        return "\n".join(" | ".join(map(str, row)) for row in rows)


def test_every_runbook_has_a_fault_that_shows_and_ends(beside: Beside) -> None:
    policy = load(read_texts(beside.path)).policy
    drills: dict[str, Exercise] = {}
    for each in exercises(policy, beside.commands):
        drills.setdefault(each.runbook.title, each)
    assert set(drills) == {r.title for r in policy.runbooks}
    wrong = [fault for each in drills.values() if (fault := drill(beside, each))]
    assert not wrong, "\n\n".join(wrong)


def drill(beside: Beside, exercise: Exercise) -> str | None:
    """Look, break, look, mend, look; what went otherwise than it should."""
    name = exercise.fault.name
    where = f"{exercise.runbook.title}, {name}"
    own = [s.text for s in exercise.runbook.commands if _looks(s.text)]
    # Some runbooks look at dashboards; then it is the playbook's other commands that show it here.
    looking = [own, [c for c in beside.commands if _looks(c)]]
    usual = copy.deepcopy({k: v for k, v in beside.platform.world.objects.items() if k[0] in WORKLOADS})
    beside.strike(name)
    try:
        shown = next((each for each in looking if re.search(SIGNS[name], looked_up(beside, each))), None)
        if shown is None:
            return f"{where}: nothing shows"
        beside.later(2)
        _mend(beside, exercise)
        if name in beside.on():
            return f"{where}: still on after its repair"
    finally:
        beside.mend(name)
        beside.later(1500)
        for key, value in usual.items():
            beside.platform.world.put(key, value, beside.now())
        beside.later(10)
    if name not in REMAINS and (found := re.findall(SIGNS[name], looked_up(beside, shown))):
        return f"{where}: shows {found[0]!r} after it was mended"
    return None


CHANGES = re.compile(
    r"\b(?:undo|restart|scale|delete|patch|apply|FLUSHALL|pg_restore|pg_terminate_backend|UPDATE)\b"
    r"|\bset (?:env|res)|POST"
)


def _looks(text: str) -> bool:
    return not CHANGES.search(text) and "port-forward" not in text


def _mend(beside: Beside, exercise: Exercise) -> None:
    """By the commands of the runbook, else by those of the playbook, else from outside."""
    own = [s.text for s in exercise.runbook.commands]
    commands = {"runbook": own, "playbook": beside.commands, "hand": []}[exercise.ended_by]
    for text in [c for c in commands if mends(c, exercise.fault)]:
        target = beside.platform.world.target(exercise.fault)[2]
        carry_out(beside, re.sub(r"<(?:service|deployment-name)>", target, text))
        if exercise.fault.name not in beside.on():
            return
    if exercise.ended_by == "hand":
        beside.mend(exercise.fault.name)

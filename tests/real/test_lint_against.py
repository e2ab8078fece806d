"""`lint --against`: a real database and real kubectl say what they would refuse, and asking changes nothing."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from real.conftest import needs
from real.platforms import Beside

PLAYBOOK = """\
# Shop

| Severity | Response Time |
|---|---|
| P1 | 5 minutes |

## Runbooks

### Shop is slow

#### Investigation

```sql
SELECT count(*) FROM orders;
SELECT count(*) FROM renamed;
SELECT total FROM orders WHERE id = '{order_id}';
DELETE FROM orders;
SELECT wipe();
DROP TABLE orders;
```

```bash
psql -h db -U app -c "SELECT gone FROM orders;"
psql -h db -U app -d other_database -c "SELECT gone FROM orders;"
```
"""


def lint(*words: str, cwd: Path) -> tuple[int, list[dict[str, object]], str]:
    """The findings that `sirenbook lint` prints as JSON."""
    command = [sys.executable, "-m", "sirenbook", "lint", "playbook.md", "--json", *words]
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    return ended.returncode, json.loads(ended.stdout)["findings"] if ended.stdout else [], ended.stderr


def test_a_database_refuses_by_parsing(tmp_path: Path, empty_database: str) -> None:
    (tmp_path / "playbook.md").write_text(PLAYBOOK)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create table orders (id int, total int); insert into orders values (1, 2)")
        connection.execute("create function wipe() returns int language sql as $$delete from orders; select 1$$")
        code, found, _ = lint("--against", empty_database, "--select", "SB491", cwd=tmp_path)
        assert connection.execute("select count(*) from orders").fetchone() == (1,)
    said = [str(f["text"]) for f in found]
    assert code == 1
    assert len(said) == 2, said
    assert 'relation "renamed" does not exist' in said[0]
    assert 'column "gone" does not exist' in said[1]


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "playbook.md").write_text(PLAYBOOK)
    code, _, said = lint("--against", "host=127.0.0.1 port=1 dbname=shop", cwd=tmp_path)
    assert code == 2
    assert "cannot be tried" in said and "Traceback" not in said


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """A cluster for one of our examples."""
    example = Path(__file__).parents[2] / "examples" / "agent-platform" / "playbook.md"
    place = Beside.of(example, tmp_path_factory.mktemp("demo"), database=False)
    yield place
    place.stop()


@needs("kubectl", "timeout")
def test_a_cluster_refuses_by_a_dry_run(beside: Beside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(beside.kubeconfig))
    namespace = beside.platform.world.inventory.namespace
    name = next(k[2] for k in beside.platform.world.workloads(namespace) if k[0] == "deployments")
    steps = [f"kubectl scale deployment/{name} --replicas=7 -n {namespace}"]
    steps += [f"kubectl scale deployment/renamed-away --replicas=7 -n {namespace}", "kubectl delete pod <pod-name>"]
    steps += [f"kubectl get pods -n {namespace}", f"kubectl delete deployment {name} -n {namespace}"]
    text = PLAYBOOK.partition("```sql")[0] + "```bash\n" + "\n".join(steps) + "\n```\n"
    (tmp_path / "playbook.md").write_text(text)
    before = beside.kubectl("get", "deployments", "-A", "-o", "wide").stdout
    context = beside.kubectl("config", "current-context").stdout.strip()
    _, found, said = lint("--against-cluster", context, "--select", "SB492", cwd=tmp_path)
    assert len(found) == 1, (found, said)
    assert "renamed-away" in str(found[0]["text"])
    ready = [row.split()[:3] for row in before.splitlines()]
    after = beside.kubectl("get", "deployments", "-A", "-o", "wide").stdout
    assert [row.split()[:3] for row in after.splitlines()] == ready


@needs("kubectl")
def test_a_cluster_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    (tmp_path / "playbook.md").write_text(PLAYBOOK)
    code, _, said = lint("--against-cluster", "nowhere", cwd=tmp_path)
    assert code == 2 and "cannot be tried" in said

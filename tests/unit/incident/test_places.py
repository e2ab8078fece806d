"""Which places of a playbook are shown for an incident: those of its runbook and title, else the general ones."""

import pytest

from sirenbook.incident.steps.matching import places
from sirenbook.playbook.compile import compile_playbook

PLAYBOOK = """\
# Shop

## Severity

| Severity | Response Time |
|---|---|
| P1 | 5 minutes |
| P2 | 1 hour |

## Dashboards

- [Platform overview](https://grafana.shop.example/d/overview)
- [Checkout](https://grafana.shop.example/d/checkout)
- [Search index](https://grafana.shop.example/d/search)
- Logs: https://loki.shop.example
- Pager: https://pager.shop.example

## Runbooks

### Disk Full

**Symptoms**: the disk of a node is full, see https://grafana.shop.example/d/nodes

**Resolution**: remove what is old

```bash
df -h
```
"""
OVERVIEW = ["Platform overview", "Logs"]


@pytest.mark.parametrize(
    ("title", "runbook", "shown"),
    [
        ("CheckoutErrors · checkout", None, ["Checkout"]),
        ("SearchIndexStale", None, ["Search index"]),
        ("DiskFull · node-7", "Disk Full", ["Symptoms"]),
        ("Nobody can sign in", None, OVERVIEW),
        ("Logs are full of errors", None, OVERVIEW),
    ],
)
def test_places(title: str, runbook: str | None, shown: list[str]) -> None:
    policy = compile_playbook([("playbook.md", PLAYBOOK)])
    assert [x.title for x in places(policy, title, runbook)] == shown


def test_an_address_is_shown_once() -> None:
    twice = PLAYBOOK + "\n## More\n\n- [Checkout again](https://grafana.shop.example/d/checkout)\n"
    policy = compile_playbook([("playbook.md", twice)])
    assert [x.title for x in places(policy, "checkout is slow", None)] == ["Checkout"]

"""Instructions, ways, phases, the watch before the end and evidence, over the API, on the page and in /metrics."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sirenbook.engine.policies.texts import Texts
from unit.web.site import Browser, Site, running

PLAYBOOK = """# Response at the fish auction

| Severity | Response Time |
|---|---|
| P1 | 5 minutes |

## Incident process

### Phase 1: Look (0-5 minutes)

1. Tell the hall
2. Look at the boards
   ```sh
   kubectl get pods -n hall
   ```

### Phase 2: Mend (5-30 minutes)

1. Follow the runbook

### Phase 3: Close

1. Verify that bids arrive
2. Monitor for 20 minutes

## Runbooks

### Bids lost

**Diagnosis**

1. Ask the auctioneer

**Resolution**

- If the queue is full: empty it
- If the release is new:
  ```sh
  kubectl rollout undo deployment/bids -n hall
  ```

### Hall breach

**Resolution**

```sh
kubectl scale deployment/bids --replicas=0 -n hall
```

### Ice gone

**Resolution**

- If the machine stands still: look at it
  - Switch it on
  - If the fuse is blown: change it
  - If the motor is hot: wait
  - Call the smith
- If it was never delivered: ask for it

## Useful commands

```sh
kubectl get events -n hall
```

## Metrics

- **Runbook accuracy**: > 95 %
"""


@pytest.fixture
def hall(database: str) -> Iterator[Site]:
    """The fish auction, on a database of its own."""
    with running(database, texts=Texts({"playbook.md": PLAYBOOK})) as found:
        yield found


def steps(site: Site, number: int) -> Any:
    return site.api("GET", f"/api/incidents/INC-{number}/steps").json()


def test_ways_and_instructions_over_the_api(hall: Site) -> None:
    number = hall.declare("Bids lost")
    at = f"/api/incidents/{number}"
    found = steps(hall, number)
    assert [(s["kind"], s["state"], s["branch"]) for s in found["steps"]] == [
        ("manual", "to do", 0),
        ("manual", "to do", 1),
        ("command", "needs approval", 2),
    ]
    assert [b["condition"] for b in found["branches"]] == ["the queue is full", "the release is new"]
    taken = hall.api("POST", f"{at}/branch", {"branch": 2, "by": "mira"}).json()
    assert [(b["chosen"], b["left"]) for b in taken["branches"]] == [(False, True), (True, False)]
    assert [s["folded"] for s in taken["steps"]] == [False, True, False]
    ticked = hall.api("POST", f"{at}/marks", {"step": 2, "verdict": "failed"}).json()
    assert ticked["steps"][1]["state"] == "did not help", "what is folded away stays within reach"
    assert hall.api("POST", f"{at}/branch", {"branch": 9}).status_code == 409


def test_further_ways_stand_within_the_way_that_opens_them(hall: Site) -> None:
    number = hall.declare("Ice gone")
    found = steps(hall, number)
    assert [(b["number"], b["inside"]) for b in found["branches"]] == [(1, 0), (2, 1), (3, 1), (4, 0)]
    assert [(s["written"], s["ways"]) for s in found["steps"]] == [
        ("Switch it on", [1]),
        ("change it", [1, 2]),
        ("wait", [1, 3]),
        ("Call the smith", [1]),
        ("ask for it", [4]),
    ]
    mira = Browser(hall)
    page = mira.get(f"/incidents/INC-{number}").text
    order = [page.index(x) for x in ('"way-1"', "Switch it on", '"way-2"', '"way-3"', "Call the smith", '"way-4"')]
    assert order == sorted(order)
    assert [page.count(f'id="way-{n}"') for n in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert mira.post(f"/incidents/INC-{number}/branch", {"branch": "3"}).status_code == 303
    found = steps(hall, number)
    assert [(b["chosen"], b["left"]) for b in found["branches"]] == [
        (True, False), (False, True), (True, False), (False, True),
    ]  # fmt: skip
    assert [s["folded"] for s in found["steps"]] == [False, True, False, False, True]


def test_phases_and_commands_at_hand_over_the_api(hall: Site) -> None:
    number = hall.declare("Something else")
    at = f"/api/incidents/{number}"
    routines = steps(hall, number)["routines"]
    assert [(r["kind"], r["begins"], r["ends"], r["current"], len(r["steps"])) for r in routines] == [
        ("phase", 0, 300, True, 2),
        ("phase", 300, 1800, False, 1),
        ("phase", None, None, False, 2),
        ("palette", None, None, False, 1),
    ]
    assert routines[0]["steps"][1]["state"] == "running", "what reads has run by itself"
    hall.ahead(minutes=6)
    assert [r["current"] for r in steps(hall, number)["routines"]] == [False, True, False, False]
    gone_on = hall.api("POST", f"{at}/phase", {"phase": 3}).json()
    assert [r["current"] for r in gone_on["routines"]] == [False, False, True, False]
    command = routines[3]["steps"][0]["number"]
    said = hall.api("POST", f"{at}/steps", {"step": command}).json()
    assert said["routines"][3]["steps"][0]["state"] == "running"


def test_what_is_solved_is_watched_and_says_what_is_unverified(hall: Site) -> None:
    number = hall.declare("Bids lost")
    at = f"/api/incidents/{number}"
    said = hall.api("POST", f"{at}/resolve", {"reason": "rolled back"}).json()
    assert (said["phase"], said["status"]) == ("watching", "acknowledged")
    told = hall.api("GET", f"{at}/timeline").json()["entries"][-1]["text"]
    unverified = "not yet verified: Verify that bids arrive; Monitor for 20 minutes"
    assert told == f"Solved, and watched for 20 min: rolled back; {unverified}"
    assert hall.api("POST", f"{at}/resolve", {"at_once": True}).status_code == 409
    hall.ahead(minutes=21)
    assert hall.api("GET", at).json()["phase"] == "resolved"


def test_evidence_is_put_by_before_a_change_and_is_in_the_export(hall: Site) -> None:
    number = hall.declare("Hall breach")
    at = f"/api/incidents/{number}"
    found = steps(hall, number)
    assert found["evidence"]["digest"] == ""
    done = hall.api("POST", f"{at}/steps", {"step": 1, "digest": found["steps"][0]["digest"], "by": "mira"})
    assert done.json()["steps"][0]["state"] == "needs approval, 1 of 2"
    digest = done.json()["evidence"]["digest"]
    kinds = [e["kind"] for e in hall.api("GET", f"{at}/timeline").json()["entries"]]
    assert kinds.index("EvidenceKept") < kinds.index("StepApproved")
    files = hall.api("GET", f"{at}/evidence").json()["files"]
    body = files[f"evidence/{digest}.json"]
    assert hashlib.sha256(body.encode()).hexdigest() == digest
    again = hall.api("POST", f"{at}/evidence", {"by": "mira"}).json()["evidence"]["digest"]
    assert again != digest, "more has happened since"


def test_the_page_ticks_takes_ways_and_goes_on(hall: Site) -> None:
    mira, number = Browser(hall), hall.declare("Bids lost")
    at = f"/incidents/INC-{number}"
    page = mira.get(at).text
    assert "If the queue is full: empty it" in page
    assert re.search(r'id="routine-1" open', page)
    assert "Resolve and watch" in page
    assert "Verify that bids arrive" in page
    assert mira.post(f"{at}/marks", {"step": "1", "verdict": "worked"}).status_code == 303
    assert mira.post(f"{at}/branch", {"branch": "2"}).status_code == 303
    assert mira.post(f"{at}/phase", {"phase": "2"}).status_code == 303
    page = mira.get(at).text
    assert "another way was taken" in page
    assert re.search(r'id="routine-2" open', page)
    assert mira.post(f"{at}/branch", {"branch": "x"}).status_code == 422
    assert mira.post(f"{at}/evidence", {}).status_code == 303
    assert mira.post(f"{at}/resolve", {"at_once": "1", "reason": "the auction is over"}).status_code == 303
    assert steps(hall, number)["incident"] == f"INC-{number}"
    assert hall.api("GET", f"/api/incidents/{number}").json()["phase"] == "resolved"


def test_metrics_tell_accuracy_beside_the_target(hall: Site) -> None:
    number = hall.declare("Bids lost")
    for step, verdict in ((1, "worked"), (2, "failed"), (1001, "worked")):
        hall.api("POST", f"/api/incidents/{number}/marks", {"step": step, "verdict": verdict})
    told = hall.ask("GET", "/metrics", headers={"Authorization": "Bearer read-canary-5ecret"}).text
    assert 'sirenbook_runbook_accuracy_ratio{runbook="Bids lost"} 0.5' in told
    assert 'sirenbook_runbook_accuracy_ratio{runbook="Phase 1: Look (0-5 minutes)"} 1.0' in told
    assert 'sirenbook_runbook_accuracy_target_ratio{severity=""} 0.95' in told

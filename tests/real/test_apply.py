"""A playbook is put in force on one node and holds on all: at once, for what opens later, and after a restart."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from real.postbox import Postbox
from real.running import PLAYBOOK, House, Up, alert, eventually

AT_ONCE = 3.0
"""Seconds; less than the five after which a node would look by itself."""
SLOWER = PLAYBOOK.replace("| 60 seconds |", "| 90 seconds |")


@pytest.fixture
def houses(tmp_path: Path, postbox: Postbox) -> Iterator[list[House]]:
    """Two homes, each with the playbook."""
    found = [House(tmp_path / name, postbox.port) for name in ("one", "two")]
    yield found
    for house in found:
        house.kill_everything()


def sirenbook(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sirenbook", *words, "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def response(up: Up) -> int:
    """Seconds to respond to a P1, by the policy that this node runs by."""
    return int(up.get("/api/policy")["severities"][0]["response"]["seconds"])


def bindings(house: House) -> str:
    return (house.folder / "sirenbook.toml").read_text()


def post(up: Up, **body: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {up.token}"}
    return httpx2.post(f"{up.url}/api/policies", json=body, headers=headers, timeout=30)


def test_one_applies_and_the_other_follows(houses: list[House], database: str, postbox: Postbox) -> None:
    one, two = (h.up("--database-url", database) for h in houses)
    assert two.post([alert(1)]) == 202
    eventually(lambda: postbox.to("pat"), 30)
    assert (response(one), response(two)) == (60, 60)

    house = houses[0]
    house.book.write_text(SLOWER)
    differs = sirenbook("plan", str(house.book), home=house.home)
    assert (differs.returncode, "INC-1" in differs.stdout) == (7, True), differs
    applied = sirenbook("apply", str(house.book), "--yes", "--note", "slower", home=house.home)
    assert (applied.returncode, applied.stdout.split()[-1]) == (0, "2"), applied
    assert response(one) == 90
    eventually(lambda: response(two) == 90, AT_ONCE)
    assert two.post([alert(2)]) == 202
    kept, followed = (two.incident(n) for n in (1, 2))
    assert kept["policy"] != followed["policy"]
    assert [v["note"] for v in two.get("/api/policies")["policies"]] == ["slower", ""]


def test_people_who_change_are_paged_for_incidents_that_are_open(
    houses: list[House], database: str, postbox: Postbox
) -> None:
    one, two = (h.up("--database-url", database) for h in houses)
    assert two.post([alert(1, severity="P2")]) == 202
    eventually(lambda: postbox.to("sam"), 30)
    assert not postbox.to("mira")
    toml = bindings(houses[0]).replace('"Secondary On-Call" = "sam"', '"Secondary On-Call" = "mira"')
    assert post(one, files={"playbook.md": PLAYBOOK}, bindings=toml).json()["changed"]
    headers = {"Authorization": f"Bearer {two.token}"}
    body = {"to": "Secondary On-Call"}
    eventually(lambda: _knows(houses[1], two, "mira"), AT_ONCE)
    httpx2.post(f"{two.url}/api/incidents/1/escalate", json=body, headers=headers).raise_for_status()
    eventually(lambda: postbox.to("mira"), 30)


def _knows(house: House, up: Up, person: str) -> bool:
    """Whether a node plans with these people already: against what it runs, the same texts change nothing."""
    headers = {"Authorization": f"Bearer {up.token}"}
    toml = bindings(house).replace('"Secondary On-Call" = "sam"', f'"Secondary On-Call" = "{person}"')
    body = {"files": {"playbook.md": PLAYBOOK}, "bindings": toml}
    return bool(httpx2.post(f"{up.url}/api/policies/plan", json=body, headers=headers, timeout=30).json()["same"])


def test_of_two_who_apply_one_plan_at_once_one_is_refused(houses: list[House], database: str) -> None:
    ups = [h.up("--database-url", database) for h in houses]
    expected = ups[0].get("/api/policies")["policies"][0]["digest"]

    def apply(number: int) -> int:
        book = PLAYBOOK.replace("| 60 seconds |", f"| {80 + number} seconds |")
        return post(ups[number % 2], files={"playbook.md": book}, expected=expected).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(apply, range(6)))
    assert statuses == [200, *[409] * 5]
    assert [v["number"] for v in ups[0].get("/api/policies")["policies"]] == [2, 1]
    eventually(lambda: response(ups[0]) == response(ups[1]), AT_ONCE)


def test_a_restart_takes_nothing_back(houses: list[House]) -> None:
    house = houses[0]
    up = house.up()
    assert post(up, files={"playbook.md": SLOWER}).status_code == 200
    up.kill()
    again = house.up()
    assert response(again) == 90
    again.stop()
    resumed = house.up(resume=True)
    assert response(resumed) == 90
    resumed.stop()
    house.book.write_text(PLAYBOOK.replace("| 60 seconds |", "| 70 seconds |"))
    edited = house.up()
    assert response(edited) == 70
    versions = [(v["number"], v["via"]) for v in edited.get("/api/policies")["policies"]]
    assert versions == [(3, "up"), (2, "api"), (1, "up")]

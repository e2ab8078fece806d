"""Two processes on one database share the work; when one dies, the other has its part within the lease."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import httpx2

from real.postbox import Postbox
from real.running import ONE_BY_ONE, House, Up, alert, eventually

TURNS = """
[people.ada]
contact = [{channel = "console", to = "ada"}]
[people.ben]
contact = [{channel = "console", to = "ben"}]
[rotations.desk]
members = ["ada"]
start = 2026-01-05
"""
LEASE = 15.0
INCIDENTS = 40


def cover_on(up: Up) -> None:
    """Ben covers for Ada, by one of the processes."""
    now = datetime.fromisoformat(up.get("/api/oncall")["at"])
    cover = {"kind": "cover", "rotation": "desk", "person": "ben", "instead_of": "ada", "start": now.isoformat()}
    cover["end"] = (now + timedelta(hours=8)).isoformat()
    headers = {"Authorization": f"Bearer {up.token}"}
    body = {"overrides": [cover], "by": "ben"}
    httpx2.post(f"{up.url}/api/oncall/overrides", json=body, headers=headers, timeout=30).raise_for_status()


def whose_turn(up: Up) -> list[str]:
    """Who is on call for the desk, by another process."""
    [desk] = up.get("/api/oncall")["rotations"]
    return [p["person"] for p in desk["primary"]]


def test_they_share_the_work_and_take_over(tmp_path: Path, database: str, postbox: Postbox) -> None:
    houses = [House(tmp_path / name, postbox.port, more=ONE_BY_ONE + TURNS) for name in ("one", "two")]
    try:
        one, two = (h.up("--database-url", database) for h in houses)
        for number in range(INCIDENTS):
            assert (one, two)[number % 2].post([alert(number, severity="P2")]) == 202
        eventually(lambda: len(postbox.to("sam")) >= INCIDENTS, 20)
        senders = Counter(m.link.split("/a/")[0] for m in postbox.got)
        assert set(senders) == {one.url, two.url}, senders
        assert Counter(m.key for m in postbox.got).most_common(1)[0][1] == 1, "no page twice"
        assert len(postbox.got) == 2 * INCIDENTS

        cover_on(one)
        eventually(lambda: whose_turn(two) == ["ben"], 30)

        for number in range(INCIDENTS, INCIDENTS + 10):
            assert one.post([alert(number, severity="P2")]) == 202
        one.kill()
        reached = set(range(1, INCIDENTS + 11))
        eventually(lambda: {m.incident for m in postbox.to("sam")} == reached, LEASE + 5)
        eventually(lambda: {m.incident for m in postbox.to("pat")} == reached, LEASE + 5)
        assert all(n <= 2 for n in Counter(m.key for m in postbox.got).values())
        assert two.post([alert(99, severity="P2")]) == 202
        eventually(lambda: "Delivered" in two.kinds(INCIDENTS + 11), 30)
    finally:
        for house in houses:
            house.kill_everything()

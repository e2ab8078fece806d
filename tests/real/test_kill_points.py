"""kill −9 at every named point of the code while alerts keep coming: nothing that was answered is lost."""

import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Any

import httpx2
import pytest

from real.postbox import Postbox
from real.running import Ended, House, Up, alert, eventually
from sirenbook.incident.core import fold
from sirenbook.store.records import broken_link, decode_entry, decode_state

INTAKE = (("K0", 1), ("K1", 3), ("K2", 1), ("K3", 3), ("K4", 1), ("K5", 3))
PASSES = tuple((point, nth) for nth in (1, 3) for point in ("K7", "K14", "K8", "K9", "K10"))
"""Each point with how often it is passed before the kill: as it takes up what was left, or in the midst of work."""
ACTS = ("K12", "K13")
PACE = 0.3
"""Seconds between two new alerts: each becomes an incident with two pages."""


class Monitoring(threading.Thread):
    """Fires one new alert after the other, and comes again until each is answered, as Alertmanager does.

    Every alert is sent twice at least: the second time it is only counted.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.up: Up | None = None
        self.answered: list[int] = []
        self._enough = threading.Event()

    def run(self) -> None:
        number = 0
        while not self._enough.wait(PACE):
            number += 1
            for _ in range(2):
                self._deliver(number)
            self.answered.append(number)

    def _deliver(self, number: int) -> None:
        while self.up is None or self.up.post([alert(number, severity="P2")], timeout=5) != 202:
            time.sleep(0.1)

    def stop(self) -> None:
        """No new alerts; what has begun is delivered first."""
        self._enough.set()
        self.join(20)


def killed_at(house: House, monitoring: Monitoring, point: str, nth: int) -> bool:
    """Run until it dies at the point; whether it did."""
    try:
        up = monitoring.up = house.up(fail=f"{point}:{nth}:kill", resume=monitoring.up is not None)
    except Ended:  # some points are reached before it could say that it is ready
        return True
    try:
        eventually(lambda: up.child.poll() is not None, 15)
    except AssertionError:
        up.kill()
        return False
    return True


@pytest.mark.parametrize("kills", [INTAKE, PASSES], ids=["intake", "passes"])
def test_killed_at_every_point_nothing_is_lost(
    house: House, postbox: Postbox, kills: tuple[tuple[str, int], ...], record_property: Any
) -> None:
    house.up().stop()
    monitoring = Monitoring()
    monitoring.start()
    died = {kill: killed_at(house, monitoring, *kill) for kill in kills}
    assert died == dict.fromkeys(died, True), "a point that is never reached proves nothing"
    monitoring.up = house.up(resume=True)
    monitoring.stop()
    back = time.monotonic()
    eventually(lambda: _both_were_paged(house, postbox), 40, every=0.2)
    record_property("settled_after_seconds", round(time.monotonic() - back, 1))
    _every_answered_alert_is_there(house, monitoring.answered)
    _timelines_are_whole(house)
    extra = sum(n - 1 for n in Counter(m.key for m in postbox.got).values())
    assert extra <= len(died), f"{extra} pages came again in {len(died)} kills: more than were in flight"


def test_killed_while_the_timeline_is_written(house: House) -> None:
    """Nobody was told that the alert is kept, and nothing of it is; it comes again."""
    up = house.up(fail="K19:1:kill")
    assert up.post([alert(1)]) == 0
    up = house.up(resume=True)
    assert house.query("select count(*) from event") == [(0,)]
    assert up.post([alert(1)]) == 202
    _timelines_are_whole(house)


@pytest.mark.parametrize("point", ACTS)
def test_killed_while_somebody_acknowledges(house: House, point: str) -> None:
    """It holds if it was committed, and else it can be done again: nobody is told yes for nothing."""
    up = house.up()
    assert up.post([alert(1)]) == 202
    up.stop()
    up = house.up(fail=f"{point}:1:kill", resume=True)
    assert not _acknowledge(up)
    assert up.child.wait(10) == -signal.SIGKILL
    up = house.up(resume=True)
    acknowledged = up.kinds().count("Acknowledged")
    assert acknowledged == (1 if point == "K13" else 0)
    assert _acknowledge(up)
    _timelines_are_whole(house)
    assert house.query("select count(*) from incident where state::jsonb ->> 'status' = 'acknowledged'") == [(1,)]


def test_killed_while_a_playbook_is_put_in_force(house: House) -> None:
    """The text that was not yet in force is forgotten, or is put in force by the next start."""
    house.up().stop()
    house.book.write_text(house.book.read_text().replace("60 seconds", "90 seconds"))
    with pytest.raises(Ended):
        house.up(fail="K21:1:kill")
    up = house.up(resume=True)
    assert up.post([alert(1)]) == 202
    assert _response_time(up, 1) == 60
    up.stop()
    up = house.up()
    assert up.post([alert(2)]) == 202
    assert _response_time(up, 2) == 90


def _response_time(up: Up, number: int) -> float:
    """The seconds from the opening of an incident to its response deadline."""
    incident = up.incident(number)
    due = next(a["at"] for a in incident["next"] if a["kind"] == "ResponseMissed")
    return (datetime.fromisoformat(due) - datetime.fromisoformat(incident["opened_at"])).total_seconds()


def _acknowledge(up: Up) -> bool:
    headers = {"Authorization": f"Bearer {up.token}"}
    with suppress(httpx2.HTTPError):
        path = "/api/incidents/INC-1/acknowledge"
        return httpx2.post(up.url + path, headers=headers, json={"by": "pat"}, timeout=30).status_code == 200
    return False


def _both_were_paged(house: House, postbox: Postbox) -> bool:
    incidents = {i for (i,) in house.query("select id from incident")}
    reached = [{m.incident for m in postbox.to(person)} for person in ("pat", "sam")]
    return all(incidents == r for r in reached) and house.query("select count(*) from outbox") == [(0,)]


def _every_answered_alert_is_there(house: House, answered: list[int]) -> None:
    rows = house.query("select split_part(key, ':', 2), repeats from alert")
    kept = {int(fingerprint, 16): repeats for fingerprint, repeats in rows}
    assert [n for n in answered if kept.get(n, 0) < 2] == []
    [(incidents, groups)] = house.query("select count(*), count(distinct group_key) from incident")
    assert incidents == groups, "one incident for each group, however often its alert came"


def _timelines_are_whole(house: House) -> None:
    """The chain holds, and the stored state is what the timeline tells."""
    for number, head, state in house.query("select id, head, state from incident"):
        rows = house.query("select data, hash from event where incident_id = %s order by seq", number)
        texts = [text for text, _ in rows]
        assert broken_link(texts, [bytes(h) for _, h in rows], bytes(head)) is None
        assert fold(number, map(decode_entry, texts)) == decode_state(state)

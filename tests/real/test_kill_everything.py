"""The power cut in the middle of an escalation, and every ordinary way to stop."""

import os
import re
import select
import signal
import time

import httpx2
import pytest

from real.postbox import Postbox
from real.running import House, alert, eventually

LEVEL = 6.0
"""Seconds until the playbook of these tests brings in the second person."""
TOLD_LATE = 5.0
"""Seconds of delay from which on a page says that it is late."""


def test_the_next_level_is_paged_on_time_over_a_power_cut(house: House, postbox: Postbox) -> None:
    up = house.up()
    assert up.post([alert(1)]) == 202
    opened = time.monotonic()
    postbox.first("pat", 30)
    eventually(lambda: "Delivered" in up.kinds(), 30)
    house.kill_everything()
    again = house.up(resume=True)
    if time.monotonic() > opened + LEVEL:
        pytest.skip("it took longer than the level to start again: this machine has other things to do")
    page = postbox.first("sam", LEVEL + 5)
    assert LEVEL - 0.1 <= page.at - opened <= LEVEL + 2
    assert len(postbox.to("pat")) == 1, "what was sent and written down is not sent again"
    assert again.incident()["severity"] == "P1"


def test_a_level_that_was_missed_is_paged_at_once_and_says_so(house: House, postbox: Postbox) -> None:
    up = house.up()
    assert up.post([alert(1, severity="P2")]) == 202
    opened = time.monotonic()
    eventually(lambda: "Delivered" in up.kinds(), 30)
    house.kill_everything()
    eventually(lambda: time.monotonic() > opened + 2 + TOLD_LATE, 2 + TOLD_LATE + 1)
    back = house.up(resume=True)
    ready = time.monotonic()
    page = postbox.first("sam", 30)
    assert page.at - ready <= 2
    assert re.search(r"This goes out \d+ s after its time", page.text), page.text
    assert back.kinds().count("Escalated") == 2


def test_nobody_is_paged_for_what_was_acknowledged_before_the_cut(house: House, postbox: Postbox) -> None:
    up = house.up()
    assert up.post([alert(1)]) == 202
    page = postbox.first("pat", 30)
    eventually(lambda: "Delivered" in up.kinds(), 30)
    assert httpx2.get(page.link).status_code == 200
    assert up.incident()["status"] == "unacknowledged", "a mail scanner that opens links acknowledges nothing"
    assert httpx2.post(page.link).status_code == 303
    acknowledged = time.monotonic()
    house.kill_everything()
    back = house.up(resume=True)
    assert back.incident()["status"] == "acknowledged"
    eventually(lambda: time.monotonic() > acknowledged + LEVEL + 1, LEVEL + 2)
    assert [m.to for m in postbox.got] == ["pat@harbour.example"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_stops_cleanly_and_leaves_nothing_running(house: House, postbox: Postbox, how: signal.Signals) -> None:
    up = house.up()
    assert up.post([alert(1)]) == 202
    postbox.first("pat", 30)
    eventually(house.watchdogs, 30)
    assert house.postgres()
    if how == signal.SIGINT:  # the terminal sends it to the whole group
        os.killpg(up.child.pid, how)
        assert up.child.wait(20) == 0
    else:
        assert up.stop(how) == 0
    assert (house.postgres(), house.watchdogs()) == ([], [])
    assert "Stopped cleanly." in house.log.read_text()
    assert "Traceback" not in house.log.read_text()


def test_a_script_that_reads_our_word_sees_its_end_when_we_are_killed(house: House) -> None:
    up = house.up()
    eventually(house.watchdogs, 30)
    up.kill()
    assert up.child.stdout is not None
    ended, _, _ = select.select([up.child.stdout], [], [], 5)
    assert ended and up.child.stdout.read() == "", "the watchdog holds our output open"

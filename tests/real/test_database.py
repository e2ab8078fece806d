"""The database goes away under a running process: refused politely, lost nothing, resumed within seconds."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from real.postbox import Postbox
from real.running import House, Up, alert, eventually
from sirenbook.store.embedded import EmbeddedPostgres
from sirenbook.store.liveness import send

RESUMED = 20.0
"""Seconds within which alerts must be taken again, recovery included: five, and time for what else runs here."""


def taken_again(up: Up, number: int) -> tuple[set[int], float]:
    """Post until it is taken: what was answered on the way, and how long that took."""
    began, answers = time.monotonic(), set()
    while (status := up.post([alert(number)])) != 202:
        answers.add(status)
        assert time.monotonic() - began < 30, answers
        time.sleep(0.05)
    return answers, time.monotonic() - began


def test_the_embedded_database_is_killed(house: House, postbox: Postbox) -> None:
    up = house.up()
    assert up.post([alert(1)]) == 202
    send(house.postgres(), signal.SIGKILL)
    answers, took = taken_again(up, 2)
    assert answers <= {503}, "a sender comes again after a 503, and only after that"
    assert took <= RESUMED
    eventually(lambda: len(_numbers(postbox, "pat")) == 2, 20)
    eventually(lambda: len(_numbers(postbox, "sam")) == 2, 20)
    assert up.stop() == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that is somebody else's: it comes and goes as it likes."""
    place = EmbeddedPostgres.start(tmp_path / "theirs")
    yield place
    place.stop()


def test_an_external_database_is_restarted(house: House, postbox: Postbox, server: EmbeddedPostgres) -> None:
    up = house.up("--database-url", server.dsn)
    assert up.post([alert(1)]) == 202
    server.stop()
    assert up.post([alert(2)], timeout=20) == 503
    again = EmbeddedPostgres.start(server.folder)
    try:
        answers, took = taken_again(up, 2)
        assert answers <= {503}
        assert took <= RESUMED
        eventually(lambda: len(_numbers(postbox, "pat")) == 2, 20)
        assert up.stop() == 0
    finally:
        house.kill_everything()
        again.stop()


def test_one_session_of_the_database_is_killed(house: House, postbox: Postbox) -> None:
    up = house.up()
    assert up.post([alert(1)]) == 202
    [(pid,), *_] = house.query("select pid from pg_stat_activity where query like 'listen%%'")
    os.kill(pid, signal.SIGKILL)
    answers, took = taken_again(up, 2)
    assert answers <= {503}
    assert took <= RESUMED
    eventually(lambda: len(_numbers(postbox, "pat")) == 2, 20)


def _numbers(postbox: Postbox, person: str) -> set[int]:
    """The incidents that somebody was paged for; a database that crashed may leave numbers out."""
    return {m.incident for m in postbox.to(person)}

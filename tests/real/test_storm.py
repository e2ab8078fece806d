"""Ten thousand alerts: in one request as Alertmanager sends them, and in ten thousand requests."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from real.postbox import Postbox
from real.running import House, Up, alert, delivery, eventually

MANY = 10_000
CLIENTS = 32
TAKEN = 30.0
"""Seconds in which a storm must be taken: generous, for this machine may do other things besides."""
FIRST_PAGE = 20.0
"""Seconds until the first page, as generous; how fast it is on a machine of its own is measured, not tested."""
MOST_MAILS = 40


@pytest.fixture
def house(tmp_path: Path, postbox: Postbox) -> Iterator[House]:
    """A house that bundles, as it comes."""
    place = House(tmp_path, postbox.port, more="")
    yield place
    place.kill_everything()


def of_one_group(number: int) -> dict[str, object]:
    """An alert of the one big outage: they differ in their instance only."""
    found = alert(number)
    found["labels"] = {**found["labels"], "service": "desk", "instance": f"desk-{number}"}
    return found


def test_ten_thousand_alerts_in_one_request(house: House, postbox: Postbox) -> None:
    up = house.up()
    began = time.monotonic()
    assert up.post([of_one_group(n) for n in range(MANY)], timeout=TAKEN) == 202
    assert time.monotonic() - began <= 10
    assert postbox.first("pat", FIRST_PAGE).at - began <= FIRST_PAGE
    eventually(lambda: postbox.to("sam"), 30)
    assert house.query("select count(*), max(alerts) from incident") == [(1, MANY)]
    assert house.query("select count(*), sum(repeats) from alert") == [(MANY, MANY)]
    assert Counter(m.to.split("@")[0] for m in postbox.got) == {"pat": 1, "sam": 1}
    assert len(up.kinds()) <= 40, "a storm must leave a timeline that a person can read"


def test_ten_thousand_requests_of_two_hundred_groups(house: House, postbox: Postbox) -> None:
    up = house.up()
    groups = 200
    alerts = [alert(n % groups, severity="P2") | {"fingerprint": f"{n:016x}"} for n in range(MANY)]
    began = time.monotonic()
    statuses = asyncio.run(_post_each(up, alerts))
    assert statuses == {202: MANY}
    assert time.monotonic() - began <= TAKEN
    assert min(m.at for m in postbox.to("pat")) - began <= FIRST_PAGE
    assert house.query("select count(*), count(distinct group_key) from incident") == [(groups, groups)]
    assert house.query("select count(*) from alert") == [(MANY,)]
    eventually(lambda: _delivered(house) == {"pat": groups, "sam": groups}, 45, every=0.2)
    assert len(postbox.got) <= MOST_MAILS, "a person in a storm gets some pages alone, and the rest in bundles"


def _delivered(house: House) -> dict[str, int]:
    """How many pages each person's provider accepted, alone or in a bundle."""
    sql = """select data::json -> 'event' ->> 'person', count(*) from event
        where kind = 'Delivered' and data::json -> 'event' ->> 'outcome' = 'accepted' group by 1"""
    return dict(house.query(sql))


async def _post_each(up: Up, alerts: list[dict[str, object]]) -> Counter[int]:
    """Post every alert by itself over a few connections that stay open, as a busy proxy does."""
    statuses: Counter[int] = Counter()
    left = iter(alerts)

    async def client() -> None:
        place = urlsplit(up.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        for each in left:
            body = json.dumps(delivery([each])).encode()
            head = (
                f"POST /in/alertmanager HTTP/1.1\r\nHost: {place.netloc}\r\n"
                f"Authorization: Bearer {up.intake_token}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            statuses[await _status(reader)] += 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return statuses


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
    return int(head.split()[1])

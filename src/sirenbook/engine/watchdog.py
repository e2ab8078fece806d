"""The watchdog: a process of its own that asks one question, and calls for help when pages do not flow.

It shares nothing with the engine but the database: own connection, own channels, own ping to the outside.
"""

import asyncio
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from datetime import datetime

import psycopg
from msgspec import Struct
from msgspec.structs import replace

from sirenbook.channels import Channel
from sirenbook.engine.clock import wall_clock
from sirenbook.model.intent import Notification
from sirenbook.model.provenance import default

EVERY = 5.0
PING_EVERY = 30.0
REMIND_EVERY = 300.0
LATE_PASS = 15.0
LATE_DELIVERY = 45.0
SILENT_NODE = 30.0
NOTHING_OUT = 20.0
QUESTION_LIMIT = 5000

QUESTION = """
select clock_timestamp(),
  (select count(*) from incident where status = 'unacknowledged' and wake_at is null),
  coalesce(extract(epoch from clock_timestamp() - (select min(wake_at) from incident where wake_at is not null)),
           0)::float8,
  coalesce(extract(epoch from clock_timestamp() - (select min(due_at) from outbox)), 0)::float8,
  coalesce(extract(epoch from clock_timestamp() - (select max(seen_at) from node)), 1e9)::float8,
  coalesce(extract(epoch from (select max(seen_at) from node) - (
    select min((one.detail->>'dry_since')::timestamptz) from node one
    where one.seen_at > (select max(seen_at) from node) - interval '30 seconds'
      and exists (select from incident where status = 'unacknowledged')
      and not exists (select from node other
        where (other.detail->>'taken_at')::timestamptz > (one.detail->>'dry_since')::timestamptz))), 0)::float8
"""
"""An open incident without a future, a pass that is late, a message that waits, a process that is gone, and pages
that no channel of any process takes."""


class Alarm(Struct, frozen=True):
    """Where to call for help: an address on a channel."""

    channel: Channel
    to: str


class Watch:
    """Asks, remembers what it has called for already, and calls again only when it changes or lasts."""

    def __init__(
        self,
        dsn: str,
        alarms: Callable[[], Sequence[Alarm]],
        ping: Callable[[], str | None],
        url: Callable[[], str],
        say: Callable[[str], None],
    ) -> None:
        self._dsn = dsn
        self._alarms = alarms
        self._say = say
        self._ping = ping
        self._url = url
        self._known: tuple[str, ...] = ()
        self._called = 0.0
        self._pinged = -PING_EVERY
        self._count = 0

    async def run(self) -> None:
        """Watch for ever."""
        loop = asyncio.get_running_loop()
        while True:
            faults = await asyncio.to_thread(ask, self._dsn)
            await self.judge(faults, loop.time())
            await asyncio.sleep(EVERY)

    async def judge(self, faults: tuple[str, ...], time: float) -> None:
        """Call for help about new or lasting faults; ping the outside while there are none."""
        kinds = tuple(f.split(":")[0] for f in faults)
        if faults and (kinds != self._known or time - self._called >= REMIND_EVERY):
            self._called = time
            await self._call(faults)
        if not faults and self._known:
            self._say("pages flow again")
        self._known = kinds
        if not faults and time - self._pinged >= PING_EVERY and (ping := self._ping()):
            self._pinged = time
            await asyncio.to_thread(self._ping_out, ping)

    async def _call(self, faults: tuple[str, ...]) -> None:
        self._count += 1
        self._say(f"pages are not flowing: {'; '.join(faults)}")
        message = self._message(faults, wall_clock())
        alarms = self._alarms()
        receipts = await asyncio.gather(*(a.channel.send(replace(message, to=a.to)) for a in alarms))
        for alarm, receipt in zip(alarms, receipts, strict=True):
            if receipt.outcome != "accepted":
                self._say(f"the alarm by {alarm.channel.name} did not get through: {receipt.detail}")

    def _ping_out(self, url: str) -> None:
        """Tell a dead man's switch outside that pages flow: its silence is the alarm when all here is gone."""
        try:
            with urllib.request.urlopen(url, timeout=10):  # noqa: S310 - an address of the owner's own settings
                return
        except (urllib.error.URLError, OSError, ValueError) as error:
            self._say(f"the dead man's ping did not get out: {error}")

    def _message(self, faults: tuple[str, ...], now: datetime) -> Notification:
        return Notification(
            key=f"watchdog.{os.getpid()}.{self._count}",
            to="",
            person="whoever runs Sirenbook",
            incident="WATCHDOG",
            severity="Sirenbook itself",
            title="pages are not flowing",
            text="\n".join(faults),
            why=default("the watchdog asks whether every open incident still has a future"),
            demands=True,
            url=self._url(),
            at=now,
        )


def ask(dsn: str) -> tuple[str, ...]:
    """What is wrong now, each in a sentence whose first words name its kind; nothing when all is well."""
    try:
        with psycopg.connect(
            dsn, connect_timeout=5, options=f"-c statement_timeout={QUESTION_LIMIT}"
        ) as connection:
            row = connection.execute(QUESTION).fetchone()
    except psycopg.Error as error:
        return (f"The database does not answer: {str(error).strip().splitlines()[0]}",)
    assert row is not None
    _, stuck, wake, outbox, node, dry = row
    return faults_of(stuck, wake, outbox, node, dry)


def faults_of(
    stuck: int, late_pass: float, late_delivery: float, silent_node: float, dry: float
) -> tuple[str, ...]:
    """The figures of the question as sentences."""
    found = []
    if stuck:
        found.append(f"Stuck: {stuck} unacknowledged incidents have no future deadline")
    if late_pass > LATE_PASS:
        found.append(f"Escalation is late: the pass of the clock by {late_pass:.0f} s")
    if late_delivery > LATE_DELIVERY:
        found.append(f"Messages wait: the oldest for {late_delivery:.0f} s")
    if dry > NOTHING_OUT:
        found.append(f"No channel takes pages: not one was accepted for {dry:.0f} s, and incidents wait")
    if silent_node > SILENT_NODE:
        found.append(f"No process works: the last sign of life is {min(silent_node, 86_400):.0f} s old")
    return tuple(found)

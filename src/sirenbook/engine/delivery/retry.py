"""Decides when to try again and when to leave a channel alone. Pure: the time and the dice are given."""

from datetime import datetime, timedelta
from math import isnan
from urllib.parse import urlsplit

from msgspec import Struct

from sirenbook.model.intent import Receipt

MAX_ATTEMPTS = 3
"""Attempts per contact method: a page must move on to the next one within seconds."""

UNSURE_ATTEMPTS = 2
"""The same where the first may have arrived, and a second would be a second message: once more, on the last way."""

FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0
LONGEST_RETRY_AFTER = 300.0

OPENS_AFTER = 5
WINDOW = timedelta(seconds=60)
COOL_DOWN = timedelta(seconds=30)
REMEMBERED = timedelta(hours=2)
"""How long a page that nothing took is held against us: longer than the longest round of silence."""


def backoff(attempt: int, *, jitter: float, retry_after: float | None = None) -> timedelta:
    """The wait after the attempt with this number (from 1), `jitter` being a random fraction from 0 to 1.

    What the other side asked for wins, up to five minutes. Otherwise full jitter: those who failed together
    do not come back together.
    """
    if retry_after is not None and not isnan(retry_after):
        return timedelta(seconds=min(max(retry_after, 0.0), LONGEST_RETRY_AFTER))
    ceiling = min(FIRST_WAIT * 2.0 ** min(max(attempt - 1, 0), 16), LONGEST_WAIT)
    return timedelta(seconds=ceiling * min(max(jitter, 0.0), 1.0))


def most_attempts(receipt: Receipt, *, last: bool) -> int:
    """How many attempts a contact method gets, `last` when a person has no other after it."""
    if not receipt.unsure:
        return MAX_ATTEMPTS
    return UNSURE_ATTEMPTS if last else 1


class Circuit(Struct, frozen=True, omit_defaults=True):
    """What is remembered of a failing channel: failures in a row, since when left alone, since when probed."""

    failures: tuple[datetime, ...] = ()
    opened_at: datetime | None = None
    probing_since: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the channel is being left alone."""
        return self.opened_at is not None


def admit(circuit: Circuit, now: datetime) -> tuple[bool, Circuit]:
    """Whether one more attempt may go out now, and the circuit after that decision.

    An open circuit lets one probe through after the cool-down. A probe that never reports counts as lost after
    another cool-down. A clock that was set back ends the cool-down rather than stretching it.
    """
    if circuit.opened_at is None:
        return True, circuit
    since = circuit.probing_since or circuit.opened_at
    if abs(now - since) < COOL_DOWN:
        return False, circuit
    return True, Circuit(circuit.failures, circuit.opened_at, now)


def record(circuit: Circuit, receipt: Receipt, now: datetime) -> Circuit:
    """The circuit after a receipt: any answer, even a refusal, shows that the other side lives and closes it."""
    if not receipt.provider_down:
        return Circuit()
    if circuit.opened_at is not None:
        # A straggler from before does not stretch the wait; a failed probe starts it afresh.
        return Circuit((), now) if circuit.probing_since else circuit
    failures = (*(f for f in circuit.failures if abs(now - f) <= WINDOW), now)[-OPENS_AFTER:]
    return Circuit((), now) if len(failures) >= OPENS_AFTER else Circuit(failures)


def circuit_key(channel: str, to: str) -> str:
    """The name to keep a circuit under: the channel, with the host where recipients name hosts of their own."""
    try:
        host = urlsplit(to).hostname if to.startswith(("http://", "https://")) else None
    except ValueError:
        host = None
    return f"{channel} {host}" if host else channel


class Outflow(Struct, frozen=True):
    """Whether pages get out at all: since when every one was tried in vain, when last, and when one was taken."""

    dry_since: datetime | None = None
    tried_at: datetime | None = None
    taken_at: datetime | None = None

    def after(self, *, taken: bool, now: datetime) -> "Outflow":
        """The same after one more page was tried."""
        if taken:
            return Outflow(tried_at=now, taken_at=now)
        return Outflow(self.lately_dry(now) or now, now, self.taken_at)

    def lately_dry(self, now: datetime) -> datetime | None:
        """Since when nothing gets out; None where something did, or nothing was tried of late."""
        return self.dry_since if self.tried_at is not None and now - self.tried_at <= REMEMBERED else None

"""What the server and a runner elsewhere say to each other: the runner asks and reports, the server answers."""

from datetime import timedelta

from msgspec import Struct

from sirenbook.model.step import Order, Outcome

LEASE = timedelta(seconds=15)
"""For how long a step is somebody's who does not speak up again."""
HEARTBEAT = 5.0
LONGEST_WAIT = 20.0
"""Seconds for which the server keeps a question open while there is nothing to do."""


class Fetch(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for a step. `process` tells apart two runners that were started with one token; `wait` is in seconds."""

    labels: list[str]
    process: str
    wait: float = 0.0


class Offer(Struct, frozen=True):
    """One step for this runner alone: the order, the claim to show with every word on it, and its time limit."""

    order: Order
    claim: str
    lease: float
    seconds: float


class Fetched(Struct, frozen=True):
    """A step, or none within the time."""

    offer: Offer | None


class Begin(Struct, frozen=True, forbid_unknown_fields=True):
    """Say that the step begins now. Only after a yes may it."""

    claim: str


class Hold(Struct, frozen=True, forbid_unknown_fields=True):
    """Keep a step, and tell what it has written so far, secrets masked; `size` bytes in all."""

    claim: str
    text: str = ""
    size: int = 0


class Held(Struct, frozen=True):
    """Whether the step is still this runner's."""

    held: bool


class StepReport(Struct, frozen=True, forbid_unknown_fields=True):
    """How a step ended, and all that is kept of what it wrote, secrets masked."""

    claim: str
    outcome: Outcome
    exit: int | None = None
    seconds: float = 0.0
    detail: str = ""
    text: str = ""
    size: int = 0
    kept: bool = True


class Runner(Struct, frozen=True):
    """A runner as the server last saw it: the name of its token, its process and its labels."""

    name: str
    process: str
    labels: list[str]
    seen: float

"""What is recorded while a world runs; the checker reads nothing else."""

from datetime import datetime, timedelta

from msgspec import Struct, field

from sirenbook.model.alert import Alert
from sirenbook.model.bindings import Bindings
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy


class Sent(Struct):
    """One attempt as the provider saw it; `accepted` whatever it told us."""

    order: int
    at: datetime
    node: str
    key: str
    channel: str
    to: str
    demands: bool
    accepted: bool
    told: str
    link: str | None = None

    @property
    def page(self) -> str:
        """The page this is a method of: `INC-1.2` of `world.INC-1.2.0`."""
        return self.key.split(".", 1)[1].rpartition(".")[0]

    @property
    def incident(self) -> int:
        """The incident it is about."""
        return int(self.page.split(".")[0].removeprefix("INC-"))


class Claimed(Struct):
    """A node took an intent to send it."""

    order: int
    at: datetime
    node: str
    key: str
    token: int


class Committed(Struct):
    """One incident as one commit left it."""

    order: int
    at: datetime
    incident: int
    seq: int
    status: str
    wake_at: datetime | None


class Answered(Struct):
    """A request with alerts that was answered: what was promised, and what the store held at that moment."""

    at: datetime
    alerts: tuple[Alert, ...]
    ids: tuple[int, ...]
    firing_open: dict[str, tuple[int, ...]]
    contested: frozenset[str]


class Fault(Struct):
    """Something the world broke, from and until when; `what` names the node, the database or the failpoint."""

    at: datetime
    until: datetime
    what: str
    silences: bool
    """Whether nothing could be decided or sent meanwhile."""


class History(Struct):
    """Everything the checker may look at."""

    seed: int
    began: datetime
    ended: datetime
    sent: list[Sent] = field(default_factory=list)
    claimed: list[Claimed] = field(default_factory=list)
    committed: list[Committed] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    bindings: list[tuple[datetime, Bindings]] = field(default_factory=list)
    policies: dict[str, Policy] = field(default_factory=dict)
    texts: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    heads: dict[int, bytes] = field(default_factory=dict)
    states: dict[int, Incident] = field(default_factory=dict)
    wakes: dict[int, datetime | None] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    put_aside: list[str] = field(default_factory=list)
    crashes: dict[str, int] = field(default_factory=dict)
    skewed: bool = False
    ordered: bool = True
    """Whether `order` is the order in which the store itself saw claims and commits."""

    def grace(self, at: datetime, patience: timedelta) -> datetime:
        """Until when something due at `at` may take, given what the world broke."""
        until = at + patience
        for fault in self.faults:
            if fault.silences and fault.at <= until and fault.until >= at:
                until = max(until, fault.until + patience)
        return until

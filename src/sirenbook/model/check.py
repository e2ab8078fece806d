"""Health checks of our own: what is looked at, how often, and how it stands."""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from sirenbook.model.provenance import Provenance, default

Standing = Literal["new", "well", "failing", "down"]
"""`failing`: it failed, but not yet so often that it is an alert; `new`: nobody has looked yet."""
Word = Literal["no", "telling", "yes"]
"""Whether an alert fires for it: `telling` until the alert, or its end, is known to be committed."""


class Http(Struct, frozen=True, tag=True, omit_defaults=True):
    """A page that answers: with a status (0: any below 400), words, values in its JSON, within seconds."""

    url: str
    status: int = 0
    contains: str = ""
    values: tuple[tuple[str, str], ...] = ()
    within: float = 0.0
    ca_file: str = ""


class Tcp(Struct, frozen=True, tag=True, omit_defaults=True):
    """A port that takes connections."""

    host: str
    port: int


class Tls(Struct, frozen=True, tag=True, omit_defaults=True):
    """A certificate that is believed and holds for so many days at least."""

    host: str
    port: int
    days: int = 14
    ca_file: str = ""


class Dns(Struct, frozen=True, tag=True, omit_defaults=True):
    """A name that leads to an address, or to this one among others."""

    name: str
    address: str = ""


class Postgres(Struct, frozen=True, tag=True, omit_defaults=True):
    """A database that answers; its connection string stands in an environment variable or a file."""

    dsn_env: str = ""
    dsn_file: str = ""


class Redis(Struct, frozen=True, tag=True, omit_defaults=True):
    """A Redis that answers PING; its password stands in an environment variable or a file."""

    host: str
    port: int
    tls: bool = False
    password_env: str = ""
    password_file: str = ""
    ca_file: str = ""


class Command(Struct, frozen=True, tag=True, omit_defaults=True):
    """A command that only reads and ends well; run by the executors that steps are run by."""

    text: str


class Heartbeat(Struct, frozen=True, tag=True, omit_defaults=True):
    """Something that calls us every period; it is silent once it is late by more than the grace, in seconds."""

    grace: int


class Stated(Struct, frozen=True, tag=True, omit_defaults=True):
    """The health commands that the playbook itself states, each a check of its own."""


Probe = Http | Tcp | Tls | Dns | Postgres | Redis | Command | Heartbeat | Stated


class Check(Struct, frozen=True, omit_defaults=True):
    """Something that is looked at every `period` seconds; after `failures` failed looks in a row an alert fires.

    A look may take `timeout` seconds. `labels` are those of the alert.
    """

    name: str
    probe: Probe
    period: int = 60
    timeout: int = 10
    failures: int = 3
    critical: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    why: Provenance = field(default_factory=lambda: default("a check"))

    @property
    def kind(self) -> str:
        """The kind of check, in one word."""
        return type(self.probe).__name__.lower()


class Seen(Struct, frozen=True):
    """What one look saw: well or not, in words, and how many seconds it took."""

    well: bool
    detail: str
    seconds: float = 0.0


class Stand(Struct, frozen=True):
    """How a check stands: since when it is well or not, how many looks in a row failed, what the last one saw.

    `beat_at` is when a heartbeat was last heard. `told` is whether its alert fires, `told_at` since when.
    """

    name: str
    standing: Standing = "new"
    since: datetime | None = None
    failures: int = 0
    looked_at: datetime | None = None
    seconds: float = 0.0
    detail: str = ""
    beat_at: datetime | None = None
    told: Word = "no"
    told_at: datetime | None = None

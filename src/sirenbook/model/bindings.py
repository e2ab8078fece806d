"""What prose cannot say: who the playbook's names are, how to reach them, which labels mean what."""

from typing import Any

from msgspec import Struct, field

from sirenbook.model.provenance import Provenance


def fold(name: str) -> str:
    """A name as it is matched: whatever its case and spacing, with or without a leading `the`."""
    return " ".join(name.split()).casefold().removeprefix("the ")


class ContactMethod(Struct, frozen=True, omit_defaults=True):
    """One way to reach a person: a channel, the address on it, and how long to wait for an answer before it.

    `after` is in seconds since the page; the first method always goes out at once.
    """

    channel: str
    to: str
    after: int = 60


class Person(Struct, frozen=True, omit_defaults=True):
    """Somebody who can be paged, with contact methods in the order in which they are tried."""

    id: str
    name: str
    methods: tuple[ContactMethod, ...] = ()


class BusinessHours(Struct, frozen=True, omit_defaults=True):
    """When business hours are: minutes of the day in one zone, on the given weekdays (0 = Monday)."""

    zone: str = "UTC"
    start: int = 9 * 60
    end: int = 17 * 60
    days: tuple[int, ...] = (0, 1, 2, 3, 4)


class Grouping(Struct, frozen=True, omit_defaults=True):
    """Which labels make alerts one incident."""

    by: tuple[str, ...] = ("alertname", "service")


class Storms(Struct, frozen=True, omit_defaults=True):
    """How many messages a minute a person gets one by one, and the seconds between bundles of the rest."""

    alone: int = 6
    pause: int = 15


class Stepping(Struct, frozen=True, omit_defaults=True):
    """How steps run: whether reading ones do by themselves, how many an incident has, and limits in seconds."""

    auto: bool = True
    budget: int = 20
    approval: int = 1800
    limit: int = 60


class Filling(Struct, frozen=True, omit_defaults=True):
    """What fills a parameter of a runbook: a fixed value, or the alert's label of this name."""

    value: str = ""
    label: str = ""


class Bindings(Struct, frozen=True, omit_defaults=True):
    """The playbook's names bound to the world.

    `targets` maps a name of the playbook, folded, to people ids. `severity_labels` maps a label name to
    {label value: severity name}. `channels` holds each channel's settings; secrets stand there only as the name
    of an environment variable or a file. `fallback` is paged when a target reaches nobody. `places` tells where
    each entry was written, by its dotted key (`people.mira`), for findings.
    """

    people: dict[str, Person] = field(default_factory=dict)
    targets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fallback: tuple[str, ...] = ()
    severity_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    service_labels: tuple[str, ...] = ("service", "job")
    grouping: Grouping = field(default_factory=Grouping)
    business_hours: BusinessHours = field(default_factory=BusinessHours)
    storms: Storms = field(default_factory=Storms)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    watchdog: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    public_url: str | None = None
    stepping: Stepping = field(default_factory=Stepping)
    parameters: dict[str, Filling] = field(default_factory=dict)
    executors: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, Provenance] = field(default_factory=dict)

    def reach(self, target: str) -> tuple[Person, ...]:
        """The people whom a name of the playbook stands for, those who have a contact method; maybe nobody.

        A name that is not among the targets stands for the person of that id or name.
        """
        ids = self.targets.get(fold(target))
        if ids is None:
            ids = tuple(p.id for p in self.people.values() if fold(target) in (fold(p.id), fold(p.name)))
        found = (self.people.get(i) for i in ids)
        return tuple(p for p in found if p is not None and p.methods)

    @property
    def last_resort(self) -> tuple[Person, ...]:
        """The people of the fallback who can be reached."""
        return tuple(p for i in self.fallback if (p := self.people.get(i)) is not None and p.methods)

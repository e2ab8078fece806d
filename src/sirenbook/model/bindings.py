"""What prose cannot say: who the playbook's names are, how to reach them, which labels mean what."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from sirenbook.model.check import Check
from sirenbook.model.hours import BusinessHours
from sirenbook.model.identity import Oidc, Team, teams_of
from sirenbook.model.provenance import Provenance
from sirenbook.model.rotation import Override, Rotation
from sirenbook.model.status import CustomerList, StatusPage
from sirenbook.model.wall import first, shown


def fold(name: str) -> str:
    """A name as it is matched: whatever its case and spacing, with or without a leading `the`."""
    return " ".join(name.split()).casefold().removeprefix("the ")


class ContactMethod(Struct, frozen=True, omit_defaults=True):
    """One way to reach a person: a channel, the address on it, and how long to wait for an answer before it.

    `after` is in seconds since the page; the first method always goes out at once. `severities` are those whose
    pages it is for, all where none is named; somebody who has no method for a severity is paged by all of them.
    `receipt` is for how many seconds a device that was handed a page may not say that it has it before the next
    method follows; 0 where none is waited for.
    """

    channel: str
    to: str
    after: int = 60
    severities: tuple[str, ...] = ()
    receipt: int = 0


class Person(Struct, frozen=True, omit_defaults=True):
    """Somebody who can be paged, with contact methods in the order in which they are tried.

    In `quiet` hours, minutes of the day by the team's clock, notifications wait; pages never do.
    """

    id: str
    name: str
    methods: tuple[ContactMethod, ...] = ()
    quiet: tuple[int, int] | None = None

    def following(self, number: int, severity: str) -> int:
        """The place of the first method from `number` on that pages of a severity use; beyond all where none is."""
        fitting = [n for n, m in enumerate(self.methods) if not m.severities or fold(severity) in m.severities]
        return next((n for n in fitting or range(len(self.methods)) if n >= number), len(self.methods))


class Duty(Struct, frozen=True, omit_defaults=True):
    """A duty of a rotation: 0 whoever's turn it is, 1 the next in turn, and so on."""

    rotation: str
    place: int = 0


Answerer = str | Duty
"""Who answers to a name of the playbook: a person, by id, or whoever has a duty."""


class OnCall(Struct, frozen=True, omit_defaults=True):
    """Somebody who answers to a name at an instant; with a rotation, until when."""

    person: Person
    rotation: str = ""
    until: datetime | None = None


class Grouping(Struct, frozen=True, omit_defaults=True):
    """Which labels make alerts one incident."""

    by: tuple[str, ...] = ("alertname", "service")


class Storms(Struct, frozen=True, omit_defaults=True):
    """How many messages a minute a person gets one by one, and the seconds between bundles of the rest."""

    alone: int = 6
    pause: int = 15


class Testing(Struct, frozen=True, omit_defaults=True):
    """When contact methods are tested, in seconds: how often, how long before a shift (0: not), and stale after."""

    every: int = 0
    before_shift: int = 0
    stale: int = 45 * 86_400


class Stepping(Struct, frozen=True, omit_defaults=True):
    """How steps run: whether reading ones do by themselves, how many an incident has, and limits in seconds.

    What they wrote is kept beside the timeline for `keep_days` after the end of the incident.
    """

    auto: bool = True
    budget: int = 20
    approval: int = 1800
    limit: int = 60
    keep_days: int = 90


class Filling(Struct, frozen=True, omit_defaults=True):
    """What fills a parameter of a runbook: a fixed value, or the alert's label of this name."""

    value: str = ""
    label: str = ""


class Bindings(Struct, frozen=True, omit_defaults=True):
    """The playbook's names bound to the world.

    `targets` maps a name of the playbook, folded, to people ids and duties of `rotations`. `overrides`, the oldest
    first, are made while it runs and stand in no file. `severity_labels` maps a label name to
    {label value: severity name}. `channels` holds each channel's settings; secrets stand there only as the name
    of an environment variable or a file. `fallback` is paged when a target reaches nobody. `runners` maps a kind
    of tool to the labels of the runners that have it. `readers` see every restricted incident. `status` is our own
    public page, `checks` are health checks of our own. `oidc` says who else vouches for people, `teams` what they
    may do beside what their accounts say, and which hours count in their incidents. `access` tells which people, by
    id, have what the playbook requires of whoever is on call. `places` tells where each entry was written, by its
    dotted key (`people.mira`), for findings.
    """

    people: dict[str, Person] = field(default_factory=dict)
    targets: dict[str, tuple[Answerer, ...]] = field(default_factory=dict)
    rotations: dict[str, Rotation] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    fallback: tuple[str, ...] = ()
    severity_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    service_labels: tuple[str, ...] = ("service", "job")
    grouping: Grouping = field(default_factory=Grouping)
    business_hours: BusinessHours = field(default_factory=BusinessHours)
    storms: Storms = field(default_factory=Storms)
    testing: Testing = field(default_factory=Testing)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    watchdog: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    public_url: str | None = None
    stepping: Stepping = field(default_factory=Stepping)
    parameters: dict[str, Filling] = field(default_factory=dict)
    executors: dict[str, dict[str, Any]] = field(default_factory=dict)
    runners: dict[str, tuple[str, ...]] = field(default_factory=dict)
    readers: tuple[Answerer, ...] = ()
    status: StatusPage | None = None
    customers: tuple[CustomerList, ...] = ()
    checks: dict[str, Check] = field(default_factory=dict)
    oidc: Oidc | None = None
    teams: dict[str, Team] = field(default_factory=dict)
    access: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, Provenance] = field(default_factory=dict)

    def hours_of(self, service: str) -> BusinessHours:
        """The business hours of incidents of a service: those of the team that owns it, else everybody's."""
        own = self.teams[team].hours if (team := self.calendar_of(service)) else None
        return own or self.business_hours

    def calendar_of(self, service: str) -> str:
        """The team whose business hours count for incidents of a service; empty where everybody's do."""
        return next((n for n, t in teams_of(self.teams, service).items() if t.hours is not None), "")

    def hours_for(self, people: Iterable[str]) -> BusinessHours:
        """The business hours of people, by id: those of a team that all of them are in, else everybody's."""
        ids = set(people)
        own = (t.hours for t in self.teams.values() if ids and ids <= t.roles.keys())
        return next((hours for hours in own if hours is not None), self.business_hours)

    def answering(self, target: str, at: datetime) -> tuple[OnCall, ...]:
        """Who answers to a name of the playbook at an instant and can be reached; maybe nobody.

        A name that is not among the targets stands for the person of that id or name.
        """
        found: dict[str, OnCall] = {}
        for each in self._bound(target):
            for id_ in self.holders(each, at):
                if id_ in self.people and self.people[id_].methods:
                    found.setdefault(id_, self._on_call(each, id_, at))
        return tuple(found.values())

    def reach(self, target: str, at: datetime) -> tuple[Person, ...]:
        """The people whom a name of the playbook stands for at an instant, those who have a contact method."""
        ids = dict.fromkeys(i for each in self._bound(target) for i in self.holders(each, at))
        return self._reachable(ids)

    def everyone(self, target: str) -> tuple[Person, ...]:
        """The people whom a name may stand for at some time, those who have a contact method."""
        return self._reachable(dict.fromkeys(i for each in self._bound(target) for i in self._candidates(each)))

    def changes(self, target: str, start: datetime, end: datetime) -> tuple[datetime, ...]:
        """The instants inside a while at which a name may stand for somebody else."""
        duties = (
            each for each in self._bound(target) if isinstance(each, Duty) and each.rotation in self.rotations
        )
        found = {c for d in duties for c in self.rotations[d.rotation].changes(start, end, self.overrides)}
        return tuple(sorted(found))

    def quiet_until(self, person: Person, at: datetime) -> datetime | None:
        """When the quiet hours that a person is in now end; None outside of them."""
        if person.quiet is None:
            return None
        zone = ZoneInfo(self.business_hours.zone)
        begin, end = person.quiet
        now = shown(at, zone)
        minute = now.hour * 60 + now.minute
        inside = begin <= minute < end if begin < end else minute >= begin or minute < end
        if not inside:
            return None
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return first(day + timedelta(days=minute >= end, minutes=end), zone)

    def _bound(self, target: str) -> tuple[Answerer, ...]:
        found = self.targets.get(fold(target))
        if found is not None:
            return found
        return tuple(p.id for p in self.people.values() if fold(target) in (fold(p.id), fold(p.name)))

    def holders(self, each: Answerer, at: datetime) -> tuple[str, ...]:
        """The ids of the people who answer at an instant: one person, or who has a duty then."""
        if isinstance(each, str):
            return (each,)
        rotation = self.rotations.get(each.rotation)
        return rotation.holders(at, each.place, self.overrides) if rotation else ()

    def _on_call(self, each: Answerer, id_: str, at: datetime) -> OnCall:
        person = self.people[id_]
        if isinstance(each, str):
            return OnCall(person)
        until = self.rotations[each.rotation].until(at, id_, each.place, self.overrides)
        return OnCall(person, each.rotation, until)

    def _candidates(self, each: Answerer) -> tuple[str, ...]:
        if isinstance(each, str):
            return (each,)
        rotation = self.rotations.get(each.rotation)
        return rotation.members if rotation and each.place < len(rotation.members) else ()

    def _reachable(self, ids: Iterable[str]) -> tuple[Person, ...]:
        found = (self.people.get(i) for i in ids)
        return tuple(p for p in found if p is not None and p.methods)

    @property
    def last_resort(self) -> tuple[Person, ...]:
        """The people of the fallback who can be reached."""
        return tuple(p for i in self.fallback if (p := self.people.get(i)) is not None and p.methods)

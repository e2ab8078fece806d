"""Short scenes of an incident: commands at minutes in, one word per event out."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sirenbook.incident.context import Context
from sirenbook.incident.core import decide
from sirenbook.model import command as c
from sirenbook.model.bindings import Bindings, ContactMethod, Person, fold
from sirenbook.model.event import Entry
from sirenbook.model.incident import Incident
from sirenbook.model.intent import Intent
from sirenbook.model.policy import Clock, Level, Policy, Severity
from sirenbook.model.provenance import Provenance

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""
WHY = Provenance("playbook.md", 1, "as written")


def clock(minutes: float | None, *, business: bool = False) -> Clock | None:
    """An amount of time in minutes."""
    return None if minutes is None else Clock(int(minutes * 60), WHY, business)


def severity(name: str = "P1", rank: int = 1, **clocks: Any) -> Severity:
    """A severity; clocks in minutes, negative ones in business minutes."""
    made = {k: clock(abs(v), business=v < 0) for k, v in clocks.items()}
    return Severity(name=name, rank=rank, why=WHY, **made)  # type: ignore[arg-type]


def level(key: str, after: float | None, who: str = "primary", until: str = "acknowledged", **more: Any) -> Level:
    """A level of P1, its time in minutes."""
    seconds = None if after is None else int(after * 60)
    names = tuple(who.split(" and "))
    return Level(key, more.pop("severity", "P1"), seconds, names, until, WHY, **more)  # type: ignore[arg-type]


def policy(*levels: Level, severities: Sequence[Severity] = (), **more: Any) -> Policy:
    """A policy of P0, P1 and P2 with these levels."""
    known = tuple(severities) or (severity("P0", 0), severity("P1", 1), severity("P2", 2))
    more = {"on_call": ("primary",), "on_call_why": WHY} | more
    return Policy("digest", "A playbook", ("playbook.md",), known, levels, **more)


def person(person_id: str, *channels: str, after: int = 60) -> Person:
    """Somebody with one contact method on each channel."""
    methods = tuple(ContactMethod(name, f"{person_id}@{name}", after) for name in channels)
    return Person(person_id, person_id.title(), methods)


CAST = (person("mira", "push"), person("theo", "push"), person("vera", "push"), person("ana", "push"))


def bindings(*people: Person, **more: Any) -> Bindings:
    """Mira is primary, Theo secondary, Vera the VP; Ana is the fallback."""
    targets = {"primary": ("mira",), "secondary": ("theo",), "vp": ("vera",), "nobody": ()}
    cast = {p.id: p for p in (*CAST, *people)}
    more = {"targets": {fold(k): v for k, v in targets.items()}, "fallback": ("ana",)} | more
    return Bindings(people=cast, **more)


class Scene:
    """One incident under a policy; it only ever moves forward."""

    def __init__(
        self,
        policy_: Policy,
        bindings_: Bindings | None = None,
        *,
        severity: str = "P1",
        followed: frozenset[str] = frozenset(),
    ) -> None:
        self.policy = policy_
        self.bindings = bindings_ or bindings()
        self.followed = followed
        self.incident = Incident(id=1)
        self.entries: list[Entry] = []
        self.intents: list[Intent] = []
        self.wake_at: datetime | None = None
        self.do(0, c.Open("disk full", severity, "it is", WHY, by="", group="g", alerts=1))

    def context(self, minute: float) -> Context:
        """What is known at a minute."""
        return Context(self.policy, self.bindings, START + timedelta(minutes=minute), followed=self.followed)

    def do(self, minute: float, command: c.Command) -> "Scene":
        """Let time pass up to a minute, then carry out a command."""
        self.run(minute, inclusive=False)
        self._decide(minute, command)
        return self

    def run(self, minute: float, *, inclusive: bool = True) -> "Scene":
        """Let time pass, waking exactly when the incident asks for it."""
        until = START + timedelta(minutes=minute)
        for _ in range(10_000):
            if self.wake_at is None or self.wake_at > until or (self.wake_at == until and not inclusive):
                return self
            self._decide((self.wake_at - START).total_seconds() / 60, c.Tick())
        raise AssertionError("it never comes to rest")

    def _decide(self, minute: float, command: c.Command) -> None:
        decision = decide(self.context(minute), self.incident, command)
        self.incident, self.wake_at = decision.incident, decision.wake_at
        self.entries.extend(decision.entries)
        self.intents.extend(decision.intents)

    def told(self, *kinds: str) -> list[str]:
        """The events so far, `minute Kind word`; only of these kinds, if any are named."""
        return [_words(e) for e in self.entries if not kinds or type(e.event).__name__ in kinds]

    def pages(self) -> list[str]:
        """Who was paged when: `5 theo`."""
        return [w.replace("Paged ", "") for w in self.told("Paged")]


_WORD: dict[str, Callable[[Any], str]] = {
    "Escalated": lambda e: e.level or "by name",
    "Paged": lambda e: e.person,
    "PageContinued": lambda e: f"{e.person} {e.method}",
    "Notified": lambda e: e.person,
    "Unreachable": lambda e: e.target,
    "Silent": lambda e: str(e.round),
    "Regraded": lambda e: e.severity,
    "Acknowledged": lambda e: e.by,
    "Snoozed": lambda e: e.by,
    "Delivered": lambda e: f"{e.key} {e.outcome}",
}


def _words(entry: Entry) -> str:
    minute = (entry.at - START).total_seconds() / 60
    kind = type(entry.event).__name__
    word = _WORD.get(kind, lambda e: "")(entry.event)
    return f"{minute:g} {kind} {word}".strip()


def receipt(page: str, person_id: str, outcome: str, *, method: int = 0, final: bool = True) -> c.Receive:
    """What a channel said of one method of a page."""
    key = f"{page}.{method}"
    return c.Receive(page, person_id, "push", outcome, key, method, 1, "as it is", final)  # type: ignore[arg-type]

"""The people of a world: some answer at once, some sleep, some press every button there is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from sirenbook.model import command as c
from sirenbook.model.policy import Policy
from sirenbook.model.promise import Audience
from world.policies import NAMES, STAFF


class Town(Protocol):
    """What people need of the world."""

    now: datetime
    policy: Policy

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something later."""

    def ask(self, incident: int, command: c.Command) -> None:
        """Send a command, again until somebody answers."""

    def follow(self, link: str) -> None:
        """Press the button on the page behind a link."""


class Crowd:
    """Everybody who may touch an incident."""

    def __init__(self, rng: Random, town: Town) -> None:
        self._rng = rng
        self._town = town
        self._diligence = rng.choice((0.1, 0.5, 0.9, 1.0))
        self._pace = rng.choice((20.0, 120.0, 900.0))
        self._heeded: set[int] = set()

    def rings(self, incident: int, link: str | None) -> None:
        """A page arrived: maybe its reader takes the incident."""
        rng = self._rng
        if link is None or incident in self._heeded or rng.random() > self._diligence:
            return
        self._heeded.add(incident)
        wait = rng.expovariate(1 / self._pace)
        self._town.after(wait, lambda: self._town.follow(link))
        if rng.random() < 0.8:
            by = self._anybody()
            self._town.after(wait + rng.uniform(60, 5400), lambda: self._ask(incident, self._resolve(by)))

    def opened(self, incident: int) -> None:
        """An incident began: plan who meddles with it, and that somebody ends it some day."""
        rng = self._rng
        meddling = rng.choices((0, 1, 4, 9), (60, 20, 14, 6))[0]
        for _ in range(meddling):
            self._town.after(rng.expovariate(1 / 3000), lambda: self._ask(incident, self._any_command()))
        last = rng.choices((1800, 5400, 14_400, 90_000), (40, 40, 17, 3))[0] * rng.uniform(0.3, 1.0)
        self._end(incident, last)

    def _end(self, incident: int, after: float) -> None:
        """Somebody tries twice; whoever sees later that it opened again ends it for good, alerts or not."""
        for n in range(2):
            at = after * (1 + n / 2)
            self._town.after(at, lambda: self._ask(incident, self._resolve("lead", "enough")))
        late = after * 2 + self._rng.choices((14_400, 86_400, 260_000), (85, 12, 3))[0] * self._rng.uniform(
            0.5, 1.0
        )
        self._town.after(late, lambda: self._ask(incident, self._resolve("lead", "enough of it", at_once=True)))

    def _resolve(self, by: str, reason: str = "", *, at_once: bool = False) -> c.Resolve:
        """An end with what may be demanded, a part of it, or a reason to go without; the last one is whole."""
        fields = {"root cause": "a full disk", "prevention": "an alert"}
        said: tuple[tuple[dict[str, str], str], ...] = ((fields, ""), ({}, "nobody knows yet"))
        if not at_once:
            said = (*said, ({}, ""), ({"root cause": "a full disk"}, ""), ({"prevention": " "}, "we shall see"))
        given, without = self._rng.choice(said)
        return c.Resolve(by, reason, at_once=at_once, fields=given, without=without)

    def _ask(self, incident: int, command: c.Command) -> None:
        self._town.ask(incident, command)

    def _anybody(self) -> str:
        return self._rng.choice((*STAFF, "lead"))

    def _any_command(self) -> c.Command:
        rng, by = self._rng, self._anybody()
        severities = [s.name for s in self._town.policy.severities]
        levels = [x.key for x in self._town.policy.levels]
        audience: Audience = rng.choice(("internal", "internal", "customers", "management", "authorities"))
        by_when = self._town.now + timedelta(minutes=rng.choice((-5, 20, 90)))
        next_by = by_when if rng.random() < 0.4 else None
        made: tuple[Callable[[], c.Command], ...] = (
            lambda: c.Acknowledge(by),
            lambda: c.Acknowledge(by, "link"),
            lambda: c.Snooze(by, self._town.now + timedelta(seconds=rng.choice((-5, 60, 1800, 7200, 90_000)))),
            lambda: c.Regrade(by, rng.choice((*severities, "P9", "critical")), "looked closer"),
            lambda: c.Move(by, rng.choice(("ledger", "", *NAMES)), "not ours"),
            lambda: c.Escalate(by, rng.choice((None, "nobody knows", *NAMES, *levels, *STAFF)), "please help"),
            lambda: c.Resolve(by, false_alarm=rng.random() < 0.3),
            lambda: c.Reopen(by, "it is back"),
            lambda: c.Tell(
                by,
                audience,
                "we are on it",
                posted=rng.random() < 0.7,
                next_by=next_by,
                without=rng.choice(("", "later")),
            ),
            lambda: c.ApproveUpdate(by, audience, "we are on it"),
            lambda: c.AssignRole(by, rng.choice(("captain", "communications")), rng.choice((*STAFF, *NAMES))),
            lambda: c.MarkSecurity(by, lift=rng.random() < 0.3),
            lambda: c.Restrict(by, "a name is in it", lift=rng.random() < 0.3),
            lambda: c.Note(by, rng.choice(("looking", "", "we see more errors")), update=rng.random() < 0.5),
        )
        return rng.choice((*made, lambda: self._afterwards(by)))()

    def _afterwards(self, by: str) -> c.Command:
        """What people do about reviews and action items."""
        rng, now = self._rng, self._town.now
        made: tuple[Callable[[], c.Command], ...] = (
            lambda: c.AddItem(
                by, "Watch the disk", rng.choice(("", *STAFF)), now + timedelta(hours=rng.choice((1, 30)))
            ),
            lambda: c.AddItem(by, rng.choice(("", "Write it down")), kind="customer"),
            lambda: c.ChangeItem(by, 1, owner=rng.choice(STAFF), due=now + timedelta(hours=40)),
            lambda: c.ChangeItem(by, rng.choice((1, 2)), status=rng.choice(("open", "done", "dropped"))),
            lambda: c.AssignReview(by, rng.choice(STAFF)),
            lambda: c.ScheduleReview(by, now + timedelta(hours=rng.choice((-1, 20)))),
            lambda: c.WriteReview(by, "# It broke", rng.choice((0, 0, 1))),
            lambda: c.ApproveReview(by, 1),
            lambda: c.PublishReview(by),
            lambda: c.FollowUp(by, rng.choice(("review.0", "review.1", "item.1"))),
        )
        return rng.choice(made)()

"""An incident played through on a virtual clock, by the same core that pages people."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Literal, get_args

from sirenbook.incident.context import Context
from sirenbook.incident.core import Decision, decide
from sirenbook.incident.updates.communication import owner_of
from sirenbook.model import event as e
from sirenbook.model import update_event as u
from sirenbook.model.bindings import Bindings
from sirenbook.model.command import Acknowledge, Command, Refused, Resolve, Tell, Tick
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy
from sirenbook.model.promise import Audience

MOST_STEPS = 1000
"""Where a rehearsal stops whatever its horizon: an incident that never ends must not fill a terminal."""
WITHOUT = "nothing is known of it in a rehearsal"

Planned = tuple[datetime, str]
"""What somebody means to do, and when: acknowledge, resolve, tell an audience, or something after the end."""


class Stage:
    """An incident played through: its entries so far, and the bindings that stand in for the world."""

    def __init__(self, policy: Policy, bindings: Bindings, start: datetime, *, tells: bool) -> None:
        self.tells = tells
        self.policy = policy
        self.bindings = bindings
        self.start = start
        self.incident = Incident(id=1)
        self.entries: list[e.Entry] = []
        self.wake_at: datetime | None = None
        self.ending: Literal["resolved", "horizon", "nothing ahead"] = "nothing ahead"

    def context(self, now: datetime) -> Context:
        """What a decision at this time looks at."""
        return Context(self.policy, self.bindings, now, service=self.incident.service)

    def play(self, now: datetime, command: Command) -> None:
        """Let one command happen."""
        decision: Decision = decide(self.context(now), self.incident, command)
        self.incident, self.wake_at = decision.incident, decision.wake_at
        self.entries.extend(decision.entries)

    def run(self, plan: list[Planned], until: datetime) -> bool:
        """Jump from one instant to the next that matters; answers whether it was cut short."""
        while len(self.entries) < MOST_STEPS:
            ahead = [at for at in (self.wake_at, plan[0][0] if plan else None) if at is not None]
            if not ahead:
                return False
            now = min(ahead)
            if now > until:
                self.ending = "horizon"
                return False
            known = len(self.entries)
            if plan and plan[0][0] == now:
                self.do(now, plan.pop(0)[1])
            else:
                self.play(now, Tick())
            for entry in self.entries[known:]:
                plan.extend(self.answers(entry))
            plan.sort()
            if self.over():
                self.ending = "resolved"
                return False
        self.ending = "horizon"
        return True

    def over(self) -> bool:
        """Whether it has come to its end."""
        return not self.incident.open

    def answers(self, entry: e.Entry) -> Iterator[Planned]:
        """What people mean to do after an event: whoever is reminded of an update gives it when it is due."""
        if self.tells and isinstance(entry.event, u.UpdateNudged):
            yield entry.event.by, entry.event.audience

    def do(self, now: datetime, what: str) -> None:
        """Let somebody do something; what the playbook forbids them is left undone."""
        by = self.responder()
        if what == "acknowledge":
            self.play(now, Acknowledge(by=by, via="phone"))
        elif what == "resolve":
            self.play(now, Resolve(by=by, reason="rehearsed", without=WITHOUT))
        else:
            audience = next(a for a in get_args(Audience) if a == what)
            teller = owner_of(self.incident) or by
            with suppress(Refused):
                self.play(now, Tell(by=teller, audience=audience, text="as promised", posted=True, without=WITHOUT))

    def responder(self) -> str:
        """Whoever has the incident; else whom it reached first; else who is on call, who came across it."""
        if self.incident.acknowledged_by:
            return self.incident.acknowledged_by
        events = [entry.event for entry in self.entries]
        paged = [x.person for x in events if isinstance(x, e.Paged)]
        told = [x.person for x in events if isinstance(x, e.Notified)]
        at = self.entries[-1].at if self.entries else self.start
        on_call = [p.id for name in self.policy.on_call for p in self.bindings.reach(name, at)]
        return (paged or told or on_call or ["somebody"])[0]

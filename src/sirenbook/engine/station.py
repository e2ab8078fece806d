"""One running process: the engine with its passes, and all that pages, the API and the command line ask of it."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.changes import Changes
from sirenbook.engine.checks import Checker
from sirenbook.engine.clock import SystemClock
from sirenbook.engine.delivery.dispatch import Dispatcher
from sirenbook.engine.handle import Engine, UnknownIncident, context_of, handle, open_incident
from sirenbook.engine.intake.receive import Receiver
from sirenbook.engine.links import Links
from sirenbook.engine.policies.reading import Loaded
from sirenbook.engine.status import customers
from sirenbook.engine.steps.desk import Desk
from sirenbook.engine.steps.run_steps import Stepper
from sirenbook.engine.steps.snapshot import snapshot
from sirenbook.incident.context import Context
from sirenbook.incident.core import Decision
from sirenbook.incident.intake import service_of
from sirenbook.incident.steps.attack import must_keep
from sirenbook.incident.steps.runbooks import changes
from sirenbook.incident.updates.outward import standing_for
from sirenbook.model.bindings import Bindings
from sirenbook.model.command import ChooseRunbook, Command, Open, RunStep, Tell
from sirenbook.model.event import Moved, Opened
from sirenbook.model.incident import Incident
from sirenbook.model.update_event import UpdateGiven
from sirenbook.store.accounts import Accounts
from sirenbook.store.chats import Chats
from sirenbook.store.contacts import Contacts
from sirenbook.store.identities import Identities
from sirenbook.store.letters import Letters
from sirenbook.store.overrides import Overrides
from sirenbook.store.passkeys import Passkeys
from sirenbook.store.practices import Practices
from sirenbook.store.queries import Ages, Queries
from sirenbook.store.settings import Settings
from sirenbook.store.status import Status

LATEST_PASS = 10.0
"""Seconds by which the pass of the clock may be late before /health says so."""
LATEST_DELIVERY = 30.0
"""Seconds by which a message may wait before /health says so."""
LATEST_TAKEN = timedelta(seconds=20)
"""For how long every page may have been tried in vain before /health says so."""


class Health(Struct, frozen=True):
    """Whether pages flow, and if not, why: in words for a person and as figures."""

    ok: bool
    faults: tuple[str, ...]
    ages: Ages | None = None
    open_circuits: tuple[str, ...] = ()


class Address(Struct, frozen=True):
    """How people reach this process: as `up` was told, else as the bindings say, else its own address."""

    given: str | None = None
    own: str | None = None

    def url(self, bindings: Bindings) -> str | None:
        """The address under these bindings; None where nothing is known."""
        return self.given or bindings.public_url or self.own


class Station(Struct):
    """What one process runs and offers.

    `number` is the version of the playbook that it runs by; `behind` says why it does not run by a newer one.
    """

    engine: Engine
    clock: SystemClock
    receiver: Receiver
    dispatcher: Dispatcher
    stepper: Stepper
    queries: Queries
    settings: Settings
    accounts: Accounts
    identities: Identities
    passkeys: Passkeys
    overrides: Overrides
    letters: Letters
    practices: Practices
    status: Status
    contacts: Contacts
    links: Links
    changes: Changes
    desk: Desk
    chats: Chats
    checker: Checker
    loaded: Loaded
    home: Path
    node: str
    started_at: datetime
    number: int = 0
    address: Address = Address()
    behind: str = ""
    on_rebound: Callable[[], None] | None = None
    """Who is told, beside the engine, that other bindings are in force."""

    def now(self) -> datetime:
        """The present instant, as all nodes see it."""
        return self.engine.clock.now()

    def context(self, incident: Incident) -> Context:
        """What a decision about this incident looks at now; its policy must be loaded (see `policy_of`)."""
        return self.engine.books.context(incident, self.now())

    async def policy_of(self, incident: Incident) -> Context:
        """The same, loading the incident's policy first where this process has not met it yet."""
        return await context_of(self.engine, incident)

    async def command(self, incident_id: int, command: Command, once: str = "") -> Decision:
        """Carry out a command. Raises UnknownIncident, Refused or Away; Repeated for a name (`once`) heard before.

        Where an incident may be an attack, the evidence is put by before a step changes anything.
        """
        if isinstance(command, RunStep) and await self._needs_evidence(incident_id, command):
            await self.keep_evidence(incident_id, command.by)
        if isinstance(command, ChooseRunbook):
            command = replace(command, labels=await self._labels(incident_id))
        if isinstance(command, Tell) and command.components is None:
            command = replace(command, components=await self.affected(incident_id))
        if isinstance(command, Tell) and not command.posted:
            broken = await asyncio.to_thread(customers.broken, self.engine.books.bindings, self.home)
            command = replace(command, broken=broken)
        return await handle(self.engine, incident_id, command, once)

    async def affected(self, incident_id: int) -> tuple[str, ...]:
        """The components of the status page that an incident affects: as was told last, else by its services."""
        bindings = self.engine.books.bindings
        if bindings.status is None:
            return ()
        services: set[str] = set()
        for entry in reversed(await self.status.story(incident_id)):
            if isinstance(entry.event, UpdateGiven) and (entry.event.page or entry.event.lists):
                return tuple(c.name for c in bindings.status.components if c.name in entry.event.components)
            if isinstance(entry.event, Opened | Moved) and not services:
                services = {entry.event.service}
        alerts = await self.queries.alerts(incident_id, 50)
        services |= {service_of(bindings, line.alert.labels) for line in alerts}
        return standing_for(bindings, services)

    async def keep_evidence(self, incident_id: int, by: str) -> Decision:
        """Put by what steps wrote and alerts said so far. Raises UnknownIncident or Away."""
        try:
            command = await snapshot(self.queries, self.settings, incident_id, by, self.now())
        except LookupError as unknown:
            raise UnknownIncident(str(unknown.args[0])) from unknown
        return await handle(self.engine, incident_id, command)

    async def _labels(self, incident_id: int) -> dict[str, str]:
        """The labels of the incident's newest alert, which fill in parameters."""
        alerts = await self.queries.alerts(incident_id, 1)
        return alerts[0].alert.labels if alerts else {}

    async def _needs_evidence(self, incident_id: int, command: RunStep) -> bool:
        row = await self.queries.incident(incident_id) if not command.dry else None
        if row is None:
            return False
        context = await self.policy_of(row.incident)
        return must_keep(context, row.incident) and changes(context, row.incident, command.step)

    async def declare(self, command: Open, once: str = "") -> Decision:
        """Open an incident by hand. Raises KeyError for a severity that the playbook does not have, or Away.

        Raises Repeated for a name (`once`) that was heard before.
        """
        self.engine.books.policy.severity(command.severity)
        return await open_incident(self.engine, command, once)

    async def health(self) -> Health:
        """Whether pages flow: the database answers, the passes are on time, nothing is stuck. Raises Away."""
        ages = await self.queries.ages(self.now())
        faults = []
        if ages.overdue_wake > LATEST_PASS:
            faults.append(f"the pass of the clock is {ages.overdue_wake:.0f} s late")
        if ages.overdue_outbox > LATEST_DELIVERY:
            faults.append(f"a message has waited {ages.overdue_outbox:.0f} s to be sent")
        if ages.stuck:
            faults.append(f"{ages.stuck} unacknowledged incidents have no future deadline")
        dry = self.dispatcher.outflow.lately_dry(self.now())
        if dry is not None and ages.unacknowledged and self.now() - dry > LATEST_TAKEN:
            faults.append(f"no channel has taken a page since {dry:%H:%M:%S} UTC")
        if self.behind:
            faults.append(self.behind)
        return Health(not faults, tuple(faults), ages, tuple(self.dispatcher.open_circuits))


def fresh_secret() -> str:
    """A new random secret: for tokens, sessions and one-time links."""
    return secrets.token_urlsafe(32)

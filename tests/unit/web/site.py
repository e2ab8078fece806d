"""A whole site for tests: a real station on a real database in a thread of its own, asked over ASGI."""

import asyncio
import random
import re
import threading
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from sirenbook.engine import passes, wake
from sirenbook.engine.checks import Checker
from sirenbook.engine.clock import SystemClock
from sirenbook.engine.delivery.dispatch import Dispatcher
from sirenbook.engine.delivery.reception import Reception
from sirenbook.engine.handle import Engine, Signals
from sirenbook.engine.intake.receive import Receiver
from sirenbook.engine.links import Links
from sirenbook.engine.policies.books import Books
from sirenbook.engine.policies.reading import Loaded, load
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.policies.versions import Wish, following, keep
from sirenbook.engine.station import Station
from sirenbook.engine.steps.desk import Desk
from sirenbook.engine.steps.run_steps import Stepper
from sirenbook.model.bindings import Bindings, ContactMethod, Person
from sirenbook.model.check import Check, Seen
from sirenbook.model.command import Open
from sirenbook.model.criteria import Criterion
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.intent import Notification, Receipt
from sirenbook.model.policy import Clock, Level, Policy, Severity, Template
from sirenbook.model.promise import Duty, Outlet, Placeholder, Promise, Role, SecurityRule, Use
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Link, Readiness
from sirenbook.store.accounts import Accounts
from sirenbook.store.chats import Chats
from sirenbook.store.checks import Checks
from sirenbook.store.contacts import Contacts
from sirenbook.store.identities import Identities
from sirenbook.store.letters import Letters
from sirenbook.store.overrides import Overrides
from sirenbook.store.passkeys import Passkeys
from sirenbook.store.postgres import PostgresLedger
from sirenbook.store.practices import Practices
from sirenbook.store.queries import Queries
from sirenbook.store.runners import Runners
from sirenbook.store.settings import Settings
from sirenbook.store.status import Status
from sirenbook.web.app import create_app
from unit.incident.grounds import DELETE, DESCRIBE, PODS, SCALE, SHELL, ground, runbook

Answer = TypeVar("Answer")
ORIGIN = "http://sirenbook.test"
ADMIN, INTAKE, READ = "admin-canary-5ecret", "intake-canary-5ecret", "read-canary-5ecret"

PLAYBOOK = """# Incident response at Harbour Freight Booking

## Severity levels

| Level | Response | Updates |
|---|---|---|
| P1 Critical: bookings fail for everybody | 5 minutes | every 15 minutes |
| P2 High: one region or one carrier is down | 15 minutes | every 30 minutes |
| P3 Low: a workaround exists | 4 hours | at resolution |

## Escalation

- At once: the primary and the secondary on-call are paged.
- After 30 minutes without a resolution: + Engineering Manager
- After 1 hour without a resolution: + VP Engineering
- After 2 hours: + CTO

<script>alert("the text is data")</script>
"""


def at(line: int) -> Provenance:
    """The place of a line of the playbook."""
    return Provenance("playbook.md", line, PLAYBOOK.splitlines()[line - 1])


def clock(seconds: int, line: int) -> Clock:
    return Clock(seconds, at(line))


LINKS = (
    Link("Bookings", "dashboard", at(13), "https://grafana.ferry.example/d/bookings"),
    Link("Bookings by hand", "logs", at(14), command="kubectl logs -l app=bookings"),
    Link("Bookings elsewhere", "documentation", at(15), "javascript:alert(1)"),
    Link("Weather", "dashboard", at(16), "https://weather.example"),
)
DOWN = Criterion(at(8), "one carrier is down")


def status_page() -> Template:
    text = "Bookings are disturbed since [TIME] UTC: [IMPACT].\nWe write again at [NEXT UPDATE] UTC."
    blanks = tuple(
        Placeholder(name, text.index(f"[{name}]"), text.index(f"[{name}]") + len(name) + 2, 8, zone=zone)
        for name, zone in (("TIME", "UTC"), ("IMPACT", ""), ("NEXT UPDATE", "UTC"))
    )
    names = tuple(b.name for b in blanks)
    return Template("Status page", text, names, at(8), "status page", "public", "start", (), blanks, (8, 8))


def policy(**changes: Any) -> Policy:
    severities = (
        Severity("P1", 0, at(7), "Critical", response=clock(300, 7), update=clock(900, 7), words=(at(7),)),
        Severity("P2", 1, at(8), "High", response=clock(900, 8), update=clock(1800, 8), criteria=(DOWN,)),
        Severity("P3", 2, at(9), "Low", response=clock(14400, 9)),
    )
    levels = (
        Level("first", None, 0, ("Primary on-call", "Secondary on-call"), "acknowledged", at(13)),
        Level("manager", "P1", 1800, ("Engineering Manager",), "resolved", at(14)),
        Level("vp", "P1", 3600, ("VP Engineering",), "resolved", at(15)),
        Level("cto", "P1", 7200, ("CTO",), "resolved", at(16), manner="notify"),
    )
    fields = {
        "digest": "d1gest0f0ne",
        "title": "Incident response at Harbour Freight Booking",
        "files": ("playbook.md",),
        "severities": severities,
        "levels": levels,
        "on_call": ("Primary on-call",),
        "on_call_why": at(13),
        "runbooks": (runbook("Bookings fail", PODS, DESCRIBE, SCALE, DELETE, SHELL, line=12),),
        "templates": (status_page(),),
        "promises": (Promise("customers", "must", at(7), ("P1",), first=clock(1800, 7), every=clock(3600, 7)),),
        "security": (SecurityRule("approval before external words", at(16), ("VP Engineering",)),),
        "roles": (Role("Harbour Master", "commander", at(13), (Duty("decides", at(13)),)),),
        "outlets": (Outlet("status page", "status.harbour.example", (Use(at(8), "public"),)),),
        "readiness": Readiness(links=LINKS),
        "questions": (Question("watch", "When does an incident resolve by itself?", "never", at(12)),),
    }
    return Policy(**{**fields, **changes})


def bindings() -> Bindings:
    def person(id_: str, name: str) -> Person:
        return Person(id_, name, (ContactMethod("quiet", f"{id_}@example.org"),))

    people = [
        person("mira", "Mira Kovač"),
        person("jonas", "Jonas Dahl"),
        person("ines", "Inés Ortega"),
        person("tom", "Tom Baker"),
    ]
    return Bindings(
        people={p.id: p for p in people},
        targets={
            "primary on-call": ("mira",),
            "secondary on-call": ("jonas",),
            "engineering manager": ("ines",),
            "vp engineering": ("tom",),
        },
        fallback=("tom",),
    )


def by_hand() -> Loaded:
    """The playbook as a test needs it, whatever the reader makes of such texts."""
    found = (Diagnostic("SB103", "warning", "2 hours of what?", "say on which clock", at(16)),)
    return Loaded(Texts({"playbook.md": PLAYBOOK}), policy(), bindings(), found)


class QuietChannel:
    """Accepts everything, sends nothing."""

    name = "quiet"

    async def send(self, notification: Notification) -> Receipt:
        return Receipt("accepted")

    async def close(self) -> None: ...


class Site:
    """The site, asked from a test's own thread; `ahead` moves its clock."""

    def __init__(
        self, dsn: str, base_url: str = ORIGIN, home: Path = Path("/nonexistent"), texts: Texts | None = None
    ) -> None:
        self.dsn, self.base_url, self._home, self._texts = dsn, base_url, home, texts
        self.loop = asyncio.new_event_loop()
        self.ground = ground()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._tasks: list[asyncio.Task[Any]] = []
        self._stack = AsyncExitStack()

    def run(self, work: Awaitable[Answer]) -> Answer:
        async def whole() -> Answer:
            return await work

        return asyncio.run_coroutine_threadsafe(whole(), self.loop).result(60)

    def start(self) -> "Site":
        self._thread.start()
        self.run(self._start())
        return self

    def stop(self) -> None:
        self.run(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)

    async def _start(self) -> None:
        pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            self.dsn, min_size=1, max_size=6, timeout=3, kwargs={"autocommit": True}, open=False
        )
        await self._stack.enter_async_context(pool)
        self.pool = pool
        ledger = PostgresLedger(pool)
        settings = Settings(ledger)
        now = datetime.fromtimestamp(1_700_000_000, UTC)
        loaded = load(self._texts) if self._texts else by_hand()
        await keep(settings, following(None, loaded, Wish(loaded.texts, "robot", "up"), now), loaded)
        clock_ = SystemClock(now)
        books = Books(loaded.policy, loaded.bindings, self.ground)
        engine = Engine(ledger, clock_, books, Signals(), settings.policy)
        links = Links(b"k" * 32, self.base_url)
        receiver = Receiver(engine)
        self.sights: dict[str, Seen] = {}

        async def look(check: Check, now: datetime) -> Seen:
            return self.sights.get(check.name, Seen(True, "it answers"))

        self.station = Station(
            engine=engine,
            clock=clock_,
            receiver=receiver,
            dispatcher=Dispatcher(engine, {"quiet": QuietChannel()}, links, "test", random.Random(1)),
            stepper=Stepper(engine),
            queries=Queries(ledger),
            settings=settings,
            accounts=Accounts(ledger),
            identities=Identities(ledger),
            passkeys=Passkeys(ledger),
            overrides=Overrides(ledger),
            letters=Letters(ledger),
            practices=Practices(ledger),
            status=Status(ledger),
            contacts=Contacts(ledger),
            links=links,
            changes=engine.signals.changes,
            desk=Desk(engine, Runners(ledger), b"k" * 32),
            chats=Chats(ledger),
            checker=Checker(engine, receiver, Checks(ledger), look),
            loaded=loaded,
            home=self._home,
            node="test:1",
            started_at=now,
            number=1,
        )
        self.station.dispatcher.belong(Reception(self.station))
        for secret, name, scope in (
            (ADMIN, "robot", "admin"),
            (INTAKE, "alertmanager", "intake"),
            (READ, "eye", "read"),
        ):
            await settings.add_token(secret, name, scope, now, restricted=secret == ADMIN)
        self.app = create_app(self.station)
        work = (
            self.station.receiver.commits.run(),
            self.station.dispatcher.receipts.run(),
            passes.for_ever("changes", lambda: passes.listen(self.station, self.dsn)),
        )
        with self.station.changes.subscribe() as heard:
            self._tasks = [asyncio.create_task(w) for w in work]
            await heard.get()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    def ahead(self, **amount: float) -> None:
        """Move the clock and let what is due happen."""

        async def move() -> None:
            self.station.clock.set(self.station.now() + timedelta(**amount))
            await wake.pass_(self.station.engine)

        self.run(move())

    def deliver(self) -> None:
        """Send what waits to be sent."""

        async def send() -> None:
            await self.station.dispatcher.pass_()
            await self.station.dispatcher.land()

        self.run(send())

    def declare(self, title: str = "Bookings fail", severity: str = "P1", **more: Any) -> int:
        command = Open(title=title, severity=severity, reason="seen", why=at(7), by="robot", **more)
        return self.run(self.station.declare(command)).incident.id

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """One request, as a program sends it."""

        async def send() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self.app)
            async with httpx2.AsyncClient(
                transport=transport, base_url=ORIGIN, cookies=more.pop("cookies", None)
            ) as http:
                return await http.request(method, path, **more)

        return self.run(send())

    def api(self, method: str, path: str, body: Any = None, token: str = ADMIN, **more: Any) -> httpx2.Response:
        return self.ask(method, path, json=body, headers={"Authorization": f"Bearer {token}"}, **more)

    def alert(self, *names: str, status: str = "firing", **labels: str) -> httpx2.Response:
        alerts = [{"status": status, "labels": {"alertname": n, "severity": "P1", **labels}} for n in names]
        return self.api("POST", "/in/alertmanager", {"version": "4", "alerts": alerts}, INTAKE)


class Browser:
    """A visitor who is logged in."""

    def __init__(self, site: Site, name: str = "Mira Kovač", role: str = "admin") -> None:
        from sirenbook.web.login import accounts

        async def enter() -> str:
            account = await site.station.accounts.add(name, role, site.station.now())
            return await accounts.open_session(site.station, account)

        self.site = site
        self.cookies = {"session": site.run(enter())}

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.site.ask("GET", path, cookies=self.cookies, **more)

    def token(self, path: str = "/") -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.get(path).text)
        assert found
        return found[1]

    def post(
        self, path: str, fields: dict[str, str], *, form_token: str | None = None, **headers: str
    ) -> httpx2.Response:
        token = self.token() if form_token is None else form_token
        sent = {"Origin": ORIGIN, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.site.ask("POST", path, data={"form_token": token, **fields}, cookies=self.cookies, headers=sent)


@contextmanager
def running(dsn: str, base_url: str = ORIGIN, **more: Any) -> Iterator[Site]:
    """A site for as long as a test needs it."""
    site = Site(dsn, base_url, **more).start()
    try:
        yield site
    finally:
        site.stop()

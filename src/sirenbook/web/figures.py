"""What /metrics tells: counts of this process, and the state of the installation at the moment of asking."""

from datetime import datetime, timedelta
from itertools import groupby

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from sirenbook.engine.measuring import items_open
from sirenbook.engine.people.practices import standings
from sirenbook.engine.people.reach import prove_here
from sirenbook.engine.station import Station
from sirenbook.incident.measures.accuracy import accuracy, tallied
from sirenbook.incident.measures.metrics import measure_asked

PROOF = timedelta(minutes=1)
"""For how long a proof of coverage, or a judgement of runbooks, is as good as new."""
LATELY = timedelta(days=90)
NOBODY = "SB330"
"""The finding of a time at which a severity pages nobody."""


class Figures:
    """The figures of one process, in a registry of their own."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        self.requests = Counter("sirenbook_requests", "Requests answered.", ["kind", "status"], registry=own)
        self.accepted = Counter("sirenbook_alerts_accepted", "Alerts committed.", registry=own)
        self.truncated = Counter("sirenbook_alerts_truncated", "Alerts their sender left out.", registry=own)
        self._deliveries = Counter(
            "sirenbook_deliveries", "Attempts to deliver a message.", ["channel", "outcome"], registry=own
        )
        # Plain numbers, because storms count here: added to the counters when somebody asks.
        self.requests_taken = self.alerts_taken = 0
        self.last_alert_at: datetime | None = None
        self._incidents = Gauge("sirenbook_incidents_open", "Open incidents.", ["severity"], registry=own)
        self._gaps = Gauge(
            "sirenbook_coverage_gap_seconds",
            "Of the next seven days, time with nobody.",
            ["severity"],
            registry=own,
        )
        self._findings = Gauge(
            "sirenbook_coverage_findings",
            "Findings on the next seven days.",
            ["code"],
            registry=own,
        )
        self._accuracy = Gauge(
            "sirenbook_runbook_accuracy_ratio",
            "Steps of 90 days that did what they say.",
            ["runbook"],
            registry=own,
        )
        self._wanted = Gauge(
            "sirenbook_runbook_accuracy_target_ratio",
            "What the playbook wants of all runbooks.",
            ["severity"],
            registry=own,
        )
        self._check_up = Gauge("sirenbook_check_up", "1 while a check is not down.", ["check"], registry=own)
        self._check_seconds = Gauge(
            "sirenbook_check_seconds", "How long the last look took.", ["check"], registry=own
        )
        self._judged_at: datetime | None = None
        self._proven_at: datetime | None = None
        self._gauges = {name: Gauge(f"sirenbook_{name}", text, registry=own) for name, text in _GAUGES.items()}

    def count(self, kind: str, status: int) -> None:
        """Count one answer."""
        self.requests.labels(kind, str(status)).inc()

    def _catch_up(self, station: Station) -> None:
        for (channel, outcome), count in station.dispatcher.attempts.items():
            self._deliveries.labels(channel or "none", outcome).inc(count)
        station.dispatcher.attempts.clear()
        self.requests.labels("intake", "202").inc(self.requests_taken)
        self.accepted.inc(self.alerts_taken)
        self.requests_taken = self.alerts_taken = 0

    async def text(self, station: Station) -> bytes:
        """Everything in Prometheus' own format. Raises Away."""
        self._catch_up(station)
        ages = await station.queries.ages(station.now())
        items, overdue = await items_open(station)
        self._incidents.clear()
        for severity in station.engine.books.policy.severities:
            self._incidents.labels(severity.name).set(0)
        for name, count in (await station.queries.open_by_severity()).items():
            self._incidents.labels(name).set(count)
        await self._prove(station)
        await self._judge(station)
        await self._look(station)
        values = {
            "incidents_unacknowledged": ages.unacknowledged,
            "incidents_stuck": ages.stuck,
            "pass_lateness_seconds": ages.overdue_wake,
            "outbox_age_seconds": ages.overdue_outbox,
            "outbox_depth": ages.waiting,
            "intake_waiting": station.receiver.commits.depth,
            "circuits_open": len(station.dispatcher.open_circuits),
            "pages_watching": station.changes.count,
            "action_items_open": items,
            "action_items_overdue": overdue,
            "practices_overdue": sum(s.overdue(station.now()) for s in await standings(station)),
        }
        for name, value in values.items():
            self._gauges[name].set(value)
        return generate_latest(self.registry)

    async def _prove(self, station: Station) -> None:
        """Who is on call in the next seven days, proven anew every minute at most."""
        now = station.now()
        if self._proven_at is not None and now - self._proven_at < PROOF:
            return
        self._proven_at = now
        proof = await prove_here(station, 1)
        self._gaps.clear()
        self._findings.clear()
        for severity in station.engine.books.policy.severities:
            self._gaps.labels(severity.name).set(0)
        for code, severity_, seconds in ((f.code, f.severity, f.seconds) for f in proof.findings):
            self._findings.labels(code).inc()
            if code == NOBODY:
                self._gaps.labels(severity_).inc(seconds)

    async def _judge(self, station: Station) -> None:
        """How often the steps of each runbook did what they say, beside the playbook's own target."""
        now = station.now()
        if self._judged_at is not None and now - self._judged_at < PROOF:
            return
        self._judged_at = now
        events = await station.queries.step_events(now - LATELY)
        tallies = tallied([e for _, e in told] for _, told in groupby(events, key=lambda pair: pair[0]))
        self._accuracy.clear()
        self._wanted.clear()
        for title in ("", *dict.fromkeys(t.runbook for t in tallies)):
            share = accuracy(t for t in tallies if title in ("", t.runbook))
            if share is not None:
                self._accuracy.labels(title).set(share)
        for metric in station.engine.books.policy.metrics:
            if measure_asked(metric) == "accuracy":
                self._wanted.labels(metric.severity or "").set(metric.value / 100)

    async def _look(self, station: Station) -> None:
        """How every check stands that was looked at."""
        self._check_up.clear()
        self._check_seconds.clear()
        for line in await station.checker.lines():
            if not line.hindrance and line.stand.looked_at is not None:
                self._check_up.labels(line.check.name).set(line.stand.standing != "down")
                self._check_seconds.labels(line.check.name).set(line.stand.seconds)


_GAUGES = {
    "incidents_unacknowledged": "Open incidents that nobody has acknowledged.",
    "incidents_stuck": "Unacknowledged incidents without a future deadline; above 0 is a defect.",
    "pass_lateness_seconds": "By how much the most overdue incident is late.",
    "outbox_age_seconds": "By how much the most overdue message is late.",
    "outbox_depth": "Messages that wait to be sent.",
    "intake_waiting": "Requests of alerts that wait for their commit.",
    "circuits_open": "Providers that are left alone because they failed repeatedly.",
    "action_items_open": "Action items that are neither done nor dropped.",
    "action_items_overdue": "Action items that are open and past their date.",
    "practices_overdue": "Practices of the playbook whose time has passed.",
    "pages_watching": "Browsers that follow changes live.",
}

"""The faults that can be switched on, as data: what each one does to the platform, and which repairs end it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sirenbook.model.policy import Policy
from sirenbook.model.procedure import Runbook

Cure = Literal[
    "rolled back", "restarted", "scaled", "memory", "deleted", "fallback", "reissued", "flushed", "sessions ended",
    "queries ended", "revoked", "restored",
]  # fmt: skip
Look = Literal["", "crash", "oom", "unready"]
Trouble = Literal["", "sessions", "slow", "lock", "break-in", "loss"]

REPAIRS: dict[Cure, str] = {
    "rolled back": r"rollout undo",
    "restarted": r"rollout restart",
    "scaled": r"kubectl scale",
    "memory": r"set resources|patch .*memory",
    "deleted": r"delete pod\b",
    "fallback": r"set env .*(?:FALLBACK|CACHE)",
    "reissued": r"delete certificate",
    "flushed": r"FLUSHALL",
    "sessions ended": r"pg_terminate_backend",
    "queries ended": r"(?s)pg_terminate_backend(?!.*state = 'idle')",
    "revoked": r"UPDATE api_keys|UPDATE users",
    "restored": r"pg_restore",
}
"""How each repair stands in a runbook."""


@dataclass(frozen=True)
class Fault:
    """One fault: what it strikes (the first workload whose name fits), how that shows, and what ends it.

    `shown` is what a runbook must ask to see it, where any runbook of that name would not do. `errors` is the share
    of requests that fail, `latency` the seconds that the slow ones take, `cpu` and `memory` shares of the limits.
    `release` makes it the work of a new release; `one` strikes a single pod. `database` is what it does to the real
    database.
    """

    name: str
    summary: str
    strikes: str
    answers: str
    alert: str
    cures: tuple[Cure, ...]
    lines: tuple[str, ...]
    look: Look = ""
    errors: float = 0.0
    latency: float = 0.08
    cpu: float = 0.2
    memory: float = 0.4
    release: bool = False
    one: bool = False
    database: Trouble = ""
    shown: str = ""


FRONT = r"gateway|^api|orchestrator|weaver|web|front"
FAULTS = (
    Fault(
        "bad-release", "The newest release crashes at its start.", FRONT,
        r"service ?down|outage|error ?rate", "ServiceDown", ("rolled back",),
        ("ERROR start-up failed: missing setting PAYMENTS_URL (500)",
         "ERROR KeyError: 'PAYMENTS_URL' in app/main.py",
         "FATAL exiting with status 1"),
        look="crash", errors=0.92, latency=0.3, release=True,
    ),
    Fault(
        "crashed-pod", "One pod hangs: it runs, but is not ready.", FRONT,
        r"service ?down|outage|error ?rate|service recovery|restart", "ServiceDown", ("deleted", "restarted"),
        ("ERROR worker thread does not answer, GET /health 503", "ERROR deadlock suspected in session cache"),
        look="unready", errors=0.34, latency=9.8, one=True,
    ),
    Fault(
        "overload", "Three times the usual traffic: the pods have too little CPU.", FRONT,
        r"response ?time|latency|resource|service ?down|outage", "HighResponseTime", ("scaled",),
        ("WARN request took 4.81 s GET /v1/search 200", "ERROR timeout after 5.00 s GET /v1/search 504"),
        errors=0.07, latency=4.8, cpu=0.97,
    ),
    Fault(
        "out-of-memory", "The pods need more memory than their limit and are killed.", FRONT,
        r"memory|oom", "CriticalMemoryUsage", ("memory",),
        ("WARN heap at 97% of the limit", "ERROR cannot allocate 64 MiB, GET /v1/report 500"),
        look="oom", errors=0.4, latency=2.1, memory=0.99,
    ),
    Fault(
        "pool-exhausted", "Sessions that are never given back use up the database's connections.", FRONT,
        r"connection|pool|error ?rate", "DatabaseConnectionPoolExhausted",
        ("sessions ended", "restarted"),
        ('ERROR FATAL: too many connections for role "app", connection refused (500)',
         "ERROR timeout waiting for a connection from the pool GET /v1/items 503"),
        errors=0.55, latency=5.0, database="sessions",
    ),
    Fault(
        "slow-queries", "A report without an index keeps the database busy for minutes.", FRONT,
        r"slow|quer|database performance|connection|response ?time", "SlowDatabaseQueries", ("queries ended",),
        ("WARN query took 412.70 s: select count(*) from workflows", "ERROR timeout GET /v1/report 504"),
        errors=0.05, latency=6.4, database="slow", shown=r"query_start|pg_stat_statements|logs",
    ),
    Fault(
        "blocked-table", "One forgotten transaction holds a lock that others wait for.", FRONT,
        r"block|lock|database performance|slow ?database", "DatabaseLocked", ("queries ended",),
        ("ERROR canceling statement due to lock timeout POST /v1/items 500",
         "WARN waiting for a row lock for 380 s"),
        errors=0.2, latency=8.0, database="lock", shown=r"pg_locks|pg_blocking|logs",
    ),
    Fault(
        "provider-down", "The model provider answers 503.", r"agent|pipeline|runtime|worker|engine",
        r"execution|agent|third|external|pipeline|provider|workflow", "ExecutionFailures", ("fallback",),
        ("ERROR execution failed: run failed, provider answered 503 after timeout",
         "ERROR connection refused by upstream model provider (503)"),
        errors=0.6, latency=3.0,
    ),
    Fault(
        "engine-down", "A workflow engine does not answer.", r"langflow|n8n|engine|worker|pipeline",
        r"workflow|pipeline|execution|engine", "WorkflowExecutionFailureRate", ("restarted", "scaled", "deleted"),
        ("ERROR execution failed: engine does not answer, connection refused (503)",
         "ERROR queue is full: 1000 waiting"),
        look="unready", errors=0.7, latency=3.0,
    ),
    Fault(
        "graph-down", "The graph database cannot finish its recovery.", r"neo4j|graph|mongo|elastic",
        r"neo4j|graph", "GraphDatabaseDown", ("restarted", "memory"),
        ("ERROR transaction log recovery failed at 87%", "ERROR page cache too small, giving up"),
        look="crash", errors=1.0, latency=5.0,
    ),
    Fault(
        "certificate-expired", "The certificate of the public address has expired.", FRONT,
        r"certificate|ssl|tls", "CertificateExpired", ("reissued",),
        ("ERROR TLS handshake: certificate has expired",), errors=0.98,
    ),
    Fault(
        "signing-key", "Tokens are checked with a key that was replaced.", r"auth|gateway|^api",
        r"jwt|auth|token", "HighAuthFailures", ("restarted", "rolled back"),
        ("ERROR jwt: invalid signature, token refused 401", "WARN auth failed: unknown key id k-2"),
        errors=0.5,
    ),
    Fault(
        "cache-corrupt", "The cache returns what it should have forgotten.", r"redis|cache",
        r"cache|response ?time", "CacheCorrupt", ("flushed", "restarted"),
        ("ERROR bad value for key session:1841", "WARN hit rate 3%"), errors=0.15, latency=2.4,
    ),
    Fault(
        "break-in", "Somebody uses a stolen API key and tries passwords.", FRONT,
        r"security|breach|access|compromise", "SecurityEventSpike", ("revoked",),
        ("SECURITY audit: login failed for user 7 from 203.0.113.66",
         "SECURITY audit: api key 31 read 4096 records"),
        errors=0.02, database="break-in",
    ),
    Fault(
        "data-lost", "The workflows are gone from the database.", FRONT,
        r"database recovery|data loss|corrupt|restore", "DataLost", ("restored",),
        ("ERROR workflow 1042 does not exist GET /v1/workflows/1042 404",), errors=0.3, database="loss",
    ),
)  # fmt: skip
NAMED = {fault.name: fault for fault in FAULTS}


@dataclass(frozen=True)
class Exercise:
    """A fault to meet with a runbook: the alert that leads there, and where the command stands that ends it.

    `runbook` has it itself, `playbook` elsewhere (as for what all services have in common), `hand` nowhere: such a
    fault ends when somebody outside has done his part.
    """

    fault: Fault
    runbook: Runbook
    alert: str
    ended_by: Literal["runbook", "playbook", "hand"]


def exercises(policy: Policy, commands: Sequence[str] = ()) -> list[Exercise]:
    """Every pair of a runbook and a fault that it is about, those first that a command of the runbook ends."""
    found = [e for runbook in policy.runbooks for e in _of(policy, runbook, commands)]
    ways = ("runbook", "playbook", "hand")
    return sorted(found, key=lambda e: (ways.index(e.ended_by), list(NAMED).index(e.fault.name)))


def assigned(found: Sequence[Exercise]) -> dict[str, Exercise]:
    """One runbook for each fault, by the fault's name: as many runbooks as possible have one of their own."""
    chosen: dict[str, Exercise] = {}
    for each in found:
        if all(each.runbook is not other.runbook for other in chosen.values()):
            chosen.setdefault(each.fault.name, each)
    for each in found:
        chosen.setdefault(each.fault.name, each)
    return chosen


def _of(policy: Policy, runbook: Runbook, commands: Sequence[str]) -> Iterator[Exercise]:
    alert = next((a.name for a in policy.alerts if a.runbook == runbook.title), _name(runbook.title))
    own = [step.text for step in runbook.commands]
    for fault in FAULTS:
        if not re.search(fault.answers, f"{runbook.title} {alert}", re.IGNORECASE):
            continue
        if fault.shown and not re.search(fault.shown, " ".join(own)):
            continue
        if ends(own, fault):
            yield Exercise(fault, runbook, alert, "runbook")
        else:
            yield Exercise(fault, runbook, alert, "playbook" if ends(commands, fault) else "hand")


def ends(commands: Iterable[str], fault: Fault) -> bool:
    """Whether one of several commands ends a fault."""
    return any(mends(text, fault) for text in commands)


def mends(command: str, fault: Fault) -> bool:
    """Whether a command ends a fault: it is a repair, and of what the fault strikes."""
    text = command.replace("\\\n", " ")
    names = re.findall(r"(?:deployment|deploy|statefulset|sts)[/ ](<?[a-z][\w.-]*)", text)
    reaches = not names or any(n.startswith("<") or re.search(fault.strikes, n) for n in names)
    return reaches and any(re.search(REPAIRS[cure], text, re.IGNORECASE) for cure in fault.cures)


def _name(title: str) -> str:
    """An alert's name for a runbook that names none: `API Service Down` becomes `APIServiceDown`."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", title))

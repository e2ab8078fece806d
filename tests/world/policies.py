"""Random playbooks, already understood: policies and bindings as odd as real teams may write them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from sirenbook.model.bindings import Bindings, ContactMethod, Duty, Grouping, Person, fold
from sirenbook.model.hours import BusinessHours
from sirenbook.model.policy import AlertRule, Clock, Level, Manner, Policy, ReviewDeadline, Severity
from sirenbook.model.promise import (
    Appointment,
    Audience,
    Demand,
    Obligation,
    ObligationKind,
    Outlet,
    Promise,
    Role,
    SecurityRule,
    Use,
)
from sirenbook.model.provenance import Provenance
from sirenbook.model.rotation import Layer, Override, Rotation, Window
from sirenbook.model.status import Component, StatusPage

BEGAN = datetime(2026, 3, 6, 12, tzinfo=UTC)
"""When every world begins: on a Friday, two days before the clocks change in New York."""
CHANNELS = ("phone", "mail", "push")
UNKNOWN_CHANNEL = "pager"
"""A channel that people are bound to although no process has it open."""

NAMES = ("Engineer A", "Engineer B", "Team Lead", "VP Engineering", "DBA", "Support Desk")
STAFF = ("mira", "theo", "ana", "jun", "olu", "kai")
SERVICES = ("api", "db", "web", "queue")
ALERTS = ("HighErrorRate", "DiskFull", "PodCrashLooping", "LatencyHigh")
GRADES = ("critical", "warning", "info", "nonsense")
_ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata")
_AFTER = (0, 0, 60, 300, 600, 900, 1800, 3600, 14_400, 93_600, None)


def why(line: int, quote: str = "as written") -> Provenance:
    """A line of the random playbook."""
    return Provenance("playbook.md", line, quote)


def random_policy(rng: Random, number: int) -> Policy:
    """A valid policy; `number` makes its digest unique."""
    count = rng.randint(1, 5)
    scale = rng.choice(("P", "P", "SEV"))
    severities = tuple(_severity(rng, rank, scale) for rank in range(count))
    levels = [level for s in severities for level in _ladder(rng, s.name)]
    if rng.random() < 0.2:
        levels.append(_level(rng, "all.0", None))
    return Policy(
        digest=f"digest-{number}",
        title="A random playbook",
        files=("playbook.md",),
        severities=severities,
        levels=tuple(levels),
        on_call=(rng.choice(NAMES),),
        on_call_why=why(2),
        watch=_clock(rng, (120, 600, 1800), 0.0) if rng.random() < 0.7 else None,
        ack=_clock(rng, (30, 300, 900), 0.0) if rng.random() < 0.4 else None,
        backup=rng.choice(NAMES) if rng.random() < 0.4 else None,
        backup_why=why(3),
        restart_on_regrade=rng.random() < 0.8,
        reviews=_reviews(rng, severities),
        promises=tuple(_promise(rng, s.name) for s in severities if rng.random() < 0.4),
        outlets=(
            Outlet("status page", "status.example", (Use(why(61), "public"),)),
            Outlet("chat", "Team Lead", (Use(why(62)),)),
        ),
        security=(SecurityRule("approval before external words", why(63), (rng.choice(NAMES),)),)
        if rng.random() < 0.5
        else (),
        roles=(_captain(rng, severities),),
        obligations=tuple(_obligations(rng, severities)),
        demands=(Demand("resolution", ("root cause", "prevention"), why(69)),) if rng.random() < 0.5 else (),
        alerts=(AlertRule("DiskFull", why(4), severity=rng.choice(severities).name),),
    )


def _severity(rng: Random, rank: int, scale: str) -> Severity:
    return Severity(
        name=f"{scale}{rank}",
        rank=rank,
        label=("Critical", "High", "Medium", "Low", "Info")[rank],
        why=why(10 + rank),
        response=_clock(rng, (300, 900, 3600, 86_400), 0.1) if rng.random() < 0.6 else None,
        ack=_clock(rng, (120, 600, 1800), 0.0) if rng.random() < 0.3 else None,
        resolution=_clock(rng, (3600, 14_400, 3 * 86_400), 0.2) if rng.random() < 0.4 else None,
        update=_clock(rng, (1800, 3600, 86_400), 0.2) if rng.random() < 0.3 else None,
        words=(why(10 + rank, "Latency is high" if rank else "Pods are crash looping"),),
    )


def _reviews(rng: Random, severities: tuple[Severity, ...]) -> tuple[ReviewDeadline, ...]:
    """None to two reports that are due hours or days after the end, for all severities or one."""
    made = []
    for _ in range(rng.choice((0, 0, 1, 2))):
        only = (rng.choice(severities).name,) if rng.random() < 0.5 else ()
        made.append(ReviewDeadline("A report", _clock(rng, (3600, 43_200, 86_400, 172_800), 0.3), only))
    return tuple(made)


def _promise(rng: Random, severity: str) -> Promise:
    audience: Audience = rng.choice(("customers", "management", "internal"))
    if rng.random() < 0.15:
        return Promise("external", "never", why(65), (severity,))
    return Promise(
        audience,
        "must",
        why(66),
        (severity,),
        first=_clock(rng, (300, 1800, 7200), 0.1) if rng.random() < 0.7 else None,
        every=_clock(rng, (900, 3600), 0.0) if rng.random() < 0.6 else None,
        condition="if it is bad" if rng.random() < 0.1 else "",
    )


def _captain(rng: Random, severities: tuple[Severity, ...]) -> Role:
    """The one who leads: named by nobody, by a name of the playbook, by who comes first, or by somebody's word."""
    way = rng.choice(("", "name", "first", "by"))
    at = (rng.choice(severities).name,) if rng.random() < 0.5 else ()
    who = (rng.choice(NAMES),) if way == "name" else ()
    line = Appointment(why(67), at, who, first=way == "first", by=way == "by")
    return Role("Captain", "commander", why(64), appointments=(line,) if way else ())


def _obligations(rng: Random, severities: tuple[Severity, ...]) -> Iterator[Obligation]:
    """What some severities oblige to beside their clocks; a review in turn in the words of its line."""
    kinds: tuple[ObligationKind, ...] = (
        "all hands",
        "dedicated commander",
        "management at once",
        "periodic review",
    )
    for kind in kinds:
        if rng.random() < 0.25:
            yield Obligation(
                kind, (rng.choice(severities).name,), why(68, rng.choice(("Weekly review", "Reviewed")))
            )


def _clock(rng: Random, choices: tuple[int, ...], business: float) -> Clock:
    return Clock(rng.choice(choices), why(rng.randint(20, 40)), rng.random() < business)


def _ladder(rng: Random, severity: str) -> list[Level]:
    return [_level(rng, f"{severity}.{n}", severity) for n in range(rng.choice((0, 1, 1, 2, 2, 3, 4)))]


def _level(rng: Random, key: str, severity: str | None) -> Level:
    manner: Manner = rng.choices(("page", "notify", "ticket"), (15, 3, 2))[0]
    return Level(
        key=key,
        severity=severity,
        after=0 if key.endswith(".0") and rng.random() < 0.7 else rng.choice(_AFTER),
        who=tuple(rng.sample(NAMES, rng.randint(1, 2))),
        until=rng.choice(("acknowledged", "resolved")),
        why=why(rng.randint(41, 60)),
        manner=manner,
        business=rng.random() < 0.1,
    )


def random_bindings(rng: Random) -> Bindings:
    """People with none to three contact methods, names bound to some of them, to strangers, or to nobody."""
    people = {i: _person(rng, i) for i in rng.sample(STAFF, rng.randint(1, len(STAFF)))}
    targets = {}
    for name in NAMES:
        if rng.random() < 0.85:
            targets[fold(name)] = tuple(rng.sample((*people, "nobody"), rng.randint(1, min(2, len(people)))))
    rotations, overrides = _turns(rng, list(people))
    for name in targets if rotations else ():
        if rng.random() < 0.4:
            targets[name] = (Duty("desk", rng.choice((0, 0, 1, 2))),)
    return Bindings(
        people=people,
        rotations=rotations,
        overrides=overrides,
        targets=targets,
        fallback=tuple(rng.sample(STAFF, rng.randint(1, 2))) if rng.random() < 0.8 else (),
        severity_labels={"severity": {"critical": "P0", "warning": "P1"}} if rng.random() < 0.7 else {},
        service_labels=("service",),
        status=StatusPage("Status", (Component("api", ("api",)),)) if rng.random() < 0.5 else None,
        grouping=Grouping(("alertname", "service")),
        business_hours=BusinessHours(zone=rng.choice(_ZONES), days=rng.choice(((0, 1, 2, 3, 4), (6,), (0, 2)))),
    )


def _turns(rng: Random, people: list[str]) -> tuple[dict[str, Rotation], tuple[Override, ...]]:
    """Short turns, so that people change in the middle of incidents, with gaps and overrides; or no rotation."""
    if rng.random() < 0.4:
        return {}, ()
    zone, hours = rng.choice(_ZONES), rng.choice(((), (), (Window((0, 1, 2, 3, 4), 540, 1020),)))
    members = tuple(rng.sample(people, rng.randint(1, len(people))))
    layer = Layer(members, rng.choice((3600, 7200, 43_200, 86_400, 604_800)), datetime(2026, 1, 5, 9), zone, hours)
    overrides = []
    for number in range(rng.randint(0, 4)):
        begin = BEGAN + timedelta(minutes=rng.randint(-600, 14_400))
        end = begin + timedelta(minutes=rng.randint(1, 2880))
        away = rng.choice(("", "", rng.choice(people)))
        overrides.append(Override(number + 1, rng.choice(("", "desk")), rng.choice(people), begin, end, away))
    return {"desk": Rotation("desk", (layer,))}, tuple(overrides)


def _person(rng: Random, person_id: str) -> Person:
    count = rng.choices((0, 1, 2, 3), (1, 4, 4, 2))[0]
    methods = tuple(
        ContactMethod(
            channel=UNKNOWN_CHANNEL if rng.random() < 0.03 else rng.choice(CHANNELS),
            to=f"{person_id}-{n}",
            after=rng.choice((0, 30, 60, 60, 300)),
        )
        for n in range(count)
    )
    return Person(person_id, person_id.title(), methods)

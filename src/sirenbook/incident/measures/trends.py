"""The report of a month: every measure by severity and service, the months before, and what keeps coming back."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Literal

from msgspec import Struct

from sirenbook.incident.measures.accuracy import Tally, accuracy, tallied
from sirenbook.incident.measures.metrics import Compared, Figure, compared, figures
from sirenbook.incident.measures.timings import Timings
from sirenbook.model.policy import Policy

NIGHT_BEGINS, NIGHT_ENDS = 22, 7
MOST = 10
_NO_CAUSE = ("resolved by hand", "false alarm", "")

Kind = Literal["repeat alert", "false alarms", "repeat cause", "worst runbook", "noisy service"]


class Group(Struct, frozen=True):
    """The figures of the incidents that have one thing in common: a month, a severity, a service."""

    name: str
    figures: list[Figure]


class Pattern(Struct, frozen=True):
    """Something that keeps coming back, how often, and in which incidents."""

    kind: Kind
    what: str
    count: int
    detail: str
    incidents: list[int]


class Load(Struct, frozen=True):
    """How often one person was paged, and how often of that at night."""

    person: str
    pages: int
    at_night: int


class Night(Struct, frozen=True):
    """How many pages fell into one night, named by the day on which it ended."""

    morning: str
    pages: int


class Report(Struct, frozen=True):
    """One month whole; drills stand apart and count in nothing else."""

    month: str
    figures: list[Figure]
    targets: list[Compared]
    severities: list[Group]
    services: list[Group]
    months: list[Group]
    people: list[Load]
    nights: list[Night]
    patterns: list[Pattern]
    drills: list[Figure]


def month_of(at: datetime, zone: tzinfo) -> str:
    """The month of an instant as `2026-11`."""
    return f"{at.astimezone(zone):%Y-%m}"


def earlier(month: str, back: int) -> str:
    """The month so many months before another."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - back, 12)
    return f"{year:04}-{number + 1:02}"


def report(policy: Policy, all_: Sequence[Timings], month: str, months: int, zone: tzinfo) -> Report:
    """The report of a month, with so many months up to it for the trend; targets are those of the policy."""
    by_month: dict[str, list[Timings]] = defaultdict(list)
    drills = []
    for each in _detected_once(all_):
        assert each.opened_at is not None
        opened_in = month_of(each.opened_at, zone)
        if not each.drill:
            by_month[opened_in].append(each)
        elif opened_in == month:
            drills.append(each)
    now = by_month[month]
    order = {s.name: s.rank for s in policy.severities}
    return Report(
        month=month,
        figures=figures(now),
        targets=compared(policy, now),
        severities=_groups(now, lambda t: t.severity, lambda name: (order.get(name, 99), name)),
        services=_groups([t for t in now if t.service], lambda t: t.service, lambda name: (0, name)),
        months=[Group(m, figures(by_month[m])) for m in (earlier(month, b) for b in reversed(range(months)))],
        people=_people(now, zone),
        nights=_nights(now, zone),
        patterns=[*_repeats(now), *_false_alarms(now), *_causes(now), *_runbooks(now), *_noisy(now)],
        drills=figures(drills),
    )


def _detected_once(all_: Iterable[Timings]) -> Iterator[Timings]:
    """Takes the start of an alert from later incidents: one that fires on after its incident is found at once."""
    latest: dict[str, datetime] = {}
    for each in sorted(all_, key=lambda t: t.incident):
        before = latest.get(each.group) if each.group is not None else None
        if each.began_at is not None and before is not None and each.began_at <= before:
            each.began_at = None
        if each.group is not None and each.opened_at is not None:
            latest[each.group] = each.opened_at
        yield each


def _groups(
    incidents: Sequence[Timings], name_of: Callable[[Timings], str], order: Callable[[str], tuple[int, str]]
) -> list[Group]:
    found: dict[str, list[Timings]] = defaultdict(list)
    for each in incidents:
        found[name_of(each)].append(each)
    return [Group(name, figures(found[name])) for name in sorted(found, key=order)]


def _at_night(at: datetime, zone: tzinfo) -> bool:
    return not NIGHT_ENDS <= at.astimezone(zone).hour < NIGHT_BEGINS


def _people(incidents: Iterable[Timings], zone: tzinfo) -> list[Load]:
    pages, nights = Counter[str](), Counter[str]()
    for person, at in (p for t in incidents for p in t.pages):
        pages[person] += 1
        nights[person] += _at_night(at, zone)
    return [Load(person, count, nights[person]) for person, count in pages.most_common()]


def _nights(incidents: Iterable[Timings], zone: tzinfo) -> list[Night]:
    """The nights with pages, each named by its morning: two hours before midnight belong to the day after."""
    counts = Counter[str]()
    for _, at in (p for t in incidents for p in t.pages):
        if _at_night(at, zone):
            local = at.astimezone(zone)
            day = local.date().toordinal() + (local.hour >= NIGHT_BEGINS)
            counts[local.date().fromordinal(day).isoformat()] += 1
    return [Night(morning, count) for morning, count in sorted(counts.items())]


def _repeated(kind: Kind, found: dict[str, list[Timings]], least: int, detail: str) -> Iterator[Pattern]:
    often = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for what, incidents in often[:MOST]:
        if len(incidents) >= least:
            ids = [t.incident for t in incidents]
            yield Pattern(kind, what, len(ids), detail.format(len(ids)), ids)


def _by(incidents: Iterable[Timings], name_of: Callable[[Timings], str]) -> dict[str, list[Timings]]:
    found: dict[str, list[Timings]] = defaultdict(list)
    for each in incidents:
        if name := name_of(each):
            found[name].append(each)
    return found


def _alert(t: Timings) -> str:
    return f"{t.alert} · {t.service}" if t.alert and t.service else t.alert


def _repeats(incidents: Sequence[Timings]) -> Iterator[Pattern]:
    yield from _repeated("repeat alert", _by(incidents, _alert), 2, "opened {} incidents")


def _false_alarms(incidents: Sequence[Timings]) -> Iterator[Pattern]:
    false = [t for t in incidents if t.false_alarm]
    yield from _repeated("false alarms", _by(false, _alert), 1, "was a false alarm {} times")


def _causes(incidents: Sequence[Timings]) -> Iterator[Pattern]:
    """What people wrote as they resolved, where they wrote the same more than once."""
    said = [t for t in incidents if t.cause.strip().casefold() not in _NO_CAUSE]
    folded = _by(said, lambda t: " ".join(t.cause.split()).casefold())
    yield from _repeated("repeat cause", {x[0].cause: x for x in folded.values()}, 2, "ended {} incidents")


def _runbooks(incidents: Sequence[Timings]) -> Iterator[Pattern]:
    """The runbooks whose steps failed most, by share."""
    by_runbook: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallied([t.events for t in incidents]):
        by_runbook[tally.runbook].append(tally)
    shares = {name: accuracy(tallies) for name, tallies in by_runbook.items()}
    poor = sorted((share, name) for name, share in shares.items() if share is not None and share < 1)
    for share, name in poor[:MOST]:
        failed = sum(t.failed + t.wrong for t in by_runbook[name])
        yield Pattern("worst runbook", name, failed, f"{share * 100:.0f} % of its trials worked", [])


def _noisy(incidents: Sequence[Timings]) -> Iterator[Pattern]:
    """The services with the most pages."""
    by_service = _by(incidents, lambda t: t.service)
    loud = sorted(by_service.items(), key=lambda pair: (-sum(len(t.pages) for t in pair[1]), pair[0]))
    for service, told in loud[:MOST]:
        if len(told) > 1:
            pages = sum(len(t.pages) for t in told)
            detail = f"{pages} page{'s' * (pages != 1)} in {len(told)} incidents"
            yield Pattern("noisy service", service, pages, detail, [t.incident for t in told])

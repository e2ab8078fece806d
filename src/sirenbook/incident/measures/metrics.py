"""Judges a team's response by its own figures: every measure over many incidents, beside the playbook's target."""

import re
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, median
from typing import Literal, NamedTuple

from msgspec import Struct

from sirenbook.incident.measures.accuracy import accuracy, tallied
from sirenbook.incident.measures.timings import Timings
from sirenbook.incident.timeline import span
from sirenbook.model.policy import Metric, Policy
from sirenbook.model.provenance import Provenance

Unit = Literal["seconds", "percent", "count"]
Each = Callable[[Timings], float | None]


class Figure(Struct, frozen=True):
    """One measure: its mean (or share, or count) and median over `counted` incidents; None where none counts."""

    key: str
    name: str
    unit: Unit
    value: float | None
    median: float | None
    counted: int


class Compared(Struct, frozen=True):
    """A target of the playbook beside what was measured; `figure` is None for what is not measured here."""

    name: str
    op: str
    target: float
    unit: str
    severity: str | None
    why: Provenance
    figure: Figure | None
    met: bool | None


class _Measure(NamedTuple):
    """A measure, what it is of one incident, and the words by which playbooks ask for it."""

    key: str
    name: str
    unit: Unit
    of: Each
    asked: str


def _kept(value: bool | None) -> float | None:
    return None if value is None else 100.0 * value


_MEASURES = (
    _Measure(
        "detection",
        "Time to detect (MTTD)",
        "seconds",
        lambda t: t.detected,
        r"\bmttd\b|time to detect|detection time|time (?:until|before) detection",
    ),
    _Measure(
        "first_outside",
        "Time to the first word outside",
        "seconds",
        lambda t: t.first_outside,
        r"(?:customer|client|user|external|public)s?[\w -]*(?:update|communication|notification|message|informed)"
        r"|time to (?:inform|notify|tell) (?:customers|clients|users)",
    ),
    _Measure(
        "first_update",
        "Time to the first update",
        "seconds",
        lambda t: t.first_update,
        r"first (?:status )?(?:update|communication|notification|message)|time to (?:communicate|notify|inform)"
        r"|initial (?:update|communication|notification)",
    ),
    _Measure(
        "acknowledgement",
        "Time to acknowledge (MTTA)",
        "seconds",
        lambda t: t.acknowledged,
        r"\bmtta\b|time to (?:ack|acknowledge|acknowledgement|acknowledgment|respond|response|engage)\b"
        r"|acknowledge?ment time|(?:initial |first )?response time",
    ),
    _Measure(
        "recovery",
        "Time to recover (MTTR)",
        "seconds",
        lambda t: None if t.false_alarm else t.recovered,
        r"\bmttr\b|time to (?:recover|recovery|resolve|resolution|repair|restore|restoration|mitigate|fix)\b"
        r"|(?:resolution|recovery|restoration|repair) time",
    ),
    _Measure(
        "response",
        "Response times kept",
        "percent",
        lambda t: _kept(t.response_kept),
        r"(?:response|acknowledge?ment)[\w -]*\b(?:compliance|kept|within|met|adherence)",
    ),
    _Measure(
        "resolution",
        "Resolution targets kept",
        "percent",
        lambda t: _kept(t.resolution_kept),
        r"(?:resolution|recovery)[\w -]*\b(?:compliance|kept|within|met|adherence)"
        r"|resolved (?:with)?in (?:time|target|sla)",
    ),
    _Measure(
        "false_alarms",
        "False alarms",
        "percent",
        lambda t: 100.0 * t.false_alarm if t.over else None,
        r"false[ -](?:positives?|alarms?|alerts?)",
    ),
)
_CADENCE = r"(?:update|communication|cadence)s?[\w -]*\b(?:compliance|kept|on time|in time|adherence|cadence)"
_REVIEWS = (
    r"(?:post-?mortem|review|retro(?:spective)?)s?[\w -]*\b(?:completion|completed|compliance|on time|in time|held)"
)
_ITEMS = r"action items?[\w -]*\b(?:completion|completed|closed|closure|done)|completion of action items"
_OVERDUE = r"overdue action items?|action items? overdue"
_ACCURACY = r"runbooks?[\w -]*\b(?:accuracy|success|effectiveness)|accuracy of (?:the )?runbooks?"
_INCIDENTS = r"(?:number|count|amount) of incidents|incidents? (?:count|per month|a month)|monthly incidents"
_PAGES = r"pages? (?:per|a) (?:person|engineer|responder)|page (?:load|volume) per (?:person|engineer)"


def figures(incidents: Sequence[Timings]) -> list[Figure]:
    """Every measure over these incidents."""
    found = [_mean(m, incidents) for m in _MEASURES]
    shares = (
        share("cadence", "Updates in time", [(t.updates_kept, t.updates_missed) for t in incidents]),
        share("reviews", "Reviews in time", [(t.reviews_kept, t.reviews_missed) for t in incidents]),
        share("items", "Action items done", [(t.items_done, t.items - t.items_done) for t in incidents]),
    )
    return [*found, *shares, _accuracy(incidents), *_counts(incidents)]


def _mean(measure: _Measure, incidents: Sequence[Timings]) -> Figure:
    values = [v for t in incidents if (v := measure.of(t)) is not None]
    middle = median(values) if values and measure.unit == "seconds" else None
    return Figure(measure.key, measure.name, measure.unit, fmean(values) if values else None, middle, len(values))


def share(key: str, name: str, told: Iterable[tuple[int, int]]) -> Figure:
    """How much of something was well; each is how many times it was and how many times it was not."""
    counted = [pair for pair in told if sum(pair)]
    good, bad = sum(g for g, _ in counted), sum(b for _, b in counted)
    return Figure(key, name, "percent", 100.0 * good / (good + bad) if counted else None, None, len(counted))


def _accuracy(incidents: Iterable[Timings]) -> Figure:
    worked_by = [t.events for t in incidents if t.events]
    share = accuracy(tallied(worked_by))
    value = None if share is None else 100.0 * share
    return Figure(
        "accuracy", "Runbook accuracy", "percent", value, None, len(worked_by) if value is not None else 0
    )


def _counts(incidents: Sequence[Timings]) -> list[Figure]:
    pages = [person for t in incidents for person, _ in t.pages]
    people = len(set(pages))
    per_person = len(pages) / people if people else None
    count, overdue = len(incidents), sum(t.items_overdue for t in incidents)
    return [
        Figure("incidents", "Incidents", "count", float(count), None, count),
        Figure("items_overdue", "Action items overdue", "count", float(overdue), None, count),
        Figure("pages", "Pages", "count", float(len(pages)), None, count),
        Figure("pages_per_person", "Pages per person paged", "count", per_person, None, count if people else 0),
    ]


def compared(policy: Policy, incidents: Sequence[Timings]) -> list[Compared]:
    """Each target that the playbook states, beside what was measured for the severity that it names, or for all."""
    return [_compare(m, [t for t in incidents if m.severity in (None, t.severity)]) for m in policy.metrics]


def _compare(metric: Metric, incidents: Sequence[Timings]) -> Compared:
    key = measure_asked(metric)
    figure = next((f for f in figures(incidents) if f.key == key and f.unit == metric.unit), None)
    value = None if figure is None else _wanted(metric, figure)
    met = None
    if value is not None:
        met = value <= metric.value if metric.op == "<" else value >= metric.value
    return Compared(metric.name, metric.op, metric.value, metric.unit, metric.severity, metric.why, figure, met)


def _wanted(metric: Metric, figure: Figure) -> float | None:
    typical = re.search(r"\bmedian\b|\bp50\b", f"{metric.name} {metric.why.quote}", re.IGNORECASE)
    return figure.median if typical else figure.value


def measure_asked(metric: Metric) -> str | None:
    """The measure that a metric of the playbook means, None where it is none of ours.

    What the text spells out stands before the abbreviation: MTTR is a time to respond for some.
    """
    words = f"{metric.why.quote} ".replace("*", "")
    spelt_out = re.search(r"\(([^)]*)\)", metric.name) or re.search(r"\((mean [^)]*|average [^)]*)\)", words, re.I)
    asked = [spelt_out[1], metric.name] if spelt_out else [metric.name]
    if re.search(r"\bp9\d|\d(?:st|nd|rd|th) percentile|\bmax(?:imum)?\b|\bworst\b", metric.name, re.IGNORECASE):
        return None
    return next((key for text in asked if (key := _key_of(text, metric.unit)) is not None), None)


def _key_of(text: str, unit: str) -> str | None:
    others = (
        ("items", "percent", _ITEMS),
        ("reviews", "percent", _REVIEWS),
        ("cadence", "percent", _CADENCE),
        ("accuracy", "percent", _ACCURACY),
    )
    counts = (
        ("incidents", "count", _INCIDENTS),
        ("pages_per_person", "count", _PAGES),
        ("items_overdue", "count", _OVERDUE),
    )
    known = [(m.key, m.unit, m.asked) for m in _MEASURES]
    for key, its_unit, asked in (*known, *others, *counts):
        if its_unit == unit and re.search(asked, text, re.IGNORECASE):
            return key
    return None


def worded(value: float | None, unit: str) -> str:
    """A figure as people say it: `4 min 30 s`, `95 %`, `12`."""
    if value is None:
        return "no figure"
    if unit == "seconds":
        return span(round(value))
    if unit == "percent":
        return f"{value:.1f}".removesuffix(".0") + " %"
    return f"{value:.1f}".removesuffix(".0")


def verdict(compared_: Compared) -> str:
    """How a target of the playbook stands, in a few words."""
    if compared_.figure is None:
        return "not measured"
    return {None: "no figure yet", True: "met", False: "missed"}[compared_.met]


def aim(compared_: Compared) -> str:
    """A target as people say it: `at most 15 min for P0`."""
    bound = "at most" if compared_.op == "<" else "at least"
    severity = f" for {compared_.severity}" if compared_.severity else ""
    return f"{bound} {worded(compared_.target, compared_.unit)}{severity}"

"""Conditions are read from words in many spellings, and not from words that only look like one."""

import pytest

from sirenbook.model.criteria import Bounds
from sirenbook.model.measures import conditions, lasting, same, words_of


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Error rate > 10%", "error rate > 10 %"),
        ("error rate above 5 percent", "error rate > 5 %"),
        ("API error rate exceeds 5%", "api error rate > 5 %"),
        ("5xx rate ≥ 2%", "error rate ≥ 2 %"),
        ("Error rate 1-10%", "error rate 1–10 %"),
        ("Error rate between 1% and 10%", "error rate 1–10 %"),
        ("> 50% of requests failing", "error rate > 50 %"),
        ("more than 5% failed requests", "error rate > 5 %"),
        ("success rate below 95%", "success rate < 95 %"),
        ("more than 100 users", "users > 100"),
        ("100+ customers affected", "customers ≥ 100"),
        ("fewer than 10 users affected", "users < 10"),
        ("10–50 users", "users 10–50"),
        ("1,000 or more users", "users ≥ 1000"),
        ("single customer", "customer 1"),
        ("Number of affected users > 500", "users > 500"),
        ("queue depth above 10k", "queue depth > 10000"),
        ("queue backlog over 2 million", "queue depth > 2e+06"),
        ("p99 over 2 s for 5 minutes", "p99 latency > 2 s for 300 s"),
        ("p95 latency > 800ms", "p95 latency > 0.8 s"),
        ("99th percentile latency above 1.5 seconds", "p99 latency > 1.5 s"),
        ("latency > 5 seconds for 10 minutes", "latency > 5 s for 600 s"),
        ("Response times over 3 seconds", "latency > 3 s"),
        ("Significant performance degradation (> 3x normal latency)", "latency > 3x the normal"),
        ("1.5–3× normal latency", "latency 1.5–3x the normal"),
        ("latency more than 2x normal", "latency > 2x the normal"),
        ("replication lag exceeds 30 s", "replication lag > 30 s"),
        ("CPU usage at or above 95%", None),
        ("disk usage >= 90%", "disk usage ≥ 90 %"),
        ("error rate on checkout above 5%", "checkout error rate > 5 %"),
        ("up to 5 customers", "customers ≤ 5"),
        ("error rate > 5% over 10 minutes", "error rate > 5 % for 600 s"),
        ("100% of requests failing", "error rate ≥ 100 %"),
    ],
)  # fmt: skip
def test_what_is_read(text: str, told: str | None) -> None:
    assert [str(r.condition) for r in conditions(text)] == ([told] if told else [])


@pytest.mark.parametrize(
    "text",
    [
        "All users cannot log in", "P0-P3", "Tier 1-2 support", "See section 3", "24/7 coverage", "HTTP 503",
        "2024-11-26", "version 1.2", "Page the on-call engineer", "http://localhost:9090", "", "5", "> 5", "10 %",
        "Data loss", "Error rate is 12%",
    ],
)  # fmt: skip
def test_what_is_no_condition(text: str) -> None:
    assert conditions(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Error rate is 12.5%", "error rate 12.5 %"),
        ("The error rate on checkout is currently 12%", "error rate 12 %"),
        ("p99 latency of checkout is 2.3s", "p99 checkout latency 2.3 s"),
        ("Disk usage on node-3: 91%", "node-3 disk usage 91 %"),
        ("error rate dropped to 0.5%", "error rate 0.5 %"),
        ("error rate = 12%", "error rate 12 %"),
        ("p99 latency: 2.4s", "p99 latency 2.4 s"),
        ("users = 300", "users 300"),
        ("300 users affected", "users 300"),
        ("latency = 3x", "latency 3x the normal"),
        ("error rate > 5% for 10m", "error rate > 5 % for 600 s"),
        ("error rate = 12% for 10m", "error rate 12 % for 600 s"),
    ],
)
def test_what_an_alert_states(text: str, told: str | None) -> None:
    found = [str(r.condition) for r in conditions(text, stated=True)]
    assert found == ([told] if told else found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Error rate > 10%", ""),
        ("Issue affecting more than 100 users", ""),
        ("Pipeline processing failures affecting >50% of requests", "pipeline processing failures"),
        ("more than 100 users cannot log in", "cannot log"),
        ("Significant performance degradation (> 3x normal latency)", ""),
    ],
)
def test_what_must_be_true_besides(text: str, words: str) -> None:
    (reading,) = conditions(text)
    assert set(words.split()) <= set(reading.rest.split())
    assert bool(reading.rest) == bool(words)


def test_how_long() -> None:
    assert lasting("unavailable for more than 5 minutes") == 300
    assert lasting("respond within 5 minutes") is None


def test_names_in_any_spelling() -> None:
    assert words_of("error_rate") == words_of("errorRate") == words_of("error-rate") == "error rate"
    assert words_of("p99_latency") == "p99 latency"


@pytest.mark.parametrize(
    ("wanted", "told", "is_it"),
    [
        ("error rate", "error rate", True),
        ("error rate", "api error rate", True),
        ("api error rate", "error rate", False),
        ("latency", "p99 latency", False),
        ("p99 latency", "latency", False),
        ("user", "users", True),
        ("error rate", "success rate", False),
    ],
)
def test_same(wanted: str, told: str, is_it: bool) -> None:
    assert same(wanted, told) is is_it


@pytest.mark.parametrize(
    ("outer", "inner", "holds", "meets"),
    [
        (Bounds(10, None, over=True), Bounds(12, 12), True, True),
        (Bounds(10, None, over=True), Bounds(10, 10), False, False),
        (Bounds(10), Bounds(10, 10), True, True),
        (Bounds(1, 10), Bounds(5, None, over=True), False, True),
        (Bounds(None, 95, under=True), Bounds(94, 94), True, True),
        (Bounds(None, 95, under=True), Bounds(95, 95), False, False),
        (Bounds(1, 10), Bounds(2, 10), True, True),
        (Bounds(1, 10), Bounds(10, None, over=True), False, False),
    ],
)
def test_bounds(outer: Bounds, inner: Bounds, holds: bool, meets: bool) -> None:
    assert (outer.hold(inner), outer.meet(inner)) == (holds, meets)

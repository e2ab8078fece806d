"""When to try again, and when to leave a channel alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sirenbook.engine.delivery.retry import (
    COOL_DOWN,
    MAX_ATTEMPTS,
    OPENS_AFTER,
    UNSURE_ATTEMPTS,
    WINDOW,
    Circuit,
    admit,
    backoff,
    circuit_key,
    most_attempts,
    record,
)
from sirenbook.model.intent import Receipt

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
DOWN = Receipt(outcome="failed", provider_down=True)
ANSWERS = [Receipt(outcome="accepted"), Receipt(outcome="refused"), Receipt(outcome="failed", retry_after=9.0)]
SECOND = timedelta(seconds=1)


def opened(at: datetime = NOW) -> Circuit:
    circuit = Circuit()
    for _ in range(OPENS_AFTER):
        circuit = record(circuit, DOWN, at)
    return circuit


@pytest.mark.parametrize(
    ("attempt", "ceiling"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (10**9, 60)]
)
def test_the_wait_doubles_up_to_a_minute(attempt: int, ceiling: int) -> None:
    assert backoff(attempt, jitter=1.0) == timedelta(seconds=ceiling)
    assert backoff(attempt, jitter=0.5) == timedelta(seconds=ceiling / 2)


@pytest.mark.parametrize(("asked", "wait"), [(0.0, 0), (90.0, 90), (86_400.0, 300), (-5.0, 0), (float("inf"), 300)])
def test_what_the_other_side_asks_for_wins_within_reason(asked: float, wait: int) -> None:
    assert backoff(1, jitter=0.3, retry_after=asked) == timedelta(seconds=wait)


def test_a_page_moves_on_within_seconds() -> None:
    assert sum((backoff(n, jitter=1.0) for n in range(1, MAX_ATTEMPTS)), timedelta()) <= 10 * SECOND


def test_what_may_have_arrived_is_tried_again_only_on_the_last_way() -> None:
    unsure = Receipt(outcome="failed", unsure=True)
    assert [most_attempts(unsure, last=last) for last in (False, True)] == [1, UNSURE_ATTEMPTS]
    assert most_attempts(DOWN, last=False) == most_attempts(DOWN, last=True) == MAX_ATTEMPTS


@given(st.integers(), st.floats(allow_nan=False), st.none() | st.floats())
def test_a_wait_is_always_a_wait(attempt: int, jitter: float, asked: float | None) -> None:
    assert timedelta() <= backoff(attempt, jitter=jitter, retry_after=asked) <= timedelta(minutes=5)


def test_a_circuit_opens_after_failures_in_a_row() -> None:
    circuit = Circuit()
    for n in range(OPENS_AFTER):
        assert not circuit.open and admit(circuit, NOW)[0]
        circuit = record(circuit, DOWN, NOW + n * SECOND)
    assert circuit.open and admit(circuit, NOW + OPENS_AFTER * SECOND) == (False, circuit)


@pytest.mark.parametrize("answer", ANSWERS)
def test_any_answer_begins_the_count_anew(answer: Receipt) -> None:
    circuit = Circuit()
    for _ in range(OPENS_AFTER * 3):
        for _ in range(OPENS_AFTER - 1):
            circuit = record(circuit, DOWN, NOW)
        circuit = record(circuit, answer, NOW)
    assert circuit == Circuit()


def test_failures_far_apart_do_not_open_it() -> None:
    circuit = Circuit()
    for n in range(OPENS_AFTER * 3):
        circuit = record(circuit, DOWN, NOW + n * (WINDOW / 2))
    assert not circuit.open and len(circuit.failures) <= 3


@pytest.mark.parametrize("answer", ANSWERS)
def test_one_probe_goes_through_and_an_answer_closes(answer: Receipt) -> None:
    later = NOW + COOL_DOWN
    admitted, circuit = admit(opened(), later)
    assert admitted and admit(circuit, later) == (False, circuit)
    assert record(circuit, answer, later) == Circuit()


def test_a_failed_probe_starts_the_wait_afresh() -> None:
    later = NOW + COOL_DOWN
    circuit = record(admit(opened(), later)[1], DOWN, later + SECOND)
    assert not admit(circuit, later + COOL_DOWN)[0] and admit(circuit, later + COOL_DOWN + SECOND)[0]


def test_a_straggler_from_before_does_not_stretch_the_wait() -> None:
    circuit = record(opened(), DOWN, NOW + COOL_DOWN - SECOND)
    assert admit(circuit, NOW + COOL_DOWN)[0]


def test_a_probe_that_never_reports_is_given_up() -> None:
    _, circuit = admit(opened(), NOW + COOL_DOWN)
    assert admit(circuit, NOW + 2 * COOL_DOWN)[0]


def test_a_clock_set_back_does_not_shut_a_channel_for_an_hour() -> None:
    assert admit(opened(), NOW - timedelta(hours=1))[0]


@given(st.lists(st.tuples(st.sampled_from(["ask", "down", "answer"]), st.integers(0, 20)), max_size=80))
def test_an_open_circuit_lets_through_one_attempt_per_cool_down(story: list[tuple[str, int]]) -> None:
    circuit, now, let_through = Circuit(), NOW, []
    for what, seconds in story:
        now += seconds * SECOND
        if what == "ask":
            was_open = circuit.open
            admitted, circuit = admit(circuit, now)
            assert admitted or was_open
            let_through += [now] if admitted and was_open else []
        else:
            circuit = record(circuit, DOWN if what == "down" else ANSWERS[0], now)
            let_through = let_through if circuit.open else []
        assert len(circuit.failures) < OPENS_AFTER
    assert all(b - a >= COOL_DOWN for a, b in zip(let_through, let_through[1:], strict=False))


@pytest.mark.parametrize(
    ("to", "key"),
    [
        ("ada@example.com", "webhook"),
        ("https://Hooks.example:8443/a?b", "webhook hooks.example"),
        ("http://[::1", "webhook"),
        ("", "webhook"),
    ],
)
def test_recipients_with_hosts_of_their_own_have_circuits_of_their_own(to: str, key: str) -> None:
    assert circuit_key("webhook", to) == key

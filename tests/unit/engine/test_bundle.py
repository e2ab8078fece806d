"""Storms reach a person bounded in number, complete, and with the gravest first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sirenbook.engine.delivery.bundle import WINDOW, Inbox, sort
from sirenbook.model.bindings import Storms

STORMS = Storms()
MOST_ALONE = STORMS.alone
PAUSE = timedelta(seconds=STORMS.pause)
NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)


def test_a_few_go_out_one_by_one() -> None:
    sorted_ = sort(Inbox(), [1, 1, 1], NOW, STORMS)
    assert (sorted_.alone, sorted_.together, sorted_.later) == ((0, 1, 2), (), ())


def test_the_rest_of_a_storm_goes_out_in_one_bundle() -> None:
    sorted_ = sort(Inbox(), [1] * 100, NOW, STORMS)
    assert len(sorted_.alone) == MOST_ALONE
    assert len(sorted_.together) == 100 - MOST_ALONE


def test_the_next_bundle_waits_for_its_pause() -> None:
    first = sort(Inbox(), [1] * 100, NOW, STORMS)
    soon = NOW + timedelta(seconds=1)
    second = sort(first.inbox, [1] * 50, soon, STORMS)
    assert (len(second.alone), len(second.together), len(second.later)) == (0, 0, 50)
    assert second.again_at == NOW + PAUSE
    third = sort(second.inbox, [1] * 50, second.again_at, STORMS)
    assert len(third.together) == 50


def test_a_graver_one_never_waits() -> None:
    stormy = sort(Inbox(), [2] * 100, NOW, STORMS).inbox
    sorted_ = sort(stormy, [2, 0, 2], NOW + timedelta(seconds=1), STORMS)
    assert sorted_.alone == (1,)
    assert sorted_.later == (0, 2)


def test_a_quiet_minute_starts_afresh() -> None:
    stormy = sort(Inbox(), [1] * 100, NOW, STORMS).inbox
    assert sort(stormy, [1], NOW + WINDOW, STORMS).alone == (0,)


def test_a_single_one_over_the_number_is_no_bundle() -> None:
    full = sort(Inbox(), [1] * MOST_ALONE, NOW, STORMS).inbox
    assert sort(full, [1], NOW, STORMS).alone == (0,)


@given(st.lists(st.tuples(st.integers(0, 20), st.lists(st.integers(0, 4), max_size=40)), max_size=30))
def test_nobody_is_flooded_and_nothing_is_dropped(steps: list[tuple[int, list[int]]]) -> None:
    inbox, now = Inbox(), NOW
    messages: list[datetime] = []
    for seconds, ranks in steps:
        now += timedelta(seconds=seconds)
        sorted_ = sort(inbox, ranks, now, STORMS)
        placed = [*sorted_.alone, *sorted_.together, *sorted_.later]
        assert sorted(placed) == list(range(len(ranks)))
        messages += [now] * (len(sorted_.alone) + bool(sorted_.together))
        inbox = sorted_.inbox
    # Besides the six: a bundle every fifteen seconds, and one for each graver severity.
    most = MOST_ALONE + WINDOW / PAUSE + 1 + 5
    for at in messages:
        assert sum(at <= m < at + WINDOW for m in messages) <= most

"""What answers and faults mean for a page."""

import asyncio
import ssl
from datetime import UTC, datetime

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sirenbook.channels.answer import caught, from_fault, retry_after
from sirenbook.model.intent import Receipt

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@given(st.text() | st.from_regex(r"[0-9+\-.eE ]{0,20}"))
@example("0\x1f")
def test_any_retry_after_is_seconds_or_nothing(value: str) -> None:
    wait = retry_after(value, AT)
    assert wait is None or 0 <= wait < float("inf")


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("Sat, 21 Nov 2026 03:01:30 GMT", 90.0),
        ("Saturday, 21-Nov-26 03:01:30 GMT", 90.0),
        ("Sat, 21 Nov 2026 03:01:30", 90.0),
        ("Sat, 21 Nov 2026 02:00:00 GMT", 0.0),
        ("1.5", None),
        ("NaN", None),
        (None, None),
    ],
)
def test_dates_count_from_the_attempt(value: str | None, wait: float | None) -> None:
    assert retry_after(value, AT) == wait


@pytest.mark.parametrize(
    "fault",
    [
        TimeoutError(),
        ConnectionRefusedError(111, "Connection refused"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("odd"),
        ssl.SSLError(1, "handshake"),
    ],
)
def test_trouble_on_the_wire_counts_against_the_far_side(fault: Exception) -> None:
    assert from_fault(fault).provider_down and from_fault(fault).outcome == "failed"


def test_a_fault_of_our_own_says_where_and_nothing_else() -> None:
    async def broken() -> Receipt:
        raise RuntimeError("canary-secret")

    receipt = asyncio.run(caught(broken()))
    assert (receipt.outcome, receipt.provider_down) == ("failed", False)
    assert "RuntimeError at test_answer.py:" in receipt.detail and "canary" not in receipt.detail


def test_cancelling_is_no_fault() -> None:
    async def cancelled() -> Receipt:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(caught(cancelled()))

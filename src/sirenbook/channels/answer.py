"""Turns what the other side answered, or the fault that came instead, into a receipt."""

import re
import ssl
from collections.abc import Awaitable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from traceback import extract_tb

import httpx2

from sirenbook.channels.destination import DestinationRefused, NameNotFound
from sirenbook.channels.escaping import one_line
from sirenbook.model.intent import Receipt

TOO_MANY = 429
"""Whoever answers so wants to be left alone, as whoever is broken does."""
_TRY_AGAIN = frozenset({408, 425, TOO_MANY})


async def caught(attempt: Awaitable[Receipt]) -> Receipt:
    """The attempt's receipt; a fault becomes a receipt too. Cancelling still cancels."""
    try:
        return await attempt
    except Exception as fault:
        return from_fault(fault)


def accepted(detail: str, *, name: str = "") -> Receipt:
    """The other side took it; `name` is what it calls it."""
    return Receipt(outcome="accepted", detail=one_line(detail), provider_id=one_line(name, 100))


def failed(detail: str, *, down: bool = False, retry_after: float | None = None) -> Receipt:
    """It did not work this time; `down` when it would not have worked for anybody."""
    return Receipt(outcome="failed", detail=one_line(detail), provider_down=down, retry_after=retry_after)


def refused(detail: str) -> Receipt:
    """It will not work with this address, however often it is tried."""
    return Receipt(outcome="refused", detail=one_line(detail))


def from_status(status: int, headers: httpx2.Headers, at: datetime, said: str = "") -> Receipt:
    """The receipt for an HTTP status; `said` is the other side's own explanation."""
    detail = f"answered {status}" + (f": {said}" if said else "")
    if 200 <= status < 300:
        return accepted(detail)
    if 300 <= status < 400:
        return refused(f"{detail}: redirects are not followed; write the final address")
    if status >= 500 or status in _TRY_AGAIN:
        wait = retry_after(headers.get("retry-after"), at)
        return failed(detail, down=status >= 500 or status == TOO_MANY, retry_after=wait)
    return refused(detail)


def retry_after(value: str | None, at: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, given as seconds or as a date; None when it says neither."""
    if value is None:
        return None
    if re.fullmatch(r"[ \t]*[0-9]{1,9}[ \t]*", value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, (_aware(date) - at).total_seconds())


def _aware(date: datetime) -> datetime:
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def from_fault(fault: Exception) -> Receipt:
    """The receipt for a fault that came instead of an answer. It names kinds and hosts, never secrets."""
    if isinstance(fault, DestinationRefused):
        return refused(str(fault))
    if isinstance(fault, NameNotFound):
        return failed(str(fault), down=True)
    if isinstance(fault, httpx2.InvalidURL | httpx2.UnsupportedProtocol):
        return refused("the address is not one that can be called")
    if isinstance(fault, TimeoutError | httpx2.TimeoutException):
        return failed("no answer in time", down=True)
    if isinstance(fault, httpx2.TransportError | OSError):
        return failed(f"no connection: {_kind(fault)}", down=True)
    return failed(f"fault of our own: {_place(fault)}")


def _kind(fault: BaseException) -> str:
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"certificate not trusted ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed ({cause.strerror or cause})"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return type(fault).__name__


def _place(fault: BaseException) -> str:
    frames = extract_tb(fault.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(fault).__name__ + where

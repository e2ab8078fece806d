"""Reading what a request brings, bounded in size, and as text that the store can hold."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.types import Receive

MEBIBYTE = 1 << 20
MOST_FIELDS = 50
_NUL, _SHOWN_NUL = "\x00", "\ufffd"


class TooLarge(Exception):
    """The body is longer than it may be."""


class Gone(Exception):
    """The sender went away before the end of the body."""


async def read_body(receive: Receive, limit: int, announced: int = 0) -> bytes:
    """The whole body. Raises TooLarge or Gone; `announced` is its Content-Length, where there is one.

    For how long it may take to arrive is bounded by the connection (`engine/connections.py`).
    """
    if announced > limit:
        raise TooLarge
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _within(body, limit)
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise TooLarge
    return b"".join(parts)


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise TooLarge
    return body


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a posted form, the last of each name. Raises ValueError where there are too many."""
    pairs = parse_qsl(
        body.decode("utf-8", errors="replace"),
        keep_blank_values=True,
        errors="replace",
        max_num_fields=MOST_FIELDS,
    )
    return {name: storable(value).replace("\r\n", "\n") for name, value in pairs}


def storable(text: str) -> str:
    """Text that the store can hold: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and _NUL not in text:
        return text
    return text.replace(_NUL, _SHOWN_NUL).encode("utf-8", errors="replace").decode()


def header(headers: Mapping[bytes, bytes] | list[tuple[bytes, bytes]], name: bytes) -> bytes:
    """One header of an ASGI request; empty when it is not there."""
    for key, value in headers.items() if isinstance(headers, Mapping) else headers:
        if key == name:
            return value
    return b""
